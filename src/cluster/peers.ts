/**
 * What a member knows of each other member from the bus: when it was heard, since when it may have
 * missed this one, and whether it is suspected to be dead.
 *
 * A member is suspected when nobody takes what is sent to it for a while, or when nothing is heard of
 * it. It is pinged before that, so that one whose beats alone are lost is not. Being heard ends a
 * suspicion.
 */
import type { View } from '../process/cluster.ts';
import type { Home } from '../process/pid.ts';
import type { Revision } from '../process/state-plane.ts';
import type { Beat } from './beat.ts';
import type { MembershipTimings } from './membership-timings.ts';

export type Peer = {
  readonly home: Home;
  /** Since when it is in this manager's view. */
  readonly seenMs: number;
  /** When the last packet of it came. */
  heardMs: number;
  /** When the last beat was sent of which it said that it has heard it: until then it heard this manager. */
  heardMeMs: number;
  /** The number of that beat; 0: it has not said that it knows this manager. */
  heardMeNo: number;
  /** Of its last beat. */
  beatNo: number;
  rv: Revision;
  suspects: ReadonlySet<Home>;
  /** When 'absent' was said first and last. */
  absent: { readonly sinceMs: number; lastMs: number } | undefined;
  suspicion:
    | { readonly sinceMs: number /** Of the first beat that told it. */; no: number }
    | undefined;
  pingMs: number;
};

export type PeersOptions = {
  readonly me: Home;
  readonly timings: MembershipTimings;
  ping(home: Home): void;
  /** There is a new suspicion, or somebody waits for a second opinion. */
  urgent(): void;
};

export class Peers {
  readonly #options: PeersOptions;
  readonly #peers = new Map<Home, Peer>();
  #all: readonly Peer[] = [];
  /** Nothing can have been heard before. */
  #listeningMs: number;

  constructor(options: PeersOptions, nowMs: number) {
    this.#options = options;
    this.#listeningMs = nowMs;
  }

  get all(): readonly Peer[] {
    return this.#all;
  }

  get(home: Home): Peer | undefined {
    return this.#peers.get(home);
  }

