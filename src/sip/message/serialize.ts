/**
 * Messages as text: RFC 3261 §7, §8.2.6, §9.1, §17.1.1.3. Built by joining slices; what was parsed
 * is repeated, never formatted anew. All that callers supply passes through `safe.ts`.
 */
import type { SipMessage, SipRequest, SipResponse } from './message.ts';
import type { OutgoingRequest } from './outgoing.ts';
import { reasonPhrase } from './reason-phrases.ts';
import { lineSafe, oneLine, safeBlock } from './safe.ts';

export type ResponseOptions = {
  /** Added to To unless the request has a tag there. Not for 100. */
  readonly toTag?: string;
  /** Complete header lines, each ending with CRLF. Content-Type and Content-Length are not among them. */
  readonly headers?: string;
  readonly contentType?: string;
  readonly body?: string;
};

const NO_OPTIONS: ResponseOptions = {};

/** Requests that make a dialog: their answers repeat Record-Route (RFC 3261 §12.1.1, RFC 6665 §4.2.1). */
const MAKES_DIALOG: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'NOTIFY']);

/**
 * The whole text of a response: Via fields, From, To, Call-ID and CSeq as the request had them (and
 * Record-Route where a dialog is made), then `options.headers`. A field that the request lacks is
 * left out, so that a faulty request can be answered too. `reason` undefined: the usual phrase.
 */
export function respond(
  request: SipRequest,
  status: number,
  reason?: string,
  options: ResponseOptions = NO_OPTIONS,
): string {
  const { names, values } = request.headers;
  const recordsRoute = status > 100 && status < 300 && MAKES_DIALOG.has(request.method);
  let vias = '';
  let routes = '';
  let from = '';
  let to = '';
  let callId = '';
  let cseq = '';
  for (let i = 0; i < names.length; i++) {
    const value = values[i] ?? '';
    switch (names[i]) {
      case 'Via':
        vias += `Via: ${value}\r\n`;
        break;
      case 'From':
        from ||= `From: ${value}\r\n`;
        break;
      case 'To':
        to ||= `To: ${value}${newTag(request, options.toTag)}\r\n`;
        break;
      case 'Call-ID':
        callId ||= `Call-ID: ${value}\r\n`;
        break;
      case 'CSeq':
        cseq ||= `CSeq: ${value}\r\n`;
        break;
      case 'Record-Route':
        if (recordsRoute) routes += `Record-Route: ${value}\r\n`;
        break;
      case 'Timestamp':
        // RFC 3261 §8.2.6.1.
        if (status === 100) routes += `Timestamp: ${value}\r\n`;
        break;
    }
  }
  const phrase = reason === undefined ? reasonPhrase(status) : lineSafe(reason);
  const headers = options.headers === undefined ? '' : safeBlock(options.headers);
  const end = entity(options.contentType, options.body ?? '');
  return `SIP/2.0 ${status} ${phrase}\r\n${vias}${from}${to}${callId}${cseq}${routes}${headers}${end}`;
}

function newTag(request: SipRequest, tag: string | undefined): string {
  return tag === undefined || tag === '' || request.toTag !== '' ? '' : `;tag=${lineSafe(tag)}`;
}

/** Content-Type when there is a body, Content-Length, the empty line and the body. */
function entity(contentType: string | undefined, body: string): string {
  if (body === '') return 'Content-Length: 0\r\n\r\n';
  const type = contentType === undefined ? '' : `Content-Type: ${lineSafe(contentType)}\r\n`;
  return `${type}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** The whole text of a request. `via` is the value of its only Via field. */
export function serializeRequest(outgoing: OutgoingRequest, via: string): string {
  const { method, uri, from, to, callId, cseq, maxForwards, routes, headers, body } = outgoing;
  return `${lineSafe(method)} ${lineSafe(uri)} SIP/2.0\r\nVia: ${lineSafe(via)}\r\nMax-Forwards: ${maxForwards}\r\nFrom: ${lineSafe(from)}\r\nTo: ${lineSafe(to)}\r\nCall-ID: ${lineSafe(callId)}\r\nCSeq: ${cseq} ${lineSafe(method)}\r\n${safeBlock(routes)}${safeBlock(headers)}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/**
 * A parsed message as text again, its header fields in their order. A Content-Length that it had is
 * made to fit its body.
 */
export function serializeMessage(message: SipMessage): string {
  let text =
    message.kind === 'request'
      ? `${message.method} ${oneLine(message.uri)} SIP/2.0\r\n`
      : `SIP/2.0 ${message.status} ${oneLine(message.reason)}\r\n`;
  const { names, values } = message.headers;
  for (let i = 0; i < names.length; i++) {
    const value = names[i] === 'Content-Length' ? `${message.body.length}` : values[i];
    text += `${names[i]}: ${oneLine(value ?? '')}\r\n`;
  }
  return `${text}\r\n${message.body}`;
}

/**
 * The ACK for a 300-699 response (RFC 3261 §17.1.1.3): To is the response's, Route the request's. It
 * leaves with the same Via as the request.
 */
export function ackFor(outgoing: OutgoingRequest, response: SipResponse): OutgoingRequest {
  const to = response.headers.first('To') ?? outgoing.to;
  return { ...outgoing, method: 'ACK', to, headers: '', body: '' };
}

/**
 * The CANCEL for a request (RFC 3261 §9.1). It leaves with the same Via. `headers`: complete lines,
 * such as Reason.
 */
export function cancelFor(outgoing: OutgoingRequest, headers: string): OutgoingRequest {
  return { ...outgoing, method: 'CANCEL', headers, body: '' };
}
