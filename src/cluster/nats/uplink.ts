/**
 * The way to one of several NATS servers, and back to it.
 *
 * The NATS client would reconnect by itself, but it asks a server that hangs for six seconds before it
 * leaves, cannot leave while something unsent is in its way, and dials the same server first. So each
 * connection is dialled once, watched here, and given up for the next server.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type NatsConnection, PermissionViolationError } from '@nats-io/transport-node';
import type { BusError } from './bus-error.ts';
import { dial } from './dial.ts';
import type { NatsOptions, Server } from './options.ts';

export type UplinkEvents = {
  readonly up: (connection: NatsConnection) => void;
  readonly down: () => void;
};

const WATCH_MS = 200;
/** So many questions without an answer, and without anything else heard: the server hangs. */
const UNANSWERED_MAX = 3;
/** For one attempt at one server, in the first round and at most; a busy server may need it. */
const DIAL_MS = 500;
const DIAL_MS_MAX = 4000;
/** After a round in vain. */
const PAUSE_MS = 50;
const PAUSE_MS_MAX = 500;

export class Uplink {
  /** Plain integers. `stalls`: servers left because they hung. `refused`: what permissions forbade. */
  readonly counters = { losses: 0, stalls: 0, failedDials: 0, refused: 0 };
  readonly #options: NatsOptions;
  readonly #servers: readonly Server[];
  readonly #events: UplinkEvents;
  readonly #closing = new AbortController();
  readonly #watch: NodeJS.Timeout;
  #at: number;
  #connection: NatsConnection | undefined;
  #unanswered = 0;
  #octetsHeard = 0;

  /** `connection` is one to `servers[at]`. */
  constructor(
    options: NatsOptions,
    servers: readonly Server[],
    at: number,
    connection: NatsConnection,
    events: UplinkEvents,
  ) {
    this.#options = options;
    this.#servers = servers;
    this.#at = at;
    this.#events = events;
    this.#watch = setInterval(() => this.#ask(), options.watchMs ?? WATCH_MS);
    this.#take(connection);
  }

  /** Undefined: there is none just now. */
  get connection(): NatsConnection | undefined {
    return this.#connection;
  }

  /** As configured; the one that is tried, while there is no connection. */
  get server(): string {
    return this.#servers[this.#at]?.name ?? '';
  }

  /** Resolves when the server has taken what was said before, or the connection is gone. */
  async flush(): Promise<void> {
    await this.#connection?.flush().catch(() => {});
  }

  /** For good. What was said before still goes out, if the server takes it at once. */
  async close(): Promise<void> {
    const connection = this.#connection;
    if (connection !== undefined) await Promise.race([this.flush(), pause(WATCH_MS)]);
    this.#closing.abort();
    clearInterval(this.#watch);
    this.#connection = undefined;
    await connection?.close();
  }

  #take(connection: NatsConnection): void {
    this.#connection = connection;
    this.#unanswered = 0;
    this.#octetsHeard = 0;
    void this.#follow(connection);
    connection.closed().then(
      (error) =>
        this.#lose(connection, error instanceof Error ? error.message : 'closed by the server'),
      () => {},
    );
    this.#events.up(connection);
  }

  async #follow(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'ldm') this.#lose(connection, 'the server is about to stop');
      else if (status.type === 'error') this.#note(status.error);
    }
  }

  #note(error: Error): void {
    if (error instanceof PermissionViolationError) this.counters.refused++;
    this.#options.log.write('error', 'bus refused', { server: this.server, why: error.message });
  }

  #ask(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    const { inBytes } = connection.stats();
    // As a rule others' beats say that the server lives: then it need not be asked.
    if (inBytes !== this.#octetsHeard) {
      this.#octetsHeard = inBytes;
      this.#unanswered = 0;
      return;
    }
    if (this.#unanswered >= UNANSWERED_MAX) {
      this.counters.stalls++;
      this.#lose(connection, 'the server does not answer');
      return;
    }
    this.#unanswered++;
    connection.flush().then(
      () => {
        if (connection === this.#connection) this.#unanswered = 0;
      },
      () => {},
    );
  }

  #lose(connection: NatsConnection, why: string): void {
    if (connection !== this.#connection) return;
    this.#connection = undefined;
    this.counters.losses++;
    this.#options.log.write('warn', 'bus lost', { server: this.server, why });
    connection.close().catch(() => {});
    this.#events.down();
    void this.#dialOn();
  }

  /** Round and round, from the next server on, for ever. */
  async #dialOn(): Promise<void> {
    const { signal } = this.#closing;
    const told = new Map<string, string>();
    for (let round = 0; ; round++) {
      for (let count = 0; count < this.#servers.length && !signal.aborted; count++) {
        this.#at = (this.#at + 1) % this.#servers.length;
        const connection = await this.#dialOne(Math.min(DIAL_MS * 2 ** round, DIAL_MS_MAX), told);
        if (connection === undefined) continue;
        if (signal.aborted) return void connection.close().catch(() => {});
        this.#options.log.write('info', 'bus found', { server: this.server });
        return this.#take(connection);
      }
      const pauseMs = Math.min(PAUSE_MS * 2 ** round, PAUSE_MS_MAX) * (1 + Math.random() / 4);
      await pause(pauseMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
    }
  }

  /** `told`: what was said of each server; it is said again only when it changes. */
  async #dialOne(
    timeoutMs: number,
    told: Map<string, string>,
  ): Promise<NatsConnection | undefined> {
    const server = this.#servers[this.#at];
    if (server === undefined) return undefined;
    try {
      return await dial(this.#options, server, timeoutMs);
    } catch (error) {
      const { code, message } = error as BusError;
      this.counters.failedDials++;
      if (told.get(server.name) !== code)
        this.#options.log.write('warn', 'bus not reached', {
          server: server.name,
          code,
          why: message,
        });
      told.set(server.name, code);
      return undefined;
    }
  }
}
