/** The way to an etcd cluster: finds out what is wrong with it before anything is built upon it. */
import { createSecureContext } from 'node:tls';
import { type Log, SILENT } from '../../base/log.ts';
import { type Credentials, EtcdClient, OTHER_CLUSTER, type Reply } from './client.ts';
import { EtcdStatePlane } from './etcd-state-plane.ts';
import { failureOf, makeServer, type Server, type StoreTls } from './exchange.ts';
import { ATTEMPT_MS, type Fault, inspect, isOwnClientRefused, OWN_CLIENT } from './inspect.ts';
import { Keyspace } from './json.ts';
import { StoreError, type StoreErrorCode } from './store-error.ts';

export type EtcdOptions = {
  /** URLs, http or https; the first that answers is used, the others when it does not. */
  readonly servers: readonly string[];
  /** Keys are under `/linewright/<cluster>/`. `[a-z0-9-]{1,32}`. */
  readonly cluster: string;
  readonly credentials?: Credentials;
  /** For https; without `ca` the system's authorities are trusted. */
  readonly tls?: StoreTls;
  readonly log?: Log;
  /** How long servers that cannot be reached are tried, in milliseconds; 0: once. Absent: 5 s. */
  readonly withinMs?: number;
};

const CONNECT_MS = 5000;
const PAUSE_MS = 200;

/** Of several servers' faults the one to be told: what needs an operator before what may pass. */
const GRAVEST: readonly StoreErrorCode[] = [
  'credentials',
  'version',
  'tls',
  'address',
  'unreachable',
];

/** Keys of that cluster's directory: beside those that its members follow, and under what they may read and write. */
export function directoryKeyspace(cluster: string): Keyspace {
  return new Keyspace(`/linewright/${cluster}.directory/`);
}

/**
 * A plane when a server has answered a linearizable read of the cluster's keys, in time. Rejects
 * with a `StoreError` that says what to do. Servers that fail while another answers are only logged.
 */
export async function connectEtcd(options: EtcdOptions): Promise<EtcdStatePlane> {
  const { cluster, credentials, tls = {}, log = SILENT, withinMs = CONNECT_MS } = options;
  if (!/^[a-z0-9-]{1,32}$/.test(cluster)) {
    const text = `'${cluster}' cannot be a cluster's name: it has 1 to 32 small letters, digits and hyphens`;
    throw new StoreError('address', options.servers[0] ?? '', text);
  }
  const servers = options.servers.map((name) => makeServer(name, readUrl(name), tls));
  if (servers.length === 0)
    throw new StoreError('address', '', 'no server is given: name at least one URL');
  checkTls(tls, options.servers[0] ?? '');
  const client = new EtcdClient({
    servers,
    log,
    ...(credentials === undefined ? {} : { credentials }),
  });
  const keyspace = new Keyspace(`/linewright/${cluster}/`);
  const endMs = performance.now() + withinMs;
  for (;;) {
    const fault = await attempt(client, servers, keyspace, credentials, log);
    if (fault === undefined) return new EtcdStatePlane(client, keyspace, log);
    if (fault.code === 'unreachable' && performance.now() + PAUSE_MS + ATTEMPT_MS < endMs) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      continue;
    }
    client.close();
    throw new StoreError(fault.code, fault.server, fault.text);
  }
}

function readUrl(name: string): URL {
  const url = URL.canParse(name) ? new URL(name) : undefined;
  const isBare = url !== undefined && url.pathname === '/' && url.search === '';
  if (url === undefined || !isBare || !['http:', 'https:'].includes(url.protocol))
    throw new StoreError(
      'address',
      name,
      "that is no URL such as 'https://etcd1.example.com:2379'",
    );
  if (url.username !== '' || url.password !== '')
    throw new StoreError('address', url.host, 'user and password have settings of their own');
  return url;
}

function checkTls(tls: StoreTls, server: string): void {
  try {
    createSecureContext(tls);
  } catch (cause) {
    const what = cause instanceof Error ? failureOf(cause).message : '';
    const text = `the CA, certificate or key that is given is of no use (${what}): each is a file in PEM`;
    throw new StoreError('tls', server, text, { cause });
  }
}

/** Undefined: everything is as it should be, at one server at least. */
async function attempt(
  client: EtcdClient,
  servers: readonly Server[],
  keyspace: Keyspace,
  credentials: Credentials | undefined,
  log: Log,
): Promise<Fault | undefined> {
  const found = await Promise.all(servers.map((server) => inspect(server)));
  const faults = found.filter((fault) => fault !== undefined);
  for (const fault of faults) {
    const server = servers.find(({ name }) => name === fault.server);
    if (server !== undefined) client.noteFailure(server, fault.text);
  }
  const gravest = GRAVEST.flatMap((code) => faults.filter((fault) => fault.code === code))[0];
  if (faults.length === servers.length) return gravest;
  if (gravest !== undefined) log.write('warn', 'store server is of no use', { ...gravest });
  const names = servers.map(({ name }) => name).join(', ');
  if (credentials !== undefined) {
    const reply = await client.authenticate();
    if (!reply.ok && !reply.error.includes('is not enabled')) return refusal(names, reply);
  }
  const reply = await client.safe('/v3/kv/range', {
    key: keyspace.key(''),
    range_end: keyspace.end(''),
    limit: '1',
  });
  if (!reply.ok) return refusal(names, reply);
  for (const server of servers) {
    if (faults.some((fault) => fault.server === server.name)) continue;
    const body = { key: keyspace.key(''), serializable: true };
    const own = await client.askAt(server, '/v3/kv/range', body, ATTEMPT_MS);
    if (own.ok || !own.error.includes(OTHER_CLUSTER)) continue;
    const text = `${OTHER_CLUSTER} than the first of ${names}: name servers of one cluster`;
    return { code: 'address', server: server.name, text };
  }
  return undefined;
}

function refusal(names: string, reply: Reply & { readonly ok: false }): Fault {
  const { error, grpc } = reply;
  if (error.includes('user name is empty'))
    return {
      code: 'credentials',
      server: names,
      text: 'it asks for a user and a password: set them',
    };
  if (error.includes('permission denied')) {
    const text =
      "the user may not read and write the cluster's keys: grant its role readwrite on the prefix /linewright/";
    return { code: 'credentials', server: names, text };
  }
  if (grpc !== undefined && /auth|user|password/i.test(error))
    return { code: 'credentials', server: names, text: `user or password is wrong (${error})` };
  // It may take a busy server longer to find out than its first inspection lasts.
  if (isOwnClientRefused(error)) return { code: 'tls', server: names, text: OWN_CLIENT };
  const text = `it answers, but cannot decide anything (${error}): are most of the servers up, and do they reach each other?`;
  return { code: 'unreachable', server: names, text };
}
