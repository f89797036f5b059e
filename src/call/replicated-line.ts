/**
 * Line control process of a replicated line: one per manager that has a device of the number (US
 * 7,145,899, claims 17-35, 50-65). It knows the devices of its own manager only, and of the line's
 * calls what every other process of the line knows (`replicated-calls.ts`).
 * Call control asks one of the line's processes for the line's lock, and shows the call with it to all
 * (`distribution.ts`). The lock manager says what may be done, this does it. The machine works on its
 * own record in place. Any signal may come twice, late, or not at all.
 */
import { assert } from '../base/assert.ts';
import { type Home, homeOf, isGone, type Pid } from '../process/pid.ts';
import { takeAppearance } from './appearances.ts';
import type { Cause } from './cause.ts';
import { EXIT, type Out, start, stop, tell } from './effects.ts';
import { type Offered, putCall, type Taken } from './line-control.ts';
import { removeDevice } from './line-control-database.ts';
import { editLine } from './line-edit.ts';
import { hearAlert, isStale, withdraw } from './line-offer.ts';
import type { LineEvent } from './line-process.ts';
import type { ReportedCall } from './line-report.ts';
import { tellWatchers, unwatchLine, watchLine } from './line-watchers.ts';
import { isIdle, type LockEffect, type LockEvent } from './lock-control.ts';
import { step as stepLock } from './lock-manager.ts';
import type { LineLock, LineOperation } from './lock-signals.ts';
import {
  bury,
  drop,
  enter,
  LINE_CALLS_MAX,
  liveCall,
  noteTaken,
  type ReplicatedLine,
  reportOf,
  SWEEP,
  sweep,
} from './replicated-calls.ts';
import { attach, detach, hearAdopted, passOn, settleAdopted } from './replicated-devices.ts';
import {
  answerHere,
  answerLost,
  offerHere,
  refuseHere,
  ringRound,
  silence,
} from './replicated-offer.ts';
import { evict, knowsMore, learn, meet, report } from './replicated-reports.ts';
import { keepUp } from './replicated-upkeep.ts';
import type { CallRequest, CallSignal } from './signals.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** A process that nobody needs goes after that time. */
const IDLE_MS = 5000;
const IDLE = 'idle';

/** The machine: changes `line` and appends to `out` what is to be done. */
export function step(line: ReplicatedLine, event: LineEvent, out: Out): void {
  switch (event.type) {
    case 'signal':
      receive(line, event.signal, event.from, out);
      break;
    case 'timer':
      if (event.timer === SWEEP) sweep(line, out);
      else if (event.timer === IDLE) retire(line, out);
      else useLock(line, event, out);
      break;
    case 'down':
      lose(line, event.gone, out);
  }
  tellWatchers(line.control, out);
  lookIdle(line, out);
}

function lookIdle({ control, lock }: ReplicatedLine, out: Out): void {
  const uses = control.devices.length + control.calls.size + control.watchers.length;
  const isInUse = uses > 0 || !isIdle(lock);
  if (isInUse === !control.isIdle || control.own === null) return;
  control.isIdle = !isInUse;
  out.push(isInUse ? stop(IDLE) : start(IDLE, IDLE_MS));
}

/** Nobody needs this process: the others go on without it. */
function retire({ control }: ReplicatedLine, out: Out): void {
  if (!control.isIdle || control.own === null) return;
  out.push(tell(control.own.manager, { type: 'lineReleased', number: control.line.number }));
  out.push(EXIT);
}

