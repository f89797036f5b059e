/**
 * Subscriptions to us: RFC 6665. SUBSCRIBE in its life (fresh, refreshed, ended, run out) and NOTIFY,
 * one at a time for each subscriber, so that none overtakes another. What is notified is the owner's.
 */
import { acceptDialog } from '../dialog/dialog.ts';
import type { Hop } from '../hop.ts';
import { detach } from '../message/detach.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { parseParameterised } from '../message/parameters.ts';
import { readScalar } from '../message/scalars.ts';
import { activeState, terminatedState } from '../message/subscription-state.ts';
import { parseUri, unescapeUser } from '../message/uri.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Agent, TransactionUser } from './agent.ts';
import { contentLines } from './body.ts';
import type { Identity } from './events.ts';
import { type Notification, SubscriptionRecord } from './subscription-record.ts';

type Received<O> = ServerTransaction<TransactionUser<O>>;

/** RFC 6665 §3.1.1: what a SUBSCRIBE without Expires asks for is the package's to say; the usual hour. */
const EXPIRES_DEFAULT_S = 3600;
/** When a package that is not known here is worth asking for again. */
const UNKNOWN_RETRY_S = 3600;
const TIMES = { minS: 15, maxS: 3600 };
/** NOTIFYs that wait for a slow subscriber; beyond that the oldest is dropped: a newer one says more. */
const WAITING_MAX = 32;
/** Final statuses to NOTIFY that end a subscription (RFC 6665 §4.2.2, RFC 5057 §5.1). */
const ENDING: ReadonlySet<number> = new Set([
  404, 405, 408, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604,
]);

/** A SUBSCRIBE outside a dialog that was let in. */
export function receiveSubscribe<O>(
  agent: Agent<O>,
  request: SipRequest,
  source: Hop,
  transaction: Received<O>,
  identity: Identity,
): void {
  const expiresS = readExpires(request);
  const event = eventOf(request);
  const refusal = refusalOf(agent, event, expiresS);
  if (refusal !== undefined)
    return agent.answerStatelessly(transaction, request, refusal.status, refusal.headers);
  if (agent.subscriptions >= agent.limits.subscriptions) {
    return agent.refuseAsFull(transaction, request);
  }
  const dialog = acceptDialog(request, source, agent.newTag());
  if (dialog === undefined || event === undefined)
    return agent.answerStatelessly(transaction, request, 400);
  const { headers } = request;
  const subscription = new SubscriptionRecord<O>(
    dialog,
    detach(event),
    detach(headers.first('Event') ?? ''),
    detach(unescapeUser(parseUri(request.uri)?.user ?? '')),
    detach(headers.all('Accept').join(', ')),
    identity,
    source.address,
    undefined,
  );
  agent.usages.set(dialog.localTag, subscription);
  agent.subscriptions++;
  // An owner that says nothing at all must not keep it for ever.
  agent.startTimer(subscription, 64 * agent.t1Ms);
  ask(agent, subscription, request, source, transaction, identity);
}

function ask<O>(
  agent: Agent<O>,
  subscription: SubscriptionRecord<O>,
  request: SipRequest,
  source: Hop,
  transaction: Received<O>,
  identity: Identity,
): void {
  const fresh = subscription.state === 'pending';
  subscription.received = transaction;
  subscription.request = request;
  agent.emit({ type: 'subscribe', subscription, request, source, identity, fresh });
}

/** The event package that a SUBSCRIBE names, without parameters. */
function eventOf(request: SipRequest): string | undefined {
  const text = request.headers.first('Event');
  return text === undefined ? undefined : parseParameterised(text)?.value;
}

/** Seconds asked for; -1: cannot be read. */
function readExpires(request: SipRequest): number {
  const text = request.headers.first('Expires');
  return text === undefined ? EXPIRES_DEFAULT_S : (readScalar(text) ?? -1);
}

