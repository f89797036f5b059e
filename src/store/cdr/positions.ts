/** How far each sink has read a spool: a small file beside it for each, replaced as a whole. */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BEGINNING, type Position } from './spool-reader.ts';

const SUFFIX = '.position';

export function positionPath(folder: string, sink: string): string {
  return join(folder, `${sink}${SUFFIX}`);
}

/** What cannot be read counts as nothing delivered: what comes twice is kept once. */
export function readPosition(path: string): Position {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as Partial<Position>;
    const { segment, offset, done } = value;
    const isWhole = [segment, offset, done].every((each) => Number.isSafeInteger(each));
    return isWhole ? (value as Position) : BEGINNING;
  } catch {
    return BEGINNING;
  }
}

export function savePosition(path: string, position: Position): void {
  writeFileSync(`${path}.new`, JSON.stringify(position), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Of all sinks that there have ever been. */
export function positionsIn(folder: string): readonly Position[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => readPosition(join(folder, name)));
}
