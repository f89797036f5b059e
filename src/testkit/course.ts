/** The course of a simulation: virtual time passes as long as nothing is broken; what befell it, and what it broke. */
import type { Agenda } from './agenda.ts';

/** An invariant that does not hold: nothing that follows means anything. */
class Broken extends Error {}

const LOOK_MS = 50;

export class Course {
  /** In words, with the virtual time. */
  readonly violations: string[] = [];
  readonly story: string[] = [];
  readonly #agenda: Agenda;

  constructor(agenda: Agenda) {
    this.#agenda = agenda;
  }

  /** Performs what is to happen, until something is broken; an error that is thrown breaks as well. */
  run(happens: () => void): void {
    try {
      happens();
    } catch (error) {
      if (!(error instanceof Broken))
        this.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }

  pass(ms: number): void {
    const untilMs = this.#agenda.nowMs + ms;
    this.#agenda.at(untilMs, () => {});
    while (this.#agenda.nextMs <= untilMs) {
      this.#agenda.step();
      if (this.violations.length > 0) throw new Broken();
    }
  }

  /** Looks often whether it is so; a violation if it is not within `ms`. */
  until(isSo: () => boolean, ms: number, why: string | (() => string)): void {
    const untilMs = this.#agenda.nowMs + ms;
    while (!isSo()) {
      if (this.#agenda.nowMs >= untilMs)
        this.violate(`${typeof why === 'string' ? why : why()} within ${ms} ms`);
      this.pass(Math.max(LOOK_MS, ms / 200));
    }
  }

  tell(what: string): void {
    this.story.push(`at ${this.#agenda.nowMs} ms: ${what}`);
  }

  note(what: string): void {
    this.violations.push(`at ${this.#agenda.nowMs} ms: ${what}`);
  }

  violate(what: string): never {
    this.note(what);
    throw new Broken();
  }
}
