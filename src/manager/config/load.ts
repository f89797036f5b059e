/** Reads a manager file together with its directory. All that is wrong in either is said at once. */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Directory } from '../../call/directory.ts';
import { loadDirectory } from '../../store/directory/load.ts';
import { type Problem, sortProblems, topOf } from '../../store/problem.ts';
import { type Environment, readText } from '../../store/secret.ts';
import { EMPTY, type OwnFile } from '../directory/open.ts';
import type { Overrides } from './make.ts';
import { makeConfig } from './make-config.ts';
import type { ManagerConfig } from './manager-config.ts';
import { readSections } from './sections.ts';

export type ManagerRead =
  | {
      readonly ok: true;
      readonly config: ManagerConfig;
      readonly directory: Directory;
      /** Undefined: the manager file names no directory; it is to come from the cluster. */
      readonly file: OwnFile | undefined;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The manager file at `file`, the path as the user wrote it: messages begin with it. */
export function loadManager(file: string, env: Environment, overrides: Overrides): ManagerRead {
  const text = readText(file);
  if (!text.ok) return { ok: false, problems: [{ place: topOf(file), message: text.message }] };
  const problems: Problem[] = [];
  const sections = readSections(file, text.value, problems);
  const config = makeConfig(sections, { env, folder: dirname(file), overrides }, problems);
  const path = directoryPath(file, sections.given.directory);
  if (path !== undefined && !existsSync(path)) {
    const message = `no such file or folder: '${path}'`;
    problems.push({ place: sections.placeAt('directory', []), message });
  }
  const own = sortProblems(problems, [file]);
  // Known to be kept elsewhere, or else said to be missing.
  if (path === undefined && own.length === 0 && config !== undefined)
    return { ok: true, config, directory: EMPTY, file: undefined };
  if (path === undefined || !existsSync(path)) return { ok: false, problems: own };

  // With the domain missing nothing can be hashed, yet the directory's own faults are worth saying.
  const realm = sections.given.sip?.domain[0] ?? '';
  const read = loadDirectory(path, { realm, env });
  if (!read.ok) return { ok: false, problems: [...own, ...read.problems] };
  if (config === undefined || own.length > 0) return { ok: false, problems: own };
  return { ok: true, config, directory: read.directory, file: { path, document: read.document } };
}

/** Relative paths count from the manager file's folder, wherever the manager is started. */
function directoryPath(file: string, given: string | undefined): string | undefined {
  if (given === undefined || given === '') return undefined;
  return isAbsolute(given) ? given : join(dirname(file), given);
}
