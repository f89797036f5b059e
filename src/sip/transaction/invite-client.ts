/**
 * INVITE client transaction: RFC 3261 §17.1.1, amended by RFC 6026 §8.4; §9.1 for its cancelling.
 *
 * Retransmits the INVITE until anything comes back, acknowledges a 300-699 answer, and stays on
 * long enough to absorb what is retransmitted. The ACK for a 2xx is not sent here: only the
 * transaction user knows the dialog's route set. The CANCEL is a transaction of its own.
 */
import type { Timer } from '../../base/timer-wheel.ts';
import { type Hop, isReliable } from '../hop.ts';
import type { SipResponse } from '../message/message.ts';
import type { OutgoingRequest } from '../message/outgoing.ts';
import type { Context, Tell } from './context.ts';
import { TIMER_D_MS } from './timers.ts';
import type { Transaction } from './transaction.ts';

export type InviteClient<U> = {
  readonly kind: 'INVITE client';
  readonly method: 'INVITE';
  /** `cancelling`: proceeding, with a CANCEL on its way. */
  state: 'calling' | 'proceeding' | 'cancelling' | 'completed' | 'accepted' | 'terminated';
  user: U;
  readonly hop: Hop;
  readonly branch: string;
  /** What was sent, Via aside; undefined once finally answered. */
  outgoing: OutgoingRequest | undefined;
  /** What may have to be sent again: the INVITE while calling, the ACK while completed, else ''. */
  text: string;
  retransmitMs: number;
  /** Header lines for the CANCEL that somebody wants sent; undefined: nobody does. */
  cancelHeaders: string | undefined;
  timer: Timer<Transaction<U>> | undefined;
  endAtMs: number;
};

/** The labels are those on the arrows of RFC 3261 Figure 5 as replaced by RFC 6026, and §9.1's. */
export type InviteClientEvent =
  | '1xx'
  | '2xx'
  | '300-699'
  | 'timer A'
  | 'timer B'
  | 'timer D'
  | 'timer M'
  | 'timer 9.1'
  | 'transport error'
  | 'CANCEL';

/** `text`: the whole INVITE as it goes to `hop`. */
export function startInviteClient<U>(
  outgoing: OutgoingRequest,
  text: string,
  hop: Hop,
  branch: string,
  user: U,
  context: Context<U>,
): InviteClient<U> {
  const { timers } = context;
  const tx: InviteClient<U> = {
    kind: 'INVITE client',
    method: 'INVITE',
    state: 'calling',
    user,
    hop,
    branch,
    outgoing,
    text,
    retransmitMs: timers.t1Ms,
    cancelHeaders: undefined,
    timer: undefined,
    endAtMs: Infinity,
  };
  send(tx, context);
  timers.start(tx, 'B', 64 * timers.t1Ms);
  if (!isReliable(hop.transport)) timers.start(tx, 'A', timers.t1Ms);
  return tx;
}

/** Which timer has fired, given whether the state's end has come. */
export function inviteClientTimer<U>(tx: InviteClient<U>, ended: boolean): InviteClientEvent {
  switch (tx.state) {
    case 'completed':
      return 'timer D';
    case 'accepted':
      return 'timer M';
    case 'cancelling':
      return 'timer 9.1';
    default:
      return ended ? 'timer B' : 'timer A';
  }
}

/** The call is not wanted any more: a CANCEL with these header lines goes out once, when §9.1 lets it. */
export function cancelInviteClient<U>(
  tx: InviteClient<U>,
  headers: string,
  context: Context<U>,
): void {
  if (tx.cancelHeaders !== undefined) return;
  tx.cancelHeaders = headers;
  stepInviteClient(tx, 'CANCEL', context);
}

/** `response` goes with the labels that are responses. */
export function stepInviteClient<U>(
  tx: InviteClient<U>,
  event: InviteClientEvent,
  context: Context<U>,
  response?: SipResponse,
): Tell {
  switch (tx.state) {
    case 'calling':
      return inCalling(tx, event, context, response);
    case 'proceeding':
      return inProceeding(tx, event, context, response);
    case 'cancelling':
      return inCancelling(tx, event, context, response);
    case 'completed':
      return inCompleted(tx, event, context);
    case 'accepted':
      return inAccepted(tx, event);
    case 'terminated':
      return undefined;
  }
}

