/**
 * How the command line on the same machine finds a running manager and may speak to it: a file that
 * only the manager's own user can read, with the API's address and the token made at start.
 */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the command line needs to reach one manager. */
export type Access = {
  readonly id: string;
  readonly pid: number;
  /** `http://127.0.0.1:41230`. */
  readonly url: string;
  readonly token: string;
  /** Managers with the same one are members of the same cluster. */
  readonly cluster?: string;
  /** PEM of the certificate that will be shown, if the address is https. */
  readonly certificate?: string;
};

/** The folder for such files is not ours alone, so that a token in it would be everybody's. */
export class AccessFolderError extends Error {
  override readonly name = 'AccessFolderError';
  readonly code = 'access_folder';
  readonly folder: string;

  constructor(folder: string, why: string, options?: ErrorOptions) {
    super(`${folder} cannot hold access tokens: ${why}`, options);
    this.folder = folder;
  }
}

/** Of this user, on this machine: `LINEWRIGHT_RUNTIME`, or in XDG_RUNTIME_DIR, or in the folder for temporary files. */
export function runtimeFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { LINEWRIGHT_RUNTIME: own, XDG_RUNTIME_DIR: session } = env;
  if (own) return own;
  if (session) return join(session, 'linewright');
  return join(tmpdir(), `linewright-${process.getuid?.() ?? 'user'}`);
}

/** Of a manager with a data folder: wherever that is, whoever may read it may speak to the manager. */
export function dataAccessFolder(dataFolder: string): string {
  return join(dataFolder, 'run');
}

/** Writes the file; the returned function removes it. What dead managers left goes. Throws `AccessFolderError`. */
export function writeAccess(folder: string, access: Access): () => void {
  prepare(folder);
  for (const name of namesIn(folder)) {
    const left = readAccess(join(folder, name));
    if (left !== undefined && !lives(left.pid)) rmSync(join(folder, name), { force: true });
  }
  const path = join(folder, `${access.id}-${access.pid}.json`);
  rmSync(path, { force: true });
  writeFileSync(path, `${JSON.stringify(access)}\n`, { mode: 0o600, flag: 'wx' });
  return () => rmSync(path, { force: true });
}

/** Managers of this user that live now. */
export function findOwnAccess(env: Readonly<Record<string, string | undefined>>): Access[] {
  const folder = runtimeFolder(env);
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  const uid = process.getuid?.();
  const ours = stat !== undefined && (uid === undefined || stat.uid === uid);
  return ours ? findAccess(folder) : [];
}

/** Managers that left a file in `folder` and whose process lives. */
export function findAccess(folder: string): Access[] {
  return namesIn(folder)
    .map((name) => readAccess(join(folder, name)))
    .filter((access) => access !== undefined)
    .filter((access) => lives(access.pid));
}

function prepare(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = lstatSync(folder);
    const uid = process.getuid?.();
    if (!stat.isDirectory()) throw new AccessFolderError(folder, 'it is no folder');
    if (uid === undefined) return;
    // In a folder for everybody's temporary files somebody else may have been there first.
    if (stat.uid !== uid) throw new AccessFolderError(folder, 'it belongs to another user');
    if ((stat.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  } catch (error) {
    if (error instanceof AccessFolderError) throw error;
    throw new AccessFolderError(folder, 'it cannot be made', { cause: error });
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    // Not there, or not ours to read: either way no manager is to be found in it.
    return [];
  }
}

function readAccess(path: string): Access | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { id, pid, url, token, cluster, certificate } = value as Record<string, unknown>;
    if (typeof id !== 'string' || typeof pid !== 'number') return undefined;
    if (typeof url !== 'string' || typeof token !== 'string') return undefined;
    return {
      id,
      pid,
      url,
      token,
      ...(typeof cluster === 'string' && { cluster }),
      ...(typeof certificate === 'string' && { certificate }),
    };
  } catch {
    // Another user's, half written or gone since it was listed: no access either way.
    return undefined;
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, as somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
