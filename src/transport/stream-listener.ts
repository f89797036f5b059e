/** A TCP or TLS listener: accepts connections, and nothing but SIP on them. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { ConnectionTable } from './connection-table.ts';
import { type Bound, bound, type Listen } from './listen.ts';
import type { Edge } from './received.ts';
import { TLS_VERSION_MIN, type TlsIdentity } from './tls-identity.ts';

/** A phone that was unplugged says no more: the kernel asks after so long a silence. */
export const KEEP_ALIVE_MS = 60_000;
const BACKLOG = 1024;

export class StreamListener {
  readonly #server: Server;

  /** `accepted` is given each connection once it can carry SIP, TLS handshake done. */
  constructor(
    edge: Edge,
    connections: ConnectionTable,
    tls: TlsIdentity | undefined,
    accepted: (socket: Socket) => void,
  ) {
    const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    if (tls === undefined) {
      this.#server = createServer(options, (socket) => {
        if (connections.accept(socket)) accepted(socket);
      });
      return;
    }
    const { cert, key } = tls;
    const server = createTlsServer(
      { ...options, cert, key, minVersion: TLS_VERSION_MIN, handshakeTimeout: edge.limits.openMs },
      accepted,
    );
    // Before TLS takes the socket over: a flood is to cost no handshakes.
    server.prependListener('connection', (socket) => connections.accept(socket));
    server.on('tlsClientError', (error, socket) => {
      socket.destroy();
      if (edge.log.debugging) edge.log.write('debug', 'tls refused', { error: error.message });
    });
    this.#server = server;
  }

  /** Rejects with the system's error. */
  async bind(index: number, listen: Listen): Promise<Bound> {
    const { address, port } = await bindServer(this.#server, listen);
    return bound(index, listen, address, port);
  }

  /** Takes no more connections; resolves when those there were are gone. */
  close(): Promise<void> {
    return closeServer(this.#server);
  }
}

/** Binds a server of any kind; rejects with the system's error. */
export function bindServer(server: Server, { address, port }: Listen): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(
      { host: address, port, ipv6Only: address.includes(':'), exclusive: true, backlog: BACKLOG },
      () => {
        server.off('error', reject);
        const bound = server.address();
        if (bound === null || typeof bound === 'string') reject(new Error('not an IP socket'));
        else resolve(bound);
      },
    );
  });
}

/** Takes no more connections; resolves when those there were are gone. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
