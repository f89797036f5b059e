/**
 * The side that is moved in a transfer, blind or attended (RFC 3515, RFC 3891, RFC 5589): transfers are
 * carried out by the server.
 *
 * The transferor's device process (`referral.ts`) asks that of the *other* leg; that one sets the new
 * call up with the rights of the transferor, obtains the new party's offer and gives it to its own
 * phone by re-INVITE, so that offer and answer always belong together, whatever the media (RFC 3725).
 */
import type { Cause } from '../call/cause.ts';
import { readFeatureCode } from '../call/feature-codes.ts';
import type { CallSignal, LegRef, Media } from '../call/signals.ts';
import { kindOf, type Pid } from '../process/pid.ts';
import type { CallLeg } from './call-leg.ts';
import { declinePlace, sayTransferred, sayWhoCalls } from './caller-place.ts';
import { givenAway } from './consultation.ts';
import * as custody from './custody.ts';
import type { DeviceProcess } from './device-process.ts';
import { partyOfDevice } from './identity.ts';
import * as parking from './parking.ts';
import { withMedia } from './session-change.ts';
import * as lineUse from './sharing/line-use.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** Blind: set up a call to `to` for this leg, with the transferor's rights. */
export function transfer(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callTransfer'>,
): void {
  const { transferor } = signal;
  const refusal = whyNotMoved(record, transferor);
  if (refusal !== undefined) return report(process, transferor, 'failed', refusal);
  const { directory } = process.environment;
  const code = readFeatureCode(directory.features, signal.to);
  if (code !== undefined && directory.isIsolated === true)
    return report(process, transferor, 'failed', 'cut off');
  if (code?.feature === 'park' && code.digits === '') {
    // Who is outside has no line of ours.
    const line = signal.byLine;
    if (line === undefined) return report(process, transferor, 'failed', 'forbidden');
    return parking.park(process, record, {
      ...{ transferor, line, by: signal.by, dialled: signal.to },
      ...{ orbit: undefined, control: undefined },
    });
  }
  const to = code?.feature === 'park' ? code.digits : signal.to;
  const by = directory.devices.get(signal.by);
  const call = process.newCallId();
  process.keep(call, record);
  const control = process.environment.startCall(process.host, {
    type: 'callRequest',
    call,
    caller: { pid: process.pid, call },
    from: record.self,
    dialled: to,
    by: signal.by,
    ...(signal.byLine === undefined ? {} : { byLine: signal.byLine }),
    ...(by === undefined ? {} : { referredBy: partyOfDevice(directory, by) }),
    hops: 69,
    reliable: false,
    ...custody.originOf(process, record.leg, record.accountedBy?.call ?? record.call),
  });
  record.move = {
    ...{ transferor, line: signal.byLine, by: signal.by },
    ...{ call, control, hasRung: false },
  };
}

/** Undefined: it may be. Its peer may be another one by now than who wants it to be moved. */
function whyNotMoved(record: CallLeg, { pid }: LegRef): Cause | undefined {
  const { change, takenBy, transfer, referral, phase, peer } = record;
  const isBusy = isBeingMoved(record) || (change ?? takenBy) !== undefined || phase !== 'talking';
  // Where both want to move each other, whoever is done first would be let go by the other's end.
  if (isBusy || (transfer ?? referral) !== undefined) return 'request pending';
  return peer?.pid === pid ? undefined : 'call gone';
}

/** Whether a transfer is taking this leg to somebody else, or to an orbit. */
export function isBeingMoved({ change, move, parking: parked }: CallLeg): boolean {
  const isMoved = change?.by === 'join' || change?.by === 'move';
  return isMoved || (move ?? parked) !== undefined;
}

/** The phone that the moved party is to reach rings. True: the alert was for a move. */
export function alert(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callAlert'>,
): boolean {
  const { move } = record;
  if (move?.call !== signal.call) return false;
  // Nobody rings yet where it goes on to.
  if (signal.kind === 'forwarded' && kindOf(signal.from.pid) === 'c') return true;
  if (!move.hasRung) report(process, move.transferor, 'ringing', undefined);
  record.move = { ...move, hasRung: true };
  return true;
}

