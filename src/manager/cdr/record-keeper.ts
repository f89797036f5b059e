/**
 * Keeps the records of one manager's calls: spool first, then the clerk's thread, which delivers them. Without a
 * data folder all of it is in a folder for the time being, and is gone with the manager.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log, LogFields } from '../../base/log.ts';
import type { CallRecords } from '../../call/call-records.ts';
import type { Counters } from '../../http/metrics.ts';
import type { SinkConfig } from '../../store/cdr/clerk.ts';
import { ClerkLink } from '../../store/cdr/clerk-link.ts';
import type { Found, Query } from '../../store/cdr/sink.ts';
import { Spool } from '../../store/cdr/spool.ts';
import { entryOf } from './record-entry.ts';

export type KeeperOptions = {
  /** Of the manager: the spool has its name. */
  readonly id: string;
  readonly dataFolder: string | undefined;
  readonly sinks: SinkConfig;
  readonly log: Log;
};

/** A data folder that cannot be written to. */
export class RecordsError extends Error {
  override readonly name = 'RecordsError';
}

/** Rejects with a sentence. `keeper` undefined: no records are kept. */
export async function recordsOf(
  keeper: RecordKeeper | undefined,
  query: Query,
): Promise<readonly Found[]> {
  if (keeper === undefined) throw new Error("this manager keeps no records: 'cdr: off'");
  return keeper.ask(query);
}

type Desk = { readonly spool: Spool; readonly clerk: ClerkLink; readonly temporary?: string };

export class RecordKeeper {
  readonly #options: KeeperOptions;
  #desk: Desk | undefined;
  #isOver = false;

  /** Throws `RecordsError`. With a data folder it finishes at once what the manager's life before has left. */
  constructor(options: KeeperOptions) {
    this.#options = options;
    if (options.dataFolder === undefined) return;
    try {
      this.#desk = this.#open(options.dataFolder);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new RecordsError(`call records cannot be kept in ${options.dataFolder}: ${why}`);
    }
  }

  /** What is ready is spooled. For the end of each turn: costs a comparison when there is nothing. */
  take({ ready }: CallRecords): void {
    if (ready.length === 0) return;
    const spool = this.#spool();
    if (spool !== undefined) {
      for (const record of ready) {
        if (record.closing === undefined) spool.opened(entryOf(record));
        else spool.done(entryOf(record));
      }
      spool.flush();
    }
    ready.length = 0;
  }

  /** Rejects with a sentence. */
  async ask(query: Query): Promise<readonly Found[]> {
    return this.#ready().clerk.ask(query);
  }

  counters(): Counters {
    const desk = this.#desk;
    if (desk === undefined) return {};
    const { written, failures, lost } = desk.spool.counters;
    const sinks = Object.entries(desk.clerk.counters);
    const bySink = (of: (each: (typeof sinks)[number][1]) => number) =>
      Object.fromEntries(sinks.map(([name, each]) => [name, of(each)]));
    return {
      cdr_records_total: written,
      cdr_records_lost_total: lost,
      cdr_spool_failures_total: failures,
      cdr_open: desk.spool.openCalls,
      cdr_waiting: bySink(({ done }) => Math.max(0, written - done)),
      cdr_delivered_total: bySink(({ done }) => done),
      cdr_delivery_failures_total: bySink((each) => each.failures),
      cdr_refused_total: bySink(({ refused }) => refused),
    };
  }

  async close(): Promise<void> {
    await this.#end((clerk) => clerk.close());
  }

  /** As a crash would: what is spooled stays there. */
  async kill(): Promise<void> {
    await this.#end((clerk) => clerk.kill());
  }

  async #end(close: (clerk: ClerkLink) => Promise<void>): Promise<void> {
    const desk = this.#desk;
    if (this.#isOver || desk === undefined) return;
    this.#isOver = true;
    desk.spool.close();
    await close(desk.clerk);
    if (desk.temporary !== undefined) rmSync(desk.temporary, { recursive: true, force: true });
  }

  /** Undefined: records are not kept any more, and calls go on. */
  #spool(): Spool | undefined {
    if (this.#isOver) return undefined;
    try {
      return this.#ready().spool;
    } catch (error) {
      this.#isOver = true;
      const why = error instanceof Error ? error.message : String(error);
      this.#options.log.write('error', 'call records are not kept', { error: why });
      return undefined;
    }
  }

  /** A manager without a data folder needs none before its first call. */
  #ready(): Desk {
    this.#desk ??= this.#open(undefined);
    return this.#desk;
  }

  #open(dataFolder: string | undefined): Desk {
    const { id, sinks, log } = this.#options;
    const say = (level: 'info' | 'warn' | 'error', event: string, fields: object) =>
      log.write(level, event, fields as LogFields);
    const temporary =
      dataFolder === undefined ? mkdtempSync(join(tmpdir(), 'linewright-cdr-')) : undefined;
    const folder = join(dataFolder ?? temporary ?? '', 'cdr', id);
    const spool = new Spool({ folder, say, epochMs: () => Date.now() });
    const isSaid = [sinks.sqlite, sinks.postgres, sinks.jsonl].some((each) => each !== undefined);
    const sqlite = join(dataFolder ?? temporary ?? '', 'cdr.db');
    const clerk = new ClerkLink({ ...(isSaid ? sinks : { sqlite }), folder, say });
    spool.onWritten = () => clerk.written();
    // What is there from before goes out without waiting for a call.
    if (spool.counters.written > 0) clerk.written();
    return temporary === undefined ? { spool, clerk } : { spool, clerk, temporary };
  }
}