function receive(line: ReplicatedLine, signal: CallSignal, from: Pid, out: Out): void {
  switch (signal.type) {
    case 'lineOwned':
      line.control.epoch = signal.epoch;
      line.control.own = { lcp: signal.lcp, manager: from };
      break;
    case 'lineLost':
      // Its key is its manager's own: who loses it without being asked has lost track of the world.
      assert(line.control.own === null, `${signal.number} has gone to nobody`);
      out.push(EXIT);
      break;
    case 'lineEdited':
      return editLine(line.control, signal.line);
    case 'attach':
      attach(line, signal, out);
      break;
    case 'detach':
      detach(line, from, out);
      break;
    case 'lineWatch':
      watchLine(line.control, signal.pid ?? from, out);
      break;
    case 'lineUnwatch':
      unwatchLine(line.control, signal.pid ?? from);
      break;
    case 'lineLock':
    case 'lineUnlock':
    case 'lockRequest':
    case 'lockResponse':
    case 'lockAccepted':
      useLock(line, { type: 'signal', signal, from }, out);
      break;
    case 'lineView':
      useLock(line, { type: 'signal', signal, from }, out);
      meet(line, signal, out);
      break;
    case 'lineReport':
      learn(line, signal.report, out);
      // Who knows more answers with it: one of the two has missed something.
      if (knowsMore(line, signal.report)) report(line, from, out);
      break;
    case 'callRequest':
      if (signal.lock === undefined) offer(line, signal, from, undefined, out);
      else useLock(line, { type: 'shown', lock: signal.lock, body: signal, from }, out);
      break;
    case 'callRing':
      callRing(line, signal, from, out);
      break;
    case 'callTaken':
      take(line, signal, from, out);
      break;
    case 'callHeld':
      passOn(line, signal, from, out);
      break;
    case 'callAlert':
    case 'callProceed':
    case 'callRefuse':
    case 'callWithdraw':
    case 'callEnded':
      hear(line, signal, from, out);
      break;
    default:
      keepUp(line, signal, from, out);
  }
}

/** The lock manager's turn; what it wants done is done in its order. */
function useLock(line: ReplicatedLine, event: LockEvent, out: Out): void {
  const effects: LockEffect[] = [];
  stepLock(line.lock, event, effects);
  for (const effect of effects) heed(line, effect, out);
}

function heed(line: ReplicatedLine, effect: LockEffect, out: Out): void {
  const { number } = line.control.line;
  switch (effect.type) {
    case 'consent': {
      const { to, signal, isBehind } = effect;
      out.push(tell(to, isBehind ? { ...signal, report: reportOf(line) } : signal));
      break;
    }
    case 'learn':
      learn(line, effect.report, out);
      break;
    case 'locked':
      giveNumber(line, effect.operation, effect.lock, effect.lcps, out);
      break;
    case 'refused': {
      const { operation, reason } = effect;
      const { call, control, id } = operation;
      const signal = { type: 'lineLockRefused', number, call, operation: id, reason } as const;
      out.push(tell(control, signal));
      break;
    }
    case 'accepted':
      accept(line, effect, out);
      break;
    case 'released': {
      // It has its number for an offer that does not come.
      const known = liveCall(line, effect.operation.call);
      if (effect.how === 'withdrawn' && known?.version === 0) drop(line, known.call);
      break;
    }
    case 'rejected':
      reject(line, effect, out);
      break;
    case 'fenced':
      // Who is none of the line's processes any more is told to go by its line manager.
      break;
    default:
      out.push(effect);
  }
}

/** All have consented: the call has its number, unless it has one already. */
function giveNumber(
  line: ReplicatedLine,
  operation: LineOperation,
  lock: LineLock,
  lcps: readonly Pid[],
  out: Out,
): void {
  const { call, control } = operation;
  const { line: directory, appearances } = line.control;
  const { number } = directory;
  const known = line.known.get(call);
  if (known === undefined && appearances.lowest < LINE_CALLS_MAX) {
    const appearance = takeAppearance(appearances, call);
    const from = { number: '', name: '' };
    const { seq } = lock;
    const state = { state: 'offered', version: 0, member: '' } as const;
    enter(line, { call, appearance, seq, control, from, ...state }, () => {}, out);
  }
  const given = liveCall(line, call);
  if (given === undefined) {
    const refusal = { type: 'lineLockRefused', number, call, operation: operation.id } as const;
    out.push(tell(control, { ...refusal, reason: 'overload' }));
    const signal = { type: 'lineUnlock', number, operation: operation.id } as const;
    useLock(line, { type: 'signal', signal, from: control }, out);
    return;
  }
  const { appearance } = given;
  out.push(tell(control, { type: 'lineLocked', number, call, lock, lcps, appearance }));
}

