/**
 * What happens inside a call, from one phone to the other: hold and resume, re-INVITE and UPDATE,
 * INFO, the end. Offer and answer pass through untouched here; media stays direct (claims 11, 30, 45, 62).
 */
import type { Cause } from '../call/cause.ts';
import type { CallSignal, LegRef, Media } from '../call/signals.ts';
import { kindOf, type Pid } from '../process/pid.ts';
import { holdOf } from '../sdp/hold.ts';
import { refusingAnswer } from '../sdp/refusal.ts';
import type { UserAgentEvent } from '../sip/user-agent/events.ts';
import type { CallLeg } from './call-leg.ts';
import { controlOf, declinePlace } from './caller-place.ts';
import { causeOf, statusOf } from './cause-to-status.ts';
import * as changeOver from './change-over.ts';
import * as custody from './custody.ts';
import type { DeviceProcess } from './device-process.ts';
import { readCallInfoIndex } from './dialects/call-info.ts';
import * as parking from './parking.ts';
import * as pickup from './pickup.ts';
import { refer } from './referral.ts';
import { askPhone, refuseChange, withMedia } from './session-change.ts';
import { descriptionIn } from './session-description.ts';
import * as keeping from './sharing/keeping.ts';
import * as lineUse from './sharing/line-use.ts';
import { changedOver, notTaken } from './take-over.ts';
import * as transfer from './transfer.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;
type Event<T extends UserAgentEvent<CallLeg>['type']> = Extract<
  UserAgentEvent<CallLeg>,
  { type: T }
>;

/** Requests of one phone that may wait for the peer at a time. */
const EXCHANGES_MAX = 8;

/** re-INVITE or UPDATE from the phone: hold, resume, another codec, another address. */
export function phoneModifies(
  process: DeviceProcess,
  record: CallLeg,
  event: Event<'modify'>,
): void {
  const { peer } = record;
  if (parking.phoneModifies(process, record, event.media)) return;
  // Whose place is about to be taken waits for what comes of that.
  if (record.change !== undefined || record.takenBy !== undefined || peer === undefined) {
    return process.environment.userAgent.refuseModify(event.leg, 491);
  }
  record.change = { by: 'phone', withdrawn: false };
  custody.noteHold(record, 'phone', event.media);
  lineUse.asks(process, record, event.media, isForItself(event.request));
  process.host.tell(peer.pid, {
    type: 'callModify',
    call: peer.call,
    manner: event.method === 'UPDATE' ? 'immediate' : 'negotiated',
    ...withMedia(event.media),
    ...keeping.toldOf(process, record),
  });
}

/** Whether the phone says that nobody else may have the call that it holds (BroadSoft's private hold). */
function isForItself({ headers }: Event<'modify'>['request']): boolean {
  if (!headers.has('Call-Info')) return false;
  const read = readCallInfoIndex(headers.all('Call-Info'));
  return read.ok && read.state === 'held-private';
}

/** CANCEL of a re-INVITE: the peer's phone needs not decide any more. */
export function phoneWithdraws(process: DeviceProcess, record: CallLeg): void {
  const { peer, change } = record;
  if (change?.by !== 'phone' || peer === undefined) return;
  record.change = { by: 'phone', withdrawn: true };
  lineUse.unchanged(record);
  process.host.tell(peer.pid, { type: 'callModifyWithdraw', call: peer.call });
}

export function withdraw(process: DeviceProcess, record: CallLeg, from: Pid): void {
  const { change, leg } = record;
  if (change?.by !== 'peer' || change.peer.pid !== from || leg === undefined) return;
  process.environment.userAgent.withdrawModify(leg);
}

/** The peer's phone wants the session changed: this phone is asked. */
export function modify(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callModify'>,
  from: Pid,
): void {
  const { peer } = record;
  if (peer === undefined || peer.pid !== from) return;
  const method = methodFor(record, signal.manner);
  if (method === undefined) return refuseChange(process, peer, 'not acceptable');
  custody.noteHold(record, 'peer', signal.media);
  askPhone(process, record, method, signal.media, peer, undefined);
  const { held } = signal;
  if (held !== undefined && record.change?.by === 'peer')
    record.change = { ...record.change, held };
}

/** UPDATE stays UPDATE where this phone knows it; before the answer nothing else will do (RFC 3311 §5.1). */
function methodFor(
  record: CallLeg,
  manner: 'negotiated' | 'immediate',
): 'INVITE' | 'UPDATE' | undefined {
  const knowsUpdate = record.leg?.allow?.has('UPDATE') ?? false;
  if (record.phase === 'offered') return knowsUpdate ? 'UPDATE' : undefined;
  return manner === 'immediate' && knowsUpdate ? 'UPDATE' : 'INVITE';
}

