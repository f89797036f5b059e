/** A message while it is read: what was found so far, and the first thing that was wrong. */
import {
  BACKSLASH,
  endOfRun,
  isDigit,
  readInteger,
  SPACE,
  skipSpace,
  TOKEN,
} from './characters.ts';
import { CALL_ID, CONTENT_LENGTH, CSEQ, FROM, type HeaderName, TO, VIA } from './header-names.ts';
import { Headers } from './headers.ts';
import type { ParseLimits } from './limits.ts';
import type { Fault, FaultCode, Parsed, SipRequest, SipResponse, Via } from './message.ts';
import { internMethod, METHODS } from './methods.ts';
import { scanTagOfAddress } from './name-addr.ts';
import { scanVia } from './via.ts';

/** RFC 3261 §8.1.1.5: less than 2^31. */
const CSEQ_MAX = 0x7fff_ffff;
const LENGTH_MAX = 0xffff_ffff;
const REQUIRED = FROM.single | TO.single | CALL_ID.single | CSEQ.single;

/** Stands in for the Via of a message that has none that could be read. */
const NO_VIA: Via = {
  transport: '',
  host: '',
  port: 0,
  branch: '',
  rport: false,
  received: '',
  maddr: '',
};

export class Draft {
  readonly text: string;
  readonly limits: ParseLimits;
  readonly headers = new Headers();
  /** Whether lines end with CRLF, not with a bare LF. */
  crlf: boolean;
  /** The first CR among the header fields of a text whose lines end with LF; -1: none. */
  strayCr = -1;
  /** '' for a response. */
  method = '';
  uri = '';
  status = 0;
  reason = '';

  private via: Via | undefined;
  private viaHops = 0;
  private callId = '';
  private cseq = 0;
  private cseqMethod = '';
  private cseqAt = 0;
  private fromTag = '';
  private toTag = '';
  private contentLength = -1;
  private lengthAt = 0;
  /** Bits of the fields that may stand once and did. */
  private seen = 0;

  private code: FaultCode | undefined;
  private offset = 0;
  private why = '';
  private answer = 400;

  constructor(text: string, limits: ParseLimits) {
    this.text = text;
    this.limits = limits;
    this.crlf = true;
  }

  /** Notes a fault. The first one counts. Gives false, for `return draft.refuse(…)` where all is lost. */
  refuse(code: FaultCode, offset: number, why: string, status = 400): false {
    if (this.code === undefined) {
      this.code = code;
      this.offset = offset;
      this.why = why;
      this.answer = status;
    }
    return false;
  }

  /** Notes a fault after which no further header field can be found; gives the offset of no body. */
  lost(offset: number, why: string, status = 400): -1 {
    this.refuse(status === 400 ? 'header' : 'limit', offset, why, status);
    return -1;
  }

  /** Takes from a known header field what every layer asks for. */
  note(known: HeaderName, text: string, at: number, end: number, offset: number): void {
    if (known === VIA) {
      this.noteVia(text, at, end, offset);
      return;
    }
    if (known.single === 0) return;
    if ((this.seen & known.single) !== 0) {
      this.refuse('repeated header', offset, `a second ${known.name}`);
      return;
    }
    this.seen |= known.single;
    if (known === FROM) this.fromTag = this.readTag(text, at, end, offset);
    else if (known === TO) this.toTag = this.readTag(text, at, end, offset);
    else if (known === CALL_ID) this.noteCallId(text, at, end, offset);
    else if (known === CSEQ) this.noteCseq(text, at, end, offset);
    else if (known === CONTENT_LENGTH) this.noteContentLength(text, at, end, offset);
  }

  private noteVia(text: string, at: number, end: number, offset: number): void {
    if (this.viaHops === 0) {
      this.via = scanVia(text, at, end, false);
      if (this.via === undefined) {
        this.refuse('via', offset, 'malformed Via');
        this.via = scanVia(text, at, end, true);
      }
    }
    this.viaHops++;
    for (let comma = text.indexOf(',', at); comma >= 0 && comma < end; ) {
      this.viaHops++;
      comma = text.indexOf(',', comma + 1);
    }
    if (this.viaHops > this.limits.viaHops) this.refuse('limit', offset, 'too many Via values');
  }

  private readTag(text: string, at: number, end: number, offset: number): string {
    const tag = scanTagOfAddress(text, at, end);
    if (tag === undefined) this.refuse('address', offset, 'malformed address');
    return tag ?? '';
  }

  private noteCallId(text: string, at: number, end: number, offset: number): void {
    this.callId = text.slice(at, end);
    let next = at;
    while (next < end && text.charCodeAt(next) > SPACE) next++;
    if (next < end || at === end) this.refuse('header', offset, 'malformed Call-ID');
  }