/** The new party answered with its offer: the moved phone gets it. */
export function proceed(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callProceed'>,
): boolean {
  const { move, leg } = record;
  if (move?.call !== signal.call || leg === undefined) return false;
  record.party = signal.party;
  const { transferor } = move;
  const control = { pid: move.control, call: move.call };
  if (record.change !== undefined || record.takenBy !== undefined) {
    // The phone is changing its session at this very moment, or another one is taking its call: it stays with whom it has.
    process.host.tell(signal.from.pid, {
      type: 'callRelease',
      call: signal.from.call,
      cause: 'request pending',
    });
    process.host.tell(control.pid, { type: 'callEnded', call: control.call, cause: 'hung up' });
    fail(process, record, 'request pending');
    return true;
  }
  give(process, record, { by: 'join', to: signal.from, transferor, control }, signal.media);
  return true;
}

export function refuse(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callRefuse'>,
): boolean {
  if (record.move?.call !== signal.call) return false;
  fail(process, record, signal.cause);
  return true;
}

/** Attended: this leg is to speak with `to`, which is asked for an offer. */
export function join(process: DeviceProcess, record: CallLeg, signal: Signal<'callJoin'>): void {
  const { to, transferor, giver } = signal;
  const refusal = whyNotMoved(record, transferor);
  if (refusal !== undefined) return report(process, transferor, 'failed', refusal);
  const given = giver === undefined ? {} : { giver };
  record.change = { by: 'join', to, transferor, control: signal.control, ...given };
  record.party = signal.party;
  process.host.tell(to.pid, {
    type: 'callReplacePeer',
    call: to.call,
    from: { pid: process.pid, call: record.call },
    ...(giver === undefined ? {} : { replaced: giver }),
    party: record.self,
    isTransfer: true,
  });
}

/** `to`'s offer goes to this leg's phone by re-INVITE. */
function give(
  process: DeviceProcess,
  record: CallLeg,
  change: Extract<CallLeg['change'], { by: 'join' }>,
  offer: Media | undefined,
): void {
  record.change = { ...change, by: 'move' };
  const { leg } = record;
  if (leg === undefined || process.environment.userAgent.modify(leg, 'INVITE', offer) === 'pending')
    fail(process, record, 'request pending');
}

/** An answer to a change this leg asked of another: true if it belonged to a transfer. */
export function modified(
  process: DeviceProcess,
  record: CallLeg,
  media: Media | undefined,
): boolean {
  const { change } = record;
  if (change?.by === 'join') {
    give(process, record, change, media);
    return true;
  }
  return false;
}

/** The new party could not be asked for an offer, or has ended since it has made one: true if that ends a transfer. */
export function modifyRefused(
  process: DeviceProcess,
  record: CallLeg,
  cause: Cause,
  from: Pid,
): boolean {
  const { change } = record;
  if (change?.by !== 'join' && !(change?.by === 'move' && change.to.pid === from)) return false;
  fail(process, record, cause);
  return true;
}

/** The moved phone took the new party's offer: the two are connected. */
export function phoneModified(
  process: DeviceProcess,
  record: CallLeg,
  media: Media | undefined,
): boolean {
  const { change, leg, move } = record;
  if (change?.by !== 'move' || leg === undefined) return false;
  process.environment.userAgent.acknowledgeModify(leg);
  record.change = undefined;
  record.peer = change.to;
  lineUse.moved(process, record);
  process.host.tell(change.to.pid, {
    type: 'callAcknowledge',
    call: change.to.call,
    ...withMedia(media),
  });
  const isAttended = move === undefined;
  if (change.control !== undefined) adopt(process, record, change.control, isAttended);
  else if (isAttended) sayTransferred(process, record);
  record.move = undefined;
  parking.retrieved(process, record);
  if (change.transferor === undefined) return true;
  process.host.tell(change.transferor.pid, {
    type: 'callTransferProgress',
    call: change.transferor.call,
    state: 'done',
    keptControl: isAttended && change.control !== undefined,
  });
  if (change.giver !== undefined) letGo(process, change.giver, change.transferor);
  return true;
}

