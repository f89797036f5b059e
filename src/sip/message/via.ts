/**
 * Via: RFC 3261 §20.42 and §18.2, RFC 3581. Reading it, stamping it with where a request really
 * came from, and finding where its responses go.
 */
import { type Hop, isReliable } from '../hop.ts';
import {
  CLOSE,
  COLON,
  COMMA,
  EQUAL,
  endOfQuoted,
  endOfRun,
  HOST,
  IPV6,
  isDigit,
  matchesAt,
  OPEN,
  QUOTE,
  readInteger,
  SEMICOLON,
  SLASH,
  SPACE,
  skipSpace,
  TOKEN,
} from './characters.ts';
import type { SipRequest, Via } from './message.ts';

const TRANSPORTS = ['UDP', 'TCP', 'TLS', 'WS', 'WSS'];
const PORT_MAX = 65_535;
const DEFAULT_PORT = 5060;

/** The first value of a Via field, or undefined when it is malformed. */
export function parseVia(value: string): Via | undefined {
  return scanVia(value, 0, value.length, false);
}

/**
 * The first Via value in `text` from `at` to `end`. `lenient` passes over parameters that make no
 * sense: enough to send a 400 to whoever wrote them.
 */
export function scanVia(text: string, at: number, end: number, lenient: boolean): Via | undefined {
  const transportAt = skipProtocol(text, at, end);
  if (transportAt < 0) return undefined;
  const transportEnd = endOfRun(TOKEN, text, transportAt, end);
  const hostAt = skipSpace(text, transportEnd, end);
  if (transportEnd === transportAt || hostAt === transportEnd) return undefined;
  const isReference = text.charCodeAt(hostAt) === OPEN;
  const nameAt = isReference ? hostAt + 1 : hostAt;
  const nameEnd = endOfRun(isReference ? IPV6 : HOST, text, nameAt, end);
  if (nameEnd === nameAt || (isReference && text.charCodeAt(nameEnd) !== CLOSE)) return undefined;

  let next = skipSpace(text, isReference ? nameEnd + 1 : nameEnd, end);
  let port = 0;
  if (next < end && text.charCodeAt(next) === COLON) {
    const portAt = skipSpace(text, next + 1, end);
    next = portAt;
    while (next < end && isDigit(text.charCodeAt(next))) next++;
    port = readInteger(text, portAt, next, PORT_MAX + 1);
    if (port < 1 || port > PORT_MAX) return undefined;
    next = skipSpace(text, next, end);
  }

  let branch = '';
  let rport = false;
  let received = '';
  let maddr = '';
  while (next < end && text.charCodeAt(next) === SEMICOLON) {
    const keyAt = skipSpace(text, next + 1, end);
    const keyEnd = endOfRun(TOKEN, text, keyAt, end);
    if (keyEnd === keyAt && !lenient) return undefined;
    next = skipSpace(text, keyEnd, end);
    let valueAt = next;
    let valueEnd = next;
    if (next < end && text.charCodeAt(next) === EQUAL) {
      valueAt = skipSpace(text, next + 1, end);
      valueEnd = endOfValue(text, valueAt, end);
      if (valueEnd <= valueAt && !lenient) return undefined;
      if (valueEnd < 0) return undefined;
      next = skipSpace(text, valueEnd, end);
    }
    const length = keyEnd - keyAt;
    if (length === 6 && matchesAt(text, keyAt, 'branch')) branch = text.slice(valueAt, valueEnd);
    else if (length === 5 && matchesAt(text, keyAt, 'rport')) rport = valueAt === valueEnd;
    else if (length === 5 && matchesAt(text, keyAt, 'maddr')) maddr = bare(text, valueAt, valueEnd);
    else if (length === 8 && matchesAt(text, keyAt, 'received'))
      received = bare(text, valueAt, valueEnd);
  }
  if (next < end && text.charCodeAt(next) !== COMMA && !lenient) return undefined;

  const transport = transportName(text, transportAt, transportEnd);
  return { transport, host: text.slice(nameAt, nameEnd), port, branch, rport, received, maddr };
}

/** Where the transport begins after `SIP / 2.0 /`, or -1. Other protocols and versions pass: see `badvers` of RFC 4475. */
function skipProtocol(text: string, at: number, end: number): number {
  if (text.startsWith('SIP/2.0/', at)) return at + 8;
  let next = at;
  for (let i = 0; i < 2; i++) {
    const wordEnd = endOfRun(TOKEN, text, next, end);
    const slashAt = skipSpace(text, wordEnd, end);
    if (wordEnd === next || slashAt >= end || text.charCodeAt(slashAt) !== SLASH) return -1;
    next = skipSpace(text, slashAt + 1, end);
  }
  return next;
}

