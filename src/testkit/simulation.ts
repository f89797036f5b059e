/**
 * One whole manager and its phones for some minutes of virtual time, from a seed.
 *
 * Phones call, ring, answer within milliseconds of each other, refuse, hold, transfer, cancel and
 * hang up while datagrams are lost, doubled and overtaken. Invariants are checked as it goes; at the
 * end everybody hangs up, and nothing may be left.
 */
import type { Agenda } from './agenda.ts';
import type { Weather } from './network.ts';
import type { Phone, PhoneCall } from './phone.ts';
import type { SeededRandom } from './seeded-random.ts';
import { simulationDirectory } from './simulation-directory.ts';
import { DOMAIN, Site } from './site.ts';

export type SimulationResult = {
  readonly seed: number;
  readonly calls: number;
  readonly answered: number;
  readonly datagrams: number;
  /** What was broken, in words, with the virtual time; empty when all held. */
  readonly violations: readonly string[];
};

/** While calls are made. */
const BUSY_MS = 60_000;
/** The slowest end is that of a change which nobody answers: 180 s of patience, then 64*T1, twice. */
const QUIET_MS = 400_000;
/** A crossing answer is undone within 64*T1: until then two phones may believe that they won. */
const CROSSING_MS = 33_000;

const WEATHERS: readonly Weather[] = [
  { loss: 0, duplication: 0, reordering: 0, delayMs: [0, 1] },
  { loss: 0.1, duplication: 0, reordering: 0, delayMs: [1, 20] },
  { loss: 0.02, duplication: 0.1, reordering: 0.1, delayMs: [1, 50] },
  { loss: 0.2, duplication: 0.05, reordering: 0.25, delayMs: [1, 100] },
];

export function simulate(seed: number): SimulationResult {
  return new Simulation(seed).run();
}