/** The transferor, which does so itself, may have hung up as soon as its REFER was accepted. */
function letGo(process: DeviceProcess, { pid, call }: LegRef, transferor: LegRef): void {
  process.host.tell(pid, { type: 'callRelease', call, cause: 'transferred', from: transferor });
}

/** From now on `control` is the call that this leg is in; what it was in before is over. */
function adopt(
  process: DeviceProcess,
  record: CallLeg,
  control: LegRef,
  isAttended: boolean,
): void {
  const cause = 'transferred';
  // The phone's line goes on with whom it speaks to now.
  const isOfLine = (pid: Pid) => record.use !== undefined && kindOf(pid) === 'l';
  for (const { pid, call } of record.controls)
    if (!isOfLine(pid)) process.host.tell(pid, { type: 'callEnded', call, cause });
  record.controls = [...record.controls.filter(({ pid }) => isOfLine(pid)), control];
  custody.leave(process, record, cause);
  record.accountedBy = control;
  record.leftMs = undefined;
  sayWhoCalls(process, record, isAttended ? { how: 'transferred', party: record.party } : {});
  if (record.control !== control.pid) record.control = undefined;
  if (isAttended || record.role !== 'calling' || record.reportTo === undefined) return;
  process.host.tell(record.reportTo, { type: 'callEnded', call: record.call, cause });
  record.reportTo = undefined;
}

export function phoneRefusesChange(process: DeviceProcess, record: CallLeg, cause: Cause): boolean {
  if (record.change?.by !== 'move') return false;
  fail(process, record, cause);
  return true;
}

/** A transfer could not be done: the new party is let go, the transferor hears, the old call stands. */
function fail(process: DeviceProcess, record: CallLeg, cause: Cause): void {
  const { move } = record;
  const change =
    record.change?.by === 'move' || record.change?.by === 'join' ? record.change : undefined;
  if (change !== undefined) record.change = undefined;
  record.move = undefined;
  if (change?.by === 'move' && move !== undefined) {
    process.host.tell(change.to.pid, { type: 'callRelease', call: change.to.call, cause });
    process.host.tell(move.control, { type: 'callEnded', call: move.call, cause });
  } else if (change?.by === 'move') {
    process.host.tell(change.to.pid, { type: 'callModifyRefused', call: change.to.call, cause });
  }
  if (move !== undefined) process.drop(move.call);
  const told = move?.transferor ?? change?.transferor;
  if (told !== undefined) report(process, told, 'failed', cause);
  // The transferor hung up meanwhile: nobody is left to speak to.
  if (record.peer !== undefined || record.parking !== undefined) return;
  if (change?.control !== undefined && move === undefined)
    declinePlace(process, record, change.control, 'hung up');
  process.release(record, cause, 'nobody');
}

/** Another has the transferor's place: the leg stays with that one, and is not moved any more. */
export function stay(process: DeviceProcess, record: CallLeg): void {
  const { move } = record;
  if (move === undefined) return;
  const cause = 'answered elsewhere';
  process.host.tell(move.control, { type: 'callWithdraw', call: move.call, cause });
  fail(process, record, cause);
}

