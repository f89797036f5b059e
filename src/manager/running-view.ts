/** A running manager as the API, metrics and the command line see it. */
import type { ManagerState, ManagerView, TrafficEvent } from '../http/manager-view.ts';
import type { Counters } from '../http/metrics.ts';
import type { Transports } from '../transport/transports.ts';
import type { CallManager } from './call-manager.ts';
import type { ManagerConfig } from './config/manager-config.ts';
import type { Driver } from './driver.ts';
import { callRows, countersOf, lineRow, lineRows, registrationRows } from './view.ts';

/** A drain looks that often whether the last call has ended. */
const DRAIN_LOOK_MS = 100;

export class RunningView implements ManagerView {
  readonly id: string;
  readonly #manager: CallManager;
  readonly #driver: Driver;
  readonly #transports: Transports;
  readonly #drainMs: number;
  readonly #listeners = new Set<(event: TrafficEvent) => void>();

  constructor(manager: CallManager, driver: Driver, transports: Transports, config: ManagerConfig) {
    this.id = config.id;
    this.#manager = manager;
    this.#driver = driver;
    this.#transports = transports;
    this.#drainMs = config.drainMs;
  }

  state(): ManagerState {
    return this.#manager.isDraining ? 'draining' : 'ready';
  }

  registrations(limit: number): ReturnType<ManagerView['registrations']> {
    return registrationRows(this.#manager, performance.now(), limit);
  }

  lines(limit: number): ReturnType<ManagerView['lines']> {
    return lineRows(this.#manager, limit);
  }

  line(number: string): ReturnType<ManagerView['line']> {
    const line = this.#manager.directory.lines.get(number);
    return line && lineRow(line, this.#manager.processing.lines.get(number));
  }

  calls(limit: number): ReturnType<ManagerView['calls']> {
    return callRows(this.#manager, performance.now(), limit);
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
      };
      for (const hear of this.#listeners) hear(event);
    };
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#transports.onTraffic = undefined;
    };
  }

  counters(): Counters {
    const { connectionsOpen, sendFailures } = this.#transports.counters;
    return {
      ...countersOf(this.#manager),
      sip_connections: connectionsOpen,
      sip_transport_errors_total: sendFailures,
    };
  }

  async drain(): Promise<void> {
    this.#driver.act(() => this.#manager.drain());
    const untilMs = performance.now() + this.#drainMs;
    while (this.#manager.size.legs > 0 && performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
    }
  }
}
