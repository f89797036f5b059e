/** A subscription as the notifier keeps it: what the device layer may read of it, and the rest. */
import type { Timer } from '../../base/timer-wheel.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { SipRequest } from '../message/message.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Timed, TransactionUser } from './agent.ts';
import type { Identity } from './events.ts';
import type { Body } from './leg.ts';
import type { LegRecord } from './leg-record.ts';
import type { Subscription } from './subscription.ts';

/** A NOTIFY that waits for the one before it to be answered. */
export type Notification = {
  readonly media: Body | undefined;
  readonly headers: string;
  /** Why it is the last one; undefined: it is not. */
  readonly terminated: string | undefined;
};

export class SubscriptionRecord<O> implements Subscription<O> {
  readonly kind = 'subscription';
  owner: O | undefined;
  readonly event: string;
  readonly eventValue: string;
  state: 'pending' | 'active' | 'terminated' = 'pending';
  readonly resource: string;
  readonly accept: string;
  readonly dialog: Dialog;
  /** Of an implicit one: the leg whose REFER made it, and whose dialog it lives in. */
  readonly leg: LegRecord<O> | undefined;
  /** Whom admission took the subscriber for; undefined when nobody asked. */
  readonly identity: Identity | undefined;
  heardFrom: string;
  /** The SUBSCRIBE that waits for the owner's word. */
  received: ServerTransaction<TransactionUser<O>> | undefined;
  request: SipRequest | undefined;
  expiresAtMs = 0;
  /** Whether a NOTIFY is out, and those that wait for its answer: a subscriber must see them in order. */
  notifying = false;
  waiting: Notification[] = [];
  timer: Timer<Timed<O>> | undefined;

  constructor(
    dialog: Dialog,
    event: string,
    eventValue: string,
    resource: string,
    accept: string,
    identity: Identity | undefined,
    heardFrom: string,
    leg: LegRecord<O> | undefined,
  ) {
    this.dialog = dialog;
    this.event = event;
    this.eventValue = eventValue;
    this.resource = resource;
    this.accept = accept;
    this.identity = identity;
    this.heardFrom = heardFrom;
    this.leg = leg;
  }

  get callId(): string {
    return this.dialog.callId;
  }

  get localTag(): string {
    return this.dialog.localTag;
  }

  get contact(): string {
    return this.dialog.remoteTarget;
  }

  get isOver(): boolean {
    return this.state === 'terminated';
  }
}
