/** A gateway that does what a script says: bytes on the simulated network, no stack of ours behind it. */
import type { Hop } from '../../src/sip/hop.ts';
import type { SipMessage, SipRequest } from '../../src/sip/message/message.ts';
import { parseMessage } from '../../src/sip/message/parse.ts';
import { respond } from '../../src/sip/message/serialize.ts';
import type { Body } from '../../src/sip/user-agent/leg.ts';
import { keyOf, udp } from '../../src/testkit/network.ts';
import type { Site } from '../../src/testkit/site.ts';

/** One answer: after that time (0 unless told), with those header lines. */
export type Answer = {
  readonly status: number;
  readonly afterMs?: number;
  readonly headers?: string;
};
/** What it says to a request that is new to it. Without a word it is silent. */
export type Script = (request: SipRequest) => readonly Answer[];

/** `formats`: payload types, `0 8`. */
function sessionOf(formats: string): string {
  return `v=0\r\no=- 7 1 IN IP4 10.0.2.1\r\ns=-\r\nc=IN IP4 10.0.2.1\r\nt=0 0\r\nm=audio 4 RTP/AVP ${formats}\r\n`;
}

export class ScriptedGateway {
  readonly address: Hop;
  /** Requests that were new, oldest first. */
  readonly requests: SipRequest[] = [];
  /** Final statuses of what it has asked for itself. */
  readonly statuses: number[] = [];
  script: Script;
  /** What its session descriptions have. */
  formats = '0';
  /** In the place of such a description, when it calls. */
  body: Body | undefined;
  readonly #site: Site;
  #invites = 0;

  constructor(site: Site, port: number, script: Script) {
    this.#site = site;
    this.address = udp('10.0.2.1', port);
    this.script = script;
    site.network.attach(this.address, (text, from) => this.#receive(text, from));
  }

  /** `INVITE +44, CANCEL`: what was asked, but for OPTIONS. */
  get asked(): string {
    return this.requests
      .filter(({ method }) => method !== 'OPTIONS')
      .map(({ method, uri }) => (method === 'INVITE' ? `INVITE ${userOf(uri)}` : method))
      .join(', ');
  }

  /** Values of a header of its INVITEs, one each, '-' where there is none. */
  header(name: string): string[] {
    return this.requests
      .filter(({ method }) => method === 'INVITE')
      .map(({ headers }) => headers.first(name)?.replace(/;tag=.*/, '') ?? '-');
  }

  /** Calls `number` at a manager. */
  call(manager: Hop, number: string, headers = '', from = '<sip:0201@10.0.2.1>'): void {
    const key = keyOf(this.address);
    const { type, body } = this.body ?? { type: 'application/sdp', body: sessionOf(this.formats) };
    const id = `in-${this.address.port}-${this.#invites++}`;
    const text =
      `INVITE sip:${number}@${keyOf(manager)} SIP/2.0\r\n` +
      `Via: SIP/2.0/UDP ${key};branch=z9hG4bK${id}\r\nMax-Forwards: 70\r\n` +
      `From: ${from};tag=${id}\r\nTo: <sip:${number}@${keyOf(manager)}>\r\n` +
      `Call-ID: ${id}\r\nCSeq: 1 INVITE\r\nContact: <sip:${key}>\r\n${headers}` +
      `Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    this.#site.network.send(this.address, manager, text);
  }

  /** Gives the last call to `number` up. */
  giveUp(manager: Hop, number: string, from = '<sip:0201@10.0.2.1>'): void {
    const key = keyOf(this.address);
    const id = `in-${this.address.port}-${this.#invites - 1}`;
    this.#send(
      manager,
      `CANCEL sip:${number}@${keyOf(manager)} SIP/2.0\r\n` +
        `Via: SIP/2.0/UDP ${key};branch=z9hG4bK${id}\r\nMax-Forwards: 70\r\n` +
        `From: ${from};tag=${id}\r\nTo: <sip:${number}@${keyOf(manager)}>\r\n` +
        `Call-ID: ${id}\r\nCSeq: 1 CANCEL\r\nContent-Length: 0\r\n\r\n`,
    );
  }

  /** The call that it was asked for last. */
  hangUp(): void {
    const request = this.requests.findLast(({ method }) => method === 'INVITE');
    if (request !== undefined) this.inCall('BYE', request);
  }

  /** A request of its own in a call that it has taken. */
  inCall(method: string, { headers, callId }: SipRequest, more = '', cseq = 7, body = ''): void {
    const contact = /<([^>]*)>/.exec(headers.first('Contact') ?? '')?.[1] ?? '';
    const [, address = '', port = ''] = /@?([\d.]+):(\d+)/.exec(contact) ?? [];
    this.#send(
      udp(address, Number(port)),
      `${method} ${contact} SIP/2.0\r\n` +
        `Via: SIP/2.0/UDP ${keyOf(this.address)};branch=z9hG4bK${method}${callId}${cseq}\r\nMax-Forwards: 70\r\n` +
        `From: ${headers.first('To')};tag=t${this.address.port}\r\nTo: ${headers.first('From')}\r\n` +
        `Call-ID: ${callId}\r\nCSeq: ${cseq} ${method}\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`,
    );
  }

