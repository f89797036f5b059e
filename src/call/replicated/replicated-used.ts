/**
 * Calls of a replicated line that somebody has, and that no call control answers for: members' own, from
 * their seizure on, and those that go on without it. The process at the manager of who has such a call
 * answers for it: there it is dealt with as in single mode, and what has become of it after each event is
 * told to the line's other processes, with a version that rises.
 *
 * Of two states of a call the later is the one with the higher lock, then with the higher version: who gets
 * a call from another manager does so under the line's lock, and what its former process still says is old.
 */
import type { Pid } from '../../process/pid.ts';
import { type Out, stop, tell } from '../effects.ts';
import { isUsed, type Used } from '../line/line-control.ts';
import { isPrivate } from '../line/line-members.ts';
import type { ReportedCall } from '../line/line-report.ts';
import { LEASE } from '../line/line-retrieval.ts';
import type { CallId, CallSignal } from '../signals.ts';
import type { LineLock } from './lock-signals.ts';
import {
  drop,
  enter,
  forget,
  liveCall,
  noteState,
  type ReplicatedLine,
  sweepLater,
} from './replicated-calls.ts';
import { dropRetrieval, retrievalAfter, show } from './replicated-retrieval.ts';

/** Of a call that its call control has ended, until the others hear that it goes on. */
export const ALONE = 'alone';

type LineCallSignal = Extract<CallSignal, { type: 'lineCall' }>;

/** Whether `one` is later than `other`. */
export function isLater(one: ReportedCall, other: ReportedCall): boolean {
  return one.seq > other.seq || (one.seq === other.seq && one.version > other.version);
}

/** The call somebody has by that id, if it is this process that answers for it. */
export function ours(line: ReplicatedLine, call: CallId): Used | undefined {
  const used = line.mine.has(call) ? line.control.calls.get(call) : undefined;
  return used !== undefined && isUsed(used) ? used : undefined;
}

/**
 * This process answers for `used` from now on, as of the lock `seq`: what the others are to be told. They are,
 * unless the caller enters it among those that are unsaid.
 */
export function assume(
  line: ReplicatedLine,
  used: Used,
  lock: LineLock | undefined,
  out: Out,
  seq = lock?.seq ?? 0,
): LineCallSignal {
  const before = line.known.get(used.call);
  const version = (before?.version ?? 0) + 1;
  const state = reportedOf(line, used, Math.max(seq, before?.seq ?? 0), version);
  line.known.set(used.call, state);
  line.aged.delete(used.call);
  line.mine.add(used.call);
  line.unsaid.delete(used.call);
  line.control.changed = true;
  sweepLater(line, out);
  const { number } = line.control.line;
  return { type: 'lineCall', number, state, ...(lock === undefined ? {} : { lock }) };
}

/** Tells the others what has become of the calls that this process answers for. */
export function publish(line: ReplicatedLine, out: Out): void {
  for (const call of line.mine) {
    const known = line.known.get(call);
    const used = ours(line, call);
    if (known === undefined || known.control !== line.self || known.state === 'ended')
      line.mine.delete(call);
    else if (used === undefined) end(line, known, out);
    else {
      const state = reportedOf(line, used, known.seq, known.version + 1);
      if (isSame(state, known)) continue;
      line.known.set(call, state);
      if (!line.unsaid.has(call))
        tellPeers(line, { type: 'lineCall', number: line.control.line.number, state }, out);
    }
  }
}

/** Its record is gone from this line: it is over for all. */
function end(line: ReplicatedLine, known: ReportedCall, out: Out): void {
  const { use: _, retrieval: __, ...rest } = known;
  const state: ReportedCall = { ...rest, version: known.version + 1, state: 'ended' };
  line.mine.delete(known.call);
  forget(line, state, out);
  if (line.unsaid.delete(known.call)) out.push(stop(`${ALONE}:${known.call}`));
  else tellPeers(line, { type: 'lineCall', number: line.control.line.number, state }, out);
}

