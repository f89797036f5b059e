/** How often the processes of a line have died lately: one that dies again and again is left alone for a while. */

const DEATHS_MAX = 5;
const DEATHS_WITHIN_MS = 10_000;

type Deaths = { sinceMs: number; count: number };

export class LineDeaths {
  /** By number; only of lines whose process has died. */
  readonly #deaths = new Map<string, Deaths>();

  count(number: string, nowMs: number): void {
    const deaths = this.#deaths.get(number);
    if (deaths === undefined || nowMs - deaths.sinceMs > DEATHS_WITHIN_MS)
      this.#deaths.set(number, { sinceMs: nowMs, count: 1 });
    else deaths.count++;
  }

  /** Whether the line's process has died so often lately that another would too. */
  isFailing(number: string, nowMs: number): boolean {
    const deaths = this.#deaths.get(number);
    if (deaths === undefined) return false;
    return deaths.count >= DEATHS_MAX && nowMs - deaths.sinceMs <= DEATHS_WITHIN_MS;
  }

  /** When that is over. */
  endMs(number: string): number {
    return (this.#deaths.get(number)?.sinceMs ?? 0) + DEATHS_WITHIN_MS + 1;
  }
}
