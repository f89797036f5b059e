/**
 * The SIP side of a scripted phone: transactions, registration, and whom a message inside a dialog belongs
 * to. What a phone means by its messages is in the files beside this one.
 *
 * Of the product it uses the parser and the transactions, which real phones and the corpus test elsewhere.
 * Dialogs, calls and subscriptions are its own: a phone here may do what no user agent should.
 */
import { type Random, token } from '../../base/random.ts';
import type { Effect } from '../../sip/effects.ts';
import type { Hop } from '../../sip/hop.ts';
import type { SipRequest, SipResponse } from '../../sip/message/message.ts';
import type { OutgoingRequest } from '../../sip/message/outgoing.ts';
import { parseMessage } from '../../sip/message/parse.ts';
import { type ResponseOptions, respond } from '../../sip/message/serialize.ts';
import type { ClientTransaction } from '../../sip/transaction/client.ts';
import type { TransactionEvent } from '../../sip/transaction/events.ts';
import { TransactionLayer } from '../../sip/transaction/layer.ts';
import type { ServerTransaction } from '../../sip/transaction/server.ts';
import type { TimerValues } from '../../sip/transaction/timers.ts';
import { keyOf } from '../network.ts';
import { answerChallenge } from './digest.ts';
import { PhoneDialog } from './phone-dialog.ts';
import type { Post, Timeline } from './place.ts';

export type StationOptions = {
  /** The account of the directory. */
  readonly user: string;
  /** The line's number: address of record. */
  readonly aor: string;
  readonly domain: string;
  readonly address: Hop;
  /** The manager that it sends to. */
  readonly server: Hop;
  readonly agenda: Timeline;
  readonly network: Post;
  readonly random: Random;
  /**
   * With one, all requests are from the line's number, as a phone of the field has it, and challenges are
   * answered as `user`. Without, requests are from `user`, whom the manager trusts by network.
   */
  readonly password?: string;
  readonly timers?: TimerValues;
};

/** A request of theirs that is to be answered. */
export type Received = {
  readonly request: SipRequest;
  readonly transaction: ServerTransaction<Asked>;
  readonly source: Hop;
};

/** What has a dialog: a call or a subscription. */
export interface Usage {
  readonly dialog: PhoneDialog;
  received(received: Received): void;
  acknowledged(request: SipRequest): void;
  cancelled(): void;
}

/** Hears each response; undefined: none came. */
type Heard = (response: SipResponse | undefined) => void;
/** A request of ours. Its transaction changes when it is challenged. */
export type Asked = { transaction: ClientTransaction<Asked> | undefined; readonly heard: Heard };

const TICK_MS = 10;
const T1_MS = 500;

export class Station {
  readonly options: StationOptions;
  /** What it was sent and should not have been. */
  readonly faults: string[] = [];
  /** Where its requests go from now on. */
  server: Hop;
  isRegistered = false;
  /** Requests inside dialogs that it does not have, answered 481: those of a former life, for the most part. */
  strays = 0;
  /** PUBLISHes that nobody answered in time. What came of them it cannot know, nor take back: it has no entity-tag. */
  unheard = 0;
  /** Answers an INVITE that begins a call. */
  onInvite: (received: Received, source: Hop) => void = (received) => this.answer(received, 480);
  #layer: TransactionLayer<Asked>;
  #out: Effect[] = [];
  #usages = new Map<string, Usage>();
  #invited = new WeakMap<ServerTransaction<Asked>, Usage>();
  #isInTurn = false;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #registerId = '';
  #registerCseq = 0;
  #sessions = 0;
  /** RFC 3261 §10.2: no REGISTER before the last one has been answered. */
  #isRegistering = false;
  #nextRegister: (() => void) | undefined;
  /** Counts crashes: what was to happen in a former life does not. */
  #life = 0;

  constructor(options: StationOptions) {
    this.options = options;
    this.server = options.server;
    this.#layer = this.#start();
  }

  get t1Ms(): number {
    return this.options.timers?.t1Ms ?? T1_MS;
  }

  /** The line. */
  get aorUri(): string {
    return this.uriOf(this.options.aor);
  }

  get contact(): string {
    return `Contact: <sip:${this.options.user}@${keyOf(this.options.address)}>\r\n`;
  }

