/**
 * Follows a prefix: a snapshot, then the changes from there on, whichever server they come from.
 *
 * A server that was stopped, or is cut off from the others, keeps its watches open and says nothing. So
 * a watch that says nothing is not believed: its server is asked now and then, and when others know of
 * revisions that the watch has not told, it is opened anew at another server. Nothing gets lost or is
 * told twice by that: it goes on after the last revision that was told.
 */
import type { Log } from '../../base/log.ts';
import type { Change, Follower, Revision } from '../../process/state-plane.ts';
import { type EtcdClient, OTHER_CLUSTER } from './client.ts';
import type { Server } from './exchange.ts';
import { arrayOf, fieldsOf, headerOf, integerOf, type Keyspace, textOf } from './json.ts';
import { readSnapshot } from './snapshot.ts';
import { WatchStream } from './stream.ts';

/** With nothing heard for so long the watch's server is asked whether it is there. */
const QUIET_MS = 500;
const PING_MS = 400;
/** So long a server may take to hear of a revision. */
const LAG_MS = 200;
/** So long may the watch lack what others know of. Doubles each time that there was nothing in it for it. */
const PATIENCE_MS = 300;
const PATIENCE_MAX_MS = 5000;
/** Between attempts that fail. */
const PAUSE_MS = 200;

/** A server that was started anew may not know the token any more, and says so by ending the watch. */
const TOKEN = /auth|token|permission|user name/i;

/** Why the watch at one server is over. */
type End =
  | { readonly type: 'failed'; readonly error: string }
  /** Another server is better. */
  | { readonly type: 'moved' }
  /** What comes next has been forgotten. */
  | { readonly type: 'compacted' }
  | { readonly type: 'stopped' };

/** Other revisions than the followed prefix's are in `known`, too: doubts may be groundless. */
type Doubt = { readonly sinceMs: number; readonly revision: Revision };

export type WatchOptions = {
  readonly client: EtcdClient;
  readonly keyspace: Keyspace;
  readonly prefix: string;
  readonly follower: Follower;
  readonly log: Log;
};

export class Watch {
  readonly #client: EtcdClient;
  readonly #keyspace: Keyspace;
  readonly #prefix: string;
  readonly #follower: Follower;
  readonly #log: Log;
  /** The follower has everything up to it. */
  #told: Revision = 0;
  /** Up to it nothing is doubted. */
  #settled: Revision = 0;
  #doubt: Doubt | undefined;
  #patienceMs = PATIENCE_MS;
  /** What the last doubt was about: to see whether it was justified. */
  #expected: Revision = 0;
  #heardMs = 0;
  #isPinging = false;
  #stream: WatchStream | undefined;
  #leave: ((end: End) => void) | undefined;
  #wake: (() => void) | undefined;
  #isStopped = false;

  constructor({ client, keyspace, prefix, follower, log }: WatchOptions) {
    this.#client = client;
    this.#keyspace = keyspace;
    this.#prefix = prefix;
    this.#follower = follower;
    this.#log = log;
  }

