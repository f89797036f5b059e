/**
 * A call that rings, picked up: a member asks for it whom it does not ring, or not yet, or not any more; or whose
 * phone rings, and whose user takes it from another key. From then on its device process is one of those that
 * ring, with the phone's own INVITE in place of an answer to ours: who wins is decided as among all of them.
 */

import type { Pid } from '../../process/pid.ts';
import type { Cause } from '../cause.ts';
import { type Out, tell } from '../effects.ts';
import type { RingingCall } from '../pickup-signals.ts';
import type { CallSignal, LegRef } from '../signals.ts';
import { note, timeOf } from './line-chains.ts';
import type { LineControl, Offered } from './line-control.ts';
import { findDevice } from './line-control-database.ts';
import { mayHave } from './line-members.ts';
import { requestTo } from './line-offer.ts';

/** As long as somebody may be about to have a call (`line-retrieval.ts`). */
const PICKING_MS = 5000;
/** Calls of one line that whoever asks is told of. */
const SOUGHT_MAX = 16;

/**
 * `by` is offered the call for its leg; or why it is not. `asked`: by whose right, if it is no member; one of a pickup
 * group waits for nobody: while another is about to have the call it is told so, and may have the next one.
 */
export function pickUp(
  line: LineControl,
  call: Offered,
  by: LegRef,
  out: Out,
  asked: { readonly group?: string; readonly device?: string } = {},
): Cause | undefined {
  const known = findDevice(line.devices, by.pid);
  const { member = '', device = asked.device ?? '' } = known ?? {};
  const isByGroup = known === undefined && isOfGroup(line, asked.group);
  if (!isByGroup && !mayHave(line, by.pid, 'answer')) return 'forbidden';
  if (isCaller(call, { device, pid: by.pid })) return 'busy';
  if (asked.group !== undefined && isBeingPicked(line, call, by.pid)) return 'busy';
  call.picking = { by: by.pid, sinceMs: timeOf(line) };
  const { ringing, refused } = call;
  const at = refused.indexOf(by.pid);
  // It has thought better of it.
  if (at >= 0) refused.splice(at, 1);
  if (!ringing.includes(by.pid)) ringing.push(by.pid);
  note(line, { ...call, member }, 'picking up', by.pid);
  out.push(tell(by.pid, { ...requestTo(call, by.pid), pickup: by.call }));
  return undefined;
}

function isOfGroup({ line }: LineControl, group: string | undefined): boolean {
  return group !== undefined && line.pickupGroup === group;
}

/** Somebody else is about to have it. */
function isBeingPicked(line: LineControl, { picking, ringing }: Offered, by: Pid): boolean {
  if (picking === undefined || picking.by === by || !ringing.includes(picking.by)) return false;
  return timeOf(line) - picking.sinceMs < PICKING_MS;
}

/** Somebody who picks up from a group wants to know what rings here: all but its own calls, the first one first. */
export function answerSeek(
  line: LineControl,
  { number, call, group, device }: Extract<CallSignal, { type: 'pickupSeek' }>,
  from: Pid,
  out: Out,
): void {
  const ringing: RingingCall[] = [];
  for (const offered of isOfGroup(line, group) ? line.calls.values() : []) {
    if (offered.state !== 'offered' || isCaller(offered, { device, pid: from })) continue;
    const forMs = Math.max(0, Math.round(timeOf(line) - offered.sinceMs));
    ringing.push({ appearance: offered.appearance, forMs });
    if (ringing.length === SOUGHT_MAX) break;
  }
  out.push(tell(from, { type: 'pickupSought', number, call, ringing }));
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
