/**
 * What the processes of a replicated line tell one another of its calls: to one that joins, to one that
 * has missed something, and with the consent to a lock. What is learnt so is a number that is not
 * free, and a call control to ask.
 */
import { kindOf, type Pid } from '../../process/pid.ts';
import { type Out, stop, tell } from '../effects.ts';
import type { Used } from '../line/line-control.ts';
import type { LineReport, ReportedCall } from '../line/line-report.ts';
import { LEASE } from '../line/line-retrieval.ts';
import type { CallSignal } from '../signals.ts';
import { bury, drop, enter, type ReplicatedLine, reportOf } from './replicated-calls.ts';
import { silence } from './replicated-offer.ts';
import { dropRetrieval } from './replicated-retrieval.ts';
import { hearOfCall, isLater, ours } from './replicated-used.ts';
import { wishToUse } from './replicated-wishes.ts';

/** Its number was given to another call by somebody who knew that it had ended: the news of that is on its way. */
export function evict(line: ReplicatedLine, { call }: ReportedCall, out: Out): void {
  const used = ours(line, call);
  silence(line, call, undefined, 'caller gave up', out);
  dropRetrieval(line, call, out);
  line.mine.delete(call);
  drop(line, call);
  // Who has it is to have another number.
  if (used !== undefined) seatAnew(line, used, out);
}

function seatAnew(line: ReplicatedLine, used: Used, out: Out): void {
  const { number } = line.control.line;
  const { call, use = 'active', from: party, holder, isExclusive = false } = used;
  const cause = 'busy';
  if (use === 'seized') {
    out.push(stop(`${LEASE}:${call}`));
    out.push(tell(holder.pid, { type: 'lineSeizeRefused', number, call, cause }));
  } else
    wishToUse(
      line,
      { type: 'lineUse', number, call, state: use, party, isExclusive },
      holder.pid,
      out,
    );
}

/** Adds what another process of the line knows to what is known here. */
export function learn(line: ReplicatedLine, { calls }: LineReport, from: Pid, out: Out): void {
  for (const call of calls) {
    const known = line.known.get(call.call);
    if (kindOf(call.control) === 'l') {
      learnOfUsed(line, call, from, out);
      continue;
    }
    // It is said by a process that has not heard of its end, or that it goes on without its call control.
    if (known?.state === 'ended' || (known !== undefined && known.control !== call.control))
      continue;
    if (call.state === 'ended') {
      const cause = call.holder === undefined ? 'caller gave up' : 'answered elsewhere';
      silence(line, call.call, undefined, cause, out);
      bury(line, { ...call, version: call.version - 1 }, out);
      continue;
    }
    if (known !== undefined && known.version >= call.version && known.version > 0) continue;
    const version = known?.version ?? 0;
    const heard: ReportedCall = { ...call, version, state: 'offered', member: '' };
    if (known === undefined && !enter(line, heard, (other) => evict(line, other, out), out))
      continue;
    out.push(tell(call.control, { type: 'callFollow', call: call.call, version }));
  }
}

/** A process of the line answers for the call: its word counts, and it is asked when another says it. */
function learnOfUsed(line: ReplicatedLine, call: ReportedCall, from: Pid, out: Out): void {
  const known = line.known.get(call.call);
  const { control } = call;
  if (control === line.self || (known !== undefined && !isLater(call, known))) return;
  const toEvict = (other: ReportedCall): void => evict(line, other, out);
  if (from === control || call.state === 'ended') {
    hearOfCall(line, call, toEvict, out);
    return;
  }
  if (known === undefined || known.state === 'ended') {
    const { holder: _, use: __, isExclusive: ___, ...rest } = call;
    const heard: ReportedCall = { ...rest, version: 0, state: 'offered', member: '' };
    if (!enter(line, heard, toEvict, out)) return;
  }
  out.push(tell(control, { type: 'callFollow', call: call.call, version: 0 }));
}

export function knowsMore(line: ReplicatedLine, { calls }: LineReport): boolean {
  const theirs = new Set(calls.map(({ call }) => call));
  return reportOf(line).calls.some(({ call, state }) => state !== 'ended' && !theirs.has(call));
}

export function report(line: ReplicatedLine, to: Pid, out: Out): void {
  const { number } = line.control.line;
  out.push(tell(to, { type: 'lineReport', number, report: reportOf(line) }));
}

/** Those who join hear of the line's calls from each of the others. */
export function meet(
  line: ReplicatedLine,
  { revision, lcps }: Extract<CallSignal, { type: 'lineView' }>,
  out: Out,
): void {
  const { peers, self } = line;
  if (revision < line.lock.revision) return;
  for (const peer of [...peers.keys()]) if (!lcps.includes(peer)) peers.delete(peer);
  for (const peer of lcps) {
    if (peer === self || peers.has(peer)) continue;
    peers.set(peer, revision);
    if (line.known.size > 0) report(line, peer, out);
  }
}
