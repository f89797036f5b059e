/** Virtual time: what is to happen, in order. Ties happen in the order in which they were put in. */

type Entry = { readonly atMs: number; readonly order: number; readonly action: () => void };

export class Agenda {
  nowMs = 0;
  readonly #heap: Entry[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  after(delayMs: number, action: () => void): void {
    this.at(this.nowMs + delayMs, action);
  }

  at(atMs: number, action: () => void): void {
    const heap = this.#heap;
    const entry = { atMs: Math.max(atMs, this.nowMs), order: this.#order++, action };
    let at = heap.length;
    heap.push(entry);
    // Those that are later move down, and leave it their place.
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  /** Time of the next action; Infinity when there is none. */
  get nextMs(): number {
    return this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  /** Moves time to the next action and performs it; false when there is none. */
  step(): boolean {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (first === undefined || last === undefined) return false;
    if (this.#heap.length > 0) this.#sink(last);
    this.nowMs = first.atMs;
    first.action();
    return true;
  }

  /** Puts `entry` into the place of the first, which is gone. */
  #sink(entry: Entry): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const one = heap[left];
      const other = heap[left + 1];
      if (one === undefined) break;
      const isOther = other !== undefined && isBefore(other, one);
      const below = isOther ? other : one;
      if (!isBefore(below, entry)) break;
      heap[at] = below;
      at = isOther ? left + 1 : left;
    }
    heap[at] = entry;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
