/** What is at an address that should be an etcd's, and why it cannot be spoken to. */
import { Exchange, makeServer, type Outcome, type Server } from './exchange.ts';
import { fieldsOf, textOf } from './json.ts';
import type { StoreErrorCode } from './store-error.ts';

/** What a server that cannot be used suffers from, and what to do. */
export type Fault = {
  readonly code: StoreErrorCode;
  readonly server: string;
  readonly text: string;
};

/** For each question. */
export const ATTEMPT_MS = 1500;
const VERSION_LEAST: readonly [number, number] = [3, 4];

/** Undefined: it is an etcd that can be spoken to. */
export async function inspect(server: Server): Promise<Fault | undefined> {
  const fault = (code: StoreErrorCode, text: string) => ({ code, server: server.name, text });
  const said = await new Exchange(server, { path: '/version' }, ATTEMPT_MS).outcome;
  if (said.type === 'unsent' || said.type === 'lost') {
    if (BROKEN.test(said.failure.code) && (await speaksOther(server)))
      return fault('tls', isTls(server) ? NO_TLS : 'it speaks TLS: its URL begins with https');
    const { code, text } = explain(server, said);
    return fault(code, text);
  }
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
  if (isTls(server) && gateway.type === 'refused' && isOwnClientRefused(gateway.message))
    return fault('tls', OWN_CLIENT);
  return undefined;
}

/** The gateway is a client of its own server, with the server's certificate. */
export function isOwnClientRefused(message: string): boolean {
  return /connection closed|TransientFailure|handshake/.test(message);
}

export const OWN_CLIENT =
  'its gateway does not get to it: with --client-cert-auth its own certificate must do for clients, too (extendedKeyUsage serverAuth and clientAuth)';
const NO_TLS =
  'it speaks no TLS: its URL begins with http, or etcd needs --cert-file and --key-file';
/** What becomes of a connection when only one side speaks TLS. */
const BROKEN = /^(ECONNRESET|EPIPE|EPROTO|HPE_.*|ERR_SSL_.*)$/;

function isTls({ url }: Server): boolean {
  return url.protocol === 'https:';
}

/** Whether it answers with the other scheme, be it that it is not trusted. */
async function speaksOther(server: Server): Promise<boolean> {
  const url = new URL(server.url);
  url.protocol = isTls(server) ? 'http:' : 'https:';
  const other = makeServer(server.name, url, {});
  const said = await new Exchange(other, { path: '/version' }, ATTEMPT_MS).outcome;
  other.agent.destroy();
  if (said.type === 'answer') return true;
  return !isTls(server) && 'failure' in said && /CERT|VERIFY|ALTNAME/.test(said.failure.code);
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
  if (isTls(server)) {
    if (/wrong version number|packet length too long/i.test(message)) return fault('tls', NO_TLS);
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
