/**
 * A TCP or TLS connection: framing by Content-Length (RFC 3261 §18.3), CRLF keep-alive (RFC 5626
 * §3.5.1), and an end for far ends that are slow, silent, do not read or cannot be understood.
 */
import type { Socket } from 'node:net';
import type { Hop } from '../sip/hop.ts';
import { Framer } from '../sip/message/framer.ts';
import type { Closed, Connection } from './connection.ts';
import type { Edge, Outgoing, Received } from './received.ts';

const PONG = '\r\n';
const NOTHING_PENDING = Number.POSITIVE_INFINITY;

export class StreamConnection implements Connection {
  readonly hop: Hop;
  state: 'opening' | 'open' | 'closed';
  readonly #edge: Edge;
  readonly #socket: Socket;
  readonly #framer = new Framer();
  #waiting: Outgoing[] = [];
  readonly #sinceMs: number;
  #movedMs: number;
  /** When the message that is incomplete now was begun. */
  #begunMs = NOTHING_PENDING;
  /** Until when a stranger must have said something sensible. */
  #silentUntilMs: number;

  /**
   * `opensWith`: the event that says that a connection of ours stands; undefined for one that was
   * accepted.
   */
  constructor(
    edge: Edge,
    socket: Socket,
    hop: Hop,
    opensWith: 'connect' | 'secureConnect' | undefined,
    closed: Closed,
  ) {
    this.hop = hop;
    this.#edge = edge;
    this.#socket = socket;
    this.#sinceMs = edge.nowMs;
    this.#movedMs = edge.nowMs;
    this.state = opensWith === undefined ? 'open' : 'opening';
    this.#silentUntilMs =
      opensWith === undefined ? edge.nowMs + edge.limits.firstMessageMs : NOTHING_PENDING;
    if (opensWith !== undefined) socket.once(opensWith, () => this.#opened());
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#explain(error.message));
    socket.once('close', () => {
      this.state = 'closed';
      closed(this);
      for (const outgoing of this.#waiting.splice(0)) edge.undelivered(outgoing);
    });
  }

  send(outgoing: Outgoing): boolean {
    const { limits, counters } = this.#edge;
    const { text } = outgoing;
    if (this.state === 'opening') {
      if (this.#waiting.length >= limits.waitingMax) return false;
      this.#waiting.push(outgoing);
      return true;
    }
    const socket = this.#socket;
    if (this.state === 'closed' || !socket.writable) return false;
    if (socket.writableLength + text.length > limits.unsentBytesMax) {
      this.#drop('does not read');
      return false;
    }
    counters.messagesOut++;
    counters.bytesOut += text.length;
    this.#movedMs = this.#edge.nowMs;
    socket.write(text, 'latin1');
    return true;
  }

  reclaim(): Outgoing[] {
    const reclaimed = this.#waiting.filter(({ alternatives }) => alternatives.length > 0);
    this.#waiting = this.#waiting.filter(({ alternatives }) => alternatives.length === 0);
    return reclaimed;
  }

  close(): void {
    this.state = 'closed';
    this.#movedMs = this.#edge.nowMs;
    this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  sweep(nowMs: number): void {
    const { openMs, messageMs, idleMs } = this.#edge.limits;
    if (this.state === 'closed') {
      // What was sent last is not taken.
      if (nowMs - this.#movedMs > openMs) this.#socket.destroy();
    } else if (this.state === 'opening') {
      if (nowMs - this.#sinceMs > openMs) this.#drop('does not open');
    } else if (nowMs - this.#begunMs > messageMs) this.#drop('does not end its message');
    else if (nowMs > this.#silentUntilMs) this.#drop('says nothing');
    else if (nowMs - this.#movedMs > idleMs) this.#drop('idle');
  }

  #opened(): void {
    this.state = 'open';
    this.#edge.counters.connectionsOpened++;
    this.#movedMs = this.#edge.nowMs;
    for (const outgoing of this.#waiting.splice(0)) {
      if (!this.send(outgoing)) this.#edge.undelivered(outgoing);
    }
  }

  #read(chunk: Buffer): void {
    if (this.state === 'closed') return;
    const edge = this.#edge;
    const framer = this.#framer;
    this.#movedMs = edge.nowMs;
    framer.push(chunk.toString('latin1'));
    let batch: Received[] | undefined;
    let pings = 0;
    let frame = framer.next();
    while (frame.type === 'message' || frame.type === 'keep-alive') {
      this.#begunMs = NOTHING_PENDING;
      this.#silentUntilMs = NOTHING_PENDING;
      if (frame.type === 'keep-alive') pings++;
      else {
        edge.counters.messagesIn++;
        edge.counters.bytesIn += frame.text.length;
        const received = { text: frame.text, hop: this.hop };
        if (batch === undefined) batch = [received];
        else batch.push(received);
      }
      frame = framer.next();
    }
    if (framer.waiting > 0 && this.#begunMs === NOTHING_PENDING) this.#begunMs = edge.nowMs;
    if (pings > 0) this.#pong(pings);
    if (batch !== undefined) edge.deliver(batch);
    if (frame.type !== 'fault') return;
    this.#explain(frame.fault.text);
    edge.counters.connectionsClosed++;
    // The stream may still carry the answer that its last request deserves.
    edge.faulted(frame.fault, this.hop);
    this.close();
  }

  #pong(pings: number): void {
    this.#edge.counters.keepAlives += pings;
    if (this.#socket.writable) this.#socket.write(PONG.repeat(pings), 'latin1');
  }

  #drop(why: string): void {
    this.#explain(why);
    this.#edge.counters.connectionsClosed++;
    this.#socket.destroy();
  }

  #explain(why: string): void {
    const { log } = this.#edge;
    if (!log.debugging) return;
    const { transport, address, port, flow } = this.hop;
    log.write('debug', 'connection lost', { transport, address, port, flow, why });
  }
}
