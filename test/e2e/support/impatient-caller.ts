/**
 * A caller that gives up: INVITE, and a CANCEL some milliseconds after the 180, whatever else is under
 * way. Written out here since SIPp cannot tell the 200 to CANCEL from the one to INVITE when they cross.
 * On loopback, where nothing is lost: it repeats nothing.
 */
import dgram from 'node:dgram';
import type { TestContext } from 'node:test';
import type { SippEvent } from './sipp.ts';
import { eventually } from './waiting.ts';

/** Who calls whom, from where, and how soon it gives up. */
export type ImpatientSetup = {
  readonly user: string;
  readonly domain: string;
  readonly number: string;
  readonly contact: string;
  readonly talkMs: number;
  /** Milliseconds from 180 to CANCEL: one after the other, then from the first again. */
  readonly cancelAfterMs: readonly number[];
  readonly localPort: number;
  readonly remotePort: number;
  readonly starts: { readonly calls: number; readonly rate: number };
};

/** The caller, placing its calls one after another from when it is opened. */
export class ImpatientCaller {
  readonly name = 'caller';
  /** `cancelled`, or `ended` with the name of the phone that answered. */
  readonly events: SippEvent[] = [];
  readonly surprises: string[] = [];
  readonly #setup: ImpatientSetup;
  readonly #socket = dgram.createSocket('udp4');
  /** By call number, what is known of the answer. */
  readonly #answers = new Map<number, { to: string; target: string; who: string }>();
  readonly #rung = new Set<number>();

  private constructor(setup: ImpatientSetup) {
    this.#setup = setup;
  }

  static async open(t: TestContext, setup: ImpatientSetup): Promise<ImpatientCaller> {
    const caller = new ImpatientCaller(setup);
    const socket = caller.#socket;
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(setup.localPort, '127.0.0.1', resolve);
    });
    socket.on('message', (datagram) => caller.#receive(datagram.toString('latin1')));
    let call = 0;
    const pace = setInterval(() => {
      call += 1;
      caller.#invite(call);
      if (call === setup.starts.calls) clearInterval(pace);
    }, 1000 / setup.starts.rate);
    t.after(() => {
      clearInterval(pace);
      socket.close();
    });
    return caller;
  }

  /** What it could not make sense of. */
  get trouble(): string {
    return this.surprises.join('\n');
  }

  /** Waits until each call has come to an end; 0 if nothing surprised it. */
  async finished(ms: number): Promise<number> {
    const { calls } = this.#setup.starts;
    await eventually(
      'every call has ended',
      () => this.events.length >= calls,
      ms,
      () => this.trouble,
    );
    return this.surprises.length === 0 ? 0 : 1;
  }

  #receive(text: string): void {
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(text)?.[1]);
    const method = /^CSeq: *\d+ +(\w+)/im.exec(text)?.[1];
    const call = Number(/^Call-ID: *call-(\d+)/im.exec(text)?.[1]);
    const to = /^To: *(.*)\r$/im.exec(text)?.[1] ?? '';
    if (method === 'INVITE' && status === 180) this.#ringing(call);
    else if (method === 'INVITE' && status === 200) this.#answered(call, to, text);
    else if (method === 'INVITE' && status === 487) {
      this.#send(call, 'ACK', { branch: 'call', to });
      this.events.push({ call, what: 'cancelled', detail: '' });
    } else if (method === 'BYE' && status === 200) {
      this.events.push({ call, what: 'ended', detail: this.#answers.get(call)?.who ?? '' });
    } else if (!(status === 100 || (method === 'CANCEL' && status === 200))) {
      this.surprises.push(text);
    }
  }

  #ringing(call: number): void {
    if (this.#rung.has(call)) return;
    this.#rung.add(call);
    const { cancelAfterMs } = this.#setup;
    const ms = cancelAfterMs[call % cancelAfterMs.length] ?? 0;
    setTimeout(() => {
      if (!this.#answers.has(call)) this.#send(call, 'CANCEL', { branch: 'call' });
    }, ms);
  }

  #answered(call: number, to: string, text: string): void {
    const target = /^Contact: *<([^>]*)>/im.exec(text)?.[1] ?? '';
    const known = this.#answers.get(call);
    if (known && known.to !== to) this.surprises.push(`a second answer:\n${text}`);
    if (!known) {
      this.#answers.set(call, { to, target, who: /^s=(\w+)/m.exec(text)?.[1] ?? '?' });
      setTimeout(() => this.#send(call, 'BYE', { branch: 'bye', to, target }), this.#setup.talkMs);
    }
    this.#send(call, 'ACK', { branch: 'ack', to, target });
  }

  #invite(call: number): void {
    const body =
      `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=call-${call}\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n` +
      'm=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n';
    this.#send(call, 'INVITE', { branch: 'call', body });
  }

  #send(
    call: number,
    method: string,
    what: { branch: string; to?: string; target?: string; body?: string },
  ): void {
    const { user, domain, number, contact, localPort, remotePort } = this.#setup;
    const body = what.body ?? '';
    const text = [
      `${method} ${what.target ?? `sip:${number}@${domain}`} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${localPort};rport;branch=z9hG4bK-${call}-${what.branch}`,
      'Max-Forwards: 70',
      `From: <sip:${user}@${domain}>;tag=from-${call}`,
      `To: ${what.to ?? `<sip:${number}@${domain}>`}`,
      `Call-ID: call-${call}`,
      `CSeq: ${method === 'BYE' ? 2 : 1} ${method}`,
      `Contact: <sip:${user}@${contact}>`,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
    this.#socket.send(text, remotePort, '127.0.0.1');
  }
}