  private noteCseq(text: string, at: number, end: number, offset: number): void {
    this.cseqAt = offset;
    let digitsEnd = at;
    while (digitsEnd < end && isDigit(text.charCodeAt(digitsEnd))) digitsEnd++;
    const methodAt = skipSpace(text, digitsEnd, end);
    this.cseqMethod = internMethod(text, methodAt, end);
    const number = readInteger(text, at, digitsEnd, CSEQ_MAX + 1);
    this.cseq = number > CSEQ_MAX ? 0 : Math.max(number, 0);
    const wellFormed =
      methodAt > digitsEnd && methodAt < end && endOfRun(TOKEN, text, methodAt, end) === end;
    if (number < 0 || number > CSEQ_MAX || !wellFormed)
      this.refuse('cseq', offset, 'malformed CSeq');
  }

  private noteContentLength(text: string, at: number, end: number, offset: number): void {
    this.lengthAt = offset;
    this.contentLength = readInteger(text, at, end, LENGTH_MAX);
    if (this.contentLength < 0) this.refuse('content length', offset, 'malformed Content-Length');
  }

  /** The message or the fault. `bodyAt` is -1 when the header fields have no end. */
  finish(bodyAt: number): Parsed {
    const nul = this.text.indexOf('\0');
    if (nul >= 0 && nul < bodyAt) this.checkNuls(nul, bodyAt);
    const body = bodyAt < 0 ? '' : this.readBody(bodyAt);
    this.checkRequired();
    if (this.code !== undefined) return { ok: false, fault: this.fault(this.code) };
    return { ok: true, message: this.method === '' ? this.response(body) : this.request(body) };
  }

  /** A NUL may stand only as a quoted pair (`intmeth` of RFC 4475): other readers end the text there. */
  private checkNuls(first: number, end: number): void {
    for (let at = first; at >= 0 && at < end; at = this.text.indexOf('\0', at + 1)) {
      if (this.text.charCodeAt(at - 1) !== BACKSLASH) {
        this.refuse('header', at, 'a NUL among the header fields');
        return;
      }
    }
  }

  private readBody(bodyAt: number): string {
    const { text, contentLength, limits } = this;
    const rest = text.length - bodyAt;
    if (contentLength > rest)
      this.refuse('content length', this.lengthAt, 'body shorter than Content-Length');
    const bytes = contentLength < 0 ? rest : contentLength;
    if (bytes > limits.bodyBytes) this.refuse('limit', bodyAt, 'body too long', 413);
    // A Content-Length shorter than the datagram cuts it (RFC 3261 §18.3).
    return bytes === 0 ? '' : text.slice(bodyAt, bodyAt + bytes);
  }

  /** The fields that no message may lack, and whether CSeq names the method of the request line. */
  private checkRequired(): void {
    const { via, seen, method, cseqMethod } = this;
    if (via === undefined) this.refuse('missing header', 0, 'no Via');
    if ((seen & REQUIRED) !== REQUIRED) {
      const missing = [FROM, TO, CALL_ID, CSEQ].find((known) => (seen & known.single) === 0);
      this.refuse('missing header', 0, `no ${missing?.name}`);
    }
    if (method === '' || method === cseqMethod) return;
    // RFC 4475 §3.1.2.18: for a method nobody knows 501 says more than 400.
    this.refuse('cseq', this.cseqAt, 'CSeq of another method', METHODS.has(method) ? 400 : 501);
  }

  private fault(code: FaultCode): Fault {
    const fault = { code, offset: this.offset, text: this.why, status: this.answer };
    // Nothing answers an ACK, and without a Via nobody knows where to.
    if (this.method === '' || this.method === 'ACK' || this.via === undefined) return fault;
    return { ...fault, answerable: this.request('') };
  }

  private request(body: string): SipRequest {
    return {
      kind: 'request',
      method: this.method,
      uri: this.uri,
      headers: this.headers,
      body,
      via: this.via ?? NO_VIA,
      callId: this.callId,
      cseq: this.cseq,
      cseqMethod: this.cseqMethod,
      fromTag: this.fromTag,
      toTag: this.toTag,
    };
  }

  private response(body: string): SipResponse {
    return {
      kind: 'response',
      status: this.status,
      reason: this.reason,
      headers: this.headers,
      body,
      via: this.via ?? NO_VIA,
      callId: this.callId,
      cseq: this.cseq,
      cseqMethod: this.cseqMethod,
      fromTag: this.fromTag,
      toTag: this.toTag,
    };
  }
}
