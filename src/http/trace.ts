/** SIP messages for a reader who asked for some of them, as rows of a stream. */
import type { TrafficEvent } from './manager-view.ts';
import { readableText, type SipSummary, summarize, withoutCredentials } from './sip-summary.ts';

/** One line of the stream `/api/v1/trace`: a message with what is worth knowing of it. */
export type TraceRow = SipSummary & {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly direction: 'received' | 'sent';
  readonly transport: string;
  readonly peer: string;
  /** Call that joins several legs, where known. */
  readonly call?: string | undefined;
  /** The whole message; digest responses are left out. */
  readonly text: string;
};

/**
 * One line of the trace of a whole cluster: a message, with the manager that has sent or received it; how
 * many were left out; or which managers do not answer, none again.
 */
export type TraceLine =
  | (TraceRow & { readonly manager: string })
  | { readonly missed: number }
  | { readonly missing: readonly string[] };

export type TraceFilter = {
  /** Only calls from or to this number. */
  readonly number?: string | undefined;
  /** Only requests of this method and answers to them. */
  readonly method?: string | undefined;
};

/** Calls remembered per reader. */
const CALLS_MAX = 10_000;

/** Picks and shapes messages for one reader. Knows a call by its first message that names the number. */
export class TraceReader {
  readonly #filter: TraceFilter;
  /** Call-IDs and call ids of the wanted number, oldest first. */
  readonly #calls = new Set<string>();

  constructor(filter: TraceFilter) {
    this.#filter = { ...filter, method: filter.method?.toUpperCase() };
  }

  /** The row of `event`, or undefined if the reader does not want it. */
  read(event: TrafficEvent): TraceRow | undefined {
    const text = withoutCredentials(readableText(event.text));
    const summary = summarize(text);
    const { method } = this.#filter;
    if (!this.#isOfNumber(summary, event.call)) return undefined;
    if (method !== undefined && summary.method !== method) return undefined;
    const { atMs, direction, transport, peer, call } = event;
    return { atMs, direction, transport, peer, ...(call && { call }), ...summary, text };
  }

  #isOfNumber(summary: SipSummary, call: string | undefined): boolean {
    const { number } = this.#filter;
    if (number === undefined) return true;
    const { callId, from, to, target } = summary;
    const named = from === number || to === number || target === number;
    const known = this.#calls.has(callId) || (call !== undefined && this.#calls.has(call));
    if (!named && !known) return false;
    this.#calls.add(callId);
    if (call !== undefined) this.#calls.add(call);
    for (const oldest of this.#calls) {
      if (this.#calls.size <= CALLS_MAX) break;
      this.#calls.delete(oldest);
    }
    return true;
  }
}
