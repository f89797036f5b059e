/** Where a message came from or goes to: the next hop, and the way there. */

export type Transport = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/**
 * The far end of one hop and the way to it.
 *
 * `address` is an IP literal without brackets, or a host name that the edge still has to resolve
 * (RFC 3263). `flow` names an open connection (RFC 5626); 0: none, any may be used or opened.
 * `listener` is the index of our listening socket that the message came in by or must leave by.
 */
export type Hop = {
  readonly transport: Transport;
  readonly address: string;
  readonly port: number;
  readonly flow: number;
  readonly listener: number;
  /** The name that the far end's certificate must carry (RFC 5922 §7.3), where a name led to `address`. */
  readonly serverName?: string;
};

/** Whether the transport itself delivers in order or fails (RFC 3261 §17: no retransmission then). */
export function isReliable(transport: Transport): boolean {
  return transport !== 'udp';
}

/** Whether both lead to the same place in the same way. */
export function isSameHop(one: Hop, other: Hop): boolean {
  return (
    one.port === other.port &&
    one.flow === other.flow &&
    one.listener === other.listener &&
    one.transport === other.transport &&
    one.address === other.address
  );
}

/** `udp:192.0.2.1:5060`, for logs and keys. */
export function formatHop(hop: Hop): string {
  const host = hop.address.includes(':') ? `[${hop.address}]` : hop.address;
  return `${hop.transport}:${host}:${hop.port}`;
}
