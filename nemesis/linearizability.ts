/**
 * Whether a history of concurrent operations on one object is linearizable: whether there is an order of
 * them, each somewhere between its call and its return, that the object's model allows.
 *
 * Wing & Gong's search (Testing and Verifying Concurrent Objects, 1993) with Lowe's memory of what has
 * been tried (Testing for Linearizability, 2017): of two ways to the same set of operations done and the
 * same state, one is enough. Independent objects are to be checked one by one: it is exponential in how
 * many operations overlap, not in how many there are.
 */

/** Times on one clock. `returnMs` Infinity: it is not known whether it had an effect, nor when. */
export type Operation<Input> = {
  readonly callMs: number;
  readonly returnMs: number;
  /** What was asked, and what was answered. */
  readonly input: Input;
};

export type Model<State, Input> = {
  readonly initial: State;
  /** The state after it; undefined: in `state` it could not have been answered so. */
  step(state: State, input: Input): State | undefined;
  /** Equal for equal states. */
  keyOf(state: State): string;
};

/** `stuck`: the operation that no order got past, where the search came furthest. */
export type Verdict<Input> =
  | { readonly type: 'linearizable' }
  | { readonly type: 'not linearizable'; readonly stuck: Operation<Input> }
  /** Given up. */
  | { readonly type: 'unknown' };

/** Tried steps; a history that is what it should be takes about one for each operation. */
const STEPS_MAX = 5_000_000;
const WORD_BITS = 32;

export function checkLinearizable<State, Input>(
  model: Model<State, Input>,
  operations: readonly Operation<Input>[],
  stepsMax = STEPS_MAX,
): Verdict<Input> {
  const list = new EventList(operations);
  const tried = new Tried(operations.length);
  const path: { readonly at: number; readonly before: State }[] = [];
  let state = model.initial;
  let furthest = -1;
  let stuck: Operation<Input> | undefined;
  let at = list.first;
  for (let steps = 0; list.returns > 0; steps++) {
    if (steps >= stepsMax) return { type: 'unknown' };
    const { index, isCall } = list.at(at);
    const operation = operations[index];
    if (operation === undefined) break;
    if (isCall) {
      const after = model.step(state, operation.input);
      if (after === undefined || !tried.add(index, model.keyOf(after))) {
        at = list.after(at);
        continue;
      }
      path.push({ at, before: state });
      state = after;
      list.lift(at);
      at = list.first;
      continue;
    }
    // It has returned, and there is no place for it: an earlier choice was wrong.
    if (path.length > furthest) {
      furthest = path.length;
      stuck = operation;
    }
    const last = path.pop();
    if (last === undefined) return { type: 'not linearizable', stuck: stuck ?? operation };
    state = last.before;
    list.unlift(last.at);
    tried.remove(list.at(last.at).index);
    at = list.after(last.at);
  }
  return { type: 'linearizable' };
}

type Event = { readonly atMs: number; readonly index: number; readonly isCall: boolean };

/** Calls and returns by time, those of operations done left out: a list in two arrays, so that they can come back. */
class EventList {
  /** Returns that are left. Those that never happened are not in the list. */
  returns: number;
  readonly #events: readonly Event[];
  /** Place 0 is before the first event, which has place 1. */
  readonly #next: number[];
  readonly #previous: number[];
  readonly #returnOf: (number | undefined)[];

  constructor(operations: readonly Operation<unknown>[]) {
    const events: Event[] = [];
    for (const [index, { callMs, returnMs }] of operations.entries()) {
      events.push({ atMs: callMs, index, isCall: true });
      if (returnMs !== Number.POSITIVE_INFINITY)
        events.push({ atMs: returnMs, index, isCall: false });
    }
    // At one time calls come first: whether they overlapped nobody knows.
    events.sort((a, b) => a.atMs - b.atMs || Number(b.isCall) - Number(a.isCall));
    this.#events = events;
    this.#next = Array.from({ length: events.length + 2 }, (_, at) => at + 1);
    this.#previous = Array.from({ length: events.length + 2 }, (_, at) => at - 1);
    this.#returnOf = [];
    for (const [at, { index, isCall }] of events.entries())
      if (!isCall) this.#returnOf[index] = at + 1;
    this.returns = events.filter(({ isCall }) => !isCall).length;
  }

  get first(): number {
    return this.after(0);
  }

  after(at: number): number {
    return this.#next[at] ?? 0;
  }

  at(at: number): Event {
    return this.#events[at - 1] ?? { atMs: 0, index: -1, isCall: false };
  }

  /** Takes a call and its return out. */
  lift(at: number): void {
    this.#unlink(at);
    const end = this.#returnOf[this.at(at).index];
    if (end === undefined) return;
    this.#unlink(end);
    this.returns--;
  }

  /** Puts back what was lifted last. */
  unlift(at: number): void {
    const end = this.#returnOf[this.at(at).index];
    if (end !== undefined) {
      this.#relink(end);
      this.returns++;
    }
    this.#relink(at);
  }

  #unlink(at: number): void {
    const [next = 0, previous = 0] = [this.#next[at], this.#previous[at]];
    this.#next[previous] = next;
    this.#previous[next] = previous;
  }

  #relink(at: number): void {
    const [next = 0, previous = 0] = [this.#next[at], this.#previous[at]];
    this.#next[previous] = at;
    this.#previous[next] = at;
  }
}

/** Which operations are done, and with which states that has been the case before. */
class Tried {
  readonly #done: Uint32Array;
  readonly #seen = new Map<string, Uint32Array[]>();
  #hash = 0;

  constructor(operations: number) {
    this.#done = new Uint32Array(Math.ceil(operations / WORD_BITS));
  }

  /** Does the operation. False, and nothing done: the same was there before. */
  add(index: number, state: string): boolean {
    this.#flip(index);
    const key = `${this.#hash} ${state}`;
    const alike = this.#seen.get(key) ?? [];
    if (alike.some((done) => done.every((word, at) => word === this.#done[at]))) {
      this.#flip(index);
      return false;
    }
    alike.push(this.#done.slice());
    this.#seen.set(key, alike);
    return true;
  }

  remove(index: number): void {
    this.#flip(index);
  }

  #flip(index: number): void {
    const word = Math.floor(index / WORD_BITS);
    this.#done[word] = (this.#done[word] ?? 0) ^ (1 << (index % WORD_BITS));
    // Only to find those that are alike: each operation stirs it in its own way, twice is not at all.
    this.#hash ^= Math.imul(index + 1, 0x9e3779b1);
  }
}
