/** For how long this process did not run though it wanted to: then others did not run either, and figures are the machine's. */

const TICK_MS = 20;

export class Stalls {
  #longestMs = 0;
  #lastMs = performance.now();
  readonly #timer = setInterval(() => this.#tick(), TICK_MS);

  /** The longest since this was asked last, in ms. */
  take(): number {
    const longestMs = this.#longestMs;
    this.#longestMs = 0;
    return Math.round(longestMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#longestMs = Math.max(this.#longestMs, nowMs - this.#lastMs - TICK_MS);
    this.#lastMs = nowMs;
  }
}
