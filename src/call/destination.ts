/** Where call control takes a call request: digit analysis' answer, made into processes or a refusal. */
import { homeOf, type Pid } from '../process/pid.ts';
import type { Host } from '../process/process.ts';
import type { Cause } from './cause.ts';
import type { Analysis, Caller, DigitAnalysis } from './digit-analysis.ts';
import type { Directory, Line } from './directory.ts';
import type { Forwards } from './forwarding/forwarding.ts';
import type { LineSettings } from './forwarding/line-settings.ts';
import type { Hunt, HuntOrder } from './hunting/hunt.ts';
import { lineOfNumber } from './line/line-of-number.ts';
import { REFUSALS, type RefusalCode } from './refusal-codes.ts';
import { firstLcp, type LocalLcp } from './registration-table.ts';
import type { CallRequest, CallSignal, LegRef } from './signals.ts';

/** The caller's number, where the plan makes another of it. */
type Shown = {
  readonly callerId?: string;
  /** Dialled as an emergency number: the line is rung whatever it wants. */
  readonly isEmergency?: boolean;
};

export type Destination =
  | (Shown & { readonly type: 'line'; readonly lcp: Pid; readonly line: SoughtLine })
  /** A replicated line: its processes, the one to go to first at the front. Never empty. */
  | (Shown & {
      readonly type: 'lines';
      readonly lcps: readonly Pid[];
      readonly line: Line;
      readonly forwards?: Forwards;
    })
  /** A number that was controlled a moment ago, and is expected to be again. */
  | (Shown & { readonly type: 'locating'; readonly line: SoughtLine })
  /** A number at which calls are parked, and whose is there now. */
  | { readonly type: 'orbit'; readonly orbit: string; readonly parked?: LegRef }
  /** Out of the network, by the gateways of a list: its route list control. */
  | (Pick<Shown, 'isEmergency'> & {
      readonly type: 'list';
      readonly routeList: Pid;
      /** The list's name, and the number as the pattern makes it. */
      readonly list: string;
      readonly number: string;
      /** Of a call that a line of ours sends on: that line's number as the far end is to see it. */
      readonly divertedAs?: string;
    })
  /** Several lines. */
  | (Shown & { readonly type: 'hunt'; readonly hunt: Hunt })
  /** The number may be longer: more digits are waited for, and then it is asked for again. */
  | { readonly type: 'digits'; readonly withinMs: number }
  | {
      readonly type: 'refused';
      readonly cause: Cause;
      readonly code?: RefusalCode;
      /** Of a line of ours that has no phone. */
      readonly number?: string;
      readonly isEmergency?: boolean;
    };

/** A number, and the line manager that can tell who controls it; the line itself, when it is replicated. */
export type SoughtLine = {
  readonly number: string;
  readonly manager: Pid;
  readonly replicated?: Line;
  readonly forwards?: Forwards;
};

/** A way out of the network, as digit analysis has found it. */
export type WayOut = Extract<Analysis, { type: 'list' }>;

/** What every call control of a manager shares. */
export type Routing = {
  readonly directory: Directory;
  readonly digits: DigitAnalysis;
  readonly hunts: HuntOrder;
  /** What members have set for their lines. */
  readonly settings: LineSettings;
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
  caller: Caller = callerOf(request, routing.directory),
): Destination {
  if (request.hops <= 0) return refused('LW-3009');
  const { directory, digits } = routing;
  const analysis = request.isDirect
    ? digits.locate(request.dialled)
    : digits.analyse(request.dialled, caller);
  // What rings back rings phones.
  if (request.isDirect && analysis.type === 'hunt') return refused('LW-3001');
  const { growth } = analysis;
  const isAwaited = growth === 'expected' || (growth === 'possible' && request.isOverlap === true);
  if (isAwaited && !isAll) return { type: 'digits', withinMs: directory.interDigitMs };
  return leadOn(analysis, request, caller, routing, host);
}

/** What digit analysis has found for `request`, with the rights of `caller`, as processes. */
export function leadOn(
  analysis: Analysis,
  request: CallRequest,
  caller: Caller,
  routing: Routing,
  host: Host<CallSignal>,
): Destination {
  if (analysis.type === 'refused') return analysis;
  const { callerId, isEmergency = false } = analysis;
  const emergency = isEmergency ? EMERGENCY : NOTHING;
  const shown = callerId === undefined ? emergency : { callerId, ...emergency };
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
      return { ...leave(request, analysis, caller, routing, host), ...emergency };
    case 'hunt':
      return { type: 'hunt', hunt: analysis.hunt, ...shown };
    case 'orbit': {
      const { number: orbit, parked } = analysis;
      // Whichever line or hunt has led it there.
      if (isFromOutside(request, routing.directory)) return refused('LW-3446');
      return parked === undefined ? { type: 'orbit', orbit } : { type: 'orbit', orbit, parked };
    }
  }
}

/**
 * Out of the network. Of a call that a line of ours sends on, that line's number is what the far end is to see of
 * it; and of the caller too, unless that is one of ours or the gateway can tell the two apart.
 */
function leave(
  { diversions, byLine, dialled, isEmergency = false }: CallRequest,
  found: WayOut,
  caller: Caller,
  { digits, startRouteList }: Routing,
  host: Host<CallSignal>,
): Extract<Destination, { type: 'list' }> {
  // What a line sends on of an emergency call is one still.
  const way = isEmergency ? { ...found, isEmergency } : found;
  const last = diversions?.at(-1);
  const named = { type: 'list', list: way.list.name, number: way.number } as const;
  if (last === undefined || last.number !== byLine)
    return { ...named, routeList: startRouteList(host, way) };
  const own = digits.analyse(dialled, { ...caller, number: byLine });
  const divertedAs = own.type === 'list' ? own.callerId : undefined;
  const shown = divertedAs === undefined ? NOTHING : { divertedAs };
  const { callerId: _, ...bare } = way;
  const standIn = divertedAs === undefined ? bare : { ...bare, callerId: divertedAs };
  const asked = last.isPassedOn === true ? standIn : way;
  return { ...named, routeList: startRouteList(host, asked), ...shown };
}

const NOTHING = {};
const EMERGENCY = { isEmergency: true };

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

/** Whether a gateway has brought the call, whoever has sent it on since. */
export function isFromOutside(
  { by }: Pick<CallRequest, 'by'>,
  { gateways }: Pick<Directory, 'gateways'>,
): boolean {
  return gateways.has(by);
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
