/** What becomes of calls, counted in plain integers by the calling side. Read at a scrape of the metrics. */
import { Histogram } from '../base/histogram.ts';
import type { Cause } from '../call/cause.ts';

/** Seconds: from what nobody notices to what everybody does. */
const SETUP_BOUNDS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export class CallStatistics {
  /** Ended calls: 'answered', 'cancelled' by the caller, or the cause of the refusal. */
  readonly results: Record<string, number> = { answered: 0, cancelled: 0 };
  /** From INVITE to the first ringing. */
  readonly setup = new Histogram(SETUP_BOUNDS_S);

  ended(result: 'answered' | 'cancelled' | Cause): void {
    this.results[result] = (this.results[result] ?? 0) + 1;
  }

  rang(afterMs: number): void {
    this.setup.observe(afterMs / 1000);
  }
}