function refusalOf<O>(
  agent: Agent<O>,
  event: string | undefined,
  expiresS: number,
): { readonly status: number; readonly headers: string } | undefined {
  const { allowEvents } = agent.options;
  if (event === undefined || !allowEvents.includes(event)) {
    // Some that are refused ask again at once, for ever.
    const headers = `Allow-Events: ${allowEvents.join(', ')}\r\nRetry-After: ${UNKNOWN_RETRY_S}\r\n`;
    return { status: 489, headers };
  }
  if (expiresS < 0) return { status: 400, headers: '' };
  const { minS } = agent.options.subscriptionTimes ?? TIMES;
  // 0 asks for the state once, or for the end.
  if (expiresS > 0 && expiresS < minS) return { status: 423, headers: `Min-Expires: ${minS}\r\n` };
  return undefined;
}

/** SUBSCRIBE inside the dialog: refresh, or the end. */
export function receiveResubscribe<O>(
  agent: Agent<O>,
  subscription: SubscriptionRecord<O>,
  request: SipRequest,
  source: Hop,
  transaction: Received<O>,
): void {
  const expiresS = readExpires(request);
  const isSame = sameEvent(subscription.eventValue, request.headers.first('Event') ?? '');
  if (!isSame || subscription.isOver) return agent.respond(transaction, request, 481);
  const refusal = subscription.leg ? undefined : refusalOf(agent, subscription.event, expiresS);
  if (refusal !== undefined || expiresS < 0) {
    const { status, headers } = refusal ?? { status: 400, headers: '' };
    return agent.respond(transaction, request, status, { headers });
  }
  subscription.dialog.refresh(request, source);
  if (expiresS === 0) {
    agent.respond(transaction, request, 200, { headers: acceptLines(agent, subscription, 0) });
    agent.emit({ type: 'unsubscribed', subscription });
    // RFC 6665 §4.2.1.4: the end is confirmed by a last NOTIFY.
    return notify(agent, subscription, { media: undefined, headers: '', terminated: 'timeout' });
  }
  const { identity } = subscription;
  if (identity !== undefined && subscription.leg === undefined) {
    return ask(agent, subscription, request, source, transaction, identity);
  }
  // Nobody need be asked how long the news of a transfer is wanted.
  subscription.received = transaction;
  subscription.request = request;
  acceptSubscription(agent, subscription, expiresS);
}

/** RFC 6665 §8.2.1: package and id count, octet by octet. */
export function sameEvent(one: string, other: string): boolean {
  if (one === other) return true;
  const left = parseParameterised(one);
  const right = parseParameterised(other);
  return left?.value === right?.value && left?.parameters.get('id') === right?.parameters.get('id');
}

function acceptLines<O>(
  agent: Agent<O>,
  subscription: SubscriptionRecord<O>,
  expiresS: number,
): string {
  return `${agent.lines(subscription.dialog.hop).contact}Expires: ${expiresS}\r\n`;
}

/** The owner takes it, for at most as long as was asked for. The NOTIFY that is due at once is its to send. */
export function acceptSubscription<O>(
  agent: Agent<O>,
  subscription: SubscriptionRecord<O>,
  wantedS: number,
): void {
  const { received, request, dialog } = subscription;
  if (received === undefined || request === undefined) return;
  const { maxS } = agent.options.subscriptionTimes ?? TIMES;
  const expiresS = Math.min(Math.max(0, Math.floor(wantedS)), readExpires(request), maxS);
  subscription.received = undefined;
  subscription.request = undefined;
  subscription.state = 'active';
  subscription.expiresAtMs = agent.nowMs + 1000 * expiresS;
  agent.startTimer(subscription, 1000 * expiresS);
  const headers = acceptLines(agent, subscription, expiresS);
  agent.respond(received, request, 200, { toTag: dialog.localTag, headers });
}

/** The owner does not. A refused refresh leaves the subscription as it was (RFC 6665 §4.1.2.2). */
export function refuseSubscription<O>(
  agent: Agent<O>,
  subscription: SubscriptionRecord<O>,
  status: number,
  headers: string,
): void {
  const { received, request, dialog, state } = subscription;
  if (received === undefined || request === undefined) return;
  subscription.received = undefined;
  subscription.request = undefined;
  agent.respond(received, request, status, { toTag: dialog.localTag, headers });
  if (state === 'pending') remove(agent, subscription);
}

