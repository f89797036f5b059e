/**
 * Numbers in header fields, bounded before anybody counts with them: RFC 3261 §20, RFC 4475 §3.1.2.4
 * (what to make of values that no honest sender writes).
 */
import { readInteger } from './characters.ts';
import type { Headers } from './headers.ts';

/** RFC 3261 §20.19: delta-seconds are 32 bits wide. Larger values count as this. */
export const DELTA_SECONDS_MAX = 0xffff_ffff;
/** RFC 3261 §8.1.1.6. */
const MAX_FORWARDS_INITIAL = 70;
const MAX_FORWARDS_MAX = 255;

/** The whole number that a text is, at most `max`; undefined when it is none or there is no text. */
export function readScalar(text: string | undefined, max = DELTA_SECONDS_MAX): number | undefined {
  if (text === undefined) return undefined;
  const value = readInteger(text, 0, text.length, max);
  return value < 0 ? undefined : value;
}

/** How many hops a message may still take. A value that is absent, malformed or above 255 counts as the initial 70. */
export function maxForwards(headers: Headers): number {
  const value = readScalar(headers.first('Max-Forwards'), MAX_FORWARDS_MAX + 1);
  return value === undefined || value > MAX_FORWARDS_MAX ? MAX_FORWARDS_INITIAL : value;
}
