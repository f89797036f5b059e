/**
 * Who is about to have a call of a replicated line, and what becomes of the call when that one, or who
 * holds it, ends. That somebody may try is shown to all of the line's processes under the line's lock
 * (kind 'retrieve'); that it has not got the call its own process tells them; that it has, the call's
 * next state.
 *
 * The process at the holder's manager hears of its end. While another is about to have the call that
 * ends nothing, as in single mode (`line-retrieval.ts`).
 */
import { type Home, homeOf, isGone, type Pid } from '../../process/pid.ts';
import type { Cause } from '../cause.ts';
import { type Out, tell } from '../effects.ts';
import { isHeld, isUsed, putCall, type Used } from '../line/line-control.ts';
import type { ReportedCall, ReportedRetrieval } from '../line/line-report.ts';
import {
  askHolder,
  beginRetrieval,
  endRetrieval,
  isSame,
  RETRIEVAL_MS,
  release,
  roleOf,
} from '../line/line-retrieval.ts';
import type { CallId, CallSignal, LegRef } from '../signals.ts';
import { liveCall, type ReplicatedLine } from './replicated-calls.ts';

type RetrievalSignal = Extract<CallSignal, { type: 'lineRetrieval' }>;

/** Longer than who retrieves is waited for at its own manager: as a rule that one says how it went. */
const OTHERS_MS = RETRIEVAL_MS + 1000;

/** Who is about to have the call still, when `holder` has it. */
export function retrievalAfter(
  before: ReportedCall | undefined,
  holder: LegRef,
): ReportedRetrieval | undefined {
  if (before?.retrieval === undefined) return undefined;
  const isHolders = before.holder?.pid === holder.pid && before.holder.call === holder.call;
  return before.version === 0 || isHolders ? before.retrieval : undefined;
}

/** Enters the new state of a call that somebody has, and perhaps somebody else is about to have. */
export function show(
  line: ReplicatedLine,
  used: Used,
  retrieval: ReportedRetrieval | undefined,
  out: Out,
): void {
  const here = usedAt(line, used.call);
  if (here?.holder.pid !== used.holder.pid) line.left.delete(used.call);
  const isPassed = here !== undefined && !isSame(here.holder, used.holder);
  const passed = (here?.passed ?? 0) + (isPassed ? 1 : 0);
  if (passed > 0) used.passed = passed;
  if (retrieval === undefined) dropRetrieval(line, used.call, out);
  else if (here?.retrieval === undefined) beginRetrieval(used, retrieval.by, out, false, OTHERS_MS);
  else used.retrieval = here.retrieval;
  if (isHeld(used)) used.heldAs = here?.heldAs ?? line.control.holds++;
  putCall(line.control, used);
}

/** Nobody is about to have the call any more, and nothing is to be said of that. */
export function dropRetrieval(line: ReplicatedLine, call: CallId, out: Out): void {
  const here = usedAt(line, call);
  line.retrieving.delete(call);
  if (here !== undefined) endRetrieval(here, out);
}

/** This process lets one of its manager's devices have the call, if it can: what the others are shown. */
export function assumeRetrieval(
  line: ReplicatedLine,
  call: CallId,
  by: LegRef,
  seq: number,
): RetrievalSignal {
  const known = liveCall(line, call);
  if (known !== undefined)
    line.known.set(call, { ...known, retrieval: { by, lcp: line.self, seq } });
  line.retrieving.add(call);
  return { type: 'lineRetrieval', number: line.control.line.number, call, seq, by };
}

