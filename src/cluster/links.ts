/**
 * All links of one manager: what its processes say to those of others, and what they hear.
 *
 * The promise: what a process says to one of another member arrives, in order and once, or whoever
 * said it is told `undelivered`, or the other is no member any more. What is said to last is tried for as
 * long as both are members. Of the rest it is told `undelivered` when 2 s have
 * passed without word that the message has arrived. Then it may have: when only the word of it was
 * lost, or when it is still on the way, since a bus may be slower than that. It never arrives twice.
 *
 * A turn of the owner: `advance` with the time; then whatever comes and is said; at last `flush`,
 * which alone sends. The callbacks come from `advance`, `receive`, `setView` and `flush`, never from
 * `tell` and `announce`, and may call those two.
 */
import { assert } from '../base/assert.ts';
import type { Manner, View } from '../process/cluster.ts';
import type { Incoming } from '../process/message-plane.ts';
import { type Home, homeOf, type Pid, readPid } from '../process/pid.ts';
import type { Revision } from '../process/state-plane.ts';
import { Link, type LinkOwner } from './link.ts';
import { type LinkCounters, newLinkCounters } from './link-counters.ts';
import { formatMessage, type Packet, readPacket } from './packet.ts';

export type LinksOptions = {
  readonly home: Home;
  /** Packets of another cluster on the same bus are dropped. */
  readonly cluster: string;
  readonly nowMs: number;
  send(to: Home, text: string): void;
  /** `body` undefined: `from`, to whom `to` said something, is no more. */
  received(from: Pid, to: Pid, body: object | undefined): void;
  /** A process of another manager has died. */
  died(gone: Pid): void;
  /** `isLate`: taken back; else `to` is no member's, or there was no room. */
  undelivered(from: Pid, to: Pid, isLate: boolean): void;
  /** A packet of another member came in. */
  heard(home: Home, nowMs: number): void;
};

/** What waits until this manager has seen the view that its sender has seen. */
type Waiting = { readonly packet: Packet; readonly arrivedMs: number; readonly length: number };

const WAIT_MS = 2000;
const WAITING_PACKETS_MAX = 2048;
const WAITING_LENGTH_MAX = 16_777_216;
/** Reports that wait for the next turn: only a runaway gets there. */
const REPORTS_MAX = 65_536;

export class Links {
  readonly counters: LinkCounters = newLinkCounters();
  readonly #options: LinksOptions;
  readonly #owner: LinkOwner;
  readonly #links = new Map<Home, Link>();
  #nowMs: number;
  #revision: Revision = 0;
  /** By sender and number, oldest first. */
  #waiting = new Map<string, Waiting>();
  #waitingLength = 0;
  /** What could not be said: from, to, from, to … */
  #reports: Pid[] = [];

