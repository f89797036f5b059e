/**
 * Long work in steps: whoever runs it may see to something else in between. What does not wait for anything, and
 * takes long only for its size, is written as a generator that yields after some milliseconds' worth of it.
 */

export type Work<Result> = Generator<void, Result, void>;

/** That many entries of something simple (a lookup, a comparison) are a step. */
export const STEP = 1024;

/** All of it at once. */
export function finish<Result>(work: Work<Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** `items` one by one, with a pause after each `every`. */
export function* paced<T>(
  items: readonly T[],
  act: (item: T, at: number) => void,
  every = STEP,
): Work<void> {
  for (let at = 0; at < items.length; at++) {
    act(items[at] as T, at);
    if (at % every === every - 1) yield;
  }
}
