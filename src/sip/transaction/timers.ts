/**
 * The timers of transactions: RFC 3261 Table 4, RFC 6026 §8 for L and M. One wheel timer each.
 *
 * A transaction runs at most two at once: one that retransmits (A, E, G) and one that ends the state
 * (all others). The record notes when its state ends; the wheel holds the earlier of the two.
 */
import { type Timer, TimerWheel } from '../../base/timer-wheel.ts';

/** The RFC's letters. §9.1 gives none to the wait for the final answer after a CANCEL. */
export type TimerName =
  | 'A'
  | 'B'
  | 'D'
  | 'E'
  | 'F'
  | 'G'
  | 'H'
  | 'I'
  | 'J'
  | 'K'
  | 'L'
  | 'M'
  | '9.1';

/** RFC 3261 §17.1.1.1: estimated round trip, longest retransmission interval, longest life in the network. */
export type TimerValues = { readonly t1Ms: number; readonly t2Ms: number; readonly t4Ms: number };

export const TIMER_VALUES: TimerValues = { t1Ms: 500, t2Ms: 4000, t4Ms: 5000 };

/** Timer D: at least 32 s over UDP, so that every retransmitted answer still finds its ACK. */
export const TIMER_D_MS = 32_000;

/** What a record carries for its timers; only `Timers` writes it. */
export type Timed<T> = {
  /** Absent until the first start. */
  timer: Timer<T> | undefined;
  /** When the state ends by itself; Infinity: not at all. */
  endAtMs: number;
};

/** Timers as the machines see them. */
export interface Timers<T> extends TimerValues {
  /** A, E, G run beside the timer that ends the state; any other replaces whatever runs. */
  start(transaction: T, name: TimerName, afterMs: number): void;
  /** Whatever runs. */
  stop(transaction: T): void;
}

/** Timers on a wheel. */
export class WheelTimers<T extends Timed<T>> implements Timers<T> {
  readonly t1Ms: number;
  readonly t2Ms: number;
  readonly t4Ms: number;
  nowMs: number;
  readonly #wheel: TimerWheel<T>;

  constructor(nowMs: number, values: TimerValues) {
    this.nowMs = nowMs;
    this.t1Ms = values.t1Ms;
    this.t2Ms = values.t2Ms;
    this.t4Ms = values.t4Ms;
    this.#wheel = new TimerWheel(nowMs);
  }

  start(transaction: T, name: TimerName, afterMs: number): void {
    let dueMs = afterMs;
    if (name === 'A' || name === 'E' || name === 'G')
      dueMs = Math.min(afterMs, transaction.endAtMs - this.nowMs);
    else transaction.endAtMs = this.nowMs + afterMs;
    if (transaction.timer === undefined) transaction.timer = this.#wheel.start(transaction, dueMs);
    else this.#wheel.restart(transaction.timer, dueMs);
  }

  stop(transaction: T): void {
    transaction.endAtMs = Infinity;
    if (transaction.timer !== undefined) this.#wheel.stop(transaction.timer);
  }

  /** Whether it is the end of the state that has come, and not a retransmission. */
  hasEnded(transaction: T): boolean {
    return this.nowMs >= transaction.endAtMs;
  }

  advance(nowMs: number, fire: (transaction: T) => void): void {
    if (!(nowMs > this.nowMs)) return;
    this.nowMs = nowMs;
    this.#wheel.advance(nowMs, fire);
  }

  nextDueMs(): number {
    return this.#wheel.nextDueMs();
  }
}
