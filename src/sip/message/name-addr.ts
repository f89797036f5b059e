/**
 * Addresses in header fields: name-addr and addr-spec with their parameters, alone (From, To,
 * Refer-To) or in lists (Contact, Route, Path). RFC 3261 §20.10, §25.1.
 */
import {
  AT,
  BACKSLASH,
  COLON,
  COMMA,
  endOfQuoted,
  endOfRun,
  GREATER,
  LESS,
  QUESTION,
  QUOTE,
  SCHEME,
  SEMICOLON,
  SPACE,
  skipSpace,
  TAB,
  trimEnd,
} from './characters.ts';
import { readParameters, scanTag } from './parameters.ts';

export type NameAddr = {
  /** Without quotes and escapes; '' when absent. */
  readonly displayName: string;
  /** As sent, without the angle brackets. */
  readonly uri: string;
  /** The field's own parameters, not the URI's. Names in lower case, values without quotes; '' for a bare name. */
  readonly parameters: ReadonlyMap<string, string>;
};

/** One address with its parameters, or undefined when it is malformed or there is more than one. */
export function parseNameAddr(value: string): NameAddr | undefined {
  const end = trimEnd(value, 0, value.length);
  const found = scanAddress(value, skipSpace(value, 0, end), end);
  if (found === undefined) return undefined;
  const parameters = readParameters(value, found.end, end);
  if (parameters === undefined) return undefined;
  const uri = value.slice(found.uriAt, found.uriEnd);
  return { displayName: displayName(value, found), uri, parameters };
}

/** Every address of a comma-separated field, or undefined when one of them is malformed. */
export function parseNameAddrs(value: string): NameAddr[] | undefined {
  const list: NameAddr[] = [];
  for (const one of splitValues(value)) {
    const parsed = parseNameAddr(one);
    if (parsed === undefined) return undefined;
    list.push(parsed);
  }
  return list;
}

/**
 * The comma-separated values of a field, trimmed; commas in quotes and angle brackets part nothing.
 * Empty values are left out. Not for fields in which a comma has another meaning (Date,
 * Authorization and WWW-Authenticate).
 */
export function splitValues(value: string): string[] {
  if (value.indexOf(',') < 0) return value === '' ? [] : [value.trim()];
  const list: string[] = [];
  let from = 0;
  let at = 0;
  while (at <= value.length) {
    const code = at === value.length ? COMMA : value.charCodeAt(at);
    if (code === COMMA) {
      const one = value.slice(from, at).trim();
      if (one !== '') list.push(one);
      from = at + 1;
    } else if (code === QUOTE) {
      const after = endOfQuoted(value, at, value.length);
      at = after < 0 ? value.length : after;
      continue;
    } else if (code === LESS) {
      const close = value.indexOf('>', at);
      at = close < 0 ? value.length : close;
      if (close < 0) continue;
    }
    at++;
  }
  return list;
}

/** Where the parts of an address stand. */
type AddressSpan = {
  nameAt: number;
  nameEnd: number;
  uriAt: number;
  uriEnd: number;
  /** Where the parameters begin, or the end. */
  end: number;
};

/**
 * Finds the parts of the address that begins at `at`. Commas and other marks in a display name that
 * is not quoted are refused: two readers would see two different lists (`baddn` of RFC 4475).
 */
function scanAddress(text: string, at: number, end: number): AddressSpan | undefined {
  const span: AddressSpan = { nameAt: at, nameEnd: at, uriAt: at, uriEnd: at, end };
  const next = scanName(text, at, end);
  if (next < 0) return undefined;
  if (text.charCodeAt(next) === LESS && next < end) {
    span.nameEnd = trimEnd(text, at, next);
    span.uriAt = next + 1;
    span.uriEnd = endOfUri(text, next + 1, end, true);
    if (span.uriEnd < 0 || text.charCodeAt(span.uriEnd) !== GREATER || span.uriEnd >= end)
      return undefined;
    span.end = span.uriEnd + 1;
    return span;
  }
  span.uriEnd = endOfUri(text, at, end, false);
  if (span.uriEnd < 0) return undefined;
  span.end = span.uriEnd;
  return span;
}

/**
 * The tag of a From or To value in `text` from `at` to `end`, '' when there is none, undefined when
 * the value is malformed. Allocates nothing but the tag.
 */
export function scanTagOfAddress(text: string, at: number, end: number): string | undefined {
  const next = scanName(text, at, end);
  if (next < 0) return undefined;
  let after: number;
  if (next < end && text.charCodeAt(next) === LESS) {
    const close = endOfUri(text, next + 1, end, true);
    if (close < 0 || close >= end || text.charCodeAt(close) !== GREATER) return undefined;
    after = close + 1;
  } else {
    after = endOfUri(text, at, end, false);
    if (after < 0) return undefined;
  }
  return scanTag(text, after, end);
}

/** Where the '<' after a display name stands, or `at` when there is none of either; -1 when malformed. */
function scanName(text: string, at: number, end: number): number {
  const first = text.charCodeAt(at);
  if (first === LESS) return at;
  if (first === QUOTE) {
    const after = endOfQuoted(text, at, end);
    const next = after < 0 ? end : skipSpace(text, after, end);
    return next < end && text.charCodeAt(next) === LESS ? next : -1;
  }
  for (let i = at; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === LESS) return i;
    // Whatever ends a name that is no name: then it is a URI.
    if (code === COLON || code === SEMICOLON || code === COMMA || code === AT) return at;
    if (code === QUOTE || code === GREATER || code === BACKSLASH) return -1;
    if (code < SPACE && code !== TAB) return -1;
  }
  return at;
}

/**
 * The end of the URI that begins at `at`, or -1 when it is none. One that stands without brackets
 * must not hold a question mark or comma, and its semicolon begins the field's parameters
 * (RFC 3261 §20.10).
 */
function endOfUri(text: string, at: number, end: number, bracketed: boolean): number {
  let next = endOfRun(SCHEME, text, at, end);
  if (next === at || next >= end || text.charCodeAt(next) !== COLON) return -1;
  const bodyAt = ++next;
  for (; next < end; next++) {
    const code = text.charCodeAt(next);
    if (code <= SPACE || code === LESS || code === QUOTE || code === 127) {
      if (bracketed || (code !== SPACE && code !== TAB)) return -1;
      break;
    }
    if (code === GREATER) break;
    if (bracketed) continue;
    if (code === SEMICOLON) break;
    if (code === COMMA || code === QUESTION) return -1;
  }
  if (next === bodyAt) return -1;
  if (!bracketed && next < end && text.charCodeAt(next) === GREATER) return -1;
  return next;
}

function displayName(text: string, span: AddressSpan): string {
  const raw = text.slice(span.nameAt, span.nameEnd);
  return raw.charCodeAt(0) === QUOTE ? unquote(raw) : raw;
}

/** The content of a quoted string without its quotes and escapes; a text without quotes stays as it is. */
export function unquote(text: string): string {
  if (text.length < 2 || text.charCodeAt(0) !== QUOTE) return text;
  const inner = text.slice(1, -1);
  return inner.indexOf('\\') < 0 ? inner : inner.replace(/\\([\s\S])/g, '$1');
}
