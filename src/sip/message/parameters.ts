/**
 * Parameters of header fields: `;name=value` after a value (Event, Content-Type, Reason …) and the
 * comma-separated kind of challenges and credentials. RFC 3261 §25.1.
 */
import {
  COMMA,
  EQUAL,
  endOfQuoted,
  endOfRun,
  matchesAt,
  QUOTE,
  SEMICOLON,
  SPACE,
  skipSpace,
  TOKEN,
  trimEnd,
} from './characters.ts';

/** `value;name=value…`, as in Event, Content-Type, Content-Disposition, Reason, Session-Expires. */
export type Parameterised = {
  /** As sent, e.g. `application/sdp`, `dialog`, `1800`. */
  readonly value: string;
  /** Names in lower case, values without quotes; '' for a bare name. */
  readonly parameters: ReadonlyMap<string, string>;
};

const NONE: ReadonlyMap<string, string> = new Map();

/** Reads `value;name=value…`, or undefined when it is malformed. */
export function parseParameterised(text: string): Parameterised | undefined {
  const end = trimEnd(text, 0, text.length);
  const at = skipSpace(text, 0, end);
  const semicolon = text.indexOf(';', at);
  const valueEnd = semicolon < 0 ? end : semicolon;
  const value = text.slice(at, trimEnd(text, at, valueEnd));
  const parameters = readParameters(text, valueEnd, end);
  if (value === '' || parameters === undefined) return undefined;
  return { value, parameters };
}

/** `Digest name=value, name=value …`, as in Authorization and WWW-Authenticate. */
export type Credentials = {
  /** As sent, e.g. `Digest`. */
  readonly scheme: string;
  /** Names in lower case, values without quotes and escapes. */
  readonly parameters: ReadonlyMap<string, string>;
};

/** Reads a challenge or credentials, or undefined when it is malformed or names a parameter twice. */
export function parseCredentials(text: string): Credentials | undefined {
  const end = trimEnd(text, 0, text.length);
  const at = skipSpace(text, 0, end);
  const schemeEnd = endOfRun(TOKEN, text, at, end);
  if (schemeEnd === at) return undefined;
  const scheme = text.slice(at, schemeEnd);
  const first = skipSpace(text, schemeEnd, end);
  if (first === schemeEnd && first < end) return undefined;
  const parameters = readList(text, first, end, COMMA);
  return parameters && { scheme, parameters };
}

/** Reads `;name=value…` that fills `text` from `at` to `end`, or undefined when it is malformed. */
export function readParameters(
  text: string,
  at: number,
  end: number,
): ReadonlyMap<string, string> | undefined {
  const first = skipSpace(text, at, end);
  if (first >= end) return NONE;
  if (text.charCodeAt(first) !== SEMICOLON) return undefined;
  return readList(text, first + 1, end, SEMICOLON);
}

function readList(
  text: string,
  at: number,
  end: number,
  separator: number,
): Map<string, string> | undefined {
  const found = new Map<string, string>();
  for (let next = at; ; next++) {
    const keyAt = skipSpace(text, next, end);
    const keyEnd = endOfRun(TOKEN, text, keyAt, end);
    const key = text.slice(keyAt, keyEnd).toLowerCase();
    if (key === '' || found.has(key)) return undefined;
    next = skipSpace(text, keyEnd, end);
    let value = '';
    if (next < end && text.charCodeAt(next) === EQUAL) {
      const valueAt = skipSpace(text, next + 1, end);
      const valueEnd = endOfParameterValue(text, valueAt, end);
      if (valueEnd <= valueAt) return undefined;
      value = unquote(text.slice(valueAt, valueEnd));
      next = skipSpace(text, valueEnd, end);
    }
    found.set(key, value);
    if (next >= end) return found;
    if (text.charCodeAt(next) !== separator) return undefined;
  }
}

/** The content of a quoted string without its quotes and escapes; a text without quotes stays as it is. */
export function unquote(text: string): string {
  if (text.length < 2 || text.charCodeAt(0) !== QUOTE) return text;
  const inner = text.slice(1, -1);
  return inner.indexOf('\\') < 0 ? inner : inner.replace(/\\([\s\S])/g, '$1');
}

/** The end of a token, host or quoted string; -1 for a quote that does not close. */
export function endOfParameterValue(text: string, at: number, end: number): number {
  if (text.charCodeAt(at) === QUOTE) return endOfQuoted(text, at, end);
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code <= SPACE || code === SEMICOLON || code === COMMA || code === QUOTE) break;
    at++;
  }
  return at;
}

/**
 * The value of the parameter `tag` among those that fill `text` from `at` to `end`: '' when there is
 * none, undefined when the parameters are malformed or name it twice.
 */
export function scanTag(text: string, at: number, end: number): string | undefined {
  let tag = '';
  let next = skipSpace(text, at, end);
  while (next < end) {
    if (text.charCodeAt(next) !== SEMICOLON) return undefined;
    const keyAt = skipSpace(text, next + 1, end);
    const keyEnd = endOfRun(TOKEN, text, keyAt, end);
    if (keyEnd === keyAt) return undefined;
    next = skipSpace(text, keyEnd, end);
    if (next >= end || text.charCodeAt(next) !== EQUAL) continue;
    const valueAt = skipSpace(text, next + 1, end);
    const valueEnd = endOfParameterValue(text, valueAt, end);
    if (valueEnd <= valueAt) return undefined;
    if (keyEnd - keyAt === 3 && matchesAt(text, keyAt, 'tag')) {
      if (tag !== '') return undefined;
      tag = text.slice(valueAt, valueEnd);
    }
    next = skipSpace(text, valueEnd, end);
  }
  return tag;
}