  constructor(options: LinksOptions) {
    const { home, cluster, nowMs } = options;
    this.#options = options;
    this.#nowMs = nowMs;
    const revision = (): Revision => this.#revision;
    this.#owner = {
      home,
      cluster,
      counters: this.counters,
      get revision() {
        return revision();
      },
      send: (to, text) => options.send(to, text),
      received: (from, to, body) => options.received(from, to, body),
      died: (gone) => options.died(gone),
      undelivered: (from, to) => options.undelivered(from, to, true),
    };
  }

  /**
   * Says `body` to a process of another manager. It is serialised at once, so that it may change
   * afterwards, and so that what cannot be serialised throws in the turn of whoever says it.
   * Undefined: `from` is no more, to `to` who said something to it. What is 'lasting' or 'patient' is
   * tried for as long as both are members, and `undelivered` only if there is no room for it.
   */
  tell(from: Pid, to: Pid, body: object | undefined, manner: Manner = 'passing'): void {
    assert(readPid(from) !== undefined && readPid(to) !== undefined, `no PID: ${from} or ${to}`);
    const link = this.#links.get(homeOf(to));
    if (body === undefined) link?.notify(formatMessage([to, from]), this.#nowMs);
    else {
      const text = formatMessage(manner === 'passing' ? [to, from, body] : [to, from, body, 1]);
      if (!link?.say(from, to, text, manner, this.#nowMs)) this.#refuse(from, to);
    }
  }

  /** A process of this manager has died: all others hear of it, after what it said. */
  announce(gone: Pid): void {
    const text = formatMessage([gone]);
    for (const link of this.#links.values()) link.notify(text, this.#nowMs);
  }

  /** One text as the bus brought it. Whatever it is, it does not throw. */
  receive(incoming: Incoming): void {
    const { home, cluster, heard } = this.#options;
    const packet = readPacket(incoming.text, incoming.from, cluster, home);
    if (typeof packet === 'string') {
      this.counters.faults[packet]++;
      return;
    }
    const link = this.#links.get(packet.from);
    if (link !== undefined) {
      this.counters.received++;
      heard(packet.from, this.#nowMs);
    }
    // An acknowledgement is true whatever its sender has seen since; without a link it means nothing.
    if (packet.rv <= this.#revision || packet.number === 0) this.#take(link, packet, this.#nowMs);
    else this.#wait(packet, incoming.text.length);
  }

  /**
   * The members from now on; an older view than the last is ignored. Of who is no member any more
   * nothing is delivered, and what was said to it is forgotten without `undelivered`: its processes'
   * peers hear that the manager is gone. Delivers what waited for this view: the listener should have
   * been told of the view before.
   */
  setView(view: View): void {
    if (view.revision < this.#revision) return;
    this.#revision = view.revision;
    const members = new Set(view.members);
    members.delete(this.#options.home);
    for (const [home, link] of this.#links) {
      if (members.has(home)) continue;
      link.close();
      this.#links.delete(home);
    }
    for (const home of members)
      if (!this.#links.has(home)) this.#links.set(home, new Link(this.#owner, home));
    if (this.#waiting.size > 0) this.#release();
  }

  /** Moves time to `nowMs`: reports what could not be said, and what has not arrived for too long. */
  advance(nowMs: number): void {
    if (nowMs > this.#nowMs) this.#nowMs = nowMs;
    this.report();
    for (const [key, { packet, arrivedMs, length }] of this.#waiting) {
      if (this.#nowMs < arrivedMs + WAIT_MS) break;
      this.#waiting.delete(key);
      this.#waitingLength -= length;
      if (packet.number > 0) this.counters.waitedTooLong++;
    }
    for (const link of this.#links.values()) link.advance(this.#nowMs);
  }

  /** Says `undelivered` of what could not be said. */
  report(): void {
    const reports = this.#reports;
    if (reports.length === 0) return;
    this.#reports = [];
    for (let i = 0; i + 1 < reports.length; i += 2) {
      const from = reports[i];
      const to = reports[i + 1];
      if (from !== undefined && to !== undefined) this.#options.undelivered(from, to, false);
    }
  }

  /**
   * The end of every turn: sends to each peer what was said to it, as one packet, with what else is
   * due: acknowledgements, and what seems lost.
   */
  flush(): void {
    this.report();
    for (const link of this.#links.values()) link.flush(this.#nowMs);
  }

  /** When to call `advance` and `flush` next; Infinity when nothing is on the way. */
  nextDueMs(): number {
    if (this.#reports.length > 0) return this.#nowMs;
    let nextMs = Infinity;
    for (const { arrivedMs } of this.#waiting.values()) {
      nextMs = arrivedMs + WAIT_MS;
      break;
    }
    for (const link of this.#links.values()) nextMs = Math.min(nextMs, link.nextDueMs());
    return Math.max(nextMs, this.#nowMs);
  }

  #refuse(from: Pid, to: Pid): void {
    assert(
      this.#reports.length < 2 * REPORTS_MAX,
      'too much is said to managers that are not there',
    );
    this.counters.refused++;
    this.#reports.push(from, to);
  }

  #take(link: Link | undefined, packet: Packet, arrivedMs: number): void {
    if (link === undefined) {
      this.counters.strangers++;
      return;
    }
    link.acknowledge(packet.ack, this.#nowMs);
    if (packet.number > 0) link.receive(packet, arrivedMs, this.#nowMs);
  }

  #wait(packet: Packet, length: number): void {
    const key = `${packet.from} ${packet.number}`;
    if (this.#waiting.has(key)) {
      this.counters.repeated++;
      return;
    }
    const hasRoom =
      this.#waiting.size < WAITING_PACKETS_MAX &&
      this.#waitingLength + length <= WAITING_LENGTH_MAX;
    if (!hasRoom) {
      this.counters.waitingOverflow++;
      return;
    }
    this.counters.waited++;
    this.#waiting.set(key, { packet, arrivedMs: this.#nowMs, length });
    this.#waitingLength += length;
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    this.#waitingLength = 0;
    for (const [key, item] of waiting) {
      const { packet, arrivedMs, length } = item;
      if (packet.rv <= this.#revision) this.#take(this.#links.get(packet.from), packet, arrivedMs);
      else {
        this.#waiting.set(key, item);
        this.#waitingLength += length;
      }
    }
  }
}
