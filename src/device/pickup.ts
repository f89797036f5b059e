/**
 * A ringing call that a phone picks up: its INVITE names the call (Replaces, an appearance, a feature code), the
 * line has sent the call request for it, and from then on the leg is a called one, as if the line had rung it.
 *
 * Both sides have made an offer then, as a rule. So the phone is answered at once, without media, and is sent
 * the caller's offer by re-INVITE; its answer to that is its answer to the call. The caller sees nothing of it.
 */
import type { CallSignal, Media } from '../call/signals.ts';
import type { Pid } from '../process/pid.ts';
import { idleAnswer } from '../sdp/idle-answer.ts';
import type { UserAgentEvent } from '../sip/user-agent/events.ts';
import { attemptOf, type CallLeg, calledLeg } from './call-leg.ts';
import { logCall } from './call-log.ts';
import * as called from './called.ts';
import { causeOf, reasonOf } from './cause-to-status.ts';
import type { DeviceProcess } from './device-process.ts';
import { withMedia } from './session-change.ts';
import { descriptionIn } from './session-description.ts';
import * as nextPickup from './sharing/next-pickup.ts';
import * as publications from './sharing/publications.ts';
import * as retrieval from './sharing/retrieval.ts';
import * as retrievalAnswer from './sharing/retrieval-answer.ts';
import * as watches from './sharing/watch.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** The line offers the call to the leg that has asked for it. */
export function begin(process: DeviceProcess, request: Signal<'callRequest'>, from: Pid): void {
  const { legs, host } = process;
  const { call, pickup = '' } = request;
  const asked = legs.get(pickup);
  const rings = legs.get(call);
  if (asked?.retrieval === undefined || asked.leg === undefined || asked.phase === 'over') {
    // The phone has given it up. If it rings besides, it rings on.
    if (rings === undefined)
      host.tell(from, { type: 'callRefuse', call, cause: 'caller gave up', ...attemptOf(request) });
    return;
  }
  // Its user was quicker with the other key.
  if (rings?.phase === 'talking') return retrievalAnswer.fail(process, asked, 'busy');
  if (rings !== undefined) silence(process, rings);
  const { leg, retrieval: wanted } = asked;
  retrieval.settle(process, asked);
  process.forget(asked);
  asked.phase = 'over';
  const record = calledLeg(process, request, from, host.nowMs);
  record.leg = leg;
  record.pickedBy = { asked, wanted };
  leg.owner = record;
  process.keep(call, record);
  logCall(process, record, 'call picked up');
  answerPhone(process, record, wanted.offer, request.offer);
}

/** The phone rings for the call that it picks up by another one. */
function silence(process: DeviceProcess, record: CallLeg): void {
  record.phase = 'over';
  process.forget(record);
  if (record.leg !== undefined)
    process.environment.userAgent.hangUp(record.leg, reasonOf('answered elsewhere'));
  // A phone that is told to stop ringing may take the lamp for out, and the line rings on if this fails.
  if (record.line !== undefined) watches.lineAgain(process, record.line.number);
}

/** `ours`: the phone's offer. `theirs`: the caller's. */
function answerPhone(
  process: DeviceProcess,
  record: CallLeg,
  ours: Media | undefined,
  theirs: Media | undefined,
): void {
  const { leg } = record;
  const { userAgent } = process.environment;
  if (leg === undefined) return;
  // It was answered for a call that another has: this one's caller makes the offer now, or has the phone make it.
  if (leg.state !== 'invited') {
    record.change = { by: 'pickup', ...(theirs === undefined ? {} : { offer: theirs }) };
    if (userAgent.modify(leg, 'INVITE', theirs) === 'pending')
      process.release(record, 'request pending', 'nobody');
    return;
  }
  // A caller without an offer answers the phone's, and the phone hears of that with its acknowledgement.
  if (theirs === undefined && ours !== undefined) return called.taken(process, record, ours, true);
  if (theirs === undefined) return process.release(record, 'not acceptable', 'nobody');
  record.change = { by: 'pickup', ...(ours === undefined ? {} : { offer: theirs }) };
  const body = ours && idleAnswer(descriptionIn(ours), 1);
  const idle = body === undefined ? undefined : { type: 'application/sdp', body };
  userAgent.answer(leg, withMedia(ours === undefined ? theirs : idle));
}

/** What the phone says while it picks a call up. True: it was something about that. */
export function heard(
  process: DeviceProcess,
  record: CallLeg,
  event: UserAgentEvent<CallLeg>,
): boolean {
  const { change, leg } = record;
  if (nextPickup.heard(process, record, event)) return true;
  if (change?.by !== 'pickup' || leg === undefined) return false;
  const { userAgent } = process.environment;
  switch (event.type) {
    case 'acknowledged':
      if (change.offer === undefined) take(process, record, event.media);
      else if (userAgent.modify(leg, 'INVITE', change.offer) === 'pending')
        process.release(record, 'request pending', 'nobody');
      return true;
    case 'modified':
      if (change.offer === undefined) called.taken(process, record, event.media, true);
      else {
        userAgent.acknowledgeModify(leg);
        take(process, record, event.media);
      }
      return true;
    case 'modify refused':
      // Those who ring ring on.
      process.release(record, causeOf(event.status), 'nobody');
      return true;
    default:
      return false;
  }
}

function take(process: DeviceProcess, record: CallLeg, media: Media | undefined): void {
  record.change = undefined;
  called.taken(process, record, media, true);
}

/** The caller has acknowledged the phone's offer, with its answer. True: the phone waits for that. */
export function confirmed(
  process: DeviceProcess,
  record: CallLeg,
  media: Media | undefined,
): boolean {
  const { leg, role, change } = record;
  const { userAgent } = process.environment;
  if (role !== 'called' || leg?.role !== 'called') return false;
  publications.claim(process, record);
  if (leg.state === 'invited') userAgent.answer(leg, withMedia(media));
  else if (change?.by === 'pickup') {
    record.change = undefined;
    userAgent.acknowledgeModify(leg, media);
  }
  return true;
}
