/** A gateway as a place for calls to go to: claims 4, 20, 39, 53. */

import type { Gateway } from '../call/routing/gateway.ts';
import type { Transport } from '../sip/hop.ts';
import { parseUri } from '../sip/message/uri.ts';
import type { Place } from './place.ts';

const TRANSPORTS: ReadonlySet<string> = new Set(['udp', 'tcp', 'tls', 'ws', 'wss']);

/** IPv4 dotted, or anything with a colon: no host name has one. */
function isAddress(host: string): boolean {
  return host.includes(':') || /^[\d.]+$/.test(host);
}

/** The directory's loader has checked the URI. */
export function gatewayPlace(gateway: Gateway): Extract<Place, { kind: 'gateway' }> {
  const uri = parseUri(gateway.uri);
  const named = uri?.parameters.get('transport')?.toLowerCase() ?? '';
  const secure = uri?.scheme === 'sips';
  const transport = TRANSPORTS.has(named) ? (named as Transport) : secure ? 'tls' : 'udp';
  const isSecure = transport === 'tls' || transport === 'wss';
  const host = uri?.host ?? '';
  const bracketed = host.includes(':') ? `[${host}]` : host;
  const port = uri?.port === undefined || uri.port === 0 ? '' : `:${uri.port}`;
  return {
    kind: 'gateway',
    device: gateway.id,
    party: { number: gateway.id, name: '' },
    hostPart: `${bracketed}${port}${named === '' ? '' : `;transport=${named}`}`,
    hop: {
      transport,
      address: host,
      // A name without a port is asked for by SRV (RFC 3263 §4.1); an address has the default.
      port: uri?.port || (isAddress(host) ? (isSecure ? 5061 : 5060) : 0),
      flow: 0,
      listener: 0,
    },
    gateway,
  };
}
