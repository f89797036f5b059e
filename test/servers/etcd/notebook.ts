/** Helpers of the tests against etcd: planes with promises, and a follower that writes down what it hears. */
import type {
  Change,
  Entry,
  Follower,
  ReadResult,
  Revision,
  StatePlane,
  Transaction,
  TransactionResult,
} from '../../../src/process/state-plane.ts';
import { pause } from './etcd-server.ts';

export function transact(plane: StatePlane, transaction: Transaction): Promise<TransactionResult> {
  return new Promise((resolve) => plane.transact(transaction, resolve));
}

export function put(plane: StatePlane, key: string, value: string, lease?: string) {
  const operation = { type: 'put', key, value, ...(lease === undefined ? {} : { lease }) } as const;
  return transact(plane, { compare: [], then: [operation] });
}

export function read(plane: StatePlane, prefix: string): Promise<ReadResult> {
  return new Promise((resolve) => plane.read(prefix, resolve));
}

export function keepAlive(plane: StatePlane, lease: string): Promise<'alive' | 'gone' | 'unknown'> {
  return new Promise((resolve) => plane.keepAlive(lease, resolve));
}

/** A lease, or an error. */
export async function grant(plane: StatePlane, ttlMs: number): Promise<string> {
  const result = await new Promise<Parameters<Parameters<StatePlane['grant']>[1]>[0]>((resolve) =>
    plane.grant(ttlMs, resolve),
  );
  if (result.type === 'unknown') throw new Error(result.error);
  return result.lease;
}

/** What a follower was told, and the state that it makes of it. */
export class Notebook implements Follower {
  readonly state = new Map<string, Entry>();
  /** Each value told, as `key=value` or `key gone`, in order. */
  readonly told: string[] = [];
  /** Revisions of what it was told. They rise, or `faults` says so. */
  readonly revisions: Revision[] = [];
  readonly faults: string[] = [];
  resets = 0;

  reset(revision: Revision, entries: readonly Entry[]): void {
    this.resets++;
    this.state.clear();
    for (const entry of entries) this.state.set(entry.key, entry);
    if (revision < (this.revisions.at(-1) ?? 0)) this.faults.push(`reset to ${revision}`);
    this.revisions.push(revision);
  }

  changed(revision: Revision, changes: readonly Change[]): void {
    if (revision <= (this.revisions.at(-1) ?? 0)) this.faults.push(`changed at ${revision}`);
    if (changes.length === 0) this.faults.push('no change');
    this.revisions.push(revision);
    for (const { key, entry } of changes) {
      this.told.push(entry === undefined ? `${key} gone` : `${key}=${entry.value}`);
      if (entry === undefined) this.state.delete(key);
      else this.state.set(key, entry);
    }
  }

  get entries(): Entry[] {
    return [...this.state.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}

/** Milliseconds until `holds`; throws after `atMostMs`. */
export async function until(
  what: string,
  holds: () => boolean,
  atMostMs = 10_000,
): Promise<number> {
  const startMs = performance.now();
  while (!holds()) {
    if (performance.now() - startMs > atMostMs)
      throw new Error(`${what}: not within ${atMostMs} ms`);
    await pause(5);
  }
  return Math.round(performance.now() - startMs);
}
