/** A running manager as the API, metrics and the command line see it. */
import { firstName } from '../call/forwarding/diversion.ts';
import type { ManagerState, ManagerView, TrafficEvent } from '../http/manager-view.ts';
import type { Counters } from '../http/metrics.ts';
import { homeOf } from '../process/pid.ts';
import type { Found, Query } from '../store/cdr/sink.ts';
import type { Transports } from '../transport/transports.ts';
import type { CallManager } from './call-manager.ts';
import type { RecordKeeper } from './cdr/record-keeper.ts';
import type { ClusterView } from './cluster-view.ts';
import { idOf } from './cluster-watch.ts';
import type { ManagerConfig } from './config/manager-config.ts';
import type { Driver } from './driver.ts';
import { routeRows } from './route-rows.ts';
import { testRoute } from './route-test.ts';
import { changeSetting } from './setting-view.ts';
import { callRows, countersOf, registrationRows } from './view.ts';

/** Call-IDs whose call is remembered while somebody traces. */
const TRACED_CALLS_MAX = 10_000;
/** How long a drain waits for the last words of calls that are over. */
const REMNANT_MS = 2000;
/** A drain looks that often whether the last call has ended. */
const DRAIN_LOOK_MS = 100;

export class RunningView implements ManagerView {
  readonly id: string;
  readonly #manager: CallManager;
  readonly #driver: Driver;
  readonly #transports: Transports;
  readonly #cluster: ClusterView;
  readonly #countCluster: () => Counters;
  readonly #drainMs: number;
  readonly #keeper: RecordKeeper | undefined;
  readonly #callsByCallId = new Map<string, string>();
  readonly #listeners = new Set<(event: TrafficEvent) => void>();

  /** `countCluster`: what is to be said of the cluster at a scrape; `keeper` undefined: no records are kept. */
  constructor(
    manager: CallManager,
    driver: Driver,
    transports: Transports,
    config: ManagerConfig,
    cluster: ClusterView,
    countCluster: () => Counters,
    keeper: RecordKeeper | undefined,
  ) {
    this.id = config.id;
    this.#cluster = cluster;
    this.#countCluster = countCluster;
    this.#manager = manager;
    this.#driver = driver;
    this.#transports = transports;
    this.#drainMs = config.drainMs;
    this.#keeper = keeper;
  }

