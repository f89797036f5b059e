/** The scripted phones of a simulated site: each beside one of its managers, on an address of its own. */
import { assert } from '../../base/assert.ts';
import { udp } from '../network.ts';
import { DOMAIN, type Site } from '../site.ts';
import { type AppearanceHabits, AppearancePhone } from './appearance-phone.ts';
import { BlfWatcher } from './blf-watcher.ts';
import type { ScaHabits } from './sca-habits.ts';
import { ScaPhone } from './sca-phone.ts';
import type { StationOptions } from './station.ts';

/** `line`: the number that it registers. `manager`: the index of the one that it speaks to; the first, unless told. */
export type Seat = { readonly user: string; readonly line: string; readonly manager?: number };

export type BenchPhone = ScaPhone | AppearancePhone | BlfWatcher;

const FIRST_PORT = 7001;

export class Bench {
  readonly #site: Site;
  /** In the order in which they were added. */
  readonly phones: BenchPhone[] = [];

  constructor(site: Site) {
    this.#site = site;
  }

  /** What phones were sent and should not have been: `2000a: …`. */
  get faults(): readonly string[] {
    return this.phones.flatMap(({ station: { faults, options } }) =>
      faults.map((fault) => `${options.user}: ${fault}`),
    );
  }

  /** It is switched on by `boot`, as all of them. */
  sca(seat: Seat, habits?: ScaHabits): ScaPhone {
    return this.#add(new ScaPhone(this.#optionsOf(seat), habits));
  }

  appearance(seat: Seat, habits?: AppearanceHabits): AppearancePhone {
    return this.#add(new AppearancePhone(this.#optionsOf(seat), habits));
  }

  /** Watches `watched`; `seat.line` is its own number. */
  watcher(seat: Seat, watched: string): BlfWatcher {
    return this.#add(new BlfWatcher(this.#optionsOf(seat), watched));
  }

  #add<P extends BenchPhone>(phone: P): P {
    this.phones.push(phone);
    return phone;
  }

  #optionsOf({ user, line, manager = 0 }: Seat): StationOptions {
    const { agenda, network, random, managers, timers } = this.#site;
    const server = managers[manager]?.address;
    assert(server !== undefined, `there is no manager ${manager}`);
    return {
      user,
      aor: line,
      domain: DOMAIN,
      address: udp('10.0.2.1', FIRST_PORT + this.phones.length),
      server,
      agenda,
      network,
      random,
      ...(timers === undefined ? {} : { timers }),
    };
  }
}
