/** What a spool holds when its manager starts: how far it got, and calls that nobody has finished. */
import { readFileSync } from 'node:fs';
import type { CallEntry } from './entry.ts';
import { positionsIn } from './positions.ts';
import { listSegments, segmentPath } from './segments.ts';
import { readLine, type SpoolLine } from './spool-line.ts';

export type Recovered = {
  readonly nextSegment: number;
  /** Records spooled so far. */
  readonly done: number;
  /** Calls that were answered, and have no end. */
  readonly open: readonly CallEntry[];
  /** When the manager was last known to live; 0: never. */
  readonly aliveMs: number;
};

/**
 * Each segment begins with the calls that were up then, so the last one whose beginning is whole says all, with
 * those behind it.
 */
export function recover(folder: string): Recovered {
  const segments = listSegments(folder);
  const last = segments.at(-1) ?? 0;
  let lines: SpoolLine[] = [];
  for (const segment of segments.toReversed()) {
    const own = linesOf(readFileSync(segmentPath(folder, segment), 'utf8'));
    lines = [...own, ...lines];
    if (own.some(({ type }) => type === 'ready')) break;
  }
  const { done, ...rest } = sumUp(lines);
  // Whose segments somebody has taken away: sinks look behind what they have had only.
  const positions = positionsIn(folder);
  return {
    ...rest,
    nextSegment: Math.max(last, ...positions.map(({ segment }) => segment)) + 1,
    done: Math.max(done, ...positions.map((each) => each.done)),
  };
}

/** The sound ones. */
export function linesOf(text: string): SpoolLine[] {
  return text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => readLine(line) ?? []);
}

function sumUp(lines: readonly SpoolLine[]): Omit<Recovered, 'nextSegment'> {
  const open = new Map<string, CallEntry>();
  let done = 0;
  let aliveMs = 0;
  for (const line of lines) {
    switch (line.type) {
      case 'begin':
        done = Math.max(done, line.done);
        aliveMs = Math.max(aliveMs, line.atMs);
        break;
      case 'open':
        open.set(line.entry.id, line.entry);
        aliveMs = Math.max(aliveMs, line.entry.answered ?? 0);
        break;
      case 'done':
        open.delete(line.entry.id);
        done = Math.max(done, line.number);
        aliveMs = Math.max(aliveMs, line.entry.ended ?? 0);
        break;
      case 'alive':
        aliveMs = Math.max(aliveMs, line.atMs);
        break;
      default:
    }
  }
  return { done, open: [...open.values()], aliveMs };
}
