/**
 * Lock manager of one line control process of a replicated line (US 7,145,899, claims 25, 26, 57, 58):
 * of all operations on a number, asked for anywhere in the cluster, one at a time is done.
 *
 * The algorithm is Ricart and Agrawala's (CACM 24, 1981): who wants the lock asks every other process
 * of the line, and has it when all have consented; who has it, or asked for it earlier, consents later,
 * which is the release. Membership is the line's view, which all see change in the same order:
 *
 *   V1  what was said by somebody who has seen a later view waits until this process has seen it
 *   V2  whoever joins while the lock is wanted is asked too
 *   V3  when somebody has left, everybody is asked anew, with the same priority: the line may have
 *       changed after they consented
 *   V4  a request older than one that has been seen from the same process is void
 *
 * An operation is shown with its lock to each process of the line, which takes it only from a member of
 * its own view and never after a later one: a holder that was paused and expelled changes nothing.
 *
 * Nothing here counts on the order of signals, on each arriving, or on its arriving once. The machine
 * works on its own record in place. It does not know what a line is: the line control process fills in
 * and takes up reports, shows operations to its devices, and speaks with call control.
 *
 * Who has the lock does what has waited for it at this process in the same hold, each with a number of its
 * own, and the others have their turn after some of that: between managers that take long to be woken an
 * operation so costs one way there and back instead of two.
 *
 * Deviation: a request that has to wait is not answered (Ricart and Agrawala's manner); nothing would
 * follow from it. A line that takes no more calls is not the lock's business: whoever has the lock
 * knows the whole line, and gives it back.
 */
import type { Pid } from '../../process/pid.ts';
import { isGone } from '../../process/pid.ts';
import { start, stop, tell } from '../effects.ts';
import type { LockOut, Released, Shown, Wanted, Wish } from './lock-control.ts';
import {
  type Heard,
  type Held,
  knownTo,
  type LockEvent,
  type LockManager,
} from './lock-control.ts';
import type { LineLock, LineOperation, LockSignal } from './lock-signals.ts';
import { consent, deny, operationOf, refuse, requestOf } from './lock-words.ts';

/** While somebody is waited for: everything is said again to those. */
export const LOCK_AGAIN = 'lock again';
/** T_lock while the lock is wanted, T_hold while it is held. */
export const LOCK_PATIENCE = 'lock patience';
const AGAIN_MS = 200;
/** Longer than a dead member remains in the view. */
const WANTED_MS = 6000;
/** Distribution takes milliseconds; who misses it learns of it with the next consent. */
const HELD_MS = 2000;

/** Operations asked for at one process and not begun; more are refused with 'overload'. */
const QUEUE_MAX = 256;
/** What waits for a view to come; the oldest is dropped, and will be said again. */
const STALLED_MAX = 64;
/** A lock that the others did not believe is asked for a second time, when this process has seen why. */
const REJECTIONS_MAX = 1;
/** Operations that are done in one hold while others wait for the lock. */
const TURNS_MAX = 8;

/** The machine: changes `lock` and appends to `out` what is to be done. */
export function step(lock: LockManager, event: LockEvent, out: LockOut): void {
  if (lock.phase.state === 'fenced') {
    inFenced(lock, event, out);
    return;
  }
  switch (event.type) {
    case 'signal':
      receive(lock, event, out);
      break;
    case 'shown':
      show(lock, event, out);
      break;
    case 'fence':
      fence(lock, out);
      break;
    case 'timer':
      if (event.timer === LOCK_AGAIN) sayAgain(lock, out);
      else if (event.timer === LOCK_PATIENCE) giveUp(lock, out);
      break;
    case 'down':
      withdraw(lock, ({ control }) => isGone(control, event.gone), out);
      break;
  }
}

function inFenced(lock: LockManager, event: LockEvent, out: LockOut): void {
  if (event.type === 'shown') {
    out.push({ type: 'rejected', lock: event.lock, body: event.body, from: event.from });
    return;
  }
  if (event.type !== 'signal') return;
  const { signal, from } = event;
  if (signal.type === 'lockRequest') deny(lock, from, signal.round, 'fenced', out);
  else if (signal.type === 'lineLock') refuse(operationOf(signal, from), 'fenced', out);
}

