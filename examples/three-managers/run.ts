/**
 * Three call managers with all that they need, on this machine: three NATS servers, three etcds, three
 * times `linewright start`. Ctrl-C stops all of it and leaves nothing behind. README.md says more.
 *
 *     npx node examples/three-managers/run.ts [--port 5060] [--no-credentials]
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { etcdArgs } from './etcd-args.ts';
import { isFree, isListening, Service } from './services.ts';

const HERE = import.meta.dirname;
const LINEWRIGHT = resolve(HERE, '../../bin/linewright.mjs');
const IDS = ['cm1', 'cm2', 'cm3'] as const;
/** EX_TEMPFAIL: a manager that the others have expelled; to be started again. */
const AGAIN = 75;
const AGAIN_MS = 1000;
/** Time to see how the others go on. */
const KILLED_MS = 10_000;
const PACKAGES = "install it: 'apt-get install nats-server etcd-server etcd-client'";

type Ports = {
  readonly sip: readonly number[];
  readonly nats: readonly number[];
  readonly routes: readonly number[];
  readonly etcd: readonly number[];
  readonly peers: readonly number[];
};

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'no-credentials': { type: 'boolean', default: false },
  },
});
const isOpen = values['no-credentials'];
const base = values.port === undefined ? undefined : Number(values.port);
if (base !== undefined && !(Number.isInteger(base) && base > 0 && base <= 65_500)) {
  console.error(`--port ${values.port}: expected a port, 1 to 65500`);
  process.exit(2);
}
const ports = portsFrom(base);
const folder = mkdtempSync(join(tmpdir(), 'linewright-three-'));
const services = new Set<Service>();
const managers = new Map<string, Service>();
let isStopping = false;

process.once('exit', () => {
  for (const service of services) service.kill();
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void stop(0));

// Whoever started this (a terminal, npx) may be gone without a word.
const { ppid } = process;
setInterval(() => process.ppid !== ppid && void stop(0), 1000).unref();

try {
  await start();
} catch (error) {
  if (!isStopping) {
    console.error(error instanceof Error ? error.message : error);
    await stop(1);
  }
}

async function start(): Promise<void> {
  await checkPorts();
  const secrets = isOpen ? {} : makeSecrets();
  say('starting three NATS servers, three etcds …');
  await Promise.all([startNats(secrets), startEtcd()]);
  if (!isOpen) protectEtcd(secrets);
  const files = managerFiles();
  await Promise.all(IDS.map((id, at) => startManager(id, files[at] ?? '', secrets)));
  say(summary(secrets));
}

/** What is taken would be found out late, and by whoever understands it least. */
async function checkPorts(): Promise<void> {
  for (const port of Object.values(ports).flat())
    if (!(await isFree(port)))
      throw new Error(
        `127.0.0.1:${port} is taken by another program: choose other ports with --port, e.g. --port 7000`,
      );
}

/** By name, as environment variables have them. */
type Secrets = Readonly<Record<string, string>>;

function makeSecrets(): Secrets {
  const routes = ports.routes.map((port) => `127.0.0.1:${port}`);
  const script = join(HERE, 'nats-secrets.mjs');
  const text = execFileSync(process.execPath, [script, ...routes], { encoding: 'utf8' });
  const secrets: Record<string, string> = {};
  for (const line of text.trim().split('\n'))
    secrets[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
  for (const name of ['ETCD_ROOT', 'ETCD_CM1', 'ETCD_CM2', 'ETCD_CM3', 'PHONE'])
    secrets[`${name}_PASSWORD`] = randomBytes(9).toString('base64url');
  return secrets;
}

async function startNats(secrets: Secrets): Promise<void> {
  const open = join(folder, 'nats-open.conf');
  const routes = ports.routes.map((port) => `"nats://127.0.0.1:${port}"`).join(', ');
  writeFileSync(
    open,
    `server_name: $NATS_NAME\nlisten: $NATS_LISTEN\nmax_payload: 1048576\nping_interval: "2s"\nping_max: 2\nwrite_deadline: "2s"\n` +
      `cluster { name: linewright, listen: $NATS_ROUTE_LISTEN, no_advertise: true, routes: [ ${routes} ] }\n`,
  );
  await Promise.all(
    ports.nats.map(async (port, at) => {
      const service = run({
        name: `nats-${at + 1}`,
        command: 'nats-server',
        args: ['--config', isOpen ? open : join(HERE, 'nats.conf')],
        env: {
          ...secrets,
          NATS_NAME: `nats-${at + 1}`,
          NATS_LISTEN: `127.0.0.1:${port}`,
          NATS_ROUTE_LISTEN: `127.0.0.1:${ports.routes[at]}`,
        },
      });
      await service.ready(() => isListening(port));
    }),
  );
}

async function startEtcd(): Promise<void> {
  const url = (port: number | undefined) => `http://127.0.0.1:${port}`;
  const members = ports.etcd.map((port, at) => {
    const name = `etcd-${at + 1}`;
    return { name, client: url(port), folder: join(folder, name), listen: url(ports.peers[at]) };
  });
  await Promise.all(
    members.map(async (member) => {
      const args = etcdArgs(member, members, folder);
      const service = run({ name: member.name, command: 'etcd', args });
      await service.ready(() => isHealthy(member.client));
    }),
  );
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(500) });
    return ((await response.json()) as { health?: unknown }).health === 'true';
  } catch {
    return false;
  }
}

