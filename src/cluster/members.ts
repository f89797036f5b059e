/**
 * The members as the store has them: the keys `members/<id>`, the secret of the cluster and the history
 * of evictions, kept up to date from what the store's follower is told.
 */
import type { View } from '../process/cluster.ts';
import type { ManagerId } from '../process/message-plane.ts';
import { type Home, readHome } from '../process/pid.ts';
import type { Change, Entry, Lease, Revision } from '../process/state-plane.ts';
import { readEvictions } from './eviction-history.ts';

/** What a manager says of itself in `members/<id>`. */
export type MemberRecord = {
  /** Of the protocol between managers: all members speak the same. */
  readonly version: number;
  readonly lease: Lease;
  readonly host: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly started: string;
  /** SIP URIs at which it can be reached. */
  readonly sip: readonly string[];
};

/** `record` undefined: it cannot be read. */
export type Member = {
  readonly id: ManagerId;
  readonly home: Home;
  readonly created: Revision;
  readonly record: MemberRecord | undefined;
};

export const MEMBERS = 'members/';
export const EVICTIONS = 'evictions/';
export const SECRET = 'secret';

export class Members {
  #byId = new Map<ManagerId, Member>();
  #evictions = new Map<ManagerId, readonly number[]>();
  #secret: string | undefined;
  #view: View = { revision: 0, members: [] };
  #isPrivate = false;
  #isKnown = false;

  /** Whether the store has said anything at all. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  get view(): View {
    return this.#view;
  }

  /** The view has the revision of a snapshot, at which nobody else has a view, and may wait for it. */
  get isPrivate(): boolean {
    return this.#isPrivate;
  }

  get secret(): string | undefined {
    return this.#secret;
  }

  /** Oldest first. */
  get all(): readonly Member[] {
    return [...this.#byId.values()].sort((a, b) => a.created - b.created);
  }

  get(id: ManagerId): Member | undefined {
    return this.#byId.get(id);
  }

  /** When a manager was expelled, in ms since 1970, oldest first. */
  evictionsOf(id: ManagerId): readonly number[] {
    return this.#evictions.get(id) ?? [];
  }

  reset(revision: Revision, entries: readonly Entry[]): void {
    this.#byId.clear();
    this.#evictions.clear();
    this.#secret = undefined;
    this.#isKnown = true;
    let newest = 0;
    for (const entry of entries)
      if (this.#take(entry.key, entry)) newest = Math.max(newest, entry.modified);
    this.#isPrivate = newest !== revision;
    this.#show(revision);
  }

  /** Whether the view is another one from now on, with the same members or not. */
  changed(revision: Revision, changes: readonly Change[]): boolean {
    let isTouched = false;
    for (const { key, entry } of changes) if (this.#take(key, entry)) isTouched = true;
    if (!isTouched) return false;
    this.#isPrivate = false;
    this.#show(revision);
    return true;
  }

  /** Whether it is about a member. */
  #take(key: string, entry: Entry | undefined): boolean {
    if (key === SECRET) this.#secret = entry?.value;
    else if (key.startsWith(EVICTIONS))
      this.#evictions.set(key.slice(EVICTIONS.length), readEvictions(entry?.value));
    if (!key.startsWith(MEMBERS)) return false;
    const id = key.slice(MEMBERS.length);
    if (entry === undefined) return this.#byId.delete(id);
    const home = readHome(homeAt(id, entry.created));
    // What somebody else has written there is no manager.
    if (home === undefined) return false;
    this.#byId.set(id, { id, home, created: entry.created, record: readRecord(entry.value) });
    return true;
  }

  #show(revision: Revision): void {
    this.#view = { revision, members: this.all.map(({ home }) => home) };
  }
}

/** The home of the manager whose key was made at that revision. */
export function homeAt(id: ManagerId, created: Revision): Home {
  return `${id}.${created.toString(36)}`;
}

export function readRecord(value: string): MemberRecord | undefined {
  let given: unknown;
  try {
    given = JSON.parse(value);
  } catch {
    return undefined;
  }
  if (typeof given !== 'object' || given === null) return undefined;
  const record = given as Partial<Record<keyof MemberRecord, unknown>>;
  const { version, lease, host, pid, started, sip } = record;
  if (typeof version !== 'number' || typeof lease !== 'string') return undefined;
  if (typeof host !== 'string' || typeof pid !== 'number') return undefined;
  if (typeof started !== 'string' || !Array.isArray(sip)) return undefined;
  const uris = (sip as unknown[]).filter((uri) => typeof uri === 'string');
  return { version, lease, host, pid, started, sip: uris };
}
