/**
 * A subscription that began at another user agent, which is no more: what it takes to go on with its dialog, and how
 * that is done.
 *
 * What is known of its sequence numbers is as old as the last SUBSCRIBE. Numbers need only rise (RFC 3261 §12.2.1.1), and
 * so do the versions of documents (RFC 4235 §4.3: who misses some takes a full one): so more are left out than
 * anybody sends between two SUBSCRIBEs. The Contact of the next NOTIFY, a target refresh, leads the phone here (RFC 6665
 * §4.1.3).
 */
import { resumeDialog } from '../dialog/dialog.ts';
import type { Hop } from '../hop.ts';
import { parseParameterised } from '../message/parameters.ts';
import type { Agent } from './agent.ts';
import type { Identity } from './events.ts';
import { SubscriptionRecord } from './subscription-record.ts';

/** Sequence numbers and versions that are left out: 250 NOTIFYs a second for an hour. */
export const LEAP = 1_000_000;
/** RFC 3261 §8.1.1.5. Beyond half of that the phone had better begin a dialog of its own. */
const CSEQ_MAX = 2 ** 30;

/** All of it stands alone; see `DialogRecord`. */
export type KeptDialog = {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly local: string;
  readonly remote: string;
  readonly target: string;
  readonly routes: readonly string[];
  readonly cseq: number;
  readonly remoteCseq: number;
  readonly event: string;
  readonly resource: string;
  readonly accept: string;
  readonly leftMs: number;
};

/** Undefined: it is over, or not one of its own dialog. */
export function keptOf<O>(
  agent: Agent<O>,
  subscription: SubscriptionRecord<O>,
): KeptDialog | undefined {
  const { dialog, eventValue: event, resource, accept, expiresAtMs, state, leg } = subscription;
  const leftMs = Math.floor(expiresAtMs - agent.nowMs);
  if (state !== 'active' || leg !== undefined || leftMs <= 0) return undefined;
  return { ...dialog.record, event, resource, accept, leftMs };
}

/** `hop`: the way to its phone now. Undefined: it cannot be, or is here already. */
export function resume<O>(
  agent: Agent<O>,
  kept: KeptDialog,
  hop: Hop,
  identity: Identity,
): SubscriptionRecord<O> | undefined {
  const { event, resource, accept, leftMs, localTag, cseq } = kept;
  const name = parseParameterised(event)?.value;
  if (name === undefined || !agent.options.allowEvents.includes(name)) return undefined;
  if (agent.subscriptions >= agent.limits.subscriptions || agent.usages.has(localTag))
    return undefined;
  if (cseq > CSEQ_MAX || leftMs <= 0) return undefined;
  const dialog = resumeDialog({ ...kept, cseq: cseq + LEAP }, hop);
  if (dialog === undefined) return undefined;
  const subscription = new SubscriptionRecord<O>(
    dialog,
    name,
    event,
    resource,
    accept,
    identity,
    hop.address,
    undefined,
  );
  subscription.state = 'active';
  subscription.expiresAtMs = agent.nowMs + leftMs;
  agent.usages.set(localTag, subscription);
  agent.subscriptions++;
  agent.startTimer(subscription, leftMs);
  return subscription;
}
