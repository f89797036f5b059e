/** Counts of observations up to each bound: the cheap half of a Prometheus histogram. */
export class Histogram {
  readonly bounds: readonly number[];
  /** Per bound, not yet added up; one more for what is above the last. */
  readonly counts: number[];
  sum = 0;

  /** `bounds` ascending, in the metric's unit. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] ?? 0)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
  }
}
