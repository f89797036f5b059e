/**
 * A store of one process that is kept on disk: a journal of what was done, one transaction a line, read at
 * the start. A line that was not written to its end (the machine died in the midst of it) never was.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Entry, Operation, Revision } from '../process/state-plane.ts';
import { EmbeddedStatePlane } from './embedded-state-plane.ts';
import { EmbeddedStore } from './embedded-store.ts';

/** The journal cannot be read or written. `code`: the system's. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly code: string;

  constructor(path: string, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'EIO';
    super(`cannot keep the directory in '${path}' (${code})`, { cause });
    this.code = code;
  }
}

export type KeptStore = { readonly plane: EmbeddedStatePlane; close(): void };

/** One transaction: revision, keys with their values, keys that are gone. */
type Line = readonly [
  revision: Revision,
  puts: readonly (readonly [string, string])[],
  deletes: readonly string[],
];

const NAME = 'directory.journal';
/** A journal of that many octets, of which less than half still counts, is written anew. */
const COMPACT_OCTETS = 1024 * 1024;

/** Opens the store in `folder`, which is made if need be. Throws `JournalError`. */
export function openKeptStore(folder: string): KeptStore {
  const path = join(folder, NAME);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { entries, revision, isSparse } = readJournal(path);
    if (isSparse) rewrite(path, entries, revision);
    const file = openSync(path, 'a', 0o600);
    syncFolder(folder);
    const store = new EmbeddedStore(revision, (next, operations) =>
      append(file, path, next, operations),
    );
    store.restore(entries);
    const plane = new EmbeddedStatePlane(store, {
      carry: (_what, deliver) => setImmediate(deliver),
    });
    return {
      plane,
      close: () => {
        plane.close();
        closeSync(file);
      },
    };
  } catch (error) {
    throw error instanceof JournalError ? error : new JournalError(path, error);
  }
}

/** Undefined: it is on the disk. */
function append(
  file: number,
  path: string,
  revision: Revision,
  operations: readonly Operation[],
): string | undefined {
  const puts = operations.flatMap((operation) =>
    operation.type === 'put' ? [[operation.key, operation.value] as const] : [],
  );
  const deletes = operations.flatMap(({ type, key }) => (type === 'delete' ? [key] : []));
  const line: Line = [revision, puts, deletes];
  try {
    // On a line of its own, whatever a write that failed has left before it.
    writeSync(file, `\n${JSON.stringify(line)}\n`);
    fsyncSync(file);
    return undefined;
  } catch (error) {
    return new JournalError(path, error).message;
  }
}

type Journal = {
  readonly entries: readonly Entry[];
  readonly revision: Revision;
  /** Most of it does not count any more. */
  readonly isSparse: boolean;
};

function readJournal(path: string): Journal {
  const text = readIfThere(path);
  const entries = new Map<string, Entry>();
  let revision: Revision = 1;
  for (const row of text.split('\n')) {
    const line = readLine(row);
    // What is written after a line that broke off counts: it was acknowledged, and the other was not.
    if (line === undefined) continue;
    const [at, puts, deletes] = line;
    revision = Math.max(revision, at);
    for (const [key, value] of puts) {
      const created = entries.get(key)?.created ?? at;
      entries.set(key, { key, value, created, modified: at });
    }
    for (const key of deletes) entries.delete(key);
  }
  const kept = [...entries.values()];
  const octets = kept.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  return {
    entries: kept,
    revision,
    isSparse: text.length > COMPACT_OCTETS && octets * 2 < text.length,
  };
}

function rewrite(path: string, entries: readonly Entry[], revision: Revision): void {
  const lines: Line[] = entries
    .toSorted((a, b) => a.modified - b.modified)
    .map(({ key, value, modified }) => [modified, [[key, value]], []]);
  const text = [...lines, [revision, [], []]].map((line) => `${JSON.stringify(line)}\n`).join('');
  const fresh = `${path}.new`;
  writeFileSync(fresh, text, { mode: 0o600, flush: true });
  renameSync(fresh, path);
  syncFolder(dirname(path));
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function readLine(text: string): Line | undefined {
  if (text === '') return undefined;
  try {
    const given: unknown = JSON.parse(text);
    if (!Array.isArray(given)) return undefined;
    const [revision, puts, deletes] = given as unknown[];
    if (!Number.isSafeInteger(revision) || !Array.isArray(puts) || !Array.isArray(deletes))
      return undefined;
    // Written by this very function's counterpart: the rest is as it was.
    return [revision as number, puts as Line[1], deletes as Line[2]];
  } catch {
    return undefined;
  }
}

/** So that the file's name survives too. */
function syncFolder(folder: string): void {
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A store that is gone with the process. */
export function openMemoryStore(): EmbeddedStatePlane {
  return new EmbeddedStatePlane(new EmbeddedStore(), {
    carry: (_what, deliver) => setImmediate(deliver),
  });
}

/** What is in `folder` now, for who only looks: a manager may be at work on it. Throws `JournalError`. */
export function readKeptStore(folder: string): EmbeddedStatePlane {
  const path = join(folder, NAME);
  try {
    const { entries, revision } = readJournal(path);
    const store = new EmbeddedStore(revision, () => 'this is for reading only');
    store.restore(entries);
    return new EmbeddedStatePlane(store, { carry: (_what, deliver) => setImmediate(deliver) });
  } catch (error) {
    throw new JournalError(path, error);
  }
}
