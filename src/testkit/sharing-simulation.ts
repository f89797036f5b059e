/**
 * Phones of all dialects on one line, from a seed: one manager, or a cluster with its mishaps.
 *
 * 1. All join, phones register and watch the line; people seize, dial, hold, retrieve, pull plugs; mishaps come.
 * 2. Healed, with calls up: every phone's last NOTIFY is what the line has on record, and every appearance
 *    that is lit has somebody who has it.
 * 3. Everybody hangs up: no lamp is lit, and no line has a call.
 * 4. Phones go. In the end there is nothing left.
 *
 * All the time: no two phones have seized the same appearance, nor talk to the same party; and no number is given away
 * that a phone has whose manager sleeps (`sleeper.ts`).
 */
import type { Line, Member } from '../call/directory.ts';
import { isUsed, type LineControl } from '../call/line/line-control.ts';
import { knows } from '../device/sharing/inquiry.ts';
import { Course } from './course.ts';
import { DeathLog } from './death-log.ts';
import { Holders } from './holders.ts';
import { befall, heal } from './mishaps.ts';
import { CALM, type Weather } from './network.ts';
import { Bench, type BenchPhone } from './phones/bench.ts';
import { wrongLampsOf } from './phones/line-lamps.ts';
import { GENERIC, LATE_ANSWERER, POLYCOM, YEALINK, YEALINK_SILENT } from './phones/sca-habits.ts';
import { type KeptRecord, recordFaultsOf } from './record-audit.ts';
import { SeededRandom } from './seeded-random.ts';
import { sharingDirectory } from './sharing-directory.ts';
import { SharingPeople } from './sharing-people.ts';
import type { SimulationResult } from './simulation-result.ts';
import { DOMAIN, Site } from './site.ts';
import { sleepWhileItMoves } from './sleeper.ts';
import { callsOf, remnantsOf } from './watch.ts';

/** Short, so that what is lost is given up within seconds: 64*T1 is 3.2 s. */
const TIMERS = { t1Ms: 50, t2Ms: 400, t4Ms: 500 };
const TIMINGS = { flapWaitMs: 500, flapWaitMaxMs: 2000 };
/** While people act: from and to. */
const BUSY_MS = [1200, 2800] as const;
const WHOLE_MS = 12_000;
/** A crossing is undone within 64*T1, once nothing stands in the way. */
const CROSSING_MS = 3600;
/** The same when nothing ever stands in the way. */
const CALM_CROSSING_MS = 50;
/** 64*T1 twice, and a line that waits for its former calls; seizures whose owner is gone run out. */
const REST_MS = 20_000;
/** A publication whose phone has not heard that it stands lasts until its lease is over (RFC 3903 §4.1). */
const LENT_MS = 130_000;
const END_MS = 420_000;
const SLOW = 0.02;
/** How often a phone registers, and asks again for the line's state. */
const KEEP_MS = [2500, 4000] as const;
/** How many mishaps, of five seeds. */
const MISHAPS = [0, 0, 1, 2, 3] as const;
/** Neighbouring seeds have different shapes, whatever else they do. */
const SHAPE = 0x1a3b;
const MODES: readonly Line['mode'][] = ['single', 'replicated'];
/** What befalls some of the others that have several managers: it has chances of its own, and takes its time. */
const SLEEP = 0x5e7;
const SLEEP_AFTER_MS = [300, 1200] as const;
const SLEEP_MS = 3500;
/** How many managers, of four seeds. */
const MANAGERS = [1, 3, 3, 3] as const;

const WEATHERS: readonly Weather[] = [
  CALM,
  { loss: 0.05, duplication: 0, reordering: 0, delayMs: [1, 5] },
  { loss: 0.02, duplication: 0.1, reordering: 0.05, delayMs: [1, 10] },
];

export type SharingOptions = { readonly managers?: number };

export function simulateSharing(seed: number, options: SharingOptions = {}): SimulationResult {
  const shape = new SeededRandom(seed + SHAPE);
  const managers = options.managers ?? shape.pick(MANAGERS) ?? 1;
  return new SharingSimulation(seed, managers, shape).run();
}

class SharingSimulation {
  readonly #records: KeptRecord[] = [];
  readonly #seed: number;
  readonly #site: Site;
  readonly #bench: Bench;
  readonly #people: SharingPeople;
  readonly #course: Course;
  readonly #holders: Holders;
  readonly #weather: Weather;
  readonly #mishaps: number;
  /** Undefined: no manager sleeps while the line moves. */
  readonly #sleep: SeededRandom | undefined;
  #datagrams = 0;
  #isOver = false;

