/** Starts one manager as configured: sockets, driver, core, and what it shows. */
import { randomBytes, randomFillSync } from 'node:crypto';
import type { Random } from '../base/random.ts';
import { LoneManager } from '../cluster/lone-manager.ts';
import type { Hop } from '../sip/hop.ts';
import { formatListen } from '../transport/listen.ts';
import { Transports } from '../transport/transports.ts';
import { CallManager } from './call-manager.ts';
import type { RunningManager, StartOptions } from './config/running-manager.ts';
import { Driver } from './driver.ts';
import { RunningView } from './running-view.ts';

/** Resolves when every listener is bound; rejects with what the first that could not says. */
export async function startManager(options: StartOptions): Promise<RunningManager> {
  const { config, directory, log } = options;
  let driver: Driver | undefined;
  const transports = new Transports({
    listen: config.listeners,
    random: new SystemRandom(),
    ...(config.tls === undefined ? {} : { tls: config.tls }),
    log,
    receive: (batch) => driver?.receive(batch),
    closed: (flow) => driver?.closed(flow),
    sendFailed: (hop, text) => driver?.sendFailed(hop, text),
    faulted: (fault, hop) => driver?.faulted(fault, hop),
    admit: (address) => driver?.admits(address) ?? true,
  });
  await transports.start();
  const cluster = new LoneManager(`${config.id}.${Date.now().toString(36)}`);
  const manager = new CallManager({
    cluster,
    directory,
    domains: config.domains,
    random: new SystemRandom(),
    clock: { epochMs: () => Date.now() },
    log,
    nowMs: performance.now(),
    secret: randomBytes(32).toString('base64url'),
    addressOf: (hop: Hop) => transports.sentBy(hop),
    preferred: (hop, octets) => transports.preferred(hop, octets),
    bans: config.bans,
    timers: config.timers,
    register: config.register,
    ...(config.sessionTimer === undefined ? {} : { sessionTimer: config.sessionTimer }),
  });
  cluster.connect(manager);
  driver = new Driver(manager, transports, log);
  const running = driver;
  const view = new RunningView(manager, running, transports, config);
  return {
    view,
    addresses: transports.listeners.map((listener) => ({ url: formatListen(listener) })),
    stop: async () => {
      running.stop();
      await transports.stop();
    },
  };
}

/** The kernel's generator, read in blocks: a call takes several tags and branches. */
class SystemRandom implements Random {
  readonly #block = new Uint32Array(1024);
  #at = 1024;

  next32(): number {
    if (this.#at >= this.#block.length) {
      randomFillSync(this.#block);
      this.#at = 0;
    }
    return this.#block[this.#at++] ?? 0;
  }
}