  /** Transactions and dialogs that it has. */
  get size(): number {
    const { clients, servers } = this.#layer.size;
    return clients + servers + this.#usages.size;
  }

  uriOf(number: string): string {
    return `sip:${number}@${this.options.domain}`;
  }

  token(length = 12): string {
    return token(this.options.random, length);
  }

  /** The id of a session description: no other of this phone, nor of those beside it, has it. */
  newSession(): string {
    return `${this.options.address.port}${String(++this.#sessions).padStart(4, '0')}`;
  }

  /** A dialog that our request opens. `to`: that is whom it is for; the line, unless told. */
  openDialog(uri = this.aorUri): PhoneDialog {
    const { user, password } = this.options;
    const from = password === undefined ? this.uriOf(user) : this.aorUri;
    return new PhoneDialog({
      callId: this.token(),
      localTag: this.token(8),
      local: `<${from}>`,
      remote: `<${uri}>`,
      uri,
      hop: this.server,
    });
  }

  /** REGISTER of the line; 0 goes. Of those that wait for an earlier one only the last is sent. `done` hears the final status, 0 for none. */
  register(expiresS: number, done: (status: number) => void = () => {}): void {
    if (this.#isRegistering) {
      this.#nextRegister = () => this.register(expiresS, done);
      return;
    }
    this.#isRegistering = true;
    const { domain } = this.options;
    this.#registerId ||= this.token();
    const dialog = this.openDialog();
    const request = (auth: string): OutgoingRequest => ({
      ...dialog.request('REGISTER', `${this.contact}Expires: ${expiresS}\r\n${auth}`),
      uri: `sip:${domain}`,
      callId: this.#registerId,
      cseq: ++this.#registerCseq,
    });
    this.ask(request, this.server, (response) => {
      if (response !== undefined && response.status < 200) return;
      const isDone = response !== undefined && response.status < 300;
      this.isRegistered = isDone && expiresS > 0;
      this.#isRegistering = false;
      done(response?.status ?? 0);
      const next = this.#nextRegister;
      this.#nextRegister = undefined;
      next?.();
    });
  }

  /** REGISTER with a Call-ID that it has not had, for another reason than having been switched off. */
  registerAnew(expiresS: number): void {
    this.#registerId = '';
    this.register(expiresS);
  }

  /** Sends what `build` makes; `auth` is the line that answers a challenge, or ''. */
  ask(build: (auth: string) => OutgoingRequest, hop: Hop, heard: Heard): Asked {
    let attempts = 0;
    const asked: Asked = {
      transaction: undefined,
      heard: (response) => {
        const { status = 0 } = response ?? {};
        if ((status !== 401 && status !== 407) || response === undefined || attempts++ > 0)
          return heard(response);
        const { user, password } = this.options;
        const outgoing = build('');
        const auth =
          password === undefined
            ? undefined
            : answerChallenge(
                response,
                outgoing.method,
                outgoing.uri,
                { user, password },
                this.token(),
              );
        if (auth === undefined) return heard(response);
        const headers = `${auth}${outgoing.headers}`;
        asked.transaction = this.#layer.request({ ...outgoing, headers }, hop, asked);
      },
    };
    this.turn(() => {
      asked.transaction = this.#layer.request(build(''), hop, asked);
    });
    return asked;
  }

