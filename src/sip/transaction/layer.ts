/**
 * The transaction layer: RFC 3261 §17, RFC 6026.
 *
 * Finds the transaction of each message, steps its machine, and hands up what is new: retransmissions,
 * ACKs to failures, merged requests and CANCELs end here. It answers by itself only what its user has
 * no say in (100, 200 and 481 to CANCEL, 482, 503). It knows no dialog: an ACK to a 2xx and the
 * repetition of a 2xx are its user's.
 */
import { assert } from '../../base/assert.ts';
import type { Random } from '../../base/random.ts';
import type { Effect, Send } from '../effects.ts';
import { type Hop, isSameHop } from '../hop.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts';
import type { OutgoingRequest } from '../message/outgoing.ts';
import { parseMessage } from '../message/parse.ts';
import { ackFor, cancelFor, respond, serializeRequest } from '../message/serialize.ts';
import { responseHop, stampVia } from '../message/via.ts';
import type { ClientTransaction } from './client.ts';
import type { Context, Tell } from './context.ts';
import { newCounters, type TransactionCounters } from './counters.ts';
import type { TransactionEvent } from './events.ts';
import { cancelInviteClient, type InviteClient, startInviteClient } from './invite-client.ts';
import { startInviteServer, stepInviteServer } from './invite-server.ts';
import {
  stepByAnswer,
  stepByRequest,
  stepByResponse,
  stepByTimer,
  stepByTransportError,
} from './machines.ts';
import {
  flatKey,
  formatVia,
  freshBranch,
  mergeKey,
  serverKey,
  statelessTag,
  toTagOf,
} from './matching.ts';
import { startNonInviteClient } from './non-invite-client.ts';
import { startNonInviteServer } from './non-invite-server.ts';
import type { ServerTransaction } from './server.ts';
import { TransactionTable } from './table.ts';
import { TIMER_VALUES, type TimerValues, WheelTimers } from './timers.ts';
import type { Transaction } from './transaction.ts';

const TRANSACTIONS_MAX = 200_000;
/** What a caller that met a full table is told to wait. Transactions over UDP are gone after 32 s. */
const RETRY_AFTER_S = 10;

/** RFC 3261 §18.1.1: longer requests must not leave by UDP where the path's MTU is unknown. */
const DATAGRAM_REQUEST_MAX = 1300;
/** Start line, Via, Call-ID, CSeq, Max-Forwards and Content-Length, about. */
const FIXED_OCTETS = 260;

export type TransactionLayerOptions = {
  readonly nowMs: number;
  readonly random: Random;
  /** Where effects go; whoever performs them empties it, in place. */
  readonly out: Effect[];
  /** Our `host:port` for a Via that leaves by that hop. */
  readonly sentBy: (hop: Hop) => string;
  /** A better way for a request of so many octets (RFC 3261 §18.1.1), asked for long ones over UDP only. */
  readonly preferred?: (hop: Hop, octets: number) => Hop;
  readonly timers?: TimerValues;
  /** Transactions at which new requests are refused; those inside dialogs at an eighth more. 200,000. */
  readonly max?: number;
};

/** `U`: what the user hangs on transactions. */
export class TransactionLayer<U> {
  readonly counters: TransactionCounters = newCounters();
  readonly #out: Effect[];
  readonly #random: Random;
  readonly #sentBy: (hop: Hop) => string;
  readonly #preferred: (hop: Hop, octets: number) => Hop;
  readonly #max: number;
  readonly #tagSeed: number;
  readonly #table = new TransactionTable<U>();
  readonly #timers: WheelTimers<Transaction<U>>;
  readonly #context: Context<U>;
  readonly #fire: (transaction: Transaction<U>) => void;
  #emit: (event: TransactionEvent<U>) => void = () => {};

