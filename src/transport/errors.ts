/** Errors of the edge towards the network, each with a stable `code`. None gets past `transport/` but at the start. */
import { formatListen, type Listen } from './listen.ts';

/**
 * A listener could not be bound. `code` is the system's where it has one ('EADDRINUSE', 'EACCES',
 * 'EADDRNOTAVAIL'); 'certificate': it needs one, or what was given is of no use.
 */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code: string;
  readonly transport: string;
  readonly address: string;
  readonly port: number;

  constructor(listen: Listen, cause: Error) {
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
    super(`cannot listen on ${formatListen(listen)}: ${explain(code, listen, cause)}`, { cause });
    this.code = code.startsWith('ERR_') || code === '' ? 'certificate' : code;
    this.transport = listen.transport;
    this.address = listen.address;
    this.port = listen.port;
  }
}

function explain(code: string, { address, port }: Listen, cause: Error): string {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} on ${address} is taken: stop the program that holds it, or choose another port`;
    case 'EACCES':
      return `ports below 1024 need a privilege that this user lacks: choose a higher one, or grant CAP_NET_BIND_SERVICE`;
    case 'EADDRNOTAVAIL':
      return `no interface of this machine has the address ${address}: choose one that 'ip address' shows`;
    default:
      return cause.message;
  }
}

/** Why a URI leads to no address: see `code`. The caller may answer 480 or 503, or try another route. */
export class LocateError extends Error {
  override readonly name = 'LocateError';
  /**
   * 'no address': the name has none. 'no service': its domain says that it takes no SIP of that kind
   * (SRV target '.'). 'transport': it cannot be had as asked for, e.g. sips over UDP. 'dns': nobody
   * could say; worth another try later.
   */
  readonly code: 'no address' | 'no service' | 'transport' | 'dns';
  readonly host: string;

  constructor(code: LocateError['code'], host: string, options?: ErrorOptions) {
    super(`${host}: ${LOCATE_TEXT[code]}`, options);
    this.code = code;
    this.host = host;
  }
}

const LOCATE_TEXT: Readonly<Record<LocateError['code'], string>> = {
  'no address': 'the name has no address',
  'no service': 'the domain offers no SIP',
  transport: 'cannot be reached by the transport asked for',
  dns: 'the name servers do not answer',
};
