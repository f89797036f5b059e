/**
 * What a line does, as the last phone was told it: its process tells all watchers the same, one after the other, and
 * most of what a lamp costs before it is sent is to write it.
 */
import type { LineCallState } from '../../call/watch-signals.ts';

export class LampText {
  #number = '';
  #calls: readonly LineCallState[] | undefined;
  #text = '';

  /** For the very same news; undefined: it was other news. */
  of(number: string, calls: readonly LineCallState[]): string | undefined {
    return calls === this.#calls && number === this.#number ? this.#text : undefined;
  }

  keep(number: string, calls: readonly LineCallState[], text: string): void {
    this.#number = number;
    this.#calls = calls;
    this.#text = text;
  }

  forget(): void {
    this.#calls = undefined;
  }
}
