/**
 * Bans of sources: an address that keeps sending garbage or keeps failing to authenticate is not
 * listened to for a while.
 *
 * Goes by the address that the socket saw, never by what a message says. A UDP source can be forged,
 * so a ban is short, a success counts in an address's favour, and addresses that must not be lost
 * (gateways) are spared. Who drops the traffic, and what is garbage, is the caller's business.
 */

export type GuardOptions = {
  /** Off: everybody is allowed and nothing is remembered. */
  readonly enabled: boolean;
  /** Malformed messages that an address may send within the window; one more is a ban. */
  readonly garbageMax?: number;
  /** The same for wrong users and passwords. */
  readonly failuresMax?: number;
  /** In which either allowance, once used up, has grown back. */
  readonly windowMs?: number;
  readonly banMs?: number;
  /** Addresses remembered, banned ones and suspects each; beyond it the oldest are forgotten. */
  readonly sourcesMax?: number;
  /** Addresses that are never banned. */
  readonly spares?: (address: string) => boolean;
};

/** What an address has used up of its allowances. Both leak away as time passes. */
type Suspect = { garbage: number; failures: number; atMs: number };

/** Plain counters since the start. */
export type GuardCounts = {
  garbage: number;
  failures: number;
  bans: number;
  /** Times that `allows` said no. */
  refused: number;
};

export class SourceGuard {
  readonly #enabled: boolean;
  readonly #garbageMax: number;
  readonly #failuresMax: number;
  readonly #windowMs: number;
  readonly #banMs: number;
  readonly #sourcesMax: number;
  readonly #spares: (address: string) => boolean;
  /** Least recently conspicuous first. */
  readonly #suspects = new Map<string, Suspect>();
  /** Until when. All bans are of one length, so they stand in the order in which they end. */
  readonly #banned = new Map<string, number>();
  readonly counts: GuardCounts = { garbage: 0, failures: 0, bans: 0, refused: 0 };

  constructor(options: GuardOptions) {
    this.#enabled = options.enabled;
    this.#garbageMax = options.garbageMax ?? 50;
    this.#failuresMax = options.failuresMax ?? 20;
    this.#windowMs = options.windowMs ?? 60_000;
    this.#banMs = options.banMs ?? 300_000;
    this.#sourcesMax = options.sourcesMax ?? 10_000;
    this.#spares = options.spares ?? (() => false);
  }

  /** Addresses in memory. */
  get size(): { readonly suspects: number; readonly banned: number } {
    return { suspects: this.#suspects.size, banned: this.#banned.size };
  }

  /** Whether to listen to `address`. Asked for every message: while nobody is banned it costs a comparison. */
  allows(address: string, nowMs: number): boolean {
    if (this.#banned.size === 0) return true;
    const untilMs = this.#banned.get(address);
    if (untilMs === undefined) return true;
    if (nowMs < untilMs) {
      this.counts.refused++;
      return false;
    }
    this.#banned.delete(address);
    return true;
  }

  /** `address` sent what is no SIP message. True when it is banned now. */
  garbage(address: string, nowMs: number): boolean {
    this.counts.garbage++;
    return this.#count(address, 1, 0, nowMs);
  }

  /** `address` failed to authenticate: an unknown user or a wrong password. True when it is banned now. */
  failed(address: string, nowMs: number): boolean {
    this.counts.failures++;
    return this.#count(address, 0, 1, nowMs);
  }

  /**
   * `address` authenticated. Takes back one failure rather than all of them: behind one address may
   * be a hundred phones, or one who knows a password and guesses others.
   */
  succeeded(address: string): void {
    const suspect = this.#suspects.get(address);
    if (suspect !== undefined) suspect.failures = Math.max(0, suspect.failures - 1);
  }

  #count(address: string, garbage: number, failures: number, nowMs: number): boolean {
    if (!this.#enabled || this.#spares(address)) return false;
    const suspect = this.#suspects.get(address) ?? { garbage: 0, failures: 0, atMs: nowMs };
    const passed = Math.max(0, nowMs - suspect.atMs) / this.#windowMs;
    suspect.garbage = Math.max(0, suspect.garbage - passed * this.#garbageMax) + garbage;
    suspect.failures = Math.max(0, suspect.failures - passed * this.#failuresMax) + failures;
    suspect.atMs = nowMs;
    this.#suspects.delete(address);
    if (suspect.garbage > this.#garbageMax || suspect.failures > this.#failuresMax) {
      this.#ban(address, nowMs);
      return true;
    }
    makeRoom(this.#suspects, this.#sourcesMax);
    this.#suspects.set(address, suspect);
    return false;
  }

  #ban(address: string, nowMs: number): void {
    for (const [banned, untilMs] of this.#banned) {
      if (nowMs < untilMs) break;
      this.#banned.delete(banned);
    }
    this.#banned.delete(address);
    makeRoom(this.#banned, this.#sourcesMax);
    this.#banned.set(address, nowMs + this.#banMs);
    this.counts.bans++;
  }
}

function makeRoom(table: Map<string, unknown>, max: number): void {
  if (table.size < max) return;
  for (const oldest of table.keys()) {
    table.delete(oldest);
    return;
  }
}
