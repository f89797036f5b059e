/** The directory as administrators are served: what the API asks of a manager, with its answers in words. */
import type { Log } from '../../base/log.ts';
import type { Version } from '../../cluster/version-record.ts';
import type { Head, Put } from '../../cluster/versions.ts';
import type {
  ApplyRequest,
  ApplyResult,
  DirectoryLines,
  DirectoryService,
  DirectoryState,
  UndoRequest,
  VersionRow,
} from '../../http/directory-service.ts';
import type { Change, Checked, DirectoryKeeper } from './keeper.ts';

export type DeskOptions = {
  readonly keeper: DirectoryKeeper;
  readonly name: string;
  readonly realm: string;
  readonly kept: DirectoryState['kept'];
  readonly log: Log;
  /** Done before anything else, once: what is kept in memory only need not be made before somebody asks. */
  readonly prepare: () => Promise<unknown>;
};

type Read<Found> =
  | { readonly type: 'read'; readonly found: Found }
  | { readonly type: 'unknown'; readonly error: string };

const ITEMS_MAX = 500_000;
const TEXT_MAX = 500;

export class DirectoryDesk implements DirectoryService {
  readonly #options: DeskOptions;
  #prepared: Promise<unknown> | undefined;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  async state(): Promise<DirectoryState> {
    const { name, realm, kept } = this.#options;
    return { name, version: rowOf((await this.#head())?.version), realm, kept };
  }

  async history(): Promise<readonly VersionRow[]> {
    await this.#prepare();
    const { versions } = this.#options.keeper;
    const found = await read<readonly Version[]>((done) => versions.history(done));
    return found.flatMap((version) => rowOf(version) ?? []);
  }

  async items(number?: number): Promise<DirectoryLines | undefined> {
    const head = await this.#head();
    if (head === undefined) return number === undefined ? { version: null, lines: [] } : undefined;
    const version =
      number === undefined || number === head.version.number
        ? head.version
        : await this.#find(number);
    if (version === undefined) return undefined;
    return { version: rowOf(version), lines: await this.#linesOf(version) };
  }

  async apply(request: ApplyRequest): Promise<ApplyResult> {
    const { base, isDry, by, comment } = request;
    const { items } = request;
    if (items.length > ITEMS_MAX)
      return { type: 'wrong', problems: [`${items.length} entries, at most ${ITEMS_MAX}`] };
    const head = await this.#head();
    if ((head?.version.number ?? 0) !== base)
      return { type: 'conflict', version: rowOf(head?.version) };
    const checked = await this.#check(items);
    if (!checked.ok) return { type: 'wrong', problems: checked.problems };
    if (isDry) return { type: 'done', version: rowOf(head?.version) };
    const { lines } = checked;
    return this.#put(head, { lines, by: brief(by), comment: brief(comment), origin: 'applied' });
  }

  async undo({ by, comment, to }: UndoRequest): Promise<ApplyResult> {
    const head = await this.#head();
    if (head === undefined) return { type: 'not found', message: 'there is no directory yet' };
    // An undo of an undo goes further back.
    const wanted = to ?? (head.version.restores ?? head.version.number) - 1;
    const version = await this.#find(wanted);
    if (version === undefined) {
      const message =
        wanted < 1 ? 'there is nothing before the first version' : `version ${wanted} is not kept`;
      return { type: 'not found', message };
    }
    const checked = await this.#check(await this.#linesOf(version));
    if (!checked.ok) return { type: 'wrong', problems: checked.problems };
    const restores = version.restores ?? wanted;
    const said = comment === '' ? `back to version ${wanted}` : comment;
    return this.#put(head, {
      lines: checked.lines,
      by: brief(by),
      comment: brief(said),
      origin: 'applied',
      restores,
    });
  }

  async #put(head: Head | undefined, change: Change): Promise<ApplyResult> {
    const { keeper, log } = this.#options;
    const put = await new Promise<Put>((done) => keeper.put(head, change, done));
    if (put.type === 'unknown') return { type: 'unknown', message: put.error };
    const version = rowOf(put.head?.version);
    if (put.type === 'conflict') return { type: 'conflict', version };
    log.write('info', 'directory applied', { ...version });
    return { type: 'done', version };
  }

  async #head(): Promise<Head | undefined> {
    await this.#prepare();
    return read<Head | undefined>((done) => this.#options.keeper.versions.head(done));
  }

  async #find(number: number): Promise<Version | undefined> {
    const { versions } = this.#options.keeper;
    const found = await read<readonly Version[]>((done) => versions.history(done));
    return found.find((version) => version.number === number);
  }

  #check(items: readonly unknown[]): Promise<Checked> {
    return new Promise((done) => this.#options.keeper.check(items, done));
  }

  async #linesOf(version: Version): Promise<readonly string[]> {
    const { versions } = this.#options.keeper;
    const parts = await read<ReadonlyMap<string, readonly string[]>>((done) =>
      versions.lines(version, new Map(), done),
    );
    return [...parts.values()].flat();
  }

  #prepare(): Promise<unknown> {
    this.#prepared ??= this.#options.prepare().catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    });
    return this.#prepared;
  }
}

function read<Found>(ask: (done: (result: Read<Found>) => void) => void): Promise<Found> {
  return new Promise((resolve, reject) =>
    ask((result) =>
      result.type === 'read'
        ? resolve(result.found)
        : reject(new Error(`the store does not answer: ${result.error}`)),
    ),
  );
}

function rowOf(version: Version | undefined): VersionRow | null {
  if (version === undefined) return null;
  const { number, at, by, comment, origin, restores = 0 } = version;
  return { version: number, at, by, comment, origin, restores };
}

/** What people say of themselves stands in logs and tables. */
function brief(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').slice(0, TEXT_MAX);
}