/** This phone took the change: its answer (or, if it was asked for one, its offer) goes back. */
export function phoneModified(
  process: DeviceProcess,
  record: CallLeg,
  event: Event<'modified'>,
): void {
  const { change } = record;
  if (transfer.phoneModified(process, record, event.media)) return;
  if (parking.phoneModified(process, record, event.media)) return;
  if (change?.by !== 'peer') return;
  if (change.isVain) return takeInVain(process, record, change, event);
  const { peer, offered } = change;
  if (event.method === 'INVITE' && offered) {
    process.environment.userAgent.acknowledgeModify(event.leg);
  }
  if (event.method === 'UPDATE' || offered) changed(process, record, false);
  else if (event.media !== undefined) record.change = { ...change, offer: event.media };
  process.host.tell(peer.pid, {
    type: 'callModified',
    call: peer.call,
    ...withMedia(event.media),
  });
}

/** What `peer` asked the phone for is not wanted any more, or `peer` is gone. */
export function abandonChange(process: DeviceProcess, record: CallLeg): void {
  const { change, leg } = record;
  if (change?.by !== 'peer' || leg === undefined) return;
  if (change.offer !== undefined) {
    // It made an offer that nobody takes now; its 2xx still has to be acknowledged, with an answer.
    process.environment.userAgent.acknowledgeModify(leg, refusalOf(change.offer));
    return changeFailed(process, record);
  }
  record.change = { ...change, isVain: true };
  process.environment.userAgent.withdrawModify(leg);
}

/** The phone has taken a change that nobody wants. */
function takeInVain(
  process: DeviceProcess,
  record: CallLeg,
  { offered }: Extract<CallLeg['change'], { by: 'peer' }>,
  { leg, method, media }: Event<'modified'>,
): void {
  if (method === 'INVITE')
    process.environment.userAgent.acknowledgeModify(leg, offered ? undefined : refusalOf(media));
  changeFailed(process, record);
  // It would speak to somebody who is not there, unless who holds the call describes its session when it resumes.
  if (offered && record.holding === undefined && record.parking === undefined)
    process.release(record, 'internal failure', 'nobody');
}

/** The session is as it was. Whom it is with may have gone meanwhile. */
function changeFailed(process: DeviceProcess, record: CallLeg): void {
  record.change = undefined;
  if (record.peer !== undefined || record.parking !== undefined) return;
  if (!keeping.keep(process, record)) process.release(record, 'internal failure', 'nobody');
}

/** `isSure`: whoever asked for it has it, too. */
function changed(process: DeviceProcess, record: CallLeg, isSure: boolean): void {
  const { change } = record;
  record.change = undefined;
  if (change?.by !== 'peer') return;
  if (change.replacing === undefined) {
    record.holding = change.held && { by: change.held, isKept: false, lcp: undefined };
    return;
  }
  changeOver.begin(process, record, change, isSure);
  transfer.stay(process, record);
}

/** The peer's phone took the change that this phone asked for. */
export function modified(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callModified'>,
): void {
  if (transfer.modified(process, record, signal.media)) return;
  if (changedOver(process, record, signal.media)) return;
  const { change } = record;
  if (change?.by !== 'phone' || record.leg === undefined) return;
  record.change = undefined;
  if (change.withdrawn) return;
  lineUse.changed(process, record, signal.media);
  process.environment.userAgent.answerModify(record.leg, signal.media);
}

/** `from` does not do what it was asked: to change, to hand over, to change over. */
export function modifyRefused(
  process: DeviceProcess,
  record: CallLeg,
  cause: Cause,
  from: Pid,
): void {
  parking.givenBack(record, from);
  if (record.takenBy?.pid === from) {
    // It takes this leg's place after all not; what this leg's own change comes to is another's to say.
    record.takenBy = undefined;
    return;
  }
  const { change: open } = record;
  // It was refused this leg's place, or has lost it: the change is not for it.
  if (open?.by === 'peer' && open.peer.pid !== from) return;
  if (transfer.modifyRefused(process, record, cause, from)) return;
  if (notTaken(process, record, cause, from)) return;
  const { change, leg } = record;
  if (change === undefined || leg === undefined) return;
  if (change.by === 'peer' && !change.offered) return abandonChange(process, record);
  record.change = undefined;
  if (change.by === 'phone') lineUse.unchanged(record);
  if (change.by === 'phone' && !change.withdrawn)
    process.environment.userAgent.refuseModify(leg, statusOf(cause));
}

/** An answer to `offer` that takes nothing of it; nothing where no stream was offered. */
function refusalOf(offer: Media | undefined): Media | undefined {
  const body = offer && refusingAnswer(descriptionIn(offer), '0.0.0.0', 1);
  return body === undefined ? undefined : { type: 'application/sdp', body };
}

export function phoneRefusesChange(process: DeviceProcess, record: CallLeg, status: number): void {
  const cause = causeOf(status);
  if (transfer.phoneRefusesChange(process, record, cause)) return;
  if (parking.phoneRefusesChange(process, record)) return;
  const { change } = record;
  if (change?.by !== 'peer') return;
  changeFailed(process, record);
  if (!change.isVain) refuseChange(process, change.peer, cause);
}

