/**
 * All phones that a run looks at: at each manager a member of each line, and a caller. Who calls and who
 * answers is decided here; what they hear is kept as records.
 */

import { Agenda } from '../src/testkit/agenda.ts';
import { udp } from '../src/testkit/network.ts';
import { Phone, type PhoneCall } from '../src/testkit/phone.ts';
import { SeededRandom } from '../src/testkit/seeded-random.ts';
import type { CallRecord, LegRecord } from './records.ts';
import { ADDRESS, DOMAIN, LINES, MANAGERS, SIP_PORT } from './site.ts';
import { Wire } from './wire.ts';

const PHONES_PORT = 6000;
const EXPIRES_S = 3600;
/** Registrations are said again that often: a manager that has come back knows nobody. */
const REGISTER_MS = 5000;
/** Probes are placed that often to each line, by one caller after the other. */
export const PROBE_MS = 50;
/** So often to each line by the caller at the manager that is hit: it is not to get through where it must not. */
const VICTIM_PROBE_MS = 250;
/** A call that is neither answered nor refused by then hangs. */
export const DEFINITE_MS = 5000;
const GIVE_UP_MS = 2 * DEFINITE_MS;
const TALK_MS = 100;
/** Who answers in a race does so within that time. */
const RACE_MS = 20;
/** How long a call rings that is to be in offer when something breaks. */
export const OFFER_MS = 2500;
/** A phone of the manager that is hit answers late, if at all: others have had the call by then. */
const LATE_MS = 300;

export class Floor {
  readonly calls: CallRecord[] = [];
  readonly legs: LegRecord[] = [];
  readonly #agenda = new Agenda();
  readonly #wire = new Wire(this.#agenda);
  readonly #random = new SeededRandom(7);
  readonly #callers: Phone[];
  readonly #members: { readonly phone: Phone; readonly line: string; readonly manager: number }[];
  readonly #bySession = new Map<string, { record: CallRecord; call: PhoneCall; target: number }>();
  readonly #legOf = new Map<PhoneCall, LegRecord>();
  #timers: NodeJS.Timeout[] = [];
  /** The manager that is hit. */
  #victim: number | undefined;
  #turn = 0;

  constructor() {
    this.#callers = MANAGERS.map((_, manager) => this.#phone(`c${manager + 1}`, '', manager, 0));
    this.#members = LINES.flatMap(({ number }, at) =>
      MANAGERS.map((_, manager) => {
        const device = `${number}${manager + 1}`;
        const phone = this.#phone(device, number, manager, at + 1);
        phone.onInvited = (call) => this.#invited(call, device, manager);
        phone.onChanged = (call) => this.#legChanged(call);
        return { phone, line: number, manager };
      }),
    );
    for (const caller of this.#callers) caller.onChanged = (call) => this.#callChanged(call);
  }

  async open(): Promise<void> {
    await this.#wire.ready();
    this.#timers.push(setInterval(() => this.#registerAll(), REGISTER_MS));
  }

  close(): void {
    this.quieten();
    this.#wire.close();
  }