/** Sends a NOTIFY, once the one before it has been answered. */
export function notify<O>(
  agent: Agent<O>,
  subscription: SubscriptionRecord<O>,
  notification: Notification,
): void {
  if (subscription.state !== 'active') return;
  const isLast = notification.terminated !== undefined || subscription.expiresAtMs <= agent.nowMs;
  const last = isLast
    ? { ...notification, terminated: notification.terminated ?? 'timeout' }
    : notification;
  if (isLast) remove(agent, subscription);
  // It asked for the state once (Expires: 0): this was it.
  if (isLast && notification.terminated === undefined)
    agent.emit({ type: 'unsubscribed', subscription });
  if (!subscription.notifying) return send(agent, subscription, last);
  if (subscription.waiting.length >= WAITING_MAX) subscription.waiting.shift();
  subscription.waiting.push(last);
}

function send<O>(
  agent: Agent<O>,
  subscription: SubscriptionRecord<O>,
  notification: Notification,
): void {
  const { dialog, eventValue, expiresAtMs } = subscription;
  const { media, headers, terminated } = notification;
  const leftS = Math.max(0, Math.ceil((expiresAtMs - agent.nowMs) / 1000));
  const state = terminated === undefined ? activeState(leftS) : terminatedState(terminated);
  const lines = `${agent.lines(dialog.hop).contact}Event: ${eventValue}\r\nSubscription-State: ${state}\r\n${headers}${contentLines(media)}`;
  const outgoing = dialog.request('NOTIFY', lines, media?.body ?? '');
  subscription.notifying = true;
  agent.layer.request(outgoing, dialog.hop, subscription);
}

/** The answer to a NOTIFY. */
export function receiveNotified<O>(
  agent: Agent<O>,
  subscription: SubscriptionRecord<O>,
  response: SipResponse,
): void {
  const { status, headers } = response;
  if (status < 200) return;
  subscription.notifying = false;
  // Retry-After says that the subscriber is there, and busy.
  if (ENDING.has(status) && !headers.has('Retry-After')) return lose(agent, subscription);
  goOn(agent, subscription);
}

function goOn<O>(agent: Agent<O>, subscription: SubscriptionRecord<O>): void {
  const next = subscription.waiting.shift();
  if (next !== undefined) send(agent, subscription, next);
}

/** No answer to a NOTIFY: nobody is there. */
export function notifyFailed<O>(agent: Agent<O>, subscription: SubscriptionRecord<O>): void {
  subscription.notifying = false;
  lose(agent, subscription);
}

/** The subscriber is gone: nothing more is sent to it. */
export function lose<O>(agent: Agent<O>, subscription: SubscriptionRecord<O>): void {
  subscription.waiting = [];
  if (subscription.isOver) return;
  remove(agent, subscription);
  agent.emit({ type: 'unsubscribed', subscription });
}

/** Its time has run out without a refresh, or without a word of the owner. */
export function expireSubscription<O>(agent: Agent<O>, subscription: SubscriptionRecord<O>): void {
  const isUnanswered = subscription.state === 'pending';
  if (isUnanswered) refuseSubscription(agent, subscription, 480, '');
  agent.emit({ type: 'unsubscribed', subscription });
  if (isUnanswered) return;
  notify(agent, subscription, { media: undefined, headers: '', terminated: 'timeout' });
}

/** Out of the tables; what is still to be sent is sent. */
function remove<O>(agent: Agent<O>, subscription: SubscriptionRecord<O>): void {
  const { leg, dialog, received, request } = subscription;
  subscription.state = 'terminated';
  subscription.received = undefined;
  // A refresh that the owner has not answered is one of nothing now.
  if (received !== undefined && request !== undefined) agent.respond(received, request, 481);
  agent.stopTimer(subscription);
  agent.subscriptions--;
  if (leg === undefined) {
    agent.usages.delete(dialog.localTag);
    return;
  }
  leg.referrals = leg.referrals?.filter((other) => other !== subscription);
  if (leg.referrals?.length !== 0) return;
  leg.referrals = undefined;
  // The call was over before what its REFER began.
  if (leg.phase === 'over') agent.usages.delete(dialog.localTag);
}
