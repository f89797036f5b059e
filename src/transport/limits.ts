/** How much the far ends of our sockets may ask of us. Every limit has its stated answer. */

export type TransportLimits = {
  /** Connections of all kinds, ours and theirs; more are closed as they come, or not opened. */
  readonly connectionsMax: number;
  /** Connections accepted from one address (an office behind one NAT is one address). */
  readonly connectionsPerAddressMax: number;
  /** Octets that a far end may leave unread; then its connection is closed. */
  readonly unsentBytesMax: number;
  /** Messages that wait for one connection to open, or for one name to be resolved; more fail at once. */
  readonly waitingMax: number;
  /** A connection that is not open by then, TLS handshake included, has failed. */
  readonly openMs: number;
  /** A message that is begun must be whole by then, else its connection is closed (slow loris). */
  readonly messageMs: number;
  /** An accepted connection must have brought its first message or keep-alive by then. */
  readonly firstMessageMs: number;
  /** A connection on which nothing moves is closed then. Longer than any registration lasts. */
  readonly idleMs: number;
  /** WebSocket peers are pinged that often; one that let a whole period pass unanswered is gone. */
  readonly pingMs: number;
  /** How long a large request waits for TCP before it leaves by UDP after all. */
  readonly preferTcpMs: number;
  /** How long a peer is not asked again after it took no TCP. */
  readonly withoutTcpMs: number;
};

export const TRANSPORT_LIMITS: TransportLimits = {
  connectionsMax: 20_000,
  connectionsPerAddressMax: 1_000,
  unsentBytesMax: 1_048_576,
  waitingMax: 64,
  openMs: 5_000,
  messageMs: 10_000,
  firstMessageMs: 30_000,
  idleMs: 4_000_000,
  pingMs: 30_000,
  preferTcpMs: 500,
  withoutTcpMs: 600_000,
};

/** One WebSocket message: RFC 7118 puts a whole SIP message into each. */
export const WEB_SOCKET_MESSAGE_BYTES_MAX = 65_536;