  /** All phones at that manager; it has just started. */
  register(manager: number): void {
    const phones = this.#members.filter((member) => member.manager === manager);
    this.#wire.turn(() => {
      for (const { phone } of phones) phone.register(EXPIRES_S);
    });
  }

  /** Probes from now on, until `quieten`. */
  probe(): void {
    const every = (ms: number, place: () => void): void => {
      this.#timers.push(setInterval(() => this.#wire.turn(place), ms));
    };
    every(PROBE_MS, () => this.#probeAll());
    every(VICTIM_PROBE_MS, () => {
      const victim = this.#victim;
      if (victim !== undefined) for (const { number } of LINES) this.#probe(number, victim);
    });
  }

  quieten(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
  }

  /** Who is about to be hit; undefined: nobody any more. */
  spare(victim: number | undefined): void {
    this.#victim = victim;
  }

  /** How often a caller that is spared probes each line, in ms. */
  get intervalMs(): number {
    return PROBE_MS * this.survivors.length;
  }

  get survivors(): number[] {
    return MANAGERS.map((_, manager) => manager).filter((manager) => manager !== this.#victim);
  }

  /** A call that stays: from the caller at `origin`, answered by the phone at `target` only. */
  callLong(line: string, origin: number, target: number): CallRecord | undefined {
    return this.#wire.turn(() => this.#place('long', line, origin, target));
  }

  /** A call that rings for `OFFER_MS`; then all who ring answer. */
  callSlowly(line: string, origin: number): CallRecord | undefined {
    return this.#wire.turn(() => this.#place('offer', line, origin, ANYBODY));
  }

  hangUp({ session }: CallRecord): void {
    const entry = this.#bySession.get(session);
    if (entry !== undefined) this.#wire.turn(() => this.#hangUp(entry.record, entry.call));
  }

  #phone(user: string, line: string, manager: number, row: number): Phone {
    return new Phone({
      user,
      aor: line === '' ? user : line,
      domain: DOMAIN,
      address: udp(ADDRESS, PHONES_PORT + 10 * manager + row),
      servers: [udp(ADDRESS, SIP_PORT + manager)],
      agenda: this.#agenda,
      network: this.#wire,
      random: this.#random,
    });
  }

  #registerAll(): void {
    for (const manager of MANAGERS.keys()) this.register(manager);
  }

  #probeAll(): void {
    const { survivors } = this;
    const origin = survivors[this.#turn++ % survivors.length];
    if (origin !== undefined) for (const { number } of LINES) this.#probe(number, origin);
  }

  /** Half of them are races of all phones, the others are for one. */
  #probe(line: string, origin: number): void {
    const { survivors } = this;
    const isRace = this.#random.chance(0.5);
    this.#place(
      'probe',
      line,
      origin,
      isRace ? ANYBODY : (this.#random.pick(survivors) ?? ANYBODY),
    );
  }

  #place(
    purpose: CallRecord['purpose'],
    line: string,
    origin: number,
    target: number,
  ): CallRecord | undefined {
    const caller = this.#callers[origin];
    if (caller === undefined) return undefined;
    const startMs = performance.now();
    const call = caller.call(line);
    const record: CallRecord = {
      session: call.session,
      purpose,
      line,
      origin,
      startMs,
      legs: [],
      answeredMs: undefined,
      winner: '',
      hungUpMs: undefined,
      overMs: undefined,
      status: 0,
    };
    this.calls.push(record);
    this.#bySession.set(call.session, { record, call, target });
    this.#agenda.after(GIVE_UP_MS, () => {
      if (record.answeredMs === undefined) this.#hangUp(record, call);
    });
    return record;
  }

  #hangUp(record: CallRecord, call: PhoneCall): void {
    if (call.phase === 'over') return;
    record.hungUpMs = performance.now();
    call.phone.hangUp(call);
  }

  #callChanged(call: PhoneCall): void {
    const { record } = this.#bySession.get(call.session) ?? {};
    if (record === undefined) return;
    if (call.phase === 'over') {
      record.overMs ??= performance.now();
      record.status = call.status;
    } else if (call.phase === 'talking' && record.answeredMs === undefined) {
      record.answeredMs = performance.now();
      record.winner = call.remoteSession;
      if (record.purpose !== 'long') this.#agenda.after(TALK_MS, () => this.#hangUp(record, call));
    }
  }

  #invited(call: PhoneCall, device: string, manager: number): void {
    const leg: LegRecord = {
      session: call.session,
      callId: call.leg?.callId ?? '',
      device,
      manager,
      invitedMs: performance.now(),
      answerMs: undefined,
      talkingMs: undefined,
      overMs: undefined,
    };
    this.legs.push(leg);
    this.#legOf.set(call, leg);
    call.phone.ring(call);
    const { record, target } = this.#bySession.get(call.remoteSession) ?? {};
    if (record === undefined || target === undefined) return;
    record.legs.push(leg);
    const { purpose } = record;
    const raceMs = this.#random.below(RACE_MS);
    const afterMs = purpose === 'offer' ? OFFER_MS + raceMs : this.#patience(manager, target);
    if (afterMs === undefined) return;
    this.#agenda.after(afterMs, () => {
      if (call.phase !== 'ringing') return;
      leg.answerMs = performance.now();
      call.phone.answer(call);
    });
  }

  /** After what time a phone answers that is rung by a call for `target`; undefined: never. */
  #patience(manager: number, target: number): number | undefined {
    if (target !== ANYBODY && target !== manager && manager !== this.#victim) return undefined;
    if (manager === this.#victim) return this.#random.chance(0.5) ? LATE_MS : undefined;
    return target === ANYBODY ? this.#random.below(RACE_MS) : 0;
  }

  #legChanged(call: PhoneCall): void {
    const leg = this.#legOf.get(call);
    if (leg === undefined) return;
    if (call.phase === 'talking') leg.talkingMs ??= performance.now();
    if (call.phase !== 'over') return;
    leg.overMs ??= performance.now();
    this.#legOf.delete(call);
  }
}

/** Whoever is first. */
const ANYBODY = -1;
