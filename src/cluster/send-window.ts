/**
 * The sending half of a link: what was said to one manager and has not been acknowledged yet.
 *
 * What is said within a turn becomes a packet (more, when it is too much for one), with what waited for
 * such company; by itself that waits 20 ms. A packet gets its number when it is first sent, which it is
 * when the window has room. It goes again after 100 ms without progress, then after 200, 400 … 1000. A
 * message that is not acknowledged for 2 s is taken back: its packet goes on without it, so that the
 * stream has no gap, and whoever said it is told. What is to last stays until it has arrived, and so does
 * what is said about deaths, which has nobody to be told.
 */
import type { Manner } from '../process/cluster.ts';
import type { Pid } from '../process/pid.ts';
import type { LinkCounters } from './link-counters.ts';

/** Packets on the way. The receiver keeps as many while one is missing. */
export const WINDOW_PACKETS = 512;
/** Unless acknowledged within it, a message counts as not delivered. */
export const TAKE_BACK_MS = 2000;
const RETRANSMIT_MS = 100;
const RETRANSMIT_MAX_MS = 1000;
/** Packets that go again at once; the next do when these are acknowledged. */
const RETRANSMIT_BURST = 32;
/** How long the patient wait for company. */
const PATIENCE_MS = 20;
/** What may be unacknowledged: messages, octets of them, and news of processes that are no more. */
const MESSAGES_MAX = 16_384;
const OCTETS_MAX = 33_554_432;
const NOTICES_MAX = 65_536;

/** One message. `to` undefined: a notice, that a process is no more. */
type Said = {
  readonly from: Pid | undefined;
  readonly to: Pid | undefined;
  readonly text: string;
  readonly octets: number;
  /** Not taken back. */
  readonly isLasting: boolean;
};

type Unacknowledged = {
  /** 0: not sent yet. */
  number: number;
  /** The first of its messages. */
  readonly saidMs: number;
  sentMs: number;
  messages: readonly Said[];
  text: string;
  /** How many are no notices, and how many of these can be taken back. */
  bodies: number;
  passing: number;
};

export type Transmit = (number: number, ageMs: number, messages: string) => void;

export class SendWindow {
  readonly #counters: LinkCounters;
  readonly #undelivered: (from: Pid, to: Pid) => void;
  /** Octets of messages that a packet has room for. */
  readonly #room: number;
  /** Since the last flush. */
  #said: Said[] = [];
  #saidMs = 0;
  /** When it is to go. */
  #saidDueMs = Infinity;
  #saidOctets = 0;
  /** Oldest first; the first `#onTheWay` have been sent. */
  #packets: Unacknowledged[] = [];
  #onTheWay = 0;
  #lastNumber = 0;
  #messages = 0;
  #octets = 0;
  #notices = 0;
  #retransmitMs = RETRANSMIT_MS;
  #retransmitDueMs = Infinity;
  /** What had been on the way for 100 ms at this moment, and still is, counts as lost. */
  #timeoutMs = -Infinity;
  #hasProgress = false;

  constructor(room: number, counters: LinkCounters, undelivered: (from: Pid, to: Pid) => void) {
    this.#room = room;
    this.#counters = counters;
    this.#undelivered = undelivered;
  }