  /** Offers what it has now, in a call that it has taken. */
  reoffer(request: SipRequest): void {
    const headers = `Contact: <sip:${keyOf(this.address)}>\r\nContent-Type: application/sdp\r\n`;
    this.inCall('INVITE', request, headers, 8, sessionOf(this.formats));
  }

  #send(to: Hop, text: string): void {
    this.#site.network.send(this.address, to, text);
  }

  #acknowledge({ headers, callId, cseq }: SipMessage, manager: Hop): void {
    const key = keyOf(this.address);
    this.#send(
      manager,
      `ACK sip:${keyOf(manager)} SIP/2.0\r\nVia: SIP/2.0/UDP ${key};branch=z9hG4bKack${callId}\r\n` +
        `Max-Forwards: 70\r\nFrom: ${headers.first('From')}\r\nTo: ${headers.first('To')}\r\n` +
        `Call-ID: ${callId}\r\nCSeq: ${cseq} ACK\r\nContent-Length: 0\r\n\r\n`,
    );
  }

  #receive(text: string, from: Hop): void {
    const parsed = parseMessage(text);
    if (!parsed.ok) return;
    const { message } = parsed;
    if (message.kind === 'response') {
      if (message.status >= 200) this.statuses.push(message.status);
      if (message.status >= 200 && message.status < 300 && message.cseqMethod === 'INVITE')
        this.#acknowledge(message, from);
      return;
    }
    if (message.method === 'ACK') return;
    const isKnown = this.requests.some(
      ({ via, method }) => via.branch === message.via.branch && method === message.method,
    );
    if (isKnown) return;
    this.requests.push(message);
    for (const { status, afterMs = 0, headers = '' } of this.script(message)) {
      const describes = status < 300 && status > 180 && message.method === 'INVITE';
      const answer = respond(message, status, undefined, {
        ...(status === 100 ? {} : { toTag: `t${this.address.port}` }),
        headers: `Contact: <sip:${keyOf(this.address)}>\r\n${headers}`,
        ...(describes ? { contentType: 'application/sdp', body: sessionOf(this.formats) } : {}),
      });
      this.#site.agenda.after(afterMs, () => this.#site.network.send(this.address, from, answer));
    }
  }
}

function userOf(uri: string): string {
  return /^sip:([^@]*)@/.exec(uri)?.[1] ?? '';
}

/** Everything but INVITE is answered 200, and that as `invite` says. */
export function taking(invite: Script): Script {
  return (request) => (request.method === 'INVITE' ? invite(request) : [{ status: 200 }]);
}

export const GOOD = taking(() => [{ status: 100 }, { status: 180 }, { status: 200, afterMs: 500 }]);
export const RINGS = taking(() => [{ status: 100 }, { status: 180 }]);
export const BUSY = taking(() => [{ status: 100 }, { status: 486 }]);
export const FAILING = taking(() => [{ status: 503 }]);
export const SILENT: Script = () => [];
