/** The way to an etcd cluster: finds out what is wrong with it before anything is built upon it. */
import { type Log, SILENT } from '../../base/log.ts';
import { type Credentials, EtcdClient, type Reply } from './client.ts';
import { EtcdStatePlane } from './etcd-state-plane.ts';
import { Exchange, makeServer, type Outcome, type Server, type StoreTls } from './exchange.ts';
import { fieldsOf, Keyspace, textOf } from './json.ts';
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
};

const CONNECT_MS = 5000;
const ATTEMPT_MS = 1500;
const PAUSE_MS = 200;
const VERSION_LEAST: readonly [number, number] = [3, 4];

/** What a server that cannot be used suffers from. */
type Fault = { readonly code: StoreErrorCode; readonly server: string; readonly text: string };

/** Of several servers' faults the one to be told: what needs an operator before what may pass. */
const GRAVEST: readonly StoreErrorCode[] = [
  'credentials',
  'version',
  'tls',
  'address',
  'unreachable',
];

/**
 * A plane when a server has answered a linearizable read of the cluster's keys, within 5 s. Rejects
 * with a `StoreError` that says what to do. Servers that fail while another answers are only logged.
 */
export async function connectEtcd(options: EtcdOptions): Promise<EtcdStatePlane> {
  const { cluster, credentials, tls = {}, log = SILENT } = options;
  if (!/^[a-z0-9-]{1,32}$/.test(cluster)) {
    const text = `'${cluster}' cannot be a cluster's name: it has 1 to 32 small letters, digits and hyphens`;
    throw new StoreError('address', options.servers[0] ?? '', text);
  }
  const servers = options.servers.map((name) => makeServer(name, readUrl(name), tls));
  if (servers.length === 0)
    throw new StoreError('address', '', 'no server is given: name at least one URL');
  const client = new EtcdClient({
    servers,
    log,
    ...(credentials === undefined ? {} : { credentials }),
  });
  const keyspace = new Keyspace(`/linewright/${cluster}/`);
  const endMs = performance.now() + CONNECT_MS;
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
    throw new StoreError('address', name, 'user and password have settings of their own');
  return url;
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
  return reply.ok ? undefined : refusal(names, reply);
}

/** Whether `server` is an etcd that can be spoken to. */
async function inspect(server: Server): Promise<Fault | undefined> {
  const fault = (code: StoreErrorCode, text: string) => ({ code, server: server.name, text });
  const said = await new Exchange(server, { path: '/version' }, ATTEMPT_MS).outcome;
  if (said.type === 'unsent' || said.type === 'lost') {
    const { code, text } = explain(server, said);
    return fault(code, text);
  }
  if (said.type === 'alien' && said.text.includes('HTTPS server'))
    return fault('tls', 'it speaks TLS: its URL begins with https');
  const version =
    said.type === 'answer' ? textOf(fieldsOf<'etcdserver'>(said.body).etcdserver) : '';
  if (version === '')
    return fault(
      'address',
      'something answers there, but it is no etcd: check the host and the port',
    );
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major !== VERSION_LEAST[0] || minor < VERSION_LEAST[1])
    return fault(
      'version',
      `it is version ${version}: ${VERSION_LEAST.join('.')} or later is needed`,
    );
  const path = '/v3/kv/range';
  const gateway = await new Exchange(server, { path, body: {} }, ATTEMPT_MS).outcome;
  if (gateway.type === 'alien')
    return fault(
      'version',
      'its JSON gateway is off: start it without --enable-grpc-gateway=false',
    );
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
  const text = `it answers, but cannot decide anything (${error}): are most of the servers up, and do they reach each other?`;
  return { code: 'unreachable', server: names, text };
}

function explain(server: Server, outcome: Outcome & { readonly type: 'unsent' | 'lost' }) {
  const { code, message } = outcome.failure;
  const fault = (kind: StoreErrorCode, text: string) => ({ code: kind, text });
  switch (code) {
    case 'ECONNREFUSED':
      return fault(
        'unreachable',
        'nothing listens there: is etcd running, and is this its client port?',
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return fault(
        'unreachable',
        `the name ${server.url.hostname} has no address: check its spelling and DNS`,
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return fault('unreachable', 'there is no way to that host: check the network');
    case 'ETIMEDOUT':
      return fault(
        'unreachable',
        'no answer in time: is the host up, and does a firewall let this manager through?',
      );
    default:
      break;
  }
  if (code.startsWith('HPE_'))
    return fault(
      'address',
      'something answers there, but it speaks no HTTP: check the host and the port',
    );
  if (server.url.protocol === 'https:') {
    if (/wrong version number|packet length too long/i.test(message))
      return fault(
        'tls',
        'it speaks no TLS: its URL begins with http, or etcd needs --cert-file and --key-file',
      );
    if (/certificate required|bad certificate|handshake failure/i.test(message))
      return fault(
        'tls',
        `it wants a certificate of this manager that its --trusted-ca-file knows (${message})`,
      );
    if (/ALTNAME/.test(code))
      return fault('tls', `its certificate is for another name: ${message}`);
    if (code !== 'ECONNRESET' && code !== 'EPIPE')
      return fault(
        'tls',
        `its certificate is not trusted (${message}): give the CA that signed it`,
      );
  }
  return fault('unreachable', `the connection broke (${message})`);
}
