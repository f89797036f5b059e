/**
 * Non-INVITE client transaction: RFC 3261 §17.1.2.
 *
 * Retransmits the request until the final answer comes, more slowly once anything has, and stays on
 * to absorb what is retransmitted.
 */
import type { Timer } from '../../base/timer-wheel.ts';
import { type Hop, isReliable } from '../hop.ts';
import type { OutgoingRequest } from '../message/outgoing.ts';
import type { Context, Tell } from './context.ts';
import type { Transaction } from './transaction.ts';

export type NonInviteClient<U> = {
  readonly kind: 'non-INVITE client';
  readonly method: string;
  state: 'trying' | 'proceeding' | 'completed' | 'terminated';
  user: U;
  readonly hop: Hop;
  readonly branch: string;
  /** What was sent, Via aside; undefined once finally answered. */
  outgoing: OutgoingRequest | undefined;
  /** The whole request while it may have to be sent again, else ''. */
  text: string;
  retransmitMs: number;
  timer: Timer<Transaction<U>> | undefined;
  endAtMs: number;
};

/** The labels are those on the arrows of RFC 3261 Figure 6. */
export type NonInviteClientEvent =
  | '1xx'
  | '200-699'
  | 'timer E'
  | 'timer F'
  | 'timer K'
  | 'transport error';

/** `text`: the whole request as it goes to `hop`. */
export function startNonInviteClient<U>(
  outgoing: OutgoingRequest,
  text: string,
  hop: Hop,
  branch: string,
  user: U,
  context: Context<U>,
): NonInviteClient<U> {
  const { timers } = context;
  const tx: NonInviteClient<U> = {
    kind: 'non-INVITE client',
    method: outgoing.method,
    state: 'trying',
    user,
    hop,
    branch,
    outgoing,
    text,
    retransmitMs: timers.t1Ms,
    timer: undefined,
    endAtMs: Infinity,
  };
  send(tx, context);
  timers.start(tx, 'F', 64 * timers.t1Ms);
  if (!isReliable(hop.transport)) timers.start(tx, 'E', timers.t1Ms);
  return tx;
}

/** Which timer has fired, given whether the state's end has come. */
export function nonInviteClientTimer<U>(
  tx: NonInviteClient<U>,
  ended: boolean,
): NonInviteClientEvent {
  if (tx.state === 'completed') return 'timer K';
  return ended ? 'timer F' : 'timer E';
}

export function stepNonInviteClient<U>(
  tx: NonInviteClient<U>,
  event: NonInviteClientEvent,
  context: Context<U>,
): Tell {
  switch (tx.state) {
    case 'trying':
      return inTrying(tx, event, context);
    case 'proceeding':
      return inProceeding(tx, event, context);
    case 'completed':
      return inCompleted(tx, event);
    case 'terminated':
      return undefined;
  }
}

function inTrying<U>(
  tx: NonInviteClient<U>,
  event: NonInviteClientEvent,
  context: Context<U>,
): Tell {
  const { timers } = context;
  switch (event) {
    case 'timer E':
      tx.retransmitMs = Math.min(2 * tx.retransmitMs, timers.t2Ms);
      send(tx, context);
      timers.start(tx, 'E', tx.retransmitMs);
      return undefined;
    case 'timer F':
      return end(tx, 'timeout');
    case 'transport error':
      return end(tx, 'transport');
    case '1xx':
      // Timer E runs out as it was set; from then on it is T2.
      tx.state = 'proceeding';
      return 'message';
    case '200-699':
      return complete(tx, context);
    default:
      return undefined;
  }
}

function inProceeding<U>(
  tx: NonInviteClient<U>,
  event: NonInviteClientEvent,
  context: Context<U>,
): Tell {
  const { timers } = context;
  switch (event) {
    case 'timer E':
      send(tx, context);
      timers.start(tx, 'E', timers.t2Ms);
      return undefined;
    case 'timer F':
      return end(tx, 'timeout');
    case 'transport error':
      return end(tx, 'transport');
    case '1xx':
      return 'message';
    case '200-699':
      return complete(tx, context);
    default:
      return undefined;
  }
}

function inCompleted<U>(tx: NonInviteClient<U>, event: NonInviteClientEvent): Tell {
  switch (event) {
    case 'timer K':
      return end(tx, undefined);
    default:
      return undefined;
  }
}

function complete<U>(tx: NonInviteClient<U>, context: Context<U>): Tell {
  const { timers } = context;
  // Timer K is zero over a reliable transport: nothing comes twice.
  if (isReliable(tx.hop.transport)) return end(tx, 'message');
  tx.state = 'completed';
  tx.outgoing = undefined;
  tx.text = '';
  timers.start(tx, 'K', timers.t4Ms);
  return 'message';
}

/** The layer stops the timers of what is terminated. */
function end<U>(tx: NonInviteClient<U>, tell: Tell): Tell {
  tx.state = 'terminated';
  tx.outgoing = undefined;
  tx.text = '';
  return tell;
}

function send<U>(tx: NonInviteClient<U>, context: Context<U>): void {
  context.out.push({ type: 'send', text: tx.text, hop: tx.hop });
}
