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
    super(`NATS server ${server}: ${problem}; ${remedy}`, options);
    this.code = code;
    this.server = server;
  }
}

/** What a failed attempt at `server` means. `deadlineMs`: how long it was given. */
export function explainFailure(cause: unknown, server: string, deadlineMs: number): BusError {
  if (cause instanceof BusError) return cause;
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const code = systemCode(error);
  const text = error.message;
  const make = (kind: BusErrorCode, problem: string, remedy: string): BusError =>
    new BusError(kind, server, problem, remedy, { cause: error });

  if (error.name === 'TimeoutError')
    return make('unreachable', `no answer within ${deadlineMs} ms`, REACH);
  if (error.name === 'AuthorizationError')
    return make(
      'credentials',
      `it refuses the credentials (${text})`,
      "compare user and password, token, or key with the server's 'authorization' block",
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return make('address', `its name is unknown (${code})`, 'correct the name, or see to the DNS');
  if (/unexpected response|INFO|JSON/.test(text))
    return make(
      'address',
      'what answers there is not a NATS server',
      "give the port of 'listen' in the server's file, not that of routes or monitoring",
    );
  if (isTls(code, text))
    return make('tls', `${text}${code === '' ? '' : ` (${code})`}`, tlsRemedy(code, text));
  if (code !== '' || /connection refused|closed|disconnected/i.test(text) || text === '')
    return make(
      'unreachable',
      code === '' ? text || 'it closed the connection' : `${text} (${code})`,
      REACH,
    );
  return make('unreachable', text, REACH);
}

const REACH =
  'see that the server runs, that address and port are right, and that no firewall is between';

function isTls(code: string, text: string): boolean {
  return TLS_CODE.test(code) || /\b(tls|ssl|certificate|altnames|pem)\b/i.test(text);
}

const TLS_CODE = /^ERR_(SSL|TLS|OSSL)|^EPROTO$|CERT|UNABLE_TO_/;

function tlsRemedy(code: string, text: string): string {
  if (/ALTNAME/.test(code))
    return 'name the server as its certificate does, or give it a certificate with this name or address';
  if (/ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)/.test(code))
    return "give a client certificate and key ('cert', 'key') of an authority that the server trusts";
  if (/EXPIRED/.test(code)) return 'renew the certificate, or see to the clock';
  if (/does not support 'tls'/.test(text))
    return "take 'tls' out of the options, or give the server a 'tls' block";
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
