/** The Subscription-State header field: RFC 6665 §4.1.3, §8.2.3. */

import { parseParameterised } from './parameters.ts';
import { lineSafe } from './safe.ts';
import { readScalar } from './scalars.ts';

export type SubscriptionState = {
  /** Lower case: 'active', 'pending', 'terminated', or an extension (treated as the last by who knows it not). */
  readonly state: string;
  /** Seconds; undefined when absent or unreadable. */
  readonly expiresS: number | undefined;
  /** Why it ended, lower case: 'deactivated', 'noresource', 'timeout' …; '' when absent. */
  readonly reason: string;
  /** Seconds; undefined when absent or unreadable. */
  readonly retryAfterS: number | undefined;
};

/** Reads a value, or undefined when it is malformed. */
export function readSubscriptionState(text: string): SubscriptionState | undefined {
  const read = parseParameterised(text);
  if (read === undefined || /[\s"<>,]/.test(read.value)) return undefined;
  const { value, parameters } = read;
  return {
    state: value.toLowerCase(),
    expiresS: readScalar(parameters.get('expires') ?? ''),
    reason: (parameters.get('reason') ?? '').toLowerCase(),
    retryAfterS: readScalar(parameters.get('retry-after') ?? ''),
  };
}

/** The value of a subscription that goes on for `expiresS` seconds. */
export function activeState(expiresS: number): string {
  return `active;expires=${expiresS}`;
}

/** The value of one that ends: `reason` is a token of §4.1.3. */
export function terminatedState(reason: string): string {
  return `terminated;reason=${lineSafe(reason)}`;
}
