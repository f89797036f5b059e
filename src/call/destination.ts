/** Where call control takes a call request: digit analysis' answer, made into processes or a refusal. */
import { homeOf, type Pid } from '../process/pid.ts';
import type { Host } from '../process/process.ts';
import type { Cause } from './cause.ts';
import type { Analysis, DigitAnalysis } from './digit-analysis.ts';
import type { Directory, Line } from './directory.ts';
import { lineOfNumber } from './line-of-number.ts';
import { REFUSALS, type RefusalCode } from './refusal-codes.ts';
import { firstLcp, type LocalLcp } from './registration-table.ts';
import type { CallRequest, CallSignal } from './signals.ts';

export type Destination =
  | { readonly type: 'line'; readonly lcp: Pid; readonly line: SoughtLine }
  /** A replicated line: its processes, the one to go to first at the front. Never empty. */
  | { readonly type: 'lines'; readonly lcps: readonly Pid[]; readonly line: Line }
  /** A number that was controlled a moment ago, and is expected to be again. */
  | { readonly type: 'locating'; readonly line: SoughtLine }
  /** Out of the network, by the gateways of a list: its route list control. */
  | { readonly type: 'list'; readonly routeList: Pid }
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
  /** Starts route list control for one call, within the turn of its call control. */
  readonly startRouteList: (host: Host<CallSignal>, way: WayOut) => Pid;
  /** This manager's. */
  readonly lineManager: Pid;
};

/** Where `request` goes to; `host` is that of its call control. */
export function destinationOf(
  request: CallRequest,
  routing: Routing,
  host: Host<CallSignal>,
): Destination {
  if (request.hops <= 0) return refused('LW-3009');
  const analysis = routing.digits.analyse(request.dialled);
  switch (analysis.type) {
    case 'line': {
      const lcp = firstLcp(analysis.location);
      const line = soughtLine(analysis.number, routing);
      // Its process has calls that are up still.
      if (line === undefined) return refused('LW-3001');
      if (analysis.location.mode === 'replicated' && line.replicated !== undefined) {
        const { lcps } = analysis.location;
        return { type: 'lines', lcps: localFirst(lcps, routing), line: line.replicated };
      }
      return lcp === undefined ? { type: 'locating', line } : { type: 'line', lcp, line };
    }
    case 'locating': {
      const line = soughtLine(analysis.number, routing);
      return line === undefined ? refused('LW-3001') : { type: 'locating', line };
    }
    case 'list':
      // Toll fraud: what comes in from outside does not go out again at our expense.
      if (routing.directory.gateways.has(request.by)) return refused('LW-3003');
      return { type: 'list', routeList: routing.startRouteList(host, analysis) };
    case 'no device':
      return refused('LW-3008');
    case 'unknown':
      return refused('LW-3001');
    case 'incomplete':
      return refused('LW-3004');
  }
}

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
