/**
 * The members' time in a simulation: the agenda's, until it is slowed down.
 *
 * A cluster that is at rest beats on, and the last timers of SIP take minutes. With the members' time
 * at a fiftieth of the phones' these minutes cost what seconds do; nothing else is different, since
 * all members and the store go by the same clock.
 */
import type { Agenda } from './agenda.ts';

const ROUNDING_MS = 1e-6;

export class SlowClock {
  readonly #agenda: Agenda;
  #rate = 1;
  /** Of the agenda, and what this clock showed then. */
  #sinceMs = 0;
  #shownMs = 0;
  /** What is to be called, and when by this clock. */
  readonly #waiting = new Map<() => void, number>();

  constructor(agenda: Agenda) {
    this.#agenda = agenda;
  }

  get nowMs(): number {
    return this.#shownMs + (this.#agenda.nowMs - this.#sinceMs) * this.#rate;
  }

  /** From now on a ms of the agenda counts `rate` ms. */
  slow(rate: number): void {
    this.#shownMs = this.nowMs;
    this.#sinceMs = this.#agenda.nowMs;
    this.#rate = rate;
    for (const [act, dueMs] of this.#waiting) this.#agenda.after(this.until(dueMs), act);
  }

  /** The agenda's ms until this clock shows `atMs`. */
  until(atMs: number): number {
    return (atMs - this.nowMs) / this.#rate;
  }

  /** Calls `action` when `delayMs` of this clock have passed, whatever becomes of its rate meanwhile. */
  after(delayMs: number, action: () => void): void {
    const dueMs = this.nowMs + delayMs;
    const act = (): void => {
      // It has been called, or comes too early since time was slowed down, and will come again.
      if (!this.#waiting.has(act) || this.nowMs < dueMs - ROUNDING_MS) return;
      this.#waiting.delete(act);
      action();
    };
    this.#waiting.set(act, dueMs);
    this.#agenda.after(delayMs / this.#rate, act);
  }
}
