/** SIP, SIPS and tel URIs: RFC 3261 §19.1, RFC 3966. Other schemes are kept whole. */
import {
  CLOSE,
  COLON,
  endOfRun,
  HOST,
  IPV6,
  matchesAt,
  OPEN,
  QUESTION,
  readInteger,
  SCHEME,
  SEMICOLON,
  URI,
} from './characters.ts';

export type SipUri = {
  /** Lower case: 'sip', 'sips', 'tel', or what else stood there. */
  readonly scheme: string;
  /** As sent, escapes included; '' when absent. The number of a tel URI; all that follows any other scheme. */
  readonly user: string;
  readonly password: string;
  /** Lower case, without brackets; '' for schemes other than sip and sips. */
  readonly host: string;
  /** 0 when absent. */
  readonly port: number;
  /** Names in lower case, values as sent; '' for a bare name. */
  readonly parameters: ReadonlyMap<string, string>;
  /** What follows the question mark, as sent; '' when absent. */
  readonly headers: string;
};

const PORT_MAX = 65_535;
const NONE: ReadonlyMap<string, string> = new Map();

/** Reads a URI (no angle brackets, no spaces), or undefined when it is malformed. */
export function parseUri(text: string): SipUri | undefined {
  const end = text.length;
  const schemeEnd = endOfRun(SCHEME, text, 0, end);
  if (schemeEnd === 0 || schemeEnd + 1 >= end || text.charCodeAt(schemeEnd) !== COLON)
    return undefined;
  if (endOfRun(URI, text, schemeEnd, end) < end) return undefined;
  const scheme = text.slice(0, schemeEnd).toLowerCase();
  if (scheme === 'sip' || scheme === 'sips') return readSip(scheme, text, schemeEnd + 1);
  if (scheme === 'tel') return readTel(text, schemeEnd + 1);
  const user = text.slice(schemeEnd + 1);
  return { scheme, user, password: '', host: '', port: 0, parameters: NONE, headers: '' };
}

function readTel(text: string, at: number): SipUri | undefined {
  const semicolon = text.indexOf(';', at);
  const numberEnd = semicolon < 0 ? text.length : semicolon;
  const parameters = readUriParameters(text, numberEnd, text.length);
  if (parameters === undefined || numberEnd === at) return undefined;
  const user = text.slice(at, numberEnd);
  return { scheme: 'tel', user, password: '', host: '', port: 0, parameters, headers: '' };
}

function readSip(scheme: string, text: string, at: number): SipUri | undefined {
  const atSign = text.indexOf('@', at);
  if (atSign === at || (atSign > 0 && text.indexOf('@', atSign + 1) > 0)) return undefined;
  const hostAt = atSign < 0 ? at : atSign + 1;
  const userEnd = atSign < 0 ? at : atSign;
  const colon = text.indexOf(':', at);
  const nameEnd = colon >= 0 && colon < userEnd ? colon : userEnd;
  const placeEnd = passHostPort(text, hostAt, text.length);
  if (placeEnd < 0 || !hasWholeEscapes(text, at)) return undefined;
  const question = text.indexOf('?', placeEnd);
  const parametersEnd = question < 0 ? text.length : question;
  const parameters = readUriParameters(text, placeEnd, parametersEnd);
  if (parameters === undefined) return undefined;
  const isReference = text.charCodeAt(hostAt) === OPEN;
  const portColon = text.indexOf(':', isReference ? text.indexOf(']', hostAt) : hostAt);
  const hostEnd = portColon < 0 || portColon > placeEnd ? placeEnd : portColon;
  const host = isReference
    ? text.slice(hostAt + 1, text.indexOf(']', hostAt))
    : text.slice(hostAt, hostEnd);
  return {
    scheme,
    user: text.slice(at, nameEnd),
    password: nameEnd === userEnd ? '' : text.slice(nameEnd + 1, userEnd),
    host: host.toLowerCase(),
    port: hostEnd === placeEnd ? 0 : readInteger(text, hostEnd + 1, placeEnd, PORT_MAX),
    parameters,
    headers: question < 0 ? '' : text.slice(question + 1),
  };
}

/**
 * Passes over `host`, `host:port` or `[IPv6]:port`: the offset after it, or the complement (~) of the
 * offset of what is wrong. What is inside brackets is looked at by its letters only: the three colons
 * that RFC 3261's grammar makes pass too (RFC 5118 §4.10).
 */
function passHostPort(text: string, at: number, end: number): number {
  const isReference = at < end && text.charCodeAt(at) === OPEN;
  const hostAt = isReference ? at + 1 : at;
  let next = endOfRun(isReference ? IPV6 : HOST, text, hostAt, end);
  if (next === hostAt || (isReference && text.charCodeAt(next) !== CLOSE)) return ~at;
  if (isReference) next++;
  if (next < end && text.charCodeAt(next) === COLON) {
    const portAt = next + 1;
    next = portAt;
    while (next < end && !isDelimiter(text.charCodeAt(next))) next++;
    const port = readInteger(text, portAt, next, PORT_MAX + 1);
    if (port < 1 || port > PORT_MAX) return ~portAt;
  }
  return next < end && !isDelimiter(text.charCodeAt(next)) ? ~next : next;
}

function isDelimiter(code: number): boolean {
  return code === SEMICOLON || code === QUESTION;
}

