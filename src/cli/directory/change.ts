/** `diff`, `apply`, `undo`, `history` and `export`: the cluster's directory from the command line. */
import { hostname, userInfo } from 'node:os';
import type { Access } from '../../http/access-file.ts';
import type { DirectoryItems, DirectoryState, VersionRow } from '../../http/directory-service.ts';
import { type Document, isItem, pathOf } from '../../store/directory/document.ts';
import { diffDocuments, type EntryChange, summaryOf } from '../../store/directory/document-diff.ts';
import { fetchJson, findManager, postLines, type Target } from '../api-client.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import { type Column, type Format, formatRows } from '../output.ts';
import { formatDocument, readBase, readFiles, writeBase, writeFiles } from './files.ts';

export type ChangeOptions = Target & { readonly output: 'table' | 'json' };

/** Entries whose text is shown; of more only the words. */
const TEXTS_MAX = 200;
const LINES_MAX = 1000;

/** What differs, and how many entries that is. */
export type Difference = { readonly text: string; readonly count: number };

/** Files against what counts; without files, what counts against the version before it. */
export async function diff(
  options: ChangeOptions & { readonly files?: string | undefined },
): Promise<Difference> {
  const access = reach(options);
  const { files, output } = options;
  if (files === undefined) {
    const after = await fetchItems(access);
    const number = after.version?.version ?? 0;
    const before = number > 1 ? await fetchItems(access, number - 1) : { version: null, items: [] };
    const changes = diffDocuments(documentOf(before), documentOf(after));
    const heading = `version ${number} against version ${number - 1}`;
    return { text: show(changes, heading, output, { version: number }), count: changes.length };
  }
  const state = await fetchState(access);
  const document = readFiles(files, state.realm);
  const present = await fetchItems(access);
  const changes = diffDocuments(documentOf(present), document);
  const version = present.version?.version ?? 0;
  // Whoever has seen what others have done may apply.
  writeBase(files, state, version);
  const heading = `${files} against version ${version}`;
  return { text: show(changes, heading, output, { version }), count: changes.length };
}

export type ApplyOptions = ChangeOptions & {
  readonly files: string;
  readonly isDry: boolean;
  readonly comment: string;
  /** The version that the files were made from; absent: as noted beside them, or what counts now. */
  readonly base?: number | undefined;
};

export async function apply(options: ApplyOptions): Promise<string> {
  const access = reach(options);
  const { files, isDry, comment, output } = options;
  const state = await fetchState(access);
  const present = await fetchItems(access);
  const document = readFiles(files, state.realm, modesOf(documentOf(present)));
  const changes = diffDocuments(documentOf(present), document);
  const counting = present.version?.version ?? 0;
  if (changes.length === 0 && counting > 0) {
    writeBase(files, state, counting);
    if (output === 'json') return json({ version: present.version, changes: [] });
    return `nothing differs from version ${counting}\n`;
  }
  const base = options.base ?? readBase(files, state) ?? counting;
  const about = { base, by: whoAmI(), comment, dry: isDry };
  const answer = await postLines(access, '/directory/apply', [about, ...document]);
  const { version } = answer as Applied;
  if (isDry) {
    const heading = `${files} against version ${counting}, nothing has been done`;
    return show(changes, heading, output, { version: counting, dry: true });
  }
  const number = version?.version ?? 0;
  writeBase(files, state, number);
  if (output === 'json') return json({ version, changes: changes.map(rowOf) });
  const memory = state.kept === 'memory' ? `\n${IN_MEMORY}` : '';
  return `${words(changes)}version ${number} counts now: ${summaryOf(changes)}${memory}\n`;
}

const IN_MEMORY =
  "it is kept in memory only, and gone when this manager stops: give it 'manager: { data: … }'";

export async function undo(
  options: ChangeOptions & { readonly comment: string; readonly to?: number | undefined },
): Promise<string> {
  const access = reach(options);
  const { comment, to, output } = options;
  const before = await fetchItems(access);
  const body = { by: whoAmI(), comment, ...(to !== undefined && { to }) };
  const { version } = (await fetchJson(access, '/directory/undo', 'POST', body)) as Applied;
  const changes = diffDocuments(
    documentOf(before),
    documentOf(await fetchItems(access, version?.version)),
  );
  if (output === 'json') return json({ version, changes: changes.map(rowOf) });
  const summary = changes.length === 0 ? 'nothing differs' : summaryOf(changes);
  return `${words(changes)}version ${version?.version} counts now, with the content of version ${version?.restores}: ${summary}\n`;
}

