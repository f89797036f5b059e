/**
 * What the processes of a replicated line tell one another of its calls: to one that joins, to one that
 * has missed something, and with the consent to a lock. What is learnt so is a number that is not
 * free, and a call control to ask.
 */
import type { Pid } from '../process/pid.ts';
import { type Out, tell } from './effects.ts';
import type { LineReport, ReportedCall } from './line-report.ts';
import { bury, drop, enter, type ReplicatedLine, reportOf } from './replicated-calls.ts';
import { silence } from './replicated-offer.ts';
import type { CallSignal } from './signals.ts';

/** Its number was given to another call by somebody who knew that it had ended: the news of that is on its way. */
export function evict(line: ReplicatedLine, { call }: ReportedCall, out: Out): void {
  silence(line, call, undefined, 'caller gave up', out);
  drop(line, call);
}

/** Adds what another process of the line knows to what is known here. */
export function learn(line: ReplicatedLine, { calls }: LineReport, out: Out): void {
  for (const call of calls) {
    const known = line.known.get(call.call);
    if (known?.state === 'ended') continue;
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

export function knowsMore({ known }: ReplicatedLine, { calls }: LineReport): boolean {
  const theirs = new Set(calls.map(({ call }) => call));
  for (const { call, state } of known.values())
    if (state !== 'ended' && !theirs.has(call)) return true;
  return false;
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