  state(): ManagerState {
    const { standing } = this.#manager.cluster;
    if (standing === 'fenced') return 'fenced';
    if (this.#manager.isDraining) return 'draining';
    if (this.#manager.directory.isIsolated === true) return 'isolated';
    return standing === 'unsure' ? 'unsure' : 'ready';
  }

  registrations(limit: number): ReturnType<ManagerView['registrations']> {
    return registrationRows(this.#manager, performance.now(), limit);
  }

  calls(limit: number): ReturnType<ManagerView['calls']> {
    return callRows(this.#manager, performance.now(), limit);
  }

  allRegistrations(limit: number): ReturnType<ManagerView['allRegistrations']> {
    return this.#cluster.registrations(limit);
  }

  allCalls(limit: number): ReturnType<ManagerView['allCalls']> {
    return this.#cluster.calls(limit);
  }

  lines(limit: number): ReturnType<ManagerView['lines']> {
    return this.#cluster.lines(limit);
  }

  line(number: string): ReturnType<ManagerView['line']> {
    return this.#cluster.line(number);
  }

  changeLine(
    ...asked: Parameters<ManagerView['changeLine']>
  ): ReturnType<ManagerView['changeLine']> {
    const [number, change] = asked;
    return new Promise((resolve) =>
      this.#driver.act(() => changeSetting(this.#manager, number, change, resolve)),
    );
  }

  appearance(number: string, appearance: number): ReturnType<ManagerView['appearance']> {
    return this.#cluster.appearances.show(number, appearance);
  }

  release(
    number: string,
    appearance: number,
    by: string,
    reason: string,
  ): ReturnType<ManagerView['release']> {
    return this.#cluster.appearances.release(number, appearance, by, reason);
  }

  routes(limit: number): ReturnType<ManagerView['routes']> {
    return routeRows(this.#manager.directory, limit);
  }

  async testRoute(
    from: string,
    dialled: string,
    atMs?: number,
  ): ReturnType<ManagerView['testRoute']> {
    const { directory, processing } = this.#manager;
    const stateOf = (gateway: string): string => {
      const keeper = processing.gateways.keeper(gateway);
      return keeper === undefined ? 'kept by no manager' : `kept by ${idOf(homeOf(keeper))}`;
    };
    const { digits, settings } = processing;
    const tester = { directory, digits, settings, stateOf };
    const test = testRoute(tester, from, dialled, atMs);
    if ('absent' in test || test.outcome.type !== 'list') return test;
    // Only its keeper knows whether a gateway takes calls.
    const { items } = await this.gateways();
    const rows = new Map(items.map((row) => [row.gateway, row]));
    return testRoute({ ...tester, rows }, from, dialled, atMs);
  }

  gateways(): ReturnType<ManagerView['gateways']> {
    return this.#cluster.gateways();
  }

  pingGateway(gateway: string): ReturnType<ManagerView['pingGateway']> {
    return this.#cluster.pingGateway(gateway);
  }

  records(query: Query, manager?: string): Promise<readonly Found[]> {
    return this.#cluster.records(query, manager);
  }

  managers(): ReturnType<ManagerView['managers']> {
    return this.#cluster.managers();
  }

  /** The tap is set while somebody listens, and costs nothing otherwise. */
  traffic(listener: (event: TrafficEvent) => void): () => void {
    this.#listeners.add(listener);
    this.#transports.onTraffic = (direction, hop, text) => {
      const host = hop.address.includes(':') ? `[${hop.address}]` : hop.address;
      const event: TrafficEvent = {
        atMs: Date.now(),
        direction: direction === 'in' ? 'received' : 'sent',
        transport: hop.transport,
        peer: `${host}:${hop.port}`,
        text,
        call: this.#callOf(text),
      };
      for (const hear of this.#listeners) hear(event);
    };
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#transports.onTraffic = undefined;
    };
  }

  allTraffic(
    ...asked: Parameters<ManagerView['allTraffic']>
  ): ReturnType<ManagerView['allTraffic']> {
    return this.#cluster.trace(...asked);
  }

  /** The call that a message belongs to, by its Call-ID: joins the two legs of a call in a trace. */
  #callOf(text: string): string | undefined {
    const callId = /^(?:Call-ID|i)[ \t]*:[ \t]*(\S+)/im.exec(text)?.[1];
    if (callId === undefined) return undefined;
    const known = this.#callsByCallId.get(callId);
    if (known !== undefined) return known;
    for (const { leg, call, controls } of this.#manager.devices.legs()) {
      if (leg?.callId !== callId) continue;
      if (this.#callsByCallId.size >= TRACED_CALLS_MAX) this.#callsByCallId.clear();
      this.#callsByCallId.set(callId, firstName(controls.at(-1)?.call ?? call));
      return this.#callsByCallId.get(callId);
    }
    return undefined;
  }

  counters(): Counters {
    const { connectionsOpen, sendFailures } = this.#transports.counters;
    return {
      ...countersOf(this.#manager),
      ...this.#countCluster(),
      ...this.#keeper?.counters(),
      sip_connections: connectionsOpen,
      sip_transport_errors_total: sendFailures,
    };
  }

  async drain(atMostMs = this.#drainMs): Promise<void> {
    this.#driver.act(() => this.#manager.drain());
    const untilMs = performance.now() + atMostMs;
    let lastCallMs = performance.now();
    for (;;) {
      const nowMs = performance.now();
      const { calls, legs } = this.#manager.size;
      if (calls > 0) lastCallMs = nowMs;
      // What is left of calls that have ended: a BYE that nobody answers, a 2xx without its ACK.
      if ((legs === 0 && calls === 0) || nowMs > Math.min(untilMs, lastCallMs + REMNANT_MS)) return;
      await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
    }
  }
}
