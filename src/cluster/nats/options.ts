/** What a manager must be told to find its bus, checked before anything is dialled. */
import { checkServerIdentity } from 'node:tls';
import {
  type Authenticator,
  type ConnectionOptions,
  credsAuthenticator,
  nkeyAuthenticator,
  type TlsOptions,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
import { assert } from '../../base/assert.ts';
import type { Log } from '../../base/log.ts';
import type { ManagerId } from '../../process/message-plane.ts';
import { BusError } from './bus-error.ts';
import { isName } from './subjects.ts';

/** Contents, not names of files. */
export type BusCredentials =
  | { readonly user: string; readonly password: string }
  | { readonly token: string }
  /** An nkey seed: `SU…`. */
  | { readonly nkey: string }
  /** A credentials file: a JWT and a seed. */
  | { readonly creds: string };

/** PEM texts. `ca`: who vouches for the servers. `cert` and `key`: what this manager shows them. */
export type BusTls = { readonly ca?: string; readonly cert?: string; readonly key?: string };

export type NatsOptions = {
  /** `host`, `host:port`, `nats://…` or `tls://…`; the first that answers is used, then round about. */
  readonly servers: readonly string[];
  /** Shared by all managers of the cluster, and by no other cluster on these servers: `[a-z0-9-]{1,32}`. */
  readonly cluster: string;
  readonly manager: ManagerId;
  readonly log: Log;
  readonly credentials?: BusCredentials;
  readonly tls?: BusTls;
  /** How long the first connection may take, over all servers. Default 5000. */
  readonly deadlineMs?: number;
  /** How often the server is asked whether it is there; the third question without an answer is one too many. Default 200. */
  readonly watchMs?: number;
};

export type Server = { readonly host: string; readonly port: number; readonly name: string };

const PORT = 4222;
const SERVERS_MAX = 32;

/** Throws `BusError` 'address'. */
export function readServers(texts: readonly string[], hasTls: boolean): readonly Server[] {
  if (texts.length === 0 || texts.length > SERVERS_MAX)
    throw new BusError(
      'address',
      '(none)',
      `${texts.length} are given`,
      `give 1 to ${SERVERS_MAX}`,
    );
  return texts.map((text) => readServer(text.trim(), hasTls));
}

function readServer(text: string, hasTls: boolean): Server {
  const fault = (problem: string, remedy = "write it as 'nats://host:4222'"): BusError =>
    new BusError('address', hideSecrets(text), problem, remedy);
  const [, scheme = 'nats', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/i.exec(text) ?? [];
  if (!/^(nats|tls)$/i.test(scheme)) throw fault(`'${scheme}://' is not spoken here`);
  if (/^tls$/i.test(scheme) && !hasTls)
    throw fault("'tls://' without TLS options", "give 'tls', if only with its 'ca'");
  if (rest.includes('@'))
    throw fault('it contains credentials', 'give user and password apart from the address');
  const url = URL.canParse(`x://${rest}`) ? new URL(`x://${rest}`) : undefined;
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
  if (url === undefined || !/^[a-z0-9._:-]+$/i.test(host) || `${url.pathname}${url.search}` !== '')
    throw fault('it is malformed');
  const port = url.port === '' ? PORT : Number(url.port);
  return { host, port, name: `${host.includes(':') ? `[${host}]` : host}:${port}` };
}

function hideSecrets(text: string): string {
  return text.replace(/\/\/[^/]*@|^[^/]*@/, (found) => (found.startsWith('//') ? '//…@' : '…@'));
}

/** What the NATS client is to do at `server`. Throws `BusError` 'credentials'. */
export function makeConnectionOptions(
  { manager, credentials, tls }: NatsOptions,
  server: Server,
  timeoutMs: number,
): ConnectionOptions {
  return {
    servers: [server.name],
    name: manager,
    timeout: timeoutMs,
    // Coming back is our own business: see uplink.ts.
    reconnect: false,
    ignoreClusterUpdates: true,
    noEcho: true,
    noAsyncTraces: true,
    pingInterval: 2000,
    maxPingOut: 2,
    ...(credentials === undefined ? {} : { authenticator: makeAuthenticator(credentials, server) }),
    ...(tls === undefined ? {} : { tls: makeTls(tls, server) }),
  };
}

/** Throws when what is given cannot be read, rather than when the server asks for it. */
function makeAuthenticator(credentials: BusCredentials, server: Server): Authenticator {
  if ('user' in credentials)
    return usernamePasswordAuthenticator(credentials.user, credentials.password);
  if ('token' in credentials) return tokenAuthenticator(credentials.token);
  const [what, authenticator] =
    'nkey' in credentials
      ? ['nkey seed', nkeyAuthenticator(Buffer.from(credentials.nkey.trim()))]
      : ['credentials', credsAuthenticator(Buffer.from(credentials.creds))];
  try {
    authenticator('nonce');
  } catch (cause) {
    const problem = `the ${what} given for it cannot be read`;
    throw new BusError('credentials', server.name, problem, "give what 'nsc' or 'nk' made, whole", {
      cause,
    });
  }
  return authenticator;
}

/**
 * The client compares a certificate with the name it looked up, and where there was none to look up,
 * with 'localhost': here it is always compared with what was configured.
 */
function makeTls(tls: BusTls, { host }: Server): TlsOptions {
  const options: TlsOptions & { checkServerIdentity: typeof checkServerIdentity } = {
    ...tls,
    checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
  };
  return options;
}

export function assertNames({ cluster, manager }: NatsOptions): void {
  assert(isName(cluster), `'${cluster}' is no cluster's name`);
  assert(isName(manager), `'${manager}' is no manager's id`);
}
