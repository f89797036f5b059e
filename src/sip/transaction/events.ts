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
  /** No final answer came: timer B or F, 64*T1 since a CANCEL, or the transport failed. The transaction is over. */
  | {
      readonly type: 'failed';
      readonly reason: 'timeout' | 'transport';
      readonly transaction: ClientTransaction<U>;
    }
  /**
   * Our answer could not be delivered: timer H, or the transport failed. A transport may fail under a
   * provisional answer too (an INVITE's transaction then still wants its final one), and under a 2xx
   * that has been acknowledged since, for 64*T1 (RFC 6026 keeps the transaction that long).
   */
  | {
      readonly type: 'unacknowledged';
      readonly reason: 'timeout' | 'transport';
      readonly transaction: ServerTransaction<U>;
    };
