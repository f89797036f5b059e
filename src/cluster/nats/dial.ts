/** One attempt at one NATS server: is it there, does it let us in, may we say and hear what a manager must. */
import { createConnection } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  connect,
  type NatsConnection,
  PermissionViolationError,
  TimeoutError,
} from '@nats-io/transport-node';
import { MESSAGE_OCTETS_MAX } from '../../process/message-plane.ts';
import { BusError, type BusErrorCode, explainClosing, explainFailure } from './bus-error.ts';
import { makeConnectionOptions, type NatsOptions, type Server } from './options.ts';
import { eventSubject, messageSubject, PROBE_TOPIC, replyPrefix } from './subjects.ts';

/** What a server says of itself before anything else; only what is needed here. */
type Greeting = {
  readonly auth_required?: unknown;
  readonly tls_required?: unknown;
  readonly tls_verify?: unknown;
  readonly max_payload?: unknown;
};

/** More than any server says. */
const GREETING_OCTETS_MAX = 65_536;

/** Resolves to a connection that ends for good when it ends. Throws `BusError`. */
export async function dial(
  options: NatsOptions,
  server: Server,
  timeoutMs: number,
): Promise<NatsConnection> {
  const connectionOptions = makeConnectionOptions(options, server, timeoutMs);
  const greeting = await hearGreeting(server, timeoutMs);
  checkGreeting(greeting, options, server);
  try {
    return await connect(connectionOptions);
  } catch (error) {
    const explain = greeting.tls_verify === true ? explainClosing : explainFailure;
    throw explain(error, server.name, timeoutMs);
  }
}

/**
 * What the server says first, on a connection of its own. The NATS client lets go of no connection to a
 * server that accepts and then is silent; here it is closed when the time is up.
 */
function hearGreeting(server: Server, timeoutMs: number): Promise<Greeting> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: server.host, port: server.port });
    let heard = Buffer.alloc(0);
    const finish = (outcome: () => void): void => {
      clearTimeout(timer);
      socket.destroy();
      outcome();
    };
    const fail = (code: 'unreachable' | 'address', problem: string, remedy: string): void =>
      finish(() => reject(new BusError(code, server.name, problem, remedy)));
    const timer = setTimeout(() => {
      const silence = new TimeoutError();
      finish(() => reject(explainFailure(silence, server.name, timeoutMs)));
    }, timeoutMs);
    socket.on('error', (error) =>
      finish(() => reject(explainFailure(error, server.name, timeoutMs))),
    );
    socket.on('close', () => fail('unreachable', 'it closed the connection', 'see its log'));
    socket.on('data', (chunk) => {
      heard = Buffer.concat([heard, chunk]);
      const end = heard.indexOf('\r\n');
      if (end < 0 && heard.length < GREETING_OCTETS_MAX && isPrefix(heard)) return;
      const greeting = readGreeting(heard.toString('utf8', 0, Math.max(end, 0)));
      if (greeting !== undefined) finish(() => resolve(greeting));
      else
        fail(
          'address',
          'what answers there is not a NATS server',
          "give the port of 'listen' in the server's file, not that of routes or monitoring",
        );
    });
  });
}

function isPrefix(heard: Buffer): boolean {
  return 'INFO '.startsWith(heard.toString('latin1', 0, 5));
}

/** Undefined: no server for clients speaks there. One for routes, gateways or leaf nodes counts no clients. */
function readGreeting(line: string): Greeting | undefined {
  const [, json] = /^INFO +(\{.*\})\s*$/.exec(line) ?? [];
  if (json === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    const isGreeting =
      typeof value === 'object' && value !== null && 'server_id' in value && 'client_id' in value;
    return isGreeting ? (value as Greeting) : undefined;
  } catch {
    return undefined;
  }
}

function checkGreeting(
  greeting: Greeting,
  { tls, credentials }: NatsOptions,
  server: Server,
): void {
  const fail = (code: BusErrorCode, problem: string, remedy: string): never => {
    throw new BusError(code, server.name, problem, remedy);
  };
  if (greeting.tls_required === true && tls === undefined)
    fail('tls', 'it wants TLS', "give 'tls', with the certificate of its authority as 'ca'");
  if (greeting.tls_required !== true && tls !== undefined)
    fail('tls', 'it does not speak TLS', "give the server a 'tls' block, or take 'tls' out here");
  if (greeting.tls_verify === true && tls?.cert === undefined)
    fail(
      'tls',
      'it wants a client certificate',
      "give 'cert' and 'key', of an authority it trusts",
    );
  if (greeting.auth_required === true && credentials === undefined && tls?.cert === undefined)
    fail(
      'credentials',
      'it wants credentials, and none are given',
      'give the user and password of this manager',
    );
  if (typeof greeting.max_payload === 'number' && greeting.max_payload < MESSAGE_OCTETS_MAX)
    fail(
      'permissions',
      `it takes no more than ${greeting.max_payload} octets at once`,
      `set its 'max_payload' to ${MESSAGE_OCTETS_MAX} or more`,
    );
}

/** Tries all that a manager does there. Throws `BusError`, 'permissions' if the server refuses any of it. */
export async function checkPermissions(
  connection: NatsConnection,
  { cluster, manager }: NatsOptions,
  server: Server,
): Promise<void> {
  // Nobody's home: incarnations begin with 1.
  const nowhere = `${manager}.0`;
  const refused: string[] = [];
  const listen = (async (): Promise<void> => {
    for await (const status of connection.status())
      if (status.type === 'error' && status.error instanceof PermissionViolationError)
        refused.push(`${status.error.operation} ${status.error.subject}`);
  })();
  const nothing = { callback: (): void => {} };
  const subscriptions = [
    messageSubject(cluster, nowhere, '*'),
    eventSubject(cluster, '*', '*'),
    `${replyPrefix(cluster, nowhere)}>`,
  ].map((subject) => connection.subscribe(subject, nothing));
  try {
    connection.publish(messageSubject(cluster, nowhere, manager));
    connection.publish(eventSubject(cluster, manager, PROBE_TOPIC));
    await connection.flush();
  } catch (error) {
    throw explainFailure(error, server.name, 0);
  }
  for (const subscription of subscriptions) subscription.unsubscribe();
  // What came before the flush's answer has been noted after this.
  await Promise.race([listen, nextTurn()]);
  if (refused.length > 0)
    throw new BusError(
      'permissions',
      server.name,
      `it forbids manager ${manager}: ${refused.join(', ')}`,
      "correct the user's 'permissions' (examples/three-managers/nats.conf has them)",
    );
}