class Simulation {
  readonly #seed: number;
  readonly #site: Site;
  readonly #random: SeededRandom;
  readonly #agenda: Agenda;
  readonly #violations: string[] = [];
  /** Called legs that talk to the same caller's session, since when. */
  readonly #talkers = new Map<string, Map<PhoneCall, number>>();
  #calls = 0;
  #answered = 0;
  #datagrams = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#site = new Site(seed, simulationDirectory(DOMAIN));
    this.#random = this.#site.random;
    this.#agenda = this.#site.agenda;
    this.#site.network.tap = () => this.#datagrams++;
  }

  run(): SimulationResult {
    this.#addPhones();
    for (const phone of this.#site.phones) this.#keepRegistered(phone);
    this.#agenda.after(1000, () => {
      this.#site.network.weather = this.#random.pick(WEATHERS) ?? this.#site.network.weather;
    });
    for (const phone of this.#site.phones) this.#agenda.after(2000, () => this.#nextCall(phone));
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
      calls: this.#calls,
      answered: this.#answered,
      datagrams: this.#datagrams,
      violations: this.#violations,
    };
  }

  #addPhones(): void {
    for (const device of this.#site.directory.devices.values()) {
      // Some members register the line's number instead of their own address of record.
      const aor = this.#random.chance(0.3) ? (device.lines[0] ?? device.user) : device.user;
      const phone = this.#site.addPhone(device.user, aor);
      phone.onInvited = (call) => this.#play(call);
      phone.onChanged = (call) => this.#observe(call);
    }
  }

  #keepRegistered(phone: Phone): void {
    if (this.#agenda.nowMs >= BUSY_MS) return;
    phone.register(120);
    this.#agenda.after(this.#random.between(15_000, 40_000), () => this.#keepRegistered(phone));
  }

  /** The next call that this phone makes, and what its user does with it. */
  #nextCall(phone: Phone): void {
    if (this.#agenda.nowMs >= BUSY_MS) return;
    this.#agenda.after(this.#random.between(3000, 20_000), () => this.#nextCall(phone));
    if (phone.calls.size > 1) return;
    const number = this.#random.pick([
      '2000',
      '2000',
      '2000',
      '2100',
      '2200',
      '1001',
      '1002',
      '9999',
      '2000b',
    ]);
    const call = this.#random.chance(0.1)
      ? phone.callWithoutOffer(number ?? '2000')
      : phone.call(number ?? '2000');
    if (this.#random.chance(0.2)) phone.watch('2000');
    this.#calls++;
    if (this.#random.chance(0.25)) {
      this.#agenda.after(this.#random.between(0, 3000), () => phone.hangUp(call));
    }
    this.#agenda.after(this.#random.between(5000, 30_000), () => phone.hangUp(call));
  }

  /** A phone rings: its user answers, refuses, or lets it ring. */
  #play(call: PhoneCall): void {
    const { phone } = call;
    const random = this.#random;
    this.#agenda.after(random.between(0, 200), () => phone.ring(call));
    if (random.chance(0.2))
      this.#agenda.after(random.between(200, 400), () => phone.playEarly(call, random.chance(0.5)));
    const mood = random.below(10);
    // Within milliseconds of one another, so that answers cross.
    const delayMs = random.chance(0.5) ? 500 + random.between(0, 20) : random.between(1, 6000);
    if (mood < 7) this.#agenda.after(delayMs, () => phone.answer(call));
    else if (mood < 9)
      this.#agenda.after(delayMs, () => phone.refuse(call, random.pick([486, 603, 480]) ?? 486));
    if (random.chance(0.3))
      this.#agenda.after(random.between(4000, 20_000), () => phone.hangUp(call));
  }

  #observe(call: PhoneCall): void {
    if (call.phase === 'talking' && call.role === 'calling') this.#answered++;
    if (call.phase === 'talking') this.#doInCall(call);
    if (call.role === 'called' && call.remoteSession !== '') this.#checkOneWinner(call);
  }

  #doInCall(call: PhoneCall): void {
    const { phone } = call;
    const random = this.#random;
    const after = (action: () => void) => this.#agenda.after(random.between(100, 6000), action);
    if (random.chance(0.3)) after(() => phone.hold(call, true));
    if (random.chance(0.3)) after(() => phone.hold(call, false));
    if (random.chance(0.3)) after(() => phone.info(call, '5'));
    if (random.chance(0.05)) after(() => this.#consult(call));
    if (random.chance(0.05)) after(() => this.#takeOver(call));
    if (random.chance(0.1))
      after(() => phone.refer(call, random.pick(['2100', '1002', '9']) ?? '9'));
  }

  /** Asks somebody first, and gives the call away if they answer. */
  #consult(call: PhoneCall): void {
    const { phone } = call;
    const number = this.#random.pick(['2000', '1001', '1002']) ?? '1001';
    phone.hold(call, true);
    const consultation = phone.call(number);
    this.#agenda.after(this.#random.between(500, 5000), () => {
      if (consultation.phase === 'talking') phone.referTo(call, consultation, number);
      else phone.hangUp(consultation);
    });
    this.#agenda.after(20_000, () => phone.hangUp(consultation));
  }

  /** Another phone, of the line or not, puts itself in this call's place. */
  #takeOver(call: PhoneCall): void {
    const other = this.#random.pick(this.#site.phones);
    if (other === undefined || call.phase !== 'talking') return;
    const taken = other.replace('2000', call);
    this.#agenda.after(this.#random.between(1000, 10_000), () => other.hangUp(taken));
  }

  /** Exactly one phone has a caller: S5 of the cluster's invariants. */
  #checkOneWinner(call: PhoneCall): void {
    let talkers = this.#talkers.get(call.remoteSession);
    if (call.phase === 'over') {
      talkers?.delete(call);
      if (talkers?.size === 0) this.#talkers.delete(call.remoteSession);
      return;
    }
    if (call.phase !== 'talking') return;
    if (talkers === undefined) {
      talkers = new Map();
      this.#talkers.set(call.remoteSession, talkers);
    }
    talkers.set(call, this.#agenda.nowMs);
    if (talkers.size > 1) {
      const session = call.remoteSession;
      this.#agenda.after(CROSSING_MS, () => {
        const still = [...(this.#talkers.get(session)?.entries() ?? [])].filter(
          ([, since]) => this.#agenda.nowMs - since >= CROSSING_MS,
        );
        if (still.length > 1) this.#violate(`two phones have the caller of session ${session}`);
      });
    }
  }

  #windDown(): void {
    this.#site.network.weather = { loss: 0, duplication: 0, reordering: 0, delayMs: [1, 1] };
    for (const phone of this.#site.phones) {
      for (const call of phone.calls) phone.hangUp(call);
      phone.onInvited = (call) => phone.refuse(call, 486);
      phone.onChanged = (call) => {
        if (call.phase === 'talking') phone.hangUp(call);
      };
      this.#agenda.after(1000, () => phone.register(0));
    }
  }

  #checkNothingLeft(): void {
    const left = { ...this.#site.manager.size, phones: 0, phoneTransactions: 0 };
    for (const phone of this.#site.phones) {
      left.phones += phone.size.legs;
      left.phoneTransactions += phone.size.transactions;
    }
    for (const [what, count] of Object.entries(left)) {
      if (count !== 0) this.#violate(`${count} ${what} left at the end`);
    }
    if (this.#site.manager.deaths !== 0)
      this.#violate(`${this.#site.manager.deaths} processes died`);
  }

  #violate(what: string): void {
    this.#violations.push(`at ${this.#agenda.nowMs} ms: ${what}`);
  }
}
