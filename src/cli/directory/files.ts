/** Directory files on the administrator's side: read, written, and which version they were made from. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { DirectoryState } from '../../http/directory-service.ts';
import { type Document, DocumentNodes, formatItem } from '../../store/directory/document.ts';
import { loadDirectory } from '../../store/directory/load.ts';
import { formatProblem } from '../../store/problem.ts';
import { CommandError, EXIT } from '../exit-code.ts';

/**
 * The files at `path` as they would be kept. `modes`: of the lines that there are, if the files are to count. Throws
 * `CommandError` with all that is wrong, a line each.
 */
export function readFiles(
  path: string,
  realm: string,
  modes: ReadonlyMap<string, string> = new Map(),
): Document {
  if (!existsSync(path)) throw new CommandError(EXIT.notFound, `no such file or folder: '${path}'`);
  const read = loadDirectory(path, { realm, env: process.env, modes });
  if (read.ok) return read.document();
  const count = read.problems.length;
  const lines = [
    ...read.problems.map(formatProblem),
    `${count} problem${count === 1 ? '' : 's'} in ${path}`,
  ];
  throw new CommandError(EXIT.failed, lines.join('\n'));
}

/** As one YAML text. */
export function formatDocument(document: Document): string {
  if (document.length === 0) return '{}\n';
  const { root } = new DocumentNodes().sourceOf('export', document.map(formatItem));
  return stringify(root, { lineWidth: 0 });
}

/** One file for each section; returns their paths. Throws `CommandError` if there are others already. */
export function writeFiles(folder: string, document: Document, isForced: boolean): string[] {
  mkdirSync(folder, { recursive: true });
  const sections = new Map<string, Document[number][]>();
  for (const item of document) {
    const section = sections.get(item[0]);
    if (section) section.push(item);
    else sections.set(item[0], [item]);
  }
  const present = readdirSync(folder).filter((name) => /\.(?:ya?ml|json)$/i.test(name));
  const names = new Set([...sections.keys()].map((section) => `${section}.yaml`));
  const others = present.filter((name) => !names.has(name));
  if (others.length > 0 || (present.length > 0 && !isForced)) {
    const hint = others.length > 0 ? 'choose an empty folder' : 'choose another folder, or --force';
    const [first] = others.length > 0 ? others : present;
    throw new CommandError(
      EXIT.failed,
      `'${folder}' has directory files already (${first}): ${hint}`,
    );
  }
  return [...sections].map(([section, items]) => {
    const path = join(folder, `${section}.yaml`);
    // What a password is computed to is as good as the password.
    writeFileSync(path, formatDocument(items), { mode: 0o600 });
    return path;
  });
}

/** Which version of that cluster the files were last compared with, exported from or applied as. */
export function readBase(path: string, state: DirectoryState): number | undefined {
  const version = readBases(path)[keyOf(state)];
  return typeof version === 'number' ? version : undefined;
}

/** A folder that cannot be written to is no less good for reading. */
export function writeBase(path: string, state: DirectoryState, version: number): void {
  const bases = { ...readBases(path), [keyOf(state)]: version };
  try {
    writeFileSync(basePath(path), `${JSON.stringify(bases)}\n`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EACCES' && code !== 'EROFS' && code !== 'EPERM') throw error;
  }
}

function readBases(path: string): Readonly<Record<string, unknown>> {
  try {
    const given: unknown = JSON.parse(readFileSync(basePath(path), 'utf8'));
    return typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
  } catch {
    // Not there, or no work of ours: nothing is known then.
    return {};
  }
}

function basePath(path: string): string {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder
    ? join(path, '.linewright-base')
    : join(dirname(path), `.${basename(path)}.linewright-base`);
}

function keyOf({ name, realm }: DirectoryState): string {
  return `${name} ${realm}`;
}
