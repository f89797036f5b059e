/**
 * A call that somebody has, and another is about to have: retrieval, exactly once.
 *
 * The line lets one device process at a time try. Whether it gets the call is between it, the holder and
 * the far end (`device/take-over.ts`); the line hears which of the two has it in the end. Until then the
 * holder's end frees nothing: its phone is let go as a part of the retrieval, and the news of the two may
 * come in any order.
 */
import { type Home, isGone, type Pid } from '../../process/pid.ts';
import type { Cause } from '../cause.ts';
import { type Out, start, stop, tell } from '../effects.ts';
import type { CallSignal, LegRef } from '../signals.ts';
import { holderOfAppearance } from './appearances.ts';
import { note } from './line-chains.ts';
import {
  isHeld,
  isUsed,
  type LineCall,
  type LineControl,
  removeCall,
  type Used,
} from './line-control.ts';
import { findDevice } from './line-control-database.ts';
import { isPrivate, mayHave } from './line-members.ts';
import { longestRinging, pickUp } from './line-pickup.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** How long somebody may be about to have a call. */
export const RETRIEVAL_MS = 5000;
const NOBODY = { number: '', name: '' };
const RETRIEVAL = 'retrieval';
export const LEASE = 'lease';

/** A device process wants the place of whoever holds a call; or to answer one that rings. */
export function retrieve(
  line: LineControl,
  signal: Signal<'lineRetrieve'>,
  from: Pid,
  out: Out,
): void {
  const { call, wants } = signal;
  const { number } = line.line;
  const by = { pid: from, call };
  const wanted = wantedCall(line, signal, by);
  const isRinging = wanted?.state === 'offered' && wants !== 'held';
  const cause = isRinging
    ? pickUp(line, wanted, by, out, signal)
    : refusalOf(line, wanted, by, wants);
  if (cause !== undefined) {
    const { from: party } = wanted ?? { from: NOBODY };
    const { appearance = 0 } = wanted ?? signal;
    note(line, { call, appearance, from: party }, 'refused', from, cause);
    out.push(tell(from, { type: 'lineRetrieveRefused', number, call, cause }));
    return;
  }
  if (wanted === undefined || !isUsed(wanted)) return;
  if (wanted.retrieval === undefined) {
    const { member = '' } = findDevice(line.devices, from) ?? {};
    note(line, { ...wanted, member }, 'retrieving', from);
  }
  beginRetrieval(wanted, by, out);
  const { appearance, holder, from: party } = wanted;
  const answer = { type: 'lineRetrieved', number, call, appearance } as const;
  const isOwn = wanted.state === 'own' ? { isOwn: true } : {};
  out.push(tell(from, { ...answer, lineCall: wanted.call, holder, party, ...isOwn }));
}

/** Which call that is: what rings will do too, unless it says otherwise. */
export function wantedCall(
  line: LineControl,
  { appearance, wants }: Signal<'lineRetrieve'>,
  by: LegRef,
): LineCall | undefined {
  if (appearance !== undefined)
    return line.calls.get(holderOfAppearance(line.appearances, appearance) ?? '');
  return wants === 'ringing' ? longestRinging(line, by) : longestHeld(line, by);
}

/** Of those that `by` may have; if there is none of these, of all, for the sake of the answer. */
function longestHeld(line: LineControl, by: LegRef): Used | undefined {
  let first: Used | undefined;
  let isFirstHad = false;
  for (const call of line.calls.values()) {
    if (!isUsed(call) || !isHeld(call)) continue;
    const isHad = refusalOf(line, call, by) === undefined;
    const isBefore = first === undefined || (call.heldAs ?? 0) < (first.heldAs ?? 0);
    if (isHad === isFirstHad ? !isBefore : isFirstHad) continue;
    first = call;
    isFirstHad = isHad;
  }
  return first;
}

/** Why `by` may not retrieve `call`; undefined: it may. */
function refusalOf(
  line: LineControl,
  call: LineCall | undefined,
  by: LegRef,
  wants?: 'held' | 'ringing',
): Cause | undefined {
  if (call === undefined) return 'call gone';
  const member = findDevice(line.devices, by.pid)?.member;
  const isOwn = isUsed(call) && member !== undefined && call.member === member;
  if (wants === 'ringing') return member === undefined ? 'forbidden' : 'busy';
  if (!isOwn && !mayHave(line, by.pid, 'retrieve')) return 'forbidden';
  if (!isUsed(call) || !isHeld(call)) return 'busy';
  const { use, isExclusive = false, retrieval } = call;
  if (!isOwn && (isExclusive || use === 'held-private')) return 'forbidden';
  return retrieval === undefined || isSame(retrieval.by, by) ? undefined : 'busy';
}

/** `by` is about to have the call. Said again: it has as long again. */
export function beginRetrieval(
  call: Used,
  by: LegRef,
  out: Out,
  isHolderGone = false,
  patienceMs = RETRIEVAL_MS,
): void {
  call.retrieval ??= { by, isHolderGone };
  out.push(start(timerOf(call), patienceMs));
}

/** `holder` has the call from now on, and is active with it. */
export function passHold(line: LineControl, call: Used, holder: LegRef, out: Out): void {
  endRetrieval(call, out);
  call.holder = holder;
  call.passed = (call.passed ?? 0) + 1;
  if (call.state === 'taken') call.isKept = false;
  call.member = findDevice(line.devices, holder.pid)?.member ?? '';
  call.use = 'active';
  call.joined = undefined;
  call.isExclusive = isPrivate(line.line, call.member);
  line.changed = true;
  note(line, call, 'retrieved', holder.pid);
}

