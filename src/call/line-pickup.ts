/**
 * A call that rings, picked up: a member asks for it whom it does not ring, or not yet, or not any more; or whose
 * phone rings, and whose user takes it from another key. From then on its device process is one of those that
 * ring, with the phone's own INVITE in place of an answer to ours: who wins is decided as among all of them.
 */

import type { Cause } from './cause.ts';
import { type Out, tell } from './effects.ts';
import { note } from './line-chains.ts';
import type { LineControl, Offered } from './line-control.ts';
import { findDevice } from './line-control-database.ts';
import { mayHave } from './line-members.ts';
import { requestTo } from './line-offer.ts';
import type { LegRef } from './signals.ts';

/** `by` is offered the call for its leg; or why it is not. */
export function pickUp(line: LineControl, call: Offered, by: LegRef, out: Out): Cause | undefined {
  const { member = '', device = '' } = findDevice(line.devices, by.pid) ?? {};
  if (!mayHave(line, by.pid, 'answer')) return 'forbidden';
  if (isCaller(call, { device, pid: by.pid })) return 'busy';
  const { ringing, refused } = call;
  const at = refused.indexOf(by.pid);
  // It has thought better of it.
  if (at >= 0) refused.splice(at, 1);
  if (!ringing.includes(by.pid)) ringing.push(by.pid);
  note(line, { ...call, member }, 'picking up', by.pid);
  out.push(tell(by.pid, { ...requestTo(call, by.pid), pickup: by.call }));
  return undefined;
}

/** The call that has rung longest, and that is not the asking device's own. */
export function longestRinging(line: LineControl, by: LegRef): Offered | undefined {
  const device = findDevice(line.devices, by.pid);
  for (const call of line.calls.values())
    if (call.state === 'offered' && !(device && isCaller(call, device))) return call;
  return undefined;
}

function isCaller(
  { request: { by, caller } }: Offered,
  { device, pid }: { readonly device: string; readonly pid: string },
): boolean {
  return device === by || pid === caller.pid;
}