function transportName(text: string, at: number, end: number): string {
  for (let i = 0; i < TRANSPORTS.length; i++) {
    const name = TRANSPORTS[i];
    if (name !== undefined && name.length === end - at && text.startsWith(name, at)) return name;
  }
  return text.slice(at, end).toUpperCase();
}

/** The end of a parameter's value, which may be an IPv6 address without brackets (RFC 5118 §4.5); -1 for an open quote. */
function endOfValue(text: string, at: number, end: number): number {
  if (text.charCodeAt(at) === QUOTE) return endOfQuoted(text, at, end);
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code <= SPACE || code === SEMICOLON || code === COMMA || code === QUOTE) break;
    at++;
  }
  return at;
}

/** An address without the brackets of an IPv6 reference. */
function bare(text: string, at: number, end: number): string {
  const bracketed = text.charCodeAt(at) === OPEN && text.charCodeAt(end - 1) === CLOSE;
  return bracketed ? text.slice(at + 1, end - 1) : text.slice(at, end);
}

/**
 * Notes in the request's topmost Via where it came from: `received` when that is not what the Via
 * says or when `rport` asks, and `rport` when asked (RFC 3261 §18.2.1, RFC 3581 §4). Only the text
 * in `request.headers` changes, which is what responses repeat.
 */
export function stampVia(request: SipRequest, source: Hop): void {
  const { via, headers } = request;
  const { rport } = via;
  if (!rport && via.received === '' && via.host === source.address) return;
  const index = headers.names.indexOf('Via');
  const value = headers.values[index];
  if (value === undefined) return;
  // A `received` that its own sender wrote says nothing, and a second one would be malformed.
  const clean = via.received === '' ? value : withoutReceived(value);
  const stamp = `;received=${source.address}`;
  if (!rport) {
    const topEnd = endOfTop(clean);
    headers.values[index] = clean.slice(0, topEnd) + stamp + clean.slice(topEnd);
    return;
  }
  const rportEnd = endOfBareRport(clean);
  headers.values[index] =
    `${clean.slice(0, rportEnd)}=${source.port}${stamp}${clean.slice(rportEnd)}`;
}

/** The end of the first of a field's values. */
function endOfTop(value: string): number {
  let at = 0;
  while (at < value.length) {
    const code = value.charCodeAt(at);
    if (code === COMMA) return at;
    if (code === QUOTE) {
      at = endOfQuoted(value, at, value.length);
      if (at < 0) return value.length;
    } else at++;
  }
  return value.length;
}

/** The end of the name of the topmost value's parameter `rport` without a value. It is known to stand there. */
function endOfBareRport(value: string): number {
  const quick = value.indexOf(';rport') + 6;
  const quickEnds = quick === value.length || value.charCodeAt(quick) === SEMICOLON;
  if (quick > 6 && quickEnds && value.indexOf('"') < 0) {
    const comma = value.indexOf(',');
    if (comma < 0 || comma > quick) return quick;
  }
  const end = endOfTop(value);
  for (let at = 0; at < end; at++) {
    const code = value.charCodeAt(at);
    if (code === QUOTE) {
      const after = endOfQuoted(value, at, end);
      if (after < 0) return end;
      at = after - 1;
    }
    if (code !== SEMICOLON) continue;
    const nameAt = skipSpace(value, at + 1, end);
    const next = skipSpace(value, nameAt + 5, end);
    const isBare = next >= end || value.charCodeAt(next) === SEMICOLON;
    if (isBare && matchesAt(value, nameAt, 'rport')) return nameAt + 5;
  }
  return end;
}

function withoutReceived(value: string): string {
  const topEnd = endOfTop(value);
  return value.slice(0, topEnd).replace(/;[ \t]*received[ \t]*=[^;]*/gi, '') + value.slice(topEnd);
}

/**
 * Where responses to `request` go (RFC 3261 §18.2.2, RFC 3581 §4): back on the connection that it
 * came by; else to `maddr`, to the port it was sent from when `rport` asked for that, or to the
 * port in its Via.
 */
export function responseHop(request: SipRequest, source: Hop): Hop {
  const { via } = request;
  if (isReliable(source.transport)) return source;
  if (via.rport && via.maddr === '') return source;
  const port = via.port === 0 ? DEFAULT_PORT : via.port;
  const address = via.maddr === '' ? source.address : via.maddr;
  if (address === source.address && port === source.port) return source;
  return { ...source, address, port };
}
