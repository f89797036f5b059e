/**
 * Reads a SIP message: RFC 3261 §7, §25.
 *
 * Total: every text gives a message or a fault with its offset, in time linear in its length, and
 * nothing throws. What every layer asks for (topmost Via, tags, Call-ID, CSeq) is read here, in the
 * same pass; all else stays text. What a request means, and so 416, 420 or 483, is the user agent's
 * business.
 *
 * Lines end with CRLF. A datagram whose very first line ends with a bare LF is read as ending all
 * lines so, as messages typed by hand do; a mixture is refused, since another reader of the same
 * octets would see other header fields (request smuggling).
 */
import {
  COLON,
  CR,
  endOfRun,
  LF,
  matchesAt,
  readInteger,
  SPACE,
  skipSpace,
  TAB,
  TOKEN,
  trimEnd,
} from './characters.ts';
import { Draft } from './draft.ts';
import { findName, findSpelled, type HeaderName } from './header-names.ts';
import { PARSE_LIMITS, type ParseLimits } from './limits.ts';
import type { Parsed } from './message.ts';
import { internMethod } from './methods.ts';
import { faultInRequestUri } from './uri.ts';

/**
 * Reads one whole message: a datagram, a WebSocket message, or what the framer cut from a stream.
 * `text` holds one octet per character. Octets after the end that Content-Length gives are dropped.
 */
export function parseMessage(text: string, limits: ParseLimits = PARSE_LIMITS): Parsed {
  const draft = new Draft(text, limits);
  let at = 0;
  while (text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF) at += 2;
  if (text.length > limits.messageBytes)
    draft.refuse('limit', limits.messageBytes, 'message too long', 513);
  const headersAt = readStartLine(draft, text, at);
  if (headersAt < 0) return draft.finish(-1);
  return draft.finish(readHeaders(draft, text, headersAt));
}

/** Reads the start line. Gives the offset of the next line, or -1 when there is no use in going on. */
function readStartLine(draft: Draft, text: string, at: number): number {
  const lf = text.indexOf('\n', at);
  if (lf < 0) {
    draft.refuse('start line', at, 'no line end');
    return -1;
  }
  draft.crlf = lf > at && text.charCodeAt(lf - 1) === CR;
  const end = draft.crlf ? lf - 1 : lf;
  const understood = text.startsWith('SIP/', at)
    ? readStatusLine(draft, text, at, end)
    : readRequestLine(draft, text, at, end);
  return understood ? lf + 1 : -1;
}

function readStatusLine(draft: Draft, text: string, at: number, end: number): boolean {
  if (!text.startsWith('SIP/2.0 ', at)) return draft.refuse('version', at, 'not SIP/2.0', 505);
  const codeAt = at + 8;
  const codeEnd = codeAt + 3;
  const status = readInteger(text, codeAt, codeEnd, 999);
  if (codeEnd > end || status < 100 || status > 699)
    return draft.refuse('start line', codeAt, 'no status code');
  if (codeEnd < end && text.charCodeAt(codeEnd) !== SPACE)
    return draft.refuse('start line', codeEnd, 'no status code');
  draft.status = status;
  draft.reason = text.slice(Math.min(codeEnd + 1, end), end);
  return true;
}

/**
 * Method, Request-URI and version with exactly one space between (`lwsstart`, `trws` of RFC 4475). A
 * line that is wrong beyond its method is remembered and passed over, so that it can be answered.
 */
function readRequestLine(draft: Draft, text: string, at: number, end: number): boolean {
  let methodEnd = at;
  while (methodEnd < end && TOKEN[text.charCodeAt(methodEnd)] === 1) methodEnd++;
  if (methodEnd === at || methodEnd >= end || text.charCodeAt(methodEnd) !== SPACE)
    return draft.refuse('start line', methodEnd, 'no method');
  draft.method = internMethod(text, at, methodEnd);
  const uriAt = methodEnd + 1;
  const uriEnd = text.indexOf(' ', uriAt);
  if (uriEnd < 0 || uriEnd >= end) {
    draft.refuse('start line', uriAt, 'no version');
    draft.uri = text.slice(uriAt, end);
    return true;
  }
  draft.uri = text.slice(uriAt, uriEnd);
  const versionAt = uriEnd + 1;
  if (end - versionAt !== 7 || !matchesAt(text, versionAt, 'sip/2.0')) {
    if (isVersion(text, versionAt, end)) draft.refuse('version', versionAt, 'not SIP/2.0', 505);
    else draft.refuse('start line', uriEnd, 'no Request-URI and version with one space between');
    return true;
  }
  const wrongAt = faultInRequestUri(text, uriAt, uriEnd);
  if (wrongAt >= 0) draft.refuse('uri', wrongAt, 'malformed Request-URI');
  return true;
}

