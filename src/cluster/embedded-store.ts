/**
 * The store of the embedded state plane: a map with revisions, transactions and leases, as etcd has
 * them. Everything is done at once; who is told when is the business of `EmbeddedStatePlane`.
 */
import { assert } from '../base/assert.ts';
import type {
  Change,
  Compare,
  Entry,
  Lease,
  Operation,
  Revision,
  Transaction,
  TransactionResult,
} from '../process/state-plane.ts';
import { assertTransaction } from './transaction-limits.ts';

/** A client that hears of what happens. */
export interface StoreClient {
  committed(revision: Revision, changes: readonly Change[]): void;
  /** What was not fetched by now is only to be had as a snapshot. */
  compacted(): void;
  /** The store can be reached again. */
  resumed(): void;
}

type Slot = { entry: Entry; lease: Lease | undefined };
type LeaseRecord = { readonly ttlMs: number; expiresAtMs: number; readonly keys: Set<string> };

/** Writes down what is about to be done, so that it survives; a text: it could not, so it is not done. */
export type Keep = (revision: Revision, operations: readonly Operation[]) => string | undefined;

/** What is beyond is not done: the result is 'unknown', as from any store whose disk is full. */
const ENTRIES_MAX = 1_000_000;
const LEASES_MAX = 100_000;

export class EmbeddedStore {
  readonly #slots = new Map<string, Slot>();
  readonly #leases = new Map<Lease, LeaseRecord>();
  readonly #clients = new Set<StoreClient>();
  readonly #firstRevision: Revision;
  #revision: Revision;
  readonly #keep: Keep;
  #grants = 0;
  #nowMs = 0;
  #isUp = true;

  /** `firstRevision`: higher than any that a store before this one has given out, e.g. the time in ms. */
  constructor(firstRevision: Revision = 1, keep: Keep = () => undefined) {
    this.#keep = keep;
    this.#firstRevision = firstRevision;
    this.#revision = firstRevision;
  }

  get revision(): Revision {
    return this.#revision;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  join(client: StoreClient): void {
    this.#clients.add(client);
  }

  leave(client: StoreClient): void {
    this.#clients.delete(client);
  }

  /** Nobody reaches it until `resume`. */
  stop(): void {
    this.#isUp = false;
  }

  resume(): void {
    this.#isUp = true;
    for (const client of [...this.#clients]) client.resumed();
  }

  /** Forgets all history: who lags behind gets a snapshot. */
  compact(): void {
    for (const client of [...this.#clients]) client.compacted();
  }

  /** Ends leases whose time is over. Time stands still while the store is stopped. */
  advance(nowMs: number): void {
    if (!this.#isUp) {
      const passedMs = nowMs - this.#nowMs;
      this.#nowMs = nowMs;
      for (const record of this.#leases.values()) record.expiresAtMs += passedMs;
      return;
    }
    this.#nowMs = nowMs;
    for (const [lease, { expiresAtMs }] of [...this.#leases])
      if (expiresAtMs <= nowMs) this.revoke(lease);
  }

  transact(transaction: Transaction): TransactionResult {
    assertTransaction(transaction);
    const { compare, then, read = [] } = transaction;
    if (!compare.every((condition) => this.#holds(condition))) {
      const found = read.flatMap((key) => this.#slots.get(key)?.entry ?? []);
      return { type: 'refused', revision: this.#revision, found };
    }
    const revision = this.#revision + 1;
    const error = this.#fault(then) ?? this.#keep(revision, then);
    if (error !== undefined) return { type: 'unknown', error };
    this.#commit(then.flatMap((operation) => this.#change(operation, revision) ?? []));
    return { type: 'done', revision: this.#revision };
  }

  /** What an earlier store had, before anybody has asked for anything. */
  restore(entries: Iterable<Entry>): void {
    for (const entry of entries) this.#slots.set(entry.key, { entry, lease: undefined });
  }

  /** Everything under `prefix`, by key. */
  entries(prefix: string): Entry[] {
    const entries: Entry[] = [];
    for (const { entry } of this.#slots.values())
      if (entry.key.startsWith(prefix)) entries.push(entry);
    return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Undefined when there are too many. */
  grant(ttlMs: number): Lease | undefined {
    assert(ttlMs > 0 && ttlMs % 1000 === 0, 'a lease lasts whole seconds');
    if (this.#leases.size >= LEASES_MAX) return undefined;
    const lease = `${this.#firstRevision}-${++this.#grants}`;
    this.#leases.set(lease, { ttlMs, expiresAtMs: this.#nowMs + ttlMs, keys: new Set() });
    return lease;
  }

  keepAlive(lease: Lease): 'alive' | 'gone' {
    const record = this.#leases.get(lease);
    if (record === undefined) return 'gone';
    record.expiresAtMs = this.#nowMs + record.ttlMs;
    return 'alive';
  }

  /** All its keys go in one revision. */
  revoke(lease: Lease): void {
    const record = this.#leases.get(lease);
    if (record === undefined) return;
    const keys = [...record.keys].sort();
    this.#leases.delete(lease);
    for (const key of keys) this.#slots.delete(key);
    this.#commit(keys.map((key) => ({ key, entry: undefined })));
  }

  #holds(compare: Compare): boolean {
    const entry = this.#slots.get(compare.key)?.entry;
    if (compare.is === 'absent') return entry === undefined;
    return entry !== undefined && entry[compare.is] === compare.revision;
  }

  #fault(operations: readonly Operation[]): string | undefined {
    let puts = 0;
    for (const operation of operations) {
      if (operation.type === 'delete') continue;
      puts++;
      const { lease } = operation;
      if (lease !== undefined && !this.#leases.has(lease)) return `there is no lease ${lease}`;
    }
    return this.#slots.size + puts > ENTRIES_MAX ? 'the store is full' : undefined;
  }

  #change(operation: Operation, revision: Revision): Change | undefined {
    const { key } = operation;
    const before = this.#slots.get(key);
    if (before?.lease !== undefined) this.#leases.get(before.lease)?.keys.delete(key);
    if (operation.type === 'delete')
      return this.#slots.delete(key) ? { key, entry: undefined } : undefined;
    const { value, lease } = operation;
    const created = before?.entry.created ?? revision;
    const entry = { key, value, created, modified: revision };
    this.#slots.set(key, { entry, lease });
    if (lease !== undefined) this.#leases.get(lease)?.keys.add(key);
    return { key, entry };
  }

  #commit(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    this.#revision++;
    for (const client of [...this.#clients]) client.committed(this.#revision, changes);
  }
}
