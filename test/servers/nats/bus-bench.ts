/** The contract's managers `a` to `d` on real NATS servers. */

import { setTimeout as pause } from 'node:timers/promises';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { SILENT } from '../../../src/base/log.ts';
import { connectNats, type NatsMessagePlane } from '../../../src/cluster/nats/message-plane.ts';
import type { MessagePlane } from '../../../src/process/message-plane.ts';
import type { Home } from '../../../src/process/pid.ts';
import type { BusBench } from '../../cluster/bus-contract.ts';
import type { NatsServers } from './nats-server.ts';

/** Incarnations that the contract's managers have. */
const HOMES: readonly Home[] = ['a.1', 'a.2', 'b.1', 'b.2', 'c.1', 'd.1'];
const SETTLE_MS = 500;
const PAUSE_MS = 5;

export type NatsBenchOptions = {
  readonly cluster: string;
  /** Users are called as managers, and so are their passwords. */
  readonly hasUsers: boolean;
};

/** Each manager at another server, as far as there are some. */
export async function openNatsBench(
  servers: NatsServers,
  { cluster, hasUsers }: NatsBenchOptions,
): Promise<BusBench> {
  const planes = new Map<Home, NatsMessagePlane>();
  const { urls } = servers;
  for (const [at, home] of HOMES.entries()) {
    const manager = home.slice(0, 1);
    const first = at % urls.length;
    const plane = await connectNats({
      servers: [...urls.slice(first), ...urls.slice(0, first)],
      cluster,
      manager,
      log: SILENT,
      ...(hasUsers ? { credentials: { user: manager, password: manager } } : {}),
    });
    planes.set(home, plane);
  }
  const credentials = hasUsers ? { user: 'd', pass: 'd' } : {};
  const observers = await Promise.all(
    urls.map((url) =>
      connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 20, ...credentials }),
    ),
  );
  const tide = new Tide(observers, `${cluster}.ev.d._probe`);
  const flushAll = () => Promise.all([...planes.values()].map((plane) => plane.flush()));
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 2; round++) {
      await flushAll();
      await tide.pass();
      await flushAll();
    }
  };
  return {
    plane: (home): MessagePlane => {
      const plane = planes.get(home);
      if (plane === undefined) throw new Error(`no plane for ${home}`);
      return plane;
    },
    kill: async (home) => {
      await planes.get(home)?.close();
      planes.delete(home);
      await settle();
    },
    outage: {
      stop: () => servers.kill(),
      resume: () => servers.start(),
    },
    // With no server there is nothing to settle.
    settle: async () => {
      await Promise.race([settle(), pause(SETTLE_MS)]);
      await pause(PAUSE_MS);
    },
    close: async () => {
      await Promise.all([...planes.values(), ...observers].map((each) => each.close()));
      await servers.remove();
    },
  };
}

/** A word from each server to each other; what was on the same ways before it has then arrived. */
class Tide {
  readonly #observers: readonly NatsConnection[];
  readonly #subject: string;
  #missing = new Set<string>();
  #passed = (): void => {};
  #number = 0;

  constructor(observers: readonly NatsConnection[], subject: string) {
    this.#observers = observers;
    this.#subject = subject;
    for (const [to, observer] of observers.entries())
      observer.subscribe(subject, {
        callback: (_error, message) => {
          this.#missing.delete(`${message.string()} ${to}`);
          if (this.#missing.size === 0) this.#passed();
        },
      });
  }

  pass(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#passed = resolve;
    const number = ++this.#number;
    const at = [...this.#observers.keys()];
    this.#missing = new Set(at.flatMap((from) => at.map((to) => `${number} ${from} ${to}`)));
    for (const [from, observer] of this.#observers.entries())
      observer.publish(this.#subject, `${number} ${from}`);
    return promise;
  }
}
