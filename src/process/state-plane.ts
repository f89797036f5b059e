/**
 * The port to a cluster's store: a linearizable map of text to text with revisions, leases and watches.
 *
 * A revision numbers a change of the whole store; it rises and is never used again. Results come by
 * callback, in a turn of their own, never within the caller's. A request whose fate is not known says
 * so ('unknown'): it may have been done. Keys and values are UTF-8; keys of one cluster share a prefix
 * that the driver adds and takes off.
 */

export type Revision = number;
export type Lease = string;

export type Entry = {
  readonly key: string;
  readonly value: string;
  /** Of the put that made the key, and of the last one. A key that was deleted is made anew. */
  readonly created: Revision;
  readonly modified: Revision;
};

/** All must hold for a transaction to be done. */
export type Compare =
  | { readonly key: string; readonly is: 'absent' }
  | { readonly key: string; readonly is: 'modified'; readonly revision: Revision }
  | { readonly key: string; readonly is: 'created'; readonly revision: Revision };

/** With a lease, the key goes when the lease does. */
export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: string; readonly lease?: Lease }
  | { readonly type: 'delete'; readonly key: string };

/** `read`: keys whose entries come back when it is not done. */
export type Transaction = {
  readonly compare: readonly Compare[];
  readonly then: readonly Operation[];
  readonly read?: readonly string[];
};

export type Unknown = { readonly type: 'unknown'; readonly error: string };

/** `revision`: of the store at that moment; of `then`'s changes when it was done. */
export type TransactionResult =
  | { readonly type: 'done'; readonly revision: Revision }
  | { readonly type: 'refused'; readonly revision: Revision; readonly found: readonly Entry[] }
  | Unknown;

export type ReadResult =
  | { readonly type: 'read'; readonly revision: Revision; readonly entries: readonly Entry[] }
  | Unknown;

/** Changes of one revision, under the followed prefix. `entry` undefined: deleted. */
export type Change = { readonly key: string; readonly entry: Entry | undefined };

/** Sees everything under a prefix: a snapshot, then every change, in order and without a gap. */
export interface Follower {
  /** The whole of it: at first, and again after the store has forgotten what came in between. */
  reset(revision: Revision, entries: readonly Entry[]): void;
  /** Never empty; `revision` is higher than that of the last call. */
  changed(revision: Revision, changes: readonly Change[]): void;
}

export interface StatePlane {
  transact(transaction: Transaction, done: (result: TransactionResult) => void): void;
  /** Linearizable: everything under `prefix`, as it is now. */
  read(prefix: string, done: (result: ReadResult) => void): void;
  follow(prefix: string, follower: Follower): () => void;
  /** `ttlMs`: whole seconds, in milliseconds. */
  grant(
    ttlMs: number,
    done: (result: { readonly type: 'granted'; readonly lease: Lease } | Unknown) => void,
  ): void;
  /** From now on another `ttlMs`. 'gone': it has run out, or was revoked. */
  keepAlive(lease: Lease, done: (result: 'alive' | 'gone' | 'unknown') => void): void;
  /** Its keys go with it. */
  revoke(lease: Lease, done: () => void): void;
}
