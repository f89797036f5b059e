/**
 * INVITE with Replaces (RFC 3891): a phone takes the place of another leg of its own line, e.g. to
 * retrieve a call or to complete an attended transfer by itself.
 *
 * Three parties: the new leg, the replaced one, which hands over what it had, and the replaced
 * one's peer, whose phone is re-INVITEd with the new phone's offer.
 */
import type { Cause } from '../call/cause.ts';
import { REFUSALS, type RefusalCode } from '../call/refusal-codes.ts';
import type { CallSignal, Media } from '../call/signals.ts';
import { kindOf, type Pid } from '../process/pid.ts';
import type { UserAgentEvent } from '../sip/user-agent/events.ts';
import { type CallLeg, callingLeg } from './call-leg.ts';
import { logCall } from './call-log.ts';
import { sayWhoCalls } from './caller-place.ts';
import { refusalHeaders } from './cause-to-status.ts';
import { isInVain } from './change-over.ts';
import * as custody from './custody.ts';
import type { DeviceProcess } from './device-process.ts';
import { endSearch, type SearchResult, seek } from './dialog-search.ts';
import { dialledOf } from './identity.ts';
import { refuseLeg, tellControls } from './leg-end.ts';
import { controlsFor, withProcessOf } from './line-controls.ts';
import { remember } from './overlap.ts';
import { askPhone, refuseChange, withMedia } from './session-change.ts';
import * as keeping from './sharing/keeping.ts';
import * as lineUse from './sharing/line-use.ts';
import * as publications from './sharing/publications.ts';
import * as retrieval from './sharing/retrieval.ts';
import { lcpOf, whyNotTaken } from './sharing/rights.ts';
import { watchedDialog } from './sharing/view.ts';

type Invited = Extract<UserAgentEvent<CallLeg>, { type: 'invited' }>;
type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** A call that was taken over that often stays where it is: each adds one that hears of its end. */
const CONTROLS_MAX = 15;
/** Of a call that ends while it is being taken: it was not to be had. */
const NO_MORE: ReadonlySet<Cause> = new Set([
  'call gone',
  'hung up',
  'caller gave up',
  'transferred',
  'session expired',
  'internal failure',
]);

/** The new leg: asks the replaced one to hand over, once it is found. */
export function takeOver(
  process: DeviceProcess,
  { leg, media, request, replaces, sought: dialog }: Invited,
): void {
  const { host } = process;
  const call = process.newCallId();
  const number = replaces?.owner.number ?? dialledOf(request.uri) ?? '';
  const isOffering = media !== undefined;
  const record = callingLeg(process, call, leg, process.party, number, isOffering, host.nowMs);
  leg.owner = record;
  process.keep(call, record);
  record.change = { by: 'take-over', replaced: undefined, ...(isOffering ? { offer: media } : {}) };
  if (replaces !== undefined) {
    const { owner } = replaces;
    return sought(process, record, { pid: owner.process.pid, call: owner.call });
  }
  // A name that the line's state gave it means the call, whoever has it.
  const watched = dialog && watchedDialog(process, dialog);
  if (watched !== undefined) {
    const wants = dialog?.earlyOnly ? ({ wants: 'ringing' } as const) : {};
    return retrieval.ask(process, record, { ...watched, offer: media, ...wants });
  }
  const purpose = dialog?.earlyOnly ? 'replace early' : 'replace';
  if (dialog === undefined || !seek(process, record, { ...dialog, purpose }))
    sought(process, record, { cause: 'call gone' });
}

/** The leg that this one is to replace has been found, or has not. */
export function sought(process: DeviceProcess, record: CallLeg, result: SearchResult): void {
  const { change } = record;
  if (change?.by !== 'take-over') return;
  if ('cause' in result) return refuse(process, record, result.cause, '');
  record.change = { ...change, replaced: result };
  const lineCall = record.retrieval?.lineCall;
  process.host.tell(result.pid, {
    type: 'callTakeOver',
    call: result.call,
    from: { pid: process.pid, call: record.call },
    by: process.place.device,
    ...(lineCall === undefined ? {} : { lineCall }),
  });
}

