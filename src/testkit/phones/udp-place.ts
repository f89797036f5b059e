/**
 * A place on a real socket: one UDP port, the machine's monotonic clock and its timers. For phones that
 * are to speak to a running manager.
 */
import { createSocket, type Socket } from 'node:dgram';
import { assert } from '../../base/assert.ts';
import type { Hop } from '../../sip/hop.ts';
import { udp } from '../network.ts';
import type { Post, Timeline } from './place.ts';

/** Timers wake a little early; what is due within that is done. */
const EARLY_MS = 1;

export class UdpPlace implements Timeline, Post {
  readonly address: Hop;
  readonly #socket: Socket;
  readonly #timers = new Set<NodeJS.Timeout>();
  #waiting: { readonly isSo: () => boolean; readonly resolve: () => void }[] = [];

  private constructor(socket: Socket) {
    const { address, port } = socket.address();
    this.#socket = socket;
    this.address = udp(address, port);
  }

  /** `port` 0: any that is free. Rejects with the error of the bind. */
  static open(address = '127.0.0.1', port = 0): Promise<UdpPlace> {
    const socket = createSocket('udp4');
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, address, () => {
        socket.off('error', reject);
        // A manager that is gone says so by ICMP: for a phone that is a datagram lost.
        socket.on('error', () => {});
        resolve(new UdpPlace(socket));
      });
    });
  }

  get nowMs(): number {
    return performance.now();
  }

  at(atMs: number, action: () => void): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        action();
        this.#look();
      },
      Math.max(0, atMs - this.nowMs - EARLY_MS),
    );
    this.#timers.add(timer);
  }

  attach(address: Hop, receive: (text: string, from: Hop) => void): void {
    assert(address.port === this.address.port, 'a place has one phone, at its own address');
    this.#socket.removeAllListeners('message');
    this.#socket.on('message', (payload, { address, port }) => {
      receive(payload.toString('latin1'), udp(address, port));
      this.#look();
    });
  }

  detach(): void {
    this.#socket.removeAllListeners('message');
  }

  send(_from: Hop, to: Hop, text: string): void {
    this.#socket.send(Buffer.from(text, 'latin1'), to.port, to.address);
  }

  /** Resolves once `isSo`, which is asked after each datagram and each timer; rejects after `withinMs`. */
  until(isSo: () => boolean, withinMs = 5000): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#timers.delete(late);
        reject(new Error(`not within ${withinMs} ms: ${isSo}`));
      }, withinMs);
      this.#timers.add(late);
      const done = (): void => {
        clearTimeout(late);
        this.#timers.delete(late);
        resolve();
      };
      this.#waiting.push({ isSo, resolve: done });
    });
  }

  /** Resolves when the socket is closed. Nothing that was to happen later happens. */
  close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #look(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = waiting.filter(({ isSo, resolve }) => {
      if (!isSo()) return true;
      resolve();
      return false;
    });
  }
}
