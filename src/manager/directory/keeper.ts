/**
 * A manager's hold on the cluster's directory: knows which version counts, has it loaded, and says when
 * it is another. What cannot be used is said in the log, and the one before it goes on to count here.
 *
 * A large directory takes a second to read. It is read aside, in steps, with its numbers compiled, and counts when
 * all of it is ready: at once.
 */
import type { Log } from '../../base/log.ts';
import type { Work } from '../../base/work.ts';
import type { Directory } from '../../call/directory.ts';
import type { Ready } from '../../call/directory-change.ts';
import { numbering } from '../../call/numbering.ts';
import { cutParts } from '../../cluster/version-parts.ts';
import type { Version } from '../../cluster/version-record.ts';
import type { Head, Put, Versions } from '../../cluster/versions.ts';
import { DocumentNodes, formatItem, isItem, readItem } from '../../store/directory/document.ts';
import { type DirectoryOptions, reading } from '../../store/directory/load.ts';
import { formatProblem } from '../../store/problem.ts';
import { faultsOf } from './faults.ts';
import { atOnce, type Run } from './slices.ts';

export type KeeperOptions = {
  readonly versions: Versions;
  readonly realm: string;
  readonly log: Log;
  /** ISO 8601. */
  readonly now: () => string;
  /** What counts before a version does: what is the same there is not another object. */
  readonly given?: Directory;
  /** How long work is done. Absent: at once. */
  readonly run?: Run;
};

