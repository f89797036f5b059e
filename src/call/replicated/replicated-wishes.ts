/**
 * What this manager's devices want of a replicated line that only its lock gives: an appearance for a call
 * of their own, a call that another one holds. The line control process asks its own lock manager, as it
 * would for call control; once it has the lock it decides as in single mode (`line-seizures.ts`,
 * `line-retrieval.ts`), shows what it has decided to all of the line's processes, and answers when they
 * have accepted it: who is expelled in between has given nothing to anybody.
 */

import { kindOf, type Pid } from '../../process/pid.ts';
import type { Cause } from '../cause.ts';
import { type Effect, type Out, start, tell } from '../effects.ts';
import { isUsed, type Used } from '../line/line-control.ts';
import { findDevice, type LineDevice } from '../line/line-control-database.ts';
import { keep } from '../line/line-keeping.ts';
import { pickUp } from '../line/line-pickup.ts';
import { adoptTaken } from '../line/line-recovery.ts';
import {
  beginRetrieval,
  discard,
  findByLeg,
  isSame,
  passHold,
  retrieve,
  wantedCall,
} from '../line/line-retrieval.ts';
import { adoptOwn, beginUse, isOwnOf, renewLease, seize, use } from '../line/line-seizures.ts';
import type { CallId, CallSignal, LegRef } from '../signals.ts';
import type {
  LineLock,
  LineOperation,
  LineOperationKind,
  OperationRefusal,
} from './lock-signals.ts';
import { drop, liveCall, type ReplicatedLine, type Wanted, type Wish } from './replicated-calls.ts';
import { assumeRetrieval, failRetrieval } from './replicated-retrieval.ts';
import { assume, ours } from './replicated-used.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;
type Brought = Extract<Wanted, { type: 'brought' }>;

const AGAIN_MS = 1000;
const AGAIN = 'wish again';
/** Of one line at one manager; more are refused with 'overload'. */
const WISHES_MAX = 1024;

/** An appearance is wanted. What the phone has already it is told at once. */
export function wishToSeize(
  line: ReplicatedLine,
  signal: Signal<'lineSeize'>,
  from: Pid,
  out: Out,
): void {
  const { call, appearance } = signal;
  const known = ours(line, call);
  const isIts = known !== undefined && isOwnOf(known, from);
  const wish = wishOf(line, call, from);
  if (wish !== undefined) {
    wish.said = wish.state === 'shown' ? wish.said : signal;
    if (isIts) renewLease(known, signal.leaseMs, out);
  } else if (isIts && (appearance === undefined || appearance === known.appearance))
    seize(line.control, signal, from, out);
  else make(line, 'seize', signal, from, out);
}

/** A phone has a call of which the line knows nothing; or does something else with it. */
export function wishToUse(
  line: ReplicatedLine,
  signal: Signal<'lineUse'>,
  from: Pid,
  out: Out,
): void {
  const wish = wishOf(line, signal.call, from);
  if (wish === undefined || wish.state === 'shown') make(line, 'seize', signal, from, out);
  else if (wish.said.type === 'lineUse') wish.said = signal;
  // It has not waited for the line's word.
  else if (wish.said.type === 'lineSeize') wish.said = { ...appearanceOf(wish.said), ...signal };
  else if (wish.said.type === 'taken over') wish.said = { ...wish.said, use: signal };
  else if (wish.said.type === 'brought') {
    const { state, isExclusive, party, joined } = signal;
    const { joined: _, ...before } = wish.said.brought;
    const mixed = joined === undefined ? {} : { joined };
    const brought = { ...before, use: state, isExclusive, from: party, ...mixed };
    wish.said = { ...wish.said, brought };
  }
}

function appearanceOf({ appearance }: Signal<'lineSeize'>): { readonly appearance?: number } {
  return appearance === undefined ? {} : { appearance };
}

