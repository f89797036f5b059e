/**
 * The other call of an attended transfer (RFC 5589 §7): its phone names it in the REFER for another of its
 * calls (`referral.ts`), and gives it away; by way of another manager perhaps.
 */
import type { CallSignal, LegRef } from '../call/signals.ts';
import type { CallLeg } from './call-leg.ts';
import type { DeviceProcess } from './device-process.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** The phone gives this call away. */
export function give(process: DeviceProcess, record: CallLeg, signal: Signal<'callGive'>): void {
  const { peer, party, phase, role, number } = record;
  const { from, by } = signal;
  const answer = (given: Omit<Signal<'callGiven'>, 'type' | 'call'>): void =>
    process.host.tell(from.pid, { type: 'callGiven', call: from.call, ...given });
  // Only calls of the transferor's own device can be given away.
  if (by !== process.place.device) return answer({ party, cause: 'forbidden' });
  if (phase === 'offered' && role === 'calling') {
    // It still rings there (RFC 5589 §7.3): a blind transfer to the same number takes its place.
    answer({ party: { number, name: '' } });
    return process.release(record, 'caller gave up', 'nobody');
  }
  if (phase !== 'talking' || peer === undefined) return answer({ party, cause: 'call gone' });
  record.givenTo = from;
  answer({ party, peer });
}

/** The transfer is done: true if this call was given away in it, and ends with that. */
export function givenAway(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callRelease'>,
  from: LegRef['pid'],
): boolean {
  if (record.givenTo?.pid !== from || signal.cause !== 'transferred') return false;
  // Its peer has another one now.
  record.peer = undefined;
  process.release(record, 'transferred', 'peer');
  return true;
}

/** The transfer in which this call was to be given away has failed. */
export function notGiven(
  record: CallLeg,
  { state }: Signal<'callTransferProgress'>,
  from: LegRef['pid'],
): void {
  if (state === 'failed' && record.givenTo?.pid === from) record.givenTo = undefined;
}