function inCalling<U>(
  tx: InviteClient<U>,
  event: InviteClientEvent,
  context: Context<U>,
  response: SipResponse | undefined,
): Tell {
  switch (event) {
    case 'timer A':
      tx.retransmitMs *= 2;
      send(tx, context);
      context.timers.start(tx, 'A', tx.retransmitMs);
      return undefined;
    case 'timer B':
      return end(tx, 'timeout');
    case 'transport error':
      return end(tx, 'transport');
    case '1xx':
      tx.state = 'proceeding';
      tx.text = '';
      // Timer B goes too: a phone may ring for longer than 64*T1, and its answer must still find us.
      context.timers.stop(tx);
      if (tx.cancelHeaders !== undefined) cancel(tx, context);
      return 'message';
    case '2xx':
      return accept(tx, context);
    case '300-699':
      return complete(tx, context, response);
    case 'CANCEL':
      // Noted already. Sent now, it could overtake the INVITE and find nothing to cancel.
      return undefined;
    default:
      return undefined;
  }
}

function inProceeding<U>(
  tx: InviteClient<U>,
  event: InviteClientEvent,
  context: Context<U>,
  response: SipResponse | undefined,
): Tell {
  switch (event) {
    case '1xx':
      return 'message';
    case '2xx':
      return accept(tx, context);
    case '300-699':
      return complete(tx, context, response);
    case 'CANCEL':
      cancel(tx, context);
      return undefined;
    case 'transport error':
      // Deviation: the figure has no such arrow, as nothing is sent here. But the connection of a
      // ringing phone has broken, and its answer will not find us: better to know it now.
      return end(tx, 'transport');
    default:
      return undefined;
  }
}

function inCancelling<U>(
  tx: InviteClient<U>,
  event: InviteClientEvent,
  context: Context<U>,
  response: SipResponse | undefined,
): Tell {
  switch (event) {
    case '1xx':
      return 'message';
    case '2xx':
      // It crossed our CANCEL: the user has a call to end.
      return accept(tx, context);
    case '300-699':
      return complete(tx, context, response);
    case 'timer 9.1':
      // The far end knows no CANCEL (RFC 2543), or has gone.
      return end(tx, 'timeout');
    case 'transport error':
      return end(tx, 'transport');
    default:
      return undefined;
  }
}

function inCompleted<U>(tx: InviteClient<U>, event: InviteClientEvent, context: Context<U>): Tell {
  switch (event) {
    case '300-699':
      // Our ACK was lost. Send it again, but do not tell the user twice.
      send(tx, context);
      return undefined;
    case 'timer D':
      return end(tx, undefined);
    case 'transport error':
      // Deviation: the user is not told. It has its final answer, and can do nothing about an ACK.
      return end(tx, undefined);
    default:
      return undefined;
  }
}

function inAccepted<U>(tx: InviteClient<U>, event: InviteClientEvent): Tell {
  switch (event) {
    case '2xx':
      // Either a retransmission or another branch of a forked INVITE: the user tells by To tag.
      return 'message';
    case 'timer M':
      return end(tx, undefined);
    default:
      return undefined;
  }
}

function cancel<U>(tx: InviteClient<U>, context: Context<U>): void {
  const { timers } = context;
  tx.state = 'cancelling';
  context.sendCancel(tx);
  timers.start(tx, '9.1', 64 * timers.t1Ms);
}

function accept<U>(tx: InviteClient<U>, context: Context<U>): Tell {
  const { timers } = context;
  tx.state = 'accepted';
  tx.outgoing = undefined;
  tx.text = '';
  timers.start(tx, 'M', 64 * timers.t1Ms);
  return 'message';
}

function complete<U>(
  tx: InviteClient<U>,
  context: Context<U>,
  response: SipResponse | undefined,
): Tell {
  if (response === undefined) return undefined;
  tx.text = context.failureAck(tx, response);
  tx.outgoing = undefined;
  send(tx, context);
  // Nothing is retransmitted over a reliable transport, so Timer D is zero: done at once.
  if (isReliable(tx.hop.transport)) return end(tx, 'message');
  tx.state = 'completed';
  context.timers.start(tx, 'D', TIMER_D_MS);
  return 'message';
}

/** The layer stops the timers of what is terminated. */
function end<U>(tx: InviteClient<U>, tell: Tell): Tell {
  tx.state = 'terminated';
  tx.outgoing = undefined;
  tx.text = '';
  return tell;
}

function send<U>(tx: InviteClient<U>, context: Context<U>): void {
  context.out.push({ type: 'send', text: tx.text, hop: tx.hop });
}
