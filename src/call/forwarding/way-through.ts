/**
 * Where a request goes in the end: as digit analysis says, and through the forwards of the lines that it
 * comes to on its way. Each is asked for with the rights of the line that forwards.
 */
import type { Host } from '../../process/process.ts';
import {
  type Destination,
  destinationOf,
  isFromOutside,
  leadOn,
  type Routing,
} from '../destination.ts';
import type { Analysis } from '../digit-analysis.ts';
import type { HuntLookup } from '../hunting/hunt-control.ts';
import { REFUSALS, type RefusalCode } from '../refusal-codes.ts';
import type { CallRequest, CallSignal } from '../signals.ts';
import { divert, type Onward, onwardOf, rightsOfLine } from './diversion.ts';
import { type Forwards, forwardsOf } from './forwarding.ts';
import { LineSettings } from './line-settings.ts';

/** `request`: as it is when it gets there. */
export type Way = { readonly request: CallRequest; readonly destination: Destination };

const NOTHING_SET = new LineSettings();

/** As `destinationOf`. */
export function wayOf(
  request: CallRequest,
  routing: Routing,
  host: Host<CallSignal>,
  isAll: boolean,
): Way {
  return through(request, destinationOf(request, routing, host, isAll), routing, host);
}

/** Where a line, or one of its phones, sends the call on to. */
export function wayOnward(
  request: CallRequest,
  onward: Onward,
  routing: Routing,
  host: Host<CallSignal>,
): Way {
  const { directory, digits } = routing;
  const { number, by, to } = onward;
  const diverted = divert(request, onward, directory);
  if (typeof diverted === 'string') return refusal(request, diverted);
  // Whoever wants help dials it: nobody is sent there by a line.
  if (digits.isEmergency(to)) return refusal(request, 'LW-3403');
  const rights = { ...rightsOfLine(directory, number, by), number: diverted.from.number };
  if (isEmergency(digits.analyse(to, rights))) return refusal(request, 'LW-3403');
  const destination = destinationOf(diverted, routing, host, true, rights);
  if (destination.type === 'refused' && destination.number === undefined)
    return refusal(request, codeOnward(destination.code));
  const isShown = destination.type === 'list' && destination.divertedAs !== undefined;
  const asked = isShown ? withShown(diverted, destination.divertedAs) : diverted;
  return through(asked, destination, routing, host);
}

/**
 * How a call of that host finds the lines of a hunt, and where that leads when nobody takes it. A line of a hunt
 * that wants no calls, or has all of them elsewhere, is passed over; it forwards no call of the hunt.
 */
export function huntLookup(routing: Routing, host: Host<CallSignal>): HuntLookup {
  const { digits, hunts, directory, settings } = routing;
  return {
    steps: (hunt) => hunts.of(hunt),
    line: (number, request) => {
      const forwards = forwardsOf(directory, settings, number);
      const isAway = forwards?.isDnd === true || forwards?.all !== undefined;
      if (isAway && request.isEmergency !== true) return { type: 'refused', cause: 'busy' };
      const caller = { spaces: [], number: request.from.number, isOutside: false };
      return leadOn(digits.locate(number), request, caller, routing, host);
    },
    dialled: (request, { search }) => {
      if (request.hops <= 0) return refusal(request, 'LW-3009');
      const spaces = search === undefined ? [] : [search];
      const caller = { spaces, number: request.from.number, isOutside: false };
      const analysis = digits.analyse(request.dialled, caller);
      // Who is in the house may dial that, so a hunt may for it; nobody else has himself connected by one.
      if (isEmergency(analysis) && isFromOutside(request, directory))
        return refusal(request, 'LW-3425');
      return through(request, leadOn(analysis, request, caller, routing, host), routing, host);
    },
  };
}

/** Of an emergency call only forwards count that the directory has, and none of them at once. */
function through(
  given: CallRequest,
  destination: Destination,
  routing: Routing,
  host: Host<CallSignal>,
): Way {
  const request = isEmergency(destination) ? { ...given, isEmergency: true } : given;
  const number = numberOf(destination);
  const settings = request.isEmergency ? NOTHING_SET : routing.settings;
  const forwards = number && forwardsOf(routing.directory, settings, number);
  if (!forwards) return { request, destination };
  // It comes back to who has parked it, and waits on where it is if that is in vain.
  if (request.isDirect)
    return forwards.isDnd ? refusal(request, 'LW-3405') : { request, destination };
  const onward = request.isEmergency ? undefined : atOnce(forwards, request);
  if (onward === 'LW-3405') return refusal(request, onward);
  const isAway = destination.type === 'refused';
  const next = onward ?? (isAway ? onwardOf(forwards.number, forwards, 'no device') : undefined);
  if (next !== undefined) return wayOnward(request, next, routing, host);
  const { patienceMs } = forwards;
  return {
    request: patienceMs === undefined ? request : { ...request, patienceMs },
    destination: withForwards(destination, forwards),
  };
}

function isEmergency(found: Destination | Analysis): boolean {
  return 'isEmergency' in found && found.isEmergency === true;
}

/** What a line does with every call: but whom it sends its calls to gets through to it. */
function atOnce(
  { number, all, busy, isDnd }: Forwards,
  { diversions, byLine, from }: CallRequest,
): Onward | 'LW-3405' | undefined {
  const isTarget = all !== undefined && (all.to === byLine || all.to === from.number);
  if (all !== undefined && !(isTarget && diversions === undefined))
    return { number, reason: 'all', ...all };
  if (!isDnd) return undefined;
  return busy === undefined ? 'LW-3405' : { number, reason: 'do not disturb', ...busy };
}

/** The line of ours that it is about. */
function numberOf(destination: Destination): string | undefined {
  switch (destination.type) {
    case 'line':
    case 'locating':
    case 'lines':
      return destination.line.number;
    case 'refused':
      return destination.number;
    default:
      return undefined;
  }
}

function withForwards(destination: Destination, forwards: Forwards): Destination {
  switch (destination.type) {
    case 'line':
    case 'locating':
      return { ...destination, line: { ...destination.line, forwards } };
    case 'lines':
      return { ...destination, forwards };
    default:
      return destination;
  }
}

/** The last who has sent it on is seen so. */
function withShown(request: CallRequest, shown: string | undefined): CallRequest {
  const { diversions = [] } = request;
  const last = diversions.at(-1);
  if (last === undefined || shown === undefined) return request;
  return { ...request, diversions: [...diversions.slice(0, -1), { ...last, shown }] };
}

/** The caller has dialled another number: what is wrong is the forward. */
function codeOnward(code: RefusalCode | undefined): RefusalCode {
  if (code === 'LW-3009' || code === 'LW-3446') return code;
  return code === 'LW-3002' || code === 'LW-3003' ? 'LW-3403' : 'LW-3404';
}

function refusal(request: CallRequest, code: RefusalCode): Way {
  return { request, destination: { type: 'refused', cause: REFUSALS[code].cause, code } };
}
