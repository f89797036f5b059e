/**
 * The appearances of a line: each call has the lowest number that was free when it came (RFC 7463 §5
 * has the same rule), and keeps it until it ends.
 *
 * Numbers above the line's `appearances` are given too: those calls ring, but have no lamp. Whether a
 * call may come when all lamps are lit is a matter of the line's busy rule, not of numbering.
 */
import type { CallId } from '../signals.ts';

/** Plain data: part of a line control process's state. */
export type Appearances = {
  /** Index 0 is appearance 1; null: free. */
  readonly calls: (CallId | null)[];
  /** No index below this one is free. */
  lowest: number;
};

export function noAppearances(): Appearances {
  return { calls: [], lowest: 0 };
}

/** No line has more calls. */
const APPEARANCE_MAX = 10_000;

/** Takes the lowest free number for `call`. */
export function takeAppearance(appearances: Appearances, call: CallId): number {
  const { calls } = appearances;
  const appearance = lowestFree(appearances);
  calls[appearance - 1] = call;
  appearances.lowest = appearance;
  return appearance;
}

/** The lowest number that nobody has; it may be beyond those of the line. */
export function lowestFree({ calls, lowest }: Appearances): number {
  const free = calls.indexOf(null, lowest);
  return (free < 0 ? calls.length : free) + 1;
}

/** How many numbers somebody has. */
export function countUsed({ calls }: Appearances): number {
  let used = 0;
  for (const call of calls) if (call !== null) used++;
  return used;
}

/** Who has that number; null: nobody. */
export function holderOfAppearance({ calls }: Appearances, appearance: number): CallId | null {
  return calls[appearance - 1] ?? null;
}

/** Gives `call` a number that is free, because it has that number elsewhere. */
export function placeAppearance(appearances: Appearances, appearance: number, call: CallId): void {
  const { calls } = appearances;
  while (calls.length < appearance - 1) calls.push(null);
  calls[appearance - 1] = call;
}

/** Takes `appearance` for a call that had it already, unless another has it now: then the lowest free one. */
export function keepAppearance(appearances: Appearances, call: CallId, appearance: number): number {
  const { calls } = appearances;
  if (appearance < 1 || appearance > APPEARANCE_MAX || (calls[appearance - 1] ?? null) !== null)
    return takeAppearance(appearances, call);
  while (calls.length < appearance) calls.push(null);
  calls[appearance - 1] = call;
  while ((calls[appearances.lowest] ?? null) !== null) appearances.lowest++;
  return appearance;
}

export function freeAppearance(appearances: Appearances, appearance: number): void {
  const { calls } = appearances;
  calls[appearance - 1] = null;
  appearances.lowest = Math.min(appearances.lowest, appearance - 1);
  while (calls.at(-1) === null) calls.pop();
}