function report(
  process: DeviceProcess,
  transferor: LegRef | undefined,
  state: 'ringing' | 'failed',
  cause: Cause | undefined,
): void {
  if (transferor === undefined) return;
  process.host.tell(transferor.pid, {
    type: 'callTransferProgress',
    call: transferor.call,
    state,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The peer's leg ended while a transfer was under way: true if that is no reason to end this one. */
export function released(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callRelease'>,
  from: Pid,
): boolean {
  const { change, peer } = record;
  // A phone that has called itself, or gives a call away that it picks up, is on all sides at once.
  const { takenBy } = record;
  if (takenBy?.pid === from && takenBy.call === signal.from?.call) {
    // Whoever took this leg's place has the call now: the phone is let go, and only the line is told, which may
    // have heard of neither yet.
    for (const { pid, call } of record.controls)
      if (kindOf(pid) === 'l')
        process.host.tell(pid, { type: 'linePassed', call, holder: takenBy });
    record.peer = undefined;
    record.reportTo = undefined;
    record.controls = [];
    process.release(record, 'transferred', 'peer');
    return true;
  }
  if (givenAway(process, record, signal, from)) return true;
  const joining = change?.by === 'move' || change?.by === 'join' ? change : undefined;
  if (joining?.to.pid === from && (peer?.pid !== from || joining.to.call === signal.call)) {
    fail(process, record, signal.cause);
    return true;
  }
  return peer?.pid === from && losePeer(record, signal.control);
}

/** Whether the leg goes on, or is about to, in the call that `control` is that of: it has the caller's place, or gets it. */
export function isToGoOn({ change, controls }: CallLeg, { pid }: LegRef): boolean {
  const joining = change?.by === 'move' || change?.by === 'join' ? change : undefined;
  return joining?.control?.pid === pid || controls.some((control) => control.pid === pid);
}

/**
 * Whom this leg speaks to is gone: true if another is about to take that place. A transferor may hang up
 * as soon as its REFER is accepted; the transfer goes on without it, in the call that is `given` for that.
 */
export function losePeer(record: CallLeg, given?: LegRef): boolean {
  const { change, move } = record;
  const isReplaced = change?.by === 'peer' && change.replacing !== undefined && !change.isVain;
  const isMoved = move !== undefined || change?.by === 'join' || change?.by === 'move';
  const isParked = record.parking !== undefined;
  if (!isReplaced && !isMoved && !isParked) return false;
  // The call control that it was to give may end with it: the two go on without.
  if (move === undefined && (change?.by === 'join' || change?.by === 'move'))
    record.change = { ...change, control: given };
  record.peer = undefined;
  return true;
}

/** The call that the leg was to go on in is no more: the two go on without call control. */
export function loseControl(record: CallLeg, isGone: (pid: Pid | undefined) => boolean): void {
  const { change } = record;
  if ((change?.by === 'join' || change?.by === 'move') && isGone(change.control?.pid))
    record.change = { ...change, control: undefined };
}

/** A leg that ended takes with it what it was in the middle of. */
export function abandoned(process: DeviceProcess, record: CallLeg, cause: Cause): void {
  const { change, move, peer } = record;
  parking.end(process, record);
  // The transferor has left its call to this leg.
  const isJoining = move === undefined && (change?.by === 'move' || change?.by === 'join');
  if (isJoining && change.control !== undefined && peer === undefined)
    declinePlace(process, record, change.control, cause);
  if (move !== undefined && change?.by !== 'move') {
    process.host.tell(move.control, { type: 'callWithdraw', call: move.call, cause });
  } else if (move !== undefined && change?.by === 'move') {
    process.host.tell(change.to.pid, { type: 'callRelease', call: change.to.call, cause });
    process.host.tell(move.control, { type: 'callEnded', call: move.call, cause });
  } else if (change?.by === 'move' || change?.by === 'join') {
    process.host.tell(change.to.pid, { type: 'callModifyRefused', call: change.to.call, cause });
  } else if (change?.by === 'peer' && change.replacing !== undefined && !change.isVain) {
    const { pid, call } = change.peer;
    process.host.tell(pid, { type: 'callModifyRefused', call, cause });
  }
  const transferor =
    move?.transferor ??
    (change?.by === 'move' || change?.by === 'join' ? change.transferor : undefined);
  if (transferor !== undefined) report(process, transferor, 'failed', cause);
}
