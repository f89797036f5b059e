/** A gateway as a place for calls to go to: claims 4, 20, 39, 53. */
import type { Gateway } from '../call/directory.ts';
import type { Transport } from '../sip/hop.ts';
import { parseUri } from '../sip/message/uri.ts';
import type { Place } from './place.ts';

const TRANSPORTS: ReadonlySet<string> = new Set(['udp', 'tcp', 'tls', 'ws', 'wss']);

/** The directory's loader has checked the URI. */
export function gatewayPlace(gateway: Gateway): Place {
  const uri = parseUri(gateway.uri);
  const named = uri?.parameters.get('transport')?.toLowerCase() ?? '';
  const secure = uri?.scheme === 'sips';
  const transport = TRANSPORTS.has(named) ? (named as Transport) : secure ? 'tls' : 'udp';
  const host = uri?.host ?? '';
  const bracketed = host.includes(':') ? `[${host}]` : host;
  const port = uri?.port === undefined || uri.port === 0 ? '' : `:${uri.port}`;
  return {
    kind: 'gateway',
    device: gateway.id,
    party: { number: gateway.id, name: '' },
    seats: [],
    hostPart: `${bracketed}${port}${named === '' ? '' : `;transport=${named}`}`,
    hop: {
      transport,
      address: host,
      port: uri?.port || (transport === 'tls' || transport === 'wss' ? 5061 : 5060),
      flow: 0,
      listener: 0,
    },
    callsMax: gateway.callsMax,
  };
}
