/**
 * Our registration with a gateway: RFC 3261 §10.2, as a client.
 *
 *               accepted                      time
 *   asking ───────────────► registered ───────────────► asking
 *     │  ▲                                    time
 *     │  └──────────────────────────────────────────┐
 *     └──────────────────────────────────────► waiting
 *                   refused
 *
 * It is refreshed when four fifths of its time are over. After a failure it is tried again after two
 * seconds, twice as long each time, up to five minutes; or when the gateway has asked for it.
 */

export type Registration =
  | { readonly state: 'asking'; readonly failures: number }
  | { readonly state: 'registered'; readonly expiresS: number }
  | { readonly state: 'waiting'; readonly failures: number; readonly status: number };

export type RegistrationEvent =
  | { readonly type: 'time' }
  | { readonly type: 'accepted'; readonly expiresS: number }
  | {
      readonly type: 'refused';
      readonly status: number;
      readonly retryAfterS?: number;
    };

export const UNREGISTERED: Registration = { state: 'waiting', failures: 0, status: 0 };

const RETRY_MS = 2000;
const RETRY_MAX_MS = 300_000;
const RETRY_AFTER_MAX_S = 3600;
const EXPIRES_MIN_S = 10;
const REFRESHED_AFTER = 0.8;

/** The machine. `isDue`: REGISTER is to be sent; `nextMs`: 'time' is wanted then. */
export function stepRegistration(
  registration: Registration,
  event: RegistrationEvent,
): {
  readonly registration: Registration;
  readonly isDue?: true;
  readonly nextMs?: number;
} {
  switch (registration.state) {
    case 'registered':
      return event.type === 'time'
        ? { registration: { state: 'asking', failures: 0 }, isDue: true }
        : { registration };
    case 'waiting':
      return event.type === 'time'
        ? { registration: { state: 'asking', failures: registration.failures }, isDue: true }
        : { registration };
    case 'asking': {
      if (event.type === 'time') return { registration };
      if (event.type === 'accepted') {
        const expiresS = Math.max(event.expiresS, EXPIRES_MIN_S);
        const nextMs = Math.round(expiresS * 1000 * REFRESHED_AFTER);
        return { registration: { state: 'registered', expiresS }, nextMs };
      }
      const { status, retryAfterS = 0 } = event;
      const { failures } = registration;
      const backOffMs = Math.min(RETRY_MS * 2 ** Math.min(failures, 16), RETRY_MAX_MS);
      const nextMs = Math.max(backOffMs, Math.min(retryAfterS, RETRY_AFTER_MAX_S) * 1000);
      return { registration: { state: 'waiting', failures: failures + 1, status }, nextMs };
    }
  }
}
