/**
 * The last version of the cluster's directory that a member has had, in its own data folder: what it serves with when it
 * starts and cannot reach the store. A line that says what it is, then the version's entries as the store has them:
 * passwords as HA1 only. It is written beside and renamed: what is there is whole.
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Log } from '../../base/log.ts';
import type { Directory } from '../../call/directory.ts';
import type { Head } from '../../cluster/versions.ts';
import { DocumentNodes } from '../../store/directory/document.ts';
import { readSources } from '../../store/directory/load.ts';
import { formatProblem } from '../../store/problem.ts';

export type CopyOptions = {
  readonly dataFolder: string;
  /** A copy of another cluster, or with passwords that were hashed with another realm, is of no use. */
  readonly cluster: string;
  readonly realm: string;
  readonly log: Log;
};

/** A version of the directory, and when it was written here (ISO 8601). */
export type CopyRead = {
  readonly directory: Directory;
  readonly version: number;
  readonly keptAt: string;
};

const NAME = 'cluster-directory.copy';
const FORMAT = 1;
/** Entries that are written at once. */
const BATCH = 512;

export class KeptCopy {
  readonly #options: CopyOptions;
  readonly #path: string;
  #writing: Promise<void> = Promise.resolve();
  #next: { readonly head: Head; readonly lines: Iterable<string> } | undefined;

  constructor(options: CopyOptions) {
    this.#options = options;
    this.#path = join(options.dataFolder, NAME);
  }

  /**
   * Writes a version; of those that come while one is being written, the last. Resolves when it is on the disk, or
   * cannot be, as the log says.
   */
  keep(head: Head, lines: Iterable<string>): Promise<void> {
    const isWaiting = this.#next !== undefined;
    this.#next = { head, lines };
    if (!isWaiting) this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Undefined: there is none, or it is of no use, as the log says. */
  async read(): Promise<CopyRead | undefined> {
    const { cluster, realm } = this.#options;
    const text = await readFile(this.#path, 'utf8').catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') this.#say(`it cannot be read (${codeOf(error)})`);
    });
    if (text === undefined) return undefined;
    const [first = '', ...lines] = text.replace(/\n$/, '').split('\n');
    const head = readHeader(first);
    if (head === undefined) return this.#say('it is no copy, or one of another release');
    if (head.cluster !== cluster || head.realm !== realm)
      return this.#say(`it is of cluster ${head.cluster} with the domain ${head.realm}`);
    const source = new DocumentNodes().sourceOf(NAME, lines);
    const read = readSources([source], { realm, env: {} });
    if (!read.ok) return this.#say(read.problems.slice(0, 1).map(formatProblem).join());
    return { directory: read.directory, version: head.version, keptAt: head.at };
  }

  async #write(): Promise<void> {
    const next = this.#next;
    this.#next = undefined;
    if (next === undefined) return;
    const { cluster, realm, dataFolder } = this.#options;
    const { number: version } = next.head.version;
    const at = new Date().toISOString();
    const fresh = `${this.#path}.new`;
    try {
      await mkdir(dataFolder, { recursive: true, mode: 0o700 });
      const file = await open(fresh, 'w', 0o600);
      try {
        const header = JSON.stringify({ format: FORMAT, cluster, realm, version, at });
        await file.writeFile(batches(header, next.lines));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(fresh, this.#path);
      const folder = await open(dirname(this.#path), 'r');
      await folder.sync().finally(() => folder.close());
    } catch (error) {
      const { log } = this.#options;
      const meaning = 'cut off from the cluster, this manager could not serve emergency calls';
      log.write('error', 'directory copy not kept', { error: codeOf(error), meaning });
    }
  }

  #say(why: string): undefined {
    this.#options.log.write('error', 'directory copy of no use', { file: this.#path, why });
  }
}

function* batches(header: string, lines: Iterable<string>): Iterable<string> {
  let batch = [header];
  for (const line of lines) {
    if (batch.length >= BATCH) {
      yield `${batch.join('\n')}\n`;
      batch = [];
    }
    batch.push(line);
  }
  yield `${batch.join('\n')}\n`;
}

type Header = {
  readonly cluster: string;
  readonly realm: string;
  readonly version: number;
  readonly at: string;
};

function readHeader(text: string): Header | undefined {
  try {
    const given: unknown = JSON.parse(text);
    if (typeof given !== 'object' || given === null) return undefined;
    const { format, cluster, realm, version, at } = given as Readonly<Record<string, unknown>>;
    if (format !== FORMAT || typeof version !== 'number' || typeof at !== 'string')
      return undefined;
    if (typeof cluster !== 'string' || typeof realm !== 'string') return undefined;
    return { cluster, realm, version, at };
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
}
