/**
 * Clusters that are measured: managers with a bus (NATS) and a store (etcd) on loopback, set up as docs/cluster.md
 * recommends, down to the permissions of the bus. One manager alone has neither.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { type EtcdMember, etcdArgs } from '../examples/three-managers/etcd-args.ts';
import { eventually, Program } from './processes.ts';

/** What runs, by name. `bus` and `store`: how many servers of each. */
const SIZES = {
  'managers-1': { managers: 1, bus: 0, store: 0 },
  'managers-2': { managers: 2, bus: 1, store: 1 },
  'managers-3': { managers: 3, bus: 1, store: 1 },
  'managers-5': { managers: 5, bus: 1, store: 1 },
  'managers-3+3+3': { managers: 3, bus: 3, store: 3 },
  /** All phones register where the caller calls: calls stay at one manager. */
  'managers-3-together': { managers: 3, bus: 1, store: 1 },
} as const;

export type ClusterName = keyof typeof SIZES;

/** Where CPU time goes. */
export type Role = 'managers' | 'bus' | 'store';

/** A manager alone or a cluster, as its files say, before its managers run. */
export type ClusterPlan = {
  readonly servers: readonly { readonly role: Role; readonly program: Program }[];
  /** The managers' files, in order. */
  readonly files: readonly string[];
  /** Ports at which they take calls, and where they tell their metrics. */
  readonly ports: readonly number[];
  readonly metrics: readonly string[];
};

/** Where a cluster is, and for whom. */
export type Site = {
  /** 40 from here on are its own; each cluster of the benchmark has others, unless told. */
  readonly firstPort?: number;
  /** The directory's file; that of the benchmark, unless told. */
  readonly directory?: string;
};

const ADDRESS = '127.0.0.1';
const FIRST_PORT = 28_200;
/** Of each cluster. */
const PORTS = 40;
const READY_WITHIN_MS = 30_000;
const NAME = 'bench';

export function isCluster(name: string): name is ClusterName {
  return name in SIZES;
}

/** Starts bus and store and waits until they serve; writes the managers' files. Throws when they do not. */
export async function prepareCluster(
  name: ClusterName,
  folder: string,
  site: Site = {},
): Promise<ClusterPlan> {
  const size = SIZES[name];
  const { directory = join(import.meta.dirname, 'spread.yaml') } = site;
  const first = site.firstPort ?? FIRST_PORT + PORTS * Object.keys(SIZES).indexOf(name);
  const ports = (offset: number, count: number): number[] =>
    Array.from({ length: count }, (_, at) => first + offset + at);
  const sip = ports(0, size.managers);
  const web = ports(10, size.managers);
  const bus = ports(20, size.bus);
  const store = ports(30, size.store);
  const password = randomBytes(12).toString('hex');
  const servers = [
    ...bus.map((_, at) =>
      startBus(at, { bus, routes: ports(25, size.bus) }, size.managers, password, folder),
    ),
    ...store.map((_, at) => startStore(at, { store, peers: ports(35, size.store) }, folder)),
  ];
  for (const [at, { program }] of servers.entries()) {
    const port = [...bus, ...store][at] ?? 0;
    const isReady = (): Promise<boolean> => (at < bus.length ? accepts(port) : isHealthy(port));
    const ready = () => program.exitCode !== undefined || isReady();
    if ((await eventually(ready, READY_WITHIN_MS)) && program.exitCode === undefined) continue;
    await Promise.all(servers.map((server) => server.program.stop('SIGKILL')));
    throw new Error(`${name}: what should listen on port ${port} does not:\n${program.output}`);
  }
  const files = sip.map((port, at) => {
    const id = idOf(at);
    // Each begins with another server, as a user would have it.
    const own = (scheme: string, all: readonly number[]): string =>
      [...all.slice(at % all.length), ...all.slice(0, at % all.length)]
        .map((each) => `"${scheme}://${ADDRESS}:${each}"`)
        .join(', ');
    const cluster = `cluster:
  name: ${NAME}
  bus: { servers: [ ${own('nats', bus)} ], user: ${id}, password: s${password} }
  store: { servers: [ ${own('http', store)} ] }
`;
    const text = `manager: { id: ${id} }
${bus.length === 0 ? '' : cluster}sip: { domain: pbx.test, listen: [ "udp://${ADDRESS}:${port}" ] }
web: { listen: "http://${ADDRESS}:${web[at]}" }
security: { bans: off, loopback_only: on }
directory: ${directory}
`;
    const path = join(folder, `${name}-${id}.yaml`);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  });
  return {
    servers,
    files,
    ports: sip,
    metrics: web.map((port) => `http://${ADDRESS}:${port}/metrics`),
  };
}

function idOf(at: number): string {
  return `cm${at + 1}`;
}

/** As examples/three-managers/nats.conf has it. */
function startBus(
  at: number,
  { bus, routes }: { readonly bus: readonly number[]; readonly routes: readonly number[] },
  managers: number,
  password: string,
  folder: string,
): { role: Role; program: Program } {
  const users = Array.from({ length: managers }, (_, which) => {
    const id = idOf(which);
    return `{ user: ${id}, password: s${password}, permissions: {
      publish: [ "${NAME}.pid.*.*.${id}", "${NAME}.ev.${id}.*" ]
      subscribe: [ "${NAME}.pid.${id}.*.*", "${NAME}.ev.*.*", "${NAME}.rep.${id}.>" ]
      allow_responses: { max: 2, expires: "10s" } } }`;
  });
  const all = routes.map((port) => `"nats://${ADDRESS}:${port}"`).join(', ');
  const mesh = `cluster { name: linewright, listen: "${ADDRESS}:${routes[at]}", no_advertise: true, routes: [ ${all} ] }\n`;
  const text = `server_name: nats-${at + 1}
listen: "${ADDRESS}:${bus[at]}"
ping_interval: "2s"
ping_max: 2
write_deadline: "2s"
max_payload: 1048576
${bus.length > 1 ? mesh : ''}authorization { timeout: 2, users: [
${users.join('\n')} ] }
`;
  const path = join(folder, `nats-${bus[at]}.conf`);
  writeFileSync(path, text, { mode: 0o600 });
  return { role: 'bus', program: new Program('nats-server', ['--config', path], folder) };
}

function startStore(
  at: number,
  { store, peers }: { readonly store: readonly number[]; readonly peers: readonly number[] },
  folder: string,
): { role: Role; program: Program } {
  const url = (port: number | undefined): string => `http://${ADDRESS}:${port}`;
  const memberOf = (which: number): EtcdMember => {
    const name = `etcd-${store[which]}`;
    const [client, listen] = [url(store[which]), url(peers[which])];
    return { name, client, folder: join(folder, name), listen };
  };
  const members = peers.map((_, which) => memberOf(which));
  const args = etcdArgs(memberOf(at), members, folder);
  return { role: 'store', program: new Program('etcd', args, folder) };
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(500);
    const response = await fetch(`http://${ADDRESS}:${port}/health`, { signal });
    return ((await response.json()) as { health?: unknown }).health === 'true';
  } catch {
    return false;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: ADDRESS, port });
    const finish = (is: boolean) => (): void => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', finish(true)).once('error', finish(false));
  });
}
