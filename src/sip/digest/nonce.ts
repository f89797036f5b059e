/**
 * Nonces that prove themselves: RFC 7616 §5.4. `time salt HMAC(time salt realm)`, so that any
 * manager with the same secret can check one that another made, and none remembers those it gave
 * out. How often a nonce was used is NonceCounts' business.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { type Random, token } from '../../base/random.ts';

/** 11 hex digits of milliseconds reach to the year 2527. */
const TIME_LENGTH = 11;
const SALT_LENGTH = 6;
const STAMP_LENGTH = TIME_LENGTH + SALT_LENGTH;
/** 22 characters of base64url: 132 bits of the code. */
const CODE_LENGTH = 22;
/** Another manager's clock may be that much ahead of ours. */
const AHEAD_MAX_MS = 1_000;

/** HMAC-SHA256's block, in octets. */
const BLOCK = 64;

export class Nonces {
  readonly #realm: string;
  readonly #lifeMs: number;
  readonly #random: Random;
  /** The key under HMAC's inner pad; ASCII, see the constructor. */
  readonly #inner: string;
  /** The key under the outer pad, and behind it room for the inner hash. */
  readonly #outer = Buffer.alloc(BLOCK + 32);
  readonly #given = Buffer.alloc(CODE_LENGTH);
  readonly #due = Buffer.alloc(CODE_LENGTH);

  /** `secret` is the same on all managers that are to know each other's nonces. */
  constructor(options: {
    readonly realm: string;
    readonly secret: string;
    readonly lifeMs: number;
    readonly random: Random;
  }) {
    this.#realm = options.realm;
    this.#lifeMs = options.lifeMs;
    this.#random = options.random;
    // A key of exactly one block in ASCII stays ASCII under both pads. So HMAC is two calls of the
    // one-shot hash on strings, which takes half the time of an Hmac object.
    const key = hash('sha256', `nonce:${options.secret}`);
    this.#inner = pad(key, 0x36);
    this.#outer.write(pad(key, 0x5c), 0, 'latin1');
  }

  mint(epochMs: number): string {
    const time = Math.floor(epochMs).toString(16).padStart(TIME_LENGTH, '0');
    const stamp = time + token(this.#random, SALT_LENGTH);
    return stamp + this.#code(stamp);
  }

  /** When `nonce` was made, in ms since the epoch; undefined when it is none of ours or has outlived its life. */
  mintedMs(nonce: string, epochMs: number): number | undefined {
    if (nonce.length !== STAMP_LENGTH + CODE_LENGTH) return undefined;
    const stamp = nonce.slice(0, STAMP_LENGTH);
    this.#given.write(nonce.slice(STAMP_LENGTH), 0, 'latin1');
    this.#due.write(this.#code(stamp), 0, 'latin1');
    if (!timingSafeEqual(this.#given, this.#due)) return undefined;
    const mintedMs = Number.parseInt(stamp.slice(0, TIME_LENGTH), 16);
    const ageMs = epochMs - mintedMs;
    return ageMs <= this.#lifeMs && ageMs >= -AHEAD_MAX_MS ? mintedMs : undefined;
  }

  #code(stamp: string): string {
    const inner = hash('sha256', `${this.#inner}${stamp}:${this.#realm}`, 'binary');
    this.#outer.write(inner, BLOCK, 'latin1');
    return hash('sha256', this.#outer, 'base64url').slice(0, CODE_LENGTH);
  }
}

function pad(key: string, octet: number): string {
  return Array.from(key, (c) => String.fromCharCode(c.charCodeAt(0) ^ octet)).join('');
}
