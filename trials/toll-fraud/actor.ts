/**
 * Somebody with a socket who sends what he likes: an honest phone, a gateway, or a fraud. Requests are text that each
 * row of the table shapes; nothing of the product's own stack checks or mends them on the way out.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { ha1 } from '../../src/sip/digest/algorithm.ts';
import { digestRequest, digestResponse } from '../../src/sip/digest/response.ts';
import type { SipRequest, SipResponse } from '../../src/sip/message/message.ts';
import { parseCredentials } from '../../src/sip/message/parameters.ts';
import { parseMessage } from '../../src/sip/message/parse.ts';
import { respond } from '../../src/sip/message/serialize.ts';

export const DOMAIN = 'pbx.test';
const ANSWER_WITHIN_MS = 5000;

export type ActorOptions = {
  readonly address: string;
  /** 0 or absent: any. */
  readonly port?: number;
  readonly user: string;
  /** Absent: it answers no challenge. */
  readonly password?: string;
  /** The manager's port on 127.0.0.1. */
  readonly server: number;
};

/** What it does with a call that comes in. A header line goes with what is no acceptance. */
export type Habit =
  | { readonly does: 'take' | 'ring' }
  | { readonly does: 'refuse'; readonly status: number; readonly headers?: string };

/** One request. What is not said is as an honest phone has it. */
export type Order = {
  readonly method: string;
  readonly uri: string;
  readonly from?: string;
  readonly to?: string;
  readonly contact?: string;
  readonly via?: string;
  readonly headers?: string;
  readonly body?: string;
  /** In a dialog; the order's sender need not be who has it. */
  readonly dialog?: Dialog;
  readonly callId?: string;
  readonly fromTag?: string;
  readonly cseq?: number;
};

export type Dialog = {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly local: string;
  readonly remote: string;
  /** Request-URI of what is sent in it. */
  readonly target: string;
  cseq: number;
};

export type Reply = { readonly status: number; readonly code: string; readonly dialog?: Dialog };

let counter = 0;

export class Actor {
  readonly options: ActorOptions;
  readonly at: string;
  habit: Habit = { does: 'take' };
  /** `INVITE 2001`: what came unasked, but for what ends and confirms calls and asks for signs of life. */
  readonly came: string[] = [];
  /** Calls that came in and were taken, the latest first. */
  readonly taken: Dialog[] = [];
  /** How often it has heard that somebody rings. */
  rung = 0;
  /** Calls of its that others have ended. */
  ended = 0;
  /** Statuses that NOTIFYs for a REFER have brought. */
  readonly notified: number[] = [];
  readonly #socket: Socket;
  readonly #waiting = new Map<string, (response: SipResponse) => void>();
  /** Call-IDs of its own requests. */
  readonly #asked = new Set<string>();
  #wake: () => void = () => {};
  #isClosed = false;

  private constructor(options: ActorOptions, socket: Socket) {
    this.options = options;
    this.#socket = socket;
    this.at = `${options.address}:${socket.address().port}`;
    socket.on('error', () => {});
    socket.on('message', (bytes, { address, port }) =>
      this.#receive(bytes.toString('latin1'), address, port),
    );
  }

  static async open(options: ActorOptions): Promise<Actor> {
    const socket = createSocket('udp4');
    socket.bind(options.port ?? 0, options.address);
    await once(socket, 'listening');
    return new Actor(options, socket);
  }

