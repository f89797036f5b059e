/**
 * The user agent core: RFC 3261 §8, §11-§15 and kin. SIP transactions in, events on legs and
 * subscriptions out; what the device layer asks for, it turns into requests and responses.
 *
 * This file is the front: it names what can be asked and sends each event to the file that deals
 * with it. It decides nothing about calls (device/, call/), keeps no registrations (the registrar
 * behind `register`), and checks no credentials (`admit`).
 *
 * Whatever is asked of a leg or subscription in a state in which it means nothing does nothing: the
 * other side may have been quicker. After `hangUp`, and after an event that says so, a leg is over and
 * no further event names it; those that were already in `events` stay there.
 */
import { assert } from '../../base/assert.ts';
import type { Effect } from '../effects.ts';
import type { Hop } from '../hop.ts';
import type { Fault } from '../message/message.ts';
import type { TransactionEvent } from '../transaction/events.ts';
import { repeat } from './acceptance.ts';
import { receiveOutside } from './admission.ts';
import { Agent, type Timed, type TransactionUser, type UserAgentOptions } from './agent.ts';
import { audit, auditSilent } from './audit.ts';
import * as called from './called-leg.ts';
import * as caller from './caller-leg.ts';
import * as compositor from './compositor.ts';
import * as conveyance from './conveyance.ts';
import * as ending from './ending.ts';
import type { Exchange, Identity, UserAgentEvent } from './events.ts';
import * as exchanges from './exchange.ts';
import { answerFault } from './fault.ts';
import * as inside from './inside.ts';
import type { Body, InviteOrder, Leg } from './leg.ts';
import { LegRecord } from './leg-record.ts';
import * as notifier from './notifier.ts';
import * as ours from './our-change.ts';
import * as provisional from './provisional.ts';
import type { Publication } from './publication.ts';
import { PublicationRecord } from './publication-record.ts';
import { ask, type QuestionOrder } from './question.ts';
import { acceptReferral } from './referral.ts';
import { type Found, findDialog, type ReplacedDialog } from './replaces.ts';
import { receiveFailure, receiveResponse } from './responses.ts';
import { type KeptDialog, keptOf, resume } from './resumption.ts';
import { dueOf } from './session-timer.ts';
import type { Subscription } from './subscription.ts';
import { SubscriptionRecord } from './subscription-record.ts';
import * as theirs from './their-change.ts';

export type {
  Admission,
  Admit,
  Register,
  TransactionUser,
  UserAgentLimits,
  UserAgentOptions,
} from './agent.ts';
export type { AnswerOptions, ProgressOptions } from './called-leg.ts';

/** `O`: what the owner hangs on legs and subscriptions. */
export class UserAgent<O> {
  /** What happened, oldest first. Whoever deals with it empties it, in place. */
  readonly events: UserAgentEvent<O>[];
  readonly #agent: Agent<O>;
  readonly #fire: (owner: Timed<O>) => void;

  constructor(options: UserAgentOptions<O>) {
    this.#agent = new Agent(options);
    this.events = this.#agent.events;
    this.#fire = (owner) => this.#onTimer(owner);
  }

  /** Legs, subscriptions and publications that are not over and done with: what still has a BYE to send counts. */
  get size(): {
    readonly legs: number;
    readonly subscriptions: number;
    readonly publications: number;
  } {
    const { legs, subscriptions, publications } = this.#agent;
    return { legs, subscriptions, publications: publications.size };
  }