  /** Until `stop`. */
  async run(): Promise<void> {
    let left: Server | undefined;
    let isNew = true;
    while (!this.#isStopped) {
      if (isNew && !(await this.#reset())) {
        await this.#pause();
        continue;
      }
      const server = this.#choose(left);
      const end = await this.#watch(server);
      left = end.type === 'moved' ? server : undefined;
      isNew = end.type === 'compacted';
      if (end.type === 'failed') {
        this.#client.noteFailure(server, end.error);
        await this.#pause();
      }
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#leave?.({ type: 'stopped' });
    this.#wake?.();
  }

  /** To be called several times a second. */
  advance(nowMs: number): void {
    const server = this.#stream?.server;
    if (server === undefined) return;
    const { rotation, known } = this.#client;
    if (rotation.hasFailed(server) && rotation.hasBetter(server))
      return this.#leave?.({ type: 'moved' });
    if (known <= this.#settled) this.#doubt = undefined;
    else this.#doubt ??= { sinceMs: nowMs, revision: known };
    const doubt = this.#doubt;
    if (doubt !== undefined && nowMs - doubt.sinceMs >= this.#patienceMs) {
      this.#log.write('info', 'watch is opened anew', { server: server.name, told: this.#told });
      this.#settled = known;
      this.#expected = known;
      this.#patienceMs = Math.min(this.#patienceMs * 2, PATIENCE_MAX_MS);
      return this.#leave?.({ type: 'moved' });
    }
    const isDoubtful = doubt !== undefined && nowMs - doubt.sinceMs >= LAG_MS;
    if (isDoubtful || nowMs - this.#heardMs >= QUIET_MS) void this.#ping(server, doubt);
  }

  async #reset(): Promise<boolean> {
    const snapshot = await readSnapshot(this.#client, this.#keyspace, this.#prefix);
    if (this.#isStopped || !snapshot.ok) return false;
    this.#client.counters.resets++;
    this.#told = snapshot.revision;
    this.#settled = Math.max(this.#settled, snapshot.revision);
    this.#follower.reset(snapshot.revision, snapshot.entries);
    return !this.#isStopped;
  }

  #choose(left: Server | undefined): Server {
    const order = this.#client.rotation.order();
    const server = order.find((one) => one !== left) ?? order[0];
    if (server === undefined) throw new Error('there is no server');
    return server;
  }

  /** Until it fails, or is left. */
  async #watch(server: Server): Promise<End> {
    const token = await this.#client.token();
    if (this.#isStopped) return { type: 'stopped' };
    this.#client.counters.watchesOpened++;
    const body = {
      create_request: {
        key: this.#keyspace.key(this.#prefix),
        range_end: this.#keyspace.end(this.#prefix),
        start_revision: String(this.#told + 1),
      },
    };
    this.#doubt = undefined;
    this.#heardMs = performance.now();
    const end = await new Promise<End>((resolve) => {
      this.#leave = resolve;
      const fail = (error: string) => resolve({ type: 'failed', error });
      this.#stream = new WatchStream(
        server,
        { path: '/v3/watch', body, ...token },
        {
          said: (said) => {
            const over = this.#said(said);
            if (over !== undefined) resolve(over);
          },
          ended: fail,
        },
      );
    });
    this.#stream?.close();
    this.#stream = undefined;
    this.#leave = undefined;
    if (end.type === 'failed' && TOKEN.test(end.error)) this.#client.forget(token.token);
    return end;
  }

  #said(body: object): End | undefined {
    const { result, error } = fieldsOf<'result' | 'error'>(body);
    if (result === undefined)
      return { type: 'failed', error: textOf(fieldsOf<'message'>(error).message) };
    if (!this.#client.note(body)) return { type: 'failed', error: OTHER_CLUSTER };
    this.#heardMs = performance.now();
    const said = fieldsOf<'canceled' | 'cancel_reason' | 'compact_revision' | 'events'>(result);
    if (integerOf(said.compact_revision) !== 0) return { type: 'compacted' };
    if (said.canceled === true) return { type: 'failed', error: textOf(said.cancel_reason) };
    return this.#tell(arrayOf(said.events));
  }

  /** Several revisions may come at once, but never a part of one. */
  #tell(events: readonly unknown[]): End | undefined {
    let changes: Change[] = [];
    let revision = 0;
    for (const event of events) {
      const read = this.#keyspace.readChange(event);
      if (read === undefined || read.revision < revision)
        return { type: 'failed', error: 'the watch says what is no change' };
      if (read.revision <= this.#told) continue;
      if (read.revision !== revision) this.#changed(revision, changes);
      if (read.revision !== revision) changes = [];
      revision = read.revision;
      changes.push(read.change);
    }
    this.#changed(revision, changes);
    return undefined;
  }

  #changed(revision: Revision, changes: readonly Change[]): void {
    if (changes.length === 0 || this.#isStopped) return;
    if (revision <= this.#expected) this.#patienceMs = PATIENCE_MS;
    this.#doubt = undefined;
    this.#told = revision;
    this.#settled = Math.max(this.#settled, revision);
    this.#follower.changed(revision, changes);
  }

  /** A server that answers, and knows what the others know, has said what there was to say. */
  async #ping(server: Server, doubt: Doubt | undefined): Promise<void> {
    if (this.#isPinging) return;
    this.#isPinging = true;
    const key = this.#keyspace.key(this.#prefix);
    const body = { key, limit: '1', keys_only: true, serializable: true };
    const reply = await this.#client.askAt(server, '/v3/kv/range', body, PING_MS);
    this.#isPinging = false;
    if (!reply.ok) return;
    this.#heardMs = performance.now();
    const revision = headerOf(reply.body)?.revision ?? 0;
    if (doubt !== undefined && this.#doubt === doubt && revision < doubt.revision)
      this.#client.noteFailure(
        server,
        `it is at revision ${revision}, others at ${doubt.revision}`,
      );
  }

  /** After a failure, so that nobody is asked without pause. */
  async #pause(): Promise<void> {
    if (this.#isStopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PAUSE_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
