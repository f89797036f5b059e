/** Bodies on their way through: what a message carries, and the header lines for one of ours. */
import { detach } from '../message/detach.ts';
import type { SipMessage } from '../message/message.ts';
import { parseParameterised } from '../message/parameters.ts';
import { headerLine } from '../message/safe.ts';
import type { Body } from './leg.ts';

/** `{media}` with the body of a message, whatever it is; `{}` when it has none. */
export function bodyOf(message: SipMessage): { readonly media?: Body } {
  const { body } = message;
  return body === '' ? {} : { media: { type: typeOf(message), body } };
}

/**
 * The session description that a message carries, plain or as a part of several (RFC 5621): offer or
 * answer. Undefined when it has none.
 */
export function sessionOf(message: SipMessage): Body | undefined {
  const { body } = message;
  if (body === '') return undefined;
  const type = typeOf(message);
  return isSession(type) ? { type, body } : undefined;
}

/** `{media}` for an event, `{}` when there is none. */
export function withMedia(media: Body | undefined): { readonly media?: Body } {
  return media === undefined ? {} : { media };
}

/** The same body, holding on to no message: for what is kept as long as a call lasts. */
export function detachBody(media: Body | undefined): Body | undefined {
  return media && { type: detach(media.type), body: detach(media.body) };
}

/** RFC 3261 §20.15: a body has a Content-Type; one without is taken for what INVITEs carry. */
function typeOf(message: SipMessage): string {
  return message.headers.first('Content-Type') ?? 'application/sdp';
}

function isSession(type: string): boolean {
  // What nearly every body is, before anything is read.
  if (type === 'application/sdp') return true;
  const value = parseParameterised(type)?.value.toLowerCase() ?? '';
  return value === 'application/sdp' || value.startsWith('multipart/');
}

/** Content-Type line for a request with that body; the serializer adds Content-Length. */
export function contentLines(media: Body | undefined): string {
  return media === undefined || media.body === '' ? '' : headerLine('Content-Type', media.type);
}
