/** A place where records are kept for people: a database or a file. */
import type { CallEntry } from './entry.ts';

/** What people ask for. Times are milliseconds since 1970, of the calls' beginnings. */
export type Query = {
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** Called, was called or answered. */
  readonly number?: string;
  /** Its id, or the SIP Call-ID of the caller's or the answerer's leg. */
  readonly call?: string;
  /** Entries behind that one, in the order in which they came; absent: the latest ones. */
  readonly after?: number;
  readonly limit: number;
};

/** `seq`: an entry's place in the order in which entries came, for `Query.after`. */
export type Found = CallEntry & { readonly seq: number };

export interface Sink {
  readonly name: 'sqlite' | 'postgres' | 'jsonl';
  /**
   * Keeps all of them, or rejects: then it is asked again. What it has already is not kept twice. `refused`: those
   * that it will never take.
   */
  write(entries: readonly CallEntry[]): Promise<{ readonly refused: number }>;
  /** Lowest `seq` first. Undefined: it cannot be asked. */
  readonly query: ((query: Query) => Promise<readonly Found[]>) | undefined;
  close(): Promise<void>;
}

/** Rejects when the place is of no use now: it is asked for again. */
export type MakeSink = () => Promise<Sink>;
