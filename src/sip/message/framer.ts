/**
 * Cuts a byte stream (TCP, TLS) into SIP messages: RFC 3261 §18.3 (Content-Length), §7.5 (CRLF
 * before a start line), RFC 5626 §3.5.1 (CRLF keep-alive). Bounded; a stream whose messages cannot
 * be told apart any more gives a fault, after which the connection is of no use.
 *
 * What the messages say is not looked at, but for the one field that tells where they end.
 */
import {
  COLON,
  CR,
  endOfRun,
  LF,
  readInteger,
  SPACE,
  skipSpace,
  TAB,
  TOKEN,
} from './characters.ts';
import { CONTENT_LENGTH, findName } from './header-names.ts';
import { PARSE_LIMITS, type ParseLimits } from './limits.ts';
import type { Fault, FaultCode, SipRequest } from './message.ts';
import { parseMessage } from './parse.ts';

export type Frame =
  /** One whole message, ready for `parseMessage`. */
  | { readonly type: 'message'; readonly text: string }
  /** CRLF CRLF: the far end asks whether we are there. The answer is one CRLF. */
  | { readonly type: 'keep-alive' }
  /** Nothing more to be had before the next `push`. */
  | { readonly type: 'incomplete' }
  | { readonly type: 'fault'; readonly fault: Fault };

const KEEP_ALIVE: Frame = { type: 'keep-alive' };
const INCOMPLETE: Frame = { type: 'incomplete' };
const END_OF_HEADERS = '\r\n\r\n';
const LENGTH_MAX = 0xffff_ffff;

export class Framer {
  private readonly limits: ParseLimits;
  /** What has come and is not framed yet. */
  private held = '';
  /**
   * The last octets of `held` while it is known to lack the end of the header fields. New text is
   * searched with these before it, so that a stream that trickles in is not joined octet by octet.
   */
  private tail: string | undefined;
  /** Octets of the message at the front of `held`, once its header fields are whole; else 0. */
  private needed = 0;
  private broken: Frame | undefined;

  constructor(limits: ParseLimits = PARSE_LIMITS) {
    this.limits = limits;
  }

  /** Takes what came from the stream, one octet per character. Call `next` until it says 'incomplete'. */
  push(text: string): void {
    if (this.broken !== undefined || text === '') return;
    this.held += text;
    if (this.tail === undefined) return;
    const probe = this.tail + text;
    const more = this.held.length <= this.limits.messageBytes && probe.indexOf(END_OF_HEADERS) < 0;
    this.tail = more ? tailOf(probe) : undefined;
  }

  /** Octets that have come and wait for the rest of their message. */
  get waiting(): number {
    return this.held.length;
  }

  /** The next thing in the stream. After a fault, that fault for ever. */
  next(): Frame {
    if (this.broken !== undefined) return this.broken;
    if (this.needed > 0) return this.takeMessage();
    if (this.held === '' || this.tail !== undefined) return INCOMPLETE;
    if (this.held.charCodeAt(0) === CR) return this.takeLineEnds();
    const end = this.held.indexOf(END_OF_HEADERS);
    if (end < 0) return this.searchOn();
    const length = this.readLength(end + 2);
    if (typeof length !== 'number') return length;
    this.needed = end + END_OF_HEADERS.length + length;
    return this.takeMessage();
  }

  /** Empty lines before a start line: two are a ping, a single one is passed over. */
  private takeLineEnds(): Frame {
    const { held } = this;
    if (held.length < 2) return INCOMPLETE;
    if (held.charCodeAt(1) !== LF) return this.fail('start line', 1, 'a CR that ends no line');
    if (held.startsWith(END_OF_HEADERS)) {
      this.drop(4);
      return KEEP_ALIVE;
    }
    // The other half of a ping may be on its way.
    if (held.length < 4 && END_OF_HEADERS.startsWith(held)) return INCOMPLETE;
    this.drop(2);
    return this.next();
  }

  private takeMessage(): Frame {
    const { held, needed } = this;
    if (held.length < needed) return INCOMPLETE;
    // Most often a message is all there is: then nothing is cut.
    const text = held.length === needed ? held : held.slice(0, needed);
    this.drop(needed);
    return { type: 'message', text };
  }

  private searchOn(): Frame {
    const { held, limits } = this;
    if (held.length > limits.messageBytes)
      return this.fail('limit', limits.messageBytes, 'header fields without end', 513);
    this.tail = tailOf(held);
    return INCOMPLETE;
  }

  /** The Content-Length among the header fields that end at `end`, or the fault of having none to go by. */
  private readLength(end: number): number | Frame {
    const { held, limits } = this;
    let length = -1;
    for (let at = held.indexOf('\r\n') + 2; at < end; ) {
      const lineEnd = endOfField(held, at);
      const nameEnd = endOfRun(TOKEN, held, at, lineEnd);
      if (findName(held, at, nameEnd) === CONTENT_LENGTH) {
        if (length >= 0) return this.fail('repeated header', at, 'a second Content-Length');
        length = readValue(held, nameEnd, lineEnd);
        if (length < 0) return this.fail('content length', at, 'malformed Content-Length');
      }
      at = lineEnd + 2;
    }
    if (length < 0) return this.fail('content length', end, 'no Content-Length');
    if (end + 2 + length > limits.messageBytes)
      return this.fail('limit', end + 2, 'message too long', 513);
    return length;
  }

  private drop(count: number): void {
    this.held = this.held.length === count ? '' : this.held.slice(count);
    this.needed = 0;
  }

  private fail(code: FaultCode, offset: number, text: string, status = 400): Frame {
    const answerable = readAnswerable(this.held, this.limits);
    this.held = '';
    const fault = { code, offset, text, status };
    this.broken = { type: 'fault', fault: answerable ? { ...fault, answerable } : fault };
    return this.broken;
  }
}

/** The longest end of `text` that may be the beginning of the end of the header fields. */
function tailOf(text: string): string {
  return text.slice(1 - END_OF_HEADERS.length);
}

/** The end of the header field that begins at `at`, the lines folded into it included. */
function endOfField(text: string, at: number): number {
  for (let from = at; ; ) {
    const lineEnd = text.indexOf('\r\n', from);
    const next = text.charCodeAt(lineEnd + 2);
    if (next !== SPACE && next !== TAB) return lineEnd;
    from = lineEnd + 2;
  }
}

/** The number after the name that ends at `at`, or -1. */
function readValue(text: string, at: number, end: number): number {
  const colon = skipSpace(text, at, end);
  if (text.charCodeAt(colon) !== COLON) return -1;
  const value = text.slice(colon + 1, end).trim();
  return readInteger(value, 0, value.length, LENGTH_MAX);
}

/** The request whose end cannot be found, if its header fields are there: so much is owed to its sender. */
function readAnswerable(text: string, limits: ParseLimits): SipRequest | undefined {
  const end = text.indexOf(END_OF_HEADERS);
  if (end < 0) return undefined;
  const parsed = parseMessage(text.slice(0, end + END_OF_HEADERS.length), limits);
  if (!parsed.ok) return parsed.fault.answerable;
  const { message } = parsed;
  return message.kind === 'request' && message.method !== 'ACK' ? message : undefined;
}
