/** Each kind of fault: whom it hits, how it is done and how it is undone. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Plane } from './firewall.ts';
import type { House } from './house.ts';
import type { FaultKind } from './records.ts';
import { MANAGERS } from './site.ts';

export type Fault = {
  readonly victim: string;
  /** Index of the manager that is hit, if it is one. */
  readonly manager: number | undefined;
  inject(): void | Promise<void>;
  /** How long it lasts. */
  readonly holdMs: number;
  heal(): void | Promise<void>;
  /** How long it is watched after that. */
  readonly watchMs: number;
};

const STOP_MS = 3000;
const CUT_MS = 8000;
const RESTART_MS = 2000;
const WATCH_MS = 4000;

/** The `nth` fault of a kind, from 0: victims take turns. */
export async function plan(kind: FaultKind, nth: number, house: House): Promise<Fault> {
  const manager = nth % MANAGERS.length;
  const victim = MANAGERS[manager] ?? '';
  const process = house.managers[manager];
  const calm = { holdMs: 0, heal: () => {}, watchMs: WATCH_MS };
  switch (kind) {
    case 'nothing':
      return { ...calm, victim: '', manager: undefined, inject: () => {} };
    case 'kill manager':
      // Its supervisor starts it again.
      return { ...calm, victim, manager, inject: () => process?.signal('SIGKILL') };
    case 'stop manager':
      return {
        victim,
        manager,
        inject: () => process?.signal('SIGSTOP'),
        holdMs: STOP_MS,
        heal: () => process?.signal('SIGCONT'),
        watchMs: WATCH_MS,
      };
    case 'kill nats-server':
    case 'stop nats-server':
      return natsFault(kind, nth, house);
    case 'kill etcd':
    case 'stop etcd':
      return etcdFault(kind, nth, house);
    case 'cut manager off':
      return cut(manager, ['bus', 'store'], house);
    case 'cut off from bus':
      return cut(manager, ['bus'], house);
    case 'cut off from store':
      return cut(manager, ['store'], house);
  }
}

function natsFault(
  kind: 'kill nats-server' | 'stop nats-server',
  nth: number,
  house: House,
): Fault {
  const server = house.bus.at(nth % house.bus.all.length);
  const victim = `nats-${(nth % house.bus.all.length) + 1}`;
  const common = { victim, manager: undefined, watchMs: WATCH_MS };
  if (kind === 'stop nats-server')
    return {
      ...common,
      inject: () => server.signal('SIGSTOP'),
      holdMs: STOP_MS,
      heal: () => server.signal('SIGCONT'),
    };
  return { ...common, inject: () => server.kill(), holdMs: RESTART_MS, heal: () => server.start() };
}

/** The first of a kind is the leader, then it is the followers' turn. */
async function etcdFault(
  kind: 'kill etcd' | 'stop etcd',
  nth: number,
  house: House,
): Promise<Fault> {
  const { leader, followers } = await house.store.roles();
  const servers = [leader, ...followers];
  const server = servers[nth % servers.length] ?? leader;
  const number = house.store.servers.indexOf(server) + 1;
  const victim = `etcd-${number}${server === leader ? ', the leader' : ''}`;
  const common = { victim, manager: undefined, watchMs: WATCH_MS };
  if (kind === 'stop etcd')
    return {
      ...common,
      inject: () => server.stop(),
      holdMs: STOP_MS,
      heal: () => server.resume(),
    };
  return {
    ...common,
    inject: () => server.kill(),
    holdMs: RESTART_MS,
    heal: async () => {
      server.start();
      await server.ready();
    },
  };
}

function cut(manager: number, planes: readonly Plane[], house: House): Fault {
  return {
    victim: MANAGERS[manager] ?? '',
    manager,
    inject: () => house.firewall.cut(manager, planes),
    holdMs: CUT_MS,
    heal: () => house.firewall.heal(),
    watchMs: WATCH_MS,
  };
}

/** Waits until `time` of `performance.now()`. */
export async function until(atMs: number): Promise<void> {
  await pause(Math.max(0, atMs - performance.now()));
}
