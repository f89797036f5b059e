/**
 * Where other managers get this one's SIP messages while somebody traces the whole cluster: each trace has
 * what it asked for kept here from its first question on, and takes it away with the next ones.
 */
import type { TrafficEvent } from '../http/manager-view.ts';
import { type TraceFilter, TraceReader, type TraceRow } from '../http/trace.ts';

/** Every SIP message from now on; returns what ends that. */
export type Traffic = (listener: (event: TrafficEvent) => void) => () => void;

/** `trace`: unique in the cluster. `after`: so many rows have arrived; they are not needed again. */
export type TraceQuestion = TraceFilter & { readonly trace: string; readonly after: number };

/** `first`: how many rows were before these. `missed`: messages left out so far, for want of room. */
export type TraceAnswer = {
  readonly first: number;
  readonly missed: number;
  readonly items: readonly TraceRow[];
};

type Kept = {
  readonly end: () => void;
  askedMs: number;
  first: number;
  missed: number;
  octets: number;
  rows: TraceRow[];
};

/** More than all managers' readers may have. */
const TRACES_MAX = 64;
const ROWS_MAX = 4000;
const OCTETS_MAX = 4_194_304;
/** Of one answer: less than a bus takes at once, also when each octet is written as two. */
const ANSWER_OCTETS = 400_000;
/** Who has not asked for so long traces no more. */
const FORGOTTEN_MS = 10_000;
const NOTHING: TraceAnswer = { first: 0, missed: 0, items: [] };

export class TraceDesk {
  readonly #traffic: Traffic;
  readonly #nowMs: () => number;
  readonly #kept = new Map<string, Kept>();

  /** `nowMs`: monotonic. */
  constructor(traffic: Traffic, nowMs: () => number) {
    this.#traffic = traffic;
    this.#nowMs = nowMs;
  }

  /** What has come for that trace since; the first question only begins it. */
  take({ trace, after, ...filter }: TraceQuestion): TraceAnswer {
    const nowMs = this.#nowMs();
    for (const [other, kept] of this.#kept)
      if (nowMs - kept.askedMs > FORGOTTEN_MS) this.#forget(other, kept);
    const kept = this.#kept.get(trace);
    if (kept === undefined) {
      if (this.#kept.size < TRACES_MAX) this.#begin(trace, filter, nowMs);
      return NOTHING;
    }
    kept.askedMs = nowMs;
    for (const row of kept.rows.splice(0, Math.max(0, after - kept.first))) {
      kept.first++;
      kept.octets -= row.text.length;
    }
    const { first, missed, rows } = kept;
    let [end, octets] = [0, 0];
    while (end < rows.length && octets < ANSWER_OCTETS) octets += rows[end++]?.text.length ?? 0;
    return { first, missed, items: rows.slice(0, end) };
  }

  #begin(trace: string, filter: TraceFilter, nowMs: number): void {
    const reader = new TraceReader(filter);
    const kept: Kept = {
      ...{ askedMs: nowMs, first: 0, missed: 0, octets: 0, rows: [] },
      end: this.#traffic((event) => {
        if (this.#nowMs() - kept.askedMs > FORGOTTEN_MS) return this.#forget(trace, kept);
        const row = reader.read(event);
        if (row === undefined) return;
        if (kept.rows.length >= ROWS_MAX || kept.octets >= OCTETS_MAX) {
          kept.missed++;
          return;
        }
        kept.rows.push(row);
        kept.octets += row.text.length;
      }),
    };
    this.#kept.set(trace, kept);
  }

  #forget(trace: string, kept: Kept): void {
    kept.end();
    this.#kept.delete(trace);
  }
}