/** The next version in the making: its entries as text, or what is wrong with them, for people. */
export type Checked =
  | { readonly ok: true; readonly lines: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

export type Loaded =
  | { readonly ok: true; readonly directory: Directory; readonly head: Head }
  | { readonly ok: false; readonly error: string };

export type Change = {
  /** Entries as text, that have been checked. */
  readonly lines: readonly string[];
  readonly by: string;
  readonly comment: string;
  readonly origin: 'file' | 'applied';
  readonly restores?: number;
};

/** Entries that are looked at in a step. */
const CHECK_STEP = 256;

type Previous = DirectoryOptions['previous'];

export class DirectoryKeeper {
  readonly versions: Versions;
  readonly #options: KeeperOptions;
  readonly #nodes = new DocumentNodes();
  /** Of the version that is loaded, by key. */
  #parts: ReadonlyMap<string, readonly string[]> = new Map();
  readonly #run: Run;
  #head: Head | undefined;
  #directory: Directory | undefined;
  /** What was read last, of which as much as possible is used again. */
  #previous: Previous | undefined;
  /** What has been checked: as a rule it is loaded next. */
  #checked: Reading | undefined;
  /** What is to be loaded after what is being loaded. */
  #next: Head | undefined;
  #isLoading = false;
  #waiting: { readonly number: number; readonly done: (loaded: Loaded) => void }[] = [];
  #unfollow: () => void = () => {};
  /** Called whenever another version counts here. */
  onChanged: (directory: Directory, version: Version, ready: Ready) => void = () => {};
  /** Called for a version that was made here, when it counts here. */
  onMade: (directory: Directory) => void = () => {};

  constructor(options: KeeperOptions) {
    this.versions = options.versions;
    this.#options = options;
    this.#run = options.run ?? atOnce;
    if (options.given !== undefined) this.#previous = { directory: options.given };
  }

  /** The version that counts here, as far as this manager knows. */
  get head(): Head | undefined {
    return this.#head;
  }

  get directory(): Directory | undefined {
    return this.#directory;
  }

  /** The items of the version that counts here now, as text. */
  lines(): Iterable<string> {
    return linesOf(this.#parts);
  }

  /** From now on it hears of every version. */
  follow(): void {
    this.#unfollow();
    this.#unfollow = this.versions.follow((head) => {
      if (head !== undefined) this.load(head, () => {});
    });
  }

  close(): void {
    this.#unfollow();
    this.#waiting = [];
    this.onChanged = () => {};
    this.onMade = () => {};
  }

  /** Makes `head` count here, unless a later one does already. */
  load(head: Head, done: (loaded: Loaded) => void): void {
    const number = this.#head?.version.number ?? 0;
    if (this.#head !== undefined && this.#directory !== undefined && number >= head.version.number)
      return done({ ok: true, directory: this.#directory, head: this.#head });
    this.#waiting.push({ number: head.version.number, done });
    if (head.version.number > (this.#next?.version.number ?? 0)) this.#next = head;
    if (!this.#isLoading) this.#loadNext();
  }

  /** Whether that may count; each of `given` is an item, or one as text. */
  check(given: readonly unknown[], done: (checked: Checked) => void): void {
    this.#run(this.#checking(given), done);
  }

  /** Makes the version after `base`, and has it loaded here when it is done. */
  put(base: Head | undefined, change: Change, done: (put: Put) => void): void {
    const { lines, by, comment, origin, restores } = change;
    const at = this.#options.now();
    const note = { at, by, comment, origin, ...(restores === undefined ? {} : { restores }) };
    this.#run(cutParts(lines), (parts) =>
      this.versions.put(base, note, parts, (put) => {
        if (put.type !== 'done') return done(put);
        this.load(put.head, (loaded) => {
          if (loaded.ok) this.onMade(loaded.directory);
          done(put);
        });
      }),
    );
  }

  #loadNext(): void {
    const head = this.#next;
    this.#next = undefined;
    if (head === undefined) return;
    this.#isLoading = true;
    this.versions.lines(head.version, this.#parts, (result) => {
      const ended = (loaded: Loaded): void => {
        this.#isLoading = false;
        this.#tell(head, loaded);
        this.#loadNext();
      };
      if (result.type !== 'read') return ended({ ok: false, error: result.error });
      const { found } = result;
      const { number } = head.version;
      const lines = [...found.values()].flat();
      this.#run(this.#readAgain(`version ${number}`, lines), (reading) =>
        ended(this.#take(head, found, reading)),
      );
    });
  }

  /** It counts from now on. */
  #take(
    head: Head,
    parts: ReadonlyMap<string, readonly string[]>,
    { directory, ready, problems }: Reading,
  ): Loaded {
    const { version } = head;
    if (directory === undefined || ready === undefined) {
      const [error = ''] = problems;
      return { ok: false, error: `version ${version.number} is of no use here: ${error}` };
    }
    this.#head = head;
    this.#parts = parts;
    this.#directory = directory;
    this.#previous = { directory, numbering: ready.numbering };
    this.#checked = undefined;
    this.onChanged(directory, version, ready);
    return { ok: true, directory, head };
  }

  #tell({ version }: Head, loaded: Loaded): void {
    if (!loaded.ok) {
      const { error } = loaded;
      this.#options.log.write('error', 'directory not loaded', { version: version.number, error });
    }
    const due = this.#waiting.filter(({ number }) => number <= version.number);
    this.#waiting = this.#waiting.filter(({ number }) => number > version.number);
    for (const { done } of due) done(loaded);
  }

  *#checking(given: readonly unknown[]): Work<Checked> {
    const lines: string[] = [];
    const problems: string[] = [];
    for (const [at, entry] of given.entries()) {
      if (at % CHECK_STEP === 0) yield;
      // What it has read it has checked, but for what depends on the version that counts.
      if (typeof entry === 'string' && this.#nodes.has(entry) && !entry.startsWith('["lines"')) {
        lines.push(entry);
        continue;
      }
      const item = typeof entry === 'string' ? readItem(entry) : entry;
      if (!isItem(item))
        return { ok: false, problems: ['the request holds something else than entries'] };
      lines.push(formatItem(item));
      problems.push(...faultsOf(item, this.#directory));
    }
    if (problems.length > 0) return { ok: false, problems };
    this.#checked = yield* this.#read('the new version', lines);
    const { directory, problems: found } = this.#checked;
    return directory === undefined ? { ok: false, problems: found } : { ok: true, lines };
  }

  /** As a rule that is what has just been checked. */
  *#readAgain(name: string, lines: readonly string[]): Work<Reading> {
    const checked = this.#checked;
    const isSame =
      checked !== undefined &&
      checked.previous === this.#previous &&
      checked.lines.length === lines.length &&
      checked.lines.every((line, at) => line === lines[at]);
    return isSame ? checked : yield* this.#read(name, lines);
  }

  *#read(name: string, lines: readonly string[]): Work<Reading> {
    const previous = this.#previous;
    const { realm } = this.#options;
    try {
      const source = yield* this.#nodes.sourcing(name, lines);
      const read = yield* reading([source], { realm, env: {}, previous });
      if (read.ok) {
        const { directory } = read;
        const compiled = read.numbering ?? (yield* numbering(directory, previous?.numbering));
        const ready = { unified: read.unified, numbering: compiled };
        return { lines, previous, directory, ready, problems: [] };
      }
      // Where it stands in a file only the file's owner knows.
      const problems = read.problems.map((each) =>
        formatProblem(each).replace(/^[^:]*:\d+:\d+: /, ''),
      );
      return { lines, previous, problems };
    } catch (error) {
      // Of ours: whoever has asked is told, and the version that counts goes on to.
      return {
        lines,
        previous,
        problems: [error instanceof Error ? error.message : String(error)],
      };
    }
  }
}

function* linesOf(parts: ReadonlyMap<string, readonly string[]>): Iterable<string> {
  for (const part of parts.values()) yield* part;
}

/** What was made of some lines, or why it could not be. */
type Reading = {
  readonly lines: readonly string[];
  readonly previous: Previous | undefined;
  readonly directory?: Directory;
  readonly ready?: Ready;
  readonly problems: readonly string[];
};
