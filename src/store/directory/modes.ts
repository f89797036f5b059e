/** A line's mode is what its calls are built on: it is not changed under them. */
import type { Line } from '../../call/directory.ts';
import { placeAt } from '../document.ts';
import type { Problem } from '../problem.ts';
import type { Gathered } from './gather.ts';

/** `modes`: of the lines that there are; undefined: none is. */
export function checkModes(
  entries: Gathered['lines'],
  lines: ReadonlyMap<string, Line>,
  modes: ReadonlyMap<string, string> | undefined,
  problems: Problem[],
): void {
  for (const [number, before] of modes ?? []) {
    const entry = entries.get(number);
    const mode = lines.get(number)?.mode ?? before;
    if (entry === undefined || mode === before) continue;
    const message = `line ${number}: ${modeFault(before, mode)}`;
    problems.push({ place: placeAt(entry.value, ['mode']), message });
  }
}

export function modeFault(before: string, mode: string): string {
  return `its mode cannot be changed from ${before} to ${mode} while it is there: apply the directory without it first, then with it`;
}
