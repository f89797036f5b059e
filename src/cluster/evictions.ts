/**
 * Expelling members that are dead or out of reach, without waiting for their leases: a transaction
 * deletes `members/<id>` while both that incarnation and this manager are members; then the lease is
 * revoked, and with it goes whatever else that manager had in the store.
 *
 * Whoever reaches a majority expels one that another of them misses, too. Where only half is reached, all
 * of the other half are expelled at once, while all of this one are members: of two halves that are cut
 * from each other, and reach the store, the first one there goes on as a whole and the other one ends.
 * Fewer than half expel nobody; leases run out.
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
    const mayTry = ({ home }: Peer): boolean =>
      nowMs >= (this.#attempts.get(home)?.againMs ?? nowMs);
    const { all } = peers;
    for (const peer of all)
      if (mayTry(peer) && this.#isExpellable(peer, peers)) this.#expel([peer.home], []);
    const half = otherHalf(all);
    if (half === undefined || !half.every(mayTry) || nowMs < this.#halfAtMs(half, settledMs))
      return;
    const own = all.filter((peer) => !half.includes(peer));
    // Of two members one has nobody to ask.
    const isSeconded = own.length === 0 || half.every((peer) => peers.isSeconded(peer, nowMs));
    if (isSeconded && own.every((peer) => this.#isReached(peer)))
      this.#expel(homesOf(half), homesOf(own));
  }

  /** When time alone makes the other half of the members one that may be expelled. */
  halfAtMs(peers: Peers, settledMs: number): number {
    const half = otherHalf(peers.all);
    if (half === undefined || half.some(({ home }) => this.isOpen(home)))
      return Number.POSITIVE_INFINITY;
    const atMs = this.#halfAtMs(half, settledMs);
    return atMs > this.#options.nowMs() ? atMs : Number.POSITIVE_INFINITY;
  }

  #halfAtMs(half: readonly Peer[], settledMs: number): number {
    const { aloneMs, settledMs: viewMs } = this.#options.timings;
    const since = half.map(({ suspicion }) => suspicion?.sinceMs ?? Number.POSITIVE_INFINITY);
    return Math.max(...since.map((ms) => ms + aloneMs), settledMs + viewMs);
  }

  #isExpellable(peer: Peer, peers: Peers): boolean {
    if (peer.suspicion === undefined) return false;
    const { all } = peers;
    const reached = 1 + all.filter((other) => other !== peer && this.#isReached(other)).length;
    const isMajority = all.length > 1 && reached * 2 > all.length + 1;
    return isMajority && peers.isSeconded(peer, this.#options.nowMs());
  }

  #isReached({ heardMs, heardMeMs, heardMeNo }: Peer): boolean {
    const { nowMs, timings } = this.#options;
    return heardMeNo > 0 && nowMs() - Math.min(heardMs, heardMeMs) <= timings.reachMs;
  }

  /** All of `homes`, as long as they, this manager and all of `own` are members. */
  #expel(homes: readonly Home[], own: readonly Home[]): void {
    const { id, created, store, members, clock, timings, nowMs } = this.#options;
    const found = (home: Home): Member | undefined =>
      members.all.find((each) => each.home === home);
    const expelled = homes.map(found).filter((member) => member !== undefined);
    const others = own.map(found).filter((member) => member !== undefined);
    if (expelled.length < homes.length || others.length < own.length) return;
    const attempt = {
      againMs: nowMs() + timings.joinAgainMs,
      forgottenMs: Number.POSITIVE_INFINITY,
    };
    for (const home of homes) this.#attempts.set(home, attempt);
    const mine = MEMBERS + id;
    const isThere = (member: Pick<Member, 'id' | 'created'>) =>
      ({ key: MEMBERS + member.id, is: 'created', revision: member.created }) as const;
    const epochMs = clock.epochMs();
    store.transact(
      {
        compare: [...expelled, { id, created }, ...others].map(isThere),
        then: expelled.flatMap((member) => [
          { type: 'delete', key: MEMBERS + member.id } as const,
          {
            ...{ type: 'put' as const, key: EVICTIONS + member.id },
            value: withEviction(members.evictionsOf(member.id), epochMs),
          },
        ]),
        read: [mine],
      },
      (result) => this.#outcome(result, expelled, attempt),
    );
  }

  #outcome(result: TransactionResult, expelled: readonly Member[], attempt: Attempt): void {
    const { created, store, timings, nowMs, gone } = this.#options;
    if (result.type === 'done')
      for (const { record } of expelled) {
        this.done++;
        if (record?.lease !== undefined) store.revoke(record.lease, () => undefined);
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

/** Those who are suspected, if they are half of all members; this manager is none of `peers`. */
function otherHalf(peers: readonly Peer[]): readonly Peer[] | undefined {
  let suspects = 0;
  for (const { suspicion } of peers) if (suspicion !== undefined) suspects++;
  if (suspects * 2 !== peers.length + 1) return undefined;
  return peers.filter(({ suspicion }) => suspicion !== undefined);
}

function homesOf(peers: readonly Peer[]): readonly Home[] {
  return peers.map(({ home }) => home);
}
