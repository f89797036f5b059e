/**
 * A robot phone: a real SIP user agent on a UDP socket of its own, which registers, calls, rings, answers
 * and hangs up as the show has it. It plays no sound.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { SILENT } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import { ha1 } from '../../sip/digest/algorithm.ts';
import { digestRequest, digestResponse } from '../../sip/digest/response.ts';
import type { Effect } from '../../sip/effects.ts';
import type { Hop } from '../../sip/hop.ts';
import type { SipResponse } from '../../sip/message/message.ts';
import { parseMessage } from '../../sip/message/parse.ts';
import type { TransactionEvent } from '../../sip/transaction/events.ts';
import { TransactionLayer } from '../../sip/transaction/layer.ts';
import type { UserAgentEvent } from '../../sip/user-agent/events.ts';
import type { Body, Leg } from '../../sip/user-agent/leg.ts';
import { type TransactionUser, UserAgent } from '../../sip/user-agent/user-agent.ts';

/** What happens at a robot, in the order of a call. */
export type RobotEvent =
  | { readonly type: 'registered' }
  /** Somebody calls it: it rings. */
  | { readonly type: 'rings'; readonly call: Call }
  /** The line that it calls rings. */
  | { readonly type: 'rung back' }
  /** Whom it called has answered; or it has, and the caller knows. */
  | { readonly type: 'talks' }
  /** It need not ring any more; `reason`: as it was told, '' if it was not. */
  | { readonly type: 'stops ringing'; readonly reason: string }
  | { readonly type: 'refused'; readonly status: number }
  /** The far end has hung up. */
  | { readonly type: 'ended' };

export type RobotOptions = {
  readonly user: string;
  /** UDP port of its manager on 127.0.0.1. */
  readonly port: number;
  /** For managers that ask for one. */
  readonly password: string;
  /** The domain that it is of, where that is not its manager's address. */
  readonly domain?: string;
  readonly random: Random;
  readonly hear: (robot: Robot, event: RobotEvent) => void;
};

/** A call at a robot. */
export type Call = Leg<null>;

const ADDRESS = '127.0.0.1';
const TICK_MS = 20;
const EXPIRES_S = 300;

export class Robot {
  readonly user: string;
  readonly #options: RobotOptions;
  readonly #socket: Socket;
  readonly #server: Hop;
  readonly #userAgent: UserAgent<null>;
  readonly #layer: TransactionLayer<TransactionUser<null>>;
  readonly #out: Effect[] = [];
  /** What follows from this turn, in one of its own. */
  readonly #later: (() => void)[] = [];
  readonly #tick: NodeJS.Timeout;
  readonly #address: string;
  readonly #callId: string;
  readonly #domain: string;
  /** A number that is called without credentials as yet, '' otherwise. */
  #dialled = '';
  #cseq = 0;
  /** Its registration goes with credentials now: they are not tried twice. */
  #isProving = false;

