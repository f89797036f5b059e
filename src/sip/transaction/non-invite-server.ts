/**
 * Non-INVITE server transaction: RFC 3261 §17.2.2.
 *
 * Answers a retransmitted request from memory. Says nothing by itself: RFC 4320 §4.1 wants no 100 here.
 */
import type { Timer } from '../../base/timer-wheel.ts';
import { type Hop, isReliable } from '../hop.ts';
import type { SipRequest } from '../message/message.ts';
import type { Context, Tell } from './context.ts';
import type { Transaction } from './transaction.ts';

export type NonInviteServer<U> = {
  readonly kind: 'non-INVITE server';
  readonly method: string;
  state: 'trying' | 'proceeding' | 'completed' | 'terminated';
  user: U | undefined;
  /** The request, its Via stamped; undefined once finally answered. */
  request: SipRequest | undefined;
  readonly source: Hop;
  /** Where answers go: RFC 3261 §18.2.2. */
  readonly replyTo: Hop;
  /** What its table and that of merged requests know it by. */
  readonly key: string;
  readonly mergeKey: string;
  /** The last answer, which is sent again when the request is; '' before there is one. */
  text: string;
  timer: Timer<Transaction<U>> | undefined;
  endAtMs: number;
};

/** The labels are those on the arrows of RFC 3261 Figure 8; `from TU` left out. */
export type NonInviteServerEvent = 'request' | '1xx' | '200-699' | 'timer J' | 'transport error';

export function startNonInviteServer<U>(
  request: SipRequest,
  source: Hop,
  replyTo: Hop,
  key: string,
  mergeKey: string,
): NonInviteServer<U> {
  return {
    kind: 'non-INVITE server',
    method: request.method,
    state: 'trying',
    user: undefined,
    request,
    source,
    replyTo,
    key,
    mergeKey,
    text: '',
    timer: undefined,
    endAtMs: Infinity,
  };
}

/** `text`: the whole answer, with the labels that are answers of the transaction user. */
export function stepNonInviteServer<U>(
  tx: NonInviteServer<U>,
  event: NonInviteServerEvent,
  context: Context<U>,
  text = '',
): Tell {
  switch (tx.state) {
    case 'trying':
      return inTrying(tx, event, context, text);
    case 'proceeding':
      return inProceeding(tx, event, context, text);
    case 'completed':
      return inCompleted(tx, event, context);
    case 'terminated':
      return undefined;
  }
}

function inTrying<U>(
  tx: NonInviteServer<U>,
  event: NonInviteServerEvent,
  context: Context<U>,
  text: string,
): Tell {
  switch (event) {
    case '1xx':
      tx.state = 'proceeding';
      tx.text = text;
      send(tx, context);
      return undefined;
    case '200-699':
      return complete(tx, context, text);
    case 'transport error':
      return lose(tx);
    default:
      return undefined;
  }
}

function inProceeding<U>(
  tx: NonInviteServer<U>,
  event: NonInviteServerEvent,
  context: Context<U>,
  text: string,
): Tell {
  switch (event) {
    case 'request':
      send(tx, context);
      return undefined;
    case '1xx':
      tx.text = text;
      send(tx, context);
      return undefined;
    case '200-699':
      return complete(tx, context, text);
    case 'transport error':
      return lose(tx);
    default:
      return undefined;
  }
}

function inCompleted<U>(
  tx: NonInviteServer<U>,
  event: NonInviteServerEvent,
  context: Context<U>,
): Tell {
  switch (event) {
    case 'request':
      send(tx, context);
      return undefined;
    case 'timer J':
      end(tx);
      return undefined;
    case 'transport error':
      return lose(tx);
    default:
      return undefined;
  }
}

function complete<U>(tx: NonInviteServer<U>, context: Context<U>, text: string): Tell {
  const { timers } = context;
  tx.request = undefined;
  tx.text = text;
  send(tx, context);
  // Timer J is zero over a reliable transport: the request does not come again.
  if (isReliable(tx.replyTo.transport)) {
    end(tx);
    return undefined;
  }
  tx.state = 'completed';
  timers.start(tx, 'J', 64 * timers.t1Ms);
  return undefined;
}

function lose<U>(tx: NonInviteServer<U>): Tell {
  end(tx);
  return 'transport';
}

/** The layer stops the timers of what is terminated. */
function end<U>(tx: NonInviteServer<U>): void {
  tx.state = 'terminated';
  tx.text = '';
}

function send<U>(tx: NonInviteServer<U>, context: Context<U>): void {
  context.out.push({ type: 'send', text: tx.text, hop: tx.replyTo });
}
