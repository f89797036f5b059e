/**
 * Real etcds for tests: one or three on free ports of the loopback interface, with their data in
 * memory; they can be killed, stopped for a while, and started again.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EtcdMember, etcdArgs } from '../../../examples/three-managers/etcd-args.ts';
import { freePorts } from '../../support/free-ports.ts';
import { PeerProxy } from './peer-proxy.ts';

export type EtcdOptions = {
  readonly count?: 1 | 3;
  /** Beside those that docs/cluster.md recommends. */
  readonly flags?: readonly string[];
  /** Of the servers' clients: with a certificate in `flags`. */
  readonly scheme?: 'http' | 'https';
  /** Whether servers can be cut off from each other. */
  readonly canPart?: boolean;
  /** Whether to wait until it serves; not possible with TLS or without the gateway. */
  readonly waits?: boolean;
};

const READY_MS = 20_000;

/** One server of a cluster; its process may come and go. */
export class EtcdServer {
  readonly url: string;
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;
  /** The end of what it has said. */
  #said = '';

  constructor(url: string, args: readonly string[]) {
    this.url = url;
    this.#args = args;
  }

  get pid(): number {
    const pid = this.#process?.pid;
    assert(pid !== undefined, 'etcd is not running');
    return pid;
  }

  start(): void {
    const child = spawn('etcd', this.#args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-4000);
    });
    this.#process = child;
  }

  /** What it said last, when a test wants to know why. */
  get said(): string {
    return this.#said;
  }

  /** As `kill -9`: resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  stop(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Resolves when it says that it can decide something. */
  async ready(): Promise<void> {
    const endMs = performance.now() + READY_MS;
    while (performance.now() < endMs) {
      if (await this.#isHealthy()) return;
      await pause(50);
    }
    throw new Error(`etcd at ${this.url} does not get ready: ${this.#said}`);
  }

  /** Its own number, and that of the leader as it sees it. */
  async status(): Promise<{ readonly member: string; readonly leader: string }> {
    const response = await this.#post('/v3/maintenance/status', {});
    const status = (await response.json()) as { header: { member_id: string }; leader?: string };
    return { member: status.header.member_id, leader: status.leader ?? '0' };
  }

  async compact(revision: number): Promise<void> {
    await this.#post('/v3/kv/compaction', { revision: String(revision) });
  }

  #post(path: string, body: object): Promise<Response> {
    return fetch(`${this.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  }

  async #isHealthy(): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/health`, { signal: AbortSignal.timeout(500) });
      return ((await response.json()) as { health?: unknown }).health === 'true';
    } catch {
      return false;
    }
  }
}

export class EtcdCluster {
  readonly servers: readonly EtcdServer[];
  readonly #folder: string;
  /** Before each server, when they can be parted. */
  readonly #proxies: readonly PeerProxy[];

  constructor(servers: readonly EtcdServer[], folder: string, proxies: readonly PeerProxy[]) {
    this.servers = servers;
    this.#folder = folder;
    this.#proxies = proxies;
  }

  get urls(): string[] {
    return this.servers.map(({ url }) => url);
  }

  /** The leader, and the others. Asks those that run. */
  async roles(): Promise<{ readonly leader: EtcdServer; readonly followers: EtcdServer[] }> {
    for (;;) {
      const statuses = await Promise.all(
        this.servers.map(async (server) => ({ server, ...(await server.status()) })),
      );
      const leader = statuses.find(({ member, leader: known }) => member === known)?.server;
      if (leader !== undefined)
        return { leader, followers: this.servers.filter((server) => server !== leader) };
      await pause(100);
    }
  }

  /** Cuts `server` off from the others; its clients still reach it. */
  async isolate(server: EtcdServer): Promise<void> {
    const { member } = await server.status();
    const own = BigInt(member).toString(16);
    for (const [at, proxy] of this.#proxies.entries()) {
      if (this.servers[at] === server) proxy.limit(() => false);
      else proxy.limit((from) => from !== own && from !== '');
    }
  }

  heal(): void {
    for (const proxy of this.#proxies) proxy.limit(() => true);
  }

  async close(): Promise<void> {
    for (const proxy of this.#proxies) proxy.close();
    await Promise.all(this.servers.map((server) => server.kill()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Resolves when it serves. Close it, or it stays. */
export async function startEtcd(options: EtcdOptions = {}): Promise<EtcdCluster> {
  const { count = 1, flags = [], scheme = 'http', canPart = false, waits = true } = options;
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'etcd-test-'));
  const ports = await freePorts(2 * count);
  const proxies: PeerProxy[] = [];
  const members: EtcdMember[] = [];
  for (let at = 0; at < count; at++) {
    const port = ports[2 * at + 1] ?? 0;
    const listen = `http://127.0.0.1:${port}`;
    const proxy = canPart ? new PeerProxy(port) : undefined;
    const peer = (await proxy?.start()) ?? listen;
    if (proxy !== undefined) proxies.push(proxy);
    const name = `etcd${at + 1}`;
    const client = `${scheme}://127.0.0.1:${ports[2 * at]}`;
    members.push({ name, client, folder: join(folder, name), listen, peer });
  }
  const servers = members.map((member) => {
    const args = [...etcdArgs(member, members, folder), ...flags];
    return new EtcdServer(member.client, args);
  });
  const cluster = new EtcdCluster(servers, folder, proxies);
  for (const server of servers) server.start();
  try {
    if (waits) await Promise.all(servers.map((server) => server.ready()));
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return cluster;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
