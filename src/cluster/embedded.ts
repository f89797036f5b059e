/**
 * Message plane of several managers in one process: the demo, the tests, the simulator.
 *
 * Behaves as a bus does: messages are text on the way, so that nothing is shared by accident; they
 * arrive when the driver calls `pump`, never within the sender's turn; a manager that is cut off
 * receives nothing more, and nobody is told until somebody says so.
 */
import { type Home, homeOf } from '../process/pid.ts';
import type { Envelope, MessagePlane } from '../process/planes.ts';
import { Receipt } from './receipt.ts';

type Receiver = {
  readonly receipt: Receipt;
  readonly receive: (envelope: Envelope) => void;
  readonly gone: (home: Home) => void;
};

/** What is on the way: a message to a manager, or the news that one is gone. */
type Item =
  | { readonly type: 'message'; readonly to: Home; readonly text: string }
  | { readonly type: 'gone'; readonly home: Home };

/** Messages on the way; more are lost, as on any bus that falls behind. */
const ITEMS_MAX = 65_536;

export class EmbeddedMessagePlane implements MessagePlane {
  /** Plain integers. `lost`: nobody was there, or there was no room. */
  readonly counters = { sent: 0, lost: 0 };
  readonly #receivers = new Map<Home, Receiver>();
  #items: Item[] = [];

  /** Whether anything is on the way. */
  get isIdle(): boolean {
    return this.#items.length === 0;
  }

  send(envelope: Envelope): void {
    this.deliver(homeOf(envelope.to), JSON.stringify(envelope));
  }

  /** Puts text on its way to `to`, whatever it is. */
  deliver(to: Home, text: string): void {
    this.counters.sent++;
    if (this.#items.length >= ITEMS_MAX) this.counters.lost++;
    else this.#items.push({ type: 'message', to, text });
  }

  attach(
    home: Home,
    receive: (envelope: Envelope) => void,
    gone: (home: Home) => void,
  ): () => void {
    const receiver: Receiver = { receipt: new Receipt(home), receive, gone };
    this.#receivers.set(home, receiver);
    return () => {
      if (this.#receivers.get(home) === receiver) this.#receivers.delete(home);
    };
  }

  /** What came to `home`, while it is attached. */
  receiptOf(home: Home): Receipt | undefined {
    return this.#receivers.get(home)?.receipt;
  }

  /** Cuts `home` off without a word, as a crash would: it receives nothing, not even what is on the way. */
  cut(home: Home): void {
    this.#receivers.delete(home);
  }

  /** Cuts `home` off, and tells all others that it is gone, after what is on the way to them. */
  expel(home: Home): void {
    this.cut(home);
    this.#items.push({ type: 'gone', home });
  }

  /** Delivers what was on the way when it was called; what is sent meanwhile is for the next. */
  pump(): number {
    const items = this.#items;
    this.#items = [];
    for (const item of items) {
      if (item.type === 'gone') this.#announce(item.home);
      else this.#hand(item.to, item.text);
    }
    return items.length;
  }

  #hand(to: Home, text: string): void {
    const receiver = this.#receivers.get(to);
    if (receiver === undefined) {
      this.counters.lost++;
      return;
    }
    const envelope = receiver.receipt.read(text);
    if (envelope !== undefined) receiver.receive(envelope);
  }

  #announce(home: Home): void {
    for (const receiver of [...this.#receivers.values()]) {
      receiver.receipt.forget(home);
      receiver.gone(home);
    }
  }
}