  /** The final answer, credentials given where they are wanted and there are some. Status 0: none came. */
  async ask(order: Order): Promise<Reply> {
    const { password } = this.options;
    const callId = order.dialog?.callId ?? order.callId ?? `c${++counter}`;
    const fromTag = order.dialog?.localTag ?? order.fromTag ?? `t${++counter}`;
    const first = order.dialog === undefined ? (order.cseq ?? 1) : ++order.dialog.cseq;
    const said = { ...order, callId, fromTag };
    let response = await this.#exchange({ ...said, cseq: first });
    if (response?.status === 401 && password !== undefined) {
      const authorization = credentials(response, order, this.options.user, password);
      const cseq = order.dialog === undefined ? first + 1 : ++order.dialog.cseq;
      const headers = authorization + (order.headers ?? '');
      response = await this.#exchange({ ...said, headers, cseq });
    }
    if (response === undefined) return { status: 0, code: '' };
    const { status, headers } = response;
    const [code = ''] = /LW-\d{4}/.exec(headers.first('Reason') ?? '') ?? [];
    if (order.method !== 'INVITE' || status >= 300) return { status, code };
    const dialog = {
      callId,
      localTag: fromTag,
      remoteTag: response.toTag,
      local: headers.first('From') ?? '',
      remote: headers.first('To') ?? '',
      target: uriIn(headers.first('Contact') ?? ''),
      cseq: response.cseq,
    };
    return { status, code, dialog };
  }

  /** A call that was taken; it stands. Throws if it was not. */
  async call(order: Omit<Order, 'method'>): Promise<Dialog> {
    const { status, dialog } = await this.ask({ ...order, method: 'INVITE' });
    if (dialog === undefined) throw new Error(`${this.options.user} to ${order.uri}: ${status}`);
    return dialog;
  }

  /** What a proof of who it is would be for another request than it is sent with. */
  async proofFor(order: Order): Promise<string> {
    const response = await this.#exchange({ ...order, callId: `c${++counter}`, fromTag: 'x' });
    const { user, password = '' } = this.options;
    return response === undefined ? '' : credentials(response, order, user, password);
  }

  async hangUp(dialog: Dialog): Promise<void> {
    await this.ask({ method: 'BYE', uri: dialog.target, dialog });
  }

