/** What the edge has seen, as plain integers: reading them costs nothing to those who count. */

export type TransportCounters = {
  datagramsIn: number;
  datagramsOut: number;
  /** Messages over connections of any kind. */
  messagesIn: number;
  messagesOut: number;
  /** Octets of SIP, keep-alives not counted. */
  bytesIn: number;
  bytesOut: number;
  /** CRLF pings, empty datagrams and STUN binding requests. */
  keepAlives: number;
  /** Datagrams that are neither SIP nor anything that is answered. */
  dropped: number;
  connectionsOpen: number;
  connectionsAccepted: number;
  connectionsOpened: number;
  /** Turned away: too many, from a banned source, without the `sip` subprotocol, from a foreign origin. */
  connectionsRefused: number;
  /** Closed by us: idle, slow, unreadable, or not reading. */
  connectionsClosed: number;
  /** Messages that could not be sent. */
  sendFailures: number;
};

export function newCounters(): TransportCounters {
  return {
    datagramsIn: 0,
    datagramsOut: 0,
    messagesIn: 0,
    messagesOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    keepAlives: 0,
    dropped: 0,
    connectionsOpen: 0,
    connectionsAccepted: 0,
    connectionsOpened: 0,
    connectionsRefused: 0,
    connectionsClosed: 0,
    sendFailures: 0,
  };
}
