/** What the layer gives its machines to act with, and what a machine has to say to the layer. */

import type { Effect } from '../effects.ts';
import type { SipResponse } from '../message/message.ts';
import type { InviteClient } from './invite-client.ts';
import type { Timers } from './timers.ts';
import type { Transaction } from './transaction.ts';

export type Context<U> = {
  /** Where sends go, in order. The driver empties it. */
  readonly out: Effect[];
  readonly timers: Timers<Transaction<U>>;
  /** Text of the ACK for a 300-699 answer: RFC 3261 §17.1.1.3. */
  failureAck(invite: InviteClient<U>, response: SipResponse): string;
  /** Sends a CANCEL for `invite` as a transaction of its own: RFC 3261 §9.1. */
  sendCancel(invite: InviteClient<U>): void;
};

/**
 * What the transaction user is to be told after a step: the message that caused it, that no answer
 * came in time, that the transport failed; or nothing.
 */
export type Tell = 'message' | 'timeout' | 'transport' | undefined;
