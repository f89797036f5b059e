/**
 * Renewal of a manager's membership at the store: its lease is kept alive, and a linearizable read
 * shows that its key is still there. Only both together count: a lease may outlive the key by a moment
 * (who expels deletes the key first), and a watch may be late without anybody knowing.
 */

import type { ManagerId } from '../process/message-plane.ts';
import type { Lease, Revision } from '../process/state-plane.ts';
import type { MembershipStore } from './answers-later.ts';
import { MEMBERS, type MemberRecord } from './members.ts';
import type { MembershipTimings } from './membership-timings.ts';

export type RenewalOptions = {
  readonly id: ManagerId;
  readonly lease: Lease;
  /** When the lease was asked for. */
  readonly sentMs: number;
  readonly store: MembershipStore;
  readonly timings: MembershipTimings;
  /** The lease has ended, or the key is gone: for ever. */
  gone(): void;
};

type Attempt = { readonly sentMs: number; isAlive: boolean; isThere: boolean };

export class Renewal {
  readonly lease: Lease;
  readonly #options: RenewalOptions;
  #lastOkMs: number;
  #dueMs: number;
  #open: Attempt | undefined;
  #created: Revision | undefined;
  #touchMs = Number.NEGATIVE_INFINITY;

  constructor(options: RenewalOptions) {
    this.#options = options;
    this.lease = options.lease;
    this.#lastOkMs = options.sentMs;
    this.#dueMs = options.sentMs + options.timings.renewMs;
  }

  /** When the last renewal that succeeded was sent. */
  get lastOkMs(): number {
    return this.#lastOkMs;
  }

  get dueMs(): number {
    return this.#dueMs;
  }

  /** The key exists: from now on it must. */
  watch(created: Revision): void {
    this.#created = created;
  }

  advance(nowMs: number): void {
    if (nowMs >= this.#dueMs) this.renew(nowMs);
  }

  /** Asks now, whatever is open: an answer to what was asked earlier says nothing about now. */
  renew(nowMs: number): void {
    const { id, lease, store, timings } = this.#options;
    const created = this.#created;
    const attempt: Attempt = { sentMs: nowMs, isAlive: false, isThere: created === undefined };
    this.#open = attempt;
    this.#dueMs = nowMs + Math.max(timings.renewMs, timings.renewTimeoutMs);
    store.keepAlive(lease, (result) => {
      if (result === 'gone') this.#options.gone();
      else if (result === 'alive') attempt.isAlive = true;
      this.#settle(attempt, result !== 'unknown');
    });
    if (created === undefined) return;
    const key = MEMBERS + id;
    store.read(key, (result) => {
      if (result.type === 'unknown') return this.#settle(attempt, false);
      const found = result.entries.find((entry) => entry.key === key);
      if (found?.created !== created) this.#options.gone();
      else attempt.isThere = true;
      this.#settle(attempt, true);
    });
  }

  /** Puts the key once more, so that there is a revision at which everybody has this manager's view. */
  touch(record: MemberRecord | undefined, nowMs: number): void {
    const { id, lease, store, timings } = this.#options;
    const created = this.#created;
    if (record === undefined || created === undefined || nowMs < this.#touchMs) return;
    this.#touchMs = nowMs + timings.renewMs;
    const key = MEMBERS + id;
    store.transact(
      {
        compare: [{ key, is: 'created', revision: created }],
        then: [{ type: 'put', key, value: JSON.stringify(record), lease }],
      },
      () => undefined,
    );
  }

  #settle(attempt: Attempt, isAnswered: boolean): void {
    const { renewMs, renewTimeoutMs } = this.#options.timings;
    if (attempt.isAlive && attempt.isThere)
      this.#lastOkMs = Math.max(this.#lastOkMs, attempt.sentMs);
    // A store that says at once that it cannot is asked again soon, but not in a circle.
    if (!isAnswered && this.#open === attempt)
      this.#dueMs = Math.min(this.#dueMs, attempt.sentMs + Math.min(renewMs, renewTimeoutMs) / 3);
  }
}
