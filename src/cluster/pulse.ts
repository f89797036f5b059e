/**
 * When this manager's beats are due, and when those of the last second were sent: what others say to
 * have heard is a number, which only its sender can turn into a time.
 */
import type { MembershipTimings } from './membership-timings.ts';

/** More than are sent in `heardMs`, however urgent. */
const SENT_MAX = 64;

export class Pulse {
  readonly #timings: MembershipTimings;
  #no = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #isUrgent = false;
  readonly #sent: { readonly no: number; readonly atMs: number }[] = [];

  constructor(timings: MembershipTimings) {
    this.#timings = timings;
  }

  get dueMs(): number {
    const { beatMs, urgentBeatMs } = this.#timings;
    return this.#lastMs + (this.#isUrgent ? urgentBeatMs : beatMs);
  }

  /** There are news. */
  hurry(): void {
    this.#isUrgent = true;
  }

  /** A beat is sent; its number. */
  next(nowMs: number): number {
    this.#lastMs = nowMs;
    this.#isUrgent = false;
    const no = ++this.#no;
    this.#sent.push({ no, atMs: nowMs });
    if (this.#sent.length > SENT_MAX) this.#sent.shift();
    return no;
  }

  /** When the beat with that number was sent; undefined: never, or long ago. */
  sentMs(no: number): number | undefined {
    return this.#sent.find((sent) => sent.no === no)?.atMs;
  }
}
