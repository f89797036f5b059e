/** A manager's side of its clerk's thread: starts it when there is something to do, and anew when it dies. */
import { Worker } from 'node:worker_threads';
import type { ClerkCounters } from './clerk.ts';
import type { FromClerk, ThreadData, ToClerk } from './clerk-words.ts';
import type { Found, Query } from './sink.ts';

export type ClerkLinkOptions = ThreadData & {
  readonly say: (level: 'info' | 'warn' | 'error', event: string, fields: object) => void;
};

/** Records go out a moment after they have been written … */
const SOON_MS = 50;
/** … and twice a second where there are always some: a delivery costs far more than a record more in it. */
const APART_MS = 500;
const RESTART_MS = 1000;
const CLOSE_MS = 5000;
const QUESTION_MS = 30_000;
const QUESTIONS_MAX = 64;
const LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 };

type Asked = {
  readonly found: (rows: readonly Found[]) => void;
  readonly failed: (why: Error) => void;
};

export class ClerkLink {
  /** As it was a second ago. */
  counters: ClerkCounters = {};
  readonly #options: ClerkLinkOptions;
  readonly #asked = new Map<number, Asked>();
  #worker: Worker | undefined;
  #ids = 0;
  #notice: NodeJS.Timeout | undefined;
  /** Monotonic. */
  #toldMs = Number.NEGATIVE_INFINITY;
  #restart: NodeJS.Timeout | undefined;
  #closed: (() => void) | undefined;
  #isClosing = false;

  constructor(options: ClerkLinkOptions) {
    this.#options = options;
  }

  /** There is something in the spool. */
  written(): void {
    if (this.#isClosing) return;
    if (this.#notice !== undefined) return;
    const waitMs = Math.max(SOON_MS, this.#toldMs + APART_MS - performance.now());
    this.#notice = setTimeout(() => {
      this.#notice = undefined;
      this.#toldMs = performance.now();
      this.#tell({ type: 'written' });
    }, waitMs);
  }

  /** Rejects with a sentence when the database cannot be asked. */
  ask(query: Query): Promise<readonly Found[]> {
    if (this.#isClosing || this.#asked.size >= QUESTIONS_MAX)
      return Promise.reject(new Error('too many questions at a time'));
    const id = this.#ids++;
    return new Promise<readonly Found[]>((found, failed) => {
      const late = setTimeout(() => failed(new Error('no answer in time')), QUESTION_MS);
      this.#asked.set(id, { found, failed });
      this.#tell({ type: 'ask', id, query });
      late.unref();
    }).finally(() => this.#asked.delete(id));
  }

  /** What is in the spool is delivered first, if that takes no longer than some seconds. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#notice);
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (worker === undefined) return;
    let late: NodeJS.Timeout | undefined;
    await new Promise<void>((closed) => {
      this.#closed = closed;
      late = setTimeout(closed, CLOSE_MS);
      this.#tell({ type: 'close' });
    });
    clearTimeout(late);
    await worker.terminate();
  }

  /** As a crash would. */
  async kill(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#notice);
    clearTimeout(this.#restart);
    await this.#worker?.terminate();
  }

  #tell(words: ToClerk): void {
    if (this.#worker === undefined && this.#restart === undefined) this.#start();
    this.#worker?.postMessage(words);
  }

  #start(): void {
    const { say: _, ...workerData } = this.#options;
    const url = new URL('./clerk-thread.ts', import.meta.url);
    const worker = new Worker(url, { workerData, resourceLimits: LIMITS, execArgv: QUIET });
    this.#worker = worker;
    worker.on('message', (words: FromClerk) => this.#hear(words));
    worker.on('error', (error) =>
      this.#options.say('error', 'the thread that delivers call records has died', {
        error: error instanceof Error ? error.message : String(error),
      }),
    );
    worker.on('exit', () => this.#ended(worker));
    // A manager that has nothing else to do may end.
    worker.unref();
  }

  #ended(worker: Worker): void {
    if (this.#worker === worker) this.#worker = undefined;
    for (const { failed } of this.#asked.values())
      failed(new Error('the database is not asked now'));
    this.#closed?.();
    if (this.#isClosing) return;
    this.#restart = setTimeout(() => {
      this.#restart = undefined;
      this.#tell({ type: 'written' });
    }, RESTART_MS);
  }

  #hear(words: FromClerk): void {
    switch (words.type) {
      case 'say':
        return this.#options.say(words.level, words.event, words.fields);
      case 'counters':
        this.counters = words.counters;
        return;
      case 'found':
        return this.#asked.get(words.id)?.found(words.rows);
      case 'failed':
        return this.#asked.get(words.id)?.failed(new Error(words.message));
      case 'closed':
        return this.#closed?.();
    }
  }
}

/** Node's module for SQLite says of itself on stderr that it is new. */
const QUIET = ['--disable-warning=ExperimentalWarning'];