export function tellPeers({ peers }: ReplicatedLine, signal: CallSignal, out: Out): void {
  for (const peer of peers.keys()) out.push(tell(peer, signal));
}

/** Another process says what has become of a call. `evict`: as for `enter`. */
export function hearOfCall(
  line: ReplicatedLine,
  state: ReportedCall,
  evict: (call: ReportedCall) => void,
  out: Out,
): void {
  const { known, self } = line;
  const { call } = state;
  const before = known.get(call);
  if (state.control === self || (before !== undefined && !isLater(state, before))) return;
  if (state.state === 'ended') {
    leave(line, call, out);
    dropRetrieval(line, call, out);
    if (before !== undefined) drop(line, call);
    forget(line, state, out);
    return;
  }
  const used = usedOf(line, state);
  if (used === undefined || !enter(line, state, evict, out)) return;
  const { retrieval: _, ...rest } = state;
  const retrieval = state.retrieval ?? retrievalAfter(before, used.holder);
  line.known.set(call, retrieval === undefined ? rest : { ...rest, retrieval });
  leave(line, call, out);
  show(line, used, retrieval, out);
  noteState(line, state, before);
}

/** Another process answers for the call, or nobody: what was lent here is not lent any more. */
function leave(line: ReplicatedLine, call: CallId, out: Out): void {
  const used = ours(line, call);
  if (used?.use === 'seized') out.push(stop(`${LEASE}:${call}`));
  line.mine.delete(call);
  if (line.unsaid.delete(call)) out.push(stop(`${ALONE}:${call}`));
}

/** Somebody asks what this process knows of a call. */
export function answerFollower(
  line: ReplicatedLine,
  { call, version }: Extract<CallSignal, { type: 'callFollow' }>,
  from: Pid,
  out: Out,
): void {
  const known = liveCall(line, call);
  const { number } = line.control.line;
  if (known === undefined) out.push(tell(from, { type: 'callEnded', call, cause: 'hung up' }));
  else if (known.control === line.self && known.version > version)
    out.push(tell(from, { type: 'lineCall', number, state: known }));
}

/** What is known of `used` after it has changed. */
function reportedOf(line: ReplicatedLine, used: Used, seq: number, version: number): ReportedCall {
  const { call, appearance, from, state, holder, member, use, isExclusive, joined } = used;
  const before = line.known.get(call);
  const retrieval = used.retrieval === undefined ? undefined : before?.retrieval;
  return {
    ...{ call, appearance, seq, control: line.self, from, version, state, holder, member },
    ...(use === undefined ? {} : { use }),
    ...(isExclusive === undefined ? {} : { isExclusive }),
    ...(joined === undefined ? {} : { joined }),
    ...(retrieval === undefined ? {} : { retrieval }),
  };
}

/** But for the version. Who is about to have it is told by itself. */
function isSame(one: ReportedCall, other: ReportedCall): boolean {
  return (
    one.appearance === other.appearance &&
    one.state === other.state &&
    one.use === other.use &&
    one.isExclusive === other.isExclusive &&
    one.joined === other.joined &&
    one.member === other.member &&
    one.holder?.pid === other.holder?.pid &&
    one.holder?.call === other.holder?.call &&
    one.from.number === other.from.number &&
    one.from.name === other.from.name
  );
}

/** The call as this process shows it to its watchers, and retrieves it; undefined: nobody has it. */
function usedOf(line: ReplicatedLine, state: ReportedCall): Used | undefined {
  const { call, appearance, from, holder, member, use, control, joined } = state;
  if (holder === undefined || (state.state !== 'own' && state.state !== 'taken')) return undefined;
  const isExclusive = (state.isExclusive ?? false) || isPrivate(line.control.line, member);
  const common = {
    ...{ call, appearance, from, holder, member, isExclusive },
    ...(use === undefined ? {} : { use }),
    ...(joined === undefined ? {} : { joined }),
  };
  if (state.state === 'own') return { state: 'own', ...common };
  return { state: 'taken', ...common, control, caller: holder, isOnItsOwn: true };
}
