/**
 * Records as JSON lines, appended to a file. What is said twice after a crash is found among its last lines and
 * not written again; a line that was cut off goes. A better word on a call that is in the file is a further line.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type CallEntry, isEntry } from './entry.ts';
import { readableEntry } from './readable.ts';
import type { Sink } from './sink.ts';

/** Where a batch that was written and not noted as such can be. */
const TAIL_BYTES = 1_048_576;
const KNOWN_MAX = 5000;

/** Rejects with what the system says of a file that is of no use. */
export async function openJsonl(path: string): Promise<Sink> {
  mkdirSync(dirname(path), { recursive: true });
  // Whoever rotates the file has it written anew: it is opened for each batch.
  const open = () => openSync(path, 'a+', 0o640);
  const fd = open();
  let known: Map<string, number>;
  try {
    known = readTail(fd);
  } finally {
    closeSync(fd);
  }
  return {
    name: 'jsonl',
    write: async (entries: readonly CallEntry[]) => {
      const news = entries.filter((entry) => (known.get(entry.id) ?? -1) < worthOf(entry));
      if (news.length === 0) return { refused: 0 };
      append(open(), news);
      for (const entry of news) known.set(entry.id, worthOf(entry));
      for (const id of known.keys()) {
        if (known.size <= KNOWN_MAX) break;
        known.delete(id);
      }
      return { refused: 0 };
    },
    query: undefined,
    close: async () => {},
  };
}

/** All of them or none. */
function append(fd: number, entries: readonly CallEntry[]): void {
  const data = Buffer.from(
    entries.map((entry) => `${JSON.stringify(readableEntry(entry))}\n`).join(''),
    'utf8',
  );
  const before = fstatSync(fd).size;
  try {
    for (let at = 0; at < data.length; ) at += writeSync(fd, data, at);
    fsyncSync(fd);
  } catch (error) {
    ftruncateSync(fd, before);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Of two lines that are as good, one may be of somebody who does not know when the call was answered. */
function worthOf({ grade, answered }: Pick<CallEntry, 'grade' | 'answered'>): number {
  return answered === undefined ? grade : grade + 0.5;
}

/** Ids and worths of the last lines. */
function readTail(fd: number): Map<string, number> {
  const { size } = fstatSync(fd);
  const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
  readSync(fd, buffer, 0, buffer.length, size - buffer.length);
  const end = buffer.lastIndexOf(0x0a) + 1;
  if (end < buffer.length) ftruncateSync(fd, size - buffer.length + end);
  const known = new Map<string, number>();
  for (const line of buffer.toString('utf8', 0, end).split('\n')) {
    const entry = read(line);
    if (entry !== undefined)
      known.set(entry.id, Math.max(worthOf(entry), known.get(entry.id) ?? 0));
  }
  return known;
}

function read(line: string): CallEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEntry(value) ? value : undefined;
  } catch {
    // The first line of what was read may begin in the middle.
    return undefined;
  }
}
