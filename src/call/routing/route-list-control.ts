/**
 * Route list control: one call's way out of the network, through one of the gateways of a list (US
 * 8,199,898; claims 4, 20, 39, 53).
 *
 * Call control gives it the request, as it would to a line control process. It asks one gateway after
 * the other until one has something for the caller to hear; from then on that one has the call, and what
 * becomes of it is final. A gateway that nobody keeps at the moment, its manager having died, is awaited
 * when no other is left. An emergency call goes on to the next gateway whatever the last one said of it.
 */
import type { Home, Pid } from '../../process/pid.ts';
import { isGone } from '../../process/pid.ts';
import type { Cause } from '../cause.ts';
import { EXIT, type Out, start, stop, tell } from '../effects.ts';
import type { RefusalCode } from '../refusal-codes.ts';
import type { CallRequest, CallSignal, LegRef } from '../signals.ts';
import { addressed, callAt } from './call-at-gateway.ts';

/** What does not change: how the call is to leave, and how gateways are found. */
export type RouteListing = {
  readonly name: string;
  /** Ids in the order in which they are to be tried. Never empty. */
  readonly gateways: readonly string[];
  /** The number as the pattern makes it. */
  readonly number: string;
  readonly callerId?: string;
  readonly isEmergency: boolean;
  /** Who keeps a gateway, as far as is known here. */
  readonly keeperOf: (gateway: string) => Pid | undefined;
  /** Whom to ask when nobody does. */
  readonly gatewayManager: Pid;
};

/** What came of asking a gateway. */
export type Try = { readonly gateway: string; readonly cause: Cause; readonly code?: RefusalCode };

type Common = {
  readonly request: CallRequest;
  readonly control: Pid;
  /** Gateways that have not been asked. */
  readonly left: readonly string[];
  /** Gateways that nobody kept when it was their turn, and which are awaited. */
  readonly lost: readonly Lost[];
  /** Whether the time for those runs, or is over. */
  readonly patience: 'not needed' | 'running' | 'over';
  readonly tries: readonly Try[];
};

type Lost = { readonly gateway: string; readonly gone?: Pid };

export type RouteListControl =
  | { readonly state: 'new' }
  /** `keeper` has been asked. */
  | (Common & { readonly state: 'hunting'; readonly gateway: string; readonly keeper: Pid })
  | (Common & { readonly state: 'awaiting' })
  /** The caller has heard of the far end: no other gateway is asked. */
  | (Common & { readonly state: 'ringing'; readonly gateway: string; readonly keeper: Pid })
  /** Answered: it only passes on what call control has to say. */
  | {
      readonly state: 'passed';
      readonly call: string;
      readonly control: Pid;
      readonly holder: LegRef;
      readonly gateway: string;
      readonly tries: readonly Try[];
    }
  /** `cause`: nobody took it. */
  | { readonly state: 'over'; readonly tries: readonly Try[]; readonly cause?: Cause };

type Asking = Extract<RouteListControl, { state: 'hunting' | 'ringing' }>;

export type RouteEvent =
  | { readonly type: 'signal'; readonly signal: CallSignal; readonly from: Pid }
  | { readonly type: 'timer'; readonly timer: string }
  | { readonly type: 'down'; readonly gone: Pid | Home };

export const NEW_ROUTE: RouteListControl = { state: 'new' };

/** How long gateways that nobody keeps are awaited, in all. */
const LOCATING_MS = 2000;
const LOCATING = 'locating';
/** Timer C (RFC 3261 §16.6 item 11): how long a gateway may go without a word. */
const SILENCE_MS = 181_000;
const SILENCE = 'silence';

/** Refusals after which another gateway may do better: those of the way, not of who is called. */
const NEXT_GATEWAY: ReadonlySet<Cause> = new Set([
  'unreachable',
  'overload',
  'internal failure',
  'no gateway',
]);

/** Of what the caller's phone offers, the gateway may have nothing: another one may have more. */
const NO_CODEC: RefusalCode = 'LW-3204';

/** The machine: the hunt after `event`; appends to `out` what is to be done. */
export function stepRoute(
  route: RouteListControl,
  event: RouteEvent,
  listing: RouteListing,
  out: Out,
): RouteListControl {
  switch (route.state) {
    case 'new':
      return inNew(route, event, listing, out);
    case 'hunting':
      return inHunting(route, event, listing, out);
    case 'awaiting':
      return inAwaiting(route, event, listing, out);
    case 'ringing':
      return inRinging(route, event, out);
    case 'passed':
      return inPassed(route, event, out);
    case 'over':
      return route;
  }
}

function inNew(
  route: RouteListControl,
  event: RouteEvent,
  listing: RouteListing,
  out: Out,
): RouteListControl {
  if (event.type !== 'signal') return route;
  if (event.signal.type === 'callWithdraw') return over([], undefined, out);
  if (event.signal.type !== 'callRequest') return route;
  const { signal, from } = event;
  return next(
    {
      request: signal,
      control: from,
      left: listing.gateways,
      lost: [],
      patience: 'not needed',
      tries: [],
    },
    listing,
    out,
  );
}

