/**
 * State plane of one of several managers in one process: its way to a store that they share.
 *
 * Requests, results and changes are on their way for as long as `carry` says, and the way can be down,
 * so that every manager has delays and faults of its own, as with a store elsewhere.
 */
import type {
  Change,
  Entry,
  Follower,
  Lease,
  ReadResult,
  Revision,
  StatePlane,
  Transaction,
  TransactionResult,
  Unknown,
} from '../process/state-plane.ts';
import type { EmbeddedStore, StoreClient } from './embedded-store.ts';
import { assertTransaction } from './transaction-limits.ts';

/** What becomes of a request: as it should be; lost on the way there; done, but the result is lost. */
export type Fate = 'told' | 'not done' | 'not told';

export type EmbeddedStatePlaneOptions = {
  /**
   * `deliver` is to be called, once, in a later turn. Requests may overtake each other, and so may
   * results; changes are told in order whenever they arrive.
   */
  readonly carry: (what: 'request' | 'result' | 'change', deliver: () => void) => void;
  readonly fate?: () => Fate;
};

type News =
  | { readonly type: 'reset'; readonly revision: Revision; readonly entries: readonly Entry[] }
  | { readonly type: 'changed'; readonly revision: Revision; readonly changes: readonly Change[] };

type Watch = {
  readonly prefix: string;
  readonly follower: Follower;
  /** Undefined until the store knows of the watch. */
  news: News[] | undefined;
};

/** Revisions that a follower may lag behind; then it gets a snapshot. */
const NEWS_MAX = 10_000;

const UNREACHABLE: Unknown = { type: 'unknown', error: 'the store cannot be reached' };

export class EmbeddedStatePlane implements StatePlane, StoreClient {
  readonly #store: EmbeddedStore;
  readonly #carry: EmbeddedStatePlaneOptions['carry'];
  readonly #fate: () => Fate;
  readonly #watches = new Set<Watch>();
  #isStopped = false;
  #isClosed = false;

  constructor(store: EmbeddedStore, { carry, fate = () => 'told' }: EmbeddedStatePlaneOptions) {
    this.#store = store;
    this.#carry = carry;
    this.#fate = fate;
    store.join(this);
  }

  /** This manager does not reach the store until `resume`: results are 'unknown', changes come later. */
  stop(): void {
    this.#isStopped = true;
  }

  resume(): void {
    this.#isStopped = false;
    this.resumed();
  }

  /** The manager is no more: nothing is told to it. What it asked for on the way is still done. */
  close(): void {
    this.#isClosed = true;
    this.#watches.clear();
    this.#store.leave(this);
  }

  transact(transaction: Transaction, done: (result: TransactionResult) => void): void {
    assertTransaction(transaction);
    this.#ask<TransactionResult>(() => this.#store.transact(transaction), UNREACHABLE, done);
  }

  read(prefix: string, done: (result: ReadResult) => void): void {
    const read = (): ReadResult => {
      const { revision } = this.#store;
      return { type: 'read', revision, entries: this.#store.entries(prefix) };
    };
    this.#ask(read, UNREACHABLE, done);
  }

  follow(prefix: string, follower: Follower): () => void {
    const watch: Watch = { prefix, follower, news: undefined };
    this.#watches.add(watch);
    this.#carry('request', () => {
      if (this.#isUp && watch.news === undefined) this.#renew(watch);
    });
    return () => this.#watches.delete(watch);
  }

  grant(
    ttlMs: number,
    done: (result: { readonly type: 'granted'; readonly lease: Lease } | Unknown) => void,
  ): void {
    type Grant = { readonly type: 'granted'; readonly lease: Lease } | Unknown;
    const grant = (): Grant => {
      const lease = this.#store.grant(ttlMs);
      return lease === undefined
        ? { type: 'unknown', error: 'there are too many leases' }
        : { type: 'granted', lease };
    };
    this.#ask(grant, UNREACHABLE, done);
  }

  keepAlive(lease: Lease, done: (result: 'alive' | 'gone' | 'unknown') => void): void {
    this.#ask<'alive' | 'gone' | 'unknown'>(() => this.#store.keepAlive(lease), 'unknown', done);
  }

  revoke(lease: Lease, done: () => void): void {
    this.#ask(() => this.#store.revoke(lease), undefined, done);
  }

  committed(revision: Revision, changes: readonly Change[]): void {
    for (const watch of this.#watches) {
      if (watch.news === undefined) continue;
      const seen = changes.filter(({ key }) => key.startsWith(watch.prefix));
      if (seen.length === 0) continue;
      if (watch.news.length >= NEWS_MAX) {
        this.#renew(watch);
        continue;
      }
      watch.news.push({ type: 'changed', revision, changes: seen });
      this.#carry('change', () => this.#tell(watch, revision));
    }
  }

  compacted(): void {
    for (const watch of this.#watches)
      if (watch.news !== undefined && watch.news.length > 0) this.#renew(watch);
  }

  resumed(): void {
    if (!this.#isUp) return;
    const { revision } = this.#store;
    for (const watch of this.#watches) {
      if (watch.news === undefined) this.#renew(watch);
      else if (watch.news.length > 0) this.#carry('change', () => this.#tell(watch, revision));
    }
  }

  get #isUp(): boolean {
    return !this.#isStopped && this.#store.isUp;
  }

  #ask<Result>(act: () => Result, unknown: Result, done: (result: Result) => void): void {
    this.#carry('request', () => {
      const fate = this.#isUp ? this.#fate() : 'not done';
      const result = fate === 'not done' ? unknown : act();
      this.#carry('result', () => {
        if (!this.#isClosed) done(fate === 'told' && this.#isUp ? result : unknown);
      });
    });
  }

  /** A snapshot instead of whatever has not been told. */
  #renew(watch: Watch): void {
    const { revision } = this.#store;
    watch.news = [{ type: 'reset', revision, entries: this.#store.entries(watch.prefix) }];
    this.#carry('change', () => this.#tell(watch, revision));
  }

  /** Tells what happened up to and with `last`. */
  #tell(watch: Watch, last: Revision): void {
    while (this.#isUp && this.#watches.has(watch)) {
      const [news] = watch.news ?? [];
      if (news === undefined || news.revision > last) return;
      watch.news?.shift();
      if (news.type === 'reset') watch.follower.reset(news.revision, news.entries);
      else watch.follower.changed(news.revision, news.changes);
    }
  }
}