  /** A request without a transaction: the ACK to a 2xx. */
  say(outgoing: OutgoingRequest, hop: Hop): void {
    this.turn(() => this.#layer.send(outgoing, hop));
  }

  cancel({ transaction }: Asked, headers: string): void {
    this.turn(() => transaction && this.#layer.cancel(transaction, headers));
  }

  answer(
    { request, transaction }: Received,
    status: number,
    options: ResponseOptions = {},
  ): string {
    const text = respond(request, status, undefined, options);
    this.turn(() => this.#layer.respond(transaction, status, text));
    return text;
  }

  /** A 2xx again, whose transaction is over. */
  repeat({ transaction }: Received, text: string): void {
    this.turn(() => this.#out.push({ type: 'send', text, hop: transaction.replyTo }));
  }

  enter(usage: Usage): void {
    const { callId, localTag } = usage.dialog;
    this.#usages.set(`${callId} ${localTag}`, usage);
  }

  /** `usage` hears of a CANCEL. */
  enterInvited({ transaction }: Received, usage: Usage): void {
    this.#invited.set(transaction, usage);
    this.enter(usage);
  }

  remove({ dialog: { callId, localTag } }: Usage): void {
    this.#usages.delete(`${callId} ${localTag}`);
  }

  /** In this life, that is. */
  after(ms: number, action: () => void): void {
    const { agenda } = this.options;
    const life = this.#life;
    agenda.at(agenda.nowMs + ms, () => life === this.#life && this.turn(action));
  }

  /** It is without power: says nothing to anybody, and hears nothing until it boots. */
  crash(): void {
    this.#life++;
    this.#usages = new Map();
    this.#invited = new WeakMap();
    this.#registerId = '';
    this.#isRegistering = false;
    this.#nextRegister = undefined;
    this.isRegistered = false;
    this.#layer = this.#start();
    this.options.network.detach(this.options.address);
  }

  /** Takes what comes from now on. */
  listen(): void {
    const { network, address } = this.options;
    network.attach(address, (text, from) => this.#receive(text, from));
  }

  /** Moves its clock, acts, sends what is to be sent, and sets its alarm. */
  turn(action: () => void): void {
    // What it does while it hears of something belongs to the same turn.
    if (this.#isInTurn) return action();
    this.#isInTurn = true;
    const { agenda, network, address } = this.options;
    try {
      this.#layer.advance(agenda.nowMs, (event) => this.#handle(event));
      action();
      for (const effect of this.#out)
        if (effect.type === 'send') network.send(address, effect.hop, effect.text);
    } finally {
      this.#out.length = 0;
      this.#isInTurn = false;
    }
    this.#setAlarm();
  }

  #start(): TransactionLayer<Asked> {
    const { agenda, random, address, timers } = this.options;
    const place = keyOf(address);
    this.#out = [];
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
    return new TransactionLayer<Asked>({
      nowMs: agenda.nowMs,
      random,
      out: this.#out,
      sentBy: () => place,
      ...(timers === undefined ? {} : { timers }),
    });
  }

  #setAlarm(): void {
    const { agenda } = this.options;
    const wakeAtMs = Math.max(this.#layer.nextDueMs(), agenda.nowMs + TICK_MS);
    if (wakeAtMs >= this.#wakeAtMs || wakeAtMs === Number.POSITIVE_INFINITY) return;
    this.#wakeAtMs = wakeAtMs;
    agenda.at(wakeAtMs, () => {
      if (this.#wakeAtMs !== wakeAtMs) return;
      this.#wakeAtMs = Number.POSITIVE_INFINITY;
      this.turn(() => {});
    });
  }

  #receive(text: string, source: Hop): void {
    const parsed = parseMessage(text);
    if (!parsed.ok) {
      this.faults.push(`cannot be read: ${text.slice(0, 80)}`);
      return;
    }
    this.turn(() => {
      const event = this.#layer.receive(parsed.message, source);
      if (event !== undefined) this.#handle(event);
    });
  }

  #handle(event: TransactionEvent<Asked>): void {
    switch (event.type) {
      case 'response':
        return event.transaction.user.heard(event.response);
      case 'failed':
        return event.transaction.user.heard(undefined);
      case 'cancel':
        return this.#invited.get(event.transaction)?.cancelled();
      case 'ack':
        return this.#usageOf(event.request)?.acknowledged(event.request);
      case 'request':
        return this.#take(event, event.source);
      default:
    }
  }

  #take(received: Received, source: Hop): void {
    const { request } = received;
    if (request.toTag === '') {
      if (request.method === 'INVITE') return this.onInvite(received, source);
      return void this.answer(received, request.method === 'OPTIONS' ? 200 : 405);
    }
    const usage = this.#usageOf(request);
    if (usage === undefined) {
      this.strays++;
      return void this.answer(received, 481);
    }
    const { dialog } = usage;
    if (dialog.remoteTag !== '' && dialog.remoteTag !== request.fromTag)
      return void this.answer(received, 481);
    if (request.cseq <= dialog.remoteCseq) {
      this.faults.push(`${request.method} with CSeq ${request.cseq} after ${dialog.remoteCseq}`);
      return void this.answer(received, 500);
    }
    dialog.remoteCseq = request.cseq;
    usage.received(received);
  }

  #usageOf({ callId, toTag }: SipRequest): Usage | undefined {
    return this.#usages.get(`${callId} ${toTag}`);
  }
}
