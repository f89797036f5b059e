/**
 * The link between this manager and one other: a stream of numbered packets each way, in order, each
 * once, acknowledged by what goes the other way, or within 50 ms by a packet of its own. It lasts as
 * long as both are members, and has no handshake: homes are never used again, so both begin at 1.
 */
import type { Manner } from '../process/cluster.ts';
import type { Home, Pid } from '../process/pid.ts';
import type { Revision } from '../process/state-plane.ts';
import type { LinkCounters } from './link-counters.ts';
import { formatHead, formatPacket, type Packet, roomAfter } from './packet.ts';
import { type Delivery, ReceiveWindow } from './receive-window.ts';
import { SendWindow, type Transmit } from './send-window.ts';

/** What a link has of the manager whose it is. */
export interface LinkOwner extends Delivery {
  readonly home: Home;
  readonly cluster: string;
  /** Revision of its view. */
  readonly revision: Revision;
  readonly counters: LinkCounters;
  send(to: Home, text: string): void;
  undelivered(from: Pid, to: Pid): void;
}

export class Link {
  readonly #owner: LinkOwner;
  readonly #peer: Home;
  readonly #head: string;
  readonly #sending: SendWindow;
  readonly #receiving: ReceiveWindow;
  readonly #transmit: Transmit = (number, ageMs, messages) => this.#send(number, ageMs, messages);

  constructor(owner: LinkOwner, peer: Home) {
    this.#owner = owner;
    this.#peer = peer;
    this.#head = formatHead(owner.cluster, owner.home, peer);
    this.#sending = new SendWindow(roomAfter(this.#head), owner.counters, (from, to) =>
      owner.undelivered(from, to),
    );
    this.#receiving = new ReceiveWindow(owner.counters, owner);
  }

  /** `text`: by `formatMessage`. False: there is no room for it. */
  say(from: Pid, to: Pid, text: string, manner: Manner, nowMs: number): boolean {
    return this.#sending.say(from, to, text, manner, nowMs);
  }

  /** `text`: by `formatMessage`, that a process is no more. */
  notify(text: string, nowMs: number): void {
    this.#sending.notify(text, nowMs);
  }

  /** What the other says of this manager's packets, in whichever packet it came. */
  acknowledge(ack: number, nowMs: number): void {
    this.#sending.acknowledge(ack, nowMs);
  }

  /** A packet of the other, with a number; it arrived at `arrivedMs`, and may have waited until now. */
  receive(packet: Packet, arrivedMs: number, nowMs: number): void {
    this.#receiving.take(packet, arrivedMs, nowMs);
  }

  /** Takes back what has not arrived for too long. */
  advance(nowMs: number): void {
    this.#sending.advance(nowMs);
  }

  /** Sends what is due. */
  flush(nowMs: number): void {
    // An acknowledgement that has to go takes along what waits for company.
    if (nowMs >= this.#receiving.ackDueMs) this.#sending.hurry();
    this.#sending.flush(nowMs, this.#transmit);
    if (nowMs < this.#receiving.ackDueMs) return;
    this.#owner.counters.acksAlone++;
    this.#send(0, 0, '');
  }

  /** When `advance` and `flush` are needed next. */
  nextDueMs(): number {
    return Math.min(this.#sending.nextDueMs(), this.#receiving.ackDueMs);
  }

  /** The other is no member any more: nothing of it is delivered from here on. */
  close(): void {
    this.#receiving.close();
  }

  #send(number: number, ageMs: number, messages: string): void {
    const { revision, counters } = this.#owner;
    const { ack } = this.#receiving;
    counters.sent++;
    this.#receiving.acknowledged();
    this.#owner.send(this.#peer, formatPacket(this.#head, number, ack, revision, ageMs, messages));
  }
}
