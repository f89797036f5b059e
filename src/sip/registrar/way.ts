/**
 * Where requests to a registered contact are sent: RFC 3261 §10 knows only its URI; RFC 5626 §5.3
 * knows the connection it registered on, RFC 3327 the proxies between.
 */
import { hopTo } from '../dialog/next-hop.ts';
import { type Hop, isReliable } from '../hop.ts';
import type { Via } from '../message/message.ts';
import { parseUri, type SipUri } from '../message/uri.ts';

const DEFAULT_PORT = 5060;

export type Way = {
  readonly hop: Hop;
  /** Where to go once the connection in `hop` is lost; undefined: nowhere. */
  readonly fallback: Hop | undefined;
};

/** A REGISTER as far as the way back to its sender is concerned. */
export type Origin = {
  /** As its sender wrote it. */
  readonly via: Via;
  /** Whether no proxy stands between: there is but one Via. */
  readonly direct: boolean;
  readonly source: Hop;
};

/**
 * The way to the contact `uri`. `path` is the URI of its topmost Path value, '' when there is none;
 * `outbound`: it is registered by RFC 5626, for which the flow is the way and there is no other.
 *
 * Deviation: a contact that registered over a connection is reached by that connection, and one that
 * is seen to be behind NAT, or has a name and no address, where its REGISTER came from, whatever their URIs say. Phones that do not
 * speak of RFC 5626 need it no less than those that do.
 */
export function wayTo(uri: SipUri, path: string, outbound: boolean, origin: Origin): Way {
  const { via, direct, source } = origin;
  const proxy = path === '' ? undefined : parseUri(path);
  if (proxy !== undefined) {
    const hop = hopTo(proxy, source);
    return isReliable(source.transport) ? lasting(source, hop) : { hop, fallback: undefined };
  }
  if (!isAddressed(uri) || (outbound && direct)) return { hop: source, fallback: undefined };
  if (!direct) return { hop: hopTo(uri, source), fallback: undefined };
  if (!isReliable(source.transport)) {
    const hop = isNamedTruly(via, source) ? hopTo(uri, source) : source;
    return { hop, fallback: undefined };
  }
  return listensFor(uri, source)
    ? lasting(source, hopTo(uri, source))
    : { hop: source, fallback: undefined };
}

function lasting(hop: Hop, other: Hop): Way {
  return { hop, fallback: { ...other, flow: 0 } };
}

/**
 * Whether an address stands there. Browsers have a name without one (RFC 7118 §5); and a name that would have to be
 * asked for could be anybody's, a gateway's for instance.
 */
function isAddressed(uri: SipUri): boolean {
  return ADDRESS.test(uri.parameters.get('maddr') ?? uri.host);
}

const ADDRESS = /^[\d.]+$|:/;

/**
 * Whether a phone on UDP knows its own address, and so which contact it can be reached at. When it
 * asks for `rport` and the ports differ there is a NAT that keeps its address; when it does not ask,
 * it sends from another port than it listens on.
 */
function isNamedTruly(via: Via, source: Hop): boolean {
  const port = via.port === 0 ? DEFAULT_PORT : via.port;
  return via.host === source.address && (!via.rport || port === source.port);
}

/** Whether a contact names a port that its phone listens on, not just the near end of the connection. */
function listensFor(uri: SipUri, source: Hop): boolean {
  const { transport } = source;
  if (transport !== 'tcp' && transport !== 'tls') return false;
  if (uri.host !== source.address || uri.port === source.port) return false;
  const named = uri.parameters.get('transport')?.toLowerCase();
  if (transport === 'tcp') return uri.scheme === 'sip' && named === 'tcp';
  return named === 'tls' || uri.scheme === 'sips';
}
