/**
 * What a lock manager remembers, hears and has done: data without behaviour. The machine is in
 * `lock-manager.ts`.
 */
import type { Home, Pid } from '../../process/pid.ts';
import type { Effect } from '../effects.ts';
import type { LineReport } from '../line/line-report.ts';
import type { CallId, CallSignal } from '../signals.ts';
import type { LineLock, LineOperation, LockRefusal, LockSignal } from './lock-signals.ts';

/** An operation, and how often its lock was had in vain. */
export type Wish = { readonly operation: LineOperation; readonly rejections: number };

/** The line control process is not yet in any view that it has seen. */
type Joining = { readonly state: 'joining' };
type Idle = { readonly state: 'idle' };

/** `waiting`: those who have not consented; never empty between two events. */
export type Wanted = {
  readonly state: 'wanted';
  readonly wish: Wish;
  readonly stamp: number;
  round: number;
  waiting: Pid[];
  /** The highest number of an operation that those who consented have accepted. */
  highest: number;
};

/** `waiting`: those who have not accepted the operation, this process among them; never empty between two events. */
export type Held = {
  readonly state: 'held';
  readonly wish: Wish;
  readonly lock: LineLock;
  /** Which one of those that are done in one hold the operation is, from 1. */
  turn: number;
  waiting: Pid[];
};

/** A consent that is owed: `pid` asked in `round`, and knew of the operations up to `seq`. */
type Deferred = { readonly pid: Pid; readonly round: number; readonly seq: number };

/** One of the line's processes no more, for ever. */
type Fenced = { readonly state: 'fenced' };

/** An operation that call control shows: `body` is what it says, and is passed back untouched. */
export type Shown = {
  readonly type: 'shown';
  readonly lock: LineLock;
  readonly body: CallSignal;
  readonly from: Pid;
};

export type Heard = { readonly type: 'signal'; readonly signal: LockSignal; readonly from: Pid };

/** Plain data: part of a line control process's state. */
export type LockManager = {
  readonly number: string;
  /** The line control process whose lock manager this is. */
  readonly me: Pid;
  phase: Joining | Idle | Wanted | Held | Fenced;
  /** The line's processes as of `revision`. */
  view: readonly Pid[];
  revision: number;
  /** Lamport's: later than every request that was seen. */
  clock: number;
  rounds: number;
  /** The last operation that was accepted here; 0 and '': none was. */
  seq: number;
  operation: string;
  /** The last operation that others have reported: the line knows of it without having been shown it. */
  reported: number;
  /** Of every operation up to this one that any member has accepted, the line knows. */
  complete: number;
  /** V4: the latest round of each of the others. */
  readonly rounded: Record<Pid, number>;
  /** Those who are given consent when the lock is free again. */
  deferred: Deferred[];
  /** V1: what was said in a view to come. */
  readonly stalled: (Heard | Shown)[];
  /** Operations to come, in the order in which they were asked for. */
  queue: Wish[];
};

export type LockEvent =
  | Heard
  | Shown
  /** The manager is a member of the cluster no more. */
  | { readonly type: 'fence' }
  | { readonly type: 'timer'; readonly timer: string }
  /** A process died, or a manager is gone: nobody wants the lock for a call of theirs any more. */
  | { readonly type: 'down'; readonly gone: Pid | Home };

/** 'partial': not all have accepted in time; 'timeout': not even consented. */
export type Released = 'complete' | 'partial' | 'rejected' | 'withdrawn' | 'timeout';

/** What the line control process is to do, in this order. */
export type LockEffect =
  | Effect
  /** Consent: tell `to` this, with the line's report of this moment when `isBehind`. */
  | {
      readonly type: 'consent';
      readonly to: Pid;
      readonly signal: Extract<LockSignal, { type: 'lockResponse' }>;
      readonly isBehind: boolean;
    }
  /** Another process knows more of the line: add this to what is known. */
  | { readonly type: 'learn'; readonly report: LineReport; readonly from: Pid }
  /** Say `lineLocked` to call control, for `lcps`. Comes again, with the same lock, while some have not accepted. */
  | {
      readonly type: 'locked';
      readonly operation: LineOperation;
      readonly lock: LineLock;
      readonly lcps: readonly Pid[];
    }
  /** Say `lineLockRefused` to call control. */
  | {
      readonly type: 'refused';
      readonly operation: LineOperation;
      readonly reason: LockRefusal;
    }
  /**
   * Do what `body` says, unless it has been done: the same operation may come twice. `hasGap`: there are
   * operations before it of which this process does not know; the holder does.
   */
  | {
      readonly type: 'accepted';
      readonly lock: LineLock;
      readonly body: CallSignal;
      readonly from: Pid;
      readonly hasGap: boolean;
    }
  /** Do not do what `body` says: whoever had the lock is no member, or a later operation was accepted. */
  | {
      readonly type: 'rejected';
      readonly lock: LineLock;
      readonly body: CallSignal;
      readonly from: Pid;
    }
  /** The lock, or the wish for it, is given up. For whoever watches. */
  | {
      readonly type: 'released';
      readonly operation: LineOperation;
      readonly how: Released;
    }
  /** This process has learnt that it is none of the line's any more. */
  | { readonly type: 'fenced' };

/** Where a lock manager puts its effects. */
export type LockOut = { push(effect: LockEffect): unknown };

export function newLockManager(number: string, me: Pid): LockManager {
  return {
    number,
    me,
    phase: { state: 'joining' },
    view: [],
    revision: 0,
    clock: 0,
    rounds: 0,
    seq: 0,
    operation: '',
    reported: 0,
    complete: 0,
    rounded: {},
    deferred: [],
    stalled: [],
    queue: [],
  };
}

/** Whether nothing is wanted or held: the line control process may leave, by an event 'fence'. */
export function isIdle({ phase, queue }: LockManager): boolean {
  return (phase.state === 'idle' || phase.state === 'joining') && queue.length === 0;
}

/** Whether an operation of that call is under way at this process, or to come. */
export function isAskedFor({ phase, queue }: LockManager, call: CallId): boolean {
  const isUnderWay =
    (phase.state === 'wanted' || phase.state === 'held') && phase.wish.operation.call === call;
  return isUnderWay || queue.some(({ operation }) => operation.call === call);
}

/**
 * The last operation of which the line knows here. What somebody has reported who then died is to be
 * found nowhere else: it must neither be kept back nor done a second time.
 */
export function knownTo({ seq, reported }: LockManager): number {
  return Math.max(seq, reported);
}
