/**
 * The table that all members see the same: entries in the store that live as long as their owner is a
 * member, and this manager's copy of them.
 *
 * Who wants an entry says so once (`claim`); this keeps what the store holds and what is wanted in
 * agreement, by transactions that compare and set, until somebody has the key. A transaction whose fate
 * is unknown is no trouble: what the store shows next decides. What a departed manager owned is gone
 * from the copy the moment the view is without it, whatever the store still holds.
 */
import type { TableEntry } from '../process/cluster.ts';
import type { Home } from '../process/pid.ts';
import type {
  Change,
  Compare,
  Entry,
  Lease,
  Operation,
  Revision,
  StatePlane,
  TransactionResult,
} from '../process/state-plane.ts';

/** Where the table's keys are in the store. */
export const TABLE_PREFIX = 'table/';

/** How this manager proves, in each transaction, that it is a member still. */
export type MemberProof = {
  readonly home: Home;
  readonly key: string;
  readonly created: Revision;
  readonly lease: Lease;
};

export type SharedTableOptions = {
  readonly store: Pick<StatePlane, 'transact'>;
  readonly member: MemberProof;
  readonly changed: (key: string, entry: TableEntry | undefined) => void;
};

/** As the store has it; `owner` may be a member no more. */
type Stored = TableEntry;

/** Keys of one transaction: half of what etcd takes by default. */
const KEYS_MAX = 64;
const TRANSACTIONS_MAX = 4;
const RETRY_MS = 200;
/** Octets of a value that is read. */
const VALUE_MAX = 1024;

export class SharedTable {
  /** Plain integers. `malformed`: entries in the store that are none. */
  readonly counters = { transactions: 0, refused: 0, unknown: 0, malformed: 0 };
  readonly #options: SharedTableOptions;
  readonly #stored = new Map<string, Stored>();
  /** What this manager wants to have. */
  readonly #wanted = new Map<string, string>();
  /** Keys to look at: what is wanted may differ from what is stored. */
  readonly #open = new Set<string>();
  /** Keys of transactions that are under way. */
  readonly #busy = new Set<string>();
  /** Keys of a transaction of many that was refused. */
  readonly #alone = new Set<string>();
  /** Keys whose transaction was refused by a store that is ahead of the copy: until the copy is there. */
  readonly #behind = new Map<string, Revision>();
  #members: ReadonlySet<Home>;
  #revision: Revision = 0;
  #underWay = 0;
  #nowMs = 0;
  #retryAtMs = 0;
  #isClosed = false;

  constructor(options: SharedTableOptions) {
    this.#options = options;
    this.#members = new Set([options.member.home]);
  }

