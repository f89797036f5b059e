/** Where call control takes a call request: digit analysis' answer, made into processes or a refusal. */
import { homeOf, type Pid } from '../process/pid.ts';
import type { Host } from '../process/process.ts';
import type { Cause } from './cause.ts';
import type { Analysis, Caller, DigitAnalysis } from './digit-analysis.ts';
import type { Directory, Line } from './directory.ts';
import type { Hunt, HuntOrder } from './hunting/hunt.ts';
import type { HuntLookup } from './hunting/hunt-control.ts';
import { lineOfNumber } from './line-of-number.ts';
import { REFUSALS, type RefusalCode } from './refusal-codes.ts';
import { firstLcp, type LocalLcp } from './registration-table.ts';
import type { CallRequest, CallSignal } from './signals.ts';

/** The caller's number, where the plan makes another of it. */
type Shown = { readonly callerId?: string };

export type Destination =
  | (Shown & { readonly type: 'line'; readonly lcp: Pid; readonly line: SoughtLine })
  /** A replicated line: its processes, the one to go to first at the front. Never empty. */
  | (Shown & { readonly type: 'lines'; readonly lcps: readonly Pid[]; readonly line: Line })
  /** A number that was controlled a moment ago, and is expected to be again. */
  | (Shown & { readonly type: 'locating'; readonly line: SoughtLine })
  /** Out of the network, by the gateways of a list: its route list control. */
  | { readonly type: 'list'; readonly routeList: Pid }
  /** Several lines. */
  | (Shown & { readonly type: 'hunt'; readonly hunt: Hunt })
  /** The number may be longer: more digits are waited for, and then it is asked for again. */
  | { readonly type: 'digits'; readonly withinMs: number }
  | { readonly type: 'refused'; readonly cause: Cause; readonly code?: RefusalCode };

/** A number, and the line manager that can tell who controls it; the line itself, when it is replicated. */
export type SoughtLine = {
  readonly number: string;
  readonly manager: Pid;
  readonly replicated?: Line;
};

/** A way out of the network, as digit analysis has found it. */
export type WayOut = Extract<Analysis, { type: 'list' }>;

/** What every call control of a manager shares. */
export type Routing = {
  readonly directory: Directory;
  readonly digits: DigitAnalysis;
  readonly hunts: HuntOrder;
  /** Starts route list control for one call, within the turn of its call control. */
  readonly startRouteList: (host: Host<CallSignal>, way: WayOut) => Pid;
  /** This manager's. */
  readonly lineManager: Pid;
};

/**
 * Where `request` goes to; `host` is that of its call control. `isAll`: no digits are to come, or none have come
 * in time; else a number that may be longer is waited for where that is called for.
 */
export function destinationOf(
  request: CallRequest,
  routing: Routing,
  host: Host<CallSignal>,
  isAll: boolean,
): Destination {
  if (request.hops <= 0) return refused('LW-3009');
  const { directory, digits } = routing;
  const analysis = digits.analyse(request.dialled, callerOf(request, directory));
  const { growth } = analysis;
  const isAwaited = growth === 'expected' || (growth === 'possible' && request.isOverlap === true);
  if (isAwaited && !isAll) return { type: 'digits', withinMs: directory.interDigitMs };
  return leadOn(analysis, routing, host);
}

/** What digit analysis has found, as processes. */
function leadOn(analysis: Analysis, routing: Routing, host: Host<CallSignal>): Destination {
  if (analysis.type === 'refused') return analysis;
  const { callerId } = analysis;
  const shown = callerId === undefined ? NOTHING : { callerId };
  switch (analysis.type) {
    case 'line': {
      const lcp = firstLcp(analysis.location);
      const line = soughtLine(analysis.number, routing);
      // Its process has calls that are up still.
      if (line === undefined) return refused('LW-3001');
      if (analysis.location.mode === 'replicated' && line.replicated !== undefined) {
        const { lcps } = analysis.location;
        return { type: 'lines', lcps: localFirst(lcps, routing), line: line.replicated, ...shown };
      }
      return lcp === undefined
        ? { type: 'locating', line, ...shown }
        : { type: 'line', lcp, line, ...shown };
    }
    case 'locating': {
      const line = soughtLine(analysis.number, routing);
      return line === undefined ? refused('LW-3001') : { type: 'locating', line, ...shown };
    }
    case 'list':
      return { type: 'list', routeList: routing.startRouteList(host, analysis) };
    case 'hunt':
      return { type: 'hunt', hunt: analysis.hunt, ...shown };
  }
}

/** How a call of that host finds the lines of a hunt, and where that leads when nobody takes it. */
export function huntLookup(routing: Routing, host: Host<CallSignal>): HuntLookup {
  const { digits, hunts } = routing;
  return {
    steps: (hunt) => hunts.of(hunt),
    line: (number) => leadOn(digits.locate(number), routing, host),
    dialled({ dialled, from, hops }, { search }) {
      if (hops <= 0) return refused('LW-3009');
      const spaces = search === undefined ? [] : [search];
      const caller = { spaces, number: from.number, isOutside: false };
      return leadOn(digits.analyse(dialled, caller), routing, host);
    },
  };
}

const NOTHING = {};

/** Undefined: the directory has no such number any more. */
function soughtLine(number: string, { directory, lineManager }: Routing): SoughtLine | undefined {
  const line = lineOfNumber(directory, number);
  if (line === undefined) return undefined;
  const sought = { number, manager: lineManager };
  return line.mode === 'replicated' ? { ...sought, replicated: line } : sought;
}

/** This manager's own process of the line, if it has one; then the oldest. */
function localFirst(lcps: readonly LocalLcp[], { lineManager }: Routing): readonly Pid[] {
  const home = homeOf(lineManager);
  const pids = lcps.map(({ lcp }) => lcp);
  const own = pids.find((lcp) => homeOf(lcp) === home);
  return own === undefined ? pids : [own, ...pids.filter((lcp) => lcp !== own)];
}

function refused(code: RefusalCode): Destination {
  return { type: 'refused', cause: REFUSALS[code].cause, code };
}

/**
 * Whose rights count: those of the line that causes the call, before those of its device; a gateway's only
 * when no line of ours has anything to do with it.
 */
export function callerOf(
  { by, byLine, from }: Pick<CallRequest, 'by' | 'byLine' | 'from'>,
  directory: Directory,
): Caller {
  const { number } = from;
  const gateway = byLine === undefined ? directory.gateways.get(by) : undefined;
  const line = byLine === undefined ? undefined : directory.lines.get(byLine)?.search;
  const place = gateway ?? directory.devices.get(by);
  const spaces = [line, place?.search].filter((space) => space !== undefined);
  return { spaces, number, isOutside: gateway !== undefined };
}
