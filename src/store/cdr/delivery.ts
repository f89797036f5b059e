/**
 * Takes records from the spool to one sink: at least once, in order, from where it was. A sink that fails is asked
 * again, later each time; the others go on.
 */
import { positionPath, readPosition, savePosition } from './positions.ts';
import type { MakeSink, Query, Sink } from './sink.ts';
import { type Position, readBatch } from './spool-reader.ts';

export type DeliveryOptions = {
  readonly folder: string;
  readonly name: Sink['name'];
  readonly open: MakeSink;
  readonly say: (level: 'info' | 'warn' | 'error', event: string, fields: object) => void;
  /** Has passed a segment, so that it may be needed no more. */
  readonly passed: () => void;
};

const BACKOFF_MS = 500;
const BACKOFF_MAX_MS = 30_000;

export class Delivery {
  readonly counters = { delivered: 0, failures: 0, damaged: 0, refused: 0 };
  readonly #options: DeliveryOptions;
  readonly #path: string;
  #position: Position;
  #sink: Sink | undefined;
  #opening: Promise<Sink> | undefined;
  #failedInARow = 0;
  #working: Promise<void> | undefined;
  #isAsked = false;
  #isClosed = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#path = positionPath(options.folder, options.name);
    this.#position = readPosition(this.#path);
  }

  get position(): Position {
    return this.#position;
  }

  /** There is something to deliver, perhaps. */
  wake(): void {
    this.#isAsked = true;
    if (this.#working !== undefined || this.#retry !== undefined || this.#isClosed) return;
    this.#working = this.#work().finally(() => {
      this.#working = undefined;
      if (this.#isAsked) this.wake();
    });
  }

  /** Undefined: this sink cannot be asked. Rejects with what it says. */
  async query(query: Query): ReturnType<Exclude<Sink['query'], undefined>> {
    const sink = await this.#open();
    if (sink.query === undefined) throw new Error(`${sink.name} cannot be asked`);
    return sink.query(query);
  }

  /** What is there is delivered, if that is possible at once. */
  async close(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.wake();
    await this.#working;
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await this.#sink?.close();
  }

  async #work(): Promise<void> {
    try {
      while (this.#isAsked) {
        this.#isAsked = false;
        while (!(await this.#deliver()));
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  /** A batch. True: it was the last one. */
  async #deliver(): Promise<boolean> {
    const { folder, say, name, passed } = this.#options;
    const { entries, next, isLast, damaged } = readBatch(folder, this.#position);
    if (damaged > 0) {
      this.counters.damaged += damaged;
      say('warn', 'call records: lines of the spool are damaged', { sink: name, lines: damaged });
    }
    if (entries.length > 0) {
      const sink = await this.#open();
      const { refused } = await sink.write(entries);
      if (refused > 0) say('error', 'call records refused for good', { sink: name, refused });
      this.counters.refused += refused;
      this.counters.delivered += entries.length;
      if (this.#failedInARow > 0) say('warn', 'call records are delivered again', { sink: name });
      this.#failedInARow = 0;
    }
    const before = this.#position;
    if (next.segment !== before.segment || next.offset !== before.offset) {
      this.#position = next;
      savePosition(this.#path, next);
    }
    if (next.segment > before.segment) passed();
    return isLast;
  }

  #failed(error: unknown): void {
    const { say, name } = this.#options;
    this.counters.failures++;
    if (this.#failedInARow++ === 0)
      say('error', 'call records cannot be delivered, they wait in the spool', {
        sink: name,
        error: messageOf(error),
      });
    if (this.#isClosed) return;
    const afterMs = Math.min(BACKOFF_MS * 2 ** (this.#failedInARow - 1), BACKOFF_MAX_MS);
    this.#isAsked = false;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.wake();
    }, afterMs);
  }

  #open(): Promise<Sink> {
    this.#opening ??= this.#options.open().then(
      (sink) => {
        this.#sink = sink;
        return sink;
      },
      (error: unknown) => {
        this.#opening = undefined;
        throw error;
      },
    );
    return this.#opening;
  }
}

/** pg says of several addresses that all have failed, without a word of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '')
    return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
}