/** The leg rings for a line: whether another may have the call is for the line to say. */
export function rings(
  process: DeviceProcess,
  record: CallLeg,
  { number, appearance }: Signal<'callRings'>,
): void {
  const { change } = record;
  if (change?.by !== 'take-over') return;
  if (lcpOf(process, number) === undefined) return refuse(process, record, 'forbidden');
  record.change = { ...change, replaced: undefined };
  retrieval.ask(process, record, { number, appearance, wants: 'ringing', offer: change.offer });
}

/** The INVITE's own end: nobody else has heard of it. */
export function refuse(
  process: DeviceProcess,
  record: CallLeg,
  cause: Cause,
  headers = refusalHeaders(cause),
  code?: RefusalCode,
): void {
  record.phase = 'over';
  process.forget(record);
  if (cause === 'address incomplete') remember(process, record);
  retrieval.end(process, record, cause);
  endSearch(process, record);
  if (record.leg !== undefined)
    refuseLeg(process.environment.userAgent, record.leg, cause, code, headers);
  process.settle();
}

/** The same of an INVITE that has dialled a number, from a line perhaps that shows that it does. */
export function refuseDialled(
  process: DeviceProcess,
  record: CallLeg,
  code: RefusalCode,
  cause: Cause = REFUSALS[code].cause,
): void {
  logCall(process, record, 'call refused', cause, code);
  tellControls(process, record, cause, {});
  if (record.reportTo === undefined) custody.recordDialled(process, record, cause, code);
  else tellReport(process, record, cause, code);
  refuse(process, record, cause, refusalHeaders(cause, code), code);
}

/** Call control of a call to an orbit hears how it ended. */
function tellReport(
  { host }: DeviceProcess,
  { reportTo, call }: CallLeg,
  cause: Cause,
  code?: RefusalCode,
): void {
  const coded = code === undefined ? {} : { code };
  if (reportTo !== undefined) host.tell(reportTo, { type: 'callRefuse', call, cause, ...coded });
}

/** The replaced leg: hands over its peer and who is told of the end. */
export function handOver(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callTakeOver'>,
): void {
  const { peer, reportTo, controls, party, line, role, holds } = record;
  const { from, by } = signal;
  if (record.holding?.isKept) return keeping.handOver(process, record, signal);
  if (role === 'called' && record.phase === 'offered' && line !== undefined)
    return process.host.tell(from.pid, { type: 'callRings', call: from.call, ...line });
  const refusal = whyNotTaken(process, record, by);
  if (refusal !== undefined) return refuseChange(process, from, refusal);
  const ofLine = lineOf(record);
  if (isOnItsWay(record)) return refuseChange(process, from, 'request pending');
  const isFree = record.phase === 'talking' && record.takenBy === undefined;
  if (peer === undefined || !isFree || controls.length >= CONTROLS_MAX)
    return refuseChange(process, from, 'call gone');
  record.takenBy = from;
  const reports = reportTo === undefined ? [] : [{ pid: reportTo, call: record.call }];
  process.host.tell(from.pid, {
    type: 'callTakenOver',
    call: from.call,
    peer,
    party,
    controls: [...reports, ...controls],
    ...(holds === 0 ? {} : { holds }),
    ...(ofLine === undefined ? {} : { line: ofLine }),
  });
}

/** It is about to have another peer, or none. */
function isOnItsWay({ change, parking }: CallLeg): boolean {
  const isMoved = change?.by === 'join' || change?.by === 'move';
  return isMoved || change?.by === 'take-over' || parking !== undefined;
}

/** The line that has the leg's call, and its id for it. */
function lineOf({ use, line, call }: CallLeg): Signal<'callTakenOver'>['line'] {
  if (use !== undefined) {
    const { number, call: known, isOwn } = use;
    return isOwn ? { number, call: known, isOwn } : { number, call: known };
  }
  return line && { number: line.number, call };
}

