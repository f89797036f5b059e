/**
 * A cluster of whole managers and its phones, from a seed: people call while managers die, sleep and
 * are cut off from each other, from the bus or from the store. Then all is well again, and must be.
 *
 * 1. All join, phones register, people call; mishaps come.
 * 2. Healed: everybody is a member of one view again within `WHOLE_MS`. Calls that are up stay up for
 *    a while, so that two winners would be seen; nobody rings, or talks, for nobody.
 * 3. Everybody hangs up. At rest within `REST_MS`: no legs, no calls, one view, one table, every phone
 *    with the process that controls its line.
 * 4. Sometimes a manager is killed, and a call to the line must get through at once.
 * 5. Alive: a call to each line rings every phone of it, one of them answers, the others stop.
 * 6. Phones go. In the end there is nothing left, and every call is on record, once.
 */
import { assert } from '../base/assert.ts';
import { firstLcp } from '../call/registration-table.ts';
import { homeOf } from '../process/pid.ts';
import type { Agenda } from './agenda.ts';
import { Course } from './course.ts';
import { DeathLog } from './death-log.ts';
import { forwardingDirectory } from './forwarding-directory.ts';
import { befall, heal } from './mishaps.ts';
import { CALM, type Weather } from './network.ts';
import { People } from './people.ts';
import type { Phone, PhoneCall } from './phone.ts';
import { type KeptRecord, recordFaultsOf } from './record-audit.ts';
import { SeededRandom } from './seeded-random.ts';
import type { Recovery, SimulationResult } from './simulation-result.ts';
import { DOMAIN, Site } from './site.ts';
import {
  callsOf,
  differencesOf,
  isAtHome,
  isFarEndLost,
  looseEndsOf,
  remnantsOf,
  staleCallsOf,
  strayCallsOf,
} from './watch.ts';
import { Winners } from './winners.ts';

/** Short, so that what is lost or unreachable is given up within seconds: 64*T1 is 3.2 s. */
const TIMERS = { t1Ms: 50, t2Ms: 400, t4Ms: 500 };
/** Who was expelled again and again is let in again soon. */
const TIMINGS = { flapWaitMs: 500, flapWaitMaxMs: 2000 };
const HASTE = 6;
const BUSY_MS = 5000;
const MISHAPS_MAX = 4;
/** A lease, and then some for joining anew, by the slowest way. */
const WHOLE_MS = 12_000;
/** A crossing answer is undone within 64*T1, once nothing stands in the way. */
const CROSSING_MS = 3600;
/** 64*T1 for whoever does not answer, twice; and a line that waits for its former calls. */
const REST_MS = 12_000;
/** How long somebody may ring, or talk, for nobody, when nothing stands in the way. */
const LOOSE_MS = CROSSING_MS;
/**
 * The same where word of a call's end was lost in an outage: the line's patience, and a little. A
 * replicated line has `STALE_MS`.
 */
const PATIENCE_MS = 9000;
/** A replicated line that was not told of a call's end asks about it within that time. */
const STALE_MS = 130_000;
const ALIVE_MS = 6000;
/** From a manager's death until the first phone rings: one that is told of it, and one that is not. */
const RECOVERY_MS = { process: 3000, machine: 5000 } as const;
/** Members have heard each other that long after one has joined. */
const ACQUAINTED_MS = 500;
const END_MS = 420_000;
/** The members' time while only the last timers of SIP run. */
const SLOW = 0.02;
const LOOK_MS = 50;

const WEATHERS: readonly Weather[] = [
  { loss: 0, duplication: 0, reordering: 0, delayMs: [0, 1] },
  { loss: 0.05, duplication: 0, reordering: 0, delayMs: [1, 5] },
  { loss: 0.02, duplication: 0.1, reordering: 0.05, delayMs: [1, 10] },
];

/** Of the lines that are shared. */
const MODES = [['single'], ['replicated'], ['single', 'replicated']] as const;

