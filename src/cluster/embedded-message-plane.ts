/**
 * Message plane of several managers in one process: the demo, the tests, the simulator.
 *
 * Behaves as a bus does: what is sent is text on its way, which arrives when (and if, and as often as)
 * `carry` says, never within the sender's turn. A manager can be cut off without a word, and the way
 * to the bus can be down, for one or for all.
 */
import { assert } from '../base/assert.ts';
import {
  type Answer,
  type Attachment,
  type Inbox,
  type Incoming,
  type ManagerId,
  MESSAGE_OCTETS_MAX,
  type MessagePlane,
} from '../process/message-plane.ts';
import type { Home } from '../process/pid.ts';

export type EmbeddedMessagePlaneOptions = {
  /**
   * Something goes from one manager to another and arrives when `deliver` is called: later, never, or
   * several times. That nobody is at `to` goes back the same way, as if it came from there.
   */
  readonly carry: (from: Home, to: Home, deliver: () => void) => void;
  /** Calls `action` after that time; with 0 in a later turn, but before what is sent from now on. */
  readonly after: (delayMs: number, action: () => void) => void;
};

type Place = {
  readonly home: Home;
  readonly id: ManagerId;
  readonly inbox: Inbox;
  /** Arrived in this turn, not handed over yet. */
  arrived: Incoming[];
  /** Numbers of those not answered yet. */
  readonly requests: Set<number>;
  isAttached: boolean;
  isUp: boolean;
};

/** Unanswered requests of one manager; further ones are answered 'timeout' at once. */
const REQUESTS_MAX = 4096;

export class EmbeddedMessagePlane implements MessagePlane {
  /** Plain integers. `lost`: nobody was there, the way was down, or it was too long. */
  readonly counters = { sent: 0, lost: 0 };
  readonly #carry: EmbeddedMessagePlaneOptions['carry'];
  readonly #after: EmbeddedMessagePlaneOptions['after'];
  readonly #places = new Map<Home, Place>();
  readonly #stopped = new Set<Home>();
  #isStopped = false;
  #lastRequest = 0;
  /** Who has got something in this turn; undefined when everything is handed over at once. */
  #batch: Set<Place> | undefined;

  constructor({ carry, after }: EmbeddedMessagePlaneOptions) {
    this.#carry = carry;
    this.#after = after;
  }

