/**
 * Whether a gateway is given calls: a circuit breaker.
 *
 *                 failure (3rd in a row), or Retry-After
 *      closed ───────────────────────────────────────────► open ◄─────────────┐
 *        ▲                                                  │ time             │ failure
 *        │                                                  ▼                  │
 *        │ success                                       half-open ────────────┤
 *        │                                                  │ call             │
 *        └────────────────────────────────────────────── trial ───────────────┘
 *                                              (given up: back to half-open)
 *
 * It stays open for a second, and twice as long each time that it opens again without a success in
 * between, up to a minute; or for as long as the gateway has asked for. A success closes it from
 * every state. *Success* is any word from the far end on a call, or its answer to OPTIONS.
 */

export type Breaker =
  | { readonly state: 'closed'; readonly failures: number }
  /** `trips`: how often it has opened since it was closed. */
  | { readonly state: 'open'; readonly trips: number }
  | { readonly state: 'half-open'; readonly trips: number }
  /** One call tells. */
  | { readonly state: 'trial'; readonly trips: number };

export type BreakerEvent =
  | { readonly type: 'success' }
  /** `retryAfterS`: the gateway says when it wants to be asked again. */
  | { readonly type: 'failure'; readonly retryAfterS?: number }
  | { readonly type: 'time' }
  /** A call wants to go out. */
  | { readonly type: 'call' }
  /** The call went away before the gateway had said anything. */
  | { readonly type: 'given up' };

export const CLOSED: Breaker = { state: 'closed', failures: 0 };

const FAILURES_MAX = 3;
const OPEN_MS = 1000;
const OPEN_MAX_MS = 60_000;
/** Longer requests of a gateway to be left alone are shortened: it may have restarted meanwhile. */
const RETRY_AFTER_MAX_S = 300;

/** The machine. `openMs`: it has opened, and wants to hear 'time' then. */
export function stepBreaker(
  breaker: Breaker,
  event: BreakerEvent,
): { readonly breaker: Breaker; readonly openMs?: number } {
  if (event.type === 'success') return { breaker: CLOSED };
  switch (breaker.state) {
    case 'closed':
      if (event.type !== 'failure') return { breaker };
      if (event.retryAfterS === undefined && breaker.failures + 1 < FAILURES_MAX)
        return { breaker: { state: 'closed', failures: breaker.failures + 1 } };
      return open(0, event.retryAfterS);
    case 'open':
      return event.type === 'time'
        ? { breaker: { state: 'half-open', trips: breaker.trips } }
        : { breaker };
    case 'half-open':
      if (event.type === 'call') return { breaker: { state: 'trial', trips: breaker.trips } };
      return event.type === 'failure' ? open(breaker.trips, event.retryAfterS) : { breaker };
    case 'trial':
      if (event.type === 'given up')
        return { breaker: { state: 'half-open', trips: breaker.trips } };
      return event.type === 'failure' ? open(breaker.trips, event.retryAfterS) : { breaker };
  }
}

/** Whether a call may go out now. */
export function admits({ state }: Breaker): boolean {
  return state === 'closed' || state === 'half-open';
}

function open(
  trips: number,
  retryAfterS: number | undefined,
): { readonly breaker: Breaker; readonly openMs: number } {
  const backOffMs = Math.min(OPEN_MS * 2 ** Math.min(trips, 16), OPEN_MAX_MS);
  const askedMs = Math.min(retryAfterS ?? 0, RETRY_AFTER_MAX_S) * 1000;
  return { breaker: { state: 'open', trips: trips + 1 }, openMs: Math.max(backOffMs, askedMs) };
}
