/** Everything that runs: three servers of the bus, three of the store, three managers; and how each is broken and mended. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EtcdCluster, startEtcd } from '../test/servers/etcd/etcd-server.ts';
import { type NatsServers, startExampleCluster } from '../test/servers/nats/nats-server.ts';
import { Firewall } from './firewall.ts';
import { LOAD_CALLER, LOAD_PHONES } from './load.ts';
import { ManagerProcess } from './manager-process.ts';
import type { Logged } from './records.ts';
import { LINES, MANAGERS } from './site.ts';

/** Clients get none of the ports that servers have (20000 to 29999): nobody takes a dead server's. */
const CLIENT_PORTS = '40000 60999';
const PORTS_FILE = '/proc/sys/net/ipv4/ip_local_port_range';

export type HouseOptions = {
  readonly folder: string;
  /** A manager takes calls. */
  readonly ready: (manager: number) => void;
  readonly logged: (logged: Logged) => void;
};

export class House {
  readonly bus: NatsServers;
  readonly store: EtcdCluster;
  readonly managers: readonly ManagerProcess[];
  readonly firewall: Firewall;

  private constructor(bus: NatsServers, store: EtcdCluster, options: HouseOptions) {
    this.bus = bus;
    this.store = store;
    const { folder, ready, logged } = options;
    const ports = (urls: readonly string[]) => urls.map((url) => Number(new URL(url).port));
    this.firewall = new Firewall({ bus: ports(bus.urls), store: ports(store.urls) });
    writeDirectory(folder);
    this.managers = MANAGERS.map(
      (id, index) =>
        new ManagerProcess({
          index,
          folder,
          // Each has another one first, so that they do not all hang on one.
          bus: { servers: rotated(bus.urls, index), ...bus.credentialsOf(id) },
          store: rotated(store.urls, index),
          ready: () => ready(index),
          logged,
        }),
    );
  }

  /** Resolves when the servers run; managers have been started. */
  static async open(options: HouseOptions): Promise<House> {
    const store = await startEtcd({ count: 3 });
    const bus = await startExampleCluster();
    writeFileSync(PORTS_FILE, CLIENT_PORTS);
    const house = new House(bus, store, options);
    await house.firewall.check();
    for (const manager of house.managers) manager.start();
    return house;
  }

  async close(): Promise<void> {
    this.firewall.heal();
    await Promise.all(this.managers.map((manager) => manager.stop()));
    await this.bus.remove();
    await this.store.close();
  }
}

function rotated<T>(items: readonly T[], by: number): T[] {
  return [...items.slice(by), ...items.slice(0, by)];
}

function writeDirectory(folder: string): void {
  const letIn = { accept_from: '127.0.0.0/8' };
  const members = LINES.flatMap(({ number }) => MANAGERS.map((_, at) => `${number}${at + 1}`));
  const callers = [...MANAGERS.map((_, at) => `c${at + 1}`), LOAD_CALLER];
  const devices = Object.fromEntries([
    ...[...members, ...callers].map((id) => [id, letIn]),
    ...LOAD_PHONES.map((id) => [id, { ...letIn, number: id }]),
  ]);
  const lines = Object.fromEntries(
    LINES.map(({ number, mode }) => {
      const seats = MANAGERS.map((_, at) => [`m${at + 1}`, { device: `${number}${at + 1}` }]);
      return [number, { mode, appearances: 1000, members: Object.fromEntries(seats) }];
    }),
  );
  mkdirSync(join(folder, 'directory'));
  writeFileSync(join(folder, 'directory', 'all.yaml'), JSON.stringify({ devices, lines }));
}