function inHunting(
  route: Extract<RouteListControl, { state: 'hunting' }>,
  event: RouteEvent,
  listing: RouteListing,
  out: Out,
): RouteListControl {
  const { request, keeper, gateway, control } = route;
  switch (event.type) {
    case 'signal': {
      const { signal, from } = event;
      if (from === control && signal.type === 'callWithdraw')
        return giveUp(route, signal.cause, out);
      if (from !== keeper) return hearLocated(route, signal);
      switch (signal.type) {
        case 'callAlert':
          out.push(tell(control, addressed(signal, request.call)));
          out.push(start(SILENCE, SILENCE_MS));
          return { ...route, state: 'ringing' };
        case 'callProceed':
          return pass(route, signal, out);
        case 'callRefuse':
          out.push(stop(SILENCE));
          return goOn(route, signal.cause, listing, out, signal.code);
        default:
          return route;
      }
    }
    case 'timer':
      if (event.timer === LOCATING) return { ...route, patience: 'over' };
      out.push(tell(keeper, withdrawal(callAt(keeper, request), 'no answer')));
      return goOn(route, 'unreachable', listing, out);
    case 'down': {
      if (isGone(control, event.gone)) return giveUp(route, 'internal failure', out);
      if (!isGone(keeper, event.gone)) return route;
      // It may be out of reach only, and must not ring anybody any more.
      out.push(tell(keeper, withdrawal(callAt(keeper, request), 'internal failure')));
      out.push(stop(SILENCE));
      const lost = [...route.lost, { gateway, gone: keeper }];
      const tries = [...route.tries, { gateway, cause: 'internal failure' as const }];
      return next({ ...route, lost, tries }, listing, out);
    }
  }
}

/** A gateway that was lost has a keeper again, while another one is asked: it is left for later. */
function hearLocated(
  route: Extract<RouteListControl, { state: 'hunting' }>,
  signal: CallSignal,
): RouteListControl {
  if (signal.type !== 'gatewayLocated') return route;
  if (!route.lost.some(({ gateway }) => gateway === signal.gateway)) return route;
  const lost = route.lost.filter(({ gateway }) => gateway !== signal.gateway);
  return { ...route, lost, left: [...route.left, signal.gateway] };
}

function inAwaiting(
  route: Extract<RouteListControl, { state: 'awaiting' }>,
  event: RouteEvent,
  listing: RouteListing,
  out: Out,
): RouteListControl {
  const { control } = route;
  switch (event.type) {
    case 'signal': {
      const { signal, from } = event;
      if (from === control && signal.type === 'callWithdraw')
        return over(route.tries, undefined, out);
      if (signal.type !== 'gatewayLocated') return route;
      const { gateway, keeper } = signal;
      if (!route.lost.some((lost) => lost.gateway === gateway)) return route;
      const lost = route.lost.filter((each) => each.gateway !== gateway);
      return ask({ ...route, lost }, gateway, keeper, listing, out);
    }
    case 'timer':
      return next({ ...route, patience: 'over' }, listing, out);
    case 'down':
      return isGone(control, event.gone) ? over(route.tries, undefined, out) : route;
  }
}

function inRinging(
  route: Extract<RouteListControl, { state: 'ringing' }>,
  event: RouteEvent,
  out: Out,
): RouteListControl {
  const { request, keeper, gateway, control } = route;
  switch (event.type) {
    case 'signal': {
      const { signal, from } = event;
      if (from === control && signal.type === 'callWithdraw')
        return giveUp(route, signal.cause, out);
      if (from !== keeper) return route;
      switch (signal.type) {
        case 'callAlert':
          out.push(tell(control, addressed(signal, request.call)));
          out.push(start(SILENCE, SILENCE_MS));
          return route;
        case 'callProceed':
          return pass(route, signal, out);
        case 'callRefuse':
          return refuse(
            { ...route, tries: [...route.tries, { gateway, cause: signal.cause }] },
            signal.cause,
            out,
          );
        default:
          return route;
      }
    }
    case 'timer':
      if (event.timer === LOCATING) return route;
      out.push(tell(keeper, withdrawal(callAt(keeper, request), 'no answer')));
      return refuse(route, 'no answer', out);
    case 'down':
      if (isGone(control, event.gone)) return giveUp(route, 'internal failure', out);
      return isGone(keeper, event.gone) ? refuse(route, 'internal failure', out) : route;
  }
}

function inPassed(
  route: Extract<RouteListControl, { state: 'passed' }>,
  event: RouteEvent,
  out: Out,
): RouteListControl {
  const { control, holder, tries } = route;
  if (event.type === 'down')
    return isGone(control, event.gone) ? over(tries, undefined, out) : route;
  if (event.type !== 'signal' || event.from !== control) return route;
  const { signal } = event;
  // The answer crossed the caller's end: nobody else tells who has answered.
  if (signal.type === 'callWithdraw')
    out.push(tell(holder.pid, withdrawal(holder.call, signal.cause)));
  if (signal.type === 'callWithdraw' || signal.type === 'callEnded')
    return over(tries, undefined, out);
  return route;
}

