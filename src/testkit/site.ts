/**
 * Managers and their phones in virtual time, on a network of their own: one manager that is alone, or
 * several that are a cluster on one bus and one store.
 */
import { assert } from '../base/assert.ts';
import { type Log, SILENT } from '../base/log.ts';
import type { Directory } from '../call/directory.ts';
import type { MembershipTimings } from '../cluster/membership-timings.ts';
import type { CallManager } from '../manager/call-manager.ts';
import type { Hop } from '../sip/hop.ts';
import type { TimerValues } from '../sip/transaction/timers.ts';
import { Agenda } from './agenda.ts';
import type { ManagerRun, Surroundings } from './manager-run.ts';
import { isSamePlace, Network, udp } from './network.ts';
import { Phone, type PhoneCall, type PhoneOptions } from './phone.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedManager } from './simulated-manager.ts';
import { SimulatedPlanes } from './simulated-planes.ts';
import { SlowClock } from './slow-clock.ts';

export const DOMAIN = 'pbx.test';
/** The first manager's address. */
export const SERVER = serverAt(0);

export type SiteOptions = {
  /** 1, unless told: alone. Several: they join as soon as time runs, and take a moment for it. */
  readonly managers?: number;
  readonly log?: Log;
  /** Of managers and phones; those of RFC 3261 unless told. */
  readonly timers?: TimerValues;
  readonly timings?: Partial<MembershipTimings>;
  readonly storeOutage?: 'freeze' | 'fence';
  /** As of `CallManagerOptions`. */
  readonly auditMs?: number;
  readonly sessionTimer?: Surroundings['sessionTimer'];
  /** Of phones: as of `PhoneOptions`. */
  readonly formats?: string;
  readonly isPlaced?: boolean;
  /** As of `Surroundings`. */
  readonly records?: Surroundings['records'] | undefined;
};

const FIRST_PORT = 6001;

export class Site {
  readonly agenda = new Agenda();
  readonly random: SeededRandom;
  readonly network: Network;
  readonly managers: readonly SimulatedManager[];
  /** The members' time. */
  readonly clock = new SlowClock(this.agenda);
  readonly directory: Directory;
  readonly phones: Phone[] = [];
  /** Of managers and phones. */
  readonly timers: TimerValues | undefined;
  readonly #habits: Pick<PhoneOptions, 'formats' | 'isPlaced'>;
  readonly #planes: SimulatedPlanes | undefined;
  readonly #runs = new WeakMap<PhoneCall, ManagerRun>();

  constructor(seed: number, directory: Directory, options: SiteOptions = {}) {
    const { managers = 1, log = SILENT, timers, timings = {}, storeOutage = 'freeze' } = options;
    const { agenda, clock } = this;
    this.random = new SeededRandom(seed);
    this.directory = directory;
    const { formats, isPlaced } = options;
    this.#habits = {
      ...(formats === undefined ? {} : { formats }),
      ...(isPlaced === undefined ? {} : { isPlaced }),
    };
    this.network = new Network(agenda, this.random);
    this.timers = timers;
    if (managers > 1) this.#planes = new SimulatedPlanes(agenda, this.random, clock);
    const surroundings: Surroundings = {
      agenda,
      random: this.random,
      network: this.network,
      directory,
      domain: DOMAIN,
      log,
      secret: `seed ${seed}`,
      timers,
      auditMs: options.auditMs,
      sessionTimer: options.sessionTimer,
      records: options.records,
      cluster: this.#planes && { planes: this.#planes, clock, timings, storeOutage },
    };
    this.managers = Array.from(
      { length: managers },
      (_, at) => new SimulatedManager(idAt(at, managers), serverAt(at), surroundings),
    );
    for (const manager of this.managers) manager.start();
  }

  /** The first manager's core. */
  get manager(): CallManager {
    const manager = this.managers[0]?.manager;
    assert(manager !== undefined, 'the first manager is not there');
    return manager;
  }

  /** Of a cluster. */
  get planes(): SimulatedPlanes {
    assert(this.#planes !== undefined, 'a manager that is alone has no bus and no store');
    return this.#planes;
  }

  /** The process that runs at that address now. */
  runAt(address: Hop): ManagerRun | undefined {
    return this.managers.find((manager) => isSamePlace(manager.address, address))?.run;
  }

  /** The process that a phone's call goes through, if it is there and may act: it alone knows of the call. */
  servingRun(call: PhoneCall): ManagerRun | undefined {
    const run = this.#runs.get(call);
    return run?.isServing ? run : undefined;
  }

  isServer(address: Hop): boolean {
    return this.managers.some((manager) => isSamePlace(manager.address, address));
  }

  /** Whether all managers run, and are members with one view of all of them. */
  get isWhole(): boolean {
    const revision = this.managers[0]?.manager?.cluster.view.revision;
    return this.managers.every(({ run }) => {
      if (run?.manager === undefined || !run.isServing) return false;
      const { view, standing } = run.manager.cluster;
      return (
        standing === 'member' &&
        view.revision === revision &&
        view.members.length === this.managers.length
      );
    });
  }

  /**
   * A phone of that device; `aor` is what it registers. It has not registered yet, and does so at the
   * first of `servers`, or at the next when that one does not answer.
   */
  addPhone(user: string, aor = user, servers: readonly Hop[] = [SERVER]): Phone {
    const phone = new Phone({
      user,
      aor,
      domain: DOMAIN,
      address: udp('10.0.1.1', FIRST_PORT + this.phones.length),
      servers,
      agenda: this.agenda,
      network: this.network,
      random: this.random,
      ...(this.timers === undefined ? {} : { timers: this.timers }),
      ...this.#habits,
      begun: (call) => {
        const run = this.runAt(call.server);
        // An INVITE may outlive its sender: who has that address by now knows nothing of it.
        const isFromBefore = call.role === 'called' && (run?.startedMs ?? 0) > this.network.sentMs;
        if (run !== undefined && !isFromBefore) this.#runs.set(call, run);
      },
    });
    this.phones.push(phone);
    return phone;
  }

  /** From now on the members' time passes `rate` times as fast as the phones'; see `SlowClock`. */
  slow(rate: number): void {
    this.clock.slow(rate);
    // Their alarms are set anew.
    for (const { run } of this.managers) run?.turn(() => {});
  }

  /** Lets `ms` of virtual time pass. */
  run(ms: number): void {
    const untilMs = this.agenda.nowMs + ms;
    // The last step moves time to the end even when nothing else happens there.
    this.agenda.at(untilMs, () => {});
    while (this.agenda.nextMs <= untilMs) this.agenda.step();
  }
}

/** The address of the manager with that index. */
export function serverAt(index: number): Hop {
  return udp(`10.0.0.${index + 1}`, 5060);
}

function idAt(index: number, managers: number): string {
  return managers === 1 ? 'sim' : `cm${index + 1}`;
}
