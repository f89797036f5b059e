/**
 * Where a phone stands: its time, and the way its datagrams take. The simulator's `Agenda` and `Network`
 * are such a pair, `UdpPlace` is one on real sockets: a phone cannot tell which.
 */
import type { Hop } from '../../sip/hop.ts';

export interface Timeline {
  /** Monotonic milliseconds. */
  readonly nowMs: number;
  at(atMs: number, action: () => void): void;
}

export interface Post {
  attach(address: Hop, receive: (text: string, from: Hop) => void): void;
  detach(address: Hop): void;
  /** One datagram; text holds an octet per character. */
  send(from: Hop, to: Hop, text: string): void;
}