/** A call that is shown with a lock that holds. */
function accept(
  line: ReplicatedLine,
  { lock, body, from, hasGap }: Extract<LockEffect, { type: 'accepted' }>,
  out: Out,
): void {
  if (body.type === 'callRequest') offer(line, body, from, lock, out);
  if (hasGap && lock.by !== line.self) report(line, lock.by, out);
  // Whoever came after the holder looked round has not been shown the call, and may hear it of nobody else.
  for (const [peer, since] of line.peers) if (since > lock.revision) report(line, peer, out);
}

/** Its lock was given up before it came, or was had by somebody who is no member: another one is needed. */
function reject(
  line: ReplicatedLine,
  { lock, body, from }: Extract<LockEffect, { type: 'rejected' }>,
  out: Out,
): void {
  if (body.type !== 'callRequest') return;
  const { call } = body;
  if ((line.known.get(call)?.version ?? 0) > 0) return;
  const { number } = line.control.line;
  const { operation } = lock;
  const refusal = { type: 'lineLockRefused', number, call, operation } as const;
  out.push(tell(from, { ...refusal, reason: 'rejected' }));
}

function offer(
  line: ReplicatedLine,
  asked: CallRequest,
  control: Pid,
  lock: LineLock | undefined,
  out: Out,
): void {
  const { call, from, appearance, members = [], round = 0 } = asked;
  const before = line.known.get(call);
  if (before?.state === 'ended' || before?.state === 'taken') return;
  const number = appearance ?? before?.appearance ?? 0;
  const seq = lock?.seq ?? before?.seq ?? 0;
  const reported: ReportedCall = {
    ...{ call, appearance: number, seq, control, from },
    ...{ version: 1, state: 'offered', member: '' },
  };
  if (!enter(line, reported, (other) => evict(line, other, out), out)) {
    out.push(tell(control, { type: 'callRefuse', call, cause: 'call gone', round }));
    return;
  }
  const here = line.control.calls.get(call);
  const isHere = here?.state === 'offered' && here.appearance === number;
  const offered = isHere ? here : offerHere(line, asked, control, number);
  settleAdopted(line, offered, members, out);
  ringRound(line, offered, members, round, out);
}

function callRing(line: ReplicatedLine, signal: Signal<'callRing'>, from: Pid, out: Out): void {
  const { call, members, round } = signal;
  const here = line.control.calls.get(call);
  if (here === undefined)
    out.push(tell(from, { type: 'callRefuse', call, cause: 'call gone', round }));
  else if (here.state === 'offered' && here.control === from)
    ringRound(line, here, members, round, out);
}

/** Call control has decided. */
function take(line: ReplicatedLine, signal: Signal<'callTaken'>, control: Pid, out: Out): void {
  const { call, version, appearance, seq, from, caller, holder, member } = signal;
  const before = line.known.get(call);
  if (before?.state === 'ended' || (before?.version ?? 0) >= version) return;
  const common = { call, control, from, caller, appearance };
  const told = { call, appearance, seq, control, from, version };
  const reported: ReportedCall = { ...told, state: 'taken', holder, member };
  if (!enter(line, reported, (other) => evict(line, other, out), out)) return;
  silence(line, call, holder, 'answered elsewhere', out);
  line.offers.delete(call);
  putCall(line.control, { state: 'taken', ...common, holder, member, isOnItsOwn: false });
  noteTaken(line, reported, before);
}

type CallEvent = Signal<'callAlert' | 'callProceed' | 'callRefuse' | 'callWithdraw' | 'callEnded'>;

