/** What the transaction layer hands up: at most one event per message or timer. */
import type { Hop } from '../hop.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import type { ClientTransaction } from './client.ts';
import type { ServerTransaction } from './server.ts';

/** `U` is what the user hung on the transaction when it was made: its leg, its subscription … */
export type TransactionEvent<U> =
  /** A new request. It must be answered through `transaction`, once finally. */
  | {
      readonly type: 'request';
      readonly request: SipRequest;
      readonly source: Hop;
      readonly transaction: ServerTransaction<U>;
    }
  /** An ACK that belongs to no failure response: for a 2xx, or stray. */
  | { readonly type: 'ack'; readonly request: SipRequest; readonly source: Hop }
  /** A CANCEL that matched `transaction` (an INVITE's); the layer has answered the CANCEL itself. */
  | {
      readonly type: 'cancel';
      readonly request: SipRequest;
      readonly transaction: ServerTransaction<U>;
    }
  | {
      readonly type: 'response';
      readonly response: SipResponse;
      readonly source: Hop;
      readonly transaction: ClientTransaction<U>;
    }
  /** No final answer came: timer B or F, or the transport failed. */
  | {
      readonly type: 'failed';
      readonly reason: 'timeout' | 'transport';
      readonly transaction: ClientTransaction<U>;
    }
  /** Our final answer could not be delivered: timer H, or the transport failed. */
  | {
      readonly type: 'unacknowledged';
      readonly reason: 'timeout' | 'transport';
      readonly transaction: ServerTransaction<U>;
    };