  private constructor(options: RobotOptions, socket: Socket) {
    const { user, port, random } = options;
    const nowMs = performance.now();
    this.#options = options;
    this.user = user;
    this.#domain = options.domain ?? ADDRESS;
    this.#socket = socket;
    this.#server = { transport: 'udp', address: ADDRESS, port, flow: 0, listener: 0 };
    this.#address = `${ADDRESS}:${socket.address().port}`;
    this.#callId = `${user}-${random.next32().toString(36)}`;
    this.#layer = new TransactionLayer({
      nowMs,
      random,
      out: this.#out,
      sentBy: () => this.#address,
    });
    this.#userAgent = new UserAgent<null>({
      layer: this.#layer,
      random,
      log: SILENT,
      nowMs,
      contact: () => `sip:${user}@${this.#address}`,
      admit: () => ({ type: 'admitted', identity: { kind: 'device', id: user } }),
      register: () => ({ status: 405, headers: '' }),
      allowEvents: [],
      userAgent: 'Linewright robot',
    });
    socket.on('message', (bytes, { address, port: from }) =>
      this.#receive(bytes.toString('latin1'), { ...this.#server, address, port: from }),
    );
    this.#tick = setInterval(() => this.#turn(() => {}), TICK_MS).unref();
  }

  static async open(options: RobotOptions): Promise<Robot> {
    const socket = createSocket('udp4');
    socket.bind(0, ADDRESS);
    await once(socket, 'listening');
    // Its manager's port may be closed for a while: what is lost is sent again.
    socket.on('error', () => {});
    return new Robot(options, socket);
  }

  /** At its manager, for some minutes. */
  register(): void {
    this.#isProving = false;
    this.#register('');
  }

  /** `refused` comes when there is nobody, or nobody answers. */
  call(number: string): void {
    this.#turn(() => this.#invite(number, ''));
  }

  #register(authorization: string): void {
    const { user } = this;
    const domain = this.#domain;
    this.#turn(() => {
      this.#layer.request(
        {
          method: 'REGISTER',
          uri: `sip:${domain}`,
          callId: this.#callId,
          cseq: ++this.#cseq,
          from: `<sip:${user}@${domain}>;tag=${user}${this.#cseq}`,
          to: `<sip:${user}@${domain}>`,
          maxForwards: 70,
          routes: '',
          headers: `Contact: <sip:${user}@${this.#address}>\r\nExpires: ${EXPIRES_S}\r\nUser-Agent: Linewright robot\r\n${authorization}`,
          body: '',
        },
        this.#server,
        undefined,
      );
    });
  }

  #invite(number: string, authorization: string): void {
    const domain = this.#domain;
    this.#dialled = authorization === '' ? number : '';
    const order = {
      uri: `sip:${number}@${domain}`,
      hop: this.#server,
      routes: [],
      from: `<sip:${this.user}@${domain}>`,
      to: `<sip:${number}@${domain}>`,
      media: this.#session(),
      maxForwards: 70,
      headers: authorization,
      reliable: false,
      patienceMs: 0,
    };
    this.#userAgent.invite(order, null);
  }

  answer(call: Call): void {
    this.#turn(() => {
      if (call.state === 'invited') this.#userAgent.answer(call, { media: this.#session() });
    });
  }

  hangUp(call: Call): void {
    this.#turn(() => this.#userAgent.hangUp(call));
  }

  close(): void {
    clearInterval(this.#tick);
    this.#socket.close();
  }

  #receive(text: string, from: Hop): void {
    const parsed = parseMessage(text);
    if (!parsed.ok) return;
    this.#turn(() => {
      const event = this.#layer.receive(parsed.message, from);
      if (event !== undefined) this.#handle(event);
    });
  }

  #turn(action: () => void): void {
    const nowMs = performance.now();
    this.#layer.advance(nowMs, (event) => this.#handle(event));
    this.#userAgent.advance(nowMs);
    action();
    const { events } = this.#userAgent;
    const said: RobotEvent[] = [];
    for (let at = 0; at < events.length; at++) {
      const event = events[at];
      const heard = event && this.#hear(event);
      if (heard !== undefined) said.push(heard);
    }
    events.length = 0;
    for (const effect of this.#out)
      if (effect.type === 'send')
        this.#socket.send(Buffer.from(effect.text, 'latin1'), effect.hop.port, effect.hop.address);
    this.#out.length = 0;
    for (const next of this.#later.splice(0)) next();
    for (const event of said) this.#options.hear(this, event);
  }

  #handle(event: TransactionEvent<TransactionUser<null>>): void {
    const isOurs = event.type === 'response' || event.type === 'failed';
    if (!isOurs || event.transaction.method !== 'REGISTER') return this.#userAgent.receive(event);
    if (event.type !== 'response') return;
    const { status } = event.response;
    if (status === 200) this.#options.hear(this, { type: 'registered' });
    if (status !== 401) this.#isProving = false;
    if (status !== 401 || this.#isProving) return;
    this.#isProving = true;
    const authorization = this.#answerTo(event.response, 'REGISTER', `sip:${this.#domain}`);
    this.#later.push(() => this.#register(authorization));
  }

  /** The header line that answers a challenge (RFC 7616). */
  #answerTo(response: SipResponse, method: string, uri: string): string {
    const challenge = response.headers.first('WWW-Authenticate') ?? '';
    const read = (name: string) => new RegExp(`${name}="?([^",]+)`).exec(challenge)?.[1] ?? '';
    const [realm, nonce] = [read('realm'), read('nonce')];
    const algorithm = read('algorithm') === 'SHA-256' ? 'SHA-256' : 'MD5';
    const cnonce = this.#options.random.next32().toString(36);
    const count = '00000001';
    const proof = digestResponse({
      algorithm,
      session: false,
      ha1: ha1(this.user, realm, this.#options.password, algorithm),
      ha2: digestRequest(algorithm, 'auth', method, uri, ''),
      nonce,
      count,
      cnonce,
      qop: 'auth',
    });
    return `Authorization: Digest username="${this.user}", realm="${realm}", nonce="${nonce}", uri="${uri}", algorithm=${algorithm}, qop=auth, nc=${count}, cnonce="${cnonce}", response="${proof}"\r\n`;
  }

  #hear(event: UserAgentEvent<null>): RobotEvent | undefined {
    const agent = this.#userAgent;
    switch (event.type) {
      case 'invited':
        event.leg.owner = null;
        agent.progress(event.leg, 180, {});
        return { type: 'rings', call: event.leg };
      case 'progress':
        return event.status === 180 ? { type: 'rung back' } : undefined;
      case 'answered':
        agent.acknowledge(event.leg);
        return { type: 'talks' };
      case 'acknowledged':
        return { type: 'talks' };
      case 'cancelled': {
        const reason = event.request.headers.first('Reason') ?? '';
        return { type: 'stops ringing', reason: /text="([^"]*)"/.exec(reason)?.[1] ?? '' };
      }
      case 'refused': {
        const number = this.#dialled;
        if (event.status !== 401 || event.response === undefined || number === '')
          return { type: 'refused', status: event.status };
        const uri = `sip:${number}@${this.#domain}`;
        this.#invite(number, this.#answerTo(event.response, 'INVITE', uri));
        return undefined;
      }
      case 'ended':
        return { type: 'ended' };
      case 'modify':
        agent.answerModify(event.leg, this.#session());
        return undefined;
      case 'modified':
        if (event.method === 'INVITE') agent.acknowledgeModify(event.leg);
        return undefined;
      case 'request':
        agent.reply(event.leg, event.exchange, 405);
        return undefined;
      default:
        return undefined;
    }
  }

  /** Where it would be heard, if it had something to say. */
  #session(): Body {
    return {
      type: 'application/sdp',
      body:
        `v=0\r\no=robot 1 1 IN IP4 ${ADDRESS}\r\ns=-\r\nc=IN IP4 ${ADDRESS}\r\nt=0 0\r\n` +
        'm=audio 9 RTP/AVP 0\r\na=sendrecv\r\n',
    };
  }
}
