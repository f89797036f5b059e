/**
 * How many numbers a pattern matches among those of one length: what decides which of several matches is
 * the most specific. A product of up to 64 factors of 1 to 10 is beyond what a number holds exactly, so
 * it is kept as its prime factors, of which there are four: 2, 3, 5 and 7.
 */

/** Exponents of 2, 3, 5 and 7, eight bits each. At most 192, 128, 64 and 64 for 64 places: never an overflow. */
export type Factors = number;

export const TEN: Factors = factors(1, 0, 1, 0);

/** Factors of 0 to 10 symbols; multiplying is adding. */
const FACTORS_OF: readonly Factors[] = [
  0,
  0,
  factors(1, 0, 0, 0),
  factors(0, 1, 0, 0),
  factors(2, 0, 0, 0),
  factors(0, 0, 1, 0),
  factors(1, 1, 0, 0),
  factors(0, 0, 0, 1),
  factors(3, 0, 0, 0),
  factors(0, 2, 0, 0),
  TEN,
];

function factors(twos: number, threes: number, fives: number, sevens: number): Factors {
  return ((twos << 24) | (threes << 16) | (fives << 8) | sevens) >>> 0;
}

/** Of a place that `size` symbols fit into. */
export function factorsOf(size: number): Factors {
  return FACTORS_OF[size] ?? 0;
}

/**
 * The logarithm of the count. Equal counts give the same result to the last bit, since it depends on
 * the factors alone; different ones are much further apart than rounding goes.
 */
export function breadthOf(factors: Factors): number {
  return (
    (factors >>> 24) * Math.LN2 +
    ((factors >>> 16) & 255) * LN3 +
    ((factors >>> 8) & 255) * LN5 +
    (factors & 255) * LN7
  );
}

const LN3 = Math.log(3);
const LN5 = Math.log(5);
const LN7 = Math.log(7);

/** The count itself, for people: exact up to 2^53. */
export function countOf(factors: Factors): number {
  const smaller = 3 ** ((factors >>> 16) & 255) * 5 ** ((factors >>> 8) & 255);
  return 2 ** (factors >>> 24) * smaller * 7 ** (factors & 255);
}