/** Another's call is wanted. One that rings is had as any device has it: its call control says who wins. */
export function wishToRetrieve(
  line: ReplicatedLine,
  signal: Signal<'lineRetrieve'>,
  from: Pid,
  out: Out,
): void {
  const { number, call, wants } = signal;
  const by = { pid: from, call };
  const wanted = wantedCall(line.control, signal, by);
  if (wanted?.state !== 'offered' || wants === 'held') return wish(line, signal, from, out);
  const cause = pickUp(line.control, wanted, by, out, signal);
  if (cause !== undefined)
    out.push(tell(from, { type: 'lineRetrieveRefused', number, call, cause }));
}

/** Somebody else's call, or the call that a device has from the process before. */
export function wish(line: ReplicatedLine, said: Wanted, from: Pid, out: Out): void {
  if (wishOf(line, said.call, from) !== undefined) return;
  const isSeizure =
    said.type === 'lineKept' || (said.type === 'brought' && said.brought.state !== 'retrieving');
  make(line, isSeizure ? 'seize' : 'retrieve', said, from, out);
}

/** Whether `from` has said that it has the call from another's leg, and the others do not know it yet. */
export function isTakingOver(line: ReplicatedLine, call: CallId, from: Pid): boolean {
  const wished = wishOf(line, call, from);
  return wished?.said.type === 'taken over' && wished.state !== 'shown';
}

/** Whether a call that is up has no number at the moment, and is to have one. */
export function isAwaitingNumber(line: ReplicatedLine, call: CallId): boolean {
  if (liveCall(line, call) !== undefined) return false;
  for (const { said } of line.wishes.values())
    if (said.call === call && said.type === 'lineUse') return true;
  return false;
}

/** What `from`, or anybody, wants for `call` is not wanted any more. Gives what that was. */
export function dropWish(line: ReplicatedLine, call: CallId, from?: Pid): Wanted | undefined {
  let said: Wanted | undefined;
  for (const [id, wished] of line.wishes) {
    if (wished.said.call !== call || (from !== undefined && wished.from !== from)) continue;
    said = wished.said;
    line.wishes.delete(id);
  }
  return said;
}

/** What `from` wants for `call`, and the others have not been shown, it does not want any more. */
export function dropUnshown(line: ReplicatedLine, call: CallId, from: Pid): void {
  for (const [id, wished] of line.wishes)
    if (wished.said.call === call && wished.from === from && wished.state !== 'shown')
      line.wishes.delete(id);
}

/** Whoever wanted something is no more. */
export function dropWishes(line: ReplicatedLine, isMeant: (from: Pid) => boolean): void {
  for (const [id, wished] of line.wishes) if (isMeant(wished.from)) line.wishes.delete(id);
}

function wishOf(line: ReplicatedLine, call: CallId, from: Pid): Wish | undefined {
  for (const wished of line.wishes.values())
    if (wished.said.call === call && wished.from === from) return wished;
  return undefined;
}

function make(line: ReplicatedLine, kind: Wish['kind'], said: Wanted, from: Pid, out: Out): void {
  if (line.wishes.size >= WISHES_MAX) return refuse(line, said, from, 'overload', out);
  const state = 'new';
  const id = `${line.self}-${++line.wished}`;
  const wasThere =
    said.type === 'lineRetrieve' &&
    wantedCall(line.control, said, { pid: from, call: said.call }) !== undefined;
  line.wishes.set(id, { kind, from, said, wasThere, state, shown: undefined, seq: 0, answers: [] });
}

/** What the lock is to be asked for. */
export function nextWish(
  line: ReplicatedLine,
):
  | { readonly operation: string; readonly call: CallId; readonly kind: LineOperationKind }
  | undefined {
  for (const [operation, wished] of line.wishes) {
    if (wished.state !== 'new') continue;
    wished.state = 'asked';
    return { operation, call: wished.said.call, kind: wished.kind };
  }
  return undefined;
}

/**
 * This process has the lock: it decides. Gives what the others are to be shown; undefined: nothing, and
 * nobody needs the lock.
 */
