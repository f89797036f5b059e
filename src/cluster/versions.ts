/**
 * A document of lines in a store, in versions: each has a number, says who made it when and why, and is
 * whole. Two who make the next one at once: the second is told who was first.
 *
 *     head                      the version that counts, as under `versions/`
 *     versions/0000000007       who, when, why, and which parts it is made of, in order
 *     parts/7-k3x9/0003         some lines; versions share the parts in which they do not differ
 *     uploads/7-k3x9            parts that are being written, for a version that does not count yet
 *
 * Parts are written first, under a name of their own; one transaction then makes the version and the
 * head, if the head is still what the new version was made from. Whoever was interrupted leaves parts
 * that nobody will ever refer to: the next one to make a version removes them. Results come by
 * callback, as from the store.
 */
import type { Entry, Operation, Revision, StatePlane, Unknown } from '../process/state-plane.ts';
import { hashOf } from './version-parts.ts';
import {
  formatVersion,
  type Part,
  readVersion,
  type Version,
  type VersionNote,
} from './version-record.ts';

export type VersionStore = Pick<StatePlane, 'transact' | 'read' | 'follow'>;

/** A version and the state of the store in which it counts. */
export type Head = { readonly version: Version; readonly modified: Revision };

export type Put =
  | { readonly type: 'done'; readonly head: Head }
  /** Somebody else has made a version since; undefined: there is none at all. */
  | { readonly type: 'conflict'; readonly head: Head | undefined }
  | Unknown;

type Done<Result> = (result: Result) => void;
type Read<Result> = { readonly type: 'read'; readonly found: Result } | Unknown;

export type HeadRead = Read<Head | undefined>;

export type HistoryLimits = { readonly versions: number; readonly octets: number };

/** What is kept: beyond either the oldest go; the one that counts and the one before it stay. */
export const HISTORY: HistoryLimits = { versions: 100, octets: 64 * 1024 * 1024 };

const HEAD = 'head';
const VERSIONS = 'versions/';
const PARTS = 'parts/';
const UPLOADS = 'uploads/';
/** Octets of the parts in one transaction: with what the way adds still below etcd's limit of 1.5 MiB. */
const BATCH_OCTETS_MAX = 512 * 1024;
const BATCH_MAX = 32;
/** Parts that are asked for at a time. */
const READS_MAX = 8;
/** What may be done twice is asked so often. */
const TRIES_MAX = 3;
const DELETES_MAX = 100;

export class Versions {
  readonly #store: VersionStore;
  readonly #newAttempt: () => string;
  readonly #limits: HistoryLimits;

  /** `newAttempt`: a few letters and digits that nobody else has. */
  constructor(store: VersionStore, newAttempt: () => string, limits = HISTORY) {
    this.#store = store;
    this.#newAttempt = newAttempt;
    this.#limits = limits;
  }