/** A device process says that its leg of the call is over. `leg`: the id that it says it by. */
export function legEnded(line: LineControl, call: Used, leg: LegRef, cause: Cause, out: Out): void {
  const role = roleOf(call, leg);
  if (role === 'holder') holderEnded(line, call, cause, out);
  else if (role === 'retriever') retrievalFailed(line, call, cause, out);
}

/** What the call's state is to that leg. */
export function roleOf(
  { holder, retrieval }: Used,
  leg: LegRef,
): 'holder' | 'retriever' | undefined {
  // Once it has begun to take the call over it knows it by the line's id too.
  const isRetriever = retrieval?.by.pid === leg.pid;
  const isHolder = holder.pid === leg.pid && retrieval?.isHolderGone !== true;
  if (isHolder && !(isRetriever && isSame(retrieval.by, leg))) return 'holder';
  return isRetriever ? 'retriever' : undefined;
}

/** Who has the call is no more: so is the call, unless another is about to have it. */
export function holderEnded(line: LineControl, call: Used, cause: Cause, out: Out): void {
  if (call.retrieval === undefined) return release(line, call, cause, out);
  call.retrieval.isHolderGone = true;
  note(line, call, 'left', call.holder.pid, cause);
}

/** Who was about to have the call does not get it: it is its holder's, or nobody's. */
function retrievalFailed(line: LineControl, call: Used, cause: Cause, out: Out): void {
  const { retrieval, holder } = call;
  if (retrieval !== undefined) {
    const { pid } = retrieval.by;
    const { member = '' } = findDevice(line.devices, pid) ?? {};
    note(line, { ...call, member }, 'not retrieved', pid, cause);
  }
  endRetrieval(call, out);
  const isAlone = call.state === 'taken' && call.isOnItsOwn && !call.isKept;
  const isLost = isAlone && !findDevice(line.devices, holder.pid);
  if (retrieval?.isHolderGone || isLost) release(line, call, cause, out);
}

export function endRetrieval(call: Used, out: Out): void {
  if (call.retrieval === undefined) return;
  call.retrieval = undefined;
  out.push(stop(timerOf(call)));
}

/** True: the timer was one of a retrieval. */
export function retrievalTimeout(line: LineControl, name: string, out: Out): boolean {
  if (!name.startsWith(`${RETRIEVAL}:`)) return false;
  const call = retrievedAt(line, name);
  if (call !== undefined) retrievalFailed(line, call, 'session expired', out);
  return true;
}

/** The call whose retrieval that timer is of, if somebody still is about to have it. */
export function retrievedAt(line: LineControl, name: string): Used | undefined {
  if (!name.startsWith(`${RETRIEVAL}:`)) return undefined;
  const call = line.calls.get(name.slice(RETRIEVAL.length + 1));
  return call !== undefined && isUsed(call) && call.retrieval !== undefined ? call : undefined;
}

/** A process died, or a manager is gone. */
export function loseUsers(line: LineControl, call: Used, gone: Pid | Home, out: Out): void {
  const cause = 'internal failure';
  const isLost = call.retrieval !== undefined && isGone(call.retrieval.by.pid, gone);
  if (isLost) retrievalFailed(line, call, cause, out);
  if (line.calls.get(call.call) !== call || call.retrieval?.isHolderGone) return;
  if (isGone(call.holder.pid, gone)) holderEnded(line, call, cause, out);
  else if (isLost) askHolder(line, call, out);
}

/** It may have been let go already, by who has died since and has told nobody else. */
export function askHolder(
  { line: { number } }: LineControl,
  { call, holder: { pid, call: leg } }: Used,
  out: Out,
): void {
  out.push(tell(pid, { type: 'lineInquire', number, call, leg, isAgain: true }));
}

/** `pid` is back, without these: it neither has nor is about to have `call`. */
export function loseMissing(line: LineControl, call: Used, pid: Pid, out: Out): void {
  const cause = 'call gone';
  if (call.retrieval?.by.pid === pid) retrievalFailed(line, call, cause, out);
  if (line.calls.get(call.call) === call && call.holder.pid === pid)
    holderEnded(line, call, cause, out);
}

/**
 * Nobody has the call. The holder has told the caller itself, but perhaps before the caller heard of its
 * answer, which goes through call control: so this does too, behind it.
 */
export function release(line: LineControl, call: Used, cause: Cause, out: Out): void {
  discard(line, call, cause, call.holder.pid, out);
  if (call.state === 'own' || call.isOnItsOwn) return;
  out.push(tell(call.control, { type: 'callRelease', call: call.call, from: call.holder, cause }));
}

/** The call is over for the line; `by`: who has said so. */
export function discard(
  line: LineControl,
  call: Used,
  cause: Cause,
  by: Pid | undefined,
  out: Out,
): void {
  endRetrieval(call, out);
  if (call.use === 'seized') out.push(stop(`${LEASE}:${call.call}`));
  removeCall(line, call, cause, by);
}

/** Whoever has a call, or is about to, may say what becomes of it by the id of its own leg. */
export function findByLeg(line: LineControl, leg: LegRef): Used | undefined {
  for (const call of line.calls.values()) {
    if (!isUsed(call)) continue;
    if (isSame(call.holder, leg)) return call;
    if (call.retrieval !== undefined && isSame(call.retrieval.by, leg)) return call;
  }
  return undefined;
}

export function isSame(one: LegRef, other: LegRef): boolean {
  return one.pid === other.pid && one.call === other.call;
}

function timerOf({ call }: Used): string {
  return `${RETRIEVAL}:${call}`;
}
