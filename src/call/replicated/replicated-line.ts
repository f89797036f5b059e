/**
 * Line control process of a replicated line: one per manager that has a device of the number (US
 * 7,145,899, claims 17-35, 50-65). It knows the devices of its own manager only, and of the line's
 * calls what every other process of the line knows (`replicated-calls.ts`).
 * Call control asks one of the line's processes for the line's lock, and shows the call with it to all
 * (`distribution.ts`). The lock manager says what may be done, this does it. The machine works on its
 * own record in place. Any signal may come twice, late, or not at all.
 */
import { assert } from '../../base/assert.ts';
import { type Home, isGone, kindOf, type Pid } from '../../process/pid.ts';
import { EXIT, type Out, start, stop, tell } from '../effects.ts';
import { isUsed, type Offered } from '../line/line-control.ts';
import { removeDevice } from '../line/line-control-database.ts';
import { editLine } from '../line/line-edit.ts';
import { hearAlert, isStale, withdraw } from '../line/line-offer.ts';
import { answerSeek } from '../line/line-pickup.ts';
import type { LineEvent } from '../line/line-process.ts';
import { LEASE, retrievedAt } from '../line/line-retrieval.ts';
import { leaseTimeout } from '../line/line-seizures.ts';
import { tellWatchers, unwatchLine, watchLine } from '../line/line-watchers.ts';
import type { CallSignal } from '../signals.ts';
import { isIdle } from './lock-control.ts';
import { bury, liveCall, type ReplicatedLine, SWEEP, sweep } from './replicated-calls.ts';
import { attach, bring, detach, hearAdopted } from './replicated-devices.ts';
import { hearUnlock, offer, useLock, useWishes } from './replicated-lock.ts';
import { answerHere, answerLost, refuseHere, ringRound, silence } from './replicated-offer.ts';
import { evict, knowsMore, learn, meet, report } from './replicated-reports.ts';
import {
  dropRetrieval,
  failRetrieval,
  hearOfRetrieval,
  loseUsers,
  publishRetrievals,
} from './replicated-retrieval.ts';
import {
  coordinationTimeout,
  goOnAlone,
  hearEnd,
  hearHeld,
  hearRelease,
  hearUse,
  loseControl,
  loseCoordinator,
  take,
} from './replicated-taken.ts';
import { keepUp } from './replicated-upkeep.ts';
import { answerFollower, hearOfCall, publish } from './replicated-used.ts';
import {
  dropWish,
  dropWishes,
  wish,
  wishTimeout,
  wishToRetrieve,
  wishToSeize,
} from './replicated-wishes.ts';

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
      timeout(line, event.timer, out);
      break;
    case 'down':
      lose(line, event.gone, out);
      break;
    // Its devices are this manager's: no other process is worth waiting for.
    case 'unreached':
      lose(line, event.to, out);
  }
  if (line.wishes.size > 0) useWishes(line, out);
  if (line.mine.size > 0 && line.control.changed) publish(line, out);
  if (line.retrieving.size > 0) publishRetrievals(line, out);
  tellWatchers(line.control, out);
  lookIdle(line, out);
}

function timeout(line: ReplicatedLine, name: string, out: Out): void {
  if (name === SWEEP) return sweep(line, out);
  if (name === IDLE) return retire(line, out);
  if (leaseTimeout(line.control, name, out)) {
    dropWish(line, name.slice(LEASE.length + 1));
    return;
  }
  if (coordinationTimeout(line, name, out)) return;
  const retrieved = retrievedAt(line.control, name);
  if (retrieved !== undefined) return failRetrieval(line, retrieved, 'session expired', out);
  if (!wishTimeout(line, name)) useLock(line, { type: 'timer', timer: name }, out);
}

function lookIdle({ control, lock }: ReplicatedLine, out: Out): void {
  const uses = control.devices.length + control.calls.size + control.watchers.length;
  const isInUse = uses > 0 || !isIdle(lock);
  if (isInUse === !control.isIdle || control.own === null) return;
  control.isIdle = !isInUse;
  out.push(isInUse ? stop(IDLE) : start(IDLE, IDLE_MS));
}

/** Nobody needs this process: the others go on without it. */
function retire(line: ReplicatedLine, out: Out): void {
  if (line.control.isIdle) leave(line, out);
}