export function grant(
  line: ReplicatedLine,
  { id }: LineOperation,
  lock: LineLock,
  out: Out,
): CallSignal | undefined {
  const wished = line.wishes.get(id);
  if (wished === undefined) return undefined;
  // Said again, to those who have not accepted it.
  if (wished.shown !== undefined && wished.seq === lock.seq) return wished.shown;
  const effects: Effect[] = [];
  const { said, from } = wished;
  const shown = decide(line, said, from, lock, effects);
  wished.answers.length = 0;
  for (const effect of effects)
    if (shown !== undefined && isGrant(effect)) wished.answers.push(effect);
    else out.push(wished.wasThere ? withEnd(effect) : effect);
  if (shown === undefined) line.wishes.delete(id);
  wished.shown = shown;
  wished.seq = lock.seq;
  wished.state = 'shown';
  return shown;
}

/** All have accepted it, or have had the time to. */
export function granted(line: ReplicatedLine, { id }: LineOperation, out: Out): void {
  for (const answer of line.wishes.get(id)?.answers ?? []) out.push(answer);
  line.wishes.delete(id);
}

/** There is no lock. */
export function denied(
  line: ReplicatedLine,
  { id }: LineOperation,
  reason: OperationRefusal,
  out: Out,
): void {
  const wished = line.wishes.get(id);
  if (wished === undefined) return;
  const { said, from } = wished;
  if (said.type !== 'lineSeize' && said.type !== 'lineRetrieve') {
    // That is so whether it has a number or not: it has one later.
    wished.state = 'again';
    out.push(start(AGAIN, AGAIN_MS));
    return;
  }
  line.wishes.delete(id);
  // Who asked does so again, as soon as the line has another process.
  if (reason === 'fenced') return;
  if (wished.shown !== undefined) takeBack(line, said, from, out);
  refuse(line, said, from, 'overload', out);
}

/** It was shown, and the others have not believed it: some may have, and it is in nobody's hands. */
function takeBack(line: ReplicatedLine, { call }: Wanted, from: Pid, out: Out): void {
  const cause = 'overload';
  const seized = ours(line, call);
  if (seized?.use === 'seized') discard(line.control, seized, cause, undefined, out);
  const retrieved = findByLeg(line.control, { pid: from, call });
  if (retrieved?.retrieval?.by.pid === from) failRetrieval(line, retrieved, cause, out);
}

/** True: the timer was one of these. */
export function wishTimeout(line: ReplicatedLine, name: string): boolean {
  if (name !== AGAIN) return false;
  for (const wished of line.wishes.values()) if (wished.state === 'again') wished.state = 'new';
  return true;
}

function refuse(line: ReplicatedLine, said: Wanted, to: Pid, cause: Cause, out: Out): void {
  const { number } = line.control.line;
  const { call } = said;
  if (said.type === 'lineSeize')
    out.push(tell(to, { type: 'lineSeizeRefused', number, call, cause }));
  else if (said.type === 'lineRetrieve')
    out.push(tell(to, { type: 'lineRetrieveRefused', number, call, cause }));
}

/** What is to be retrieved was there when the phone asked, and is over: it does not want another call. */
function withEnd(effect: Effect): Effect {
  if (effect.type !== 'tell' || effect.signal.type !== 'lineRetrieveRefused') return effect;
  if (effect.signal.cause !== 'call gone') return effect;
  return tell(effect.to, { ...effect.signal, isOver: true });
}

function isGrant(effect: Effect): boolean {
  if (effect.type !== 'tell') return false;
  const { type } = effect.signal;
  return type === 'lineSeized' || type === 'lineRetrieved';
}