  /** Until that is so; looked at whenever something has come. */
  async until(isSo: () => boolean): Promise<void> {
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, ANSWER_WITHIN_MS);
    while (!isSo() && !isLate)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    clearTimeout(late);
  }

  /** Also a second time. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  #exchange(order: Order): Promise<SipResponse | undefined> {
    const { user, server } = this.options;
    const { method, uri, dialog, body = '', callId = '', fromTag = '', cseq = 1 } = order;
    const branch = `z9hG4bK${++counter}`;
    const self = `<sip:${user}@${DOMAIN}>`;
    const via = order.via ?? `SIP/2.0/UDP ${this.at};rport`;
    const from = dialog?.local ?? `${order.from ?? self};tag=${fromTag}`;
    const to = dialog?.remote ?? order.to ?? `<${uri.replace(/[?;].*/, '')}>`;
    const offer = method === 'INVITE' && body === '' ? sdpOf(this.options.address) : body;
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: ${via.replace(/(SIP\/2\.0\/\w+ [^;,]*)/, `$1;branch=${branch}`)}`,
      'Max-Forwards: 70',
      `From: ${from}`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: ${order.contact ?? `<sip:${user}@${this.at}>`}`,
    ];
    this.#asked.add(callId);
    const type = method === 'INVITE' ? 'Content-Type: application/sdp\r\n' : '';
    const tail = `${order.headers ?? ''}${type}Content-Length: ${offer.length}\r\n\r\n${offer}`;
    const text = `${lines.join('\r\n')}\r\n${tail}`;
    return new Promise((resolve) => {
      const key = `${callId} ${cseq} ${method}`;
      const done = (response: SipResponse | undefined): void => {
        clearTimeout(late);
        this.#waiting.delete(key);
        resolve(response);
      };
      const late = setTimeout(() => done(undefined), ANSWER_WITHIN_MS);
      this.#waiting.set(key, (response) => {
        if (response.status === 180) this.rung++;
        if (response.status < 200) return;
        if (method === 'INVITE') this.#acknowledge(lines, response);
        done(response);
      });
      this.#socket.send(Buffer.from(text, 'latin1'), server, '127.0.0.1');
    });
  }

  /** Of an INVITE whose lines those are. */
  #acknowledge(lines: readonly string[], response: SipResponse): void {
    const isTaken = response.status < 300;
    const [first = '', via = '', hops = '', from = '', , callId = '', cseq = ''] = lines;
    const uri = isTaken ? uriIn(response.headers.first('Contact') ?? '') : first.split(' ')[1];
    const text = [
      `ACK ${uri} SIP/2.0`,
      isTaken ? via.replace('branch=z9hG4bK', 'branch=z9hG4bKa') : via,
      hops,
      from,
      `To: ${response.headers.first('To')}`,
      callId,
      cseq.replace('INVITE', 'ACK'),
      'Content-Length: 0\r\n\r\n',
    ].join('\r\n');
    this.#socket.send(text, this.options.server, '127.0.0.1');
  }

  #receive(text: string, address: string, port: number): void {
    const parsed = parseMessage(text);
    if (!parsed.ok) return;
    const { message } = parsed;
    if (message.kind === 'response') {
      const key = `${message.callId} ${message.cseq} ${message.cseqMethod}`;
      const waiter = this.#waiting.get(key);
      waiter?.(message);
      this.#wake();
      // To a request that somebody else has sent in its name.
      if (!this.#asked.has(message.callId)) this.#note(`answer ${message.status}`);
      return;
    }
    this.#serve(message, (status, headers = '', body = '') => {
      const options = { toTag: `at${this.at}`, headers };
      const described =
        body === '' ? options : { ...options, contentType: 'application/sdp', body };
      this.#socket.send(respond(message, status, undefined, described), port, address);
    });
    this.#wake();
  }

  #serve(
    request: SipRequest,
    answer: (status: number, headers?: string, body?: string) => void,
  ): void {
    const { method, uri, headers, toTag } = request;
    if (method === 'ACK') return;
    if (method === 'BYE') this.ended++;
    if (['BYE', 'CANCEL', 'OPTIONS', 'PRACK'].includes(method)) return answer(200);
    if (method === 'NOTIFY') {
      const [, status] = /^SIP\/2\.0 (\d+)/.exec(request.body) ?? [];
      if (status !== undefined) this.notified.push(Number(status));
      return answer(200);
    }
    const contact = `Contact: <sip:${this.options.user}@${this.at}>\r\n`;
    const session = sdpOf(this.options.address);
    if (toTag !== '') return answer(200, contact, session);
    this.#note(`${method} ${/^\w+:([^@]*)/.exec(uri)?.[1] ?? uri}`);
    if (method !== 'INVITE') return answer(200);
    const { habit } = this;
    if (habit.does === 'refuse') return answer(habit.status, habit.headers);
    answer(180, contact);
    if (habit.does === 'ring') return;
    answer(200, contact, session);
    this.taken.unshift({
      callId: request.callId,
      localTag: `at${this.at}`,
      remoteTag: request.fromTag,
      local: `${headers.first('To')};tag=at${this.at}`,
      remote: headers.first('From') ?? '',
      target: uriIn(headers.first('Contact') ?? ''),
      cseq: 100,
    });
  }

  #note(what: string): void {
    this.came.push(what);
  }
}

/** The Authorization line that answers a challenge by MD5 or SHA-256. */
function credentials(
  response: SipResponse,
  { method, uri, body = '' }: Order,
  user: string,
  password: string,
): string {
  const challenge = parseCredentials(response.headers.first('WWW-Authenticate') ?? '');
  const { parameters } = challenge ?? { parameters: new Map<string, string>() };
  const algorithm = parameters.get('algorithm') === 'SHA-256' ? 'SHA-256' : 'MD5';
  const realm = parameters.get('realm') ?? '';
  const nonce = parameters.get('nonce') ?? '';
  const [count, cnonce, qop] = ['00000001', `n${++counter}`, 'auth'] as const;
  const proof = digestResponse({
    ...{ algorithm, session: false, nonce, count, cnonce, qop },
    ha1: ha1(user, realm, password, algorithm),
    ha2: digestRequest(algorithm, qop, method, uri, body),
  });
  return `Authorization: Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", algorithm=${algorithm}, qop=auth, nc=${count}, cnonce="${cnonce}", response="${proof}"\r\n`;
}

function sdpOf(address: string): string {
  return `v=0\r\no=- 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n`;
}

function uriIn(value: string): string {
  return /<([^>]*)>/.exec(value)?.[1] ?? value.replace(/;.*/, '');
}
