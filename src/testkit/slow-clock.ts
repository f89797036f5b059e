/**
 * The members' time in a simulation: the agenda's, until it is slowed down.
 *
 * A cluster that is at rest beats on, and the last timers of SIP take minutes. With the members' time
 * at a fiftieth of the phones' these minutes cost what seconds do; nothing else is different, since
 * all members and the store go by the same clock.
 */
import type { Agenda } from './agenda.ts';

export class SlowClock {
  readonly #agenda: Agenda;
  #rate = 1;
  /** Of the agenda, and what this clock showed then. */
  #sinceMs = 0;
  #shownMs = 0;

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
  }

  /** The agenda's ms until this clock shows `atMs`. */
  until(atMs: number): number {
    return (atMs - this.nowMs) / this.#rate;
  }

  /** Calls `action` when `delayMs` of this clock have passed. */
  after(delayMs: number, action: () => void): void {
    this.#agenda.after(delayMs / this.#rate, action);
  }
}
