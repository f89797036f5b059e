/**
 * The server side of a phone's self-test: answers what is asked of it as the test says, and writes the
 * ladder. It has no transactions: the network of these tests loses nothing.
 */
import assert from 'node:assert/strict';
import type { SipRequest } from '../../../src/sip/message/message.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import { respond } from '../../../src/sip/message/serialize.ts';
import { Agenda } from '../../../src/testkit/agenda.ts';
import { keyOf, Network, udp } from '../../../src/testkit/network.ts';
import type { StationOptions } from '../../../src/testkit/phones/station.ts';
import { SeededRandom } from '../../../src/testkit/seeded-random.ts';

const DOMAIN = 'pbx.test';
const SERVER = udp('10.0.0.1', 5060);
const PHONE = udp('10.0.2.1', 7001);
export const SDP = 'v=0\r\no=- 99 1 IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n';

type Answer = { readonly status: number; readonly headers?: string; readonly body?: string };
/** What is to be said inside a dialog of the phone's, or in one of ours. */
type Speech = { readonly headers?: string; readonly body?: string; readonly type?: string };

export class ScriptedServer {
  readonly agenda = new Agenda();
  readonly network = new Network(this.agenda, new SeededRandom(1));
  /** `> SUBSCRIBE call-info` came from the phone, `< 200 SUBSCRIBE` went to it. */
  readonly lines: string[] = [];
  /** Answers to the next requests of a kind (`SUBSCRIBE line-seize`, `PUBLISH`); the usual, unless told. */
  readonly next = new Map<string, Answer[]>();
  readonly #heard: SipRequest[] = [];
  #cseq = 100;
  #invites = 0;
  #inviteCseq = 0;
  /** The tag of the phone's answers. */
  #phoneTag = '';

  constructor() {
    this.network.tap = (_, to, text) => this.#record(keyOf(to) === keyOf(SERVER), text);
    this.network.attach(SERVER, (text) => this.#receive(text));
  }

  /** What a phone of 2000a on line 2000 is made with. */
  get options(): StationOptions {
    const { agenda, network } = this;
    const random = new SeededRandom(2);
    const [user, aor] = ['2000a', '2000'];
    return { user, aor, domain: DOMAIN, address: PHONE, server: SERVER, agenda, network, random };
  }

  /** Lets it pass, and gives what happened since. */
  ladder(ms = 50): readonly string[] {
    const untilMs = this.agenda.nowMs + ms;
    this.agenda.at(untilMs, () => {});
    while (this.agenda.nextMs <= untilMs) this.agenda.step();
    return this.lines.splice(0);
  }

  /** The newest request of that kind: `INVITE`, `SUBSCRIBE call-info`. */
  heard(kind: string): SipRequest {
    const request = this.#heard.findLast((each) => kindOf(each) === kind || each.method === kind);
    assert(request, `no ${kind} has come`);
    return request;
  }

  /** To the newest INVITE. */
  answer(status: number, { headers = '', body = '' }: Speech = {}): void {
    this.#answer(this.heard('INVITE'), { status, headers, body });
  }

  /** NOTIFY in the newest subscription to that event. */
  notify(event: string, { headers = '', body = '', type = '' }: Speech, state = 'active'): void {
    const tail = state === 'active' ? ';expires=60' : '';
    const content = type === '' ? '' : `Content-Type: ${type}\r\n`;
    const lines = `Event: ${event}\r\nSubscription-State: ${state}${tail}\r\n${content}${headers}`;
    this.within('NOTIFY', this.heard(`SUBSCRIBE ${event}`), { headers: lines, body });
  }

  /** A request inside the dialog that a request of the phone began. */
  within(method: string, of: SipRequest, { headers = '', body = '' }: Speech = {}): void {
    const { callId, fromTag } = of;
    const names = {
      from: `${of.headers.first('To')?.replace(/;tag=.*/, '')};tag=${tagOf(of)}`,
      to: `<sip:2000@${DOMAIN}>;tag=${fromTag}`,
      callId,
    };
    this.#send(method, names, headers, body);
  }

  /** A new call to the phone; what `within` does for that is said with the call's number. */
  invite({ headers = '', body = SDP }: Speech = {}): void {
    this.#invites++;
    this.#inviteCseq = this.#cseq + 1;
    this.#send('INVITE', this.#namesOf(''), headers, body);
  }

  cancel(): void {
    this.#send('CANCEL', this.#namesOf(''), '', '', this.#inviteCseq);
  }

  /** ACK to the phone's 200, or a request of the call that began with `invite`. */
  inCall(method: string, speech: Speech = {}, toTag = this.#phoneTag): void {
    const { headers = '', body = '' } = speech;
    const names = this.#namesOf(`;tag=${toTag}`);
    if (method === 'INVITE') this.#inviteCseq = this.#cseq + 1;
    if (method === 'ACK') this.#send(method, names, headers, body, this.#inviteCseq);
    else this.#send(method, names, headers, body);
  }

  #namesOf(tag: string) {
    return {
      from: `<sip:1001@${DOMAIN}>;tag=theirs`,
      to: `<sip:2000@${DOMAIN}>${tag}`,
      callId: `call-${this.#invites}`,
    };
  }