  constructor(options: TransactionLayerOptions) {
    this.#out = options.out;
    this.#random = options.random;
    this.#sentBy = options.sentBy;
    this.#preferred = options.preferred ?? ((hop) => hop);
    this.#max = options.max ?? TRANSACTIONS_MAX;
    this.#tagSeed = options.random.next32();
    this.#timers = new WheelTimers(options.nowMs, options.timers ?? TIMER_VALUES);
    this.#context = {
      out: this.#out,
      timers: this.#timers,
      failureAck: (invite, response) => this.#failureAck(invite, response),
      sendCancel: (invite) => this.#sendCancel(invite),
    };
    this.#fire = (transaction) => this.#onTimer(transaction);
  }

  get size(): { readonly clients: number; readonly servers: number } {
    return { clients: this.#table.clients, servers: this.#table.servers };
  }

  /** Takes a message off the wire. What it gives back is new; of anything else the layer has taken care. */
  receive(message: SipMessage, source: Hop): TransactionEvent<U> | undefined {
    if (message.kind === 'response') return this.#receiveResponse(message, source);
    this.counters.requestsReceived++;
    if (message.method === 'ACK') return this.#receiveAck(message, source);
    if (message.method === 'CANCEL') return this.#receiveCancel(message, source);
    return this.#receiveRequest(message, source);
  }

  /** Sends a request of any method but ACK and CANCEL. Its answers, or its failure, come as events. */
  request(outgoing: OutgoingRequest, hop: Hop, user: U): ClientTransaction<U> {
    const { method } = outgoing;
    assert(method !== 'ACK' && method !== 'CANCEL', 'ACK and CANCEL have ways of their own');
    return this.#start(outgoing, this.#wayFor(outgoing, hop), freshBranch(this.#random), user);
  }

  /** What does not fit into a datagram that nobody will cut leaves by a stream, when there is one. */
  #wayFor(outgoing: OutgoingRequest, hop: Hop): Hop {
    if (hop.transport !== 'udp') return hop;
    const { headers, body, routes, from, to, uri } = outgoing;
    const variable =
      headers.length + body.length + routes.length + from.length + to.length + uri.length;
    const octets = variable + FIXED_OCTETS;
    return octets > DATAGRAM_REQUEST_MAX ? this.#preferred(hop, octets) : hop;
  }

  /** Sends a request that has no transaction: the ACK to a 2xx. */
  send(outgoing: OutgoingRequest, hop: Hop): void {
    const via = formatVia(hop, this.#sentBy(hop), freshBranch(this.#random));
    this.counters.requestsSent++;
    this.#out.push({ type: 'send', text: serializeRequest(outgoing, via), hop });
  }

  /**
   * Answers a request. `text` is the whole response. Nothing happens once the final answer is out, but
   * for a 2xx to an INVITE, which its user repeats until the ACK comes (RFC 6026).
   */
  respond(transaction: ServerTransaction<U>, status: number, text: string): void {
    // By now the table may hold another one of the same key: leave that alone.
    if (transaction.state === 'terminated') return;
    stepByAnswer(transaction, status, text, this.#context);
    this.#settle(transaction);
  }

  /**
   * Answers a request finally and forgets it at once (RFC 3261 §8.2.7): a copy of it will look new. For
   * strangers, who must not be able to fill our memory. To be called as soon as the request has been
   * handed up: the answer then takes the place of the 100, so that one packet in draws one packet out.
   */
  respondStatelessly(transaction: ServerTransaction<U>, text: string): void {
    if (transaction.state === 'terminated') return;
    const answer: Send = { type: 'send', text, hop: transaction.replyTo };
    const at = this.#unsent(transaction);
    if (at < 0) this.#out.push(answer);
    else this.#out[at] = answer;
    this.#end(transaction);
  }

  /** Forgets a request without an answer. To be called as soon as it has been handed up. */
  drop(transaction: ServerTransaction<U>): void {
    if (transaction.state === 'terminated') return;
    const at = this.#unsent(transaction);
    if (at >= 0) this.#out.splice(at, 1);
    this.#end(transaction);
  }

  /** A To tag for such an answer: the same for every copy of the request. */
  statelessTag(request: SipRequest): string {
    return statelessTag(request, this.#tagSeed);
  }

  /**
   * Cancels an INVITE of ours. The CANCEL waits for a provisional answer (§9.1) and is sent once, with
   * `headers` (whole lines, such as Reason, or ''). No answer to the INVITE within 64*T1 of it: `failed`.
   * Nothing happens once there is a final answer.
   */
  cancel(transaction: ClientTransaction<U>, headers: string): void {
    if (transaction.kind === 'INVITE client')
      cancelInviteClient(transaction, headers, this.#context);
  }

  /** An INVITE that rings goes to `hop` again as it was, if it went there. Deviation: figure 5 knows no power cuts. */
  repeat(transaction: ClientTransaction<U>, hop: Hop): void {
    if (transaction.kind !== 'INVITE client' || transaction.state !== 'proceeding') return;
    const { outgoing, branch } = transaction;
    if (outgoing === undefined || !isSameHop(transaction.hop, hop)) return;
    const text = serializeRequest(outgoing, formatVia(hop, this.#sentBy(hop), branch));
    this.counters.retransmissionsSent++;
    this.#out.push({ type: 'send', text, hop });
  }

  /** A connection went down: what happens to those who sent by it. */
  failed(flow: number): TransactionEvent<U>[] {
    const events: TransactionEvent<U>[] = [];
    for (const transaction of this.#table.onFlow(flow)) {
      const event = this.#onTransportError(transaction);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  /** `text` could not be sent: what happens to the transaction that it came from. */
  sendFailed(_hop: Hop, text: string): TransactionEvent<U>[] {
    const parsed = parseMessage(text);
    if (!parsed.ok) return [];
    const { kind, via, cseqMethod } = parsed.message;
    // The ACK to a failure belongs to its INVITE; that to a 2xx has a branch that nobody knows.
    const method = cseqMethod === 'ACK' ? 'INVITE' : cseqMethod;
    const transaction =
      kind === 'request'
        ? this.#table.client(via.branch, method)
        : this.#table.server(serverKey(parsed.message, method));
    const event = transaction && this.#onTransportError(transaction);
    return event === undefined ? [] : [event];
  }

  /** Moves the layer's clock and fires what is due. */
  advance(nowMs: number, emit: (event: TransactionEvent<U>) => void): void {
    this.#emit = emit;
    this.#timers.advance(nowMs, this.#fire);
  }

  /** When `advance` is wanted next; Infinity: nothing waits. Never late. */
  nextDueMs(): number {
    return this.#timers.nextDueMs();
  }

  #receiveRequest(request: SipRequest, source: Hop): TransactionEvent<U> | undefined {
    const { method } = request;
    const key = serverKey(request, method);
    const known = this.#table.server(key);
    if (known !== undefined) {
      this.counters.retransmissionsReceived++;
      stepByRequest(known, this.#context);
      return undefined;
    }
    const begins = request.toTag === '';
    const merging = begins ? mergeKey(request) : '';
    if (begins && this.#table.isMerging(merging)) {
      this.counters.merged++;
      this.#answer(request, source, 482, '');
      return undefined;
    }
    // Those inside dialogs have a reserve: most of them end calls, and so make room.
    const max = begins ? this.#max : this.#max + (this.#max >>> 3);
    if (this.#table.clients + this.#table.servers >= max) {
      this.counters.refused++;
      this.#answer(request, source, 503, `Retry-After: ${RETRY_AFTER_S}\r\n`);
      return undefined;
    }
    stampVia(request, source);
    const replyTo = responseHop(request, source);
    const keptKey = flatKey(key);
    const keptMerging = flatKey(merging);
    const transaction: ServerTransaction<U> =
      method === 'INVITE'
        ? startInviteServer(
            request,
            source,
            replyTo,
            keptKey,
            keptMerging,
            respond(request, 100),
            this.#context,
          )
        : startNonInviteServer(request, source, replyTo, keptKey, keptMerging);
    this.#table.addServer(transaction);
    return { type: 'request', request, source, transaction };
  }

  #receiveAck(request: SipRequest, source: Hop): TransactionEvent<U> | undefined {
    const invite = this.#table.server(serverKey(request, 'INVITE'));
    if (invite?.kind === 'INVITE server') {
      const tell = stepInviteServer(invite, 'ACK', this.#context);
      this.#settle(invite);
      if (tell === undefined) return undefined;
    }
    this.counters.acksPassed++;
    return { type: 'ack', request, source };
  }

  /**
   * Answers a CANCEL (RFC 3261 §9.2) without a transaction for it: a copy of it draws the same answer
   * again, which is all that a transaction would see to.
   */
  #receiveCancel(request: SipRequest, source: Hop): TransactionEvent<U> | undefined {
    const invite = this.#table.server(serverKey(request, 'INVITE'));
    if (invite?.kind !== 'INVITE server') {
      this.counters.cancelsTooLate++;
      this.#answer(request, source, 481, '');
      return undefined;
    }
    this.#answer(
      request,
      source,
      200,
      '',
      invite.toTag === '' ? toTagOf(invite.text) : invite.toTag,
    );
    if (invite.state === 'proceeding') return { type: 'cancel', request, transaction: invite };
    this.counters.cancelsTooLate++;
    return undefined;
  }

  #receiveResponse(response: SipResponse, source: Hop): TransactionEvent<U> | undefined {
    this.counters.responsesReceived++;
    // Deviation from §18.1.2: sent-by is not compared with ours. Nobody guesses the branch, and some NATs
    // rewrite the address.
    const transaction = this.#table.client(response.via.branch, response.cseqMethod);
    if (transaction === undefined) {
      this.counters.strayResponses++;
      return undefined;
    }
    const tell = stepByResponse(transaction, response, this.#context);
    this.#settle(transaction);
    // What becomes of a CANCEL is nobody's concern: the INVITE's own answer tells.
    if (tell === undefined || transaction.method === 'CANCEL') return undefined;
    return { type: 'response', response, source, transaction };
  }

  #onTimer(transaction: Transaction<U>): void {
    const ended = this.#timers.hasEnded(transaction);
    if (!ended) this.counters.retransmissionsSent++;
    const event = this.#outcome(transaction, stepByTimer(transaction, ended, this.#context));
    if (event !== undefined) this.#emit(event);
  }

  #onTransportError(transaction: Transaction<U>): TransactionEvent<U> | undefined {
    return this.#outcome(transaction, stepByTransportError(transaction, this.#context));
  }

  /** What the user hears of a timer or a transport failure. */
  #outcome(transaction: Transaction<U>, tell: Tell): TransactionEvent<U> | undefined {
    this.#settle(transaction);
    if (tell !== 'timeout' && tell !== 'transport') return undefined;
    if (tell === 'timeout') this.counters.timeouts++;
    else this.counters.transportErrors++;
    if (transaction.kind === 'INVITE server' || transaction.kind === 'non-INVITE server')
      return { type: 'unacknowledged', reason: tell, transaction };
    if (transaction.method === 'CANCEL') return undefined;
    return { type: 'failed', reason: tell, transaction };
  }

  #start(outgoing: OutgoingRequest, hop: Hop, branch: string, user: U): ClientTransaction<U> {
    const text = serializeRequest(outgoing, formatVia(hop, this.#sentBy(hop), branch));
    const start = outgoing.method === 'INVITE' ? startInviteClient : startNonInviteClient;
    const transaction = start(outgoing, text, hop, branch, user, this.#context);
    this.counters.requestsSent++;
    this.#table.addClient(transaction);
    return transaction;
  }

  #failureAck(invite: InviteClient<U>, response: SipResponse): string {
    const { outgoing, hop, branch } = invite;
    assert(outgoing, 'an INVITE is acknowledged once, and repeated as text');
    this.counters.requestsSent++;
    return serializeRequest(ackFor(outgoing, response), formatVia(hop, this.#sentBy(hop), branch));
  }

  #sendCancel(invite: InviteClient<U>): void {
    const { outgoing, hop, branch, user, cancelHeaders } = invite;
    assert(outgoing, 'only an INVITE without a final answer is cancelled');
    this.#start(cancelFor(outgoing, cancelHeaders ?? ''), hop, branch, user);
  }

  /** Answers without a transaction. */
  #answer(request: SipRequest, source: Hop, status: number, headers: string, tag = ''): void {
    stampVia(request, source);
    const toTag = tag === '' ? this.statelessTag(request) : tag;
    const text = respond(request, status, undefined, { toTag, headers });
    this.#out.push({ type: 'send', text, hop: responseHop(request, source) });
  }

  /** Where the 100 to a request stands in `out`, if it has not left yet; else -1. */
  #unsent(transaction: ServerTransaction<U>): number {
    const { text } = transaction;
    if (text === '') return -1;
    return this.#out.findLastIndex((effect) => effect.type === 'send' && effect.text === text);
  }

  #settle(transaction: Transaction<U>): void {
    if (transaction.state === 'terminated') this.#end(transaction);
  }

  #end(transaction: Transaction<U>): void {
    transaction.state = 'terminated';
    this.#timers.stop(transaction);
    if (transaction.kind === 'INVITE server' || transaction.kind === 'non-INVITE server')
      this.#table.removeServer(transaction);
    else this.#table.removeClient(transaction);
  }
}
