/**
 * What moves datagrams: the seam below which a driver may read and write them in batches
 * (`recvmmsg`, `sendmmsg`) without anything above it changing.
 */

/** One datagram as it came. `address` is an IP literal. */
export type Datagram = {
  readonly payload: Buffer;
  readonly address: string;
  readonly port: number;
};

export type DatagramEvents = {
  /** All that one read brought: one datagram, or as many as the driver takes at a time. */
  readonly received: (batch: readonly Datagram[]) => void;
  /** The socket itself failed; it may still work. */
  readonly failed: (error: Error) => void;
};

/** What was bound; `receiveBufferBytes` is what the kernel granted, in its own accounting. */
export type BoundSocket = {
  readonly address: string;
  readonly port: number;
  readonly receiveBufferBytes: number;
};

export interface DatagramDriver {
  /** Opens and binds the socket; rejects with the system's error. Port 0: any free one. */
  bind(address: string, port: number, events: DatagramEvents): Promise<BoundSocket>;
  /** Sends now, or keeps it until `flush`. `sent` is called later, never from within; with null when it went well. */
  send(
    payload: Uint8Array,
    port: number,
    address: string,
    sent: ((error: Error | null) => void) | undefined,
  ): void;
  /** The turn is over: what `send` has kept leaves now. */
  flush(): void;
  close(): Promise<void>;
}

/**
 * Wanted of the kernel: an event loop that stalls for a second must not lose a datagram. Node's
 * default, 208 KiB, is full after some 250 of them.
 */
export const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
