/** Reads a spool from a position on, while its manager writes it. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { CallEntry } from './entry.ts';
import { listSegments, segmentPath } from './segments.ts';
import { readLine } from './spool-line.ts';

/** Between two lines. `done`: records before it. */
export type Position = {
  readonly segment: number;
  readonly offset: number;
  readonly done: number;
};

export type Batch = {
  readonly entries: readonly CallEntry[];
  readonly next: Position;
  /** Nothing more is there at the moment. */
  readonly isLast: boolean;
  /** Lines that are none. */
  readonly damaged: number;
};

export const BEGINNING: Position = { segment: 0, offset: 0, done: 0 };
const READ_BYTES = 1_048_576;

/** At most a thousand entries or so. */
export function readBatch(folder: string, from: Position): Batch {
  const at = existing(folder, from);
  if (at === undefined) return { entries: [], next: from, isLast: true, damaged: 0 };
  // Whoever writes the next one has written all of this one.
  const isOver = existsSync(segmentPath(folder, at.segment + 1));
  const text = readText(segmentPath(folder, at.segment), at.offset);
  const end = text.lastIndexOf(0x0a) + 1;
  if (end === 0) {
    if (text.length >= READ_BYTES) return skip(at, text.length);
    // What is cut off stays so: it was never said to be written.
    if (isOver) return { ...toNext(at), damaged: text.length > 0 ? 1 : 0 };
    return { entries: [], next: at, isLast: true, damaged: 0 };
  }
  const entries: CallEntry[] = [];
  let { done } = at;
  let damaged = 0;
  for (const each of text.toString('utf8', 0, end - 1).split('\n')) {
    const line = readLine(each);
    if (line === undefined) damaged += each === '' ? 0 : 1;
    else if (line.type === 'begin') done = Math.max(done, line.done);
    else if (line.type === 'done') {
      entries.push(line.entry);
      done = line.number;
    }
  }
  const next = { segment: at.segment, offset: at.offset + end, done };
  return { entries, next, isLast: !isOver && text.length < READ_BYTES, damaged };
}

/** A segment that is gone had been delivered, or was taken away: what is there now goes on. */
function existing(folder: string, from: Position): Position | undefined {
  const segment = listSegments(folder).find((each) => each >= from.segment);
  if (segment === undefined) return undefined;
  return segment === from.segment ? from : { segment, offset: 0, done: from.done };
}

function toNext({ segment, done }: Position): Omit<Batch, 'damaged'> {
  return { entries: [], next: { segment: segment + 1, offset: 0, done }, isLast: false };
}

/** No line is that long. */
function skip(at: Position, bytes: number): Batch {
  const next = { ...at, offset: at.offset + bytes };
  return { entries: [], next, isLast: false, damaged: 1 };
}

function readText(path: string, offset: number): Buffer {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    return buffer.subarray(0, readSync(fd, buffer, 0, READ_BYTES, offset));
  } finally {
    closeSync(fd);
  }
}
