/**
 * A manager's hold on the cluster's directory: knows which version counts, has it loaded, and says when
 * it is another. What cannot be used is said in the log, and the one before it goes on to count here.
 */
import type { Log } from '../../base/log.ts';
import type { Directory } from '../../call/directory.ts';
import type { Version } from '../../cluster/version-record.ts';
import type { Head, Put, Versions } from '../../cluster/versions.ts';
import { DocumentNodes, formatItem, type Item } from '../../store/directory/document.ts';
import { readSources } from '../../store/directory/load.ts';
import { formatProblem } from '../../store/problem.ts';
import { faultsOf } from './faults.ts';

export type KeeperOptions = {
  readonly versions: Versions;
  readonly realm: string;
  readonly log: Log;
  /** ISO 8601. */
  readonly now: () => string;
};

export type Loaded =
  | { readonly ok: true; readonly directory: Directory; readonly head: Head }
  | { readonly ok: false; readonly error: string };

export type Change = {
  readonly items: readonly Item[];
  readonly by: string;
  readonly comment: string;
  readonly origin: 'file' | 'applied';
  readonly restores?: number;
};

export class DirectoryKeeper {
  readonly versions: Versions;
  readonly #options: KeeperOptions;
  readonly #nodes = new DocumentNodes();
  /** Of the version that is loaded, by key. */
  #parts: ReadonlyMap<string, readonly string[]> = new Map();
  #head: Head | undefined;
  #directory: Directory | undefined;
  /** What is to be loaded after what is being loaded. */
  #next: Head | undefined;
  #isLoading = false;
  #waiting: { readonly number: number; readonly done: (loaded: Loaded) => void }[] = [];
  #unfollow: () => void = () => {};
  /** Called whenever another version counts here. */
  onChanged: (directory: Directory, version: Version) => void = () => {};
  /** Called for a version that was made here, when it counts here. */
  onMade: (directory: Directory) => void = () => {};

  constructor(options: KeeperOptions) {
    this.versions = options.versions;
    this.#options = options;
  }

  /** The version that counts here, as far as this manager knows. */
  get head(): Head | undefined {
    return this.#head;
  }

  get directory(): Directory | undefined {
    return this.#directory;
  }

  /** The items of the version that counts here, as text. */
  *lines(): Iterable<string> {
    for (const part of this.#parts.values()) yield* part;
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

  /** What is wrong with `items`, for people; [] when nothing is. */
  check(items: readonly Item[]): readonly string[] {
    const faults = faultsOf(items, this.#directory);
    return faults.length > 0
      ? faults
      : this.#read('the new version', items.map(formatItem)).problems;
  }

  /** Makes the version after `base`, and has it loaded here when it is done. `items` have been checked. */
  put(base: Head | undefined, change: Change, done: (put: Put) => void): void {
    const { items, by, comment, origin, restores } = change;
    const at = this.#options.now();
    const note = { at, by, comment, origin, ...(restores === undefined ? {} : { restores }) };
    this.versions.put(base, note, items.map(formatItem), (put) => {
      if (put.type !== 'done') return done(put);
      this.load(put.head, (loaded) => {
        if (loaded.ok) this.onMade(loaded.directory);
        done(put);
      });
    });
  }

  #loadNext(): void {
    const head = this.#next;
    this.#next = undefined;
    if (head === undefined) return;
    this.#isLoading = true;
    this.versions.lines(head.version, this.#parts, (result) => {
      this.#isLoading = false;
      this.#tell(
        head,
        result.type === 'read'
          ? this.#take(head, result.found)
          : { ok: false, error: result.error },
      );
      this.#loadNext();
    });
  }

  #take(head: Head, parts: ReadonlyMap<string, readonly string[]>): Loaded {
    const { number } = head.version;
    const { directory, problems } = this.#read(`version ${number}`, [...parts.values()].flat());
    if (directory === undefined) {
      const [error = ''] = problems;
      return { ok: false, error: `version ${number} is of no use here: ${error}` };
    }
    this.#head = head;
    this.#parts = parts;
    this.#directory = directory;
    this.onChanged(directory, head.version);
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

  #read(
    name: string,
    lines: readonly string[],
  ): { readonly directory?: Directory; readonly problems: readonly string[] } {
    const source = this.#nodes.sourceOf(name, lines);
    const read = readSources([source], { realm: this.#options.realm, env: {} });
    if (read.ok) return { directory: read.directory, problems: [] };
    // Where it stands in a file only the file's owner knows.
    return {
      problems: read.problems.map((each) => formatProblem(each).replace(/^[^:]*:\d+:\d+: /, '')),
    };
  }
}
