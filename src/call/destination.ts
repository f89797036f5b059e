/** Where call control takes a call request: digit analysis' answer, made into processes or a refusal. */
import { homeOf, type Pid } from '../process/pid.ts';
import type { Cause } from './cause.ts';
import type { DigitAnalysis } from './digit-analysis.ts';
import type { Directory, Line } from './directory.ts';
import { lineOfNumber } from './line-of-number.ts';
import { REFUSALS, type RefusalCode } from './refusal-codes.ts';
import { firstLcp, type LocalLcp } from './registration-table.ts';
import type { CallRequest } from './signals.ts';

export type Destination =
  | { readonly type: 'line'; readonly lcp: Pid; readonly line: SoughtLine }
  /** A replicated line: its processes, the one to go to first at the front. Never empty. */
  | { readonly type: 'lines'; readonly lcps: readonly Pid[]; readonly line: Line }
  /** A number that was controlled a moment ago, and is expected to be again. */
  | { readonly type: 'locating'; readonly line: SoughtLine }
  /** Gateway processes to try, one after the other, each with the number as it is sent there. Never empty. */
  | { readonly type: 'gateways'; readonly routes: readonly Route[] }
  | { readonly type: 'refused'; readonly cause: Cause; readonly code?: RefusalCode };

/** A number, and the line manager that can tell who controls it; the line itself, when it is replicated. */
export type SoughtLine = {
  readonly number: string;
  readonly manager: Pid;
  readonly replicated?: Line;
};

export type Route = { readonly gateway: Pid; readonly number: string };

/** What every call control of a manager shares. */
export type Routing = {
  readonly directory: Directory;
  readonly digits: DigitAnalysis;
  /** Gateway processes of this manager, by the gateway's id. */
  readonly gateways: ReadonlyMap<string, Pid>;
  /** This manager's. */
  readonly lineManager: Pid;
};

export function destinationOf(request: CallRequest, routing: Routing): Destination {
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
    case 'gateways': {
      // Toll fraud: what comes in from outside does not go out again at our expense.
      if (routing.directory.gateways.has(request.by)) return refused('LW-3003');
      const routes: Route[] = [];
      for (const { gateway, number } of analysis.routes) {
        const pid = routing.gateways.get(gateway);
        if (pid !== undefined) routes.push({ gateway: pid, number });
      }
      return routes.length === 0
        ? { type: 'refused', cause: 'unreachable' }
        : { type: 'gateways', routes };
    }
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