/** ACK to our 2xx to the phone's re-INVITE: with an answer, if we passed it the peer's offer. */
export function phoneAcknowledges(
  process: DeviceProcess,
  record: CallLeg,
  media: Media | undefined,
): void {
  const { peer } = record;
  lineUse.acknowledged(process, record, media);
  if (peer === undefined || media === undefined) return;
  process.host.tell(peer.pid, { type: 'callAcknowledge', call: peer.call, media });
}

/** The peer has acknowledged: the phone's 2xx gets its ACK, to INVITE or re-INVITE. */
export function acknowledge(
  process: DeviceProcess,
  record: CallLeg,
  media: Media | undefined,
): void {
  const { leg, change } = record;
  record.unacknowledged = undefined;
  changeOver.confirm(process, record);
  if (leg === undefined || pickup.confirmed(process, record, media)) return;
  if (change?.by === 'peer' && !change.offered) {
    process.environment.userAgent.acknowledgeModify(leg, media);
    changed(process, record, true);
    // Who left the offer to this phone says with its answer whether it holds.
    if (media !== undefined && holdOf(descriptionIn(media)) !== 'held') record.holding = undefined;
  } else if (record.role === 'called' && !record.offered && leg.state === 'answered') {
    process.environment.userAgent.acknowledge(leg, media);
  }
}

/** The peer's leg is over. */
export function released(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callRelease'>,
  from: Pid,
): void {
  const { control } = signal;
  if (control !== undefined && !transfer.isToGoOn(record, control))
    declinePlace(process, record, control, signal.cause);
  // An administrator's word.
  if (signal.cause === 'released' && kindOf(from) === 'l')
    return process.release(record, 'released', 'nobody');
  if (changeOver.formerReleased(record, signal)) return;
  const { change } = record;
  if (change?.by === 'peer' && change.replacing !== undefined && isLeg(change.peer, signal.from))
    return abandonChange(process, record);
  // Another may say it in the place of a leg that died.
  const ended = signal.from?.pid ?? from;
  if (transfer.released(process, record, signal, ended)) {
    // Somebody has seen it die before this manager has.
    if (ended !== from && signal.cause === 'internal failure')
      custody.goOn(process, record, controlOf(record));
    return;
  }
  if (record.peer?.pid !== ended) return;
  if (changeOver.isInVain(signal.cause) && changeOver.putBack(process, record)) return;
  if (ended !== from && signal.cause === 'internal failure' && keeping.keep(process, record))
    return;
  process.release(record, signal.cause, 'peer');
}

function isLeg({ pid, call }: LegRef, other: LegRef | undefined): boolean {
  return pid === other?.pid && call === other.call;
}

/** INFO, MESSAGE, REFER or something else that the phone says inside the call. */
export function phoneRequests(
  process: DeviceProcess,
  record: CallLeg,
  event: Event<'request'>,
): void {
  const { exchange, leg, media } = event;
  const { userAgent } = process.environment;
  const { method, headers } = exchange.request;
  if (method === 'REFER') return refer(process, record, event);
  if (method !== 'INFO' && method !== 'MESSAGE') return userAgent.reply(leg, exchange, 405);
  const { peer } = record;
  if (peer === undefined) return userAgent.reply(leg, exchange, 480);
  if (record.exchanges.length >= EXCHANGES_MAX) {
    return userAgent.reply(leg, exchange, 503, { headers: 'Retry-After: 1\r\n' });
  }
  record.exchanges.push(exchange);
  process.host.tell(peer.pid, {
    type: 'callConvey',
    call: peer.call,
    kind: method === 'INFO' ? 'info' : 'message',
    package: headers.first('Info-Package') ?? '',
    ...withMedia(media),
  });
}

export function convey(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callConvey'>,
  from: Pid,
): void {
  if (record.leg === undefined || record.peer?.pid !== from) return;
  process.environment.userAgent.convey(record.leg, signal.kind === 'info' ? 'INFO' : 'MESSAGE', {
    headers: signal.package === '' ? '' : `Info-Package: ${signal.package}\r\n`,
    token: 0,
    ...withMedia(signal.media),
  });
}

export function phoneConveyed(process: DeviceProcess, record: CallLeg, status: number): void {
  const { peer } = record;
  if (peer === undefined) return;
  process.host.tell(peer.pid, {
    type: 'callConveyed',
    call: peer.call,
    ...(status < 300 ? {} : { cause: causeOf(status) }),
  });
}

export function conveyed(process: DeviceProcess, record: CallLeg, cause: Cause | undefined): void {
  const exchange = record.exchanges.shift();
  if (exchange === undefined || record.leg === undefined) return;
  process.environment.userAgent.reply(
    record.leg,
    exchange,
    cause === undefined ? 200 : statusOf(cause),
  );
}

export function causeOfEnd(why: Event<'ended'>['why']): Cause {
  switch (why) {
    case 'bye':
      return 'hung up';
    case 'session expired':
      return 'session expired';
    case 'gone':
      return 'call gone';
    case 'no ack':
    case 'transport':
      return 'unreachable';
  }
}