  /** What the table says now. */
  *entries(): Iterable<readonly [string, TableEntry]> {
    for (const [key, entry] of this.#stored) if (this.#isHeld(entry)) yield [key, entry];
  }

  claim(key: string, value: string): void {
    const stored = this.#stored.get(key);
    if (this.#isHeld(stored) && stored?.owner !== this.#options.member.home) return;
    this.#wanted.set(key, value);
    this.#open.add(key);
  }

  release(key: string): void {
    this.#wanted.delete(key);
    this.#open.add(key);
  }

  /** Of the followed prefix: all there is under `TABLE_PREFIX`. `setView` has been called for that revision. */
  reset(revision: Revision, entries: readonly Entry[]): void {
    const known = new Set(this.#stored.keys());
    this.#revision = revision;
    for (const entry of entries) {
      known.delete(keyOf(entry.key));
      this.#store(keyOf(entry.key), entry);
    }
    for (const key of known) this.#store(key, undefined);
    this.#catchUp();
  }

  changed(revision: Revision, changes: readonly Change[]): void {
    this.#revision = revision;
    for (const { key, entry } of changes) this.#store(keyOf(key), entry);
    this.#catchUp();
  }

  /** Who is a member from now on; what others owned is gone. */
  setView(members: readonly Home[]): void {
    const before = this.#members;
    this.#members = new Set(members);
    for (const [key, entry] of this.#stored) {
      const was = before.has(entry.owner);
      const is = this.#members.has(entry.owner);
      if (was === is) continue;
      if (this.#wanted.has(key)) this.#open.add(key);
      this.#options.changed(key, is ? entry : undefined);
    }
  }

  advance(nowMs: number): void {
    this.#nowMs = nowMs;
    this.flush();
  }

  nextDueMs(): number {
    // All else goes on when the store has answered, or shown something.
    const waits = this.#open.size > 0 && this.#retryAtMs > this.#nowMs;
    return waits ? this.#retryAtMs : Number.POSITIVE_INFINITY;
  }

  /** What is wanted goes to the store: all that came up while the last transactions were under way, together. */
  flush(): void {
    if (this.#isClosed || this.#nowMs < this.#retryAtMs) return;
    while (this.#open.size > 0 && this.#underWay < TRANSACTIONS_MAX) {
      const keys = this.#nextKeys();
      if (keys.length === 0) return;
      this.#transact(keys);
    }
  }

  /** Nothing is wanted any more: this manager is no member. */
  close(): void {
    this.#isClosed = true;
    this.#wanted.clear();
    this.#open.clear();
  }

  #nextKeys(): string[] {
    const keys: string[] = [];
    for (const key of this.#open) {
      if (this.#busy.has(key) || this.#behind.has(key)) continue;
      if (this.#operationOn(key) === undefined) {
        this.#open.delete(key);
        continue;
      }
      const isAlone = this.#alone.has(key);
      if (isAlone && keys.length > 0) continue;
      keys.push(key);
      if (isAlone || keys.length >= KEYS_MAX) break;
    }
    return keys;
  }

  /** What is to be done so that the store has what is wanted; undefined: nothing, or it is another's. */
  #operationOn(key: string): { compare: Compare; operation: Operation } | undefined {
    const { member } = this.#options;
    const stored = this.#stored.get(key);
    const value = this.#wanted.get(key);
    const at = TABLE_PREFIX + key;
    const compare: Compare =
      stored === undefined
        ? { key: at, is: 'absent' }
        : { key: at, is: 'modified', revision: stored.revision };
    const isOurs = stored?.owner === member.home;
    if (value === undefined)
      return isOurs ? { compare, operation: { type: 'delete', key: at } } : undefined;
    if (isOurs && stored.value === value) return undefined;
    if (!isOurs && this.#isHeld(stored)) {
      this.#wanted.delete(key);
      return undefined;
    }
    const text = JSON.stringify({ owner: member.home, value });
    return { compare, operation: { type: 'put', key: at, value: text, lease: member.lease } };
  }

  #transact(keys: readonly string[]): void {
    const { store, member } = this.#options;
    const compare: Compare[] = [{ key: member.key, is: 'created', revision: member.created }];
    const then: Operation[] = [];
    for (const key of keys) {
      const step = this.#operationOn(key);
      this.#open.delete(key);
      this.#alone.delete(key);
      if (step === undefined) continue;
      compare.push(step.compare);
      then.push(step.operation);
      this.#busy.add(key);
    }
    this.#underWay++;
    this.counters.transactions++;
    store.transact({ compare, then }, (result) => this.#done(keys, result));
  }

  #done(keys: readonly string[], result: TransactionResult): void {
    this.#underWay--;
    for (const key of keys) {
      this.#busy.delete(key);
      // Whatever came of it, what the store shows decides.
      this.#open.add(key);
      if (result.type === 'refused' && keys.length > 1) this.#alone.add(key);
      if (result.type !== 'unknown' && result.revision > this.#revision)
        this.#behind.set(key, result.revision);
    }
    if (result.type === 'refused') this.counters.refused++;
    if (result.type === 'unknown') {
      this.counters.unknown++;
      this.#retryAtMs = this.#nowMs + RETRY_MS;
    } else if (
      result.type === 'refused' &&
      keys.length === 1 &&
      result.revision <= this.#revision
    ) {
      // Refused by what is known here already: this manager's own key is gone, perhaps.
      this.#retryAtMs = this.#nowMs + RETRY_MS;
    }
  }

  #catchUp(): void {
    for (const [key, revision] of this.#behind)
      if (revision <= this.#revision) this.#behind.delete(key);
  }

  #store(key: string, entry: Entry | undefined): void {
    const before = this.#stored.get(key);
    const stored = entry === undefined ? undefined : this.#read(key, entry);
    if (before?.revision === stored?.revision) return;
    if (stored === undefined) this.#stored.delete(key);
    else this.#stored.set(key, stored);
    // A claim that came late has lost.
    if (this.#isHeld(stored) && stored?.owner !== this.#options.member.home)
      this.#wanted.delete(key);
    if (this.#wanted.has(key) || stored?.owner === this.#options.member.home) this.#open.add(key);
    const isShown = this.#isHeld(stored);
    if (isShown || this.#isHeld(before)) this.#options.changed(key, isShown ? stored : undefined);
  }

  #isHeld(entry: Stored | undefined): boolean {
    return entry !== undefined && this.#members.has(entry.owner);
  }

  #read(key: string, entry: Entry): Stored | undefined {
    const given = readValue(entry.value);
    if (given === undefined) {
      this.counters.malformed++;
      return undefined;
    }
    return { key, ...given, revision: entry.modified };
  }
}

function keyOf(stored: string): string {
  return stored.slice(TABLE_PREFIX.length);
}

function readValue(text: string): { readonly owner: Home; readonly value: string } | undefined {
  if (text.length > VALUE_MAX) return undefined;
  try {
    const given: unknown = JSON.parse(text);
    if (typeof given !== 'object' || given === null) return undefined;
    const { owner, value } = given as { owner?: unknown; value?: unknown };
    return typeof owner === 'string' && typeof value === 'string' ? { owner, value } : undefined;
  } catch {
    return undefined;
  }
}