function receive(lock: LockManager, event: Heard, out: LockOut): void {
  const { signal, from } = event;
  switch (signal.type) {
    case 'lineLock':
      ask(lock, operationOf(signal, from), out);
      break;
    case 'lineUnlock':
      withdraw(lock, ({ id, control }) => id === signal.operation && control === from, out);
      break;
    case 'lineView':
      see(lock, signal.revision, signal.lcps, out);
      break;
    case 'lockRequest':
      request(lock, signal, from, out);
      break;
    case 'lockResponse':
      if (lock.phase.state === 'wanted') hearInWanted(lock, lock.phase, signal, from, out);
      break;
    case 'lockAccepted':
      if (lock.phase.state === 'held') hearInHeld(lock, lock.phase, signal, from, out);
      break;
    default:
  }
}

type Signal<T extends LockSignal['type']> = Extract<LockSignal, { type: T }>;

function ask(lock: LockManager, operation: LineOperation, out: LockOut): void {
  const { phase, queue } = lock;
  const isUnderWay =
    (phase.state === 'wanted' || phase.state === 'held') &&
    phase.wish.operation.id === operation.id;
  if (isUnderWay || queue.some((wish) => wish.operation.id === operation.id)) return;
  if (queue.length >= QUEUE_MAX) {
    refuse(operation, 'overload', out);
    return;
  }
  queue.push({ operation, rejections: 0 });
  beginNext(lock, out);
}

function withdraw(lock: LockManager, isMeant: (of: LineOperation) => boolean, out: LockOut): void {
  const { phase } = lock;
  lock.queue = lock.queue.filter(({ operation }) => !isMeant(operation));
  if (phase.state !== 'wanted' && phase.state !== 'held') return;
  if (isMeant(phase.wish.operation)) release(lock, phase.wish, 'withdrawn', out);
}

/** Somebody else wants the lock. */
function request(lock: LockManager, signal: Signal<'lockRequest'>, from: Pid, out: LockOut): void {
  const { phase, deferred } = lock;
  const { round, stamp } = signal;
  if (signal.revision > lock.revision) {
    stall(lock, { type: 'signal', signal, from });
    return;
  }
  if (!lock.view.includes(from)) {
    deny(lock, from, round, 'not member', out);
    return;
  }
  if (round < (lock.rounded[from] ?? 0)) return;
  lock.rounded[from] = round;
  lock.clock = Math.max(lock.clock, stamp) + 1;
  const isFirst =
    phase.state === 'held' ||
    (phase.state === 'wanted' &&
      (phase.stamp < stamp || (phase.stamp === stamp && lock.me < from)));
  if (!isFirst) {
    consent(lock, from, round, signal.seq, out);
    return;
  }
  const at = deferred.findIndex(({ pid }) => pid === from);
  if (at >= 0) deferred.splice(at, 1);
  deferred.push({ pid: from, round, seq: signal.seq });
}

function hearInWanted(
  lock: LockManager,
  phase: Wanted,
  signal: Signal<'lockResponse'>,
  from: Pid,
  out: LockOut,
): void {
  if (signal.round !== phase.round || !phase.waiting.includes(from)) return;
  if (signal.result === 'not member') fence(lock, out);
  // 'fenced': it will leave the view, and everybody is asked anew.
  if (signal.result !== 'granted') return;
  if (signal.report !== undefined) {
    lock.reported = Math.max(lock.reported, signal.seq);
    out.push({ type: 'learn', report: signal.report, from });
  }
  phase.highest = Math.max(phase.highest, signal.seq);
  phase.waiting = phase.waiting.filter((pid) => pid !== from);
  settle(lock, out);
}

