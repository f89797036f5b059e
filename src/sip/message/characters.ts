/**
 * Character classes of RFC 3261 §25.1 and the few scans that every part of the message reader
 * shares. Scans take a text with the range to look at and give an offset, so that nothing is
 * copied while looking.
 */

export const TAB = 9;
export const LF = 10;
export const CR = 13;
export const SPACE = 32;
export const QUOTE = 34;
export const COMMA = 44;
export const SLASH = 47;
export const COLON = 58;
export const SEMICOLON = 59;
export const LESS = 60;
export const EQUAL = 61;
export const GREATER = 62;
export const QUESTION = 63;
export const AT = 64;
export const OPEN = 91;
export const BACKSLASH = 92;
export const CLOSE = 93;
const ZERO = 48;
const NINE = 57;

/** 1 for each octet of `token`: alphanum and -.!%*_+`'~ */
export const TOKEN = classOf("0-9a-zA-Z-.!%*_+`'~");
/** 1 for each octet of a host name; the underscore is no part of it but is met in the field. */
export const HOST = classOf('0-9a-zA-Z-._');
/** 1 for each octet of an IPv6 address, an embedded IPv4 address included. */
export const IPV6 = classOf('0-9a-fA-F:.');
/** 1 for each octet of a URI scheme after its first letter. */
export const SCHEME = classOf('0-9a-zA-Z+-.');

/** 1 for each octet that may stand in a URI: no controls, spaces, quotes or angle brackets. */
export const URI = new Uint8Array(256).map((_, code) => (code > SPACE && code !== 127 ? 1 : 0));
for (const mark of '"<>') URI[mark.charCodeAt(0)] = 0;
/** The same without what ends a URI that stands without brackets, or must not stand in it. */
export const BARE_URI = URI.slice();
for (const mark of ';,?') BARE_URI[mark.charCodeAt(0)] = 0;

/** Builds a table of 256 flags from a list of characters, in which a-b is a range. */
function classOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (let i = 0; i < characters.length; i++) {
    const first = characters.charCodeAt(i);
    const isRange = /^[0-9a-zA-Z]-[0-9a-zA-Z]/.test(characters.slice(i, i + 3));
    const last = isRange ? characters.charCodeAt(i + 2) : first;
    for (let code = first; code <= last; code++) table[code] = 1;
    if (isRange) i += 2;
  }
  return table;
}

export function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** Where the run of octets in `table` that begins at `at` ends. */
export function endOfRun(table: Uint8Array, text: string, at: number, end: number): number {
  while (at < end && table[text.charCodeAt(at)] === 1) at++;
  return at;
}

/** The first octet at or after `at` that is neither space nor tab. Folds are gone before this is asked. */
export function skipSpace(text: string, at: number, end: number): number {
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code !== SPACE && code !== TAB) break;
    at++;
  }
  return at;
}

/** The end of what stands before trailing spaces and tabs. */
export function trimEnd(text: string, at: number, end: number): number {
  while (end > at) {
    const code = text.charCodeAt(end - 1);
    if (code !== SPACE && code !== TAB) break;
    end--;
  }
  return end;
}

/** `at` stands on the opening quote: the offset after the closing one, or -1 when there is none. */
export function endOfQuoted(text: string, at: number, end: number): number {
  for (let i = at + 1; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) return i + 1;
  }
  return -1;
}

/** Whether `text` holds `lower` (given in lower case) at `at`, in any case of the letters A to Z. */
export function matchesAt(text: string, at: number, lower: string): boolean {
  for (let i = 0; i < lower.length; i++) {
    let code = text.charCodeAt(at + i);
    if (code >= 65 && code <= 90) code += 32;
    if (code !== lower.charCodeAt(i)) return false;
  }
  return true;
}

/**
 * The whole number that fills `text` from `at` to `end`; `max` when it is larger than that; -1 when
 * anything but digits stands there. Linear, and exact for `max` up to 2^48.
 */
export function readInteger(text: string, at: number, end: number, max: number): number {
  if (at >= end) return -1;
  let value = 0;
  for (let i = at; i < end; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
    if (value > max) value = max;
  }
  return value;
}