/** Whether `SIP/digits.digits` fills the text from `at` to `end`. */
function isVersion(text: string, at: number, end: number): boolean {
  if (!matchesAt(text, at, 'sip/') || end - at > 16) return false;
  return /^\d+\.\d+$/.test(text.slice(at + 4, end));
}

/** Reads all header fields. Gives the offset of the body, or -1 when there is no end to the fields. */
function readHeaders(draft: Draft, text: string, first: number): number {
  const { limits, headers } = draft;
  const width = draft.crlf ? 1 : 0;
  // In a text whose lines end with LF there must be no CR among the fields: this is where the next one stands.
  draft.strayCr = draft.crlf ? -1 : text.indexOf('\r', first);
  for (let at = first; ; ) {
    let lf = endOfLine(draft, text, at);
    if (lf < 0) return -1;
    const end = lf - width;
    if (end === at) return lf + 1;
    if (headers.names.length >= limits.headers)
      return draft.lost(at, 'too many header fields', 513);
    const next = text.charCodeAt(lf + 1);
    if (next === SPACE || next === TAB) lf = readFolded(draft, text, at, lf);
    else if (end - at > limits.headerBytes) return draft.lost(at, 'header field too long', 513);
    else readField(draft, text, at, end, at);
    if (lf < 0) return -1;
    at = lf + 1;
  }
}

/** The offset of the LF that ends the line at `at`, or -1, the fault noted. */
function endOfLine(draft: Draft, text: string, at: number): number {
  const lf = text.indexOf('\n', at);
  if (lf < 0) return draft.lost(at, 'no empty line after the header fields');
  const isClean = draft.crlf
    ? lf > at && text.indexOf('\r', at) === lf - 1
    : draft.strayCr < 0 || draft.strayCr > lf;
  return isClean ? lf : draft.lost(at, 'a CR or LF that ends no line');
}

/** Reads a field whose first line, from `at` to the LF at `lf`, is continued. Gives the LF that ends its last. */
function readFolded(draft: Draft, text: string, at: number, lf: number): number {
  const { limits } = draft;
  const width = draft.crlf ? 1 : 0;
  let folded = text.slice(at, trimEnd(text, at, lf - width));
  for (let next = SPACE; next === SPACE || next === TAB; next = text.charCodeAt(lf + 1)) {
    const lineAt = skipSpace(text, lf + 1, text.length);
    lf = endOfLine(draft, text, lf + 1);
    if (lf < 0) return -1;
    if (lf - at > limits.headerBytes) return draft.lost(at, 'header field too long', 513);
    // A fold stands for one space (RFC 3261 §7.3.1).
    folded += ` ${text.slice(lineAt, trimEnd(text, lineAt, lf - width))}`;
  }
  readField(draft, folded, 0, folded.length, at);
  return lf;
}

/** Reads `name: value` from `at` to `end`, which the message holds at `offset`. */
function readField(draft: Draft, text: string, at: number, end: number, offset: number): void {
  const spelled = findSpelled(text, at);
  if (spelled !== undefined) {
    readValue(draft, spelled, text, at + spelled.name.length + 1, end, offset);
    return;
  }
  const nameEnd = endOfRun(TOKEN, text, at, end);
  const colon = skipSpace(text, nameEnd, end);
  if (nameEnd === at || colon >= end || text.charCodeAt(colon) !== COLON) {
    draft.refuse('header', offset, 'no header field');
    return;
  }
  const known = findName(text, at, nameEnd);
  if (known !== undefined) readValue(draft, known, text, colon + 1, end, offset);
  else
    draft.headers.add(
      text.slice(at, nameEnd),
      text.slice(skipSpace(text, colon + 1, end), trimEnd(text, colon + 1, end)),
    );
}

function readValue(
  draft: Draft,
  known: HeaderName,
  text: string,
  at: number,
  end: number,
  offset: number,
): void {
  const valueAt = skipSpace(text, at, end);
  const valueEnd = trimEnd(text, valueAt, end);
  draft.headers.add(known.name, text.slice(valueAt, valueEnd));
  draft.note(known, text, valueAt, valueEnd, offset);
}
