/** What transactions are known by: RFC 3261 §17.1.3, §17.2.3, §8.2.2.2; and our own Via. */
import { type Random, token } from '../../base/random.ts';
import type { Hop } from '../hop.ts';
import { detach } from '../message/detach.ts';
import type { SipMessage, SipRequest } from '../message/message.ts';

/** RFC 3261 §8.1.1.7: what a branch begins with whose author promises that it is unique. */
const MAGIC_COOKIE = 'z9hG4bK';
/** 62 bits: nobody guesses it, and answers are matched by nothing else. */
const BRANCH_LENGTH = 12;

export function freshBranch(random: Random): string {
  return MAGIC_COOKIE + token(random, BRANCH_LENGTH);
}

/** Our Via value. Always asks for `rport`: a NAT may sit between (RFC 3581). */
export function formatVia(hop: Hop, sentBy: string, branch: string): string {
  return `SIP/2.0/${hop.transport.toUpperCase()} ${sentBy};branch=${branch};rport`;
}

/**
 * The key of the server transaction of `method` that a message belongs to: an ACK and a CANCEL ask
 * for their INVITE's, an answer of ours (in the same Via) for its own.
 *
 * Without the cookie a branch says little, and RFC 2543's rules hold: Request-URI, From tag, Call-ID,
 * CSeq number and topmost Via tell. Deviation: the To tag is left out. It is missing or ours in all
 * that one client sends about one INVITE, so that it tells nothing that the others do not.
 */
export function serverKey(message: SipMessage, method: string): string {
  const { via } = message;
  const key = `${via.branch} ${via.host}:${via.port} ${method}`;
  // In an answer the Request-URI is gone; nothing is found then.
  if (via.branch.startsWith(MAGIC_COOKIE) || message.kind === 'response') return key;
  return `${key} ${message.cseq} ${message.uri} ${message.fromTag} ${message.callId}`;
}

/**
 * A key as a string of its own. Joined text is a tree whose leaves keep their datagrams alive until
 * somebody looks into it: V8 then makes it flat, at a third of the price of a copy.
 */
export function flatKey(key: string): string {
  return key.charCodeAt(0) === 0 ? detach(key) : key;
}

/** The same for every copy of a request that was forked on its way to us. */
export function mergeKey(request: SipRequest): string {
  return `${request.cseq} ${request.method} ${request.fromTag} ${request.callId}`;
}

/**
 * A To tag for answers that leave no state behind: the same for each copy of a request (RFC 3261
 * §8.2.7), another in each manager and after each start (`seed`). Not a secret.
 */
export function statelessTag(request: SipRequest, seed: number): string {
  const text = mergeKey(request) + request.via.branch;
  // FNV-1a, twice, from two beginnings.
  let one = seed | 0;
  let two = ~seed;
  for (let i = 0; i < text.length; i++) {
    one = Math.imul(one ^ text.charCodeAt(i), 16_777_619);
    two = Math.imul(two ^ text.charCodeAt(i), 1_000_003);
  }
  return (one >>> 0).toString(36) + (two >>> 0).toString(36);
}

/** The To tag of an answer of ours, which has one To, spelt so: RFC 3261 §9.2 wants it in that to the CANCEL too. */
export function toTagOf(text: string): string {
  const at = text.indexOf('\r\nTo: ');
  if (at < 0) return '';
  const end = text.indexOf('\r\n', at + 2);
  const tagAt = text.lastIndexOf(';tag=', end);
  if (tagAt < at) return '';
  const next = text.indexOf(';', tagAt + 1);
  return detach(text.slice(tagAt + 5, next < 0 || next > end ? end : next));
}
