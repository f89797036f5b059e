/**
 * The embedded planes with real time: several managers in one process, as in the demo. What is sent
 * arrives in a later turn, in order; leases run by the machine's monotonic clock.
 */
import { EmbeddedMessagePlane } from './embedded-message-plane.ts';
import { EmbeddedStatePlane } from './embedded-state-plane.ts';
import { EmbeddedStore } from './embedded-store.ts';
import { Pump } from './pump.ts';

export type EmbeddedCluster = {
  readonly bus: EmbeddedMessagePlane;
  readonly store: EmbeddedStore;
  /** Another manager's way to the store. */
  statePlane(): EmbeddedStatePlane;
  close(): void;
};

/** Messages on the way; more are lost, as on any bus that falls behind. */
const ON_THE_WAY_MAX = 65_536;
const LEASE_CHECK_MS = 100;

/**
 * `epochMs`: the time now. It is the first revision, so that incarnations of an earlier run do not come
 * again (a store changes less than once per ms).
 */
export function openEmbeddedCluster(epochMs: number): EmbeddedCluster {
  const pump = new Pump(() => setImmediate(() => bus.together(() => pump.pump())));
  const bus: EmbeddedMessagePlane = new EmbeddedMessagePlane({
    carry: (_from, _to, deliver) => {
      if (pump.size < ON_THE_WAY_MAX) pump.add(deliver);
      else bus.counters.lost++;
    },
    after: (delayMs, action) => {
      if (delayMs === 0) pump.add(action);
      else setTimeout(action, delayMs).unref();
    },
  });
  const store = new EmbeddedStore(epochMs);
  store.advance(performance.now());
  const clock = setInterval(() => store.advance(performance.now()), LEASE_CHECK_MS).unref();
  return {
    bus,
    store,
    statePlane: () =>
      new EmbeddedStatePlane(store, { carry: (_what, deliver) => pump.add(deliver) }),
    close: () => clearInterval(clock),
  };
}
