/**
 * Addresses in header fields: name-addr and addr-spec with their parameters, alone (From, To,
 * Refer-To) or in lists (Contact, Route, Path). RFC 3261 §20.10, §25.1.
 */
import {
  AT,
  BACKSLASH,
  BARE_URI,
  COLON,
  COMMA,
  endOfQuoted,
  endOfRun,
  GREATER,
  LESS,
  QUOTE,
  SCHEME,
  SEMICOLON,
  SPACE,
  skipSpace,
  TAB,
  trimEnd,
  URI,
} from './characters.ts';
import { readParameters, scanTag, unquote } from './parameters.ts';

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
  const at = skipSpace(value, 0, end);
  const nameEnd = passName(value, at, end);
  const after = passAddress(value, at, nameEnd, end);
  if (after < 0) return undefined;
  const parameters = readParameters(value, after, end);
  if (parameters === undefined) return undefined;
  if (value.charCodeAt(nameEnd) !== LESS)
    return { displayName: '', uri: value.slice(at, after), parameters };
  const displayName = unquote(value.slice(at, trimEnd(value, at, nameEnd)));
  return { displayName, uri: value.slice(nameEnd + 1, after - 1), parameters };
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

/**
 * The tag of a From or To value in `text` from `at` to `end`, '' when there is none, undefined when
 * the value is malformed. Allocates nothing but the tag.
 */
export function scanTagOfAddress(text: string, at: number, end: number): string | undefined {
  const after = passAddress(text, at, passName(text, at, end), end);
  return after < 0 ? undefined : scanTag(text, after, end);
}

/**
 * Passes over a display name: the offset of the '<' after it, `at` when there is neither, -1 when it
 * is malformed. Commas and other marks in a name that is not quoted are refused: two readers would
 * see two different lists (`baddn` of RFC 4475).
 */
function passName(text: string, at: number, end: number): number {
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

/** Passes over the URI after a name that ends at `nameEnd`, its brackets included; -1 when it is malformed. */
function passAddress(text: string, at: number, nameEnd: number, end: number): number {
  if (nameEnd < 0) return -1;
  if (nameEnd >= end || text.charCodeAt(nameEnd) !== LESS) return endOfUri(text, at, end, false);
  const close = endOfUri(text, nameEnd + 1, end, true);
  return close < 0 || close >= end || text.charCodeAt(close) !== GREATER ? -1 : close + 1;
}

/**
 * The end of the URI that begins at `at`, or -1 when it is none. One that stands without brackets
 * must not hold a question mark or comma, and its semicolon begins the field's parameters
 * (RFC 3261 §20.10).
 */
function endOfUri(text: string, at: number, end: number, bracketed: boolean): number {
  const colon = endOfRun(SCHEME, text, at, end);
  if (colon === at || colon >= end || text.charCodeAt(colon) !== COLON) return -1;
  const next = endOfRun(bracketed ? URI : BARE_URI, text, colon + 1, end);
  if (next === colon + 1) return -1;
  if (bracketed || next === end) return next;
  const code = text.charCodeAt(next);
  return code === SEMICOLON || code === SPACE || code === TAB ? next : -1;
}
