/** Route list control in its place: a process beside its call's call control, and what it says in the log. */
import type { Log } from '../../base/log.ts';
import type { Home, Pid } from '../../process/pid.ts';
import type { Host, Process } from '../../process/process.ts';
import type { WayOut } from '../destination.ts';
import type { EffectBuffer } from '../effects.ts';
import type { CallSignal } from '../signals.ts';
import type { GatewayTable } from './gateway-table.ts';
import {
  NEW_ROUTE,
  type RouteEvent,
  type RouteListControl,
  type RouteListing,
  stepRoute,
} from './route-list-control.ts';
import type { RouteOrder } from './route-order.ts';

/** What every route list control of a manager shares. */
export type RouteListOptions = {
  readonly table: GatewayTable;
  readonly order: RouteOrder;
  readonly gatewayManager: Pid;
  readonly log: Log;
  /** Plain integers, for whoever reads them now and then. */
  readonly counters: RouteCounters;
  /** Used by one step at a time. */
  readonly out: EffectBuffer;
};

export type RouteCounters = {
  /** Calls that were to leave, gateways that were asked, and calls that none took. */
  calls: number;
  tries: number;
  failed: number;
  emergencies: number;
};

export class RouteListProcess implements Process<CallSignal> {
  readonly #host: Host<CallSignal>;
  readonly #listing: RouteListing;
  readonly #options: RouteListOptions;
  #route: RouteListControl = NEW_ROUTE;
  #call = '';

  constructor(host: Host<CallSignal>, listing: RouteListing, options: RouteListOptions) {
    this.#host = host;
    this.#listing = listing;
    this.#options = options;
  }

  receive(signal: CallSignal, from: Pid): void {
    if (signal.type === 'callRequest') this.#begin(signal.call, signal.from.number);
    this.#step({ type: 'signal', signal, from });
  }

  timeout(timer: string): void {
    this.#step({ type: 'timer', timer });
  }

  down(gone: Pid | Home): void {
    this.#step({ type: 'down', gone });
  }

  #begin(call: string, from: string): void {
    const { counters, log } = this.#options;
    this.#call = call;
    counters.calls++;
    if (!this.#listing.isEmergency) return;
    counters.emergencies++;
    const { name, number } = this.#listing;
    log.write('warn', 'EMERGENCY CALL', { call, from, number, list: name });
  }

  #step(event: RouteEvent): void {
    const { out } = this.#options;
    const before = this.#route;
    out.clear();
    this.#route = stepRoute(before, event, this.#listing, out);
    if (this.#route !== before) this.#tell(before, this.#route);
    out.perform(this.#host);
  }

  /** What the log says of a step. An emergency call is followed at a level that everybody reads. */
  #tell(before: RouteListControl, route: RouteListControl): void {
    const { counters, log } = this.#options;
    const { name, number, isEmergency } = this.#listing;
    const isAsked = route.state === 'hunting' && !isSame(before, route);
    if (isAsked) counters.tries++;
    const hasFailed = route.state === 'over' && route.cause !== undefined;
    if (hasFailed) counters.failed++;
    const level = isEmergency ? (hasFailed ? 'error' : 'warn') : 'debug';
    if (!isEmergency && !log.debugging) return;
    const common = { call: this.#call, list: name, number };
    if (isAsked) log.write(level, 'gateway asked', { ...common, gateway: route.gateway });
    else if (route.state === 'passed')
      log.write(level, 'gateway took the call', { ...common, gateway: route.gateway });
    else if (hasFailed)
      log.write(level, isEmergency ? 'EMERGENCY CALL FAILED' : 'no gateway took the call', {
        ...common,
        cause: route.cause,
        tried: route.tries.map(({ gateway, cause }) => `${gateway}: ${cause}`).join(', '),
      });
  }
}

function isSame(before: RouteListControl, route: RouteListControl): boolean {
  return (
    before.state === 'hunting' &&
    route.state === 'hunting' &&
    before.tries.length === route.tries.length &&
    before.keeper === route.keeper
  );
}

/** A route list control for one call. */
export function newRouteList(
  { list, number, callerId, isEmergency }: WayOut,
  options: RouteListOptions,
): (host: Host<CallSignal>) => Process<CallSignal> {
  const { table, gatewayManager, order } = options;
  const listing: RouteListing = {
    name: list.name,
    gateways: order.of(list),
    number,
    isEmergency,
    keeperOf: (gateway) => table.keeper(gateway),
    gatewayManager,
    ...(callerId === undefined ? {} : { callerId }),
  };
  return (host) => new RouteListProcess(host, listing, options);
}