  #send(
    method: string,
    { from, to, callId }: { from: string; to: string; callId: string },
    headers: string,
    body: string,
    cseq = ++this.#cseq,
  ): void {
    const branch = method === 'ACK' ? `z9hG4bKack${cseq}` : `z9hG4bK${cseq}`;
    const content = body.startsWith('v=0') ? 'Content-Type: application/sdp\r\n' : '';
    this.network.send(
      SERVER,
      PHONE,
      `${method} sip:2000a@${keyOf(PHONE)} SIP/2.0\r\n` +
        `Via: SIP/2.0/UDP ${keyOf(SERVER)};branch=${branch}\r\nMax-Forwards: 70\r\n` +
        `From: ${from}\r\nTo: ${to}\r\nCall-ID: ${callId}\r\nCSeq: ${cseq} ${method}\r\n` +
        `Contact: <sip:${keyOf(SERVER)}>\r\n${headers}${content}` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
  }

  #receive(text: string): void {
    const parsed = parseMessage(text);
    assert(parsed.ok, `the phone sent what cannot be read: ${text}`);
    const { message } = parsed;
    if (message.kind === 'response') {
      if (message.toTag !== '') this.#phoneTag = message.toTag;
      return;
    }
    this.#heard.push(message);
    const kind = kindOf(message);
    const told = this.next.get(kind)?.shift() ?? usual(message);
    if (told !== undefined) this.#answer(message, told);
    if (message.method === 'CANCEL') this.answer(487);
  }

  #answer(request: SipRequest, { status, headers = '', body = '' }: Answer): void {
    const text = respond(request, status, undefined, {
      toTag: tagOf(request),
      headers: `Contact: <sip:${keyOf(SERVER)}>\r\n${headers}`,
      contentType: 'application/sdp',
      body,
    });
    this.network.send(SERVER, PHONE, text);
  }

  #record(isUp: boolean, text: string): void {
    const parsed = parseMessage(text);
    assert(parsed.ok, `somebody sent what cannot be read: ${text}`);
    const { message } = parsed;
    const { headers, body, cseqMethod } = message;
    const isRequest = message.kind === 'request';
    const what = isRequest ? kindOf(message) : `${message.status} ${cseqMethod}`;
    if (cseqMethod === 'REGISTER' || (!isRequest && message.status === 100)) return;
    const state = headers.first('Subscription-State') ?? '';
    const parts = [
      isUp ? '>' : '<',
      what,
      isRequest && message.method === 'INVITE' ? (isUp ? userOf(message) : '') : '',
      isRequest && message.toTag !== '' && message.method === 'INVITE' ? 'again' : '',
      headers.first('Expires') === '0' ? 'end' : '',
      ...headers.all('Call-Info').map((value) => `[${infoOf(value)}]`),
      headers.has('Replaces') ? `Replaces ${headers.first('Replaces')}` : '',
      state.startsWith('terminated') ? state : '',
      /^a=(\w+)/m.exec(body)?.[1] ?? '',
      ...dialogsOf(body),
    ];
    this.lines.push(parts.filter((part) => part !== '').join(' '));
  }
}

function usual({ method, headers, body }: SipRequest): Answer | undefined {
  switch (method) {
    case 'ACK':
      return undefined;
    case 'INVITE':
      return { status: 100 };
    case 'SUBSCRIBE':
      return { status: 200, headers: `Expires: ${headers.first('Expires')}\r\n` };
    case 'PUBLISH':
      return { status: 200, headers: `SIP-ETag: e${body.length}\r\nExpires: 180\r\n` };
    default:
      return { status: 200 };
  }
}

/** A tag of ours, the same for all that is said in one dialog. */
function tagOf({ callId }: SipRequest): string {
  return `s${callId}`;
}

function kindOf({ method, headers }: SipRequest): string {
  const event = headers.first('Event');
  return event === undefined ? method : `${method} ${event}`;
}

function userOf({ uri, toTag }: SipRequest): string {
  return toTag === '' ? (/^sip:([^@]+)@/.exec(uri)?.[1] ?? '') : '';
}

function infoOf(value: string): string {
  const parts = value.matchAll(/appearance-(?:index|state)=([\w*-]+)/g);
  return [...parts].map(([, text]) => text).join(' ');
}

function dialogsOf(body: string): string[] {
  if (!body.includes('<dialog-info')) return [];
  const state = /<state>(\w+)</.exec(body)?.[1] ?? 'nothing';
  const appearance = /appearance>(\d+)</.exec(body)?.[1];
  return [
    state,
    body.includes('call-id=') ? 'bound' : 'unbound',
    appearance === undefined ? 'without number' : `number ${appearance}`,
    ...(body.includes('exclusive>true') ? ['exclusive'] : []),
    ...(body.includes('replaced-dialog') ? ['in place of another'] : []),
  ];
}
