/**
 * What all connections have in common: a flow in the sense of RFC 5626, named by `hop.flow` for as
 * long as it is open. Streams are in `stream-connection.ts`, WebSocket in `web-socket-connection.ts`.
 */
import type { Hop } from '../sip/hop.ts';
import type { Outgoing } from './received.ts';

export interface Connection {
  /** The far end. The same object for every message of the connection. */
  readonly hop: Hop;
  /** 'closed': carries nothing more, though what was sent may still be leaving. */
  readonly state: 'opening' | 'open' | 'closed';
  /**
   * Sends, or keeps until the connection is open; what is kept in vain goes to `Edge.undelivered`.
   * False: cannot be sent by this connection.
   */
  send(outgoing: Outgoing): boolean;
  /** Takes back what waits for the connection to open and has somewhere else to go. */
  reclaim(): Outgoing[];
  /** Closes once what was sent has left. */
  close(): void;
  /** Closes at once. */
  destroy(): void;
  /** Looks at what is overdue. */
  sweep(nowMs: number): void;
}

/** Told once, when a connection is gone and its flow with it. */
export type Closed = (connection: Connection) => void;
