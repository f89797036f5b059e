/**
 * Expelling members that are dead or out of reach, without waiting for their leases: a transaction
 * deletes `members/<id>` while both that incarnation and this manager are members; then the lease is
 * revoked, and with it goes whatever else that manager had in the store.
 *
 * Whom this manager may have expelled, it does not say to have heard: an answer that is still open must
 * not leave that one in the belief that all is well.
 */
import type { Clock } from '../base/clock.ts';
import type { ManagerId } from '../process/message-plane.ts';
import type { Home } from '../process/pid.ts';
import type { Revision, TransactionResult } from '../process/state-plane.ts';
import type { MembershipStore } from './answers-later.ts';
import { withEviction } from './eviction-history.ts';
import { EVICTIONS, MEMBERS, type Member, type Members } from './members.ts';
import type { MembershipTimings } from './membership-timings.ts';
import type { Peer, Peers } from './peers.ts';

export type EvictionsOptions = {
  readonly id: ManagerId;
  readonly created: Revision;
  readonly store: MembershipStore;
  readonly members: Members;
  readonly clock: Clock;
  readonly timings: MembershipTimings;
  nowMs(): number;
  /** This manager is no member itself. */
  gone(): void;
};

type Attempt = { againMs: number; forgottenMs: number };

export class Evictions {
  /** Members expelled. */
  done = 0;
  readonly #options: EvictionsOptions;
  readonly #attempts = new Map<Home, Attempt>();

  constructor(options: EvictionsOptions) {
    this.#options = options;
  }

  /** Whether `home` may have been expelled by this manager. */
  isOpen(home: Home): boolean {
    return this.#options.nowMs() < (this.#attempts.get(home)?.forgottenMs ?? 0);
  }

  get dueMs(): number {
    const nowMs = this.#options.nowMs();
    let dueMs = Number.POSITIVE_INFINITY;
    // What was not done when its time had come waits for something else.
    for (const { againMs, forgottenMs } of this.#attempts.values())
      for (const atMs of [againMs, forgottenMs]) if (atMs > nowMs) dueMs = Math.min(dueMs, atMs);
    return dueMs;
  }

  /** The members have changed: who is gone needs not be expelled. */
  setView(homes: readonly Home[]): void {
    for (const home of this.#attempts.keys())
      if (!homes.includes(home)) this.#attempts.delete(home);
  }

  /** Expels who may be; `settledMs`: since when these are the members. */
  advance(peers: Peers, settledMs: number): void {
    const nowMs = this.#options.nowMs();
    for (const [home, { forgottenMs }] of this.#attempts)
      if (nowMs >= forgottenMs) this.#attempts.delete(home);
    for (const peer of peers.all) {
      if (nowMs < (this.#attempts.get(peer.home)?.againMs ?? nowMs)) continue;
      if (this.#isExpellable(peer, peers, settledMs)) this.#expel(peer.home);
    }
  }

  /** When time alone makes the only other member one that may be expelled. */
  aloneAtMs(peers: Peers, settledMs: number): number {
    const [other, third] = peers.all;
    if (other?.suspicion === undefined || third !== undefined || this.isOpen(other.home))
      return Number.POSITIVE_INFINITY;
    const { nowMs, timings } = this.#options;
    const { sinceMs } = other.suspicion;
    const atMs = Math.max(sinceMs + timings.aloneMs, settledMs + timings.settledMs);
    return atMs > nowMs() ? atMs : Number.POSITIVE_INFINITY;
  }

  #isExpellable(peer: Peer, peers: Peers, settledMs: number): boolean {
    const { nowMs, timings } = this.#options;
    const now = nowMs();
    if (peer.suspicion === undefined) return false;
    const { all } = peers;
    if (all.length === 1)
      return (
        now >= peer.suspicion.sinceMs + timings.aloneMs && now >= settledMs + timings.settledMs
      );
    const isReached = ({ home, heardMs, heardMeMs, heardMeNo }: Peer): boolean =>
      home !== peer.home && heardMeNo > 0 && now - Math.min(heardMs, heardMeMs) <= timings.reachMs;
    const reached = 1 + all.filter(isReached).length;
    return reached * 2 > all.length + 1 && peers.isSeconded(peer, now);
  }

  #expel(home: Home): void {
    const { id, created, store, members, clock, timings, nowMs } = this.#options;
    const member = members.all.find((each) => each.home === home);
    if (member === undefined) return;
    const attempt = {
      againMs: nowMs() + timings.joinAgainMs,
      forgottenMs: Number.POSITIVE_INFINITY,
    };
    this.#attempts.set(home, attempt);
    const mine = MEMBERS + id;
    const theirs = MEMBERS + member.id;
    const history = withEviction(members.evictionsOf(member.id), clock.epochMs());
    store.transact(
      {
        compare: [
          { key: theirs, is: 'created', revision: member.created },
          { key: mine, is: 'created', revision: created },
        ],
        then: [
          { type: 'delete', key: theirs },
          { type: 'put', key: EVICTIONS + member.id, value: history },
        ],
        read: [mine],
      },
      (result) => this.#outcome(result, member, attempt),
    );
  }

  #outcome(result: TransactionResult, member: Member, attempt: Attempt): void {
    const { created, store, timings, nowMs, gone } = this.#options;
    if (result.type === 'done') {
      this.done++;
      const lease = member.record?.lease;
      if (lease !== undefined) store.revoke(lease, () => undefined);
    }
    if (result.type === 'refused' && result.found[0]?.created !== created) {
      gone();
      return;
    }
    // Done, or by somebody else: the watch will say so. If it does not, it was another incarnation.
    attempt.againMs =
      nowMs() + (result.type === 'unknown' ? timings.evictAgainMs : timings.joinAgainMs);
    attempt.forgottenMs = nowMs() + timings.fenceMs;
  }
}