  constructor(seed: number, managers: number, shape: SeededRandom) {
    this.#seed = seed;
    const log = new DeathLog((what) => this.#course.violate(what));
    const cluster = {
      managers,
      timings: TIMINGS,
      storeOutage: shape.chance(0.2) ? ('fence' as const) : ('freeze' as const),
    };
    const options = { log, timers: TIMERS, records: this.#records, ...cluster };
    const site = new Site(seed, directoryOf(shape), options);
    this.#site = site;
    this.#course = new Course(site.agenda);
    site.network.tap = () => this.#datagrams++;
    for (const manager of site.managers) manager.restartMs = () => site.random.between(50, 1500);
    this.#bench = new Bench(site);
    this.#seat(shape);
    this.#weather = shape.pick(WEATHERS) ?? CALM;
    this.#mishaps = shape.pick(MISHAPS) ?? 0;
    this.#sleep = this.#sleepOf(seed);
    const isCalm = this.#weather === CALM && this.#mishaps === 0 && this.#sleep === undefined;
    this.#holders = new Holders({
      site,
      crossingMs: isCalm ? CALM_CROSSING_MS : CROSSING_MS,
      violate: (what) => this.#course.note(what),
    });
    this.#people = new SharingPeople({
      site,
      sharers: this.#bench.phones,
      changed: (phone) => this.#holders.observe(phone),
    });
  }

  run(): SimulationResult {
    const course = this.#course;
    course.run(() => {
      this.#begin();
      this.#live();
      this.#lampsAtRest();
      this.#darkness();
      this.#end();
    });
    const { calls, answered } = this.#people;
    const { violations, story } = course;
    return {
      seed: this.#seed,
      world: 'shared',
      managers: this.#site.managers.length,
      calls,
      answered,
      datagrams: this.#datagrams,
      recoveries: [],
      violations,
      story,
    };
  }

  /** Each at another manager, as chance has it. */
  #seat(shape: SeededRandom): void {
    const { managers } = this.#site;
    const seat = (user: string) => ({
      user,
      line: '2000',
      manager: shape.below(managers.length),
    });
    const bench = this.#bench;
    const makes = [GENERIC, POLYCOM, YEALINK, YEALINK_SILENT, LATE_ANSWERER];
    for (const user of ['2000a', '2000b', '2000c']) bench.sca(seat(user), shape.pick(makes));
    bench.appearance(seat('2000d'));
    bench.watcher(seat('2000e'), '2000');
    for (const user of ['2000f', '1001', '1002']) {
      const server = managers[shape.below(managers.length)]?.address;
      this.#site.addPhone(user, user, server === undefined ? [] : [server]);
    }
  }

  #begin(): void {
    const { phones } = this.#bench;
    this.#course.until(() => this.#site.isWhole, 3000, 'not all have joined');
    for (const phone of phones) phone.boot();
    for (const phone of phones) this.#site.agenda.after(KEEP_MS[0], () => this.#keepUp(phone));
    for (const phone of this.#site.phones) this.#keepRegistered(phone);
    this.#course.pass(300);
  }

  #live(): void {
    const site = this.#site;
    const { random, agenda } = site;
    site.network.weather = this.#weather;
    const busyMs = random.between(...BUSY_MS) + (this.#sleep === undefined ? 0 : SLEEP_MS);
    this.#people.begin();
    for (let count = this.#mishaps; count > 0; count--)
      agenda.after(random.between(300, busyMs), () => this.#course.tell(this.#befall()));
    if (this.#sleep !== undefined) this.#sleepLater(this.#sleep);
    this.#course.pass(busyMs);
  }

  /** Where nothing else befalls the managers: then it is certain who has which number. */
  #sleepOf(seed: number): SeededRandom | undefined {
    const { managers, directory } = this.#site;
    const isSingle = directory.lines.get('2000')?.mode === 'single';
    if (this.#mishaps > 0 || managers.length === 1 || !isSingle) return undefined;
    const random = new SeededRandom(seed + SLEEP);
    return random.chance(0.5) ? undefined : random;
  }

  #sleepLater(random: SeededRandom): void {
    const site = this.#site;
    site.agenda.after(random.between(...SLEEP_AFTER_MS), () =>
      sleepWhileItMoves({
        ...{ site, number: '2000', random },
        tell: (what) => this.#course.tell(what),
        violate: (what) => this.#course.note(what),
        wake: (manager) => this.#people.wake(manager),
      }),
    );
  }

  /** What may befall a manager that is alone is its end. */
  #befall(): string {
    const site = this.#site;
    if (site.managers.length > 1) return befall(site, site.random);
    site.managers[0]?.kill();
    return 'the manager is killed';
  }

  /** Nobody does anything, and calls are up. */
  #lampsAtRest(): void {
    const site = this.#site;
    this.#course.tell('healed');
    site.network.weather = CALM;
    if (site.managers.length > 1) heal(site);
    this.#people.rest();
    this.#course.until(() => site.isWhole, WHOLE_MS, 'not all are members of one view again');
    const faults = (): string[] => [
      ...this.#wrongLamps(),
      ...this.#unowned(),
      ...this.#holders.conflicts(),
    ];
    this.#course.until(
      () => faults().length === 0,
      REST_MS,
      () => faults().join('; '),
    );
  }

  /** Everybody hangs up. */
  #darkness(): void {
    this.#people.goHome();
    const lit = (): string[] =>
      this.#bench.phones
        .filter(({ shown }) => shown !== '')
        .map(({ shown, station }) => `${station.options.user} shows ${shown}`);
    const faults = (): string[] => [...callsOf(this.#site), ...lit(), ...this.#wrongLamps()];
    const isDark = (): boolean => faults().length === 0;
    const why = (): string => `all have hung up: ${faults().join('; ')}`;
    this.#course.until(() => isDark() || this.#isLent(), REST_MS, why);
    if (isDark()) return;
    this.#site.slow(SLOW);
    this.#course.until(isDark, LENT_MS, why);
    this.#site.slow(1);
  }

  /** Whether all that is left is lent, on lease, to a phone that does not know it. */
  #isLent(): boolean {
    const unaware = this.#bench.phones
      .filter(({ station }) => station.unheard > 0)
      .map(({ station }) => station.options.user);
    const calls = this.#controls().flatMap((control) => [...control.calls.values()]);
    return (
      calls.every(
        (call) => isUsed(call) && call.use === 'seized' && unaware.includes(call.member),
      ) && callsOf(this.#site).length === calls.length
    );
  }

  #controls(): LineControl[] {
    return this.#site.managers.flatMap(
      ({ manager }) => manager?.processing.lines.get('2000') ?? [],
    );
  }

  #end(): void {
    const site = this.#site;
    this.#isOver = true;
    for (const phone of site.phones) phone.register(0);
    for (const phone of this.#bench.phones) phone.leave();
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

  #wrongLamps(): string[] {
    return wrongLampsOf(this.#site, this.#bench.phones, '2000');
  }

  /** Appearances that are lit, and nobody has them; at any of the line's processes. */
  #unowned(): string[] {
    const { managers } = this.#site;
    const controls = this.#controls();
    if (controls.length === 0) return ['the line has no process'];
    const legs = managers.flatMap(({ manager }) => [...(manager?.devices.processes() ?? [])]);
    const found: string[] = [];
    for (const control of controls) {
      const taken = new Set<number>();
      for (const call of control.calls.values()) {
        const { appearance } = call;
        if (taken.has(appearance)) found.push(`two calls have appearance ${appearance}`);
        taken.add(appearance);
        if (!isUsed(call)) continue;
        const { pid, call: leg } = call.holder;
        const holder = legs.find((process) => process.pid === pid);
        if (holder === undefined || !knows(holder, { call: call.call, leg }))
          found.push(`appearance ${appearance} is lit for ${pid}, which has no such call`);
      }
    }
    const shown = new Set(controls.map((control) => JSON.stringify(shownAt(control))));
    if (shown.size > 1) found.push(`the line's processes differ: ${[...shown].join(' and ')}`);
    return found;
  }

  #keepUp(phone: BenchPhone): void {
    if (this.#isOver) return;
    phone.refresh();
    this.#site.agenda.after(this.#site.random.between(...KEEP_MS), () => this.#keepUp(phone));
  }

  #keepRegistered(phone: Site['phones'][number]): void {
    if (this.#isOver) return;
    phone.register(120);
    this.#site.agenda.after(this.#site.random.between(1500, 3000), () =>
      this.#keepRegistered(phone),
    );
  }
}

/** What a process of the line has on record. */
function shownAt({ calls }: LineControl): readonly unknown[] {
  return [...calls.values()]
    .map((call) => ({
      ...{ call: call.call, appearance: call.appearance, state: call.state },
      ...(isUsed(call) ? { use: call.use ?? 'active', holder: call.holder } : {}),
    }))
    .sort((a, b) => a.appearance - b.appearance);
}

/** Lines of all kinds: with lamps for all or not, with members that keep things to themselves or may do little. */
function directoryOf(shape: SeededRandom): ReturnType<typeof sharingDirectory> {
  const members: Record<string, Partial<Member>> = {};
  if (shape.chance(0.3)) members['2000c'] = { isPrivate: true };
  if (shape.chance(0.3)) members['2000b'] = { rights: ['answer', 'originate'] };
  return sharingDirectory(
    DOMAIN,
    {
      mode: shape.pick(MODES) ?? 'single',
      appearances: shape.between(2, 4),
      whenFull: shape.chance(0.5) ? 'busy' : 'ring',
    },
    members,
  );
}
