/** All connections of the edge: found by flow and by far end, counted by address, swept for what is overdue. */
import type { Socket } from 'node:net';
import type { Hop } from '../sip/hop.ts';
import type { Connection } from './connection.ts';
import type { Edge } from './received.ts';

export class ConnectionTable {
  readonly #edge: Edge;
  /** Whether a connection from there is taken at all. */
  readonly #admit: (address: string) => boolean;
  readonly #byFlow = new Map<number, Connection>();
  readonly #byTarget = new Map<string, Connection>();
  readonly #accepted = new Map<string, number>();
  /** What was accepted, TLS and HTTP handshakes that are not done included. */
  readonly #sockets = new Set<Socket>();
  #emptied: () => void = () => {};
  #flow = 0;

  constructor(edge: Edge, admit: (address: string) => boolean) {
    this.#edge = edge;
    this.#admit = admit;
  }

  /** A number that no connection has had. */
  nextFlow(): number {
    this.#flow++;
    return this.#flow;
  }

  /** Whether one more may be opened by us. */
  get hasRoom(): boolean {
    return Math.max(this.#byFlow.size, this.#sockets.size) < this.#edge.limits.connectionsMax;
  }

  /**
   * Whether a connection that came in may stay; it is counted until it closes. Asked before anything
   * is spent on it, TLS included. False: it has been destroyed.
   */
  accept(socket: Socket): boolean {
    const { limits, counters } = this.#edge;
    const address = socket.remoteAddress;
    const count = (address !== undefined && this.#accepted.get(address)) || 0;
    if (
      address === undefined ||
      count >= limits.connectionsPerAddressMax ||
      !this.hasRoom ||
      !this.#admit(address)
    ) {
      counters.connectionsRefused++;
      socket.destroy();
      return false;
    }
    counters.connectionsAccepted++;
    this.#sockets.add(socket);
    this.#accepted.set(address, count + 1);
    socket.once('close', () => this.#release(socket, address));
    return true;
  }

  add(connection: Connection): void {
    this.#byFlow.set(connection.hop.flow, connection);
    this.#byTarget.set(targetKey(connection.hop), connection);
    this.#edge.counters.connectionsOpen = this.#byFlow.size;
  }

  remove(connection: Connection): void {
    const key = targetKey(connection.hop);
    this.#byFlow.delete(connection.hop.flow);
    if (this.#byTarget.get(key) === connection) this.#byTarget.delete(key);
    this.#edge.counters.connectionsOpen = this.#byFlow.size;
    if (this.#byFlow.size === 0) this.#emptied();
  }

  byFlow(flow: number): Connection | undefined {
    return this.#byFlow.get(flow);
  }

  /** An open connection, or one that is being opened, to that very far end. */
  byTarget(hop: Hop): Connection | undefined {
    return this.#byTarget.get(targetKey(hop));
  }

  sweep(nowMs: number): void {
    for (const connection of this.#byFlow.values()) connection.sweep(nowMs);
  }

  /** Closes all, those that do not take their last words within `patienceMs` by force; resolves when they are gone. */
  async close(patienceMs: number): Promise<void> {
    const gone = new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
    for (const connection of this.#byFlow.values()) connection.close();
    const impatience = setTimeout(() => {
      for (const connection of this.#byFlow.values()) connection.destroy();
      for (const socket of this.#sockets) socket.destroy();
    }, patienceMs);
    if (this.#byFlow.size > 0) await gone;
    clearTimeout(impatience);
    // What has not become a connection yet is not waited for.
    for (const socket of this.#sockets) socket.destroy();
  }

  #release(socket: Socket, address: string): void {
    const count = this.#accepted.get(address) ?? 1;
    this.#sockets.delete(socket);
    if (count > 1) this.#accepted.set(address, count - 1);
    else this.#accepted.delete(address);
  }
}

/** A TLS connection has proved one name: for another name it is another way. */
function targetKey({ transport, address, port, serverName }: Hop): string {
  return `${transport}|${address}|${port}|${serverName ?? ''}`;
}
