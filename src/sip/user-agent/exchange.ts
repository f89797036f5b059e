/**
 * Requests of theirs inside a dialog that are neither INVITE, UPDATE nor BYE, and wait for the owner's
 * `reply`: INFO (RFC 6086), MESSAGE, REFER, and a PRACK with an offer.
 */
import type { SipRequest } from '../message/message.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Agent, TransactionUser } from './agent.ts';
import { bodyOf } from './body.ts';
import { allowLineWithout } from './capabilities.ts';
import type { Exchange } from './events.ts';
import type { Body } from './leg.ts';
import type { LegRecord } from './leg-record.ts';

/** Requests of one far end that may wait for answers; more are told to come again. */
const EXCHANGES_MAX = 16;

/** `transaction` is undefined once answered. */
export class ExchangeRecord<O> implements Exchange {
  readonly request: SipRequest;
  transaction: ServerTransaction<TransactionUser<O>> | undefined;

  constructor(request: SipRequest, transaction: ServerTransaction<TransactionUser<O>>) {
    this.request = request;
    this.transaction = transaction;
  }
}

/** Notes a request of theirs that the owner will answer: undefined when too many wait (503 is sent). */
export function openExchange<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  request: SipRequest,
  transaction: ServerTransaction<TransactionUser<O>>,
): ExchangeRecord<O> | undefined {
  leg.exchanges ??= [];
  if (leg.exchanges.length >= EXCHANGES_MAX) {
    agent.respond(transaction, request, 503, { headers: 'Retry-After: 1\r\n' });
    return undefined;
  }
  const exchange = new ExchangeRecord(request, transaction);
  leg.exchanges.push(exchange);
  return exchange;
}

/** A request of theirs for the owner. */
export function receiveRequest<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  request: SipRequest,
  transaction: ServerTransaction<TransactionUser<O>>,
): void {
  const exchange = openExchange(agent, leg, request, transaction);
  if (exchange === undefined) return;
  agent.emit({ type: 'request', leg, exchange, ...bodyOf(request) });
}

/** The owner's answer. Once: whatever comes after the first, or after the leg's end, is too late. */
export function reply<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  exchange: ExchangeRecord<O>,
  status: number,
  headers: string,
  media: Body | undefined,
): void {
  const { transaction, request } = exchange;
  if (transaction === undefined) return;
  if (status >= 200) {
    exchange.transaction = undefined;
    leg.exchanges = leg.exchanges?.filter((other) => other !== exchange);
  }
  // RFC 3261 §8.2.1: 405 names what is allowed.
  const allow = status === 405 ? allowLineWithout(request.method) : '';
  agent.respond(transaction, request, status, {
    headers: allow + headers,
    ...(media === undefined ? {} : { contentType: media.type, body: media.body }),
  });
}

/** Answers with 487 what nobody will answer any more (RFC 3261 §15.1.2). */
export function closeExchanges<O>(agent: Agent<O>, leg: LegRecord<O>): void {
  const { exchanges } = leg;
  leg.exchanges = undefined;
  for (const exchange of exchanges ?? []) {
    if (exchange.transaction !== undefined)
      agent.respond(exchange.transaction, exchange.request, 487);
    exchange.transaction = undefined;
  }
}
