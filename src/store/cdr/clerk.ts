/**
 * Delivers a manager's records from its spool to the sinks, and asks these what people want to know. Lives in a
 * thread of its own (`clerk-thread.ts`), so that a slow disk or database keeps no call waiting.
 */
import { Delivery } from './delivery.ts';
import { openJsonl } from './jsonl-sink.ts';
import { dropBefore } from './segments.ts';
import type { Found, MakeSink, Query, Sink } from './sink.ts';
import { openSqlite } from './sqlite-sink.ts';

/** Where records go. All paths are absolute. */
export type SinkConfig = {
  readonly sqlite?: string | undefined;
  /** URL with its password. */
  readonly postgres?: string | undefined;
  readonly jsonl?: string | undefined;
};

export type ClerkOptions = SinkConfig & {
  /** The spool's. */
  readonly folder: string;
  readonly say: (level: 'info' | 'warn' | 'error', event: string, fields: object) => void;
};

/** By sink. `done`: records of the spool that it has. */
export type ClerkCounters = Readonly<
  Record<string, { readonly done: number; readonly failures: number; readonly refused: number }>
>;

export class Clerk {
  readonly #deliveries: readonly Delivery[];
  readonly #names: readonly Sink['name'][];

  constructor(options: ClerkOptions) {
    const { folder, say } = options;
    const passed = () => this.#drop(folder);
    const sinks = sinksOf(options);
    this.#names = sinks.map(({ name }) => name);
    this.#deliveries = sinks.map(
      ({ name, open }) => new Delivery({ folder, name, open, say, passed }),
    );
  }

  wake(): void {
    for (const delivery of this.#deliveries) delivery.wake();
  }

  /** The cluster's, if its managers have one place for all; else this manager's. */
  query(query: Query): Promise<readonly Found[]> {
    const name = this.#names.find((each) => each === 'postgres') ?? 'sqlite';
    const delivery = this.#deliveries[this.#names.indexOf(name)];
    if (delivery === undefined)
      return Promise.reject(new Error('records go to a file only: no database can be asked'));
    return delivery.query(query);
  }

  counters(): ClerkCounters {
    return Object.fromEntries(
      this.#deliveries.map(({ counters: { failures, refused }, position: { done } }, index) => [
        this.#names[index] ?? '',
        { done, failures, refused },
      ]),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#deliveries.map((delivery) => delivery.close()));
  }

  /** Segments that every sink has had. */
  #drop(folder: string): void {
    dropBefore(folder, Math.min(...this.#deliveries.map(({ position }) => position.segment)));
  }
}

function sinksOf({
  sqlite,
  postgres,
  jsonl,
}: SinkConfig): readonly { readonly name: Sink['name']; readonly open: MakeSink }[] {
  const sinks: { name: Sink['name']; open: MakeSink }[] = [];
  if (sqlite !== undefined) sinks.push({ name: 'sqlite', open: () => openSqlite(sqlite) });
  if (postgres !== undefined) {
    const open = async () => {
      const { PostgresSink } = await import('./postgres-sink.ts');
      return new PostgresSink(postgres);
    };
    sinks.push({ name: 'postgres', open });
  }
  if (jsonl !== undefined) sinks.push({ name: 'jsonl', open: () => openJsonl(jsonl) });
  return sinks;
}
