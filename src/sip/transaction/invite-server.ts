/**
 * INVITE server transaction: RFC 3261 §17.2.1, amended by RFC 6026 §8.5.
 *
 * Says 100 at once, answers a retransmitted INVITE from memory, retransmits a 300-699 answer until
 * its ACK comes. A 2xx is retransmitted by the transaction user, who alone knows its ACK; after it
 * this machine only keeps INVITEs that come late from looking new.
 */
import type { Timer } from '../../base/timer-wheel.ts';
import { type Hop, isReliable } from '../hop.ts';
import type { SipRequest } from '../message/message.ts';
import type { Context, Tell } from './context.ts';
import { toTagOf } from './matching.ts';
import type { Transaction } from './transaction.ts';

export type InviteServer<U> = {
  readonly kind: 'INVITE server';
  readonly method: 'INVITE';
  state: 'proceeding' | 'completed' | 'confirmed' | 'accepted' | 'terminated';
  user: U | undefined;
  /** The INVITE, its Via stamped; undefined once finally answered. */
  request: SipRequest | undefined;
  readonly source: Hop;
  /** Where answers go: RFC 3261 §18.2.2. */
  readonly replyTo: Hop;
  /** What its table and that of merged requests know it by. */
  readonly key: string;
  readonly mergeKey: string;
  /** The answer that is sent again when the INVITE is, or ''. */
  text: string;
  /** To tag of the 2xx, for the answer to a CANCEL that crosses it (§9.2); '' before. */
  toTag: string;
  retransmitMs: number;
  timer: Timer<Transaction<U>> | undefined;
  endAtMs: number;
};

/** The labels are those on the arrows of RFC 3261 Figure 7 as replaced by RFC 6026; `from TU` left out. */
export type InviteServerEvent =
  | 'INVITE'
  | 'ACK'
  | '1xx'
  | '2xx'
  | '300-699'
  | 'timer G'
  | 'timer H'
  | 'timer I'
  | 'timer L'
  | 'transport error';

/** `trying`: the text of the 100. */
export function startInviteServer<U>(
  request: SipRequest,
  source: Hop,
  replyTo: Hop,
  key: string,
  mergeKey: string,
  trying: string,
  context: Context<U>,
): InviteServer<U> {
  const tx: InviteServer<U> = {
    kind: 'INVITE server',
    method: 'INVITE',
    state: 'proceeding',
    user: undefined,
    request,
    source,
    replyTo,
    key,
    mergeKey,
    text: trying,
    toTag: '',
    retransmitMs: context.timers.t1Ms,
    timer: undefined,
    endAtMs: Infinity,
  };
  send(tx, trying, context);
  return tx;
}

/** Which timer has fired, given whether the state's end has come. */
export function inviteServerTimer<U>(tx: InviteServer<U>, ended: boolean): InviteServerEvent {
  switch (tx.state) {
    case 'confirmed':
      return 'timer I';
    case 'accepted':
      return 'timer L';
    default:
      return ended ? 'timer H' : 'timer G';
  }
}

/** `text`: the whole answer, with the labels that are answers of the transaction user. */
export function stepInviteServer<U>(
  tx: InviteServer<U>,
  event: InviteServerEvent,
  context: Context<U>,
  text = '',
): Tell {
  switch (tx.state) {
    case 'proceeding':
      return inProceeding(tx, event, context, text);
    case 'completed':
      return inCompleted(tx, event, context);
    case 'confirmed':
      return inConfirmed(tx, event);
    case 'accepted':
      return inAccepted(tx, event, context, text);
    case 'terminated':
      return undefined;
  }
}

function inProceeding<U>(
  tx: InviteServer<U>,
  event: InviteServerEvent,
  context: Context<U>,
  text: string,
): Tell {
  const { timers } = context;
  switch (event) {
    case 'INVITE':
      send(tx, tx.text, context);
      return undefined;
    case '1xx':
      tx.text = text;
      send(tx, text, context);
      return undefined;
    case '2xx':
      tx.state = 'accepted';
      tx.request = undefined;
      tx.text = '';
      if (tx.toTag === '') tx.toTag = toTagOf(text);
      send(tx, text, context);
      timers.start(tx, 'L', 64 * timers.t1Ms);
      return undefined;
    case '300-699':
      tx.state = 'completed';
      tx.request = undefined;
      tx.text = text;
      send(tx, text, context);
      timers.start(tx, 'H', 64 * timers.t1Ms);
      if (!isReliable(tx.replyTo.transport)) timers.start(tx, 'G', timers.t1Ms);
      return undefined;
    case 'transport error':
      return 'transport';
    default:
      return undefined;
  }
}

function inCompleted<U>(tx: InviteServer<U>, event: InviteServerEvent, context: Context<U>): Tell {
  const { timers } = context;
  switch (event) {
    case 'INVITE':
      send(tx, tx.text, context);
      return undefined;
    case 'timer G':
      tx.retransmitMs = Math.min(2 * tx.retransmitMs, timers.t2Ms);
      send(tx, tx.text, context);
      timers.start(tx, 'G', tx.retransmitMs);
      return undefined;
    case 'timer H':
      end(tx);
      return 'timeout';
    case 'transport error':
      return 'transport';
    case 'ACK':
      return confirm(tx, context);
    default:
      return undefined;
  }
}

function inConfirmed<U>(tx: InviteServer<U>, event: InviteServerEvent): Tell {
  switch (event) {
    case 'timer I':
      end(tx);
      return undefined;
    default:
      // ACKs that come again because our answer did.
      return undefined;
  }
}

function inAccepted<U>(
  tx: InviteServer<U>,
  event: InviteServerEvent,
  context: Context<U>,
  text: string,
): Tell {
  switch (event) {
    case '2xx':
      send(tx, text, context);
      return undefined;
    case 'ACK':
      // With the INVITE's branch, as RFC 2543 had it.
      return 'message';
    case 'timer L':
      end(tx);
      return undefined;
    case 'transport error':
      return 'transport';
    default:
      // The user repeats its 2xx by its own clock: an INVITE that comes again draws none.
      return undefined;
  }
}

function confirm<U>(tx: InviteServer<U>, context: Context<U>): Tell {
  tx.text = '';
  // Timer I is zero over a reliable transport: no further ACK is on its way.
  if (isReliable(tx.replyTo.transport)) {
    end(tx);
    return undefined;
  }
  tx.state = 'confirmed';
  context.timers.start(tx, 'I', context.timers.t4Ms);
  return undefined;
}

/** The layer stops the timers of what is terminated. */
function end<U>(tx: InviteServer<U>): void {
  tx.state = 'terminated';
  tx.text = '';
}

function send<U>(tx: InviteServer<U>, text: string, context: Context<U>): void {
  context.out.push({ type: 'send', text, hop: tx.replyTo });
}
