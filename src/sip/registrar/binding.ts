/** Bindings: which contact a device can be reached at, and how. RFC 3261 §10, RFC 5626 §6, RFC 3327. */
import type { Hop } from '../hop.ts';

/** One registered contact. All text stands on its own: it holds on to no datagram. */
export type Binding = {
  /** Who registered: the id of a device. */
  readonly key: string;
  /**
   * What it is known by among its key's bindings: `<instance>;reg-id` when the contact has both (RFC
   * 5626 §6), else its first Contact URI.
   */
  readonly id: string;
  /** The Contact URI: what requests to it have as their Request-URI, wherever they are sent. */
  readonly contact: string;
  /** Path values (RFC 3327) as the values of Route in requests to it, topmost first; mostly none. */
  readonly routes: readonly string[];
  /** Where to send. With a flow it is the connection it registered on, else an address to send to. */
  readonly hop: Hop;
  /** `+sip.instance` without quotes, e.g. `<urn:uuid:…>`; '' when absent. */
  readonly instance: string;
  /** `reg-id` of an instance; 0 when absent. */
  readonly regId: number;
  readonly callId: string;
  readonly cseq: number;
  /** Seconds, as it was last told. */
  readonly grantedS: number;
  /** Monotonic ms. */
  readonly expiresAtMs: number;
  /** 0 to 1; 1 when absent. */
  readonly q: number;
  /** '' when absent. */
  readonly userAgent: string;
};

/**
 * What a REGISTER, a lapse or a lost connection did to a binding. 'moved': requests to it go another
 * way now. A binding stays one object for its life and always says what holds now.
 */
export type BindingChange = {
  readonly type: 'added' | 'refreshed' | 'moved' | 'removed';
  /** The phone registers as one that has begun anew: by a Call-ID that it has not had (RFC 3261 §10.2). */
  readonly isAnew?: true;
  readonly binding: Binding;
};