/** Another process tells that somebody is about to have a call, or is no more. */
export function hearOfRetrieval(
  line: ReplicatedLine,
  { call, seq, by, lock }: RetrievalSignal,
  out: Out,
): void {
  const known = liveCall(line, call);
  if (known === undefined || lock?.by === line.self) return;
  const { retrieval, ...rest } = known;
  const used = usedAt(line, call);
  if (by === undefined) {
    if (retrieval?.seq !== seq) return;
    line.known.set(call, rest);
    if (used !== undefined) failRetrieval(line, used, 'call gone', out);
    return;
  }
  if (lock === undefined || (retrieval?.seq ?? 0) > seq) return;
  line.known.set(call, { ...rest, retrieval: { by, lcp: lock.by, seq } });
  line.retrieving.delete(call);
  if (used === undefined) return;
  const isHolderGone = used.retrieval?.isHolderGone ?? false;
  used.retrieval = { by, isHolderGone };
  beginRetrieval(used, by, out, isHolderGone, OTHERS_MS);
}

/** Tells the others whose attempt to have a call has come to nothing here. */
export function publishRetrievals(line: ReplicatedLine, out: Out): void {
  const { number } = line.control.line;
  for (const call of line.retrieving) {
    const known = liveCall(line, call);
    if (known?.retrieval?.lcp === line.self && usedAt(line, call)?.retrieval !== undefined)
      continue;
    line.retrieving.delete(call);
    if (known?.retrieval?.lcp !== line.self) continue;
    const { retrieval, ...rest } = known;
    line.known.set(call, rest);
    const over = { type: 'lineRetrieval', number, call, seq: retrieval.seq } as const;
    for (const peer of line.peers.keys()) out.push(tell(peer, over));
  }
}

/** A leg of a device here is over. */
export function legOver(
  line: ReplicatedLine,
  used: Used,
  leg: LegRef,
  cause: Cause,
  out: Out,
): void {
  const role = roleOf(used, leg);
  if (role === 'retriever') failRetrieval(line, used, cause, out);
  else if (role === 'holder') holderOver(line, used, cause, out);
}

/** Who has the call is no more: so is the call, unless another is about to have it. */
export function holderOver(line: ReplicatedLine, used: Used, cause: Cause, out: Out): void {
  if (used.retrieval !== undefined) used.retrieval.isHolderGone = true;
  else giveUp(line, used, cause, out);
}

/** Who was about to have the call does not get it: it is its holder's, or nobody's. */
export function failRetrieval(line: ReplicatedLine, used: Used, cause: Cause, out: Out): void {
  const isHolderGone = used.retrieval?.isHolderGone;
  endRetrieval(used, out);
  const known = liveCall(line, used.call);
  // What has been shown by this process is taken back by `publishRetrievals`.
  if (known !== undefined && !line.retrieving.has(used.call)) {
    const { retrieval: _, ...rest } = known;
    line.known.set(used.call, rest);
  }
  if (isHolderGone) giveUp(line, used, cause, out);
}

/** Nobody has the call: its coordinator says so to all. */
function giveUp(line: ReplicatedLine, used: Used, cause: Cause, out: Out): void {
  const { call, holder } = used;
  const known = liveCall(line, call);
  if (known === undefined) return;
  if (known.control === line.self) return release(line.control, used, cause, out);
  line.left.add(call);
  out.push(tell(known.control, { type: 'callRelease', call, from: holder, cause }));
}

/** A process died, or a manager is gone: of those whom this process has to do with. */
export function loseUsers(line: ReplicatedLine, used: Used, gone: Pid | Home, out: Out): void {
  const cause = 'internal failure';
  const { call, holder, retrieval } = used;
  const shownBy = liveCall(line, call)?.retrieval?.lcp;
  const isLost = retrieval !== undefined && isGone(retrieval.by.pid, gone);
  if (isLost || (shownBy !== undefined && isGone(shownBy, gone)))
    failRetrieval(line, used, cause, out);
  if (usedAt(line, call) !== used || used.retrieval?.isHolderGone) return;
  const isHere = line.mine.has(call) || homeOf(holder.pid) === homeOf(line.self);
  if (!isHere) return;
  if (isGone(holder.pid, gone)) holderOver(line, used, cause, out);
  else if (isLost) askHolder(line.control, used, out);
}

function usedAt({ control }: ReplicatedLine, call: CallId): Used | undefined {
  const here = control.calls.get(call);
  return here !== undefined && isUsed(here) ? here : undefined;
}
