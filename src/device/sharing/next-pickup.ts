/**
 * A phone that picks up and is late: the call that it was offered is another's by then, or its caller has hung up.
 * Its user has dialled for whatever rings. So the leg stays up, without media, and the next call is asked for; when
 * none rings any more the phone is hung up.
 */
import type { Cause } from '../../call/cause.ts';
import { idleAnswer } from '../../sdp/idle-answer.ts';
import type { UserAgentEvent } from '../../sip/user-agent/events.ts';
import { type CallLeg, callingLeg } from '../call-leg.ts';
import type { DeviceProcess } from '../device-process.ts';
import { descriptionIn } from '../session-description.ts';
import * as groupPickup from './group-pickup.ts';
import * as retrieval from './retrieval.ts';

/** `asked`: the record of the phone's INVITE; `wanted`: of the call that it was given. */
export type PickedBy = { readonly asked: CallLeg; readonly wanted: retrieval.Retrieval };

/** What ends a call that was about to be picked up, and says nothing of the next one. */
const LATE: ReadonlySet<Cause> = new Set(['answered elsewhere', 'caller gave up', 'call gone']);
/** After that time from when the phone dialled no further call is asked for. */
const PICKUP_MS = 5000;

/**
 * The leg does not get the call that it has picked up. True: it is after the next one from now on, as another record,
 * and is not to be ended for its phone. `phase`: before the end.
 */
export function goOn(
  process: DeviceProcess,
  record: CallLeg,
  phase: CallLeg['phase'],
  cause: Cause,
): boolean {
  const { leg, pickedBy, change, unacknowledged } = record;
  const isOpen = phase === 'offered' || unacknowledged !== undefined;
  if (leg === undefined || pickedBy === undefined || !isOpen || !LATE.has(cause)) return false;
  if (leg.state === 'ended' || (change !== undefined && change.by !== 'pickup')) return false;
  const { asked, wanted } = pickedBy;
  const { groupPickup: pickup } = asked;
  const isAny = pickup !== undefined || (wanted.isDialled && wanted.appearance === undefined);
  if (!isAny) return false;
  if (pickup !== undefined && cause === 'answered elsewhere') pickup.wasLost = true;
  const { self, number, offered, sinceMs } = asked;
  const next = callingLeg(process, process.newCallId(), leg, self, number, offered, sinceMs);
  next.groupPickup = pickup;
  next.pickedBy = pickedBy;
  leg.owner = next;
  process.keep(next.call, next);
  if (change === undefined) ask(process, next);
  else if (unacknowledged === undefined) next.change = { by: 'next pickup' };
  else {
    // The phone has made an offer that nobody is going to answer.
    const body = unacknowledged.media && idleAnswer(descriptionIn(unacknowledged.media), 1);
    const idle = body === undefined ? undefined : { type: 'application/sdp', body };
    process.environment.userAgent.acknowledgeModify(leg, idle);
    ask(process, next);
  }
  return true;
}

/** What the phone says before it is free for the next call. True: it was something about that. */
export function heard(
  process: DeviceProcess,
  record: CallLeg,
  { type }: UserAgentEvent<CallLeg>,
): boolean {
  const { change, leg } = record;
  if (change?.by !== 'next pickup' || leg === undefined) return false;
  if (type === 'modified') process.environment.userAgent.acknowledgeModify(leg);
  else if (type !== 'acknowledged' && type !== 'modify refused') return false;
  record.change = undefined;
  ask(process, record);
  return true;
}

function ask(process: DeviceProcess, record: CallLeg): void {
  const { groupPickup: pickup, pickedBy } = record;
  if (pickup !== undefined) return groupPickup.takeNext(process, record, pickup);
  if (pickedBy === undefined) return;
  const isInTime = process.host.nowMs < record.sinceMs + PICKUP_MS;
  if (isInTime) retrieval.ask(process, record, pickedBy.wanted);
  else process.release(record, 'answered elsewhere', 'nobody');
}
