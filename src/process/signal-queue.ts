/**
 * What waits to be delivered on one manager, oldest first: a ring that grows by doubling.
 *
 * Three arrays side by side instead of an array of records: nothing is allocated per signal. How
 * long it may become is the scheduler's to decide, since only it knows what to answer.
 */
import type { Home, Pid } from './pid.ts';

const CAPACITY = 1024;

export class SignalQueue<S> {
  /**
   * The entry that `shift` took off. `signal` undefined: news of a death, that of `from`, for `to`;
   * for everybody when they are the same. null: what `to` said to `from` did not get there.
   */
  to: Pid | Home = '';
  from: Pid | Home = '';
  signal: S | null | undefined = undefined;

  #tos: (Pid | Home)[] = new Array(CAPACITY).fill('');
  #froms: (Pid | Home)[] = new Array(CAPACITY).fill('');
  #signals: (S | null | undefined)[] = new Array(CAPACITY).fill(undefined);
  #mask = CAPACITY - 1;
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(to: Pid | Home, from: Pid | Home, signal: S | null | undefined): void {
    if (this.#size > this.#mask) this.#grow();
    const at = (this.#head + this.#size++) & this.#mask;
    this.#tos[at] = to;
    this.#froms[at] = from;
    this.#signals[at] = signal;
  }

  /** Takes the oldest entry off, into `to`, `from` and `signal`. False: there is none. */
  shift(): boolean {
    if (this.#size === 0) return false;
    const at = this.#head;
    this.to = this.#tos[at] ?? '';
    this.from = this.#froms[at] ?? '';
    this.signal = this.#signals[at];
    // An offer must not live on in a slot until the ring comes round again.
    this.#signals[at] = undefined;
    this.#head = (at + 1) & this.#mask;
    this.#size--;
    return true;
  }

  #grow(): void {
    const unroll = <T>(ring: readonly T[], empty: T): T[] =>
      [...ring.slice(this.#head), ...ring.slice(0, this.#head)].concat(
        new Array<T>(ring.length).fill(empty),
      );
    this.#tos = unroll<Pid | Home>(this.#tos, '');
    this.#froms = unroll<Pid | Home>(this.#froms, '');
    this.#signals = unroll<S | null | undefined>(this.#signals, undefined);
    this.#head = 0;
    this.#mask = 2 * this.#mask + 1;
  }
}