/** `;name=value…`; a name may stand only once (RFC 3261 §19.1.1). */
function readUriParameters(
  text: string,
  at: number,
  end: number,
): ReadonlyMap<string, string> | undefined {
  if (at >= end) return NONE;
  const found = new Map<string, string>();
  let equal = text.indexOf('=', at);
  for (let next = at; next < end; ) {
    if (text.charCodeAt(next) !== SEMICOLON) return undefined;
    const semicolon = text.indexOf(';', next + 1);
    const last = semicolon < 0 || semicolon > end ? end : semicolon;
    if (equal >= 0 && equal < next) equal = text.indexOf('=', next);
    const keyEnd = equal < 0 || equal > last ? last : equal;
    const key = text.slice(next + 1, keyEnd).toLowerCase();
    if (key === '' || found.has(key)) return undefined;
    found.set(key, keyEnd === last ? '' : text.slice(keyEnd + 1, last));
    next = last;
  }
  return found;
}

function hasWholeEscapes(text: string, at: number): boolean {
  for (let i = text.indexOf('%', at); i >= 0; i = text.indexOf('%', i + 1)) {
    if (hexAt(text, i + 1) < 0 || hexAt(text, i + 2) < 0) return false;
  }
  return true;
}

function hexAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/**
 * The offset of what makes the Request-URI from `at` to `end` malformed, or -1: no angle brackets,
 * no headers part (RFC 3261 §19.1.1), a host that is one. Says nothing of schemes other than sip
 * and sips. Allocates nothing.
 */
export function faultInRequestUri(text: string, at: number, end: number): number {
  const schemeEnd = endOfRun(SCHEME, text, at, end);
  if (schemeEnd === at || schemeEnd + 1 >= end || text.charCodeAt(schemeEnd) !== COLON) return at;
  const clean = endOfRun(URI, text, schemeEnd, end);
  if (clean < end) return clean;
  const length = schemeEnd - at;
  const isSip =
    length === 3 ? matchesAt(text, at, 'sip') : length === 4 && matchesAt(text, at, 'sips');
  if (!isSip) return -1;
  const atSign = text.indexOf('@', schemeEnd);
  if (atSign === schemeEnd + 1) return atSign;
  const next = passHostPort(text, atSign < 0 || atSign >= end ? schemeEnd + 1 : atSign + 1, end);
  if (next < 0) return ~next;
  const question = text.indexOf('?', next);
  return question >= end ? -1 : question;
}

/** The text of a URI. `parseUri(formatUri(uri))` is `uri`. */
export function formatUri(uri: SipUri): string {
  const user = uri.password === '' ? uri.user : `${uri.user}:${uri.password}`;
  let text = `${uri.scheme}:${user}`;
  if (uri.host !== '') {
    if (user !== '') text += '@';
    text += uri.host.includes(':') ? `[${uri.host}]` : uri.host;
    if (uri.port !== 0) text += `:${uri.port}`;
  }
  for (const [name, value] of uri.parameters)
    text += value === '' ? `;${name}` : `;${name}=${value}`;
  return uri.headers === '' ? text : `${text}?${uri.headers}`;
}

/** The text with its %-escapes resolved, one octet per character; a broken escape stays as it is. */
export function unescapeUser(text: string): string {
  if (text.indexOf('%') < 0) return text;
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** A text as the user part of a URI: what may not stand there is escaped. */
export function escapeUser(text: string): string {
  return text.replace(
    /[^0-9a-zA-Z\-_.!~*'()&=+$,;?/]/g,
    (character) =>
      `%${(character.charCodeAt(0) & 255).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** Parameters that count even when only one of two URIs has them (RFC 3261 §19.1.4). */
const ALWAYS_COMPARED = ['user', 'ttl', 'method', 'maddr', 'transport'];

/** Whether two URIs are the same by RFC 3261 §19.1.4. No equivalence of names and addresses is looked for. */
export function sameUri(one: SipUri, other: SipUri): boolean {
  if (one.scheme !== other.scheme || one.host !== other.host || one.port !== other.port)
    return false;
  if (comparable(one.user) !== comparable(other.user)) return false;
  if (comparable(one.password) !== comparable(other.password)) return false;
  for (const name of ALWAYS_COMPARED)
    if (one.parameters.has(name) !== other.parameters.has(name)) return false;
  for (const [name, value] of one.parameters) {
    const counterpart = other.parameters.get(name);
    if (counterpart === undefined) continue;
    if (comparable(value).toLowerCase() !== comparable(counterpart).toLowerCase()) return false;
  }
  return sortedHeaders(one.headers) === sortedHeaders(other.headers);
}

/**
 * An escape and the character itself are the same, but for those that are reserved in a URI: their
 * escapes stay, in upper case.
 */
function comparable(text: string): string {
  if (text.indexOf('%') < 0) return text;
  return text.replace(/%([0-9a-fA-F]{2})/g, (escaped, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[0-9a-zA-Z\-_.!~*'()]/.test(character) ? character : escaped.toUpperCase();
  });
}

function sortedHeaders(headers: string): string {
  if (headers === '') return '';
  const list = headers.split('&').map((header) => {
    const equal = header.indexOf('=');
    const nameEnd = equal < 0 ? header.length : equal;
    return comparable(header.slice(0, nameEnd)).toLowerCase() + comparable(header.slice(nameEnd));
  });
  return list.sort().join('&');
}
