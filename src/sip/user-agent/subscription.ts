/** Our side of a subscription, as notifier: RFC 6665. Implicit ones of REFER too (RFC 3515). */

/** What the device layer may read of a subscription. The user agent owns and mutates it. */
export interface Subscription<O> {
  owner: O | undefined;
  /** Event package, e.g. `dialog`; `refer` for implicit ones. */
  readonly event: string;
  /** The whole Event value as the subscriber sent it. */
  readonly eventValue: string;
  readonly state: 'pending' | 'active' | 'terminated';
  /** User part of the Request-URI of the first SUBSCRIBE: the resource. */
  readonly resource: string;
  readonly callId: string;
  /** Ours. */
  readonly localTag: string;
  /** Whether a NOTIFY is out that has not been answered. */
  readonly notifying: boolean;
  /** Where NOTIFYs go: the subscriber's Contact URI. */
  readonly contact: string;
  /** What the subscriber accepts (Accept), '' if it said nothing. */
  readonly accept: string;
}
