/**
 * Hierarchical timer wheel: G. Varghese and T. Lauck, "Hashed and hierarchical timing wheels" (1987).
 *
 * Starting, restarting and stopping cost the same whatever the delay and however many timers run.
 * Time is cut into ticks of 10 ms; a timer never fires early and at most one tick late. The wheel
 * has no clock: whoever owns it tells it the time and asks it when it next wants to know.
 *
 * Level 0 has a slot for each tick of the current 32, level 1 a slot for each 32 ticks of the
 * current 1,024, and so on: a timer lies on the level of the highest group of 5 bits in which its
 * tick differs from the present one. When the present enters a slot of a higher level, the timers in
 * it move down. A bit per slot tells which are occupied, so that an idle hour costs a few comparisons.
 */

const TICK_MS = 10;
const SLOT_BITS = 5;
const SLOTS = 1 << SLOT_BITS;
/** 7 levels of 5 bits cover ticks modulo 2^32; the topmost has 4 slots and goes round. */
const LEVELS = 7;
const AFTER_MAX_MS = 2 ** 31 - 1;
const IDLE = -1;

/** One timer, running or not. The wheel links it into its slots; its owner only keeps it. */
export class Timer<T> {
  readonly owner: T;
  /** Tick at which it is due, modulo 2^32 as a signed number. */
  tick = 0;
  /** Where it lies: level * 32 + slot; -1: it does not run. */
  place = IDLE;
  next: Timer<T> | undefined;
  previous: Timer<T> | undefined;

  constructor(owner: T) {
    this.owner = owner;
  }

  get running(): boolean {
    return this.place !== IDLE;
  }
}

export class TimerWheel<T> {
  #nowMs: number;
  /** Every tick up to here has been dealt with. */
  #tick: number;
  #size = 0;
  /** First timer of each slot; a slot's timers are a circle. */
  readonly #slots: (Timer<T> | undefined)[] = new Array(LEVELS * SLOTS).fill(undefined);
  /** Per level, a bit for each slot that is not empty. */
  readonly #occupied = new Int32Array(LEVELS);

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
    this.#tick = Math.floor(nowMs / TICK_MS);
  }

  /** Timers that run. */
  get size(): number {
    return this.#size;
  }

  /** A new timer that fires `afterMs` (at most 2^31 - 1, else clamped) after the last `advance`. */
  start(owner: T, afterMs: number): Timer<T> {
    const timer = new Timer(owner);
    this.restart(timer, afterMs);
    return timer;
  }

  /** Runs `timer` anew, whether it runs, has fired or was stopped. */
  restart(timer: Timer<T>, afterMs: number): void {
    if (timer.place !== IDLE) this.#unlink(timer);
    // Written so that NaN counts as 0.
    const delayMs = afterMs > 0 ? Math.min(afterMs, AFTER_MAX_MS) : 0;
    const due = Math.ceil((this.#nowMs + delayMs) / TICK_MS);
    // Never into the tick that is being dealt with: a timer that restarts itself with 0 would hang us.
    timer.tick = Math.max(due, this.#tick + 1) | 0;
    this.#link(timer, this.#tick | 0);
  }

  /** Does nothing to a timer that does not run. */
  stop(timer: Timer<T>): void {
    if (timer.place !== IDLE) this.#unlink(timer);
  }

  /**
   * Moves time to `nowMs` and fires what is due, tick by tick. `fire` may start, restart and stop any
   * timer. When it throws, the rest of what is due fires at the next `advance`.
   */
  advance(nowMs: number, fire: (owner: T, timer: Timer<T>) => void): void {
    if (!(nowMs > this.#nowMs)) return;
    this.#nowMs = nowMs;
    const target = Math.floor(nowMs / TICK_MS);
    for (;;) {
      const next = this.#nextTick();
      if (next > target) break;
      this.#tick = next;
      this.#descend(next | 0);
      this.#fireSlot(next & (SLOTS - 1), fire);
    }
    // A nested advance may have gone further.
    if (target > this.#tick) this.#tick = target;
  }

  /**
   * When to call `advance` next; Infinity when nothing runs. Never late. Exact for what is due within
   * the current 320 ms; further off it may be the start of a slot of a higher level, where timers only
   * move down: at most five such calls for each timer's life.
   */
  nextDueMs(): number {
    return this.#nextTick() * TICK_MS;
  }

  /** The first tick at which something is due or has to move down. */
  #nextTick(): number {
    if (this.#size === 0) return Infinity;
    const low = this.#tick | 0;
    for (let level = 0; level < LEVELS; level++) {
      const occupied = this.#occupied[level] ?? 0;
      if (occupied === 0) continue;
      const shift = level * SLOT_BITS;
      const here = (low >>> shift) & (SLOTS - 1);
      // Slots behind us are empty, except on the topmost level, which goes round.
      const ahead = (occupied >>> here) << here;
      const slot = lowestBit(ahead === 0 ? occupied : ahead);
      const first = ((((low >>> shift) & -SLOTS) | slot) << shift) >>> 0;
      return this.#tick + ((first - (low >>> 0)) >>> 0);
    }
    return Infinity;
  }

  /** Moves down the timers of every slot that begins at tick `low`. */
  #descend(low: number): void {
    for (let level = LEVELS - 1; level > 0; level--) {
      const shift = level * SLOT_BITS;
      const place = level * SLOTS + ((low >>> shift) & (SLOTS - 1));
      for (let timer = this.#slots[place]; timer !== undefined; timer = this.#slots[place]) {
        this.#unlink(timer);
        this.#link(timer, low);
      }
    }
  }

  #fireSlot(slot: number, fire: (owner: T, timer: Timer<T>) => void): void {
    for (let timer = this.#slots[slot]; timer !== undefined; timer = this.#slots[slot]) {
      this.#unlink(timer);
      fire(timer.owner, timer);
    }
  }

  #link(timer: Timer<T>, low: number): void {
    const differing = timer.tick ^ low;
    const level = differing === 0 ? 0 : ((31 - Math.clz32(differing)) / SLOT_BITS) | 0;
    const slot = (timer.tick >>> (level * SLOT_BITS)) & (SLOTS - 1);
    const place = level * SLOTS + slot;
    const first = this.#slots[place];
    if (first === undefined) {
      timer.next = timer;
      timer.previous = timer;
      this.#slots[place] = timer;
      this.#occupied[level] = (this.#occupied[level] ?? 0) | (1 << slot);
    } else {
      const last = first.previous ?? first;
      timer.next = first;
      timer.previous = last;
      last.next = timer;
      first.previous = timer;
    }
    timer.place = place;
    this.#size++;
  }

  #unlink(timer: Timer<T>): void {
    const { place, next, previous } = timer;
    if (next === timer || next === undefined || previous === undefined) {
      this.#slots[place] = undefined;
      const level = (place / SLOTS) | 0;
      this.#occupied[level] = (this.#occupied[level] ?? 0) & ~(1 << (place & (SLOTS - 1)));
    } else {
      previous.next = next;
      next.previous = previous;
      if (this.#slots[place] === timer) this.#slots[place] = next;
    }
    // A timer that was stopped must not keep its neighbours from the garbage collector.
    timer.next = undefined;
    timer.previous = undefined;
    timer.place = IDLE;
    this.#size--;
  }
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
