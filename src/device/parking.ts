/**
 * A call that is parked: the leg of who waits there is on its own until somebody dials the orbit, from whichever
 * phone at whichever manager, and takes the place of who has parked it, as with Replaces (`take-over.ts`). Who
 * has parked it may be gone, with its manager. After a while the call rings at the line that has parked it, and
 * goes on waiting meanwhile.
 */
import type { Answerer } from '../call/call-record.ts';
import type { Cause } from '../call/cause.ts';
import { REFUSALS, type RefusalCode } from '../call/refusal-codes.ts';
import type { CallRequest, CallSignal, LegRef, Media, Party } from '../call/signals.ts';
import { kindOf, type Pid } from '../process/pid.ts';
import { idleAnswer } from '../sdp/idle-answer.ts';
import type { CallLeg } from './call-leg.ts';
import { logCall } from './call-log.ts';
import * as custody from './custody.ts';
import type { DeviceProcess } from './device-process.ts';
import { partyOfDevice } from './identity.ts';
import { refuseChange } from './session-change.ts';
import { descriptionIn } from './session-description.ts';
import * as keeping from './sharing/keeping.ts';
import * as lineUse from './sharing/line-use.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** What a leg has to do with orbits: it asks for one, or waits at one. */
export type Parking = {
  /** Undefined: the park manager has not given it one. */
  readonly orbit: string | undefined;
  /** Who parks it, until it hears how that went. */
  readonly transferor: LegRef | undefined;
  /** The line to which it rings back. */
  readonly line: string | undefined;
  /** The device that parks it, and what that has dialled to do so. */
  readonly by: string;
  readonly dialled: string;
  /** Call control of the call to the orbit, which this one is from then on; undefined: a free orbit is wanted. */
  readonly control: LegRef | undefined;
  readonly sinceMs: number;
  /** To whom it has been handed over, and who that is for the call's record. */
  readonly taker?: { readonly leg: LegRef; readonly answerer: Answerer | undefined };
  /** Who wants the call while its phone is being put on hold. */
  readonly waiting?: Signal<'callTakeOver'>;
};

/** Nobody waits for longer than that. */
const PARKED_MAX_MS = 3_600_000;
const TIMER = 'parked:';

/** This leg is to be parked, by the device `by` on its `line`; `orbit` undefined: wherever there is room. */
export function park(
  process: DeviceProcess,
  record: CallLeg,
  { orbit, ...wanted }: Omit<Parking, 'sinceMs' | 'taker' | 'waiting'>,
): void {
  record.parking = { ...wanted, orbit: undefined, sinceMs: process.host.nowMs };
  process.host.tell(process.environment.parkManager, {
    type: 'orbitPark',
    call: record.call,
    ...(orbit === undefined ? {} : { orbit }),
    party: record.self,
    by: wanted.by,
    ...(wanted.line === undefined ? {} : { byLine: wanted.line }),
  });
}

/** The orbit is its own: whom it spoke to is let go, and its phone put on hold. */
export function parked(process: DeviceProcess, record: CallLeg, orbit: string): void {
  const { parking, leg, holding } = record;
  if (parking === undefined || parking.orbit !== undefined || record.phase !== 'talking')
    return process.host.tell(process.environment.parkManager, {
      type: 'orbitLeave',
      call: record.call,
    });
  const { transferor } = parking;
  const control = parking.control ?? begin(process, record, parking, orbit);
  record.parking = { ...parking, orbit, control, transferor: undefined };
  logCall(process, record, 'call parked', undefined);
  leaveCall(process, record);
  record.controls = [...record.controls, control];
  record.accountedBy = control;
  record.leftMs = undefined;
  process.host.tell(control.pid, { type: 'orbitParked', call: control.call, orbit });
  if (transferor !== undefined)
    process.host.tell(transferor.pid, {
      type: 'callTransferProgress',
      call: transferor.call,
      state: 'done',
      orbit,
    });
  record.party = { number: orbit, name: '' };
  lineUse.moved(process, record);
  process.host.start(TIMER + record.call, process.environment.directory.orbits.timeoutMs);
  // Whose phone is held already hears nobody.
  if (holding !== undefined || leg === undefined || record.change !== undefined) return;
  if (process.environment.userAgent.modify(leg, 'INVITE', undefined) !== 'pending')
    record.change = { by: 'park' };
}

