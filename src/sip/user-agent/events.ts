/**
 * What the user agent tells the device layer: SIP as events on legs and subscriptions, with
 * authentication, transactions, dialog matching, retransmission of 2xx, glare, session timers and
 * PRACK bookkeeping already dealt with.
 */
import type { Hop } from '../hop.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import type { Body, Leg } from './leg.ts';
import type { Publication } from './publication.ts';
import type { ReplacedDialog } from './replaces.ts';
import type { Subscription } from './subscription.ts';

/** A request inside a dialog that the owner must answer with `userAgent.reply`. */
export type Exchange = { readonly request: SipRequest };

/** Who sent a request, as admission found: a device of the directory by its id, or a gateway. */
export type Identity = { readonly kind: 'device' | 'gateway'; readonly id: string };

export type UserAgentEvent<O> =
  /**
   * A new INVITE, admitted. The leg has no owner yet. 100 has been sent. `replaces`: RFC 3891, matched.
   * `sought`: it is to replace a dialog that is not ours, but may be a peer's.
   */
  | {
      readonly type: 'invited';
      readonly leg: Leg<O>;
      readonly request: SipRequest;
      readonly source: Hop;
      readonly identity: Identity;
      readonly media?: Body;
      readonly replaces?: Leg<O>;
      readonly sought?: ReplacedDialog;
    }
  /** 101-199 to our INVITE. `reliable`: answer with `confirmProgress` when it carries an offer; else the PRACK is sent already. */
  | {
      readonly type: 'progress';
      readonly leg: Leg<O>;
      readonly status: number;
      readonly response: SipResponse;
      readonly media?: Body;
      /** The PRACK is the owner's to send (`confirmProgress`), since it must carry an answer. */
      readonly confirm: boolean;
    }
  /** Answer to our `confirmProgress`, when that carried a body. */
  | { readonly type: 'progress confirmed'; readonly leg: Leg<O>; readonly media?: Body }
  /** PRACK to our reliable provisional; with a new offer it waits for `reply`, else it is answered already. */
  | {
      readonly type: 'confirmed progress';
      readonly leg: Leg<O>;
      readonly media?: Body;
      readonly exchange?: Exchange;
    }
  /** First 2xx to our INVITE. The owner sends `acknowledge`. */
  | {
      readonly type: 'answered';
      readonly leg: Leg<O>;
      readonly response: SipResponse;
      readonly media?: Body;
    }
  /** Our INVITE failed: 300-699, 408 for silence, 503 for a dead transport. The leg is over. */
  | {
      readonly type: 'refused';
      readonly leg: Leg<O>;
      readonly status: number;
      readonly response?: SipResponse;
    }
  /** CANCEL before our final answer; 487 is sent. The leg is over. */
  | { readonly type: 'cancelled'; readonly leg: Leg<O>; readonly request: SipRequest }
  /** ACK to our 2xx: the dialog stands. `media`: the answer to our offer in the 2xx. */
  | { readonly type: 'acknowledged'; readonly leg: Leg<O>; readonly media?: Body }
  /** re-INVITE or UPDATE from the far end. Answer with `answerModify` or `refuseModify`. */
  | {
      readonly type: 'modify';
      readonly leg: Leg<O>;
      readonly method: 'INVITE' | 'UPDATE';
      readonly request: SipRequest;
      readonly media?: Body;
    }
  /** CANCEL of a re-INVITE that was not answered yet; 487 is sent. `withdrawModify` passes it on. */
  | { readonly type: 'modify cancelled'; readonly leg: Leg<O> }
  /** ACK to our 2xx to a re-INVITE. */
  | { readonly type: 'modify acknowledged'; readonly leg: Leg<O>; readonly media?: Body }
  /** 2xx to our re-INVITE (then `acknowledgeModify` is due) or UPDATE. */
  | {
      readonly type: 'modified';
      readonly leg: Leg<O>;
      readonly method: 'INVITE' | 'UPDATE';
      readonly media?: Body;
    }
  | { readonly type: 'modify refused'; readonly leg: Leg<O>; readonly status: number }
  /** INFO, MESSAGE, REFER, or another method inside the dialog, to be answered with `reply`. */
  | {
      readonly type: 'request';
      readonly leg: Leg<O>;
      readonly exchange: Exchange;
      readonly media?: Body;
    }
  /** Final answer to our `convey`; `token` is what was given there. */
  | {
      readonly type: 'conveyed';
      readonly leg: Leg<O>;
      readonly status: number;
      readonly token: number;
    }
  /** BYE from the far end (answered already), or the dialog died: no ACK, 408/481, session expired, transport lost. */
  | {
      readonly type: 'ended';
      readonly leg: Leg<O>;
      readonly why: 'bye' | 'no ack' | 'gone' | 'session expired' | 'transport';
      readonly request?: SipRequest;
    }
  /** Final answer to our `ask`, or none: 408 for silence, 503 for a dead transport. */
  | {
      readonly type: 'asked';
      readonly asker: string;
      readonly token: string;
      readonly status: number;
      readonly response?: SipResponse;
    }
  /** A REFER outside a dialog is refused by the user agent; inside it is a 'request'. */
  /** New or refreshed subscription, admitted; accept or refuse it at once. */
  | {
      readonly type: 'subscribe';
      readonly subscription: Subscription<O>;
      readonly request: SipRequest;
      readonly source: Hop;
      readonly identity: Identity;
      readonly fresh: boolean;
    }
  | { readonly type: 'unsubscribed'; readonly subscription: Subscription<O> }
  /**
   * PUBLISH, admitted: accept or refuse it. `publication` is 'pending' when it is new; then, and when it is
   * modified, there is `media`; a refresh has none. `expiresS`: asked for, never 0.
   */
  | {
      readonly type: 'publish';
      readonly publication: Publication;
      readonly request: SipRequest;
      readonly source: Hop;
      readonly identity: Identity;
      readonly expiresS: number;
      readonly media?: Body;
    }
  /** Removed by its publisher (answered already), or run out. */
  | { readonly type: 'unpublished'; readonly publication: Publication };
