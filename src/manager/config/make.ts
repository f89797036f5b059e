/** What every part of a manager's configuration is made with: what was given, where from, and how faults are said. */
import { resolve } from 'node:path';
import type { Problem } from '../../store/problem.ts';
import { type Environment, readText } from '../../store/secret.ts';
import type { Listener, ManagerConfig, Tls } from './manager-config.ts';
import type { SectionName } from './schema.ts';
import type { SectionsRead } from './sections.ts';

/** What the command line says instead of the file. */
export type Overrides = {
  /** Port of every `udp` and `tcp` listener. */
  readonly port?: number | undefined;
  /** Instead of all listeners. */
  readonly listeners?: readonly Listener[] | undefined;
  readonly bans?: boolean | undefined;
  readonly web?: { readonly address: string; readonly port: number } | 'off' | undefined;
  readonly logLevel?: ManagerConfig['log']['level'] | undefined;
};

export type ConfigOptions = {
  readonly env: Environment;
  /** Folder of the manager file: relative paths count from there. */
  readonly folder: string;
  readonly overrides: Overrides;
};

export type Make = ConfigOptions & {
  readonly sections: SectionsRead;
  readonly problems: Problem[];
};

export function say(
  { sections, problems }: Make,
  section: SectionName,
  path: readonly PropertyKey[],
  message: string,
): void {
  problems.push({ place: sections.placeAt(section, path), message });
}

/** Both files or none; `section` holds them as `cert` and `key`. */
export function readTls(
  make: Make,
  section: 'tls' | 'web' | 'cluster',
  cert: string | undefined,
  key: string | undefined,
  path: readonly string[] = [],
): Tls | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    const missing = cert === undefined ? 'cert' : 'key';
    say(make, section, path, `missing key '${missing}'`);
    return undefined;
  }
  const certPem = readPem(make, section, [...path, 'cert'], cert);
  const keyPem = readPem(make, section, [...path, 'key'], key);
  return certPem === undefined || keyPem === undefined ? undefined : { cert: certPem, key: keyPem };
}

export function readPem(
  make: Make,
  section: 'tls' | 'web' | 'cluster',
  path: readonly string[],
  name: string,
): string | undefined {
  const file = readText(resolve(make.folder, name));
  const message = file.ok ? `no PEM in '${name}'` : file.message;
  if (file.ok && file.value.includes('-----BEGIN ')) return file.value;
  say(make, section, path, message);
  return undefined;
}
