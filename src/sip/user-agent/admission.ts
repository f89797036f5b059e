/**
 * Requests outside dialogs: RFC 3261 §8.2. What is wrong with them by the protocol alone, who may
 * send them, and whom they go to.
 *
 * Deviation: §8.2 would have authentication come first. What follows from the text of a request alone
 * is said to anybody: it costs no state, tells nothing about users, and helps whoever debugs a phone.
 */
import type { Hop } from '../hop.ts';
import type { SipRequest } from '../message/message.ts';
import { METHODS } from '../message/methods.ts';
import { type Refusal, validateRequest } from '../message/validate.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Agent, TransactionUser } from './agent.ts';
import { receiveInvite } from './called-leg.ts';
import { ALLOW_LINE, allowLineWithout, capabilitiesFor, SUPPORTED_LINE } from './capabilities.ts';
import { receivePublish } from './compositor.ts';
import type { Identity } from './events.ts';
import { receiveSubscribe } from './notifier.ts';
import { findReplaced, refusalOfJoin } from './replaces.ts';
import { refusalOfSession } from './session-timer.ts';

type Received<O> = ServerTransaction<TransactionUser<O>>;

/** Seconds until a manager that drains is worth asking again: another one will be there by then. */
const DRAINING_RETRY_S = 60;

/** Takes a request that is in no dialog. */
export function receiveOutside<O>(
  agent: Agent<O>,
  request: SipRequest,
  source: Hop,
  transaction: Received<O>,
): void {
  const refusal = refusalOfMethod(agent, request) ?? refusalOfContent(request);
  if (refusal !== undefined) {
    return agent.answerStatelessly(transaction, request, refusal.status, refusal.headers);
  }
  if (request.method === 'OPTIONS' && !hasUser(request.uri)) {
    // A question to the server itself, by anybody: monitors and gateways ask it all the time.
    const { status, headers } = optionsAnswer(agent, request);
    return agent.answerStatelessly(transaction, request, status, headers);
  }
  const identity = admit(agent, request, source, transaction);
  if (identity === undefined) return;
  switch (request.method) {
    case 'INVITE':
      return openCall(agent, request, source, transaction, identity);
    case 'REGISTER': {
      const { status, headers } = agent.options.register(request, source, identity);
      const toTag = agent.newTag();
      return agent.respond(transaction, request, status, { toTag, headers });
    }
    case 'SUBSCRIBE':
      return receiveSubscribe(agent, request, source, transaction, identity);
    case 'PUBLISH':
      return receivePublish(agent, request, source, transaction, identity);
    default:
      return answerOptions(agent, request, transaction);
  }
}

/** What may be said of a method outside a dialog before anything else is looked at. */
function refusalOfMethod<O>(agent: Agent<O>, request: SipRequest): Refusal | undefined {
  const { method } = request;
  switch (method) {
    case 'INVITE':
    case 'REGISTER':
    case 'OPTIONS':
    case 'SUBSCRIBE':
      return undefined;
    case 'REFER':
      // Nobody is told to call somebody by a stranger to the call: toll fraud.
      return { status: 403, headers: '' };
    case 'PUBLISH':
      if (agent.options.allowPublications !== undefined) return undefined;
      return { status: 405, headers: allowLineWithout(method) };
    case 'MESSAGE':
      return { status: 405, headers: allowLineWithout(method) };
    default:
      if (!METHODS.has(method)) return { status: 501, headers: ALLOW_LINE };
      // BYE, INFO, NOTIFY, PRACK, UPDATE: they belong to a dialog, and this one is in none.
      return { status: 481, headers: '' };
  }
}

/** What §8.2 has a server look at in any request, and a Replaces or Join where none belongs (RFC 3891 §3, RFC 3911 §4). */
function refusalOfContent(request: SipRequest): Refusal | undefined {
  const { method, headers } = request;
  if (method !== 'INVITE' && (headers.has('Replaces') || headers.has('Join')))
    return { status: 400, headers: '' };
  return validateRequest(request, capabilitiesFor(method));
}

function hasUser(uri: string): boolean {
  return uri.indexOf('@') > 0 || /^tel:/i.test(uri);
}

/** Asks who sends it; undefined: it has been answered, or dropped. */
export function admit<O>(
  agent: Agent<O>,
  request: SipRequest,
  source: Hop,
  transaction: Received<O>,
): Identity | undefined {
  const admission = agent.options.admit(request, source);
  switch (admission.type) {
    case 'admitted':
      return admission.identity;
    case 'answer':
      agent.answerStatelessly(transaction, request, admission.status, admission.headers);
      return undefined;
    case 'drop':
      agent.layer.drop(transaction);
      return undefined;
  }
}

function openCall<O>(
  agent: Agent<O>,
  request: SipRequest,
  source: Hop,
  transaction: Received<O>,
  identity: Identity,
): void {
  const refusal = refusalOfSession(agent, request);
  if (refusal !== undefined) {
    return agent.answerStatelessly(transaction, request, refusal.status, refusal.headers);
  }
  const { legs, unanswered } = agent.limits;
  if (agent.legs >= legs || agent.unanswered >= unanswered) {
    return agent.refuseAsFull(transaction, request);
  }
  const replaced = findReplaced(agent, request.headers);
  if (replaced.type === 'refused')
    return agent.answerStatelessly(transaction, request, replaced.status);
  const joined = refusalOfJoin(agent, request.headers);
  if (joined !== undefined)
    return agent.answerStatelessly(transaction, request, joined.status, joined.headers);
  const isTaken = receiveInvite(agent, request, source, transaction, identity, replaced);
  if (!isTaken) agent.answerStatelessly(transaction, request, 400);
}

/** OPTIONS, outside a dialog or in one (§11.2). */
export function answerOptions<O>(
  agent: Agent<O>,
  request: SipRequest,
  transaction: Received<O>,
): void {
  const toTag = agent.layer.statelessTag(request);
  const { status, headers } = optionsAnswer(agent, request);
  agent.respond(transaction, request, status, { toTag, headers });
}

function optionsAnswer<O>(agent: Agent<O>, request: SipRequest): Refusal {
  if (agent.draining && request.toTag === '') {
    return { status: 503, headers: `Retry-After: ${DRAINING_RETRY_S}\r\n` };
  }
  const events = `Allow-Events: ${agent.options.allowEvents.join(', ')}\r\n`;
  return {
    status: 200,
    headers: `${ALLOW_LINE}Accept: application/sdp\r\n${SUPPORTED_LINE}${events}`,
  };
}
