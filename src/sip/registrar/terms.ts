/** What the phone and the proxies before it can do, as far as the registrar minds: RFC 3327, RFC 5626. */
import type { SipRequest } from '../message/message.ts';
import { parseNameAddrs } from '../message/name-addr.ts';
import { parseUri } from '../message/uri.ts';

/** More proxies than that have no honest use; their values are kept with each contact. */
const PATH_VALUES_MAX = 8;
const PATH_BYTES_MAX = 1_024;

/** Whether Supported has that option tag. */
export function isSupported(request: SipRequest, tag: string): boolean {
  const { names, values } = request.headers;
  for (let i = 0; i < names.length; i++) {
    if (names[i] !== 'Supported') continue;
    const tags = values[i]?.toLowerCase().split(',') ?? [];
    if (tags.some((one) => one.trim() === tag)) return true;
  }
  return false;
}

/** The proxies that requests to the phone must pass, topmost first, as URIs; undefined when malformed. */
export function readPath(request: SipRequest): readonly string[] | undefined {
  if (!request.headers.has('Path')) return [];
  const uris: string[] = [];
  let bytes = 0;
  for (const field of request.headers.all('Path')) {
    const addresses = parseNameAddrs(field);
    if (addresses === undefined) return undefined;
    for (const { uri } of addresses) {
      bytes += uri.length;
      if (uris.length >= PATH_VALUES_MAX || bytes > PATH_BYTES_MAX) return undefined;
      const host = parseUri(uri)?.host ?? '';
      if (host === '') return undefined;
      uris.push(uri);
    }
  }
  return uris;
}

/** Whether the proxy next to the phone keeps the phone's connection for us (RFC 5626 §5.1). */
export function keepsFlow(path: readonly string[]): boolean {
  return path.some((uri) => parseUri(uri)?.parameters.has('ob') === true);
}

/** Whether the request has one Via, and so came from the phone itself. */
export function isDirect(request: SipRequest): boolean {
  const { names, values } = request.headers;
  const first = names.indexOf('Via');
  // A comma in quotes would count as another hop: no phone writes one, and nothing is lost.
  return names.indexOf('Via', first + 1) < 0 && !values[first]?.includes(',');
}
