/**
 * SUBSCRIBE from a phone, by event package: what a line does, an appearance that is to be seized, messages
 * that wait. Members of a line may watch it, and those whom the directory names may see when it is busy.
 */
import type { UserAgentEvent } from '../sip/user-agent/events.ts';
import type { Subscription } from '../sip/user-agent/subscription.ts';
import type { CallLeg } from './call-leg.ts';
import type { DeviceProcess } from './device-process.ts';
import { type LinePackage, linePackage, PACKAGE_EXPIRES_S } from './dialects/event-package.ts';
import { deposit } from './sharing/deposit.ts';
import { subscribedAnew } from './sharing/restart.ts';
import { lineToWatch, strangerStatus } from './sharing/rights.ts';
import * as seizures from './sharing/seizures.ts';
import { unwatch, WATCHES_MAX, watch } from './sharing/watch.ts';

type Subscribe = Extract<UserAgentEvent<CallLeg>, { type: 'subscribe' }>;

/** Packages that a PUBLISH may name: `dialog`, with `shared`. */
export const PUBLISHED_PACKAGES = ['dialog'] as const;
/** Packages that a SUBSCRIBE may name. */
export const PACKAGES = ['dialog', 'call-info', 'line-seize', 'message-summary'] as const;
/** Some that are refused ask again at once, for ever, unless they are told when that may help: a directory changes. */
const REFUSED = 'Retry-After: 300\r\n';
/** Seconds. Whoever registers more often than that is kept alive by it, and need not ask for its lamps as often. */
const SHORT_S = 60;
const MESSAGES = 'message-summary';
const MESSAGES_EXPIRES_S = 3600;

/** SUBSCRIBE, admitted as this device's: new or a refresh. */
export function subscribe(process: DeviceProcess, event: Subscribe): void {
  const { subscription, request } = event;
  const { userAgent } = process.environment;
  if (subscription.event === MESSAGES) return messages(process, subscription);
  const wanted = linePackage(subscription.eventValue);
  if (wanted === undefined) return userAgent.refuseSubscription(subscription, 489);
  const number = lineToWatch(process, wanted, subscription.resource);
  if (number === undefined)
    return userAgent.refuseSubscription(
      subscription,
      strangerStatus(process, subscription.resource),
      REFUSED,
    );
  const asked = Number.parseInt(request.headers.first('Expires') ?? '', 10);
  const longestS = longestOf(process, wanted);
  const expiresS = Number.isNaN(asked) ? longestS : Math.min(asked, longestS);
  if (wanted === 'line-seize')
    return seizures.subscribe(process, subscription, request, number, expiresS);
  const isKnown = process.watches?.has(subscription) ?? false;
  if (!isKnown && (process.watches?.size ?? 0) >= WATCHES_MAX)
    return userAgent.refuseSubscription(subscription, 503, 'Retry-After: 60\r\n');
  if (!isKnown) subscribedAnew(process, subscription, wanted, number);
  userAgent.acceptSubscription(subscription, expiresS);
  watch(process, subscription, wanted, number);
  deposit(process, subscription);
}

/**
 * Not longer than the phone's registration is granted, by which it finds out that its manager is gone: its
 * subscription is gone with that, and lamps stay as they were until it asks for them at another manager.
 */
function longestOf({ place }: DeviceProcess, wanted: LinePackage): number {
  const longestS = PACKAGE_EXPIRES_S[wanted];
  const binding = place.kind === 'phone' ? place.binding : undefined;
  return binding === undefined ? longestS : Math.min(longestS, Math.max(binding.grantedS, SHORT_S));
}

/**
 * No messages are kept here, and phones are told so (RFC 3842): some that are refused ask again at once,
 * for ever.
 */
function messages(process: DeviceProcess, subscription: Subscription<CallLeg>): void {
  const { userAgent } = process.environment;
  userAgent.acceptSubscription(subscription, MESSAGES_EXPIRES_S);
  const media = { type: 'application/simple-message-summary', body: 'Messages-Waiting: no\r\n' };
  userAgent.notify(subscription, { media });
}

export function unsubscribed(process: DeviceProcess, subscription: Subscription<CallLeg>): void {
  if (!unwatch(process, subscription)) seizures.unsubscribed(process, subscription);
}
