/**
 * Which requests have been made under a nonce: RFC 7616 §3.4, `nc`. Refuses whatever was seen before,
 * in a bounded table: what it has to forget, it refuses altogether.
 */

import { detach } from '../message/detach.ts';

/** Counts at and below the highest that are told apart: requests over UDP overtake one another. */
const WINDOW = 32;

type Use = {
  readonly mintedMs: number;
  highest: number;
  /** Bit n: whether `highest - n` was seen. */
  seen: number;
};

export class NonceCounts {
  readonly #max: number;
  /** Two generations: the older is dropped whole when the younger is full, so nothing is ever sorted. */
  #young = new Map<string, Use>();
  #old = new Map<string, Use>();
  /** When the latest nonce of each generation was made. */
  #youngLatestMs = 0;
  #oldLatestMs = 0;
  /** Nonces made up to here may have been dropped: unless one is still in the table, it is refused. */
  #floorMs = 0;

  /** At most `max` nonces are kept. */
  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /**
   * Whether `count` is new under `nonce`, which was made at `mintedMs`; it is not the next time.
   * A count of 0 stands for a request without one (RFC 2069): it must be the only one.
   */
  take(nonce: string, count: number, mintedMs: number, epochMs: number): boolean {
    const use = this.#young.get(nonce) ?? this.#old.get(nonce);
    if (use === undefined) {
      if (mintedMs <= this.#floorMs) return false;
      this.#keep(nonce, { mintedMs, highest: count === 0 ? Infinity : count, seen: 1 }, epochMs);
      return true;
    }
    if (!isNew(use, count)) return false;
    note(use, count);
    if (!this.#young.has(nonce)) this.#keep(nonce, use, epochMs);
    return true;
  }

  #keep(nonce: string, use: Use, epochMs: number): void {
    if (this.#young.size >= this.#max / 2) {
      // Not into the future, where a manager's fast clock may have made one: ours must stay good.
      this.#floorMs = Math.max(this.#floorMs, Math.min(this.#oldLatestMs, epochMs - 1));
      this.#old = this.#young;
      this.#oldLatestMs = this.#youngLatestMs;
      this.#young = new Map();
      this.#youngLatestMs = 0;
    }
    this.#young.set(detach(nonce), use);
    this.#youngLatestMs = Math.max(this.#youngLatestMs, use.mintedMs);
  }
}

function isNew(use: Use, count: number): boolean {
  if (count > use.highest) return true;
  const behind = use.highest - count;
  return count > 0 && behind < WINDOW && ((use.seen >>> behind) & 1) === 0;
}

function note(use: Use, count: number): void {
  const ahead = count - use.highest;
  if (ahead > 0) {
    use.seen = ahead < WINDOW ? (use.seen << ahead) | 1 : 1;
    use.highest = count;
  } else use.seen |= 1 << -ahead;
}
