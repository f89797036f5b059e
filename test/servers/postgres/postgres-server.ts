/** A real PostgreSQL (Debian's package) for tests, in a folder and on a port of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../support/free-ports.ts';

const PASSWORD = 'p@ss:word/1';
const VERSIONS = '/usr/lib/postgresql';
const READY_MS = 30_000;

export type PostgresServer = {
  /** With user and password. */
  readonly url: string;
  start(): Promise<void>;
  /** kill -9 of all of it. */
  kill(): Promise<void>;
  /** The rows of a statement. */
  ask(sql: string): Promise<readonly Record<string, unknown>[]>;
};

/** Running; gone after the test, or whatever else says that it is over. */
export async function startPostgres(context: Pick<TestContext, 'after'>): Promise<PostgresServer> {
  const bin = binaries();
  const folder = mkdtempSync(join(tmpdir(), 'linewright-postgres-'));
  context.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const owner = ownerOf();
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const passwords = join(folder, 'password');
  writeFileSync(passwords, PASSWORD, { mode: 0o644 });
  const data = join(folder, 'data');
  const as = (program: string, ...args: readonly string[]): readonly [string, string[]] =>
    owner === undefined
      ? [join(bin, program), [...args]]
      : ['setpriv', [...owner.words, join(bin, program), ...args]];
  const options = ['-U', 'lw', '-A', 'scram-sha-256', '-E', 'UTF8', '--no-sync'];
  execFileSync(...as('initdb', '-D', data, ...options, `--pwfile=${passwords}`), { stdio: 'pipe' });
  const port = await freePort();
  const url = `postgres://lw:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`;
  let child: ChildProcess | undefined;
  const server: PostgresServer = {
    url,
    start: async () => {
      const words = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder];
      child = spawn(...as('postgres', ...words), { stdio: 'ignore', detached: true });
      await ready(url);
    },
    kill: async () => {
      if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const over = once(child, 'exit');
      // Its own group: the server and all of its processes.
      process.kill(-child.pid, 'SIGKILL');
      await over;
      rmSync(join(data, 'postmaster.pid'), { force: true });
    },
    ask: async (sql) => {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => {});
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(sql)).rows;
      } finally {
        await client.end();
      }
    },
  };
  context.after(() => server.kill());
  await server.start();
  return server;
}

function binaries(): string {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : [];
  const found = versions.map((each) => join(VERSIONS, each, 'bin')).find(existsSync);
  if (found === undefined)
    throw new Error('no PostgreSQL: node scripts/install-test-packages.mjs installs it');
  return found;
}

/** PostgreSQL does not run as root. */
function ownerOf():
  | { readonly uid: number; readonly gid: number; readonly words: string[] }
  | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }).trim());
  const [uid, gid] = [id('-u'), id('-g')];
  return { uid, gid, words: [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'] };
}

async function ready(url: string): Promise<void> {
  const untilMs = performance.now() + READY_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => {});
      if (performance.now() > untilMs) throw error;
      await sleep(50);
    }
  }
}
