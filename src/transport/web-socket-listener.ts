/**
 * Takes WebSockets that carry SIP (RFC 7118 §4): from an HTTP server of its own, or from one that
 * serves other things as well. The `sip` subprotocol must be offered, and the page's origin be one
 * that we trust: browsers let any page connect anywhere.
 */
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ConnectionTable } from './connection-table.ts';
import { WEB_SOCKET_MESSAGE_BYTES_MAX } from './limits.ts';
import { type Bound, bound, type Listen } from './listen.ts';
import type { Edge } from './received.ts';
import { bindServer, closeServer } from './stream-listener.ts';
import { TLS_VERSION_MIN, type TlsIdentity } from './tls-identity.ts';

const SUBPROTOCOL = 'sip';

/** `origin` is undefined for clients that are no browsers. */
export type AllowOrigin = (origin: string | undefined) => boolean;

/** One WebSocket that was let in, and the request that it began with. */
export type AcceptedWebSocket = (
  socket: WebSocket,
  request: IncomingMessage,
  listener: number,
) => void;

export class WebSocketAcceptor {
  readonly #edge: Edge;
  readonly #connections: ConnectionTable;
  readonly #allowOrigin: AllowOrigin;
  readonly #accepted: AcceptedWebSocket;
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: WEB_SOCKET_MESSAGE_BYTES_MAX,
    handleProtocols: () => SUBPROTOCOL,
  });

  constructor(
    edge: Edge,
    connections: ConnectionTable,
    allowOrigin: AllowOrigin,
    accepted: AcceptedWebSocket,
  ) {
    this.#edge = edge;
    this.#connections = connections;
    this.#allowOrigin = allowOrigin;
    this.#accepted = accepted;
  }

  /** A server that does nothing but this. Rejects with the system's error. */
  async bind(
    index: number,
    listen: Listen,
    tls: TlsIdentity | undefined,
  ): Promise<{ readonly bound: Bound; readonly close: () => Promise<void> }> {
    const server = tls === undefined ? createServer() : createOwnTlsServer(tls);
    server.prependListener('connection', (socket) => this.#connections.accept(socket));
    server.on('request', (_request, response) => {
      response.writeHead(426, { connection: 'close', upgrade: 'websocket' }).end();
    });
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head, index));
    const { address, port } = await bindServer(server, listen);
    return { bound: bound(index, listen, address, port), close: () => closeServer(server) };
  }

  /**
   * Takes the upgrades of `path` from a server that is somebody else's; those of other paths are left
   * to others. Gives back how to stop that.
   */
  attach(server: Server, path: string, index: number): () => void {
    const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      const [requested] = (request.url ?? '').split('?');
      if (requested !== path) return;
      if (this.#connections.accept(request.socket)) this.#upgrade(request, socket, head, index);
    };
    server.on('upgrade', upgrade);
    return () => server.off('upgrade', upgrade);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, index: number): void {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',');
    const offersSip = offered.some((name) => name.trim() === SUBPROTOCOL);
    if (!offersSip) return this.#refuse(socket, 400);
    if (!this.#allowOrigin(request.headers.origin)) return this.#refuse(socket, 403);
    // From here on `ws` answers for the socket's errors; until then nobody else does.
    this.#server.handleUpgrade(request, socket, head, (webSocket) =>
      this.#accepted(webSocket, request, index),
    );
  }

  #refuse(socket: Duplex, status: number): void {
    this.#edge.counters.connectionsRefused++;
    socket.on('error', () => socket.destroy());
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
  }
}

/** Whether what comes by `server` is `wss`. */
export function isSecure(server: Server): boolean {
  return server instanceof TlsServer;
}

function createOwnTlsServer({ cert, key }: TlsIdentity): Server {
  return createTlsServer({ cert, key, minVersion: TLS_VERSION_MIN });
}
