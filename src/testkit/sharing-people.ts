/**
 * Those who share a line in a simulation: they go off-hook for the same lamps, dial, answer, hold, take up what
 * others hold, transfer, pull plugs, and hang up, as chance has it.
 */
import type { Agenda } from './agenda.ts';
import type { Phone, PhoneCall } from './phone.ts';
import { AppearancePhone } from './phones/appearance-phone.ts';
import type { BenchPhone } from './phones/bench.ts';
import type { BlfWatcher } from './phones/blf-watcher.ts';
import { ScaPhone } from './phones/sca-phone.ts';
import type { StationCall } from './phones/station-call.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimulatedManager } from './simulated-manager.ts';
import type { Site } from './site.ts';

export type SharingPeopleOptions = {
  readonly site: Site;
  /** Phones of the line. Others of it, and those that call it, are the site's. */
  readonly sharers: readonly BenchPhone[];
  /** A phone, and those of its calls that have changed. */
  readonly changed: (phone: BenchPhone) => void;
};

const DIALLED = ['1001', '1001', '1002', '2000', '9999', '2000b'];
const LAMPS = 3;
const WOKEN_S = 120;

export class SharingPeople {
  calls = 0;
  answered = 0;
  /** What they did, to know what a seed was about. */
  readonly deeds = { seized: 0, held: 0, retrieved: 0, crashes: 0 };
  readonly #options: SharingPeopleOptions;
  readonly #agenda: Agenda;
  readonly #random: SeededRandom;
  readonly #met = new WeakSet<StationCall>();
  #areTired = false;
  /** Without power. */
  readonly #dark = new Set<ScaPhone>();

  constructor(options: SharingPeopleOptions) {
    this.#options = options;
    this.#agenda = options.site.agenda;
    this.#random = options.site.random;
    for (const phone of options.sharers) this.#sitDown(phone);
    for (const phone of options.site.phones) {
      phone.onInvited = (call) => this.#playPlain(call);
      phone.onChanged = (call) => {
        if (call.phase === 'talking') this.#doWithPlain(call);
      };
    }
  }

