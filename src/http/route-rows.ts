/** The route plan, and how one number goes through it, as the API and the command line show them. */
import type { Round } from '../call/dial-plan/explanation.ts';

/** A pattern as it is written. */
export type RouteRow = {
  readonly partition: string;
  readonly pattern: string;
  /** `line`, `line 2001`, `list london`, `block forbidden`, `translate to staff`. */
  readonly leadsTo: string;
  /** `strip 2, prefix +44`; '' for none. */
  readonly digits: string;
  /** The number shown, or its form; '' for the caller's own. */
  readonly callerId: string;
  /** `emergency`, `urgent`, `overlap`; when it counts: `office`, `not office`. */
  readonly marks: readonly string[];
  /** Search spaces that have the partition. */
  readonly search: readonly string[];
};

/** Who dials, and with which rights. */
export type RouteCaller = {
  readonly kind: 'line' | 'device' | 'gateway';
  /** Of a gateway ''. */
  readonly line: string;
  readonly device: string;
  /** Its number as those it calls see it. */
  readonly number: string;
  /** Search spaces in their order, each with where it comes from. */
  readonly spaces: readonly { readonly name: string; readonly of: string }[];
};

/** One walk through search spaces: the caller's; emergency patterns, which all phones have; all there are. */
export type RouteWalk = {
  readonly why: 'caller' | 'emergency' | 'everything';
  readonly rounds: readonly (Round & {
    /** What the winner leads to, as in `RouteRow`; '' without one. */
    readonly leadsTo: string;
  })[];
};

/** A gateway of the list that the number leads to, in the list's order. */
export type RouteGateway = {
  readonly gateway: string;
  /** Place of its group in the list, from 1, and how that spreads its calls. */
  readonly group: number;
  readonly spread: string;
  /** What is known of it: `kept by manager-a`. */
  readonly state: string;
  /** Whether a call would be sent there: `first`, `if those before have no way`, or why not: `no: 30 of 30 calls are up`. */
  readonly taken: string;
};

/** A line of the hunt that the number leads to, in the hunt's order. */
export type RouteHuntLine = {
  readonly number: string;
  /** `for 15 s`, `with the others`. */
  readonly rings: string;
  readonly state: string;
};

/** A line whose calls the code picks up, and its pickup group. */
export type RoutePickupLine = {
  readonly group: string;
  readonly number: string;
  readonly state: string;
};

/** Where a hunt leads when nobody takes the call, and what comes of that. */
export type RouteFollow = {
  readonly when: 'busy' | 'no answer';
  readonly to: string;
  readonly verdict: string;
};

/** A forward that the call would meet, or meets where nobody takes it. */
export type RouteForward = {
  readonly line: string;
  readonly when: 'all' | 'busy' | 'no answer' | 'unreachable' | 'do not disturb';
  /** As dialled from the line; '': nowhere. */
  readonly to: string;
  /** `line 2009`, `leaves as +442079460018 by list london`, `hunt 2900`, or a refusal. */
  readonly leadsTo: string;
};

export type RouteTest = {
  readonly dialled: string;
  readonly caller: RouteCaller;
  readonly walks: readonly RouteWalk[];
  readonly outcome:
    | { readonly type: 'line'; readonly number: string; readonly state: string }
    | {
        readonly type: 'list';
        readonly list: string;
        readonly number: string;
        readonly isEmergency: boolean;
        readonly gateways: readonly RouteGateway[];
      }
    | {
        readonly type: 'hunt';
        readonly number: string;
        readonly order: 'parallel' | 'serial' | 'circular';
        readonly lines: readonly RouteHuntLine[];
        readonly follows: readonly RouteFollow[];
      }
    | { readonly type: 'orbit'; readonly number: string; readonly state: string }
    | {
        readonly type: 'feature';
        readonly feature: string;
        readonly lines: readonly RoutePickupLine[];
      }
    | { readonly type: 'refused'; readonly code: string; readonly cause: string };
  /** Of the line that it goes to, and of those that this one forwards all to. */
  readonly forwards: readonly RouteForward[];
  /** The caller's number as the called side sees it. */
  readonly shownAs: string;
  /** Whether a phone that dials digit by digit is waited for, and everybody is. */
  readonly growth: 'none' | 'possible' | 'expected';
  /** One sentence for people. */
  readonly verdict: string;
};

/** Why there is none: `no line, device or gateway 'x'`. */
export type NoCaller = { readonly absent: string };