function hear(line: ReplicatedLine, signal: CallEvent, from: Pid, out: Out): void {
  const known = liveCall(line, signal.call);
  const here = line.control.calls.get(signal.call);
  const isEnd = signal.type === 'callWithdraw' || signal.type === 'callEnded';
  if (isEnd && from === known?.control) {
    silence(line, signal.call, undefined, signal.cause, out);
    bury(line, known, out, signal.cause);
  } else if (here === undefined) {
    // The call is over, and this answer crossed its end on the way; or its call control is yet to be heard.
    if (!hearAdopted(line, signal, from) && signal.type === 'callProceed')
      withdraw(signal.from, 'call gone', out);
  } else if (here.state === 'offered') hearOffered(line, here, signal, from, out);
  else if (here.state === 'taken') hearTaken(here, signal, from, out);
}

function hearOffered(
  line: ReplicatedLine,
  call: Offered,
  signal: CallEvent,
  from: Pid,
  out: Out,
): void {
  switch (signal.type) {
    case 'callAlert':
      hearAlert(line.control, call, signal, from, out);
      break;
    case 'callProceed':
      if (!isStale(call, from, signal.attempt)) answerHere(line, call, signal, from, out);
      break;
    case 'callRefuse':
      if (!isStale(call, from, signal.attempt)) refuseHere(line, call, from, signal.cause, out);
      break;
    case 'callEnded':
      answerLost(line, call, from, signal.cause, out);
      break;
    default:
  }
}

function hearTaken(call: Taken, signal: CallEvent, from: Pid, out: Out): void {
  const isHolder = from === call.holder.pid;
  if (signal.type === 'callProceed' && !isHolder) withdraw(signal.from, 'answered elsewhere', out);
  else if (signal.type === 'callEnded' && isHolder) release(call, signal.cause, out);
}

/** The holder is no more; that the call is not the line's any more, call control says to all. */
function release({ control, call, holder }: Taken, cause: Cause, out: Out): void {
  out.push(tell(control, { type: 'callRelease', call, from: holder, cause }));
}

function lose(line: ReplicatedLine, gone: Pid | Home, out: Out): void {
  const { devices, watchers, calls } = line.control;
  useLock(line, { type: 'down', gone }, out);
  for (const { pid } of [...devices]) if (isGone(pid, gone)) removeDevice(devices, pid);
  for (const watcher of [...watchers])
    if (isGone(watcher, gone)) unwatchLine(line.control, watcher);
  for (const known of [...line.known.values()]) {
    const here = calls.get(known.call);
    if (known.state === 'ended') continue;
    if (isGone(known.control, gone)) loseControl(line, known, out);
    else if (here?.state === 'offered') {
      for (const pid of [...here.ringing])
        if (isGone(pid, gone)) refuseHere(line, here, pid, 'unreachable', out);
      answerLost(line, here, gone, 'internal failure', out);
    } else if (here?.state === 'taken' && isLocal(line, here.holder.pid)) {
      if (isGone(here.holder.pid, gone)) release(here, 'internal failure', out);
    }
  }
}

/** Nobody else can end the call. Every process of the line does so for its own devices. */
function loseControl(line: ReplicatedLine, { call }: ReportedCall, out: Out): void {
  const here = line.control.calls.get(call);
  const cause = 'internal failure';
  silence(line, call, undefined, cause, out);
  if (here?.state === 'taken' && isLocal(line, here.holder.pid)) {
    const { holder, caller } = here;
    // The answer may have died with it: then the holder would speak to nobody.
    out.push(tell(holder.pid, { type: 'callRelease', call: holder.call, from: caller, cause }));
    out.push(tell(caller.pid, { type: 'callRelease', call: caller.call, from: holder, cause }));
  }
  drop(line, call, cause);
}

function isLocal({ self }: ReplicatedLine, pid: Pid): boolean {
  return homeOf(pid) === homeOf(self);
}
