/** The gateways that a number would leave by, in the order in which they are asked, and why one would not be. */
import type { RefusalCode } from '../call/refusal-codes.ts';
import type { RouteGroup, RouteList } from '../call/routing/gateway.ts';
import type { GatewayRow } from '../http/gateway-rows.ts';
import type { RouteGateway } from '../http/route-rows.ts';

/** How each gateway does now, by name; absent: nobody was asked. */
export type GatewayRows = ReadonlyMap<string, GatewayRow>;

const AGAIN = 'asked above';

/** `stateOf`: who keeps it; undefined: no manager is asked. */
export function gatewaysOf(
  { groups }: RouteList,
  isEmergency: boolean,
  stateOf: ((gateway: string) => string) | undefined,
  rows: GatewayRows | undefined,
): RouteGateway[] {
  const seen = new Set<string>();
  let isFirst = true;
  return groups.flatMap(({ spread, gateways }, at) => {
    const ids = gateways.map(({ gateway }) => gateway);
    const barred = new Map(ids.map((id) => [id, whyNot(id, isEmergency, rows)]));
    const open = ids.filter((id) => !seen.has(id) && barred.get(id) === undefined);
    const isAhead = !isFirst;
    if (open.length > 0) isFirst = false;
    return ids.map((gateway) => {
      const isAgain = seen.has(gateway);
      seen.add(gateway);
      const order = orderOf(spread, open, gateway, isAhead);
      const taken = isAgain ? AGAIN : (barred.get(gateway) ?? order);
      const state = stateOf?.(gateway) ?? 'no manager was asked';
      return { gateway, group: at + 1, spread, state, taken };
    });
  });
}

/** Undefined: it would have the call. An emergency is tried everywhere. */
function whyNot(
  gateway: string,
  isEmergency: boolean,
  rows: GatewayRows | undefined,
): string | undefined {
  const row = rows?.get(gateway);
  if (rows === undefined) return undefined;
  if (row === undefined || row.breaker === '') return 'no: its manager does not answer';
  if (isEmergency) return undefined;
  if (row.breaker === 'open') return `no: left alone after ${row.lastFailure || 'a failure'}`;
  if (row.calls >= row.callsMax) return `no: ${row.calls} of ${row.callsMax} calls are up`;
  return undefined;
}

/** `open`: those of the group that would have it. `isAhead`: so would some of a group before. */
function orderOf(
  spread: RouteGroup['spread'],
  open: readonly string[],
  gateway: string,
  isAhead: boolean,
): string {
  if (isAhead) return 'if the groups before have no way';
  if (open.length === 1) return 'first';
  if (spread === 'circular') return 'in turn';
  if (spread === 'weight') return 'by chance';
  return open[0] === gateway ? 'first' : 'if those before have no way';
}

const NO = 'no: ';
const FULL = / calls are up$/;

/** What the call hears if none of them would have it, as far as that is known; else undefined. */
export function refusalOf(gateways: readonly RouteGateway[]): RefusalCode | undefined {
  const barred = gateways.filter(({ taken }) => taken.startsWith(NO));
  const isOpen = gateways.some(({ taken }) => taken !== AGAIN && !taken.startsWith(NO));
  if (isOpen || barred.length === 0) return undefined;
  return barred.some(({ taken }) => FULL.test(taken)) ? 'LW-3202' : 'LW-3201';
}
