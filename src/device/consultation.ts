/**
 * REFER with Replaces (RFC 5589 §7): the phone names another call of its own, to whose peer it transfers
 * this one's. That call's leg is asked for it, wherever it is: a phone may have its calls by way of
 * several managers.
 */
import type { CallSignal, LegRef } from '../call/signals.ts';
import type { Exchange } from '../sip/user-agent/events.ts';
import type { CallLeg, Referral } from './call-leg.ts';
import { statusOf } from './cause-to-status.ts';
import type { DeviceProcess } from './device-process.ts';
import { type SearchResult, seek } from './dialog-search.ts';
import type { ReferTo } from './refer-to.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

// The transferor's side.

/** Asks for the call that `dialog` names. Its leg answers with `callGiven`; else the REFER is refused. */
export function consult(
  process: DeviceProcess,
  record: CallLeg,
  exchange: Exchange,
  dialog: Exclude<ReferTo['replaces'], undefined>,
): void {
  const { callId, localTag, remoteTag } = dialog;
  record.referral = { exchange, giver: undefined };
  const owner = process.environment.userAgent.find(callId, localTag, remoteTag)?.owner;
  // A transfer to itself would be none.
  if (owner === record) sought(process, record, { cause: 'call gone' });
  else if (owner !== undefined)
    sought(process, record, { pid: owner.process.pid, call: owner.call });
  else if (!seek(process, record, { ...dialog, purpose: 'give' }))
    sought(process, record, { cause: 'call gone' });
}

/** The leg of the other call has been found, or has not. */
export function sought(process: DeviceProcess, record: CallLeg, result: SearchResult): void {
  const { referral, leg } = record;
  if (referral === undefined || leg === undefined) return;
  if ('cause' in result) {
    record.referral = undefined;
    return process.environment.userAgent.reply(leg, referral.exchange, statusOf(result.cause));
  }
  record.referral = { ...referral, giver: result };
  process.host.tell(result.pid, {
    type: 'callGive',
    call: result.call,
    from: { pid: process.pid, call: record.call },
    by: process.place.device,
  });
}

/** The REFER that `callGiven` answers, unless that was refused meanwhile. */
export function takeReferral(record: CallLeg): Referral | undefined {
  const { referral } = record;
  record.referral = undefined;
  return referral;
}

// The side of the other call.

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
