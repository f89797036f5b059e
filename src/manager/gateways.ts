/** What a manager shows of the gateways that it keeps. */
import type { GatewayRow } from '../http/gateway-rows.ts';
import type { Counters } from '../http/metrics.ts';
import { homeOf } from '../process/pid.ts';
import type { CallManager } from './call-manager.ts';
import { idOf } from './cluster-watch.ts';

/** A row for each gateway that a process of this manager keeps. */
export function gatewayRows(manager: CallManager): GatewayRow[] {
  const { nowMs } = manager.scheduler;
  const rows: GatewayRow[] = [];
  for (const { trunk, pid } of manager.devices.processes()) {
    if (trunk === undefined || trunk.keeper !== pid) continue;
    const { gateway, health, legs, guests } = trunk;
    const { breaker, registration, counters, failedAtMs } = health;
    rows.push({
      ...nobodys(gateway.id, gateway.uri, gateway.callsMax),
      manager: idOf(homeOf(pid)),
      breaker: breaker.state,
      calls: legs.size + guests.size,
      registration: gateway.registerS === undefined ? 'off' : registered(registration),
      pings: health.pings,
      lastPing: health.lastPing,
      lastFailure: health.lastFailure,
      failedAgoS: failedAtMs === undefined ? 0 : Math.round((nowMs - failedAtMs) / 1000),
      ...counters,
    });
  }
  return rows;
}

/** What is counted of them, at a scrape. */
export function gatewayCounters(manager: CallManager): Counters {
  const { calls, tries, failed, emergencies } = manager.processing.routeCounters;
  const rows = gatewayRows(manager);
  const of = (value: (row: GatewayRow) => number, among = rows): Record<string, number> =>
    Object.fromEntries(among.map((row) => [row.gateway, value(row)]));
  const registering = rows.filter(({ registration }) => registration !== 'off');
  return {
    gateway_calls: of((row) => row.calls),
    gateway_up: of((row) => (row.breaker === 'closed' ? 1 : 0)),
    gateway_registered: of((row) => (row.registration === 'registered' ? 1 : 0), registering),
    gateway_failures_total: of((row) => row.failures),
    gateway_route_lists_total: { calls, tries, failed, emergencies },
  };
}

/** As long as nobody says more of it. */
export function nobodys(gateway: string, uri: string, callsMax: number): GatewayRow {
  return {
    gateway,
    uri,
    manager: '',
    breaker: '',
    calls: 0,
    callsMax,
    registration: '',
    pings: 0,
    lastPing: '',
    lastFailure: '',
    failedAgoS: 0,
    tries: 0,
    answers: 0,
    failures: 0,
    refused: 0,
  };
}

/** Has the process that keeps `gateway`, if it is here, ask it for a sign of life. Within a turn. */
export function pingGateway(manager: CallManager, gateway: string): boolean {
  const keeper = manager.processing.gateways.keeper(gateway);
  if (keeper === undefined || homeOf(keeper) !== manager.cluster.home) return false;
  manager.scheduler.tell(manager.processing.gatewayManager, keeper, {
    type: 'gatewayPing',
    gateway,
  });
  return true;
}

function registered(
  registration: { readonly state: string } & { readonly status?: number },
): string {
  const { state, status = 0 } = registration;
  return state === 'waiting' ? `waiting after ${status}` : state;
}
