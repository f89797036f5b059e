/** Records as people and other programs read them: times in ISO 8601, and how long it took. */
import { type CallEntry, COLUMN_NAMES, COLUMNS } from './entry.ts';

/** JSON: names as in `COLUMNS`. `duration`, `talk`: seconds with milliseconds. */
export type ReadableEntry = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly grade: number;
};

export function readableEntry(entry: CallEntry & { readonly seq?: number }): ReadableEntry {
  const row: Record<string, unknown> = {};
  if (entry.seq !== undefined) row['seq'] = entry.seq;
  for (const name of COLUMN_NAMES) {
    const value = entry[name];
    if (value === undefined) continue;
    if (name === 'moves') row[name] = entry.moves?.map(readableMove);
    else row[name] = COLUMNS[name] === 'time' ? isoOf(Number(value)) : value;
    if (name === 'ended') {
      row['duration'] = secondsBetween(entry.started, entry.ended);
      row['talk'] = entry.answered === undefined ? 0 : secondsBetween(entry.answered, entry.ended);
    }
  }
  return { ...row, id: entry.id, grade: entry.grade };
}

function readableMove(move: unknown): unknown {
  if (typeof move !== 'object' || move === null || !('atMs' in move)) return move;
  const { atMs, ...rest } = move;
  return { at: isoOf(Number(atMs)), ...rest };
}

function isoOf(ms: number): string {
  // What a database has been given by others may be no time.
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : '';
}

function secondsBetween(fromMs: number | undefined, toMs: number | undefined): number | undefined {
  if (fromMs === undefined || toMs === undefined) return undefined;
  return Math.max(0, toMs - fromMs) / 1000;
}