function hearInHeld(
  lock: LockManager,
  phase: Held,
  { seq, operation, ok }: Signal<'lockAccepted'>,
  from: Pid,
  out: LockOut,
): void {
  const { wish } = phase;
  if (seq !== phase.lock.seq || operation !== phase.lock.operation) return;
  if (!phase.waiting.includes(from)) return;
  if (ok) {
    phase.waiting = phase.waiting.filter((pid) => pid !== from);
    settle(lock, out);
    return;
  }
  const rejections = wish.rejections + 1;
  if (rejections > REJECTIONS_MAX) refuse(wish.operation, 'rejected', out);
  else lock.queue.unshift({ operation: wish.operation, rejections });
  release(lock, wish, 'rejected', out);
}

/** An operation is shown with its lock, by whoever distributes it. */
function show(lock: LockManager, event: Shown, out: LockOut): void {
  const { lock: shown, body, from } = event;
  const { seq, by, operation } = shown;
  if (shown.revision > lock.revision) {
    stall(lock, event);
    return;
  }
  const isLater = seq > lock.seq || (seq === lock.seq && operation === lock.operation);
  const ok = isLater && lock.view.includes(by);
  if (ok) {
    lock.seq = seq;
    lock.operation = operation;
    if (seq === lock.complete + 1) lock.complete = seq;
    const hasGap = seq > lock.complete;
    out.push({ type: 'accepted', lock: shown, body, from, hasGap });
  } else out.push({ type: 'rejected', lock: shown, body, from });
  const { number, me, phase } = lock;
  const accepted = { type: 'lockAccepted', number, seq, operation, ok } as const;
  if (by !== me) out.push(tell(by, accepted));
  else if (ok && phase.state === 'held') hearInHeld(lock, phase, accepted, by, out);
}

/** V1. */
function stall({ stalled }: LockManager, event: Heard | Shown): void {
  if (stalled.length >= STALLED_MAX) stalled.shift();
  stalled.push(event);
}

/** The line's processes are `lcps`, as of `revision`. */
function see(lock: LockManager, revision: number, lcps: readonly Pid[], out: LockOut): void {
  if (revision <= lock.revision) return;
  const { phase, rounded, view: before } = lock;
  lock.revision = revision;
  lock.view = lcps;
  if (!lcps.includes(lock.me)) {
    if (phase.state !== 'joining') fence(lock, out);
    return;
  }
  if (phase.state === 'joining') lock.phase = { state: 'idle' };
  lock.deferred = lock.deferred.filter(({ pid }) => lcps.includes(pid));
  for (const pid of before) if (!lcps.includes(pid)) delete rounded[pid];
  if (phase.state === 'held') phase.waiting = phase.waiting.filter((pid) => lcps.includes(pid));
  if (phase.state === 'wanted') {
    const hasLoss = before.some((pid) => !lcps.includes(pid));
    if (hasLoss) beginRound(lock, phase, out);
    else
      askAll(
        lock,
        phase,
        lcps.filter((pid) => !before.includes(pid)),
        out,
      );
  }
  settle(lock, out);
  for (const event of lock.stalled.splice(0)) step(lock, event, out);
}

/** Begins the next operation, if none is under way. */
function beginNext(lock: LockManager, out: LockOut): void {
  if (lock.phase.state !== 'idle') return;
  const wish = lock.queue.shift();
  if (wish === undefined) return;
  const stamp = ++lock.clock;
  const phase: Wanted = { state: 'wanted', wish, stamp, round: 0, waiting: [], highest: 0 };
  lock.phase = phase;
  beginRound(lock, phase, out);
  if (phase.waiting.length > 0) out.push(start(LOCK_PATIENCE, WANTED_MS));
  settle(lock, out);
}

function beginRound(lock: LockManager, phase: Wanted, out: LockOut): void {
  phase.round = ++lock.rounds;
  phase.highest = knownTo(lock);
  phase.waiting = [];
  askAll(
    lock,
    phase,
    lock.view.filter((pid) => pid !== lock.me),
    out,
  );
  if (phase.waiting.length > 0) out.push(start(LOCK_AGAIN, AGAIN_MS));
}