  begin(): void {
    for (const phone of this.#options.sharers) this.#next(phone);
    for (const phone of this.#options.site.phones) this.#nextPlain(phone);
  }

  /** Phones of a manager that has joined anew: they register, and their users do something at once. */
  wake(manager: SimulatedManager): void {
    if (this.#areTired) return;
    const { site, sharers } = this.#options;
    for (const phone of sharers) {
      if (phone.station.options.server !== manager.address) continue;
      phone.refresh();
      this.#soon(30, 200, () => this.#next(phone));
    }
    for (const phone of site.phones) {
      if (phone.server !== manager.address) continue;
      phone.register(WOKEN_S);
      this.#soon(30, 200, () => this.#nextPlain(phone));
    }
  }

  /** They begin nothing any more, and change nothing that they have. */
  rest(): void {
    this.#areTired = true;
    for (const phone of [...this.#dark]) this.#plugIn(phone);
  }

  /** Everybody hangs up, and wants no calls any more. */
  goHome(): void {
    this.rest();
    for (const phone of this.#options.site.phones) {
      for (const call of phone.calls) phone.hangUp(call);
      phone.onInvited = (call) => phone.refuse(call, 486);
      phone.onChanged = (call) => {
        if (call.phase === 'talking') phone.hangUp(call);
      };
    }
    for (const phone of this.#options.sharers) {
      for (const call of phone.calls) call.hangUp();
      if (phone instanceof ScaPhone) phone.onHook();
      else if (phone instanceof AppearancePhone) phone.release();
      phone.onInvited = (call) => call.refuse(486);
      phone.onChanged = () => {
        for (const call of phone.calls) if (call.phase === 'talking') call.hangUp();
        this.#options.changed(phone);
      };
    }
  }

  #sitDown(phone: BenchPhone): void {
    phone.onInvited = (call) => {
      this.#soon(0, 20, () => (phone instanceof ScaPhone ? phone.ring(call) : call.ring()));
      this.#meet(phone, call);
      const mood = this.#random.below(10);
      if (mood < 5)
        this.#soon(50, 400, () => (phone instanceof ScaPhone ? phone.answer(call) : call.answer()));
      else if (mood < 7) this.#soon(50, 800, () => call.refuse(486));
    };
    phone.onChanged = () => {
      for (const call of phone.calls) this.#meet(phone, call);
      this.#options.changed(phone);
    };
  }

  /** What its user does next, when nobody calls. */
  #next(phone: BenchPhone): void {
    if (this.#areTired) return;
    this.#soon(200, 1500, () => this.#next(phone));
    if (phone.calls.size > 1 || !phone.station.isRegistered) return;
    if (phone instanceof ScaPhone && this.#random.chance(0.03)) return this.#pullPlug(phone);
    if (phone instanceof ScaPhone) this.#press(phone);
    else if (phone instanceof AppearancePhone) this.#publish(phone);
    else this.#pickUp(phone);
  }

  #press(phone: ScaPhone): void {
    const random = this.#random;
    const held = [...phone.lamps].filter(([, { state }]) => /^held/.test(state));
    const lamp = random.pick(held);
    const has = [...phone.calls].some(({ index }) => index === lamp?.[0]);
    if (lamp !== undefined && !has && random.chance(0.6)) {
      this.deeds.retrieved++;
      return void this.#meet(phone, phone.retrieve(lamp[0]));
    }
    const isOffHook = phone.seizure !== undefined && !phone.seizure.subscription.isOver;
    if (isOffHook || phone.calls.size > 0) return;
    const seizure = random.chance(0.5) ? phone.offHook(1 + random.below(LAMPS)) : phone.offHook();
    this.deeds.seized++;
    this.#soon(20, 600, () => {
      if (phone.seizure !== seizure) return;
      if (seizure.state !== 'seized' || random.chance(0.2)) return phone.onHook();
      this.#begun();
      this.#meet(phone, phone.dial(random.pick(DIALLED) ?? '1001'));
    });
  }

  #publish(phone: AppearancePhone): void {
    const random = this.#random;
    const held = [...phone.view.dialogs.values()].find(({ isHeld }) => isHeld);
    if (held?.appearance !== undefined && phone.calls.size === 0 && random.chance(0.5)) {
      this.deeds.retrieved++;
      phone.takeOver(held.appearance);
    } else if (phone.calls.size === 0) {
      this.#begun();
      if (random.chance(0.3)) phone.seize(1 + random.below(LAMPS));
      this.#soon(0, 300, () => {
        if (random.chance(0.2)) phone.release();
        else phone.dial(random.pick(DIALLED) ?? '1001');
      });
    }
  }

  #pickUp(phone: BlfWatcher): void {
    const random = this.#random;
    if (phone.calls.size > 0) return;
    if (phone.view.dialogs.size > 0 && random.chance(0.5)) {
      this.deeds.retrieved++;
      const call = phone.pickUp([random.pick(['early', 'confirmed']) ?? 'confirmed']);
      if (call !== undefined) this.#meet(phone, call);
    } else if (random.chance(0.5)) {
      this.#begun();
      this.#meet(phone, phone.dial(random.pick(DIALLED) ?? '1001'));
    }
  }

  /** Once for each call: what is done with it when it stands, and that it ends. */
  #meet(phone: BenchPhone, call: StationCall): void {
    if (call.phase !== 'talking' || this.#met.has(call)) return;
    this.#met.add(call);
    this.answered++;
    const random = this.#random;
    if (random.chance(0.6)) this.#soon(50, 800, () => this.#hold(phone, call));
    if (random.chance(0.3)) this.#soon(300, 2500, () => this.#resume(phone, call));
    if (random.chance(0.1)) this.#soon(100, 2000, () => call.refer(phone.station.uriOf('1002')));
    if (random.chance(0.7)) this.#soon(300, 4000, () => call.hangUp());
  }

  #hold(phone: BenchPhone, call: StationCall): void {
    this.deeds.held++;
    const isPrivate = this.#random.chance(0.2);
    if (phone instanceof ScaPhone) phone.hold(call, isPrivate ? 'private' : 'public');
    else if (phone instanceof AppearancePhone) phone.hold(call, true);
    else call.change({ direction: 'sendonly', describedIn: 'INVITE', headers: '' });
  }

  #resume(phone: BenchPhone, call: StationCall): void {
    if (!call.isHeld) return;
    if (phone instanceof ScaPhone) phone.resume(call);
    else if (phone instanceof AppearancePhone) phone.hold(call, false);
    else call.change({ direction: 'sendrecv', describedIn: 'INVITE', headers: '' });
  }

  #pullPlug(phone: ScaPhone): void {
    this.deeds.crashes++;
    phone.crash();
    this.#dark.add(phone);
    this.#agenda.after(this.#random.between(100, 1500), () => this.#plugIn(phone));
  }

  #plugIn(phone: ScaPhone): void {
    if (this.#dark.delete(phone)) phone.boot();
  }

  #nextPlain(phone: Phone): void {
    if (this.#areTired) return;
    this.#soon(800, 3000, () => this.#nextPlain(phone));
    if (phone.calls.size > 1) return;
    this.#begun();
    const call = phone.call(this.#random.pick(['2000', '2000', '1001', '1002']) ?? '2000');
    if (this.#random.chance(0.2)) this.#soon(0, 500, () => phone.hangUp(call));
    this.#soon(1500, 5000, () => phone.hangUp(call));
  }

  #playPlain(call: PhoneCall): void {
    const { phone } = call;
    this.#soon(0, 20, () => phone.ring(call));
    const mood = this.#random.below(10);
    if (mood < 7) this.#soon(50, 500, () => phone.answer(call));
    else if (mood < 8) this.#soon(50, 500, () => phone.refuse(call, 486));
  }

  #doWithPlain(call: PhoneCall): void {
    const { phone } = call;
    if (this.#random.chance(0.2)) this.#soon(50, 1000, () => phone.hold(call, true));
    if (this.#random.chance(0.2)) this.#soon(50, 2000, () => phone.hold(call, false));
    if (this.#random.chance(0.4)) this.#soon(200, 4000, () => phone.hangUp(call));
  }

  #begun(): void {
    this.calls++;
  }

  #soon(lowMs: number, highMs: number, action: () => void): void {
    this.#agenda.after(this.#random.between(lowMs, highMs), () => {
      if (!this.#areTired) action();
    });
  }
}
