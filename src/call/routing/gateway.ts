/** Gateways and lists of them as call processing sees them (claims 4, 20, 39, 53; US 8,199,898). Read-only data. */

import type { Country } from '../dial-plan/route-plan.ts';

/** A peer by address: calls come in from it and go out to it. */
export type Gateway = {
  readonly id: string;
  /** `sip:203.0.113.10:5060;transport=tcp`; a name without a port is asked for by SRV. */
  readonly uri: string;
  /** Networks (CIDR) from which requests are the gateway's. */
  readonly acceptFrom: readonly string[];
  /** In the whole cluster, in and out; more are refused with 'overload'. */
  readonly callsMax: number;
  /** Name of the search space for calls that come in by it; absent: they reach lines and nothing else. */
  readonly search?: string;
  /** Who we are to it; for its own realm only. HA1 values in lower-case hex. */
  readonly secret?: GatewaySecret;
  /** Seconds that we ask for when we register with it; absent: we do not. */
  readonly registerS?: number;
  /** Milliseconds between OPTIONS; absent: it is not asked. */
  readonly pingMs?: number;
  /** Asserted identities go to it and are believed when they come from it (RFC 3325). */
  readonly isTrusted?: boolean;
  /** What the far end is to see as the caller's number, unless the pattern says another. */
  readonly callerId?: string;
  /** How numbers are written there. */
  readonly numbers?: GatewayNumbers;
  /** Codecs of session descriptions there, in lower case, of any clock rate or one (`opus`, `l16/44100`), the best first; absent: any. */
  readonly codecs?: readonly string[];
  /** How it is told who had a call sent on; absent: it is not. */
  readonly diversion?: 'diversion' | 'history-info';
  /** It must not be offered reliable provisional answers (RFC 3262), or a session timer (RFC 4028). */
  readonly withoutReliable?: boolean;
  readonly withoutSessionTimer?: boolean;
};

export type GatewaySecret = {
  readonly user: string;
  readonly realm: string;
  readonly ha1: {
    readonly MD5: string;
    readonly 'SHA-256': string;
    readonly 'SHA-512-256': string;
  };
};

export type GatewayNumbers = {
  /** How they are dialled where the gateway is; absent: they stay as they are. */
  readonly country?: Country;
  /** How called numbers are sent: `+442079460018`, `442079460018`, `02079460018`, or as the pattern made them. */
  readonly send: 'E.164' | 'plain' | 'national' | 'as dialled';
  /** Numbers that come in are E.164 without `+`. */
  readonly isPlain: boolean;
  /** Leading digits of the called number that go, and what comes before it; after all else. */
  readonly strip: number;
  readonly prefix: string;
};

/** How a group spreads its calls: the first that takes it, each in turn, or by chance according to weight. */
export type Spread = 'top-down' | 'circular' | 'weight';

export type RouteGroup = {
  readonly spread: Spread;
  /** Never empty. `weight`: a whole number from 1; counts where the group spreads by it. */
  readonly gateways: readonly { readonly gateway: string; readonly weight: number }[];
};

/** Groups in the order in which they are tried. Never empty. */
export type RouteList = { readonly name: string; readonly groups: readonly RouteGroup[] };