/** What the last gateway said may be its own trouble, or is the called party's last word. */
function goOn(
  route: Asking,
  cause: Cause,
  listing: RouteListing,
  out: Out,
  code?: RefusalCode,
): RouteListControl {
  const coded = code === undefined ? {} : { code };
  const tries = [...route.tries, { gateway: route.gateway, cause, ...coded }];
  const isFinal = !NEXT_GATEWAY.has(cause) && code !== NO_CODEC && !listing.isEmergency;
  return isFinal
    ? refuse({ ...route, tries }, cause, out)
    : next({ ...route, tries }, listing, out);
}

/** Asks the next gateway that somebody keeps; or awaits one; or there is none. */
function next(route: Common, listing: RouteListing, out: Out): RouteListControl {
  const lost = [...route.lost];
  for (let at = 0; at < route.left.length; at++) {
    const gateway = route.left[at];
    if (gateway === undefined) continue;
    const keeper = listing.keeperOf(gateway);
    if (keeper !== undefined)
      return ask({ ...route, left: route.left.slice(at + 1), lost }, gateway, keeper, listing, out);
    lost.push({ gateway });
  }
  const rest = { ...route, left: [], lost };
  if (lost.length === 0 || route.patience === 'over') return exhaust(rest, out);
  for (const each of lost)
    out.push(tell(listing.gatewayManager, { type: 'gatewayLocate', ...each }));
  if (route.patience === 'not needed') out.push(start(LOCATING, LOCATING_MS));
  return { ...common(rest), state: 'awaiting', patience: 'running' };
}

function ask(
  route: Common,
  gateway: string,
  keeper: Pid,
  { number, callerId, isEmergency }: RouteListing,
  out: Out,
): RouteListControl {
  const { request, control } = route;
  out.push(
    tell(keeper, {
      ...request,
      call: callAt(keeper, request),
      dialled: number,
      control,
      ...(callerId === undefined ? {} : { callerId }),
      ...(isEmergency ? { isEmergency } : {}),
    }),
  );
  out.push(start(SILENCE, SILENCE_MS));
  return { ...common(route), state: 'hunting', gateway, keeper };
}

/** The lists differ in length only: what has been added by a state must not live on in the next. */
function common({ request, control, left, lost, patience, tries }: Common): Common {
  return { request, control, left, lost, patience, tries };
}

function pass(
  route: Asking,
  signal: Extract<CallSignal, { type: 'callProceed' }>,
  out: Out,
): RouteListControl {
  const { request, control, gateway, tries, patience } = route;
  out.push(tell(control, addressed(signal, request.call)));
  out.push(stop(SILENCE));
  if (patience === 'running') out.push(stop(LOCATING));
  // Not the request: an offer need not be remembered for as long as people talk.
  return { state: 'passed', call: request.call, control, holder: signal.from, gateway, tries };
}

/** Nobody took it. The caller hears that all lines are in use, if some gateway said so; of codecs, if that is all. */
function exhaust(route: Common, out: Out): RouteListControl {
  const tries = route.tries.filter(({ code }) => code !== NO_CODEC);
  if (tries.length === 0 && route.tries.length > 0 && route.lost.length === 0)
    return refuse(route, 'not acceptable', out, NO_CODEC);
  const said = tries.findLast(({ cause }) => !NEXT_GATEWAY.has(cause))?.cause;
  if (said !== undefined) return refuse(route, said, out);
  return tries.some(({ cause }) => cause === 'overload')
    ? refuse(route, 'overload', out, 'LW-3202')
    : refuse(route, 'no gateway', out, 'LW-3201');
}

function refuse(
  { request, control, tries }: Common,
  cause: Cause,
  out: Out,
  code?: RefusalCode,
): RouteListControl {
  const gateway = tries.at(-1)?.gateway;
  const coded = code === undefined ? {} : { code };
  const asked = gateway === undefined ? {} : { gateway };
  out.push(tell(control, { type: 'callRefuse', call: request.call, cause, ...coded, ...asked }));
  return over(tries, cause, out);
}

function giveUp(route: Asking, cause: Cause, out: Out): RouteListControl {
  out.push(tell(route.keeper, withdrawal(callAt(route.keeper, route.request), cause)));
  return over(route.tries, undefined, out);
}

/** `cause` undefined: it was taken, or nobody wants it any more. */
function over(tries: readonly Try[], cause: Cause | undefined, out: Out): RouteListControl {
  out.push(EXIT);
  return { state: 'over', tries, ...(cause === undefined ? {} : { cause }) };
}

function withdrawal(call: string, cause: Cause): CallSignal {
  return { type: 'callWithdraw', call, cause };
}
