/**
 * The directory that a manager starts with: the one that its cluster has, or, where there is none yet, that
 * of its own file, which is then the cluster's first version.
 *
 * Afterwards the file does not count any more, since each manager has its own; that it differs is said.
 * A manager that is alone takes a changed file for its owner's wish, as long as nobody has applied
 * anything by command.
 */
import type { Log } from '../../base/log.ts';
import { type Directory, INTER_DIGIT_MS, NO_ROUTE_PLAN } from '../../call/directory.ts';
import { FEATURE_CODES } from '../../call/feature-codes.ts';
import { NO_ORBITS } from '../../call/parking/orbit.ts';
import type { Head, HeadRead, Put } from '../../cluster/versions.ts';
import { type Document, formatItem, readItems } from '../../store/directory/document.ts';
import { diffDocuments, summaryOf } from '../../store/directory/document-diff.ts';
import type { Checked, DirectoryKeeper, Loaded } from './keeper.ts';

/** The file that a manager's configuration names, as far as it is of interest here. */
export type OwnFile = {
  /** As messages name it. */
  readonly path: string;
  readonly document: () => Document;
};

export type OpenOptions = {
  readonly keeper: DirectoryKeeper;
  /** Undefined: the manager file names none. */
  readonly file: OwnFile | undefined;
  /** Nobody else has this directory. */
  readonly isAlone: boolean;
  /** Who makes a version of the file: the manager's id. */
  readonly by: string;
  readonly log: Log;
};

/** The store did not say which directory counts. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError';
}

/** Nobody is in it. */
export const EMPTY: Directory = {
  lines: new Map(),
  devices: new Map(),
  users: new Map(),
  gateways: new Map(),
  hunts: new Map(),
  orbits: NO_ORBITS,
  pickupGroups: new Map(),
  routeLists: new Map(),
  routePlan: NO_ROUTE_PLAN,
  interDigitMs: INTER_DIGIT_MS,
  features: FEATURE_CODES,
};

const TRIES_MAX = 10;
const AGAIN_MS = 500;

/** The directory to serve. Rejects with `DirectoryError`. */
export async function openDirectory(options: OpenOptions): Promise<Directory> {
  const { keeper, file, isAlone, log } = options;
  const head = await headOf(keeper);
  if (head === undefined && file === undefined) {
    log.write('warn', 'directory empty', {
      meaning: "nobody can register: 'linewright apply -f FOLDER' gives the cluster a directory",
    });
    return EMPTY;
  }
  if (head === undefined) return put(options, undefined, `first start, from ${file?.path}`);
  const directory = await load(keeper, head);
  if (file === undefined) return directory;
  const difference = differenceOf(keeper, file);
  if (difference === '') return directory;
  const { number, at, by: whose, origin } = head.version;
  if (isAlone && origin === 'file') return put(options, head, `${file.path} has changed`);
  log.write('warn', 'directory file differs', {
    file: file.path,
    difference,
    version: number,
    by: whose,
    at,
    meaning: `version ${number} counts, not the file: 'linewright diff -f ${file.path}' shows the difference, 'linewright apply -f ${file.path}' makes the file count, 'linewright export -f FOLDER' writes what counts`,
  });
  return directory;
}

async function put(
  { keeper, file, by, log }: OpenOptions,
  base: Head | undefined,
  comment: string,
): Promise<Directory> {
  const items = file?.document() ?? [];
  const checked = await new Promise<Checked>((done) => keeper.check(items, done));
  if (!checked.ok) throw new DirectoryError(`${file?.path}: ${checked.problems.join('; ')}`);
  const { lines } = checked;
  const result = await new Promise<Put>((done) =>
    keeper.put(base, { lines, by, comment, origin: 'file' }, done),
  );
  if (result.type === 'unknown')
    throw new DirectoryError(`the store does not answer: ${result.error}`);
  // Whoever was first: that one counts.
  if (result.head === undefined)
    throw new DirectoryError('the store has a directory of a later release');
  const { version } = result.head;
  log.write('info', 'directory version made', {
    version: version.number,
    by: version.by,
    comment: version.comment,
  });
  return load(keeper, result.head);
}

/** In a few words; '' when the file says what counts. */
export function differenceOf(keeper: DirectoryKeeper, file: OwnFile): string {
  const before = readItems(keeper.lines());
  const document = file.document();
  const isSame = before.length === document.length && sameLines(before, document);
  return isSame ? '' : summaryOf(diffDocuments(before, document));
}

function sameLines(a: Document, b: Document): boolean {
  const known = new Set(a.map(formatItem));
  return b.every((item) => known.has(formatItem(item)));
}

async function headOf(keeper: DirectoryKeeper): Promise<Head | undefined> {
  for (let tries = 1; ; tries++) {
    const result = await new Promise<HeadRead>((done) => keeper.versions.head(done));
    if (result.type === 'read') return result.found;
    if (tries === TRIES_MAX)
      throw new DirectoryError(`the store does not say which directory counts: ${result.error}`);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function load(keeper: DirectoryKeeper, head: Head): Promise<Directory> {
  const loaded = await new Promise<Loaded>((done) => keeper.load(head, done));
  if (!loaded.ok) throw new DirectoryError(loaded.error);
  return loaded.directory;
}