/** The call with who has parked it is over. */
function leaveCall(process: DeviceProcess, record: CallLeg): void {
  const cause = 'transferred';
  // The phone's line goes on with the call.
  const isOfLine = (pid: Pid) => record.use !== undefined && kindOf(pid) === 'l';
  for (const { pid, call } of record.controls)
    if (!isOfLine(pid)) process.host.tell(pid, { type: 'callEnded', call, cause });
  record.controls = record.controls.filter(({ pid }) => isOfLine(pid));
  // Who has parked it may have held it, and be lost since: it is at the orbit, and its line's no more.
  keeping.retrieved(process, record);
  if (record.role === 'calling' && record.reportTo !== undefined) {
    process.host.tell(record.reportTo, { type: 'callEnded', call: record.call, cause });
    record.reportTo = undefined;
  }
  record.peer = undefined;
  record.formerPeer = undefined;
  record.control = undefined;
  custody.leave(process, record, cause);
}

/** Who has not dialled the orbit itself is in a call to it all the same. */
function begin(process: DeviceProcess, record: CallLeg, parking: Parking, orbit: string): LegRef {
  const request = orbitRequest(process, record, parking, orbit);
  const { call } = request;
  process.keep(call, record);
  return { pid: process.environment.startCall(process.host, request), call };
}

function orbitRequest(
  process: DeviceProcess,
  record: CallLeg,
  { by, line }: Parking,
  dialled: string,
): CallRequest {
  const { directory } = process.environment;
  const device = directory.devices.get(by);
  const call = process.newCallId();
  return {
    type: 'callRequest',
    call,
    caller: { pid: process.pid, call },
    from: record.self,
    dialled,
    isDirect: true,
    by,
    ...(line === undefined ? {} : { byLine: line }),
    ...(device === undefined ? {} : { referredBy: partyOfDevice(directory, device) }),
    ...custody.originOf(process, record.leg, record.accountedBy?.call ?? record.call),
    hops: 69,
    reliable: false,
  };
}

/** There is no orbit for it. */
export function parkRefused(process: DeviceProcess, record: CallLeg, code: RefusalCode): void {
  const { parking } = record;
  if (parking === undefined || parking.orbit !== undefined) return;
  record.parking = undefined;
  const { cause } = REFUSALS[code];
  const { transferor, control } = parking;
  logCall(process, record, 'call refused', cause, code);
  if (control === undefined) {
    const request = orbitRequest(process, record, parking, parking.dialled);
    custody.recordEnd(process, request, cause, code);
  } else process.host.tell(control.pid, { type: 'callRefuse', call: control.call, cause, code });
  if (transferor !== undefined)
    process.host.tell(transferor.pid, {
      type: 'callTransferProgress',
      call: transferor.call,
      state: 'failed',
      cause,
    });
  // The transferor hung up meanwhile: nobody is left to speak to, unless the call is kept for who is lost.
  if (record.peer === undefined && !record.holding?.isKept)
    process.release(record, cause, 'nobody');
}

/** The phone has made an offer, to be put on hold. True: it was asked for that. */
export function phoneModified(
  process: DeviceProcess,
  record: CallLeg,
  media: Media | undefined,
): boolean {
  const { change, leg } = record;
  if (change?.by !== 'park' || leg === undefined) return false;
  const body = media && idleAnswer(descriptionIn(media), 1);
  const idle = body === undefined ? undefined : { type: 'application/sdp', body };
  process.environment.userAgent.acknowledgeModify(leg, idle);
  held(process, record);
  return true;
}

/** It would not be: it waits all the same. */
export function phoneRefusesChange(process: DeviceProcess, record: CallLeg): boolean {
  if (record.change?.by !== 'park') return false;
  held(process, record);
  return true;
}

function held(process: DeviceProcess, record: CallLeg): void {
  const { parking } = record;
  record.change = undefined;
  if (parking?.waiting === undefined) return;
  const { waiting, ...rest } = parking;
  record.parking = rest;
  handOver(process, record, waiting);
}

/** Somebody has dialled the orbit: the first has the call. */
export function handOver(
  process: DeviceProcess,
  record: CallLeg,
  signal: Signal<'callTakeOver'>,
): void {
  const { from, orbit } = signal;
  const { parking, change, takenBy } = record;
  if (parking === undefined || orbit !== parking.orbit || takenBy !== undefined)
    return refuseChange(process, from, 'call gone');
  if (change?.by === 'park' && parking.waiting === undefined) {
    record.parking = { ...parking, waiting: signal };
    return;
  }
  // It may be going back to who has parked it at this very moment.
  if (change !== undefined) return refuseChange(process, from, 'call gone');
  stopRinging(process, record, 'answered elsewhere');
  record.takenBy = from;
  record.parking = { ...parking, taker: { leg: from, answerer: signal.answerer } };
  process.host.tell(from.pid, {
    type: 'callTakenOver',
    call: from.call,
    peer: { pid: process.pid, call: record.call },
    party: record.self,
    controls: parking.control === undefined ? [] : [parking.control],
  });
}