const HISTORY: readonly Column<VersionRow>[] = [
  { head: 'version', cell: (row) => row.version },
  { head: 'at', cell: (row) => row.at.replace(/\.\d+Z$/, 'Z') },
  { head: 'by', cell: (row) => row.by },
  { head: 'restores', cell: (row) => (row.restores === 0 ? '' : row.restores) },
  { head: 'comment', cell: (row) => row.comment },
];

export async function history(options: Target & { readonly output: Format }): Promise<string> {
  const value = await fetchJson(reach(options), '/directory/history');
  const { items } = value as { readonly items: readonly VersionRow[] };
  return formatRows(items, HISTORY, options.output);
}

export type ExportOptions = Target & {
  /** Undefined: to standard output, as one text. */
  readonly folder?: string | undefined;
  readonly version?: number | undefined;
  readonly isForced: boolean;
  readonly output: 'yaml' | 'json';
};

export async function exportDirectory(options: ExportOptions): Promise<string> {
  const access = reach(options);
  const state = await fetchState(access);
  const found = await fetchItems(access, options.version);
  const document = documentOf(found);
  const { folder, output } = options;
  if (folder === undefined)
    return output === 'json'
      ? json({ version: found.version, items: document })
      : formatDocument(document);
  const paths = writeFiles(folder, document, options.isForced);
  // An older one is exported to be applied, and what has come since is known.
  writeBase(folder, state, state.version?.version ?? 0);
  return `version ${found.version?.version ?? 0} is in ${paths.join(', ')}\n`;
}

type Applied = { readonly version: VersionRow | null };

function reach(target: Target): Access {
  return findManager(target, process.env, 'cluster');
}

async function fetchState(access: Access): Promise<DirectoryState> {
  // Our own API of our own version: its row types are the contract.
  return (await fetchJson(access, '/directory')) as DirectoryState;
}

async function fetchItems(access: Access, version?: number): Promise<DirectoryItems> {
  const query = version === undefined ? '' : `?version=${version}`;
  return (await fetchJson(access, `/directory/items${query}`)) as DirectoryItems;
}

function documentOf({ items }: DirectoryItems): Document {
  const document = items.filter(isItem);
  if (document.length < items.length)
    throw new CommandError(
      EXIT.failed,
      'the manager answered with something else than a directory',
    );
  return document;
}

function modesOf(document: Document): ReadonlyMap<string, string> {
  const modes = new Map<string, string>();
  for (const item of document) {
    const [section, number] = pathOf(item);
    const value: unknown = item.at(-1);
    if (section !== 'lines' || number === undefined) continue;
    const isSaid = typeof value === 'object' && value !== null && 'mode' in value;
    modes.set(number, isSaid ? String(value.mode) : 'single');
  }
  return modes;
}

function show(
  changes: readonly EntryChange[],
  heading: string,
  output: 'table' | 'json',
  about: object,
): string {
  if (output === 'json') return json({ ...about, changes: changes.map(rowOf) });
  if (changes.length === 0) return `${heading}: nothing differs\n`;
  const texts = changes.slice(0, TEXTS_MAX).flatMap(({ what, text }) => [`@@ ${what} @@`, ...text]);
  const more =
    changes.length > TEXTS_MAX || texts.length > LINES_MAX ? ['… -o json has all of it'] : [];
  const shown = [...texts.slice(0, LINES_MAX), ...more].map((line) => `${line}\n`).join('');
  return `${words(changes)}\n${shown}\n${heading}: ${summaryOf(changes)}\n`;
}

function words(changes: readonly EntryChange[]): string {
  const lines = changes.slice(0, LINES_MAX).map(({ change, what, details }) => {
    const detail = details.length === 0 ? '' : `: ${details.join('; ')}`;
    return `${what} ${change}${detail}\n`;
  });
  const more = changes.length - lines.length;
  return lines.join('') + (more > 0 ? `… and ${more} more\n` : '');
}

function rowOf({ change, what, path, details, text }: EntryChange): object {
  return { change, what, path, details, text };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function whoAmI(): string {
  return `${userInfo().username}@${hostname()}`;
}