  /** `text` is what `formatMessage` made of it. False: that is more than can wait, or travel at all. */
  say(from: Pid, to: Pid, text: string, manner: Manner, nowMs: number): boolean {
    const octets = Buffer.byteLength(text);
    if (octets > this.#room || this.#messages >= MESSAGES_MAX || this.#octets + octets > OCTETS_MAX)
      return false;
    this.#messages++;
    this.#octets += octets;
    const isLasting = manner !== 'passing';
    const dueMs = manner === 'patient' ? nowMs + PATIENCE_MS : -Infinity;
    this.#push({ from, to, text, octets, isLasting }, nowMs, dueMs);
    return true;
  }

  /** That a process is no more. */
  notify(text: string, nowMs: number): void {
    if (this.#notices >= NOTICES_MAX) {
      this.#counters.noticesLost++;
      return;
    }
    this.#notices++;
    const octets = text.length;
    const notice: Said = { from: undefined, to: undefined, text, octets, isLasting: true };
    this.#push(notice, nowMs, -Infinity);
  }

  /** The other has had everything up to `number`. */
  acknowledge(number: number, nowMs: number): void {
    const [oldest] = this.#packets;
    if (this.#onTheWay === 0 || oldest === undefined || number < oldest.number) return;
    // More than was sent: a fault of theirs, and it says nothing.
    if (number > this.#lastNumber) return;
    const count = number - oldest.number + 1;
    for (let i = 0; i < count; i++) this.#forget(this.#packets[i]);
    this.#packets.splice(0, count);
    this.#onTheWay -= count;
    this.#hasProgress = true;
    this.#retransmitMs = RETRANSMIT_MS;
    this.#retransmitDueMs = this.#onTheWay === 0 ? Infinity : nowMs + RETRANSMIT_MS;
  }

  /** Takes back what has waited too long. */
  advance(nowMs: number): void {
    if (nowMs < this.#takeBackDueMs()) return;
    const back: Said[] = [];
    for (const packet of this.#packets) {
      if (nowMs < packet.saidMs + TAKE_BACK_MS) break;
      if (packet.passing > 0) this.#strip(packet, back);
    }
    // What has not been sent has no number yet that would have to be filled.
    this.#packets = this.#packets.filter(
      ({ number, messages }) => number > 0 || messages.length > 0,
    );
    this.#counters.takenBack += back.length;
    for (const { from, to } of back)
      if (from !== undefined && to !== undefined) this.#undelivered(from, to);
  }

  /** What waits for company has it. */
  hurry(): void {
    if (this.#said.length > 0) this.#saidDueMs = -Infinity;
  }

  /** Sends what is due: what seems lost, then what is new. */
  flush(nowMs: number, transmit: Transmit): void {
    if (nowMs >= this.#saidDueMs) this.#pack();
    if (nowMs >= this.#retransmitDueMs) {
      this.#timeoutMs = nowMs;
      this.#retransmitMs = Math.min(2 * this.#retransmitMs, RETRANSMIT_MAX_MS);
      this.#retransmitDueMs = nowMs + this.#retransmitMs;
      this.#sendAgain(nowMs, transmit);
    } else if (this.#hasProgress) this.#sendAgain(nowMs, transmit);
    this.#hasProgress = false;
    while (this.#hasRoom()) this.#sendNext(nowMs, transmit);
  }

  /** When to call `advance` and `flush` next; -Infinity: there is something to send. */
  nextDueMs(): number {
    if (this.#hasRoom()) return -Infinity;
    return Math.min(this.#saidDueMs, this.#retransmitDueMs, this.#takeBackDueMs());
  }

  #push(said: Said, nowMs: number, dueMs: number): void {
    if (this.#said.length === 0) this.#saidMs = nowMs;
    this.#said.push(said);
    this.#saidDueMs = Math.min(this.#saidDueMs, dueMs);
    this.#saidOctets += said.octets + 1;
  }

  /** Makes packets of what was said. */
  #pack(): void {
    const said = this.#said;
    this.#said = [];
    this.#saidDueMs = Infinity;
    if (this.#saidOctets <= this.#room) this.#append(said);
    else {
      let messages: Said[] = [];
      let octets = 0;
      for (const message of said) {
        if (messages.length > 0 && octets + message.octets > this.#room) {
          this.#append(messages);
          messages = [];
          octets = 0;
        }
        messages.push(message);
        octets += message.octets + 1;
      }
      this.#append(messages);
    }
    this.#saidOctets = 0;
  }

  #append(messages: readonly Said[]): void {
    let bodies = 0;
    let passing = 0;
    for (const { to, isLasting } of messages) {
      if (to !== undefined) bodies++;
      if (!isLasting) passing++;
    }
    const text = textOf(messages);
    const saidMs = this.#saidMs;
    this.#packets.push({ number: 0, saidMs, sentMs: 0, messages, text, bodies, passing });
  }

  /** Leaves what lasts of `packet`. */
  #strip(packet: Unacknowledged, back: Said[]): void {
    const lasting: Said[] = [];
    for (const said of packet.messages) {
      if (said.isLasting) lasting.push(said);
      else {
        back.push(said);
        this.#octets -= said.octets;
      }
    }
    this.#messages -= packet.passing;
    packet.bodies -= packet.passing;
    packet.passing = 0;
    packet.messages = lasting;
    packet.text = textOf(lasting);
  }

  #forget(packet: Unacknowledged | undefined): void {
    if (packet === undefined) return;
    this.#messages -= packet.bodies;
    this.#notices -= packet.messages.length - packet.bodies;
    if (packet.bodies > 0)
      for (const { to, octets } of packet.messages) if (to !== undefined) this.#octets -= octets;
  }

  #takeBackDueMs(): number {
    for (const { passing, saidMs } of this.#packets) if (passing > 0) return saidMs + TAKE_BACK_MS;
    return Infinity;
  }

  #hasRoom(): boolean {
    return this.#onTheWay < this.#packets.length && this.#onTheWay < WINDOW_PACKETS;
  }

  #sendNext(nowMs: number, transmit: Transmit): void {
    const packet = this.#packets[this.#onTheWay];
    if (packet === undefined) return;
    if (this.#onTheWay++ === 0) {
      this.#retransmitMs = RETRANSMIT_MS;
      this.#retransmitDueMs = nowMs + RETRANSMIT_MS;
    }
    packet.number = ++this.#lastNumber;
    this.#transmit(packet, nowMs, transmit);
  }

  #sendAgain(nowMs: number, transmit: Transmit): void {
    let left = RETRANSMIT_BURST;
    for (let i = 0; i < this.#onTheWay && left > 0; i++) {
      const packet = this.#packets[i];
      // Added up as the moment at which it is due was, since fractions of ms are rounded.
      if (packet === undefined || packet.sentMs + RETRANSMIT_MS > this.#timeoutMs) continue;
      left--;
      this.#counters.sentAgain++;
      this.#transmit(packet, nowMs, transmit);
    }
  }

  #transmit(packet: Unacknowledged, nowMs: number, transmit: Transmit): void {
    packet.sentMs = nowMs;
    transmit(packet.number, Math.floor(nowMs - packet.saidMs), packet.text);
  }
}

function textOf(messages: readonly Said[]): string {
  const [first] = messages;
  if (first === undefined) return '';
  return messages.length === 1 ? first.text : messages.map(({ text }) => text).join(',');
}