function askAll(lock: LockManager, phase: Wanted, whom: readonly Pid[], out: LockOut): void {
  for (const pid of whom) {
    phase.waiting.push(pid);
    out.push(tell(pid, requestOf(lock, phase)));
  }
}

/** Goes on when nobody is waited for. */
function settle(lock: LockManager, out: LockOut): void {
  const { phase } = lock;
  if (phase.state === 'idle') beginNext(lock, out);
  else if (phase.state === 'wanted' && phase.waiting.length === 0)
    hold(lock, phase.wish, phase.highest, 1, out);
  else if (phase.state === 'held' && phase.waiting.length === 0) complete(lock, phase, out);
}

/**
 * All have accepted. What has waited here is done next, without anybody being asked: nobody else can have
 * done anything meanwhile. Where others wait too, that has an end, at once if somebody was slow to accept.
 */
function complete(lock: LockManager, { wish, turn }: Held, out: LockOut): void {
  const isTurnOver = lock.deferred.length > 0 && turn >= TURNS_MAX;
  const next = isTurnOver ? undefined : lock.queue.shift();
  if (next === undefined) return release(lock, wish, 'complete', out);
  out.push({ type: 'released', operation: wish.operation, how: 'complete' });
  hold(lock, next, 0, turn + 1, out);
}

/** All have consented: what they have accepted is known here, and nothing else happens meanwhile. */
function hold(lock: LockManager, wish: Wish, highest: number, turn: number, out: LockOut): void {
  const { operation } = wish;
  const seq = Math.max(highest, knownTo(lock)) + 1;
  const held: LineLock = { seq, by: lock.me, operation: operation.id, revision: lock.revision };
  lock.seq = seq;
  lock.operation = operation.id;
  lock.complete = seq;
  lock.phase = { state: 'held', wish, lock: held, turn, waiting: [...lock.view] };
  out.push(start(LOCK_AGAIN, AGAIN_MS));
  out.push(start(LOCK_PATIENCE, HELD_MS));
  out.push({ type: 'locked', operation, lock: held, lcps: lock.view });
}

/** Gives up the lock, or the wish for it: the next one may have it. */
function release(lock: LockManager, { operation }: Wish, how: Released, out: LockOut): void {
  lock.phase = { state: 'idle' };
  stopTimers(out);
  out.push({ type: 'released', operation, how });
  for (const { pid, round, seq } of lock.deferred.splice(0)) consent(lock, pid, round, seq, out);
  beginNext(lock, out);
}

function fence(lock: LockManager, out: LockOut): void {
  const { phase } = lock;
  lock.phase = { state: 'fenced' };
  if (phase.state === 'wanted' || phase.state === 'held') {
    stopTimers(out);
    refuse(phase.wish.operation, 'fenced', out);
  }
  for (const { operation } of lock.queue.splice(0)) refuse(operation, 'fenced', out);
  lock.deferred.length = 0;
  lock.stalled.length = 0;
  out.push({ type: 'fenced' });
}

function stopTimers(out: LockOut): void {
  out.push(stop(LOCK_AGAIN));
  out.push(stop(LOCK_PATIENCE));
}

function sayAgain(lock: LockManager, out: LockOut): void {
  const { phase } = lock;
  if (phase.state === 'wanted')
    for (const pid of phase.waiting) out.push(tell(pid, requestOf(lock, phase)));
  else if (phase.state === 'held') {
    const { wish, waiting } = phase;
    phase.turn = Math.max(phase.turn, TURNS_MAX);
    out.push({ type: 'locked', operation: wish.operation, lock: phase.lock, lcps: waiting });
  } else return;
  out.push(start(LOCK_AGAIN, AGAIN_MS));
}

/** T_lock or T_hold is over. */
function giveUp(lock: LockManager, out: LockOut): void {
  const { phase } = lock;
  if (phase.state !== 'wanted' && phase.state !== 'held') return;
  if (phase.state === 'wanted') refuse(phase.wish.operation, 'timeout', out);
  release(lock, phase.wish, phase.state === 'wanted' ? 'timeout' : 'partial', out);
}
