/** State plane of a cluster whose store is etcd (3.4 or later), spoken to by its JSON gateway. */
import { assert } from '../../base/assert.ts';
import type { Log } from '../../base/log.ts';
import type {
  Follower,
  Lease,
  ReadResult,
  StatePlane,
  Transaction,
  TransactionResult,
  Unknown,
} from '../../process/state-plane.ts';
import { assertTransaction } from '../transaction-limits.ts';
import { DEADLINE_MS, type EtcdClient, type EtcdCounters } from './client.ts';
import type { Server } from './exchange.ts';
import { fieldsOf, integerOf, type Keyspace, textOf } from './json.ts';
import { readSnapshot } from './snapshot.ts';
import { Watch } from './watch.ts';

/** How often watches and failed servers are looked at. */
const TICK_MS = 100;

type Granted = { readonly type: 'granted'; readonly lease: Lease };

export class EtcdStatePlane implements StatePlane {
  readonly #client: EtcdClient;
  readonly #keyspace: Keyspace;
  readonly #log: Log;
  readonly #watches = new Set<Watch>();
  readonly #ticker: NodeJS.Timeout;
  readonly #beside: EtcdStatePlane[] = [];

  /** Made by `connectEtcd`. */
  constructor(client: EtcdClient, keyspace: Keyspace, log: Log) {
    this.#client = client;
    this.#keyspace = keyspace;
    this.#log = log;
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
  }

  /**
   * Another set of keys by the same way to etcd, which whoever follows this one's does not hear of. It
   * ends with this one.
   */
  beside(keyspace: Keyspace): EtcdStatePlane {
    const plane = new EtcdStatePlane(this.#client, keyspace, this.#log);
    this.#beside.push(plane);
    return plane;
  }

  get counters(): Readonly<EtcdCounters> {
    return this.#client.counters;
  }

  /** Nothing is told any more. */
  close(): void {
    for (const plane of this.#beside) plane.close();
    clearInterval(this.#ticker);
    for (const watch of this.#watches) watch.stop();
    this.#watches.clear();
    this.#client.close();
  }

  transact(transaction: Transaction, done: (result: TransactionResult) => void): void {
    assertTransaction(transaction);
    this.#answer(this.#transact(transaction), done);
  }

  read(prefix: string, done: (result: ReadResult) => void): void {
    this.#answer(this.#read(prefix), done);
  }

  follow(prefix: string, follower: Follower): () => void {
    const watch = new Watch({
      client: this.#client,
      keyspace: this.#keyspace,
      prefix,
      follower,
      log: this.#log,
    });
    this.#watches.add(watch);
    void watch.run();
    return () => {
      watch.stop();
      this.#watches.delete(watch);
    };
  }

  grant(ttlMs: number, done: (result: Granted | Unknown) => void): void {
    assert(ttlMs > 0 && ttlMs % 1000 === 0, 'a lease lasts whole seconds');
    this.#answer(this.#grant(ttlMs), done);
  }

  /**
   * No linearizable answer: a leader that was cut off from the others still says 'alive' until it gives
   * up, an election's time later (1.8 s). The next leader counts each lease's time from its election,
   * so none runs out meanwhile; but it may have been revoked.
   */
  keepAlive(lease: Lease, done: (result: 'alive' | 'gone' | 'unknown') => void): void {
    this.#answer(this.#keepAlive(lease), done);
  }

  revoke(lease: Lease, done: () => void): void {
    this.#answer(this.#client.safe('/v3/lease/revoke', { ID: lease }), () => done());
  }

  /** In a turn of its own: whoever is told may throw, and nothing here goes wrong by that. */
  #answer<Result>(result: Promise<Result>, done: (result: Result) => void): void {
    void result.then((value) => {
      setImmediate(() => {
        if (!this.#client.isClosed) done(value);
      });
    });
  }

  async #transact(transaction: Transaction): Promise<TransactionResult> {
    const reply = await this.#client.write('/v3/kv/txn', this.#keyspace.transaction(transaction));
    if (!reply.ok) return { type: 'unknown', error: reply.error };
    return this.#keyspace.readTransaction(reply.body) ?? malformed(reply.server);
  }

  async #read(prefix: string): Promise<ReadResult> {
    const snapshot = await readSnapshot(this.#client, this.#keyspace, prefix);
    if (!snapshot.ok) return { type: 'unknown', error: snapshot.error };
    return { type: 'read', revision: snapshot.revision, entries: snapshot.entries };
  }

  /** Asked twice it may be granted twice: the one that nobody uses runs out. */
  async #grant(ttlMs: number): Promise<Granted | Unknown> {
    const reply = await this.#client.safe('/v3/lease/grant', { TTL: String(ttlMs / 1000) });
    if (!reply.ok) return { type: 'unknown', error: reply.error };
    const lease = textOf(fieldsOf<'ID'>(reply.body).ID);
    return lease === '' ? malformed(reply.server) : { type: 'granted', lease };
  }

  /**
   * A leader that was elected just now may not know yet of a lease that was granted just before: that
   * it does not know it counts when it says so again after a read that takes a majority.
   */
  async #keepAlive(lease: Lease): Promise<'alive' | 'gone' | 'unknown'> {
    const before = await this.#renew(lease);
    if (before !== 'gone') return before;
    const read = await this.#client.safe('/v3/kv/range', { key: this.#keyspace.key('') });
    return read.ok ? await this.#renew(lease) : 'unknown';
  }

  async #renew(lease: Lease): Promise<'alive' | 'gone' | 'unknown'> {
    const reply = await this.#client.safe('/v3/lease/keepalive', { ID: lease });
    if (!reply.ok) return 'unknown';
    const { result } = fieldsOf<'result'>(reply.body);
    const { ID: id, TTL: seconds } = fieldsOf<'ID' | 'TTL'>(result);
    if (id !== lease) return 'unknown';
    return integerOf(seconds) === 0 ? 'gone' : 'alive';
  }

  #tick(): void {
    const nowMs = performance.now();
    for (const watch of this.#watches) watch.advance(nowMs);
    for (const server of this.#client.rotation.due(nowMs)) void this.#probe(server);
  }

  /** Whether it can do what takes a majority. */
  async #probe(server: Server): Promise<void> {
    const body = { key: this.#keyspace.key('') };
    const reply = await this.#client.askAt(server, '/v3/kv/range', body, DEADLINE_MS);
    if (reply.ok) this.#client.noteAnswer(server);
  }
}

function malformed(server: Server): Unknown {
  return { type: 'unknown', error: `${server.name}: that is no answer of etcd` };
}
