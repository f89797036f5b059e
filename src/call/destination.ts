/** Where call control takes a call request: digit analysis' answer, made into processes or a refusal. */
import type { Pid } from '../process/pid.ts';
import type { Cause } from './cause.ts';
import type { DigitAnalysis } from './digit-analysis.ts';
import type { Directory } from './directory.ts';
import { firstLcp } from './registration-table.ts';
import type { CallRequest } from './signals.ts';

export type Destination =
  | { readonly type: 'line'; readonly lcp: Pid; readonly line: SoughtLine }
  /** A number that was controlled a moment ago, and is expected to be again. */
  | { readonly type: 'locating'; readonly line: SoughtLine }
  /** Gateway processes to try, one after the other, each with the number as it is sent there. Never empty. */
  | { readonly type: 'gateways'; readonly routes: readonly Route[] }
  | { readonly type: 'refused'; readonly cause: Cause };

/** A number, and the line manager that can tell who controls it. */
export type SoughtLine = { readonly number: string; readonly manager: Pid };

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
  if (request.hops <= 0) return refused('loop');
  const analysis = routing.digits.analyse(request.dialled);
  switch (analysis.type) {
    case 'line': {
      const lcp = firstLcp(analysis.location);
      const line = { number: analysis.number, manager: routing.lineManager };
      return lcp === undefined ? { type: 'locating', line } : { type: 'line', lcp, line };
    }
    case 'locating':
      return {
        type: 'locating',
        line: { number: analysis.number, manager: routing.lineManager },
      };
    case 'gateways': {
      // Toll fraud: what comes in from outside does not go out again at our expense.
      if (routing.directory.gateways.has(request.by)) return refused('forbidden');
      const routes: Route[] = [];
      for (const { gateway, number } of analysis.routes) {
        const pid = routing.gateways.get(gateway);
        if (pid !== undefined) routes.push({ gateway: pid, number });
      }
      return routes.length === 0 ? refused('unreachable') : { type: 'gateways', routes };
    }
    case 'no device':
      return refused('no device');
    case 'unknown':
      return refused('unknown number');
    case 'incomplete':
      return refused('address incomplete');
  }
}

function refused(cause: Cause): Destination {
  return { type: 'refused', cause };
}
