/** Requests that a simulated phone sends outside of calls, as the transaction layer takes them. */
import type { Hop } from '../sip/hop.ts';
import type { OutgoingRequest } from '../sip/message/outgoing.ts';
import { keyOf } from './network.ts';

/** Of the phone: its user, its domain and its address. */
type Sender = { readonly user: string; readonly domain: string; readonly address: Hop };

/** REGISTER of `aor`; `callId` is one for each registrar. */
export function registerRequest(
  { user, domain, address }: Sender,
  aor: string,
  callId: string,
  cseq: number,
  expiresS: number,
): OutgoingRequest {
  return {
    method: 'REGISTER',
    uri: `sip:${domain}`,
    callId,
    cseq,
    from: `<sip:${user}@${domain}>;tag=${user}${cseq}`,
    to: `<sip:${aor}@${domain}>`,
    maxForwards: 70,
    routes: '',
    headers: `Contact: <sip:${user}@${keyOf(address)}>\r\nExpires: ${expiresS}\r\n`,
    body: '',
  };
}

/** INVITE of one who dials digit by digit: each has the Call-ID and the tag of the one before (RFC 3578 §3). */
export function dialRequest({ user, domain, address }: Sender, digits: string): OutgoingRequest {
  return {
    method: 'INVITE',
    uri: `sip:${digits}@${domain};user=phone`,
    callId: `d-${user}`,
    cseq: digits.length,
    from: `<sip:${user}@${domain}>;tag=d${user}`,
    to: `<sip:${digits}@${domain};user=phone>`,
    maxForwards: 70,
    routes: '',
    headers: `Contact: <sip:${user}@${keyOf(address)}>\r\n`,
    body: '',
  };
}

/** SUBSCRIBE to the dialog package of a line. */
export function watchRequest({ user, domain, address }: Sender, number: string): OutgoingRequest {
  return {
    method: 'SUBSCRIBE',
    uri: `sip:${number}@${domain}`,
    callId: `w-${user}-${number}`,
    cseq: 1,
    from: `<sip:${user}@${domain}>;tag=w${user}`,
    to: `<sip:${number}@${domain}>`,
    maxForwards: 70,
    routes: '',
    headers:
      `Contact: <sip:${user}@${keyOf(address)}>\r\nEvent: dialog\r\nExpires: 60\r\n` +
      'Accept: application/dialog-info+xml\r\n',
    body: '',
  };
}