  /** Everything that is kept, for tests of leaks: entries in the table of dialogs, timers that run. */
  get held(): { readonly dialogs: number; readonly timers: number } {
    return { dialogs: this.#agent.usages.size, timers: this.#agent.timersRunning };
  }

  /** While true, OPTIONS is answered 503. New calls go on being taken: no call is refused by a drain. */
  get draining(): boolean {
    return this.#agent.draining;
  }

  set draining(draining: boolean) {
    this.#agent.draining = draining;
  }

  /** Takes what the transaction layer hands up; what comes of it is appended to `events`. */
  receive(event: TransactionEvent<TransactionUser<O>>): void {
    const agent = this.#agent;
    switch (event.type) {
      case 'request': {
        const { request, source, transaction } = event;
        const isInside = request.toTag !== '' && request.method !== 'REGISTER';
        if (isInside) inside.receiveInside(agent, request, source, transaction);
        else receiveOutside(agent, request, source, transaction);
        return;
      }
      case 'ack':
        return inside.receiveAckInside(agent, event.request);
      case 'cancel': {
        const { user } = event.transaction;
        if (user?.kind !== 'leg') return;
        if (user.received === event.transaction) called.receiveCancel(agent, user, event.request);
        else theirs.changeCancelled(agent, user, event.transaction);
        return;
      }
      case 'response':
        return receiveResponse(agent, event);
      case 'failed':
        return receiveFailure(agent, event);
      case 'unacknowledged': {
        const { user } = event.transaction;
        if (user?.kind === 'leg') called.answerFailed(agent, user, event.transaction);
        return;
      }
    }
  }

  /** The answer to a message that was not one (`parseMessage`), or undefined: nothing is to be said. */
  answerFault(fault: Fault, source: Hop): Effect | undefined {
    return answerFault(fault, source, this.#agent.layer);
  }

  /** Calls somebody. The leg's fate comes in events: 'progress', then 'answered' or 'refused'. */
  invite(order: InviteOrder, owner: O): Leg<O> {
    return caller.invite(this.#agent, order, owner);
  }

  /** Asks outside any dialog; 'asked' follows, with `asker` and `token` as given. */
  ask(order: QuestionOrder, asker: string, token: string): void {
    ask(this.#agent, order, asker, token);
  }

  /**
   * A provisional answer, 101-199, to an 'invited' leg. `reliable`: by RFC 3262 if the caller takes that;
   * 'confirmed progress' follows. `fork`: the owner's name for the telephone that it comes from: what
   * several of them say about media goes out in early dialogs of their own.
   */
  progress(leg: Leg<O>, status: number, options: called.ProgressOptions): void {
    called.progress(this.#agent, record(leg), status, options);
  }

  /**
   * 200 to an 'invited' leg, repeated until 'acknowledged' or 'ended' ('no ack'). Waits for the PRACK of
   * a reliable provisional answer that described media. `fork`: as in `progress`.
   */
  answer(leg: Leg<O>, options: called.AnswerOptions): void {
    called.answer(this.#agent, record(leg), options);
  }

  /** Refuses an 'invited' leg finally with `status` 300-699. The leg is over. */
  refuse(leg: Leg<O>, status: number, headers = ''): void {
    const kept = record(leg);
    if (kept.state === 'invited') ending.refuse(this.#agent, kept, status, headers);
  }

  /**
   * For a leg that called us: who we are if its far end asks, and whether it is asked for a session timer. A leg that we
   * called has that from its order.
   */
  setTerms(leg: Leg<O>, terms: Pick<InviteOrder, 'secret' | 'withoutSessionTimer'>): void {
    const kept = record(leg);
    kept.secret = terms.secret;
    kept.isUntimed = terms.withoutSessionTimer === true;
  }

  /** ACK to an 'answered' leg that we called; `media`: the answer when the 2xx made the offer. */
  acknowledge(leg: Leg<O>, media?: Body): void {
    caller.acknowledge(this.#agent, record(leg), media);
  }

  /** PRACK that a 'progress' event asked for (`confirm`). 'progress confirmed' follows if it has `media`. */
  confirmProgress(leg: Leg<O>, media?: Body): void {
    provisional.confirmProgress(this.#agent, record(leg), media);
  }

  /**
   * Ends the leg, whatever its state: CANCEL, BYE, or 480; and whatever then still crosses it.
   * `reason`: value of a Reason header (RFC 3326), '' for none.
   */
  hangUp(leg: Leg<O>, reason = ''): void {
    ending.hangUp(this.#agent, record(leg), reason);
  }

  /**
   * re-INVITE or UPDATE, `media` being the offer; without one a re-INVITE asks for it. Ends in 'modified'
   * or 'modify refused'. 'pending': one is under way already, theirs or ours, or the dialog is not ready.
   */
  modify(leg: Leg<O>, method: 'INVITE' | 'UPDATE', media?: Body, headers = ''): 'sent' | 'pending' {
    return ours.modify(this.#agent, record(leg), method, media, headers);
  }

  /** Gives up our re-INVITE that has no answer yet (CANCEL). 'modify refused' (487) or 'modified' follows. */
  withdrawModify(leg: Leg<O>): void {
    ours.withdrawChange(this.#agent, record(leg));
  }

  /** ACK to the 2xx of our re-INVITE; `media`: the answer when the 2xx made the offer. */
  acknowledgeModify(leg: Leg<O>, media?: Body): void {
    ours.acknowledgeChange(this.#agent, record(leg), media);
  }

  /** 200 to their re-INVITE or UPDATE. To a re-INVITE 'modify acknowledged' follows. */
  answerModify(leg: Leg<O>, media?: Body): void {
    theirs.answerChange(this.#agent, record(leg), media);
  }

  refuseModify(leg: Leg<O>, status: number, headers = ''): void {
    theirs.refuseChange(this.#agent, record(leg), status, headers);
  }

  /** A request of another kind inside the dialog: INFO, MESSAGE … 'conveyed' follows with `token`. */
  convey(
    leg: Leg<O>,
    method: string,
    options: { readonly media?: Body; readonly headers?: string; readonly token: number },
  ): void {
    const { media, headers = '', token } = options;
    conveyance.convey(this.#agent, record(leg), method, headers, media, token);
  }

  /** Asks the far end whether it has the dialog of a standing leg; if not, 'ended' follows ('gone'). */
  audit(leg: Leg<O>): void {
    audit(this.#agent, record(leg));
  }

  /** Says the INVITE of a leg that we call, and that rings, once more: its phone, at `hop`, may have forgotten it. */
  remind(leg: Leg<O>, hop: Hop): void {
    caller.remind(this.#agent, record(leg), hop);
  }

  /** As `audit`, all far ends that have not said anything for that long. */
  auditSilent(silentMs: number): void {
    auditSilent(this.#agent, silentMs);
  }

  /** The subscriber has forgotten it: it is over without a word. 'unsubscribed' follows. */
  loseSubscription(subscription: Subscription<O>): void {
    notifier.lose(this.#agent, subscriptionOf(subscription));
  }

  /** What another user agent needs to go on with it when this one is no more; undefined: it is over. */
  keptOf(subscription: Subscription<O>): KeptDialog | undefined {
    return keptOf(this.#agent, subscriptionOf(subscription));
  }

  /**
   * Goes on with a subscription of one that is no more; `hop`: the way to its phone now. `notify` is due at once.
   * Undefined: it cannot be gone on with.
   */
  resume(kept: KeptDialog, hop: Hop, identity: Identity): Subscription<O> | undefined {
    return resume(this.#agent, kept, hop, identity);
  }

  /** Answers a 'request', or a 'confirmed progress' with an offer. A 405 gets its Allow here. */
  reply(
    leg: Leg<O>,
    exchange: Exchange,
    status: number,
    options: { readonly headers?: string; readonly media?: Body } = {},
  ): void {
    const { headers = '', media } = options;
    exchanges.reply(this.#agent, record(leg), exchangeOf(exchange), status, headers, media);
  }

  /** 202 to a REFER. The first `notify` is due at once; the last one has `terminated`. */
  acceptReferral(leg: Leg<O>, exchange: Exchange, owner: O): Subscription<O> {
    return acceptReferral(this.#agent, record(leg), exchangeOf(exchange), owner);
  }

  /** 200 to a SUBSCRIBE, for `expiresS` at most and never for more than it asked. `notify` is due at once. */
  acceptSubscription(subscription: Subscription<O>, expiresS: number): void {
    notifier.acceptSubscription(this.#agent, subscriptionOf(subscription), expiresS);
  }

  /** A subscription that is new is over with that; one that was to be refreshed stays as it was. */
  refuseSubscription(subscription: Subscription<O>, status: number, headers = ''): void {
    notifier.refuseSubscription(this.#agent, subscriptionOf(subscription), status, headers);
  }

  /** Tells the subscriber. `terminated`: this is the last time, and the reason (RFC 6665 §4.1.3). */
  notify(
    subscription: Subscription<O>,
    options: { readonly media?: Body; readonly terminated?: string; readonly headers?: string },
  ): void {
    const { media, terminated, headers = '' } = options;
    notifier.notify(this.#agent, subscriptionOf(subscription), { media, terminated, headers });
  }

  /** 200 to a PUBLISH, for `expiresS` at most and never for more than it asked. */
  acceptPublication(publication: Publication, expiresS: number, media?: Body): void {
    compositor.acceptPublication(this.#agent, publicationOf(publication), expiresS, media);
  }

  /** A publication that is new is over with that; one that was to be changed stays as it was. */
  refusePublication(publication: Publication, status: number, headers = ''): void {
    compositor.refusePublication(this.#agent, publicationOf(publication), status, headers);
  }

  /** What was published is worth nothing any more: the next PUBLISH of it is told so (412). */
  endPublication(publication: Publication): void {
    compositor.endPublication(this.#agent, publicationOf(publication));
  }

  /** The leg of that dialog, early or standing, as Replaces names it (RFC 3891); undefined: there is none. */
  find(callId: string, localTag: string, remoteTag: string): Leg<O> | undefined {
    const usage = this.#agent.usages.get(localTag);
    if (!(usage instanceof LegRecord) || usage.isOver || usage.callId !== callId) return undefined;
    return usage.dialogOf(localTag, remoteTag) && usage;
  }

  /**
   * As `find`, for a peer whose phone wants to replace that dialog: the leg, or the final status that the
   * peer's INVITE deserves (RFC 3891 §3). Undefined: it never was a dialog of ours, as far as is known.
   */
  findReplaced(dialog: ReplacedDialog): Found<O> | undefined {
    return findDialog(this.#agent, dialog);
  }

  /** Moves the clock and does what is due. After the transaction layer's `advance`. */
  advance(nowMs: number): void {
    this.#agent.advance(nowMs, this.#fire);
  }

  /** When `advance` is wanted next; Infinity: nothing waits. Never late. */
  nextDueMs(): number {
    return this.#agent.nextDueMs();
  }

  /** A connection is gone. Besides the transaction layer's `failed`. */
  flowFailed(flow: number): void {
    if (flow !== 0) inside.loseFlow(this.#agent, flow);
  }

  #onTimer(owner: Timed<O>): void {
    const agent = this.#agent;
    switch (owner.kind) {
      case 'leg':
        return this.#onLegTimer(owner);
      case 'acceptance':
        if (repeat(agent, owner)) called.loseAcknowledgement(agent, owner.leg);
        return;
      case 'change':
        return ours.retryChange(agent, owner);
      case 'fork':
        return called.loseConfirmation(agent, owner);
      case 'session timer':
        if (dueOf(agent, owner) === 'refresh') ours.refreshSession(agent, owner);
        else ending.terminate(agent, owner.leg, 'session expired');
        return;
      case 'subscription':
        return notifier.expireSubscription(agent, owner);
      case 'publication':
        return compositor.expirePublication(agent, owner);
    }
  }

  #onLegTimer(leg: LegRecord<O>): void {
    const agent = this.#agent;
    switch (leg.phase) {
      case 'inviting':
      case 'early':
        return caller.loseCallerPatience(agent, leg);
      case 'invited':
        return called.ringAgain(agent, leg);
      case 'confirmed':
        return inside.loseConnection(agent, leg);
      default:
    }
  }
}

function record<O>(leg: Leg<O>): LegRecord<O> {
  assert(leg instanceof LegRecord, 'legs come from the user agent');
  return leg;
}

function subscriptionOf<O>(subscription: Subscription<O>): SubscriptionRecord<O> {
  assert(subscription instanceof SubscriptionRecord, 'subscriptions come from the user agent');
  return subscription;
}

function publicationOf<O>(publication: Publication): PublicationRecord<O> {
  assert(publication instanceof PublicationRecord, 'publications come from the user agent');
  return publication;
}

function exchangeOf<O>(exchange: Exchange): exchanges.ExchangeRecord<O> {
  assert(exchange instanceof exchanges.ExchangeRecord, 'exchanges come from the user agent');
  return exchange;
}
