/** The directory as call processing sees it: lines, members, devices, gateways, route plan. Read-only data. */
import type { RoutePlan } from './dial-plan/route-plan.ts';
import type { FeatureCodes } from './feature-codes.ts';
import type { GivenForwards } from './forwarding/forwarding.ts';
import type { Hunt } from './hunting/hunt.ts';
import type { Orbits } from './parking/orbit.ts';
import type { PickupGroup } from './pickup-group.ts';
import type { Gateway, RouteList } from './routing/gateway.ts';

export type Rights = 'answer' | 'originate' | 'retrieve' | 'barge';

/** One phone's seat on a line. */
export type Member = {
  readonly name: string;
  /** Id of the device in `Directory.devices`. */
  readonly device: string;
  /** Milliseconds after the offer at which this member starts to ring; 0: at once. */
  readonly ringAfterMs: number;
  readonly rights: readonly Rights[];
  /** All its calls are exclusive: others are not shown whom it speaks to, and do not retrieve what it holds. */
  readonly isPrivate?: boolean;
};

/** How a call is offered to the members: all at once, or step by step, each for some time. */
export type Offering =
  | { readonly type: 'parallel' }
  | { readonly type: 'serial'; readonly steps: readonly SerialStep[] };

export type SerialStep = { readonly members: readonly string[]; readonly ms: number };

/** A number and those who share it. An ordinary extension is a line with one member. */
export type Line = {
  readonly number: string;
  readonly name: string;
  readonly mode: 'single' | 'replicated';
  readonly appearances: number;
  readonly offering: Offering;
  readonly members: readonly Member[];
  /** The call is refused with 'no answer', or forwarded, after that time. */
  readonly noAnswerMs: number;
  /** A member with that many calls of this line counts as busy; absent: its phone decides. */
  readonly callsPerMember?: number;
  /** Whether a call that a member holds counts among those. Absent: it does. */
  readonly countsHeld?: boolean;
  /** A call that finds all appearances used; absent: 'busy'. 'ring': it is offered all the same, and has no lamp. */
  readonly whenFull?: 'busy' | 'ring';
  /** Calls that it may have at a time, in and out, emergencies besides; absent: as many as come. */
  readonly callsMax?: number;
  /** Name of the search space that calls from it dial in, before that of the device. Absent: the device's. */
  readonly search?: string;
  /** Where calls go that it is not to have; absent: nowhere. Members may say otherwise. */
  readonly forward?: GivenForwards;
  /** It takes no calls: they find it busy. Absent: it does. */
  readonly isDnd?: boolean;
  /** Devices, besides its members', that may see what it does (busy lamps); absent: none. */
  readonly watchers?: 'all' | readonly string[];
  /** What they may do with calls that ring ('answer') and that are held ('retrieve'). Absent: nothing. */
  readonly watcherRights?: readonly Rights[];
  /** Id of the pickup group that its calls are in. Absent: none. */
  readonly pickupGroup?: string;
};

/** A telephone, browser or softphone: an account that may register several contacts. */
export type Device = {
  readonly id: string;
  /** User part of its own address of record and digest user name. */
  readonly user: string;
  readonly name: string;
  /**
   * H(user:realm:password) per algorithm (RFC 7616 §3.4.2), lower-case hex. Undefined: it has no
   * password, never challenged, and let in from `acceptFrom` only.
   */
  readonly ha1: { readonly md5: string; readonly sha256: string } | undefined;
  /** Requests of this user from these networks (CIDR) are not challenged. */
  readonly acceptFrom: readonly string[];
  /** Numbers of the lines that it is a member of, the one it calls from first. */
  readonly lines: readonly string[];
  /** Name of the search space that it dials in, after that of the line. */
  readonly search?: string;
  /** Calls that it may have at a time, emergencies besides; absent: as many as any device may have. */
  readonly callsMax?: number;
};

/** Where a pattern of the route plan leads. `waits`: more digits may come, even after a first INVITE. */
export type RouteTarget =
  /** To the line or user of that number; absent: of the number that it is after its transformation. */
  | { readonly type: 'line'; readonly number?: string; readonly waits?: true }
  /** Out of the network, by the route list of that name. */
  | { readonly type: 'list'; readonly list: string; readonly waits?: true };

export type Directory = {
  /** By number. */
  readonly lines: ReadonlyMap<string, Line>;
  /** By device id. */
  readonly devices: ReadonlyMap<string, Device>;
  /** By digest user name. */
  readonly users: ReadonlyMap<string, Device>;
  readonly gateways: ReadonlyMap<string, Gateway>;
  /** By number. No line or user has the number of one. */
  readonly hunts: ReadonlyMap<string, Hunt>;
  /** Nothing else has the number of one. */
  readonly orbits: Orbits;
  /** By id. */
  readonly pickupGroups: ReadonlyMap<string, PickupGroup>;
  /** By name. */
  readonly routeLists: ReadonlyMap<string, RouteList>;
  readonly routePlan: RoutePlan<RouteTarget>;
  /** How long more digits are waited for where there may be some. */
  readonly interDigitMs: number;
  readonly features: FeatureCodes;
  /** What is left of it to a manager that is cut off from its cluster (`isolation.ts`). */
  readonly isIsolated?: true;
};

/** How long, unless the directory says: people look at a number while they dial it. */
export const INTER_DIGIT_MS = 4000;

/** Partitions, search spaces and countries of a directory that has none. */
export const NO_ROUTE_PLAN: RoutePlan<RouteTarget> = {
  partitions: new Map(),
  spaces: new Map(),
  countries: new Map(),
};
