/**
 * One cause out of many: what the caller hears when every device of a line has refused.
 *
 * The one that tells the caller most about what to do next: somebody is there but speaks (try again
 * soon), somebody is there and does not want to, it rang in vain; only then what stood in the way
 * technically. RFC 3261 §16.7 step 6 leaves the choice within a class of answers to us.
 * Deviation: a 6xx does not end the offer to the others; one member's "decline" is not the line's.
 */
import type { Cause } from './cause.ts';

const WEIGHT: Readonly<Record<Cause, number>> = {
  busy: 14,
  'no free appearance': 13,
  declined: 12,
  'no answer': 11,
  'not acceptable': 10,
  forbidden: 9,
  'address incomplete': 8,
  'unknown number': 7,
  loop: 6,
  overload: 5,
  draining: 4,
  'internal failure': 3,
  'no gateway': 3,
  'cut off': 3,
  unreachable: 2,
  'no device': 1,
  // No answers to an offer. A device that says so all the same has refused, and no more.
  'appearance taken': 2,
  'answered elsewhere': 2,
  'caller gave up': 2,
  'hung up': 2,
  transferred: 2,
  'request pending': 2,
  'call gone': 2,
  'session expired': 2,
  released: 2,
};

/** Whether text that came from another manager is a cause. */
export function isCause(text: unknown): text is Cause {
  return typeof text === 'string' && Object.hasOwn(WEIGHT, text);
}

/** The weightier of two refusals; of equals the first. */
export function weightier(first: Cause, second: Cause): Cause {
  return WEIGHT[second] > WEIGHT[first] ? second : first;
}