function leave({ control }: ReplicatedLine, out: Out): void {
  if (control.own === null) return;
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
      if (editLine(line.control, signal.line)) leave(line, out);
      return;
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
    case 'lineUnlock':
      hearUnlock(line, signal, from, out);
      break;
    case 'lineLock':
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
      learn(line, signal.report, from, out);
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
      hearHeld(line, signal, from, out);
      break;
    case 'callRelease':
      hearRelease(line, signal, out);
      break;
    case 'callFollow':
      answerFollower(line, signal, from, out);
      break;
    case 'lineCall':
      if (signal.lock === undefined)
        hearOfCall(line, signal.state, (other) => evict(line, other, out), out);
      else useLock(line, { type: 'shown', lock: signal.lock, body: signal, from }, out);
      break;
    case 'lineRetrieval':
      if (signal.lock === undefined) hearOfRetrieval(line, signal, out);
      else useLock(line, { type: 'shown', lock: signal.lock, body: signal, from }, out);
      break;
    case 'lineBring':
      bring(line, signal, from, out);
      break;
    case 'lineSeize':
      wishToSeize(line, signal, from, out);
      break;
    case 'lineRetrieve':
      wishToRetrieve(line, signal, from, out);
      break;
    case 'pickupSeek':
      answerSeek(line.control, signal, from, out);
      break;
    case 'lineKept':
      wish(line, signal, from, out);
      break;
    case 'lineUse':
      hearUse(line, signal, from, out);
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

function callRing(line: ReplicatedLine, signal: Signal<'callRing'>, from: Pid, out: Out): void {
  const { call, members, round } = signal;
  const here = line.control.calls.get(call);
  if (here === undefined)
    out.push(tell(from, { type: 'callRefuse', call, cause: 'call gone', round }));
  else if (here.state === 'offered' && here.control === from)
    ringRound(line, here, members, round, out);
}

type CallEvent = Signal<'callAlert' | 'callProceed' | 'callRefuse' | 'callWithdraw' | 'callEnded'>;

function hear(line: ReplicatedLine, signal: CallEvent, from: Pid, out: Out): void {
  const { call } = signal;
  const known = liveCall(line, call);
  const here = line.control.calls.get(call);
  const isEnd = signal.type === 'callWithdraw' || signal.type === 'callEnded';
  if (isEnd && from === known?.control) {
    if (signal.type === 'callEnded' && goOnAlone(line, known, signal.cause, out)) return;
    silence(line, call, undefined, signal.cause, out);
    dropRetrieval(line, call, out);
    bury(line, known, out, signal.cause);
  } else if (here?.state === 'offered') hearOffered(line, here, signal, from, out);
  else if (here === undefined && hearAdopted(line, signal, from)) return;
  else if (signal.type === 'callEnded') hearEnd(line, signal, from, out);
  else if (signal.type !== 'callProceed') return;
  // The call is over, and this answer crossed its end on the way; or its call control is yet to be heard.
  else if (here === undefined) withdraw(signal.from, 'call gone', out);
  else if (here.state === 'taken' && from !== here.holder.pid)
    withdraw(signal.from, 'answered elsewhere', out);
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
      if (!isStale(call, from, signal.attempt)) refuseHere(line, call, from, signal, out);
      break;
    case 'callEnded':
      answerLost(line, call, from, signal.cause, out);
      break;
    default:
  }
}

function lose(line: ReplicatedLine, gone: Pid | Home, out: Out): void {
  const { devices, watchers, calls } = line.control;
  useLock(line, { type: 'down', gone }, out);
  for (const { pid } of [...devices]) if (isGone(pid, gone)) removeDevice(devices, pid);
  for (const watcher of [...watchers])
    if (isGone(watcher, gone)) unwatchLine(line.control, watcher);
  dropWishes(line, (from) => isGone(from, gone));
  for (const known of [...line.known.values()]) {
    const here = calls.get(known.call);
    if (known.state === 'ended') continue;
    if (isGone(known.control, gone)) {
      if (kindOf(known.control) === 'l') loseCoordinator(line, known, gone, out);
      else loseControl(line, known, out);
    } else if (here?.state === 'offered') {
      for (const pid of [...here.ringing])
        if (isGone(pid, gone)) refuseHere(line, here, pid, { cause: 'unreachable' }, out);
      answerLost(line, here, gone, 'internal failure', out);
    } else if (here !== undefined && isUsed(here)) loseUsers(line, here, gone, out);
  }
}
