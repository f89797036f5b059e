/**
 * Those who use the phones of a simulation: they call, let it ring, answer within milliseconds of each
 * other, refuse, hold, transfer, put themselves in each other's place, and hang up, as chance has it.
 */
import type { Agenda } from './agenda.ts';
import type { Phone, PhoneCall } from './phone.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Site } from './site.ts';

export type PeopleOptions = {
  readonly site: Site;
  /** How much faster than usual they act: 5 makes a call that lasts 20 s last 4 s. */
  readonly haste: number;
  /** A call has changed, after its people have seen to it. */
  readonly changed: (call: PhoneCall) => void;
};

/** The simulation's lines more often than others, and numbers that there are not. */
const DIALLED = [
  ...['2000', '2000', '2000', '2100', '2200', '1001', '1002', '9999', '2000b'],
  ...['2900', '2901', '700', '701'],
];

/** What rings in a pickup group: as often as anything else. */
const PICKUPS = ['*98', '*98', '*98', '*98', '*98*', '*981', '*982', '*82000'];

export class People {
  /** Calls that were made, and those that were answered. */
  calls = 0;
  answered = 0;
  readonly #site: Site;
  readonly #agenda: Agenda;
  readonly #random: SeededRandom;
  readonly #haste: number;
  readonly #changed: (call: PhoneCall) => void;
  readonly #dialled: readonly string[];
  #areTired = false;

  constructor({ site, haste, changed }: PeopleOptions) {
    this.#site = site;
    this.#agenda = site.agenda;
    this.#random = site.random;
    this.#haste = haste;
    this.#changed = changed;
    const hasGroups = site.directory.pickupGroups.size > 0;
    this.#dialled = hasGroups ? [...DIALLED, ...PICKUPS] : DIALLED;
  }

  /** Somebody sits down at that phone, and answers it from now on. */
  sitDown(phone: Phone): void {
    phone.onInvited = (call) => this.#play(call);
    phone.onChanged = (call) => this.#observe(call);
  }

  /** They begin to call. */
  begin(): void {
    for (const phone of this.#site.phones) this.#nextCall(phone);
  }

  /** They begin no calls any more, and change none that they have. */
  rest(): void {
    this.#areTired = true;
  }

  /** Everybody hangs up, and wants no calls any more. */
  goHome(): void {
    this.rest();
    for (const phone of this.#site.phones) {
      for (const call of phone.calls) phone.hangUp(call);
      phone.onInvited = (call) => phone.refuse(call, 486);
      phone.onChanged = (call) => {
        if (call.phase === 'talking') phone.hangUp(call);
        this.#changed(call);
      };
    }
  }

  /** Between so many ms of people in no haste. */
  #after(lowMs: number, highMs: number, action: () => void): void {
    const delayMs = this.#random.between(lowMs, highMs) / this.#haste;
    this.#agenda.after(Math.round(delayMs), action);
  }

  /** The next call that this phone makes, and what its user does with it. */
  #nextCall(phone: Phone): void {
    if (this.#areTired) return;
    this.#after(3000, 20_000, () => this.#nextCall(phone));
    if (phone.calls.size > 1) return;
    const random = this.#random;
    const number = random.pick(this.#dialled) ?? '2000';
    const call = random.chance(0.1) ? phone.callWithoutOffer(number) : phone.call(number);
    if (random.chance(0.2)) phone.watch('2000');
    this.calls++;
    if (random.chance(0.25)) this.#after(0, 3000, () => phone.hangUp(call));
    this.#after(5000, 30_000, () => phone.hangUp(call));
  }

  /** A phone rings: its user answers, refuses, or lets it ring. */
  #play(call: PhoneCall): void {
    const { phone } = call;
    const random = this.#random;
    this.#after(0, 200, () => phone.ring(call));
    if (random.chance(0.2)) this.#after(200, 400, () => phone.playEarly(call, random.chance(0.5)));
    const mood = random.below(10);
    // Within milliseconds of one another, so that answers cross.
    const delayMs = random.chance(0.5)
      ? 500 / this.#haste + random.between(0, 20)
      : random.between(1, 6000) / this.#haste;
    if (mood < 7) this.#agenda.after(Math.round(delayMs), () => phone.answer(call));
    else if (mood < 9)
      this.#agenda.after(Math.round(delayMs), () =>
        phone.refuse(call, random.pick([486, 603, 480]) ?? 486),
      );
    if (random.chance(0.3)) this.#after(4000, 20_000, () => phone.hangUp(call));
  }

  #observe(call: PhoneCall): void {
    if (call.phase === 'talking' && call.role === 'calling') this.answered++;
    if (call.phase === 'talking' && !this.#areTired) this.#doInCall(call);
    this.#changed(call);
  }

  #doInCall(call: PhoneCall): void {
    const { phone } = call;
    const random = this.#random;
    const after = (action: () => void): void =>
      this.#after(100, 6000, () => {
        if (!this.#areTired) action();
      });
    if (random.chance(0.3)) after(() => phone.hold(call, true));
    if (random.chance(0.3)) after(() => phone.hold(call, false));
    if (random.chance(0.3)) after(() => phone.info(call, '5'));
    if (random.chance(0.05)) after(() => this.#consult(call));
    if (random.chance(0.05)) after(() => this.#takeOver(call));
    if (random.chance(0.1))
      after(() => phone.refer(call, random.pick(['2100', '1002', '9', '700', '*68']) ?? '9'));
  }

  /** Asks somebody first, and gives the call away if they answer. */
  #consult(call: PhoneCall): void {
    const { phone } = call;
    const number = this.#random.pick(['2000', '1001', '1002']) ?? '1001';
    phone.hold(call, true);
    const consultation = phone.call(number);
    this.#after(500, 5000, () => {
      if (consultation.phase === 'talking') phone.referTo(call, consultation, number);
      else phone.hangUp(consultation);
    });
    this.#after(20_000, 20_000, () => phone.hangUp(consultation));
  }

  /** Another phone, of the line or not, puts itself in this call's place. */
  #takeOver(call: PhoneCall): void {
    const other = this.#random.pick(this.#site.phones);
    if (other === undefined || call.phase !== 'talking') return;
    // What is not held is refused to others.
    if (this.#random.pick([true, true, false])) call.phone.hold(call, true);
    this.#after(10, 1000, () => {
      const taken = other.replace('2000', call);
      this.#after(1000, 10_000, () => other.hangUp(taken));
    });
  }
}
