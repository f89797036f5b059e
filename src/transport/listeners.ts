/** The sockets that wait for others: bound together or not at all. */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Hop, Transport } from '../sip/hop.ts';
import type { Closed } from './connection.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { DatagramDriver } from './datagram-driver.ts';
import { ListenError } from './errors.ts';
import { type Bound, bound, formatListen, type Listen } from './listen.ts';
import type { Edge } from './received.ts';
import { StreamConnection } from './stream-connection.ts';
import { StreamListener } from './stream-listener.ts';
import type { TlsIdentity } from './tls-identity.ts';
import { UdpListener } from './udp.ts';
import { WebSocketConnection } from './web-socket-connection.ts';
import { type AllowOrigin, isSecure, WebSocketAcceptor } from './web-socket-listener.ts';

export type ListenersOptions = {
  readonly edge: Edge;
  readonly connections: ConnectionTable;
  readonly tls: TlsIdentity | undefined;
  readonly allowOrigin: AllowOrigin;
  readonly datagramDriver: () => DatagramDriver;
  readonly closed: Closed;
};

export class Listeners {
  readonly bound: Bound[] = [];
  readonly #options: ListenersOptions;
  readonly #webSockets: WebSocketAcceptor;
  /** By index; undefined: a listener of another kind. */
  readonly #udp: (UdpListener | undefined)[] = [];
  readonly #closers: (() => Promise<void>)[] = [];

  constructor(options: ListenersOptions) {
    const { edge, connections, allowOrigin } = options;
    this.#options = options;
    this.#webSockets = new WebSocketAcceptor(
      edge,
      connections,
      allowOrigin,
      (socket, request, index) => this.#acceptWebSocket(socket, request, index),
    );
  }

  /** Binds all, in order. Rejects with `ListenError`, and then none is bound. */
  async bind(listens: readonly Listen[]): Promise<void> {
    for (const [index, listen] of listens.entries()) {
      try {
        const bound = await this.#bindOne(index, listen);
        this.bound.push(bound);
        this.#options.edge.log.write('info', 'listening', { at: formatListen(bound) });
      } catch (error) {
        await this.close();
        throw new ListenError(listen, error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  /** The UDP listener of that index. */
  udp(index: number): UdpListener | undefined {
    return this.#udp[index];
  }

  flush(): void {
    for (const udp of this.#udp) udp?.flush();
  }

  /** See `Transports.attachWebSocket`. */
  attach(server: HttpServer | HttpsServer, path: string): () => void {
    const index = this.bound.length;
    const transport = isSecure(server) ? 'wss' : 'ws';
    const at = server.address();
    const { address, port } =
      at === null || typeof at === 'string' ? { address: '127.0.0.1', port: 0 } : at;
    this.bound.push(bound(index, { transport, address, port }, address, port));
    return this.#webSockets.attach(server, path, index);
  }

  /** Takes nothing more; resolves when every listener and every connection that it brought is gone. */
  async close(): Promise<void> {
    const closers = this.#closers.splice(0);
    this.#udp.length = 0;
    this.bound.length = 0;
    await Promise.all(closers.map((close) => close()));
  }

  #bindOne(index: number, listen: Listen): Promise<Bound> {
    switch (listen.transport) {
      case 'udp':
        return this.#bindUdp(index, listen);
      case 'tcp':
        return this.#bindStream(index, listen, undefined);
      case 'tls':
        return this.#bindStream(index, listen, this.#identity());
      case 'ws':
        return this.#bindWebSocket(index, listen, undefined);
      case 'wss':
        return this.#bindWebSocket(index, listen, this.#identity());
    }
  }

  async #bindUdp(index: number, listen: Listen): Promise<Bound> {
    const udp = new UdpListener(this.#options.edge, this.#options.datagramDriver(), index);
    const bound = await udp.bind(listen);
    this.#udp[index] = udp;
    this.#closers.push(() => udp.close());
    return bound;
  }

  async #bindStream(index: number, listen: Listen, tls: TlsIdentity | undefined): Promise<Bound> {
    const { edge, connections } = this.#options;
    const listener = new StreamListener(edge, connections, tls, (socket) =>
      this.#acceptStream(socket, listen.transport, index),
    );
    const bound = await listener.bind(index, listen);
    this.#closers.push(() => listener.close());
    return bound;
  }

  async #bindWebSocket(
    index: number,
    listen: Listen,
    tls: TlsIdentity | undefined,
  ): Promise<Bound> {
    const { bound, close } = await this.#webSockets.bind(index, listen, tls);
    this.#closers.push(close);
    return bound;
  }

  #acceptStream(socket: Socket, transport: Transport, listener: number): void {
    const hop = this.#hopTo(socket, transport, listener);
    if (hop === undefined) return;
    const { edge, connections, closed } = this.#options;
    connections.add(new StreamConnection(edge, socket, hop, undefined, closed));
  }

  #acceptWebSocket(webSocket: WebSocket, request: IncomingMessage, listener: number): void {
    const transport = this.bound[listener]?.transport ?? 'ws';
    const hop = this.#hopTo(request.socket, transport, listener);
    if (hop === undefined) return webSocket.terminate();
    const { edge, connections, closed } = this.#options;
    connections.add(new WebSocketConnection(edge, webSocket, hop, closed));
  }

  /** Undefined: it has gone again already. */
  #hopTo(socket: Socket, transport: Transport, listener: number): Hop | undefined {
    const { remoteAddress: address, remotePort: port } = socket;
    if (address === undefined || port === undefined) {
      socket.destroy();
      return undefined;
    }
    return { transport, address, port, flow: this.#options.connections.nextFlow(), listener };
  }

  #identity(): TlsIdentity {
    const { tls } = this.#options;
    if (tls === undefined)
      throw new Error('it needs a certificate and its key: none is configured');
    return tls;
  }
}
