/**
 * The user agent core: RFC 3261 §8, §11-§15 and kin. SIP transactions in, events on legs and
 * subscriptions out; what the device layer asks for, it turns into requests and responses.
 *
 * This file is the front: it names what can be asked and sends each event to the file that deals
 * with it. It decides nothing about calls (device/, call/), keeps no registrations (the registrar
 * behind `register`), and checks no credentials (`admit`).
 */
import { assert } from '../../base/assert.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { Hop } from '../hop.ts';
import type { SipRequest } from '../message/message.ts';
import type { TransactionEvent } from '../transaction/events.ts';
import type { TransactionLayer } from '../transaction/layer.ts';
import type { Exchange, Identity, UserAgentEvent } from './events.ts';
import type { Body, InviteOrder, Leg } from './leg.ts';
import type { Subscription } from './subscription.ts';

/** What admission (the driver's: directory, digest, source guard) says of a request. */
export type Admission =
  | { readonly type: 'admitted'; readonly identity: Identity }
  /** 401, 403, 404 …; `headers`: complete lines. */
  | { readonly type: 'answer'; readonly status: number; readonly headers: string }
  | { readonly type: 'drop' };

export type Admit = (request: SipRequest, source: Hop) => Admission;

/** What hangs on transactions; opaque to everybody but the user agent. */
export type TransactionUser<O> = { readonly owner: O } | undefined;

export type UserAgentOptions<O> = {
  readonly layer: TransactionLayer<TransactionUser<O>>;
  readonly random: Random;
  readonly log: Log;
  readonly nowMs: number;
  /** Our Contact URI for that hop, e.g. `sip:192.0.2.1:5060;transport=tcp`. */
  readonly contact: (hop: Hop) => string;
  readonly admit: Admit;
  /** REGISTER, admitted: answered at once with what this returns. */
  readonly register: (
    request: SipRequest,
    source: Hop,
    identity: Identity,
  ) => { readonly status: number; readonly headers: string };
  /** Event packages that may be subscribed to. */
  readonly allowEvents: readonly string[];
  /** Session timers (RFC 4028) that we ask for; absent: only if the far end does. */
  readonly sessionTimer?: { readonly expiresS: number; readonly minSeS: number };
  /** Value of our Server and User-Agent header. */
  readonly userAgent?: string;
};

export class UserAgent<O> {
  /** What happened, oldest first. The manager takes it from here after each turn; the array stays the same. */
  readonly events: UserAgentEvent<O>[] = [];
  /** While true, OPTIONS is answered 503. New calls are `admit`'s business. */
  draining = false;

  constructor(options: UserAgentOptions<O>) {
    void options;
  }

  receive(event: TransactionEvent<TransactionUser<O>>): void {
    void event;
  }

  invite(order: InviteOrder, owner: O): Leg<O> {
    void order;
    void owner;
    assert(false, 'being built');
  }

  progress(
    leg: Leg<O>,
    status: number,
    options: {
      readonly media?: Body;
      readonly reliable?: boolean;
      readonly headers?: string;
      readonly fork?: string;
    },
  ): void {
    void leg;
    void status;
    void options;
  }

  answer(
    leg: Leg<O>,
    options: { readonly media?: Body; readonly headers?: string; readonly fork?: string },
  ): void {
    void leg;
    void options;
  }

  refuse(leg: Leg<O>, status: number, headers?: string): void {
    void leg;
    void status;
    void headers;
  }

  acknowledge(leg: Leg<O>, media?: Body): void {
    void leg;
    void media;
  }

  confirmProgress(leg: Leg<O>, media?: Body): void {
    void leg;
    void media;
  }

  hangUp(leg: Leg<O>, reason?: string): void {
    void leg;
    void reason;
  }

  modify(leg: Leg<O>, method: 'INVITE' | 'UPDATE', media?: Body, headers?: string): 'sent' | 'pending' {
    void leg;
    void method;
    void media;
    void headers;
    return 'pending';
  }

  /** Gives up our re-INVITE that has no final answer yet: CANCEL. `modify refused` (487) or `modified` follows. */
  withdrawModify(leg: Leg<O>): void {
    void leg;
  }

  acknowledgeModify(leg: Leg<O>, media?: Body): void {
    void leg;
    void media;
  }

  answerModify(leg: Leg<O>, media?: Body): void {
    void leg;
    void media;
  }

  refuseModify(leg: Leg<O>, status: number, headers?: string): void {
    void leg;
    void status;
    void headers;
  }

  convey(
    leg: Leg<O>,
    method: string,
    options: { readonly media?: Body; readonly headers?: string; readonly token: number },
  ): void {
    void leg;
    void method;
    void options;
  }

  reply(
    leg: Leg<O>,
    exchange: Exchange,
    status: number,
    options?: { readonly headers?: string; readonly media?: Body },
  ): void {
    void leg;
    void exchange;
    void status;
    void options;
  }

  acceptReferral(leg: Leg<O>, exchange: Exchange, owner: O): Subscription<O> {
    void leg;
    void exchange;
    void owner;
    assert(false, 'being built');
  }

  acceptSubscription(subscription: Subscription<O>, expiresS: number): void {
    void subscription;
    void expiresS;
  }

  refuseSubscription(subscription: Subscription<O>, status: number, headers?: string): void {
    void subscription;
    void status;
    void headers;
  }

  notify(
    subscription: Subscription<O>,
    options: { readonly media?: Body; readonly terminated?: string; readonly headers?: string },
  ): void {
    void subscription;
    void options;
  }

  /** The leg of that dialog, early or confirmed (Replaces, RFC 3891), or undefined. */
  find(callId: string, localTag: string, remoteTag: string): Leg<O> | undefined {
    void callId;
    void localTag;
    void remoteTag;
    return undefined;
  }

  advance(nowMs: number): void {
    void nowMs;
  }

  nextDueMs(): number {
    return Infinity;
  }

  flowFailed(flow: number): void {
    void flow;
  }

  get size(): { readonly legs: number; readonly subscriptions: number } {
    return { legs: 0, subscriptions: 0 };
  }
}
