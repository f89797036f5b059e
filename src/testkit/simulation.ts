/**
 * Whole managers and their phones in virtual time, from a seed: one that is alone for some minutes, or
 * a cluster with its mishaps. Invariants are checked as it goes; at the end everybody hangs up, and
 * nothing may be left.
 */
import type { Agenda } from './agenda.ts';
import { ClusterSimulation } from './cluster-simulation.ts';
import { forwardingDirectory } from './forwarding-directory.ts';
import type { Weather } from './network.ts';
import { People } from './people.ts';
import type { Phone } from './phone.ts';
import { SeededRandom } from './seeded-random.ts';
import type { SimulationResult } from './simulation-result.ts';
import { DOMAIN, Site } from './site.ts';
import { remnantsOf } from './watch.ts';
import { Winners } from './winners.ts';

export type { SimulationResult } from './simulation-result.ts';

export type SimulationOptions = {
  /** 1, 3, 4 or 5, say; unless told, the seed decides. */
  readonly managers?: number;
};

/** While calls are made. */
const BUSY_MS = 40_000;
/** The slowest end is that of a change which nobody answers: 180 s of patience, then 64*T1, twice. */
const QUIET_MS = 400_000;
/** A crossing answer is undone within 64*T1: until then two phones may believe that they won. */
const CROSSING_MS = 33_000;
/** How many managers, of ten seeds. */
const MANAGERS = [1, 1, 3, 3, 3, 3, 3, 4, 4, 5] as const;
/** Neighbouring seeds have different shapes, whatever else they do. */
const SHAPE = 0x5eed;

const WEATHERS: readonly Weather[] = [
  { loss: 0, duplication: 0, reordering: 0, delayMs: [0, 1] },
  { loss: 0.1, duplication: 0, reordering: 0, delayMs: [1, 20] },
  { loss: 0.02, duplication: 0.1, reordering: 0.1, delayMs: [1, 50] },
  { loss: 0.2, duplication: 0.05, reordering: 0.25, delayMs: [1, 100] },
];

export function simulate(seed: number, options: SimulationOptions = {}): SimulationResult {
  const managers = options.managers ?? new SeededRandom(seed + SHAPE).pick(MANAGERS) ?? 1;
  return managers === 1 ? new Simulation(seed).run() : new ClusterSimulation(seed, managers).run();
}

/** One manager. */
class Simulation {
  readonly #seed: number;
  readonly #site: Site;
  readonly #random: SeededRandom;
  readonly #agenda: Agenda;
  readonly #people: People;
  readonly #winners: Winners;
  readonly #violations: string[] = [];
  #datagrams = 0;

  constructor(seed: number) {
    this.#seed = seed;
    const site = new Site(seed, forwardingDirectory(seed, DOMAIN));
    this.#site = site;
    this.#random = site.random;
    this.#agenda = site.agenda;
    site.network.tap = () => this.#datagrams++;
    this.#winners = new Winners({
      agenda: site.agenda,
      crossingMs: CROSSING_MS,
      isServed: () => true,
      violate: (what) => this.#violate(what),
    });
    const changed = this.#winners.observe.bind(this.#winners);
    this.#people = new People({ site, haste: 1, changed });
  }

  run(): SimulationResult {
    this.#addPhones();
    for (const phone of this.#site.phones) this.#keepRegistered(phone);
    this.#agenda.after(1000, () => {
      this.#site.network.weather = this.#random.pick(WEATHERS) ?? this.#site.network.weather;
    });
    this.#agenda.after(2000, () => this.#people.begin());
    this.#agenda.at(BUSY_MS, () => this.#windDown());
    try {
      while (this.#agenda.nextMs < BUSY_MS + QUIET_MS) {
        this.#agenda.step();
        if (this.#violations.length > 0) break;
      }
      if (this.#violations.length === 0) this.#checkNothingLeft();
    } catch (error) {
      this.#violate(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    return {
      seed: this.#seed,
      world: 'plain',
      managers: 1,
      calls: this.#people.calls,
      answered: this.#people.answered,
      datagrams: this.#datagrams,
      recoveries: [],
      violations: this.#violations,
      story: [],
    };
  }

  #addPhones(): void {
    for (const device of this.#site.directory.devices.values()) {
      // Some members register the line's number instead of their own address of record.
      const aor = this.#random.chance(0.3) ? (device.lines[0] ?? device.user) : device.user;
      this.#people.sitDown(this.#site.addPhone(device.user, aor));
    }
  }

  #keepRegistered(phone: Phone): void {
    if (this.#agenda.nowMs >= BUSY_MS) return;
    phone.register(120);
    this.#agenda.after(this.#random.between(15_000, 40_000), () => this.#keepRegistered(phone));
  }

  #windDown(): void {
    this.#site.network.weather = { loss: 0, duplication: 0, reordering: 0, delayMs: [1, 1] };
    this.#people.goHome();
    for (const phone of this.#site.phones) this.#agenda.after(1000, () => phone.register(0));
  }

  #checkNothingLeft(): void {
    for (const what of remnantsOf(this.#site)) this.#violate(`${what} left at the end`);
    const { deaths } = this.#site.manager;
    if (deaths !== 0) this.#violate(`${deaths} processes died`);
  }

  #violate(what: string): void {
    this.#violations.push(`at ${this.#agenda.nowMs} ms: ${what}`);
  }
}
