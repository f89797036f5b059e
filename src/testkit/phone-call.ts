/** A call as a simulated phone has it, and the session descriptions that it sends and reads. */
import type { Hop } from '../sip/hop.ts';
import type { Body, Leg } from '../sip/user-agent/leg.ts';
import type { Phone } from './phone.ts';

/** One call at a phone. `session`: the id in the session descriptions that it sends. */
export type PhoneCall = {
  readonly phone: Phone;
  readonly role: 'calling' | 'called';
  /** The manager that it goes through. */
  readonly server: Hop;
  leg: Leg<PhoneCall> | undefined;
  readonly session: string;
  /** Session id of the last description received; '' before. */
  remoteSession: string;
  /** 'ringing' until answered either way; 'talking' once acknowledged. */
  phase: 'ringing' | 'talking' | 'over';
  /** Final status a call ended with before it was answered. */
  status: number;
  held: boolean;
  /** Whether its INVITE carries the offer, and if not, whether the other's has been answered. */
  readonly isOffering: boolean;
  hasAnswered: boolean;
};

/** A description with the call's own session id, by which the other end can be told who sent it. */
export function sessionOf(call: PhoneCall, direction: 'sendrecv' | 'sendonly'): Body {
  const { address: own, formats = '0', isPlaced = false } = call.phone.options;
  const { address } = own;
  const type = 'application/sdp';
  const body =
    `v=0\r\no=- ${call.session} 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\n` +
    `t=0 0\r\nm=audio 4000 RTP/AVP ${formats}\r\na=${direction}\r\n`;
  return isPlaced ? placed(type, body) : { type, body };
}

function placed(type: string, body: string): Body {
  return {
    type: 'multipart/mixed;boundary="a b"',
    body:
      `--a b\r\nContent-Type: ${type}\r\n\r\n${body}\r\n--a b\r\nContent-Type: application/pidf+xml\r\n` +
      'Content-ID: <here@pbx.test>\r\n\r\n<presence/>\r\n--a b--\r\n',
  };
}

/** Notes whose description it is. */
export function learn(call: PhoneCall, media: Body | undefined): void {
  const origin = /^o=- (\S+)/m.exec(media?.body ?? '');
  if (origin?.[1] !== undefined) call.remoteSession = origin[1];
}

/** A dialog as Replaces names it to the far end (RFC 3891 §6.1): the far end's tag is its to-tag. */
export function replacesOf({ leg }: PhoneCall): string {
  return `${leg?.callId};to-tag=${leg?.remoteTag};from-tag=${leg?.localTag}`;
}
