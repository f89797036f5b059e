/**
 * Message plane on NATS core: no JetStream, nothing is kept by the servers.
 *
 * Who said something is the word of the server, by the permissions of its users: see `subjects.ts`, and
 * examples/three-managers/nats.conf for the permissions. NATS may lose what is on its way when a server
 * or a connection breaks; it does not reorder what one manager says to another.
 */

import type { NatsConnection } from '@nats-io/transport-node';
import { assert } from '../../base/assert.ts';
import type { Attachment, Inbox, MessagePlane } from '../../process/message-plane.ts';
import type { Home } from '../../process/pid.ts';
import { type BusError, explainFailure } from './bus-error.ts';
import { checkPermissions, dial } from './dial.ts';
import { assertNames, type NatsOptions, readServers, type Server } from './options.ts';
import { makePlaceCounters, NatsPlace } from './place.ts';
import { idOf, isHome } from './subjects.ts';
import { Uplink } from './uplink.ts';

const DEADLINE_MS = 5000;

/** Connects to the first server that lets it. Throws `BusError` when none has in time: that of the most telling one. */
export async function connectNats(options: NatsOptions): Promise<NatsMessagePlane> {
  assertNames(options);
  const servers = readServers(options.servers, options.tls !== undefined);
  const failures: BusError[] = [];
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  const endMs = performance.now() + deadlineMs;
  for (const [at, server] of servers.entries()) {
    // Each server has an equal share of what is left.
    const timeoutMs = Math.ceil((endMs - performance.now()) / (servers.length - at));
    try {
      const connection = await open(options, server, Math.max(timeoutMs, 1));
      for (const { code, message } of failures)
        options.log.write('warn', 'bus not reached', { code, why: message });
      options.log.write('info', 'bus found', { server: server.name });
      return new NatsMessagePlane(options, servers, at, connection);
    } catch (error) {
      failures.push(explainFailure(error, server.name, timeoutMs));
    }
  }
  throw worst(failures);
}

async function open(
  options: NatsOptions,
  server: Server,
  timeoutMs: number,
): Promise<NatsConnection> {
  const connection = await dial(options, server, timeoutMs);
  try {
    await checkPermissions(connection, options, server);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** What somebody has to correct says more than that a machine is down. */
function worst(failures: readonly BusError[]): BusError {
  const first = failures.find(({ code }) => code !== 'unreachable') ?? failures[0];
  assert(first !== undefined, 'no server was tried');
  const others = failures.filter((failure) => failure !== first);
  if (others.length > 0)
    first.message += `. Also: ${others.map(({ message }) => message).join('. ')}`;
  return first;
}

export class NatsMessagePlane implements MessagePlane {
  readonly #options: NatsOptions;
  readonly #uplink: Uplink;
  readonly #placeCounters = makePlaceCounters();
  #place: NatsPlace | undefined;

  /** Use `connectNats`. */
  constructor(
    options: NatsOptions,
    servers: readonly Server[],
    at: number,
    connection: NatsConnection,
  ) {
    this.#options = options;
    this.#uplink = new Uplink(options, servers, at, connection, {
      up: (found) => this.#place?.bind(found),
      down: () => this.#place?.bind(undefined),
    });
  }

  /** Plain integers: see `makePlaceCounters` and `Uplink.counters`. */
  get counters() {
    return { ...this.#placeCounters, ...this.#uplink.counters };
  }

  /** `host:port` of the server that it is connected to, or tries to be. */
  get server(): string {
    return this.#uplink.server;
  }

  /** `home`: an incarnation of the manager that this is connected as, one at a time. The first thing heard is `connected`. */
  attach(home: Home, inbox: Inbox): Attachment {
    const { cluster, manager } = this.#options;
    assert(isHome(home) && idOf(home) === manager, `${home} is no incarnation of ${manager}`);
    assert(this.#place === undefined, `${home} comes while another incarnation is attached`);
    const place = new NatsPlace(cluster, home, inbox, this.#placeCounters, () => {
      this.#place = undefined;
    });
    this.#place = place;
    place.bind(this.#uplink.connection);
    return place;
  }

  /** Resolves when the server has taken what was said before, and what it had for us by then is heard. */
  flush(): Promise<void> {
    return this.#uplink.flush();
  }

  /** For good. What was said before still goes out, if the server takes it at once. */
  async close(): Promise<void> {
    this.#place?.detach();
    await this.#uplink.close();
  }
}
