/**
 * The receiving half of a link: puts one manager's packets in order and each through once.
 *
 * What comes too early waits, within bounds, until what is missing has come. What has come too late is
 * received all the same, so that the stream goes on, but what was not to last is not delivered: by then
 * its sender has been told so.
 */
import type { Pid } from '../process/pid.ts';
import type { LinkCounters } from './link-counters.ts';
import type { Message, Packet } from './packet.ts';
import { TAKE_BACK_MS, WINDOW_PACKETS } from './send-window.ts';

/**
 * Age, in transit not counted, from which messages are not delivered. Later than the sender takes them
 * back: with clocks that do not run alike it could else happen that the receiver drops what the
 * sender, told in the last moment that it has been received, does not take back.
 */
const STALE_MS = TAKE_BACK_MS + 100;
/** An acknowledgement waits as long for something to travel with: well below what makes the other repeat. */
const ACK_DELAY_MS = 50;
/** Unless so many packets are to be acknowledged. */
const ACK_PACKETS_MAX = 32;
/** What may wait for a missing packet: messages' worth of memory, estimated. */
const EARLY_MESSAGES_MAX = 65_536;

/** Where messages go. `body` undefined: `from` is no more. */
export interface Delivery {
  received(from: Pid, to: Pid, body: object | undefined): void;
  died(gone: Pid): void;
}

type Early = { readonly packet: Packet; readonly arrivedMs: number };

export class ReceiveWindow {
  readonly #counters: LinkCounters;
  readonly #delivery: Delivery;
  readonly #early = new Map<number, Early>();
  #earlyMessages = 0;
  #next = 1;
  #unacknowledged = 0;
  #ackDueMs = Infinity;
  #isClosed = false;

  constructor(counters: LinkCounters, delivery: Delivery) {
    this.#counters = counters;
    this.#delivery = delivery;
  }

  /** Every packet up to this one has been received. */
  get ack(): number {
    return this.#next - 1;
  }

  /** When an acknowledgement has to go, if need be alone. */
  get ackDueMs(): number {
    return this.#unacknowledged >= ACK_PACKETS_MAX ? -Infinity : this.#ackDueMs;
  }

  /** A packet with a number that arrived at `arrivedMs`, at the latest now. */
  take(packet: Packet, arrivedMs: number, nowMs: number): void {
    const { number } = packet;
    if (number < this.#next) {
      // The other has not heard of it.
      this.#counters.repeated++;
      this.#ackDueMs = nowMs;
    } else if (number > this.#next) this.#keep(packet, arrivedMs);
    else {
      this.#put(packet, arrivedMs, nowMs);
      if (this.#early.size > 0) this.#catchUp(nowMs);
    }
  }

  /** `ack` is on its way. */
  acknowledged(): void {
    this.#unacknowledged = 0;
    this.#ackDueMs = Infinity;
  }

  /** Delivers nothing more, not even of the packet at which it is just now. */
  close(): void {
    this.#isClosed = true;
    this.#early.clear();
  }

  #keep(packet: Packet, arrivedMs: number): void {
    const { number, messages } = packet;
    if (this.#early.has(number)) this.#counters.repeated++;
    else if (
      number >= this.#next + WINDOW_PACKETS ||
      this.#earlyMessages + messages.length > EARLY_MESSAGES_MAX
    )
      this.#counters.outOfWindow++;
    else {
      this.#early.set(number, { packet, arrivedMs });
      this.#earlyMessages += messages.length;
    }
  }

  /** What was missing has come: the other waits for word of it, to send again what else was lost. */
  #catchUp(nowMs: number): void {
    this.#ackDueMs = nowMs;
    for (;;) {
      const early = this.#early.get(this.#next);
      if (early === undefined) return;
      this.#early.delete(this.#next);
      this.#earlyMessages -= early.packet.messages.length;
      this.#put(early.packet, early.arrivedMs, nowMs);
    }
  }

  #put(packet: Packet, arrivedMs: number, nowMs: number): void {
    this.#next++;
    this.#unacknowledged++;
    if (this.#ackDueMs === Infinity) this.#ackDueMs = nowMs + ACK_DELAY_MS;
    const isStale = packet.ageMs + nowMs - arrivedMs > STALE_MS;
    for (const message of packet.messages) {
      if (this.#isClosed) return;
      this.#deliver(message, isStale);
    }
  }

  #deliver(message: Message, isStale: boolean): void {
    if (message.length === 1) this.#delivery.died(message[0]);
    else if (message.length === 2) this.#delivery.received(message[1], message[0], undefined);
    else if (isStale && message.length === 3) this.#counters.stale++;
    else this.#delivery.received(message[1], message[0], message[2]);
  }
}