/** The new leg has what the old one had: the peer's phone is asked to change over. */
export function handedOver(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callTakenOver'>,
): void {
  const { change } = record;
  if (change?.by !== 'take-over') return;
  record.peer = signal.peer;
  record.party = signal.party;
  const { line, controls } = signal;
  if (line !== undefined)
    record.change = { ...change, line, ...(line.isOwn ? { isOwn: line.isOwn } : {}) };
  record.holds = signal.holds ?? 0;
  // Who has dialled an orbit has a line of its own that hears of the call's end.
  if (change.orbit === undefined) record.controls = controlsFor(process, controls, line);
  else record.accountedBy = signal.controls.find(({ pid }) => kindOf(pid) === 'c');
  const { peer } = signal;
  const { replaced } = change;
  // A call that is kept, or parked, is had from its far end.
  const isPeers = replaced?.pid === peer.pid && replaced.call === peer.call;
  process.host.tell(peer.pid, {
    type: 'callReplacePeer',
    call: peer.call,
    from: { pid: process.pid, call: record.call },
    ...(replaced === undefined || isPeers ? {} : { replaced }),
    party: record.self,
    ...withMedia(change.offer),
  });
}

/** The peer of a replaced leg, or of one that is given away: its phone is asked. */
export function replacePeer(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callReplacePeer'>,
): void {
  if (record.phase !== 'talking' || isAnothers(record, signal))
    return refuseChange(process, signal.from, 'call gone');
  askPhone(process, record, 'INVITE', signal.media, signal.from, signal.party ?? record.party);
  const { change } = record;
  const isAsked = change?.by === 'peer' && change.peer === signal.from;
  if (isAsked && signal.isTransfer) record.change = { ...change, isTransfer: true };
}

/** Whether the peer is not, or not any more, the one whose place is wanted. Who is parked is had from the orbit only. */
function isAnothers(
  { peer, parking, takenBy }: CallLeg,
  { replaced, from }: Signal<'callReplacePeer'>,
): boolean {
  if (parking !== undefined) return takenBy?.pid !== from.pid || takenBy.call !== from.call;
  return replaced !== undefined && peer !== undefined && peer.pid !== replaced.pid;
}

/** The peer's phone has changed over: the new phone's INVITE is answered. */
export function changedOver(
  process: DeviceProcess,
  record: CallLeg,
  media: Media | undefined,
): boolean {
  const { change, leg } = record;
  if (change?.by !== 'take-over' || change.isAnswered || leg === undefined) return false;
  record.change = { ...change, isAnswered: true };
  record.phase = 'talking';
  process.environment.userAgent.answer(leg, withMedia(media));
  // It has the call now, and nobody who wants it.
  if (change.isVain) process.release(record, 'caller gave up', 'nobody');
  return true;
}

/** The new phone has acknowledged that: it has the call, and the old leg is let go. */
export function acknowledged(process: DeviceProcess, record: CallLeg): void {
  const { change, peer, offered } = record;
  if (change?.by !== 'take-over' || !change.isAnswered) return;
  record.change = undefined;
  // Else it hears so with the phone's answer to its offer.
  if (offered && peer !== undefined)
    process.host.tell(peer.pid, { type: 'callAcknowledge', call: peer.call });
  sayWhoCalls(process, record, { how: 'retrieved', party: record.self });
  if (change.orbit === undefined) inherit(process, record, change);
  else joined(process, record);
  retrieval.end(process, record, undefined);
  // A line goes on with another of its phones.
  const holder = { pid: process.pid, call: record.call };
  const { party, place } = process;
  const { device } = place;
  for (const { pid, call } of change.orbit === undefined ? record.controls : [])
    if (kindOf(pid) === 'l')
      process.host.tell(pid, { type: 'callHeld', call, holder, party, device, far: record.party });
  publications.claim(process, record);
  // A call that was kept was had from its far end.
  const isKept = change.replaced?.pid === peer?.pid && change.replaced?.call === peer?.call;
  if (change.replaced !== undefined && !isKept) {
    const { pid, call } = change.replaced;
    process.host.tell(pid, { type: 'callRelease', call, cause: 'transferred', from: holder });
  }
}

