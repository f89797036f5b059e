/**
 * A phone in virtual time: rings, answers, refuses, holds, transfers and hangs up as it is told.
 *
 * It stands on the product's own transactions and user agent, so it checks the manager's decisions,
 * not the stack's reading of the RFCs: that is what the machines' tables and real phones are for.
 */
import { SILENT } from '../base/log.ts';
import type { Effect } from '../sip/effects.ts';
import type { Hop } from '../sip/hop.ts';
import { parseMessage } from '../sip/message/parse.ts';
import { respond } from '../sip/message/serialize.ts';
import type { TransactionEvent } from '../sip/transaction/events.ts';
import { TransactionLayer } from '../sip/transaction/layer.ts';
import type { UserAgentEvent } from '../sip/user-agent/events.ts';
import type { Leg } from '../sip/user-agent/leg.ts';
import { type TransactionUser, UserAgent } from '../sip/user-agent/user-agent.ts';
import { keyOf } from './network.ts';
import { learn, type PhoneCall, replacesOf, sessionOf } from './phone-call.ts';
import type { PhoneOptions } from './phone-options.ts';
import { PhoneRegistration } from './phone-registration.ts';
import { dialRequest, registerRequest, watchRequest } from './phone-requests.ts';

export type { PhoneCall } from './phone-call.ts';
export type { PhoneOptions } from './phone-options.ts';

const TICK_MS = 10;
/** Of a registration that the phone makes by itself. */
const EXPIRES_S = 120;

export class Phone {
  readonly options: PhoneOptions;
  readonly calls = new Set<PhoneCall>();
  readonly userAgent: UserAgent<PhoneCall>;
  readonly #layer: TransactionLayer<TransactionUser<PhoneCall>>;
  readonly #out: Effect[] = [];
  readonly #registration: PhoneRegistration;
  /** REGISTERs by which it goes. */
  readonly #removals = new WeakSet<object>();
  #sessions = 0;
  #isInTurn = false;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  /** Called when a call request comes in, so that whoever plays this phone can decide. */
  onInvited: (call: PhoneCall) => void = () => {};
  onChanged: (call: PhoneCall) => void = () => {};