/** The leg speaks to somebody again, or is over: the orbit is free. */
export function end(process: DeviceProcess, record: CallLeg): void {
  const { parking, call } = record;
  if (parking === undefined) return;
  const { transferor, control, orbit } = parking;
  if (transferor !== undefined)
    process.host.tell(transferor.pid, {
      type: 'callTransferProgress',
      call: transferor.call,
      state: 'failed',
      cause: 'call gone',
    });
  if (control !== undefined && orbit === undefined)
    process.host.tell(control.pid, {
      type: 'callWithdraw',
      call: control.call,
      cause: 'caller gave up',
    });
  record.parking = undefined;
  process.host.stop(TIMER + call);
  process.host.tell(process.environment.parkManager, { type: 'orbitLeave', call });
  if (parking.waiting !== undefined) refuseChange(process, parking.waiting.from, 'call gone');
}

/** Who has asked for the call gives it up. */
export function givenBack(record: CallLeg, from: Pid): void {
  const { parking } = record;
  if (parking?.waiting?.from.pid !== from) return;
  const { waiting: _, ...rest } = parking;
  record.parking = rest;
}

/** The phone wants its session changed while it waits. True: it is parked. */
export function phoneModifies(
  process: DeviceProcess,
  { parking, peer, change, leg }: CallLeg,
  media: Media | undefined,
): boolean {
  if (parking?.orbit === undefined || peer !== undefined || change !== undefined) return false;
  const body = media && idleAnswer(descriptionIn(media), 1);
  if (leg === undefined || body === undefined) return false;
  process.environment.userAgent.answerModify(leg, { type: 'application/sdp', body });
  return true;
}

/** The call has been retrieved, or rings back no more: who parked it has it again. */
export function retrieved(process: DeviceProcess, record: CallLeg): void {
  const { parking, peer, party } = record;
  if (parking === undefined) return;
  const { taker, control } = parking;
  record.takenBy = undefined;
  if (control !== undefined && taker?.leg.pid === peer?.pid && taker?.leg.call === peer?.call)
    tellTaken(process, control, party, taker);
  end(process, record);
}

/** Who retrieves the call has answered it. */
function tellTaken(
  { host }: DeviceProcess,
  { pid, call }: LegRef,
  party: Party,
  taker: Parking['taker'],
): void {
  if (taker === undefined) return;
  const { leg: from, answerer } = taker;
  const said = answerer === undefined ? {} : { answerer };
  host.tell(pid, { type: 'callProceed', call, from, party, ...said });
}

/** True: the timer was one of these. The call rings at the line that has parked it, and waits on. */
export function timeout(process: DeviceProcess, timer: string): boolean {
  if (!timer.startsWith(TIMER)) return false;
  const { host, environment } = process;
  const record = process.legs.get(timer.slice(TIMER.length));
  const { parking } = record ?? {};
  if (record === undefined || parking?.orbit === undefined) return true;
  host.start(timer, environment.directory.orbits.timeoutMs);
  if (host.nowMs - parking.sinceMs >= PARKED_MAX_MS) {
    process.release(record, 'session expired', 'nobody');
    return true;
  }
  const isBusy = (record.change ?? record.move ?? record.takenBy) !== undefined;
  if (isBusy || parking.line === undefined) return true;
  const call = process.newCallId();
  process.keep(call, record);
  logCall(process, record, 'parked call rings back', undefined);
  const control = environment.startCall(host, {
    type: 'callRequest',
    call,
    caller: { pid: process.pid, call },
    from: record.self,
    dialled: parking.line,
    isDirect: true,
    by: process.place.device,
    ...custody.originOf(process, record.leg, record.accountedBy?.call ?? record.call),
    hops: 69,
    reliable: false,
  });
  record.move = {
    ...{ transferor: undefined, line: undefined, by: process.place.device },
    ...{ call, control, hasRung: false },
  };
  return true;
}

/** Somebody else has the call, or nobody any more. */
function stopRinging(process: DeviceProcess, record: CallLeg, cause: Cause): void {
  const { move } = record;
  if (move === undefined) return;
  record.move = undefined;
  process.drop(move.call);
  process.host.tell(move.control, { type: 'callWithdraw', call: move.call, cause });
}
