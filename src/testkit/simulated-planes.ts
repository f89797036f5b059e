/**
 * The bus and the store that simulated managers share, with their weather: loss, duplication, delay,
 * and ways that are cut, in one direction or both; results that nobody hears, and news that comes late.
 */
import { EmbeddedMessagePlane } from '../cluster/embedded-message-plane.ts';
import { EmbeddedStatePlane, type Fate } from '../cluster/embedded-state-plane.ts';
import { EmbeddedStore } from '../cluster/embedded-store.ts';
import type { ManagerId } from '../process/message-plane.ts';
import type { Home } from '../process/pid.ts';
import type { Agenda } from './agenda.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SlowClock } from './slow-clock.ts';

export type BusWeather = {
  /** Probabilities, 0-1, per message. */
  readonly loss: number;
  readonly duplication: number;
  /** A message that is held back, so that later ones overtake it. */
  readonly reordering: number;
  readonly delayMs: readonly [low: number, high: number];
};

export type StoreWeather = {
  readonly delayMs: readonly [low: number, high: number];
  /** Probability, 0-1, that the fate of a request is not known; half of those are done. */
  readonly unknown: number;
  /** How much later a manager may hear of a change, beside `delayMs`. */
  readonly lagMs: number;
};

export const CALM_BUS: BusWeather = { loss: 0, duplication: 0, reordering: 0, delayMs: [1, 2] };
export const CALM_STORE: StoreWeather = { delayMs: [1, 2], unknown: 0, lagMs: 0 };
/** As near as a cluster gets to one manager. */
export const NO_DISTANCE: BusWeather = { loss: 0, duplication: 0, reordering: 0, delayMs: [0, 0] };

/** How often leases are looked at. */
const LEASE_CHECK_MS = 100;
const FIRST_REVISION = 1000;

export class SimulatedPlanes {
  readonly bus: EmbeddedMessagePlane;
  readonly store = new EmbeddedStore(FIRST_REVISION);
  busWeather = CALM_BUS;
  storeWeather = CALM_STORE;
  readonly #agenda: Agenda;
  readonly #random: SeededRandom;
  readonly #clock: SlowClock;
  /** Ways that are cut: `from>to`. */
  readonly #cuts = new Set<string>();
  /** Homes whose machine is dead: nobody is told that they are not there. */
  readonly #buried = new Set<Home>();

  constructor(agenda: Agenda, random: SeededRandom, clock: SlowClock) {
    this.#agenda = agenda;
    this.#random = random;
    this.#clock = clock;
    this.bus = new EmbeddedMessagePlane({
      carry: (from, to, deliver) => this.#carry(from, to, deliver),
      after: (delayMs, action) => clock.after(delayMs, action),
    });
    this.#checkLeases();
  }

  /** A manager's way to the store. */
  statePlane(): EmbeddedStatePlane {
    const random = this.#random;
    return new EmbeddedStatePlane(this.store, {
      carry: (what, deliver) => {
        const { delayMs, lagMs } = this.storeWeather;
        const lag = what === 'change' && lagMs > 0 ? random.below(lagMs + 1) : 0;
        this.#agenda.after(random.between(...delayMs) + lag, deliver);
      },
      fate: () => this.#fate(),
    });
  }

  /** What `from` says does not reach `to` any more. */
  cut(from: ManagerId, to: ManagerId): void {
    this.#cuts.add(`${from}>${to}`);
  }

  mend(): void {
    this.#cuts.clear();
  }

  /** The machine of `home` is dead: what is sent there gets no answer at all. */
  bury(home: Home): void {
    this.bus.cut(home);
    this.#buried.add(home);
  }

  #carry(from: Home, to: Home, deliver: () => void): void {
    if (this.#buried.has(to) || this.#buried.has(from)) return;
    if (this.#cuts.size > 0 && this.#cuts.has(`${idOf(from)}>${idOf(to)}`)) return;
    const random = this.#random;
    const { loss, duplication, reordering, delayMs } = this.busWeather;
    if (loss > 0 && random.chance(loss)) return;
    const heldMs = reordering > 0 && random.chance(reordering) ? random.between(5, 200) : 0;
    this.#agenda.after(random.between(...delayMs) + heldMs, deliver);
    if (duplication > 0 && random.chance(duplication))
      this.#agenda.after(random.between(...delayMs) + random.below(100), deliver);
  }

  #fate(): Fate {
    const { unknown } = this.storeWeather;
    if (unknown === 0 || !this.#random.chance(unknown)) return 'told';
    return this.#random.chance(0.5) ? 'not done' : 'not told';
  }

  #checkLeases(): void {
    this.store.advance(this.#clock.nowMs);
    this.#clock.after(LEASE_CHECK_MS, () => this.#checkLeases());
  }
}

function idOf(home: Home): ManagerId {
  return home.slice(0, home.indexOf('.'));
}
