/** Gateways and lists of them as call processing sees them (claims 4, 20, 39, 53; US 8,199,898). Read-only data. */

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
