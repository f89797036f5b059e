/**
 * Where the requests of a dialog go: RFC 3261 §12.2.1.1 and §8.1.2, bent for telephones behind NAT
 * and on connections, whose Contact often cannot be reached while the way they came by can.
 *
 * Host names are left to the edge, which resolves them (RFC 3263).
 */
import type { Hop, Transport } from '../hop.ts';
import type { Via } from '../message/message.ts';
import type { SipUri } from '../message/uri.ts';

const DEFAULT_PORT = 5060;
const DEFAULT_PORT_TLS = 5061;

/**
 * The way to `uri`, which came in a request with that topmost `via` (as its sender wrote it) from
 * `source`.
 *
 * Deviation: a sender that is seen to be behind NAT is answered where it was heard from, whatever its
 * Contact says; RFC 3261 knows no NAT.
 */
export function hopFromRequest(uri: SipUri, via: Via, source: Hop): Hop {
  if (!isReachable(uri)) return source;
  if (isBehindNat(via, source) && uri.host !== source.address) return source;
  return hopTo(uri, source);
}

/**
 * The way to `uri`, which came in a response from `source` to a request that we had sent to
 * `asked` by way of `asKnown`.
 */
export function hopFromResponse(
  uri: SipUri,
  asked: SipUri | undefined,
  asKnown: Hop,
  source: Hop,
): Hop {
  if (!isReachable(uri)) return asKnown;
  if (asked !== undefined) {
    // The same telephone as before: the way that its registration showed stays the way to it.
    if (uri.host === asked.host && uri.port === asked.port) return asKnown;
    // It was not to be reached by its URI before (NAT, outbound proxy, connection): neither now.
    if (uri.host !== source.address && asked.host !== asKnown.address) return asKnown;
  }
  return hopTo(uri, source);
}

/** Whether `uri` names that very address and port. */
export function pointsTo(uri: SipUri, hop: Hop): boolean {
  const isSecure = hop.transport === 'tls' || hop.transport === 'wss';
  const port = uri.port !== 0 ? uri.port : isSecure ? DEFAULT_PORT_TLS : DEFAULT_PORT;
  return uri.host === hop.address && port === hop.port;
}

/** A host to which no way can be found but back the way that the message came (RFC 7118 §5). */
function isReachable(uri: SipUri): boolean {
  return uri.host !== '' && !uri.host.endsWith('.invalid');
}

function isBehindNat(via: Via, source: Hop): boolean {
  if (via.host === source.address) {
    const port = via.port === 0 ? DEFAULT_PORT : via.port;
    return via.rport && source.flow === 0 && port !== source.port;
  }
  // A name in Via says nothing about addresses.
  return /^[\d.]+$|:/.test(via.host);
}

/**
 * The way to what `uri` names; the connection of `source` when it leads there.
 */
export function hopTo(uri: SipUri, source: Hop): Hop {
  const transport = transportOf(uri, source);
  // Nobody can be called on by WebSocket but who has called (RFC 7118 §5.3).
  if (transport === 'ws' || transport === 'wss') return source;
  const isSecure = transport === 'tls';
  const address = uri.parameters.get('maddr') ?? uri.host;
  const port = uri.port !== 0 ? uri.port : isSecure ? DEFAULT_PORT_TLS : DEFAULT_PORT;
  const isSource = address === source.address && transport === source.transport;
  if (isSource && port === source.port) return source;
  // A connection that this host has opened is the way to it (RFC 5923); its address is for when that closes.
  const flow = isSource ? source.flow : 0;
  const listener = transport === source.transport ? source.listener : -1;
  return { transport, address, port, flow, listener };
}

const TRANSPORTS: ReadonlySet<string> = new Set(['udp', 'tcp', 'tls', 'ws', 'wss']);

function transportOf(uri: SipUri, source: Hop): Transport {
  const named = uri.parameters.get('transport')?.toLowerCase();
  // `transport=tcp` and `transport=ws` of a sips URI mean those over TLS (RFC 3261 §26.2.2, RFC 7118).
  if (uri.scheme === 'sips') return named === 'ws' || named === 'wss' ? 'wss' : 'tls';
  // Browsers write `transport=ws` for both kinds; what they came by is what they mean.
  if (named === 'ws' && source.transport === 'wss') return 'wss';
  if (named !== undefined && isTransport(named)) return named;
  // Nothing said: whoever keeps a connection open to us from there is reached by it.
  return source.flow !== 0 && uri.host === source.address ? source.transport : 'udp';
}

function isTransport(name: string): name is Transport {
  return TRANSPORTS.has(name);
}