  /** The version that counts; undefined: there is none yet. */
  head(done: Done<HeadRead>): void {
    this.#store.read(HEAD, (result) => {
      if (result.type === 'unknown') return done(result);
      done({ type: 'read', found: headOf(result.entries.find(({ key }) => key === HEAD)) });
    });
  }

  /** All that are kept, the latest first. */
  history(done: Done<Read<readonly Version[]>>): void {
    this.#store.read(VERSIONS, (result) => {
      if (result.type === 'unknown') return done(result);
      const found = result.entries.flatMap(({ value }) => readVersion(value) ?? []);
      done({ type: 'read', found: found.sort((a, b) => b.number - a.number) });
    });
  }

  /** The lines of a version; those of parts that are in `known`, by key, are not read again. */
  lines(
    version: Version,
    known: ReadonlyMap<string, readonly string[]>,
    done: Done<Read<ReadonlyMap<string, readonly string[]>>>,
  ): void {
    const parts = new Map<string, readonly string[]>();
    const open = version.parts.filter(({ key }) => !known.has(key));
    const finish = (): void => {
      // In the version's order, whichever came first.
      const found = version.parts.map(
        ({ key }) => [key, known.get(key) ?? parts.get(key) ?? []] as const,
      );
      done({ type: 'read', found: new Map(found) });
    };
    let next = 0;
    let left = open.length;
    let isOver = false;
    const ask = (part: Part, tries: number): void =>
      this.#store.read(PARTS + part.key, (result) => {
        if (isOver) return;
        const fault = result.type === 'unknown' ? result.error : faultOf(part, result.entries);
        if (result.type === 'unknown' && tries < TRIES_MAX) return ask(part, tries + 1);
        if (fault !== undefined || result.type === 'unknown') {
          isOver = true;
          return done({ type: 'unknown', error: fault ?? '' });
        }
        parts.set(part.key, (result.entries[0]?.value ?? '').split('\n'));
        left--;
        if (left === 0) finish();
        else more();
      });
    const more = (): void => {
      const part = open[next++];
      if (part !== undefined) ask(part, 1);
    };
    if (left === 0) return finish();
    for (let i = Math.min(READS_MAX, left); i > 0; i--) more();
  }

  /** Makes the version after `base` (undefined: the first) from those texts (`cutParts`), with a line for each entry. */
  put(base: Head | undefined, note: VersionNote, texts: readonly string[], done: Done<Put>): void {
    const number = (base?.version.number ?? 0) + 1;
    const attempt = `${number}-${this.#newAttempt()}`;
    const known = new Map(base?.version.parts.map((part) => [part.hash, part]));
    const fresh: { readonly part: Part; readonly text: string }[] = [];
    const parts = texts.map((text): Part => {
      const hash = hashOf(text);
      const before = known.get(hash);
      if (before !== undefined) return before;
      const index = String(fresh.length).padStart(4, '0');
      const part = { key: `${attempt}/${index}`, hash, octets: Buffer.byteLength(text) };
      fresh.push({ part, text });
      known.set(hash, part);
      return part;
    });
    const version: Version = { number, ...note, attempt, parts };
    const upload = { type: 'put', key: UPLOADS + attempt, value: String(fresh.length) } as const;
    const puts = fresh.map(
      ({ part, text }) => ({ type: 'put', key: PARTS + part.key, value: text }) as const,
    );
    this.#write([upload, ...puts], (error) => {
      if (error === undefined) return this.#commit(base, version, done);
      this.#remove(attempt, fresh.length, undefined, () => done({ type: 'unknown', error }));
    });
  }

  /** `changed`: as soon as it is known which version counts, and whenever it is another. */
  follow(changed: (head: Head | undefined) => void): () => void {
    return this.#store.follow(HEAD, {
      reset: (_revision, entries) => changed(headOf(entries.find(({ key }) => key === HEAD))),
      changed: (_revision, changes) => {
        const change = changes.findLast(({ key }) => key === HEAD);
        if (change !== undefined) changed(headOf(change.entry));
      },
    });
  }

  #commit(base: Head | undefined, version: Version, done: Done<Put>): void {
    const value = formatVersion(version);
    const { attempt } = version;
    this.#store.transact(
      {
        compare: [
          base === undefined
            ? { key: HEAD, is: 'absent' }
            : { key: HEAD, is: 'modified', revision: base.modified },
        ],
        then: [
          { type: 'put', key: HEAD, value },
          { type: 'put', key: VERSIONS + nameOf(version.number), value },
          { type: 'delete', key: UPLOADS + attempt },
        ],
        read: [HEAD],
      },
      (result) => {
        if (result.type === 'done') {
          const head = { version, modified: result.revision };
          return this.#trim(head, () => done({ type: 'done', head }));
        }
        if (result.type === 'unknown') return this.#findOut(version, result, done);
        const head = headOf(result.found[0]);
        const fresh = version.parts.filter(({ key }) => key.startsWith(`${attempt}/`)).length;
        this.#remove(attempt, fresh, undefined, () => done({ type: 'conflict', head }));
      },
    );
  }

  /** It may have been done: what counts now says so. */
  #findOut(version: Version, unknown: Unknown, done: Done<Put>): void {
    this.head((result) => {
      if (result.type === 'unknown') return done(unknown);
      const { found } = result;
      if (found?.version.attempt === version.attempt) return done({ type: 'done', head: found });
      if (found !== undefined && found.version.number >= version.number)
        return done({ type: 'conflict', head: found });
      done(unknown);
    });
  }

  /** Puts that may be done twice, in transactions that the store takes. */
  #write(
    puts: readonly (Operation & { readonly type: 'put' })[],
    done: Done<string | undefined>,
  ): void {
    const batches: Operation[][] = [];
    let octets = Number.POSITIVE_INFINITY;
    for (const put of puts) {
      octets += put.value.length;
      if (octets > BATCH_OCTETS_MAX || (batches.at(-1)?.length ?? 0) >= BATCH_MAX) {
        batches.push([]);
        octets = put.value.length;
      }
      batches.at(-1)?.push(put);
    }
    const next = (tries: number): void => {
      const [then] = batches;
      if (then === undefined) return done(undefined);
      this.#store.transact({ compare: [], then }, (result) => {
        if (result.type !== 'unknown') batches.shift();
        else if (tries >= TRIES_MAX) return done(result.error);
        next(result.type === 'unknown' ? tries + 1 : 1);
      });
    };
    next(1);
  }

  /** Parts of an upload that came to nothing. What cannot be removed now the next version removes. */
  #remove(attempt: string, count: number, head: Head | undefined, done: () => void): void {
    const keys = Array.from(
      { length: count },
      (_, at) => `${attempt}/${String(at).padStart(4, '0')}`,
    );
    this.#delete([...keys.map((key) => PARTS + key), UPLOADS + attempt], head, done);
  }

  /** `head`: nothing is removed any more once another version counts. */
  #delete(keys: readonly string[], head: Head | undefined, done: () => void): void {
    const now = keys.slice(0, DELETES_MAX);
    if (now.length === 0) return done();
    this.#store.transact(
      {
        compare: head ? [{ key: HEAD, is: 'modified', revision: head.modified }] : [],
        then: now.map((key) => ({ type: 'delete', key })),
      },
      ({ type }) => (type === 'done' ? this.#delete(keys.slice(DELETES_MAX), head, done) : done()),
    );
  }

  /** Versions that are too old go, with the parts that no other has, and what others have left. */
  #trim(head: Head, done: () => void): void {
    this.history((result) => {
      if (result.type === 'unknown') return done();
      const kept = new Set<string>();
      const gone: string[] = [];
      let octets = 0;
      result.found.forEach(({ number, parts }, at) => {
        const fresh = parts.filter(({ key }) => !kept.has(key));
        const more = fresh.reduce((sum, part) => sum + part.octets, 0);
        const isKept =
          at < 2 || (at < this.#limits.versions && octets + more <= this.#limits.octets);
        if (!isKept) {
          gone.push(VERSIONS + nameOf(number), ...fresh.map(({ key }) => PARTS + key));
          return;
        }
        octets += more;
        for (const { key } of fresh) kept.add(key);
      });
      this.#delete([...new Set(gone)], head, () => this.#clear(head, done));
    });
  }

  /** Uploads for versions that others have made cannot come to anything any more. */
  #clear(head: Head, done: () => void): void {
    this.#store.read(UPLOADS, (result) => {
      if (result.type === 'unknown') return done();
      const dead = result.entries.filter(
        ({ key }) => Number.parseInt(key.slice(UPLOADS.length), 10) <= head.version.number,
      );
      const next = (): void => {
        const entry = dead.pop();
        if (entry === undefined) return done();
        this.#remove(entry.key.slice(UPLOADS.length), Number(entry.value), head, next);
      };
      next();
    });
  }
}

function nameOf(number: number): string {
  return String(number).padStart(10, '0');
}

function headOf(entry: Entry | undefined): Head | undefined {
  const version = entry && readVersion(entry.value);
  return entry && version && { version, modified: entry.modified };
}

function faultOf(part: Part, entries: readonly Entry[]): string | undefined {
  const [entry] = entries;
  if (entry === undefined) return `part ${part.key} is not there any more`;
  return hashOf(entry.value) === part.hash ? undefined : `part ${part.key} is not what it was`;
}
