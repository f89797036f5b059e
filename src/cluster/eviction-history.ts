/**
 * When a manager was expelled: kept in `evictions/<id>` as a list of times, so that one whose way to
 * the others comes and goes does not come back each time at once.
 */
import type { MembershipTimings } from './membership-timings.ts';

/** More make no difference to the wait. */
const TIMES_MAX = 8;

/** Times in ms since 1970, oldest first; what cannot be read is no history. */
export function readEvictions(value: string | undefined): readonly number[] {
  if (value === undefined || value.length > 1024) return [];
  let given: unknown;
  try {
    given = JSON.parse(value);
  } catch {
    return [];
  }
  if (!Array.isArray(given)) return [];
  return (given as unknown[])
    .filter((time) => Number.isSafeInteger(time))
    .slice(-TIMES_MAX) as number[];
}

export function withEviction(times: readonly number[], epochMs: number): string {
  return JSON.stringify([...times, epochMs].slice(-TIMES_MAX));
}

/**
 * How long a manager with that history still waits before it joins again, in ms: 2 s after two
 * evictions that were less than a minute apart, 4 after three, at most 30. Clocks of managers differ;
 * an eviction in the future was just now.
 */
export function flapWaitMs(
  times: readonly number[],
  epochMs: number,
  { flapMs, flapWaitMs, flapWaitMaxMs }: MembershipTimings,
): number {
  let row = 0;
  let later = epochMs;
  for (const time of times.toReversed()) {
    if (later - time >= flapMs) break;
    row++;
    later = Math.min(later, time);
  }
  const last = times.at(-1);
  if (row < 2 || last === undefined) return 0;
  const waitMs = Math.min(flapWaitMaxMs, flapWaitMs * 2 ** (row - 2));
  return Math.max(0, waitMs - Math.max(0, epochMs - last));
}