  /** The first thing heard is `connected`. A home is attached once at a time. */
  attach(home: Home, inbox: Inbox): Attachment {
    assert(!this.#places.has(home), `${home} is attached already`);
    const place: Place = {
      home,
      id: home.slice(0, home.indexOf('.')),
      inbox,
      arrived: [],
      requests: new Set(),
      isAttached: true,
      isUp: this.#wayIsUp(home),
    };
    this.#places.set(home, place);
    this.#tellConnected(place);
    return {
      send: (to, text) => this.#send(place, to, text),
      publish: (topic, text) => this.#publish(place, topic, text),
      request: (to, text, timeoutMs, done) => this.#request(place, to, text, timeoutMs, done),
      detach: () => this.#detach(place),
    };
  }

  /** Kills `home` without a word: it hears and says nothing more. What it said before is on its way. */
  cut(home: Home): void {
    const place = this.#places.get(home);
    if (place !== undefined) this.#detach(place);
  }

  /** Takes the bus away from `home`, or from everybody: what is sent, or arrives, meanwhile is lost. */
  stop(home?: Home): void {
    if (home === undefined) this.#isStopped = true;
    else this.#stopped.add(home);
    this.#updateWays();
  }

  /** Undoes `stop` for `home`, or for everybody. */
  resume(home?: Home): void {
    if (home !== undefined) this.#stopped.delete(home);
    else {
      this.#isStopped = false;
      this.#stopped.clear();
    }
    this.#updateWays();
  }

  /** Messages that `action` delivers to one manager are handed over together. */
  together(action: () => void): void {
    if (this.#batch !== undefined) return action();
    const batch = new Set<Place>();
    this.#batch = batch;
    try {
      action();
    } finally {
      this.#batch = undefined;
    }
    for (const place of batch) this.#handOver(place);
  }

  #send(place: Place, to: Home, text: string): void {
    if (!this.#leaves(place, text)) return;
    const incoming = { from: place.id, text };
    this.#carry(place.home, to, () => {
      const receiver = this.#receiver(to);
      if (receiver === undefined) {
        this.#reply(place, to, () => place.inbox.absent(to));
        return;
      }
      receiver.arrived.push(incoming);
      if (this.#batch === undefined) this.#handOver(receiver);
      else this.#batch.add(receiver);
    });
  }

  #publish(place: Place, topic: string, text: string): void {
    if (!this.#leaves(place, text)) return;
    const incoming = { from: place.id, text };
    for (const receiver of [...this.#places.values()])
      if (receiver !== place)
        this.#reply(receiver, place.home, (inbox) => inbox.event(topic, incoming));
  }

  #request(
    place: Place,
    to: Home,
    text: string,
    timeoutMs: number,
    done: (answer: Answer) => void,
  ): void {
    const number = ++this.#lastRequest;
    const finish = (answer: Answer): void => {
      if (place.requests.delete(number)) done(answer);
    };
    const isTooMany = place.requests.size >= REQUESTS_MAX;
    if (place.isAttached) place.requests.add(number);
    this.#after(isTooMany ? 0 : timeoutMs, () => finish({ ok: false, why: 'timeout' }));
    if (isTooMany || !this.#leaves(place, text)) return;
    const incoming = { from: place.id, text };
    this.#carry(place.home, to, () => {
      const receiver = this.#receiver(to);
      if (receiver === undefined) {
        this.#reply(place, to, () => finish({ ok: false, why: 'absent' }));
        return;
      }
      let isAnswered = false;
      const answer = (answered: string): void => {
        if (isAnswered || !this.#leaves(receiver, answered)) return;
        isAnswered = true;
        this.#reply(place, to, () => finish({ ok: true, text: answered }));
      };
      this.#handOver(receiver);
      receiver.inbox.asked(incoming, answer);
    });
  }

  #detach(place: Place): void {
    place.isAttached = false;
    place.arrived = [];
    place.requests.clear();
    if (this.#places.get(place.home) === place) this.#places.delete(place.home);
  }

  /** Carries something that is lost without a word when `place` does not hear it. */
  #reply(place: Place, from: Home, hand: (inbox: Inbox) => void): void {
    this.#carry(from, place.home, () => {
      // What came earlier is heard earlier.
      this.#handOver(place);
      if (place.isAttached && place.isUp) hand(place.inbox);
      else this.counters.lost++;
    });
  }

  #handOver(place: Place): void {
    const { arrived } = place;
    if (arrived.length === 0) return;
    place.arrived = [];
    place.inbox.receive(arrived);
  }

  /** Whether `text` gets onto the bus. */
  #leaves(place: Place, text: string): boolean {
    this.counters.sent++;
    if (place.isAttached && place.isUp && Buffer.byteLength(text) <= MESSAGE_OCTETS_MAX)
      return true;
    this.counters.lost++;
    return false;
  }

  #receiver(home: Home): Place | undefined {
    const place = this.#places.get(home);
    if (place?.isUp) return place;
    this.counters.lost++;
    return undefined;
  }

  #wayIsUp(home: Home): boolean {
    return !this.#isStopped && !this.#stopped.has(home);
  }

  #updateWays(): void {
    for (const place of this.#places.values()) {
      const isUp = this.#wayIsUp(place.home);
      if (place.isUp === isUp) continue;
      place.isUp = isUp;
      if (!isUp) place.arrived = [];
      this.#tellConnected(place);
    }
  }

  #tellConnected(place: Place): void {
    const { isUp } = place;
    this.#after(0, () => {
      if (place.isAttached) place.inbox.connected(isUp);
    });
  }
}
