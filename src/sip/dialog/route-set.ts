/** Route sets: RFC 3261 §12.1 (made of Record-Route) and §12.2.1.1 (used, loose and strict). */
import type { Headers } from '../message/headers.ts';
import { parseNameAddr, splitValues } from '../message/name-addr.ts';
import { parseUri, type SipUri } from '../message/uri.ts';

/** Proxies of a dialog, nearest first. */
export type RouteSet = {
  /** Whole values, `<sip:p1.example.com;lr>`. */
  readonly values: readonly string[];
  /** The first one's URI as text, and read. */
  readonly firstUri: string;
  readonly first: SipUri;
};

/** More Record-Route values than that are nobody's honest path. */
const ROUTES_MAX = 20;

/**
 * The route set that a message's Record-Route fields make: undefined when there are none, 'malformed'
 * when one of them cannot be read. `reversed` for the side that sent the request.
 */
export function readRouteSet(
  headers: Headers,
  reversed: boolean,
): RouteSet | undefined | 'malformed' {
  if (!headers.has('Record-Route')) return undefined;
  const values = headers.all('Record-Route').flatMap((line) => splitValues(line));
  if (reversed) values.reverse();
  return routeSetOf(values);
}

/** The route set of these Route values: a registration's Path, say. */
export function routeSetOf(values: readonly string[]): RouteSet | undefined | 'malformed' {
  const [top] = values;
  if (top === undefined) return undefined;
  if (values.length > ROUTES_MAX) return 'malformed';
  let first: SipUri | undefined;
  let firstUri = '';
  for (const value of values) {
    const address = parseNameAddr(value);
    const uri = address && parseUri(address.uri);
    if (address === undefined || uri === undefined || uri.host === '') return 'malformed';
    if (first === undefined) {
      first = uri;
      firstUri = address.uri;
    }
  }
  return first && { values, firstUri, first };
}

/** Route header lines and Request-URI for a request to `target` along `routes`. */
export function routed(
  routes: RouteSet | undefined,
  target: string,
): { readonly requestUri: string; readonly lines: string } {
  if (routes === undefined) return { requestUri: target, lines: '' };
  if (routes.first.parameters.has('lr')) {
    return { requestUri: target, lines: lines(routes.values) };
  }
  // A strict router (RFC 2543) expects itself in the Request-URI and the target at the end.
  const rest = [...routes.values.slice(1), `<${target}>`];
  return { requestUri: withoutHeaders(routes.firstUri), lines: lines(rest) };
}

function lines(values: readonly string[]): string {
  let text = '';
  for (const value of values) text += `Route: ${value}\r\n`;
  return text;
}

/** A Request-URI has no headers part (RFC 3261 §19.1.1). */
function withoutHeaders(uri: string): string {
  const question = uri.indexOf('?');
  return question < 0 ? uri : uri.slice(0, question);
}