function decide(
  line: ReplicatedLine,
  said: Wanted,
  from: Pid,
  lock: LineLock,
  out: Out,
): CallSignal | undefined {
  switch (said.type) {
    case 'lineSeize': {
      const before = ours(line, said.call)?.appearance;
      seize(line.control, said, from, out);
      const seized = line.control.calls.get(said.call);
      if (seized === undefined || !isOwnOf(seized, from)) return undefined;
      // What its call had is free now for all who see this.
      if (before !== undefined && before !== seized.appearance) line.control.changed = true;
      return assume(line, seized, lock, out);
    }
    case 'lineUse': {
      const known = line.control.calls.get(said.call);
      if (known === undefined) beginUse(line.control, said, from, out);
      else if (isUsed(known)) use(line.control, known, said, from, out);
      const used = line.control.calls.get(said.call);
      return used !== undefined && isOwnOf(used, from) ? assume(line, used, lock, out) : undefined;
    }
    case 'lineRetrieve':
      return decideRetrieval(line, said, from, lock, out);
    case 'taken over': {
      const { call, holder, use: does } = said;
      const before = line.control.calls.get(call);
      if (before !== undefined && isUsed(before)) passHold(line.control, before, holder, out);
      // Who had it has said that it is over, and does not know who has it now; or has not been heard of here.
      else if (before === undefined) {
        drop(line, call);
        beginUse(line.control, does, from, out);
      }
      const used = line.control.calls.get(call);
      if (used === undefined || !isUsed(used)) return undefined;
      use(line.control, used, does, from, out);
      return assume(line, used, lock, out);
    }
    case 'lineKept': {
      keep(line.control, said);
      const kept = line.control.calls.get(said.call);
      return kept !== undefined && isUsed(kept) && kept.holder.pid === from
        ? assume(line, kept, lock, out)
        : undefined;
    }
    case 'brought':
      return takeUp(line, said, from, lock, out);
  }
}

function decideRetrieval(
  line: ReplicatedLine,
  said: Signal<'lineRetrieve'>,
  from: Pid,
  lock: LineLock,
  out: Out,
): CallSignal | undefined {
  const by: LegRef = { pid: from, call: said.call };
  retrieve(line.control, said, from, out);
  const retrieved = findByLeg(line.control, by);
  if (retrieved?.retrieval === undefined) return undefined;
  return { ...assumeRetrieval(line, retrieved.call, by, lock.seq), lock };
}

/** A device has the call from the process before, which may have been the one that answered for it. */
function takeUp(
  line: ReplicatedLine,
  { call, brought }: Brought,
  from: Pid,
  lock: LineLock,
  out: Out,
): CallSignal | undefined {
  const { control } = line;
  const device = findDevice(control.devices, from) ?? watcherAt(line, from);
  const holder: LegRef = { pid: from, call: brought.leg ?? call };
  const here = control.calls.get(call);
  if (device === undefined) return undefined;
  if (brought.state === 'retrieving') {
    if (here === undefined || !isUsed(here) || !isHeldFor(here, holder)) return undefined;
    beginRetrieval(here, holder, out);
    return { ...assumeRetrieval(line, call, holder, lock.seq), lock };
  }
  const known = liveCall(line, call);
  // Call control answers for it, or somebody else does already.
  if (known !== undefined && kindOf(known.control) === 'c') return undefined;
  if (
    here !== undefined &&
    isUsed(here) &&
    here.holder.pid !== from &&
    known?.control !== line.self
  )
    if (line.lock.view.includes(known?.control ?? from)) return undefined;
  drop(line, call);
  const report = { ...brought, appearance: brought.appearance || (known?.appearance ?? 0) };
  if (brought.state === 'own') adoptOwn(control, device, report, holder, out);
  else adoptTaken(control, device, report, holder);
  const used = control.calls.get(call);
  return used !== undefined && isUsed(used) ? assume(line, used, lock, out) : undefined;
}

/** Who is no member may have a call too (`watcher_rights`). */
function watcherAt({ control }: ReplicatedLine, pid: Pid): LineDevice | undefined {
  return control.watchers.includes(pid) ? { pid, device: '', member: '' } : undefined;
}

function isHeldFor({ retrieval }: Used, by: LegRef): boolean {
  return retrieval === undefined || isSame(retrieval.by, by);
}
