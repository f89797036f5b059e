/**
 * SIP of the whole cluster for one reader: this manager's own messages and those that it fetches from the
 * others several times a second, in the order of their times, each by its manager's clock.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type TraceFilter, type TraceLine, TraceReader, type TraceRow } from '../http/trace.ts';
import type { Home } from '../process/pid.ts';
import { idOf } from './cluster-watch.ts';
import type { TraceAnswer, TraceQuestion, Traffic } from './trace-desk.ts';

export type ClusterTraceOptions = {
  readonly home: Home;
  readonly traffic: Traffic;
  /** Other members. */
  readonly others: () => readonly Home[];
  /** Undefined: it did not answer. */
  readonly ask: (home: Home, question: TraceQuestion) => Promise<TraceAnswer | undefined>;
  /** ms since 1970. */
  readonly epochMs: () => number;
  readonly pollMs: number;
};

type Fetched = { after: number; missed: number };

/** Own rows that wait for the others'; more are left out, and counted. */
const WAITING_MAX = 20_000;
let traces = 0;

/** Tells `tell` lines until the function is called that it returns. */
export function traceCluster(
  options: ClusterTraceOptions,
  filter: TraceFilter,
  tell: (line: TraceLine) => void,
): () => void {
  const { home, traffic, others, ask, epochMs, pollMs } = options;
  const reader = new TraceReader(filter);
  const trace = `${home}-${++traces}`;
  const fetched = new Map<Home, Fetched>();
  let waiting: (TraceRow & { readonly manager: string })[] = [];
  let missed = 0;
  let silent = '';
  let isOver = false;
  const end = traffic((event) => {
    const row = reader.read(event);
    if (row === undefined) return;
    if (waiting.length < WAITING_MAX) waiting.push({ manager: idOf(home), ...row });
    else missed++;
  });

  async function fetchFrom(other: Home): Promise<boolean> {
    const seen = fetched.get(other) ?? { after: 0, missed: 0 };
    fetched.set(other, seen);
    const answer = await ask(other, { ...filter, trace, after: seen.after });
    if (answer === undefined) return false;
    // It has begun anew, having heard nothing for long: all of it is new.
    if (answer.first < seen.after) seen.after = answer.first;
    if (answer.missed < seen.missed) seen.missed = 0;
    missed += answer.missed - seen.missed;
    seen.missed = answer.missed;
    seen.after = answer.first + answer.items.length;
    for (const row of answer.items) waiting.push({ manager: idOf(other), ...row });
    return true;
  }

  async function go(): Promise<void> {
    while (!isOver) {
      const untilMs = epochMs();
      const homes = others();
      for (const known of fetched.keys()) if (!homes.includes(known)) fetched.delete(known);
      const heard = await Promise.all(homes.map(fetchFrom));
      if (isOver) return;
      if (missed > 0) tell({ missed });
      missed = 0;
      const missing = homes.filter((_, at) => heard[at] === false).map(idOf);
      if (missing.join() !== silent) tell({ missing });
      silent = missing.join();
      // What is later may still have something before it at another manager.
      const due = waiting.filter(({ atMs }) => atMs <= untilMs);
      waiting = waiting.filter(({ atMs }) => atMs > untilMs);
      for (const row of due.sort((one, other) => one.atMs - other.atMs)) tell(row);
      await pause(pollMs);
    }
  }
  void go();
  return () => {
    isOver = true;
    end();
  };
}
