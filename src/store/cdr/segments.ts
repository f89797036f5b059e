/** The files of a spool: segments, numbered from 1, written one after the other. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const NAME = /^(\d{8})\.spool$/;

export function segmentPath(folder: string, segment: number): string {
  return join(folder, `${String(segment).padStart(8, '0')}.spool`);
}

/** Numbers of those that are there, lowest first. */
export function listSegments(folder: string): readonly number[] {
  return readdirSync(folder)
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** Of all of them. */
export function segmentsBytes(folder: string): number {
  return listSegments(folder).reduce(
    (sum, segment) => sum + (statSync(segmentPath(folder, segment), NONE)?.size ?? 0),
    0,
  );
}

const NONE = { throwIfNoEntry: false } as const;

/** Those before `segment` go. */
export function dropBefore(folder: string, segment: number): void {
  for (const each of listSegments(folder))
    if (each < segment) rmSync(segmentPath(folder, each), { force: true });
}
