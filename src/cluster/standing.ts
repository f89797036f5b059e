/**
 * Whether this manager may act: judged from when the store last confirmed it, when the others last
 * heard it, and whether it has slept.
 *
 * Why 'unsure' protects: whoever is to be expelled for silence must have been missed for `silentMs` by
 * two others (by one, of two). A member cannot know what was lost on the way, but it knows for each
 * other member the time of its last beat that arrived there. From `heardMs` after that on it counts
 * that member as one who may miss it.
 */
import type { Standing } from '../process/cluster.ts';
import type { Revision } from '../process/state-plane.ts';
import type { MembershipTimings } from './membership-timings.ts';
import type { Peer } from './peers.ts';

export type Evidence = {
  readonly nowMs: number;
  /** When the last renewal that succeeded was sent. */
  readonly lastOkMs: number;
  /** The end of the last pause: what was confirmed before says nothing. */
  readonly wokeMs: number;
  /** Since when there is no way to the bus, or undefined. */
  readonly downMs: number | undefined;
  /** The view's revision, and the highest that somebody else was heard to have lately. */
  readonly revision: Revision;
  readonly newestRevision: Revision;
  readonly peers: readonly Peer[];
};

export class Judge {
  readonly #timings: MembershipTimings;
  readonly #storeOutage: 'freeze' | 'fence';
  #frozenMs: number | undefined;

  constructor(timings: MembershipTimings, storeOutage: 'freeze' | 'fence') {
    this.#timings = timings;
    this.#storeOutage = storeOutage;
  }

  /** 'fenced' is for ever: not to be asked again. */
  judge(evidence: Evidence): Standing {
    const { nowMs, lastOkMs } = evidence;
    const { fenceMs, silentMs } = this.#timings;
    if (nowMs - lastOkMs <= fenceMs) {
      this.#frozenMs = undefined;
      return this.isAwake(evidence) && !this.#isMissed(evidence) ? 'member' : 'unsure';
    }
    const unreachedMs = unreachedSince(evidence);
    if (!this.#mayFreeze(evidence, unreachedMs)) return 'fenced';
    const isSure = this.isAwake(evidence) && !this.#isMissed(evidence);
    return isSure && nowMs - unreachedMs <= silentMs ? 'frozen' : 'unsure';
  }

  /** Whether membership was confirmed after the last pause. */
  isAwake({ nowMs, lastOkMs, wokeMs, peers }: Evidence): boolean {
    if (lastOkMs >= wokeMs) return true;
    // With the store gone the others' word must do, once the store has had its chance.
    if (this.#frozenMs === undefined || nowMs < wokeMs + this.#timings.renewTimeoutMs) return false;
    return peers.every(({ heardMeMs }) => heardMeMs >= wokeMs);
  }

  /** When time alone changes something, at the earliest. */
  dueMs({ nowMs, lastOkMs, peers }: Evidence): number {
    const { fenceMs, heardMs, silentMs, frozenMs } = this.#timings;
    let dueMs = Number.POSITIVE_INFINITY;
    const add = (atMs: number): void => {
      // Limits are still good, and become bad a moment later.
      if (atMs >= nowMs) dueMs = Math.min(dueMs, atMs + 1);
    };
    add(lastOkMs + fenceMs);
    if (this.#frozenMs !== undefined) add(this.#frozenMs + frozenMs);
    for (const peer of peers) {
      add(peer.heardMeMs + heardMs);
      add(Math.max(peer.heardMs, peer.seenMs) + heardMs);
      if (this.#frozenMs !== undefined) {
        add(peer.heardMeMs + silentMs);
        add(peer.heardMeMs + fenceMs);
      }
    }
    return dueMs;
  }

  #mayFreeze({ nowMs, revision, newestRevision }: Evidence, unreachedMs: number): boolean {
    const { fenceMs, silentMs, frozenMs } = this.#timings;
    // Others see changes that this manager cannot: the store is there.
    if (this.#storeOutage === 'fence' || newestRevision > revision) return false;
    if (this.#frozenMs === undefined) {
      if (nowMs - unreachedMs > silentMs) return false;
      this.#frozenMs = nowMs;
    }
    return nowMs - unreachedMs <= fenceMs && nowMs - this.#frozenMs <= frozenMs;
  }

  /** Whether so many may miss this manager that they could expel it, or too few are heard. */
  #isMissed({ nowMs, downMs, peers }: Evidence): boolean {
    if (peers.length === 0) return false;
    if (downMs !== undefined) return true;
    const limitMs = nowMs - this.#timings.heardMs;
    let missing = 0;
    let silent = 0;
    for (const { heardMs, heardMeMs, seenMs } of peers) {
      if (heardMeMs < limitMs) missing++;
      if (Math.max(heardMs, seenMs) < limitMs) silent++;
    }
    if (peers.length === 1) return missing + silent > 0;
    const size = peers.length + 1;
    return missing >= 2 || (size - silent) * 2 <= size;
  }
}

/** Up to when every other member was reached in both directions, and the bus was there. */
function unreachedSince({ nowMs, downMs = nowMs, peers }: Evidence): number {
  return peers.reduce(
    (oldestMs, { heardMs, seenMs, heardMeMs }) =>
      Math.min(oldestMs, Math.max(heardMs, seenMs), heardMeMs),
    downMs,
  );
}
