/**
 * States as short texts. The parts of a state (a process's record, a signal on its way) are numbered as
 * they come up; a state is the numbers of its parts. Parts are few where states are many, so that most
 * of the search is done on numbers, and what a process does with a signal is found out once.
 */

/** Numbers values by what they are as JSON. */
export class Numbering<T> {
  readonly #numbers = new Map<string, number>();
  /** Of those that were given out: found without being written down. */
  readonly #known = new Map<T, number>();
  readonly #values: T[] = [];

  get size(): number {
    return this.#values.length;
  }

  /** `value` is not to be changed afterwards. */
  numberOf(value: T): number {
    const same = this.#known.get(value);
    if (same !== undefined) return same;
    const text = JSON.stringify(value);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#values.length;
    this.#numbers.set(text, number);
    this.#known.set(value, number);
    this.#values.push(value);
    return number;
  }

  valueOf(number: number): T {
    const value = this.#values[number];
    if (value === undefined) throw new Error(`nothing has number ${number}`);
    return value;
  }
}

/** Numbers below this take one character, others, up to 2^30, two. */
const SHORT = 0x8000;

export function pack(numbers: readonly number[]): string {
  const codes: number[] = [];
  for (const number of numbers) {
    if (number >= SHORT) codes.push(SHORT | (number >> 15), number & (SHORT - 1));
    else codes.push(number);
  }
  return String.fromCharCode(...codes);
}

export function unpack(text: string): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < SHORT) numbers.push(code);
    else numbers.push(((code & (SHORT - 1)) << 15) | text.charCodeAt(++at));
  }
  return numbers;
}

/** `sorted` with `added` in their places: what is under way has no order. */
export function merged(sorted: readonly number[], added: readonly number[]): number[] {
  const all = [...sorted, ...added];
  return all.sort((a, b) => a - b);
}

/** `sorted` without one `gone`. */
export function without(sorted: readonly number[], gone: number): number[] {
  const at = sorted.indexOf(gone);
  return [...sorted.slice(0, at), ...sorted.slice(at + 1)];
}
