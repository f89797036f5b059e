/** SIP over one WebSocket: RFC 7118. A whole message per frame (§5), CRLF keep-alive and pings (§6). */
import { isUtf8 } from 'node:buffer';
import type { WebSocket } from 'ws';
import type { Hop } from '../sip/hop.ts';
import type { Closed, Connection } from './connection.ts';
import type { Edge, Outgoing } from './received.ts';

const PING = '\r\n\r\n';
const PONG = '\r\n';
/** RFC 6455 §7.4.1: we are going away. */
const GOING_AWAY = 1001;

export class WebSocketConnection implements Connection {
  readonly hop: Hop;
  state: 'open' | 'closed' = 'open';
  readonly #edge: Edge;
  readonly #socket: WebSocket;
  #heardMs: number;
  #pingedMs: number;
  #movedMs: number;

  constructor(edge: Edge, socket: WebSocket, hop: Hop, closed: Closed) {
    this.hop = hop;
    this.#edge = edge;
    this.#socket = socket;
    this.#heardMs = edge.nowMs;
    this.#pingedMs = edge.nowMs;
    this.#movedMs = edge.nowMs;
    // Frames are whole buffers: no server of ours asks `ws` for anything else.
    socket.on('message', (data: Buffer) => this.#read(data));
    socket.on('ping', () => this.#heard());
    socket.on('pong', () => this.#heard());
    socket.on('error', (error) => this.#explain(error.message));
    socket.once('close', () => {
      this.state = 'closed';
      closed(this);
    });
  }

  send({ text }: Outgoing): boolean {
    const { limits, counters } = this.#edge;
    const socket = this.#socket;
    if (this.state === 'closed' || socket.readyState !== socket.OPEN) return false;
    if (socket.bufferedAmount + text.length > limits.unsentBytesMax) {
      this.#drop('does not read');
      return false;
    }
    counters.messagesOut++;
    counters.bytesOut += text.length;
    this.#movedMs = this.#edge.nowMs;
    const payload = Buffer.from(text, 'latin1');
    // A text frame must be UTF-8 (RFC 6455 §5.6); a body that is not makes the message a binary one.
    socket.send(payload, { binary: !isUtf8(payload) });
    return true;
  }

  reclaim(): Outgoing[] {
    return [];
  }

  close(): void {
    this.state = 'closed';
    this.#movedMs = this.#edge.nowMs;
    this.#socket.close(GOING_AWAY);
  }

  destroy(): void {
    this.#socket.terminate();
  }

  sweep(nowMs: number): void {
    const { openMs, pingMs, idleMs } = this.#edge.limits;
    if (this.state === 'closed') {
      if (nowMs - this.#movedMs > openMs) this.#socket.terminate();
    } else if (nowMs - this.#movedMs > idleMs) this.#drop('idle');
    else if (nowMs - this.#heardMs > 2 * pingMs) this.#drop('does not answer pings');
    else if (nowMs - this.#heardMs > pingMs && nowMs - this.#pingedMs > pingMs) {
      this.#pingedMs = nowMs;
      this.#socket.ping();
    }
  }

  #read(data: Buffer): void {
    if (this.state === 'closed') return;
    const { counters } = this.#edge;
    this.#heard();
    this.#movedMs = this.#edge.nowMs;
    const text = data.toString('latin1');
    if (text === PING) {
      counters.keepAlives++;
      this.#socket.send(PONG, { binary: false });
      return;
    }
    // The answer to a ping, or one that needs none.
    if (text === PONG || text === '') return;
    counters.messagesIn++;
    counters.bytesIn += text.length;
    this.#edge.deliver([{ text, hop: this.hop }]);
  }

  #heard(): void {
    this.#heardMs = this.#edge.nowMs;
  }

  #drop(why: string): void {
    this.#explain(why);
    this.#edge.counters.connectionsClosed++;
    this.#socket.terminate();
  }

  #explain(why: string): void {
    const { log } = this.#edge;
    if (!log.debugging) return;
    const { transport, address, port, flow } = this.hop;
    log.write('debug', 'connection lost', { transport, address, port, flow, why });
  }
}