  setView({ members }: View, nowMs: number): void {
    for (const home of this.#peers.keys()) if (!members.includes(home)) this.#peers.delete(home);
    for (const home of members)
      if (home !== this.#options.me && !this.#peers.has(home))
        this.#peers.set(home, newPeer(home, nowMs));
    this.#all = [...this.#peers.values()];
  }

  /** This manager was asleep, or without the bus: silence counts from now on, and nobody is suspected. */
  listenAnew(nowMs: number): void {
    this.#listeningMs = nowMs;
    for (const peer of this.#peers.values()) {
      peer.absent = undefined;
      peer.suspicion = undefined;
    }
  }

  /** Something of `home` came in. */
  heard(home: Home, nowMs: number): void {
    const peer = this.#peers.get(home);
    if (peer === undefined) return;
    peer.heardMs = nowMs;
    peer.absent = undefined;
    peer.suspicion = undefined;
  }

  /** A beat of a member. `sentMs`: when the beat of this manager with that number was sent. */
  take(peer: Peer, beat: Beat, nowMs: number, sentMs: (no: number) => number | undefined): void {
    this.heard(peer.home, nowMs);
    const before = peer.suspects;
    peer.beatNo = beat.no;
    peer.rv = beat.rv;
    peer.suspects = beat.suspects;
    const heardMeNo = beat.heard.get(this.#options.me);
    const heardMeMs = heardMeNo === undefined ? undefined : sentMs(heardMeNo);
    if (heardMeNo !== undefined && heardMeMs !== undefined && heardMeNo > peer.heardMeNo) {
      peer.heardMeNo = heardMeNo;
      peer.heardMeMs = heardMeMs;
    }
    for (const home of beat.suspects) {
      const suspect = this.#peers.get(home);
      if (suspect === undefined || before.has(home)) continue;
      suspect.pingMs = Math.min(suspect.pingMs, nowMs);
      if (suspect.suspicion !== undefined) this.#options.urgent();
    }
  }

  /** Nobody takes what is sent to `home`. */
  absent(home: Home, nowMs: number): void {
    const peer = this.#peers.get(home);
    if (peer === undefined) return;
    peer.absent ??= { sinceMs: nowMs, lastMs: nowMs };
    peer.absent.lastMs = nowMs;
    peer.pingMs = Math.min(peer.pingMs, nowMs + this.#options.timings.pingMs);
  }

  /** Comes to suspect, and pings. */
  advance(nowMs: number): void {
    for (const peer of this.#peers.values()) {
      if (nowMs >= this.#suspectAtMs(peer) && peer.suspicion === undefined) {
        peer.suspicion = { sinceMs: nowMs, no: Number.POSITIVE_INFINITY };
        this.#options.urgent();
      }
      if (nowMs < this.#pingAtMs(peer)) continue;
      peer.pingMs = nowMs + this.#options.timings.pingMs;
      this.#options.ping(peer.home);
    }
  }

  get dueMs(): number {
    let dueMs = Number.POSITIVE_INFINITY;
    for (const peer of this.#peers.values()) {
      dueMs = Math.min(dueMs, this.#pingAtMs(peer));
      if (peer.suspicion === undefined) dueMs = Math.min(dueMs, this.#suspectAtMs(peer));
    }
    return dueMs;
  }

  /** The suspects, as of the beat with that number. */
  tellSuspects(no: number): Home[] {
    const suspects: Home[] = [];
    for (const { home, suspicion } of this.#peers.values()) {
      if (suspicion === undefined) continue;
      suspects.push(home);
      suspicion.no = Math.min(suspicion.no, no);
    }
    return suspects;
  }

  /**
   * Whether another member suspects `peer` too. It must have said so after it had heard of this
   * manager's suspicion: then both suspected at one time, and `peer` could know that it may be expelled.
   */
  isSeconded({ suspicion, home }: Peer, nowMs: number): boolean {
    if (suspicion === undefined) return false;
    return this.all.some(
      (other) =>
        other.home !== home &&
        other.suspects.has(home) &&
        other.heardMeNo >= suspicion.no &&
        nowMs - other.heardMs <= this.#options.timings.reachMs,
    );
  }

  #suspectAtMs({ seenMs, heardMs, heardMeNo, absent }: Peer): number {
    const { silentMs, strangerMs, absentMs } = this.#options.timings;
    const sinceMs = Math.max(seenMs, this.#listeningMs);
    if (absent !== undefined && absent.lastMs - absent.sinceMs >= absentMs)
      // It may still be on its way to the bus, if it joined just now, or if all have lost the bus.
      return heardMs >= sinceMs ? absent.lastMs : Math.max(absent.lastMs, sinceMs + silentMs);
    const silentAtMs = Math.max(heardMs, sinceMs) + silentMs;
    // It may not have seen yet that this manager is a member, and could not know that it is missed.
    return heardMeNo > 0 ? silentAtMs : Math.max(silentAtMs, seenMs + strangerMs);
  }

  #pingAtMs({ home, seenMs, heardMs, absent, pingMs }: Peer): number {
    if (absent !== undefined || this.#isSuspectOfOthers(home)) return pingMs;
    const quietAtMs = Math.max(heardMs, seenMs, this.#listeningMs) + this.#options.timings.quietMs;
    return Math.max(pingMs, quietAtMs);
  }

  #isSuspectOfOthers(home: Home): boolean {
    for (const { suspects } of this.#peers.values()) if (suspects.has(home)) return true;
    return false;
  }
}

function newPeer(home: Home, nowMs: number): Peer {
  return {
    home,
    seenMs: nowMs,
    heardMs: Number.NEGATIVE_INFINITY,
    heardMeMs: nowMs,
    heardMeNo: 0,
    beatNo: 0,
    rv: 0,
    suspects: new Set(),
    absent: undefined,
    suspicion: undefined,
    pingMs: nowMs,
  };
}