  constructor(options: PhoneOptions) {
    this.options = options;
    const { address, random, agenda, user, servers } = options;
    const timers = options.timers === undefined ? {} : { timers: options.timers };
    const place = keyOf(address);
    const contact = `sip:${user}@${place}`;
    this.#registration = new PhoneRegistration(servers);
    this.#layer = new TransactionLayer({
      nowMs: agenda.nowMs,
      random,
      out: this.#out,
      sentBy: () => place,
      ...timers,
    });
    this.userAgent = new UserAgent<PhoneCall>({
      layer: this.#layer,
      random,
      log: SILENT,
      nowMs: agenda.nowMs,
      contact: () => contact,
      admit: () => ({ type: 'admitted', identity: { kind: 'device', id: user } }),
      register: () => ({ status: 405, headers: '' }),
      allowEvents: [],
      ...timers,
    });
    options.network.attach(address, (text, from) => this.#receive(text, from));
  }

  get isRegistered(): boolean {
    return this.#registration.isRegistered;
  }

  /** Registered at the first manager that it knows, and nowhere else. */
  get isAtHome(): boolean {
    return this.#registration.isAtHome;
  }

  /** The manager that its requests go to. */
  get server(): Hop {
    return this.#registration.server;
  }

  /** What is left in this phone: nothing, once all is over. */
  get size(): { legs: number; transactions: number } {
    const { clients, servers } = this.#layer.size;
    return { legs: this.userAgent.size.legs, transactions: clients + servers };
  }

  /** At the manager where it is, and at its first one if that is another; 0: goes from wherever it is. */
  register(expiresS: number): void {
    const { known, wanted } = this.#registration;
    this.#turn(() => {
      for (const server of expiresS === 0 ? known : wanted) this.#registerAt(server, expiresS);
    });
  }

  #registerAt(server: Hop, expiresS: number): void {
    if (!this.#registration.ask(server, expiresS === 0)) return;
    const { aor, user, address, servers } = this.options;
    const at = server === servers[0] ? '' : `-${server.address}`;
    const callId = `r-${user}-${address.port}${at}`;
    const cseq = this.#registration.nextCseq();
    const request = registerRequest(this.options, aor, callId, cseq, expiresS);
    const transaction = this.#layer.request(request, server, undefined);
    if (expiresS === 0) this.#removals.add(transaction);
  }

  /** What came of a REGISTER. A server that has failed, or is back, is reason for another. */
  #registered(server: Hop, isRemoval: boolean, isDone: boolean): void {
    const next = [
      this.#registration.answered(server),
      this.#registration.heard({ server, isRemoval }, isDone),
    ];
    for (const ask of next)
      if (ask !== undefined) this.#registerAt(ask.server, ask.isRemoval ? 0 : EXPIRES_S);
  }

  call(number: string): PhoneCall {
    return this.#invite(number, '', true);
  }

  /** Leaves the offer to the called side: its answer goes out with the ACK, or with a PRACK. */
  callWithoutOffer(number: string): PhoneCall {
    return this.#invite(number, '', false);
  }

  #invite(number: string, headers: string, isOffering: boolean): PhoneCall {
    const { domain, user } = this.options;
    const { server } = this;
    const call = this.#begin('calling', server, isOffering);
    this.#turn(() => {
      call.leg = this.userAgent.invite(
        {
          uri: `sip:${number}@${domain}`,
          hop: server,
          routes: [],
          from: `<sip:${user}@${domain}>`,
          to: `<sip:${number}@${domain}>`,
          ...(isOffering ? { media: sessionOf(call, 'sendrecv') } : {}),
          maxForwards: 70,
          headers,
          reliable: true,
          patienceMs: 0,
        },
        call,
      );
    });
    return call;
  }

  ring(call: PhoneCall): void {
    this.#act(call, (leg) => this.userAgent.progress(leg, 180, {}));
  }

  /** 183 with a description: the caller hears what this phone plays. */
  playEarly(call: PhoneCall, reliable: boolean): void {
    const media = sessionOf(call, 'sendrecv');
    this.#act(call, (leg) => this.userAgent.progress(leg, 183, { media, reliable }));
  }

  answer(call: PhoneCall): void {
    if (call.phase !== 'ringing') return;
    this.#act(call, (leg) => this.userAgent.answer(leg, { media: sessionOf(call, 'sendrecv') }));
  }

  /** `headers`: more lines of the answer. */
  refuse(call: PhoneCall, status: number, headers = ''): void {
    if (call.phase !== 'ringing') return;
    this.#act(call, (leg) => {
      this.#over(call, status);
      this.userAgent.refuse(leg, status, headers);
    });
  }

  /** CANCEL before the answer, BYE after it. */
  hangUp(call: PhoneCall): void {
    this.#act(call, (leg) => {
      this.#over(call, 0);
      this.userAgent.hangUp(leg);
    });
  }

  hold(call: PhoneCall, held: boolean): void {
    if (call.phase !== 'talking') return;
    this.#act(call, (leg) => {
      const media = sessionOf(call, held ? 'sendonly' : 'sendrecv');
      if (this.userAgent.modify(leg, 'INVITE', media) === 'sent') call.held = held;
    });
  }

  /** A change that the other side must answer without asking its user (RFC 3311). */
  update(call: PhoneCall): void {
    if (call.phase !== 'talking') return;
    const media = sessionOf(call, 'sendonly');
    this.#act(call, (leg) => this.userAgent.modify(leg, 'UPDATE', media));
  }

  info(call: PhoneCall, digit: string): void {
    if (call.phase !== 'talking') return;
    const media = { type: 'application/dtmf-relay', body: `Signal=${digit}\r\nDuration=160\r\n` };
    this.#act(call, (leg) => this.userAgent.convey(leg, 'INFO', { media, token: 0 }));
  }

  /** Blind transfer of the far party to `number`. */
  refer(call: PhoneCall, number: string): void {
    if (call.phase !== 'talking') return;
    const headers = `Refer-To: <sip:${number}@${this.options.domain}>\r\n`;
    this.#act(call, (leg) => this.userAgent.convey(leg, 'REFER', { headers, token: 0 }));
  }

  /** Attended transfer: the far party of `call` is to speak with that of `consultation`. */
  referTo(call: PhoneCall, consultation: PhoneCall, number: string): void {
    const escaped = encodeURIComponent(replacesOf(consultation));
    const { domain } = this.options;
    const headers = `Refer-To: <sip:${number}@${domain}?Replaces=${escaped}>\r\n`;
    this.#act(call, (leg) => this.userAgent.convey(leg, 'REFER', { headers, token: 0 }));
  }

  /** Takes the place of another phone's leg: INVITE with Replaces. */
  replace(number: string, other: PhoneCall): PhoneCall {
    return this.#invite(number, `Replaces: ${replacesOf(other)}\r\n`, true);
  }

  /** Overlap dialling: all digits so far. What comes of it is not followed any further. */
  dial(digits: string): void {
    const request = dialRequest(this.options, digits);
    this.#turn(() => void this.#layer.request(request, this.server, undefined));
  }

  /** Watches a line: SUBSCRIBE to the dialog package. */
  watch(number: string): void {
    const request = watchRequest(this.options, number);
    this.#turn(() => void this.#layer.request(request, this.server, undefined));
  }

  #begin(role: PhoneCall['role'], server: Hop, isOffering: boolean): PhoneCall {
    const call: PhoneCall = {
      phone: this,
      role,
      server,
      leg: undefined,
      session: `${this.options.address.port}${++this.#sessions}`,
      remoteSession: '',
      phase: 'ringing',
      status: 0,
      held: false,
      isOffering,
      hasAnswered: false,
    };
    this.calls.add(call);
    this.options.begun?.(call);
    return call;
  }

  #act(call: PhoneCall, action: (leg: Leg<PhoneCall>) => void): void {
    const { leg } = call;
    if (leg === undefined || call.phase === 'over') return;
    this.#turn(() => action(leg));
  }

  #receive(text: string, from: Hop): void {
    const parsed = parseMessage(text);
    if (!parsed.ok) return;
    this.#turn(() => {
      const event = this.#layer.receive(parsed.message, from);
      if (event !== undefined) this.#handle(event);
    });
  }

  /** Moves its clock, acts, hears what came of it, sends what is to be sent, and sets its alarm. */
  #turn(action: () => void): void {
    // Its user acts while it is hearing of something: that belongs to the same turn.
    if (this.#isInTurn) return action();
    this.#isInTurn = true;
    const { agenda, network, address } = this.options;
    const { nowMs } = agenda;
    this.#layer.advance(nowMs, (event) => this.#handle(event));
    this.userAgent.advance(nowMs);
    action();
    const { events } = this.userAgent;
    for (let i = 0; i < events.length; i++) {
      const event = events[i];
      if (event !== undefined) this.#hear(event);
    }
    events.length = 0;
    for (const effect of this.#out) {
      if (effect.type === 'send') network.send(address, effect.hop, effect.text);
    }
    this.#out.length = 0;
    this.#isInTurn = false;
    this.#setAlarm(nowMs);
  }

  #setAlarm(nowMs: number): void {
    const dueMs = Math.min(this.#layer.nextDueMs(), this.userAgent.nextDueMs());
    const wakeAtMs = Math.max(dueMs, nowMs + TICK_MS);
    if (wakeAtMs >= this.#wakeAtMs || wakeAtMs === Number.POSITIVE_INFINITY) return;
    this.#wakeAtMs = wakeAtMs;
    this.options.agenda.at(wakeAtMs, () => {
      if (this.#wakeAtMs !== wakeAtMs) return;
      this.#wakeAtMs = Number.POSITIVE_INFINITY;
      this.#turn(() => {});
    });
  }

  #handle(event: TransactionEvent<TransactionUser<PhoneCall>>): void {
    if (event.type === 'request' && event.request.method === 'NOTIFY') {
      return this.#layer.respond(
        event.transaction,
        200,
        respond(event.request, 200, undefined, {}),
      );
    }
    const isOurs =
      (event.type === 'response' || event.type === 'failed') &&
      (event.transaction.method === 'REGISTER' || event.transaction.method === 'SUBSCRIBE');
    if (!isOurs) return this.userAgent.receive(event);
    const { transaction } = event;
    if (transaction.method === 'SUBSCRIBE') return;
    if (event.type === 'response' && event.response.status < 200) return;
    const isDone = event.type === 'response' && event.response.status < 300;
    this.#registered(transaction.hop, this.#removals.has(transaction), isDone);
  }

  #hear(event: UserAgentEvent<PhoneCall>): void {
    switch (event.type) {
      case 'invited': {
        const call = this.#begin('called', event.leg.hop, false);
        call.leg = event.leg;
        event.leg.owner = call;
        learn(call, event.media);
        this.onInvited(call);
        return;
      }
      case 'answered': {
        const call = event.leg.owner;
        call.phase = 'talking';
        learn(call, event.media);
        // Without an offer of ours the 2xx brought theirs, unless a PRACK has answered it already.
        if (call.isOffering || call.hasAnswered) this.userAgent.acknowledge(event.leg);
        else this.userAgent.acknowledge(event.leg, sessionOf(call, 'sendrecv'));
        return this.onChanged(call);
      }
      case 'progress': {
        const call = event.leg.owner;
        learn(call, event.media);
        if (!event.confirm) return;
        call.hasAnswered = true;
        return this.userAgent.confirmProgress(event.leg, sessionOf(call, 'sendrecv'));
      }
      case 'acknowledged': {
        const call = event.leg.owner;
        if (call.phase === 'over') return;
        call.phase = 'talking';
        learn(call, event.media);
        return this.onChanged(call);
      }
      case 'refused':
        return this.#over(event.leg.owner, event.status);
      case 'cancelled':
        return this.#over(event.leg.owner, 487);
      case 'ended':
        return this.#over(event.leg.owner, 0);
      case 'modify': {
        const call = event.leg.owner;
        learn(call, event.media);
        return this.userAgent.answerModify(event.leg, sessionOf(call, 'sendrecv'));
      }
      case 'modify acknowledged':
        return learn(event.leg.owner, event.media);
      case 'modified':
        learn(event.leg.owner, event.media);
        if (event.method === 'INVITE') this.userAgent.acknowledgeModify(event.leg);
        return;
      case 'request': {
        const { method } = event.exchange.request;
        return this.userAgent.reply(
          event.leg,
          event.exchange,
          method === 'INFO' || method === 'NOTIFY' ? 200 : 405,
        );
      }
      default:
    }
  }

  #over(call: PhoneCall, status: number): void {
    if (call.phase === 'over') return;
    call.phase = 'over';
    call.status = status;
    this.calls.delete(call);
    this.onChanged(call);
  }
}
