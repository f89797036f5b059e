/**
 * Lines of a spool: `crc32 json\n`, so that one that was cut off, or that a failing disk has changed, is known
 * for what it is.
 */
import { crc32 } from 'node:zlib';
import { type CallEntry, isEntry } from './entry.ts';

export type SpoolLine =
  /** First of a segment; `done` records were spooled before. */
  | { readonly type: 'begin'; readonly done: number; readonly atMs: number }
  /** The call has been answered. Said again at the beginning of each segment for as long as it is up. */
  | { readonly type: 'open'; readonly entry: CallEntry }
  /** All calls that are up have been said again. */
  | { readonly type: 'ready' }
  /** The `number`th record, from 1. */
  | { readonly type: 'done'; readonly number: number; readonly entry: CallEntry }
  /** The manager lived. */
  | { readonly type: 'alive'; readonly atMs: number };

export function writeLine(line: SpoolLine): string {
  const json = JSON.stringify(line);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

/** `text` without its line end. Undefined: it is none. */
export function readLine(text: string): SpoolLine | undefined {
  const json = text.slice(9);
  if (text[8] !== ' ' || crc32(json).toString(16).padStart(8, '0') !== text.slice(0, 8))
    return undefined;
  try {
    // What has the right sum is what was written here.
    const line = JSON.parse(json) as SpoolLine;
    const hasEntry = line.type === 'open' || line.type === 'done';
    return hasEntry && !isEntry(line.entry) ? undefined : line;
  } catch {
    return undefined;
  }
}