/** The call is that of the replaced leg. Its line may have got another process since that one has handed it over. */
function inherit(
  process: DeviceProcess,
  record: CallLeg,
  { line, isOwn }: Extract<CallLeg['change'], { by: 'take-over' }>,
): void {
  const controls = controlsFor(process, record.controls, line);
  record.controls = withProcessOf(process, controls, line);
  record.accountedBy = record.controls.find(({ pid }) => kindOf(pid) === 'c');
  lineUse.inherit(process, record, isOwn ?? record.retrieval?.isOwn ?? false, line);
}

/** Who has dialled the orbit is in the call that was parked there, and in none of its own. */
function joined(process: DeviceProcess, record: CallLeg): void {
  const { reportTo, call } = record;
  if (reportTo !== undefined)
    process.host.tell(reportTo, { type: 'callEnded', call, cause: 'transferred' });
  record.reportTo = undefined;
  lineUse.answered(process, record);
}

/**
 * The phone gave its INVITE up: true if the peer's phone is being asked already. Nobody knows yet which
 * of the two calls there is then.
 */
export function givenUp(process: DeviceProcess, record: CallLeg): boolean {
  const { change, peer } = record;
  if (change?.by !== 'take-over' || peer === undefined) return false;
  record.change = { ...change, isVain: true };
  process.host.tell(peer.pid, { type: 'callModifyWithdraw', call: peer.call });
  return true;
}

/** It could not be done: the INVITE is refused, the replaced leg keeps its call. `from`: who would not. */
export function notTaken(
  process: DeviceProcess,
  record: CallLeg,
  cause: Cause,
  from?: Pid,
): boolean {
  const { change, peer } = record;
  if (change?.by !== 'take-over') return false;
  // Its phone has changed over, and does not know whom to.
  if (change.isAnswered) {
    process.release(record, 'unreachable', 'nobody');
    return true;
  }
  // The parked phone was asked, and has said no.
  const isParkedPhones = peer !== undefined && !NO_MORE.has(cause);
  // Who has not handed over has nothing to be given back.
  if (peer !== undefined || from === undefined || from !== change.replaced?.pid)
    giveBack(process, record);
  const code = retrieval.codeOf(record, cause);
  if (code !== undefined) refuseDialled(process, record, code);
  else if (change.orbit === undefined) refuse(process, record, cause);
  else if (change.isVain) {
    // Its phone has been answered, its line has not.
    tellControls(process, record, 'caller gave up', {});
    tellReport(process, record, 'caller gave up');
    refuse(process, record, 'caller gave up');
  } else if (isParkedPhones) refuseDialled(process, record, 'LW-3447', cause);
  else refuseDialled(process, record, 'LW-3441');
  return true;
}

/** The far end's phone does not change over, or this leg's does not acknowledge that it has. */
export function giveUp(process: DeviceProcess, record: CallLeg): void {
  const { change } = record;
  if (change?.by !== 'take-over') return;
  if (change.isAnswered) return process.release(record, 'unreachable', 'nobody');
  abandoned(process, record, 'unreachable');
  tellReport(process, record, 'unreachable');
  refuse(process, record, 'unreachable');
}

/** The leg ends before it has the call. Whose the call is then is for the far end to say, once that has changed over. */
export function abandoned(process: DeviceProcess, record: CallLeg, cause: Cause): void {
  const { change, peer, call } = record;
  if (change?.by !== 'take-over') return;
  // They have not heard that it is this leg's. Who has dialled an orbit has its own line's word only.
  if (change.orbit === undefined && (isInVain(cause) || !change.isAnswered)) record.controls = [];
  if (change.isAnswered) return;
  const from = { pid: process.pid, call };
  if (peer !== undefined)
    process.host.tell(peer.pid, { type: 'callRelease', call: peer.call, cause, from });
  giveBack(process, record);
}

/** The replaced leg is its phone's again. */
function giveBack(process: DeviceProcess, { change }: CallLeg): void {
  if (change?.by !== 'take-over' || change.replaced === undefined) return;
  refuseChange(process, change.replaced, 'caller gave up');
}
