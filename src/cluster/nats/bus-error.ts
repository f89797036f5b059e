/**
 * Why there is no way to the bus. Thrown when a manager starts; later the reason is logged and the
 * next server tried.
 */

/**
 * 'unreachable': nobody answers there in time. 'credentials': the server does not let this user in, or
 * what was given as proof is malformed. 'tls': certificates do not match, or one side wants TLS and the
 * other does not. 'address': a server's address is malformed, unknown to the DNS, or no NATS server is
 * there. 'permissions': the server lets the user in, but not say or hear what a manager must.
 */
export type BusErrorCode = 'unreachable' | 'credentials' | 'tls' | 'address' | 'permissions';

/** `server`: `host:port` as configured, or what was configured instead. `message`: where, what, and what to do. */
export class BusError extends Error {
  override readonly name = 'BusError';
  readonly code: BusErrorCode;
  readonly server: string;

  constructor(
    code: BusErrorCode,
    server: string,
    problem: string,
    remedy: string,
    options?: ErrorOptions,
  ) {
    super(`NATS server ${server || "''"}: ${problem}; ${remedy}`, options);
    this.code = code;
    this.server = server;
  }
}

/** What a failed attempt at `server` means. `deadlineMs`: how long it was given. */
export function explainFailure(cause: unknown, server: string, deadlineMs: number): BusError {
  if (cause instanceof BusError) return cause;
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const code = systemCode(error);
  const make = (kind: BusErrorCode, problem: string, remedy: string): BusError =>
    new BusError(kind, server, problem, remedy, { cause: error });

  if (error.name === 'AuthorizationError')
    return make(
      'credentials',
      `it refuses the credentials (${error.message})`,
      "compare user and password, token, or key with the server's 'authorization' block",
    );
  if (error.name === 'TimeoutError')
    return make('unreachable', `no answer within ${deadlineMs} ms`, REACH);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return make('address', `its name is unknown (${code})`, 'correct the name, or see to the DNS');
  if (TLS_CODE.test(code) || TLS_TEXT.test(error.message))
    return make('tls', describeTls(code, error.message), tlsRemedy(code));
  const known = SYSTEM_PROBLEMS[code];
  if (known !== undefined) return make('unreachable', `${known} (${code})`, REACH);
  return make('unreachable', error.message || 'it closed the connection', REACH);
}

/**
 * What it means that a server which wants a certificate closes the connection. With TLS 1.3 it does so
 * after the handshake, and its word for it is lost when ours is on the way already.
 */
export function explainClosing(cause: unknown, server: string, deadlineMs: number): BusError {
  const error = explainFailure(cause, server, deadlineMs);
  if (error.code !== 'unreachable' || (cause instanceof Error && cause.name === 'TimeoutError'))
    return error;
  return new BusError('tls', server, REFUSED, GIVE_CERTIFICATE, { cause });
}

const REFUSED = 'it refuses our certificate';
const GIVE_CERTIFICATE =
  "give a client certificate and key ('cert', 'key') of an authority that the server trusts";

const REACH =
  'see that the server runs, that address and port are right, and that no firewall is between';

const SYSTEM_PROBLEMS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
};

const TLS_CODE = /^ERR_(SSL|TLS|OSSL)|^EPROTO$|CERT|UNABLE_TO_/;
const TLS_TEXT = /\b(tls|ssl|certificate|altnames|pem)\b/i;
/** What servers say to a client certificate that they do not like, or miss. */
const TLS_ALERT = /ALERT_(CERTIFICATE|BAD_CERT|UNKNOWN_CA|HANDSHAKE|UNSUPPORTED_CERT|NO_CERT)/;

/** OpenSSL's texts have lines of places in its source. */
function describeTls(code: string, text: string): string {
  if (TLS_ALERT.test(code)) return REFUSED;
  const problem = text.split('\n')[0] ?? '';
  return code === '' ? problem : `${problem} (${code})`;
}

function tlsRemedy(code: string): string {
  if (TLS_ALERT.test(code)) return GIVE_CERTIFICATE;
  if (code.includes('ALTNAME'))
    return 'name the server as its certificate does, or give it a certificate with this name or address';
  if (code.includes('EXPIRED')) return 'renew the certificate, or see to the clock';
  if (/SELF_SIGNED|UNABLE_TO_|SIGNATURE/.test(code))
    return "give the certificate of the authority that signed the server's as 'ca'";
  return "compare 'ca', 'cert' and 'key' with the server's 'tls' block";
}

/** The system's or OpenSSL's code, wherever in the chain of causes it is; '' if there is none. */
function systemCode(error: Error): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if ('code' in at && typeof at.code === 'string') return at.code;
  return '';
}
