/** Actions that wait for a later turn, in the order in which they came. Whoever owns it decides when that is. */
export class Pump {
  #actions: (() => void)[] = [];
  readonly #wake: () => void;

  /** `wake` is called when there is something to do again. */
  constructor(wake: () => void = () => {}) {
    this.#wake = wake;
  }

  get size(): number {
    return this.#actions.length;
  }

  add(action: () => void): void {
    this.#actions.push(action);
    if (this.#actions.length === 1) this.#wake();
  }

  /** Does what was there when it was called, and returns how much; what is added meanwhile is for the next. */
  pump(): number {
    const actions = this.#actions;
    this.#actions = [];
    for (const action of actions) action();
    return actions.length;
  }
}
