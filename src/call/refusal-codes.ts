/**
 * The refusals that have a code: what a user can meet, and an administrator looks up. Code and title are the
 * same in the log, in what the caller's phone is told (`Reason`, `Warning`) and on the command line;
 * docs/refusals.md says what each means and what to do, and a test compares.
 *
 * LW-30xx: digit analysis and rights to dial. LW-32xx: route lists and gateways. LW-34xx: features that move
 * calls, and services that are dialled. A code is never used again for something else.
 */
import type { Cause } from './cause.ts';

export type Refusal = {
  /** What the caller hears: SIP status and Q.850 cause follow from it. */
  readonly cause: Cause;
  /** A few words, the same for every call that meets it: no number or name stands in it. */
  readonly title: string;
};

export const REFUSALS = {
  'LW-3001': { cause: 'unknown number', title: 'unknown number' },
  'LW-3002': { cause: 'forbidden', title: 'blocked by the route plan' },
  'LW-3003': { cause: 'forbidden', title: 'outside the search space' },
  'LW-3004': { cause: 'address incomplete', title: 'no route: digits are missing' },
  'LW-3005': { cause: 'loop', title: 'translations go round in a circle' },
  'LW-3006': { cause: 'unknown number', title: 'number too long after its transformation' },
  'LW-3007': { cause: 'unknown number', title: 'not an address of ours' },
  'LW-3008': { cause: 'no device', title: 'no phone is registered' },
  'LW-3009': { cause: 'loop', title: 'too many hops' },
  'LW-3010': { cause: 'overload', title: 'the phone has as many calls as it may have' },
  'LW-3011': { cause: 'draining', title: 'the manager takes no new calls' },
  'LW-3012': { cause: 'cut off', title: 'the manager is cut off from its cluster' },
  'LW-3013': { cause: 'overload', title: 'the line has as many calls as it may have' },
  'LW-3201': { cause: 'no gateway', title: 'no gateway took the call' },
  'LW-3202': { cause: 'overload', title: 'all lines of the gateways are in use' },
  'LW-3203': { cause: 'overload', title: 'the gateway has as many calls as it may have' },
  'LW-3204': { cause: 'not acceptable', title: 'no codec in common with the gateway' },
  'LW-3401': { cause: 'loop', title: 'forwards go round in a circle' },
  'LW-3402': { cause: 'loop', title: 'forwarded too often' },
  'LW-3403': { cause: 'forbidden', title: 'forwarded to a number that the line may not call' },
  'LW-3404': { cause: 'unknown number', title: 'forwarded to a number that is none' },
  'LW-3405': { cause: 'busy', title: 'do not disturb' },
  'LW-3406': { cause: 'overload', title: 'the setting could not be kept' },
  'LW-3421': { cause: 'no answer', title: 'nobody of the hunt answered' },
  'LW-3422': { cause: 'busy', title: 'all lines of the hunt are busy' },
  'LW-3423': { cause: 'loop', title: 'hunts lead back to where they began' },
  'LW-3424': { cause: 'no device', title: 'no phone of the hunt is registered' },
  'LW-3425': {
    cause: 'forbidden',
    title: 'a hunt leads no call from outside to an emergency number',
  },
  'LW-3441': { cause: 'no device', title: 'nothing is parked there' },
  'LW-3442': { cause: 'busy', title: 'a call is parked there already' },
  'LW-3443': { cause: 'overload', title: 'all orbits are taken' },
  'LW-3444': { cause: 'overload', title: 'the orbit was not to be had in time' },
  'LW-3445': { cause: 'forbidden', title: 'a call is transferred to this code, not dialled' },
  'LW-3446': { cause: 'forbidden', title: 'orbits are not for calls from outside' },
  'LW-3447': { cause: 'not acceptable', title: 'the parked phone did not take the call' },
  'LW-3461': { cause: 'no device', title: 'nothing rings in the pickup group' },
  'LW-3462': { cause: 'busy', title: 'somebody else was first to pick up' },
  'LW-3463': { cause: 'forbidden', title: 'the line is in no pickup group' },
  'LW-3464': { cause: 'forbidden', title: 'the line may not pick up from that group' },
  'LW-3465': { cause: 'forbidden', title: 'the line may not answer calls' },
  'LW-3466': { cause: 'overload', title: 'not all lines of the group could be asked' },
  'LW-3481': { cause: 'no device', title: 'no call waits there' },
  'LW-3482': { cause: 'busy', title: 'the call is not to be had' },
  'LW-3483': { cause: 'forbidden', title: 'the call is not for this phone' },
  'LW-3484': { cause: 'unreachable', title: 'the line could not be asked' },
  'LW-3485': { cause: 'appearance taken', title: 'another has that appearance' },
  'LW-3486': { cause: 'forbidden', title: 'the phone may not have that appearance' },
  'LW-3487': { cause: 'overload', title: 'the appearance was not to be had in time' },
  'LW-3488': { cause: 'released', title: 'the phone has given that appearance up' },
} as const satisfies Readonly<Record<string, Refusal>>;

export type RefusalCode = keyof typeof REFUSALS;

/** Whether text that came from another manager is a code of this release. */
export function isRefusalCode(text: unknown): text is RefusalCode {
  return typeof text === 'string' && Object.hasOwn(REFUSALS, text);
}

/** `LW-3001 unknown number`. */
export function formatRefusal(code: RefusalCode): string {
  return `${code} ${REFUSALS[code].title}`;
}
