/**
 * What a process of a replicated line knows of the line's calls: the state that all of its processes
 * share, and this one's part in it.
 *
 * A number is given to a call under the line's lock; what becomes of the call is said by its
 * coordinator alone: call control, or for a member's own call one of these processes
 * (`replicated-used.ts`). What others report is only a reason to ask it (`callFollow`): so nobody
 * shows a lamp that no coordinator answers for. Ended calls are remembered for a while, since a
 * report may be older than a call's end.
 */
import { homeOf, type Pid } from '../../process/pid.ts';
import type { Cause } from '../cause.ts';
import type { Line } from '../directory.ts';
import { type Effect, type Out, start, tell } from '../effects.ts';
import { freeAppearance, holderOfAppearance, placeAppearance } from '../line/appearances.ts';
import { note } from '../line/line-chains.ts';
import { type LineControl, newLineControl } from '../line/line-control.ts';
import { inquire } from '../line/line-orphans.ts';
import type { LineReport, ReportedCall } from '../line/line-report.ts';
import type { CallId, CallSignal, LegRef, MemberCall } from '../signals.ts';
import { type LockManager, newLockManager } from './lock-control.ts';

export type ReplicatedLine = {
  readonly self: Pid;
  /** This manager's devices and watchers, and of the line's calls those that their call control has spoken of. */
  readonly control: LineControl;
  readonly lock: LockManager;
  /** All calls of the line, by id. Version 0: it has a number, and its call control has said nothing yet. */
  readonly known: Map<CallId, ReportedCall>;
  /** How the calls on offer stand here. */
  readonly offers: Map<CallId, LocalOffer>;
  /** Devices that have a call from this manager's former process of the line; its call control is yet to be heard. */
  readonly adopted: Map<CallId, Adopted[]>;
  /** The line's other processes, each with the revision at which it was first seen here. */
  readonly peers: Map<Pid, number>;
  /** Ended calls that have been remembered for a sweep. */
  readonly aged: Set<CallId>;
  isSweeping: boolean;
  /** Calls that somebody has and this process answers for. */
  readonly mine: Set<CallId>;
  /** Those of them of which the others think that they are over. */
  readonly unsaid: Set<CallId>;
  /** Calls whose holder here has ended, and whose coordinator elsewhere has been told. */
  readonly left: Set<CallId>;
  /** Calls that devices of this manager are about to have, as this process has told the others. */
  readonly retrieving: Set<CallId>;
  /** What devices of this manager want done under the line's lock, by the operation's id. */
  readonly wishes: Map<string, Wish>;
  /** How many there have been. */
  wished: number;
};

/** What a device process has said, and is done when this process has the line's lock. */
export type Wish = {
  readonly kind: 'seize' | 'retrieve';
  readonly from: Pid;
  /** The latest that it said of it. */
  said: Wanted;
  /** Of a retrieval: there was a call when it was asked for. */
  readonly wasThere: boolean;
  /** 'asked': for the lock. 'again': it was not to be had, and a timer runs. */
  state: 'new' | 'asked' | 'again' | 'shown';
  /** What the others are shown, and the lock that it is shown with. */
  shown: CallSignal | undefined;
  seq: number;
  /** What the device process is told when they all have accepted it. */
  readonly answers: Effect[];
};

export type Wanted =
  | Extract<CallSignal, { type: 'lineSeize' | 'lineUse' | 'lineRetrieve' | 'lineKept' }>
  /** It has the call from another's leg. `use`: what it does with it. */
  | {
      readonly type: 'taken over';
      readonly call: CallId;
      readonly holder: LegRef;
      readonly use: Extract<CallSignal, { type: 'lineUse' }>;
    }
  /** It has the call from the process before. */
  | { readonly type: 'brought'; readonly call: CallId; readonly brought: MemberCall };

export type LocalOffer = {
  /** Whom call control wants to ring, and which of its rounds that is. */
  members: readonly string[];
  round: number;
  /** The device here that took the call first: call control has not said yet who has it. */
  answered: LegRef | undefined;
};

/** `said`: it has taken the call. */
export type Adopted = {
  readonly pid: Pid;
  said: Extract<CallSignal, { type: 'callProceed' }> | undefined;
};

/** Calls of one line; more are refused with 'overload'. */
export const LINE_CALLS_MAX = 10_000;
/** Ended calls that are remembered; beyond that the oldest is forgotten. */
const ENDED_MAX = 256;
/** How long an ended call is remembered at least, and how often call controls elsewhere are asked whether they are there. */
const SWEEP_MS = 60_000;
export const SWEEP = 'sweep';