export class ClusterSimulation {
  readonly #seed: number;
  readonly #site: Site;
  readonly #random: SeededRandom;
  readonly #agenda: Agenda;
  readonly #people: People;
  readonly #course: Course;
  readonly #recoveries: Recovery[] = [];
  readonly #records: KeptRecord[] = [];
  #datagrams = 0;
  #isOver = false;

  constructor(seed: number, managers: number) {
    this.#seed = seed;
    const shape = new SeededRandom(seed + 1);
    const modes = shape.pick(MODES) ?? MODES[0];
    const modeOf = (): 'single' | 'replicated' => shape.pick(modes) ?? 'single';
    this.#site = new Site(seed, forwardingDirectory(seed, DOMAIN, modeOf), {
      managers,
      log: new DeathLog((what) => this.#course.violate(what)),
      timers: TIMERS,
      timings: TIMINGS,
      storeOutage: shape.chance(0.2) ? 'fence' : 'freeze',
      records: this.#records,
    });
    const site = this.#site;
    this.#random = site.random;
    this.#agenda = site.agenda;
    this.#course = new Course(site.agenda);
    site.network.tap = () => this.#datagrams++;
    const winners = new Winners({
      agenda: site.agenda,
      crossingMs: CROSSING_MS,
      isServed: (call) => this.#isServed(call),
      violate: (what) => this.#course.violate(what),
    });
    const changed = winners.observe.bind(winners);
    this.#people = new People({ site, haste: HASTE, changed });
    for (const manager of site.managers) manager.restartMs = () => this.#random.between(50, 1500);
  }

  run(): SimulationResult {
    this.#course.run(() => {
      this.#begin();
      this.#live();
      this.#recover();
      this.#comeToRest('after the mishaps');
      if (this.#random.chance(0.4)) this.#kill();
      this.#proveAlive();
      this.#end();
    });
    const { violations, story } = this.#course;
    return {
      seed: this.#seed,
      world: 'plain',
      managers: this.#site.managers.length,
      calls: this.#people.calls,
      answered: this.#people.answered,
      datagrams: this.#datagrams,
      recoveries: this.#recoveries,
      violations,
      story,
    };
  }

  #begin(): void {
    const site = this.#site;
    const random = this.#random;
    this.#course.until(() => site.isWhole, 3000, 'not all have joined');
    const first = random.below(site.managers.length);
    for (const device of site.directory.devices.values()) {
      const aor = random.chance(0.3) ? (device.lines[0] ?? device.user) : device.user;
      const at = first + site.phones.length;
      const servers = [at, at + 1].map((n) => site.managers[n % site.managers.length]?.address);
      const known = random.chance(0.4) ? servers : servers.slice(0, 1);
      const phone = site.addPhone(
        device.user,
        aor,
        known.filter((hop) => hop !== undefined),
      );
      this.#people.sitDown(phone);
      this.#keepRegistered(phone);
    }
    this.#course.pass(300);
  }

  /** People call, and mishaps come. */
  #live(): void {
    const site = this.#site;
    site.network.weather = this.#random.pick(WEATHERS) ?? CALM;
    this.#people.begin();
    for (let count = this.#random.between(1, MISHAPS_MAX); count > 0; count--)
      this.#agenda.after(this.#random.between(300, BUSY_MS), () =>
        this.#course.tell(befall(site, this.#random)),
      );
    this.#course.pass(BUSY_MS);
  }

  #recover(): void {
    const site = this.#site;
    this.#course.tell('healed');
    site.network.weather = CALM;
    heal(site);
    this.#people.rest();
    const healedMs = this.#agenda.nowMs;
    this.#course.until(() => site.isWhole, WHOLE_MS, 'not all are members of one view again');
    this.#course.pass(Math.max(0, healedMs + LOOSE_MS - this.#agenda.nowMs));
    // Who is found at fault is looked at again: it may be on its way.
    const faults = (): string[] => [...looseEndsOf(site), ...strayCallsOf(site)];
    const before = new Set(faults());
    if (before.size === 0) return;
    const isMended = (): boolean => !faults().some((fault) => before.has(fault));
    for (let waitedMs = 0; waitedMs < PATIENCE_MS && !isMended(); waitedMs += LOOK_MS)
      this.#course.pass(LOOK_MS);
    if (isMended()) return;
    site.slow(SLOW);
    this.#course.until(isMended, STALE_MS, () =>
      faults()
        .filter((fault) => before.has(fault))
        .join('; '),
    );
    site.slow(1);
  }

  #comeToRest(when: string): void {
    const site = this.#site;
    this.#people.goHome();
    const isIdle = (): boolean =>
      callsOf(site).length === 0 && site.phones.every((phone) => isAtHome(site, phone));
    const why = (): string => `${when}, not at rest: ${this.#unrest().join('; ')}`;
    const isStale = (): boolean =>
      this.#unrest().every((what) => staleCallsOf(site).includes(what));
    this.#course.until(() => isIdle() || isStale(), REST_MS, why);
    if (!isIdle()) {
      site.slow(SLOW);
      this.#course.until(isIdle, STALE_MS, why);
      site.slow(1);
    }
    this.#course.until(
      () => differencesOf(site).length === 0,
      REST_MS,
      () => `${when}: ${differencesOf(site).join('; ')}`,
    );
  }

  #unrest(): string[] {
    const site = this.#site;
    const out = site.phones.filter((phone) => !isAtHome(site, phone));
    return [...callsOf(site), ...out.map(({ options }) => `${options.user} is not registered`)];
  }

  /** A manager dies that the line depends on; somebody calls the line at once. */
  #kill(): void {
    const site = this.#site;
    const random = this.#random;
    const location = site.managers[0]?.manager?.processing.table.find('2000');
    const lcp = location && firstLcp(location);
    const owner = site.managers.find(({ run }) => lcp !== undefined && run?.home === homeOf(lcp));
    const victim = random.chance(0.7) ? owner : random.pick(site.managers);
    assert(victim !== undefined, 'somebody controls the line');
    const isElsewhere = (phone: Phone): boolean => site.runAt(phone.server) !== victim.run;
    const members = this.#membersOf('2000').filter(isElsewhere);
    const caller = site.phones.find(
      (phone) => phone.options.user.startsWith('100') && isElsewhere(phone),
    );
    if (members.length === 0 || caller === undefined) return;
    const wanted = random.chance(0.7) ? 'process' : 'machine';
    const how = this.#areAcquainted() ? wanted : 'process';
    this.#course.tell(`${victim.id} is killed (${how}), and ${caller.options.user} calls 2000`);
    const { restartMs } = victim;
    victim.restartMs = () => RECOVERY_MS[how] + 1000;
    const killedMs = this.#agenda.nowMs;
    victim.kill(how);
    victim.restartMs = restartMs;
    this.#course.pass(random.below(200));
    const ringing = this.#listen(members);
    caller.onChanged = () => {};
    const call = caller.call('2000');
    const limitMs = RECOVERY_MS[how];
    const why = (): string =>
      `${limitMs} ms after the death of ${victim.id}, call ${call.phase} ${call.status}, no phone rings`;
    this.#course.until(() => ringing.size > 0, limitMs, why);
    this.#recoveries.push({ how, ms: this.#agenda.nowMs - killedMs });
    this.#course.until(
      () => ringing.size === members.length,
      1000,
      'not all phones that are left ring',
    );
    this.#answer(call, [...ringing.values()]);
    this.#course.until(() => site.isWhole, WHOLE_MS, 'not all are members of one view again');
    this.#comeToRest('after a death');
  }

  /** Whether all have heard each other: whom one that has joined has never heard, it does not miss. */
  #areAcquainted(): boolean {
    const { nowMs } = this.#agenda;
    return this.#site.managers.every(({ run }) => nowMs - (run?.joinedMs ?? 0) > ACQUAINTED_MS);
  }

  /** Every line can be called. */
  #proveAlive(): void {
    const caller = this.#site.phones.find(({ options }) => options.user === '1001');
    assert(caller !== undefined, 'there is a caller');
    for (const number of ['2000', '2200']) {
      const members = this.#membersOf(number);
      const ringing = this.#listen(members);
      caller.onChanged = () => {};
      const call = caller.call(number);
      const what = (): string => {
        const silent = members.filter((phone) => !ringing.has(phone));
        const users = silent.map(({ options }) => options.user).join();
        return `${number} is called, and ${users} do not ring; call ${call.phase} ${call.status}`;
      };
      this.#course.until(() => ringing.size === members.length, ALIVE_MS, what);
      this.#answer(call, [...ringing.values()]);
    }
    this.#comeToRest('after the last calls');
  }

  /** One of those that ring answers; the others stop, and the two talk until one of them hangs up. */
  #answer(call: PhoneCall, ringing: readonly PhoneCall[]): void {
    const taken = this.#random.pick(ringing.filter(({ phase }) => phase === 'ringing'));
    assert(taken !== undefined, 'a phone rings');
    taken.phone.answer(taken);
    const others = ringing.filter((other) => other !== taken);
    this.#course.until(
      () =>
        call.phase === 'talking' &&
        taken.phase === 'talking' &&
        taken.remoteSession === call.session &&
        others.every(({ phase }) => phase === 'over'),
      ALIVE_MS,
      () => {
        const who = taken.phone.options.user;
        const phases = others.map(({ phone, phase }) => `${phone.options.user} ${phase}`).join();
        return `${who} answers: ${taken.phase}, caller ${call.phase} ${call.status}, others ${phases}`;
      },
    );
    const party = this.#random.chance(0.5) ? call : taken;
    party.phone.hangUp(party);
    this.#course.until(
      () => call.phase === 'over' && taken.phase === 'over',
      ALIVE_MS,
      'one has hung up, and the other has not been told',
    );
  }

  #end(): void {
    const site = this.#site;
    this.#isOver = true;
    for (const phone of site.phones) phone.register(0);
    this.#course.pass(500);
    site.slow(SLOW);
    this.#course.until(
      () => remnantsOf(site).length === 0,
      END_MS,
      () => `left at the end: ${remnantsOf(site).join(', ')}`,
    );
    const deaths = site.managers.reduce((sum, manager) => sum + manager.deaths, 0);
    if (deaths > 0) this.#course.violate(`${deaths} processes died`);
    const living = new Set(site.managers.flatMap(({ run }) => run ?? []));
    for (const fault of recordFaultsOf(this.#records, living)) this.#course.violate(fault);
  }

  /** Phones of the line's members. */
  #membersOf(number: string): Phone[] {
    const line = this.#site.directory.lines.get(number);
    const devices = line?.members.map(({ device }) => device) ?? [];
    return this.#site.phones.filter(({ options }) => devices.includes(options.user));
  }

  /** Those phones ring from now on, and are noted when they do. */
  #listen(phones: readonly Phone[]): Map<Phone, PhoneCall> {
    const ringing = new Map<Phone, PhoneCall>();
    for (const phone of phones) {
      phone.onInvited = (call) => {
        phone.ring(call);
        // It may ring twice, when a manager has not heard yet that it is registered elsewhere again.
        if (ringing.get(phone)?.phase !== 'ringing') ringing.set(phone, call);
      };
      phone.onChanged = () => {};
    }
    return ringing;
  }

  #keepRegistered(phone: Phone): void {
    if (this.#isOver) return;
    phone.register(120);
    this.#agenda.after(this.#random.between(1500, 3000), () => this.#keepRegistered(phone));
  }

  /** Whether a manager is there that looks after that leg of the phone, and has done so all the time. */
  #isServed(call: PhoneCall): boolean {
    const run = this.#site.servingRun(call);
    if (run?.manager === undefined) return false;
    if (this.#agenda.nowMs - run.pausedMs < CROSSING_MS) return false;
    return isFarEndLost(this.#site, run.manager, call.leg?.callId) === false;
  }
}