/** A user for each manager, which may read and write the clusters' keys and nothing else. */
function protectEtcd(secrets: Secrets): void {
  const { ETCD_ROOT_PASSWORD: root } = secrets;
  const etcdctl = (...args: string[]) =>
    execFileSync('etcdctl', [`--endpoints=http://127.0.0.1:${ports.etcd[0]}`, ...args], {
      env: { ...process.env, ETCDCTL_API: '3' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  etcdctl('role', 'add', 'linewright');
  etcdctl('role', 'grant-permission', 'linewright', '--prefix=true', 'readwrite', '/linewright/');
  for (const id of IDS) {
    etcdctl('user', 'add', `${id}:${secrets[`ETCD_${id.toUpperCase()}_PASSWORD`]}`);
    etcdctl('user', 'grant-role', id, 'linewright');
  }
  etcdctl('user', 'add', `root:${root}`);
  etcdctl('user', 'grant-role', 'root', 'root');
  etcdctl('auth', 'enable');
}

/** The files of this folder, or, with other ports or without passwords, what they would be then. */
function managerFiles(): readonly string[] {
  if (base === undefined && !isOpen) return IDS.map((id) => join(HERE, `${id}.yaml`));
  const directory = isOpen ? join(folder, 'directory.yaml') : join(HERE, 'directory.yaml');
  if (isOpen) {
    const read = parse(readFileSync(join(HERE, 'directory.yaml'), 'utf8'));
    for (const [id, { password: _, ...device }] of Object.entries<Record<string, string>>(
      read.devices,
    ))
      read.devices[id] = { ...device, accept_from: '127.0.0.0/8' };
    writeFileSync(directory, stringify(read));
  }
  return IDS.map((id, at) => {
    const file = parse(readFileSync(join(HERE, `${id}.yaml`), 'utf8'));
    const own = <T>(all: readonly T[]) => [...all.slice(at), ...all.slice(0, at)];
    const { bus, store } = file.cluster;
    bus.servers = own(ports.nats).map((port) => `nats://127.0.0.1:${port}`);
    store.servers = own(ports.etcd).map((port) => `http://127.0.0.1:${port}`);
    if (isOpen) file.cluster = { ...file.cluster, bus: bus.servers, store: store.servers };
    file.sip.listen = ['udp', 'tcp'].map(
      (transport) => `${transport}://127.0.0.1:${ports.sip[at]}`,
    );
    file.directory = directory;
    const path = join(folder, `${id}.yaml`);
    writeFileSync(path, stringify(file));
    return path;
  });
}

async function startManager(id: string, file: string, secrets: Secrets): Promise<void> {
  const service = run({
    name: id,
    command: process.execPath,
    args: [LINEWRIGHT, 'start', '-c', file],
    env: secrets,
  });
  const begin = service.said().length;
  managers.set(id, service);
  await service.ready(() => service.said(begin).includes('"event":"manager ready"'));
  void service.ended.then(async (code) => {
    if (isStopping) return;
    if (code !== AGAIN && typeof code === 'number') {
      console.error(`${id} has ended (${code}). It said:\n${service.said().slice(-2000)}`);
      await stop(1);
      return;
    }
    const waitMs = code === AGAIN ? AGAIN_MS : KILLED_MS;
    const why =
      code === AGAIN
        ? `was expelled by the others, and ended with ${code}`
        : `was killed (${code})`;
    say(`${id} ${why}: it is started again in ${waitMs / 1000} s`);
    await pause(waitMs);
    if (isStopping) return;
    try {
      await startManager(id, file, secrets);
      say(`${id} is back, as process ${managers.get(id)?.pid}`);
    } catch (error) {
      if (isStopping) return;
      console.error(error instanceof Error ? error.message : error);
      await stop(1);
    }
  });
}

function run(
  order: Pick<ConstructorParameters<typeof Service>[0], 'name' | 'command' | 'args'> & {
    readonly env?: Secrets;
  },
): Service {
  const service = new Service({
    ...order,
    log: join(folder, `${order.name}.log`),
    remedy: PACKAGES,
  });
  services.add(service);
  void service.ended.then(() => services.delete(service));
  return service;
}

/** Managers first: they say goodbye on the bus and in the store. */
async function stop(code: number): Promise<void> {
  if (isStopping) process.exit(code);
  isStopping = true;
  say('stopping …');
  await Promise.all([...managers.values()].map((service) => service.stop()));
  await Promise.all([...services].map((service) => service.stop()));
  process.exit(code);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function portsFrom(first: number | undefined): Ports {
  const three = (start: number, step: number) => [start, start + step, start + 2 * step];
  if (first === undefined)
    return {
      sip: three(5060, 2),
      nats: three(4222, 1),
      routes: three(6222, 1),
      etcd: three(2379, 2),
      peers: three(2380, 2),
    };
  return {
    sip: three(first, 2),
    nats: three(first + 20, 1),
    routes: three(first + 23, 1),
    etcd: three(first + 26, 1),
    peers: three(first + 29, 1),
  };
}

function summary({ PHONE_PASSWORD: phones }: Secrets): string {
  const rows = IDS.map((id, at) => {
    const letter = 'abc'[at];
    return `  ${id}   sip udp+tcp 127.0.0.1:${ports.sip[at]}   nats 127.0.0.1:${ports.nats[at]}   etcd 127.0.0.1:${ports.etcd[at]}   process ${managers.get(id)?.pid}   for 2000${letter}, 2001${letter} and 100${at + 1}`;
  });
  const password = isOpen
    ? 'no passwords: whoever calls from this machine is let in'
    : `password of all phones: ${phones}`;
  return `
three managers are ready
${rows.join('\n')}
  domain pbx.test; ${password}
  logs and data in ${folder}, until this ends

  npx linewright manager ls           who is a member
  npx linewright line show 2000       where the single line is controlled, and why
  npx linewright line show 2001       the replicated line: a process at each manager with a phone of it
  npx linewright reg ls --all         who is registered, and where
  ${`kill -9 ${managers.get('cm1')?.pid}`.padEnd(34)}  let cm1 die, and look again: it is started anew after ${KILLED_MS / 1000} s

Ctrl-C stops all of it.`;
}
