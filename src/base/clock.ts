/** Wall-clock time as an argument: production asks the system, the simulator its virtual clock. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. Monotonic time comes with each turn instead (`nowMs`). */
  epochMs(): number;
}
