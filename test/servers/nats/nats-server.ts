/**
 * Real NATS servers for the tests: Debian's nats-server on free loopback ports, files in a temporary folder.
 * Without the package the tests fail; they are not skipped.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, freePorts } from '../../support/free-ports.ts';

const BINARY = 'nats-server';
const READY_MS = 10_000;
const POLL_MS = 10;

const EXAMPLE = resolve(import.meta.dirname, '../../../examples/three-managers');

/** Nobody outlives the test, whatever ends it. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** One server; it can be killed and started again at the same place. */
export class NatsServer {
  readonly port: number;
  readonly #folder: string;
  readonly #args: readonly string[];
  readonly #environment: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;

  /** `config`: a file, or the text of one. */
  constructor(
    folder: string,
    port: number,
    config: { file: string } | { text: string },
    environment: NodeJS.ProcessEnv = {},
  ) {
    this.port = port;
    this.#folder = folder;
    this.#environment = environment;
    const file = 'file' in config ? config.file : join(folder, `nats-${port}.conf`);
    if ('text' in config) writeFileSync(file, config.text);
    this.#args = ['--config', file];
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    assert(this.#child?.pid !== undefined, 'it does not run');
    return this.#child.pid;
  }

  get log(): string {
    return readFileSync(join(this.#folder, `nats-${this.port}.log`), 'utf8');
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    const log = openSync(join(this.#folder, `nats-${this.port}.log`), 'a');
    const child = spawn(BINARY, this.#args, {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...this.#environment },
    });
    this.#child = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = new Error(`${BINARY} cannot be run (Debian package nats-server): ${error.message}`);
    });
    const deadlineMs = performance.now() + READY_MS;
    while (!(await isListening(this.port))) {
      if (failure !== undefined) throw failure;
      assert(child.exitCode === null, `${BINARY} has ended:\n${this.log}`);
      assert(performance.now() < deadlineMs, `${BINARY} does not listen:\n${this.log}`);
      await pause(POLL_MS);
    }
  }

  /** Resolves when it is no more. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }
}

/** Servers and their temporary folder. */
export class NatsServers {
  readonly all: readonly NatsServer[];
  readonly #folder: string;
  readonly #secrets: ReadonlyMap<string, string>;

  constructor(
    all: readonly NatsServer[],
    folder: string,
    secrets: ReadonlyMap<string, string> = new Map(),
  ) {
    this.all = all;
    this.#folder = folder;
    this.#secrets = secrets;
  }

  get urls(): string[] {
    return this.all.map(({ url }) => url);
  }

  /** What a manager of the example shows these servers: `cm1`, `cm2` or `cm3`. */
  credentialsOf(manager: string): { readonly user: string; readonly password: string } {
    const password = this.#secrets.get(`NATS_${manager.toUpperCase()}_PASSWORD`);
    assert(password !== undefined, `${manager} is no manager of the example`);
    return { user: manager, password };
  }

  at(index: number): NatsServer {
    const server = this.all[index];
    assert(server !== undefined);
    return server;
  }

  /** Resolves when all run, and each has found the others. When one does not, nothing remains. */
  async start(): Promise<void> {
    const started = await Promise.allSettled(this.all.map((server) => server.start()));
    const failed = started.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) {
      await this.remove();
      throw failed.reason;
    }
    const deadlineMs = performance.now() + READY_MS;
    for (const server of this.all)
      while (routesOf(server.log) < this.all.length - 1) {
        assert(performance.now() < deadlineMs, `no routes:\n${server.log}`);
        await pause(POLL_MS);
      }
  }

  async kill(): Promise<void> {
    await Promise.all(this.all.map((server) => server.kill()));
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** One server; `config`: what else its file says. */
export async function startNats(config = ''): Promise<NatsServers> {
  const folder = makeFolder();
  const port = await freePort();
  const text = `listen: 127.0.0.1:${port}\n${config}`;
  const servers = new NatsServers([new NatsServer(folder, port, { text })], folder);
  await servers.start();
  return servers;
}

/**
 * Three servers with the example's own file, and secrets by its own script. `edit`: changes the file's
 * text first (managers of other names).
 */
export async function startExampleCluster(edit?: (text: string) => string): Promise<NatsServers> {
  const folder = makeFolder();
  const ports = await freePorts(6);
  const routes = ports.slice(3).map((port) => `127.0.0.1:${port}`);
  const secrets = makeSecrets(routes);
  const file = join(EXAMPLE, 'nats.conf');
  const config = edit === undefined ? { file } : { text: edit(readFileSync(file, 'utf8')) };
  const all = ports.slice(0, 3).map(
    (port, at) =>
      new NatsServer(folder, port, config, {
        ...Object.fromEntries(secrets),
        NATS_NAME: `nats-${at + 1}`,
        NATS_LISTEN: `127.0.0.1:${port}`,
        NATS_ROUTE_LISTEN: routes[at],
      }),
  );
  const servers = new NatsServers(all, folder, secrets);
  await servers.start();
  return servers;
}

function makeSecrets(routes: readonly string[]): ReadonlyMap<string, string> {
  const script = join(EXAMPLE, 'nats-secrets.mjs');
  const text = execFileSync(process.execPath, [script, ...routes], { encoding: 'utf8' });
  const lines = text.trim().split('\n');
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** The example's users under other names, and in a cluster called `cluster`: passwords are the names. */
export function renameUsers(cluster: string, names: readonly string[]) {
  return (text: string): string => {
    const [block = ''] = /^ {4}\{ user: cm1,[\s\S]*?\} \}\n/m.exec(text) ?? [];
    const start = text.indexOf(block);
    const end = text.lastIndexOf('  ]');
    const users = names.map((name) =>
      block.replaceAll('$NATS_CM1_PASSWORD', `"${name}"`).replaceAll('cm1', name),
    );
    const renamed = text.slice(0, start) + users.join('') + text.slice(end);
    return renamed.replaceAll('"lw1.', `"${cluster}.`);
  };
}

function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'linewright-nats-'));
}

/** Routes that are up, by the server's log since it started last. */
function routesOf(log: string): number {
  const peers = new Map<string, string>();
  const lines = log.slice(log.lastIndexOf('Starting nats-server')).split('\n');
  for (const line of lines) {
    const [, route = ''] = /(rid:\d+)/.exec(line) ?? [];
    if (line.includes('Route connection created')) peers.set(route, line);
    else if (line.includes('connection closed')) peers.delete(route);
  }
  return peers.size;
}

async function isListening(port: number): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port });
  try {
    await once(socket, 'data');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