export function newReplicatedLine(line: Line, self: Pid): ReplicatedLine {
  return {
    self,
    control: newLineControl(line, 0),
    lock: newLockManager(line.number, self),
    known: new Map(),
    offers: new Map(),
    adopted: new Map(),
    peers: new Map(),
    aged: new Set(),
    isSweeping: false,
    mine: new Set(),
    unsaid: new Set(),
    left: new Set(),
    retrieving: new Set(),
    wishes: new Map(),
    wished: 0,
  };
}

/** Without what has not been said yet: who has heard of it from a report would not be told of its end. */
export function reportOf({ known, unsaid }: ReplicatedLine): LineReport {
  const calls = [...known.values()];
  return { calls: unsaid.size === 0 ? calls : calls.filter(({ call }) => !unsaid.has(call)) };
}

/** The call as the line knows it, unless it has ended. */
export function liveCall(line: ReplicatedLine, call: CallId): ReportedCall | undefined {
  const known = line.known.get(call);
  return known?.state === 'ended' ? undefined : known;
}

/**
 * Enters `call`, or its new state. False: its number has gone to a later call, so it must have ended;
 * or there is no such number. `evict` is told whom the number is taken from, for the same reason.
 */
export function enter(
  line: ReplicatedLine,
  call: ReportedCall,
  evict: (call: ReportedCall) => void,
  out: Out,
): boolean {
  const { appearances } = line.control;
  const { appearance } = call;
  if (appearance < 1 || appearance > LINE_CALLS_MAX) return false;
  const before = liveCall(line, call.call);
  if (before?.appearance !== appearance) {
    const other = line.known.get(holderOfAppearance(appearances, appearance) ?? '');
    if (other !== undefined && other.seq > call.seq) return false;
    if (other !== undefined) evict(other);
    if (before !== undefined) freeAppearance(appearances, before.appearance);
    placeAppearance(appearances, appearance, call.call);
  }
  line.known.set(call.call, call);
  sweepLater(line, out);
  return true;
}

/** A coordinator elsewhere has said what has become of a call. */
export function noteState(
  { control }: ReplicatedLine,
  call: ReportedCall,
  before: ReportedCall | undefined,
): void {
  const by = call.holder?.pid;
  const hadHolder = before?.holder !== undefined && before.state !== 'ended';
  if (hadHolder && before.holder.pid !== by) note(control, call, 'retrieved', by);
  else if (!hadHolder && call.state === 'taken') note(control, call, 'answered', by);
  const { use } = call;
  if (use !== undefined && use !== before?.use) note(control, call, use, by);
}

/** Takes the call out. Nothing is remembered: whether it has ended is not known. */
export function drop(line: ReplicatedLine, call: CallId, cause: Cause = 'call gone'): void {
  const { control, known, offers } = line;
  const before = liveCall(line, call);
  if (before === undefined) return;
  freeAppearance(control.appearances, before.appearance);
  note(control, before, 'freed', before.control, cause);
  known.delete(call);
  offers.delete(call);
  line.left.delete(call);
  if (control.calls.delete(call)) control.changed = true;
}

/** Takes the call out for good: its call control has said so. */
export function bury(
  line: ReplicatedLine,
  ended: ReportedCall,
  out: Out,
  cause: Cause = 'call gone',
): void {
  drop(line, ended.call, cause);
  forget(line, { ...ended, version: ended.version + 1, state: 'ended' }, out);
}

/** Remembers that the call has ended, for a while. Its number is free already. */
export function forget(line: ReplicatedLine, ended: ReportedCall, out: Out): void {
  const { known, aged } = line;
  // The latest last: the oldest is the first to be forgotten.
  known.delete(ended.call);
  aged.delete(ended.call);
  known.set(ended.call, ended);
  let count = 0;
  for (const { state } of known.values()) if (state === 'ended') count++;
  if (count > ENDED_MAX)
    for (const { call, state } of known.values())
      if (state === 'ended') {
        known.delete(call);
        aged.delete(call);
        break;
      }
  sweepLater(line, out);
}

/** What call controls of other managers are asked, and this one's holders of calls: they may be gone, and the news of it lost. */
export function sweep(line: ReplicatedLine, out: Out): void {
  const { self, known, aged } = line;
  line.isSweeping = false;
  for (const { call, control, state, version } of [...known.values()]) {
    if (state !== 'ended') {
      if (homeOf(control) !== homeOf(self))
        out.push(tell(control, { type: 'callFollow', call, version }));
    } else if (aged.delete(call)) known.delete(call);
    else aged.add(call);
  }
  inquire(line.control, (holder) => homeOf(holder) === homeOf(self), out);
  sweepLater(line, out);
}

/** What is known now is gone through in a while. */
export function sweepLater(line: ReplicatedLine, out: Out): void {
  if (line.isSweeping || line.known.size === 0) return;
  line.isSweeping = true;
  out.push(start(SWEEP, SWEEP_MS));
}
