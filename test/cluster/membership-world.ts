/**
 * Managers that are nothing but members, over virtual time, on the embedded bus and store: with loss,
 * delay, cuts in one direction or both, outages, pauses, crashes and restarts. What must never happen
 * is checked in every turn and at every change of the store, and thrown.
 */
import { EmbeddedMessagePlane } from '../../src/cluster/embedded-message-plane.ts';
import { EmbeddedStatePlane } from '../../src/cluster/embedded-state-plane.ts';
import { EmbeddedStore } from '../../src/cluster/embedded-store.ts';
import { homeAt } from '../../src/cluster/members.ts';
import { Membership } from '../../src/cluster/membership.ts';
import {
  MEMBERSHIP_TIMINGS,
  type MembershipTimings,
} from '../../src/cluster/membership-timings.ts';
import type { Standing, View } from '../../src/process/cluster.ts';
import type { Attachment } from '../../src/process/message-plane.ts';
import type { Home } from '../../src/process/pid.ts';
import type { Change, Transaction } from '../../src/process/state-plane.ts';
import { Agenda } from '../../src/testkit/agenda.ts';
import { SeededRandom } from '../../src/testkit/seeded-random.ts';

export class Violation extends Error {
  override readonly name = 'Violation';
}

/** One run of a manager's process. */
type Run = {
  readonly membership: Membership;
  readonly plane: EmbeddedStatePlane;
  attachment: Attachment | undefined;
  home: Home | undefined;
  standing: Standing;
  /** When it last stopped being unsure; Infinity while it is not sure. */
  sureMs: number;
  wokeMs: number;
  timerMs: number;
  isOver: boolean;
};

type Manager = {
  readonly id: string;
  run: Run | undefined;
  /** What came in while it was paused; undefined: it is not. */
  asleep: { readonly sinceMs: number; readonly turns: (() => void)[] } | undefined;
  /** Virtual time that it has slept. */
  sleptMs: number;
};

type Gone = { readonly atMs: number; readonly sleptMs: number };

const DELAY_MAX_MS = 100;

export class MembershipWorld {
  readonly agenda = new Agenda();
  readonly random: SeededRandom;
  readonly store = new EmbeddedStore(1000);
  readonly bus: EmbeddedMessagePlane;
  readonly managers: readonly Manager[];
  /** The longest that somebody who was expelled acted as member, in ms of its running time. */
  longestMs = 0;
  evictions = 0;
  loss = 0;
  /** What changes of the store may take on their way, besides. */
  watchLagMs = 0;
  storeFaults = 0;
  readonly log: string[] = [];
  readonly #timings: MembershipTimings;
  readonly #storeOutage: 'freeze' | 'fence';
  readonly #cuts = new Map<string, number>();
  readonly #views = new Map<number, string>();
  readonly #gone = new Map<Home, Gone>();
  readonly #present = new Map<string, Home>();
  readonly #absentMs = new Map<Home, number>();
  #isRestarting = true;

  constructor(
    seed: number,
    size: number,
    timings: Partial<MembershipTimings> = {},
    storeOutage: 'freeze' | 'fence' = 'freeze',
  ) {
    this.random = new SeededRandom(seed);
    this.#timings = { ...MEMBERSHIP_TIMINGS, ...timings };
    this.#storeOutage = storeOutage;
    this.managers = Array.from({ length: size }, (_, i) => ({
      id: `cm${i + 1}`,
      run: undefined,
      asleep: undefined,
      sleptMs: 0,
    }));
    this.bus = new EmbeddedMessagePlane({
      carry: (from, to, deliver) => {
        if (this.#cutMs(from, to) !== undefined || this.random.chance(this.loss)) return;
        this.agenda.after(this.#delayMs(), deliver);
      },
      after: (delayMs, action) => this.agenda.after(delayMs, action),
    });
    this.store.join({
      committed: (_revision, changes) => this.#committed(changes),
      compacted: () => undefined,
      resumed: () => undefined,
    });
    this.#tick();
  }

  get nowMs(): number {
    return this.agenda.nowMs;
  }

  say(text: string): void {
    this.log.push(`${this.nowMs} ${text}`);
  }

  run(untilMs: number): void {
    while (this.agenda.nextMs <= untilMs) this.agenda.step();
    this.agenda.nowMs = untilMs;
  }

  start(manager: Manager): void {
    if (manager.run !== undefined || manager.asleep !== undefined) return;
    this.say(`${manager.id} starts`);
    const plane = new EmbeddedStatePlane(this.store, {
      carry: (what, deliver) => {
        const lagMs = what === 'change' ? this.random.below(this.watchLagMs + 1) : 0;
        this.agenda.after(lagMs + this.#delayMs() / 4, deliver);
      },
      fate: () =>
        this.random.chance(this.storeFaults)
          ? this.random.chance(0.5)
            ? 'not told'
            : 'not done'
          : 'told',
    });
    const run: Run = {
      plane,
      membership: undefined as unknown as Membership,
      attachment: undefined,
      home: undefined,
      standing: 'unsure',
      sureMs: Number.POSITIVE_INFINITY,
      wokeMs: Number.NEGATIVE_INFINITY,
      timerMs: Number.POSITIVE_INFINITY,
      isOver: false,
    };
    const turn = (action: () => void): void => this.#turn(manager, run, action);
    const membership = new Membership(
      {
        id: manager.id,
        record: { host: 'host', pid: 1, started: '2026-01-01T00:00:00Z', sip: [] },
        secret: `secret of ${manager.id}`,
        store: {
          transact: (transaction, done) => {
            this.#checkMajority(manager, run, transaction);
            plane.transact(transaction, done);
          },
          read: (prefix, done) => plane.read(prefix, done),
          grant: (ttlMs, done) => plane.grant(ttlMs, done),
          keepAlive: (lease, done) => plane.keepAlive(lease, done),
          revoke: (lease, done) => plane.revoke(lease, done),
        },
        clock: { epochMs: () => 1_000_000 + this.nowMs },
        storeOutage: this.#storeOutage,
        timings: this.#timings,
        publish: (topic, text) => run.attachment?.publish(topic, text),
        ping: (home, done) =>
          run.attachment?.request(home, run.home ?? '', 300, (answer) => {
            if (!answer.ok && answer.why === 'absent') this.#absentMs.set(home, this.nowMs);
            done(answer);
          }),
        wake: () => turn(() => undefined),
        listener: {
          joined: ({ home, view }) => {
            run.home = home;
            this.#sawView(manager, view);
            run.attachment = this.bus.attach(home, {
              receive: () => undefined,
              absent: (to) => turn(() => membership.absent(to)),
              event: (_topic, incoming) => turn(() => membership.beat(incoming)),
              asked: ({ text }, answer) =>
                turn(() => {
                  membership.heard(text, this.nowMs);
                  if (run.standing !== 'fenced') answer('here');
                }),
              connected: (isUp) => turn(() => membership.connected(isUp)),
            });
          },
          viewChanged: (view) => this.#sawView(manager, view),
          standingChanged: (standing) => {
            this.say(`${manager.id} is ${standing}`);
            run.standing = standing;
            run.sureMs = standing === 'member' ? this.nowMs : Number.POSITIVE_INFINITY;
            if (standing === 'fenced') this.#end(manager, run, false);
          },
          failed: ({ code, message }) => {
            this.say(`${manager.id} fails: ${code}: ${message}`);
            this.#end(manager, run, false);
          },
        },
      },
      this.nowMs,
    );
    Object.assign(run, { membership });
    manager.run = run;
    plane.follow('', {
      reset: (revision, entries) => turn(() => membership.reset(revision, entries)),
      changed: (revision, changes) => turn(() => membership.changed(revision, changes)),
    });
    this.#arm(manager, run);
  }

  /** kill -9. */
  crash(manager: Manager): void {
    const { run } = manager;
    if (run === undefined) return;
    this.say(`${manager.id} crashes`);
    manager.asleep = undefined;
    this.#end(manager, run, true);
  }

  pause(manager: Manager): void {
    if (manager.run === undefined || manager.asleep !== undefined) return;
    this.say(`${manager.id} sleeps`);
    manager.asleep = { sinceMs: this.nowMs, turns: [] };
  }

  wake(manager: Manager): void {
    const { asleep, run } = manager;
    if (asleep === undefined) return;
    this.say(`${manager.id} wakes`);
    manager.asleep = undefined;
    const sleptMs = this.nowMs - asleep.sinceMs;
    manager.sleptMs += sleptMs;
    if (run === undefined) return;
    if (sleptMs > MEMBERSHIP_TIMINGS.pauseMs + MEMBERSHIP_TIMINGS.beatMs) run.wokeMs = this.nowMs;
    this.#turn(manager, run, () => undefined);
    // What piled up comes first, each in a turn of its own.
    for (const turn of asleep.turns) this.#turn(manager, run, turn);
  }

  leave(manager: Manager): void {
    const { run } = manager;
    if (run === undefined || manager.asleep !== undefined) return;
    this.say(`${manager.id} leaves`);
    run.membership.leave(() => undefined);
  }

  /** What `from` says does not reach `to`, from now on. */
  cut(from: Manager, to: Manager): void {
    const key = `${from.id}>${to.id}`;
    if (!this.#cuts.has(key)) this.#cuts.set(key, this.nowMs);
  }

  mend(): void {
    this.#cuts.clear();
  }

  stopBus(manager: Manager): void {
    if (manager.run?.home !== undefined) this.bus.stop(manager.run.home);
  }

  /** Whether all that live are members with one view, of all of them. */
  get isWhole(): boolean {
    const runs = this.managers.map(({ run }) => run);
    const [first] = runs;
    if (first === undefined) return false;
    const revision = first.membership.view.revision;
    return runs.every(
      (run) =>
        run?.standing === 'member' &&
        run.membership.view.revision === revision &&
        run.membership.view.members.length === this.managers.length,
    );
  }

  /** Whoever ends is not started again. */
  stopRestarting(): void {
    this.#isRestarting = false;
  }

  #end(manager: Manager, run: Run, isCrash: boolean): void {
    if (run.isOver) return;
    run.isOver = true;
    run.attachment?.detach();
    manager.run = undefined;
    if (isCrash) run.plane.close();
    // A fenced one still says to the store that it is gone.
    else this.agenda.after(500, () => run.plane.close());
    if (this.#isRestarting)
      this.agenda.after(this.random.between(50, 1500), () => this.start(manager));
  }

  #turn(manager: Manager, run: Run, action: () => void): void {
    if (run.isOver) return;
    if (manager.asleep !== undefined) {
      manager.asleep.turns.push(action);
      return;
    }
    run.membership.advance(this.nowMs);
    if (run.isOver) return;
    if (run.membership.nextDueMs() <= this.nowMs)
      throw new Violation(`${manager.id} is never done at ${this.nowMs}`);
    if (run.standing === 'member') this.#checkActing(manager, run);
    action();
    this.#arm(manager, run);
  }

  #arm(manager: Manager, run: Run): void {
    if (run.isOver) return;
    const dueMs = Math.max(run.membership.nextDueMs(), this.nowMs);
    if (dueMs >= run.timerMs || dueMs === Number.POSITIVE_INFINITY) return;
    run.timerMs = dueMs;
    this.agenda.at(dueMs + this.random.below(3), () => {
      if (run.timerMs !== dueMs) return;
      run.timerMs = Number.POSITIVE_INFINITY;
      this.#turn(manager, run, () => undefined);
    });
  }

  #delayMs(): number {
    return this.random.chance(0.02) ? this.random.below(DELAY_MAX_MS) : this.random.below(6) / 2;
  }

  #tick(): void {
    this.store.advance(this.nowMs);
    this.agenda.after(50, () => this.#tick());
  }

  #cutMs(from: Home, to: Home): number | undefined {
    if (this.#cuts.size === 0) return undefined;
    return this.#cuts.get(`${idOf(from)}>${idOf(to)}`);
  }

  #sawView(manager: Manager, { revision, members }: View): void {
    const text = members.join(' ');
    const known = this.#views.get(revision);
    this.say(`${manager.id} sees ${revision}: ${text}`);
    if (known !== undefined && known !== text)
      throw new Violation(`view ${revision} is ${known} and, for ${manager.id}, ${text}`);
    this.#views.set(revision, text);
  }

  #committed(changes: readonly Change[]): void {
    for (const { key, entry } of changes) {
      if (!key.startsWith('members/')) continue;
      const id = key.slice('members/'.length);
      const before = this.#present.get(id);
      const after = entry && homeAt(id, entry.created);
      if (after === before) continue;
      if (after === undefined) this.#present.delete(id);
      else this.#present.set(id, after);
      if (before === undefined) continue;
      const manager = this.managers.find((each) => each.id === id);
      if (manager === undefined) continue;
      const isEviction = changes.some((change) => change.key === `evictions/${id}`);
      this.say(`${before} is ${isEviction ? 'expelled' : 'gone'}`);
      this.#gone.set(before, { atMs: this.nowMs, sleptMs: this.#sleptMs(manager) });
      if (isEviction) this.#checkWarned(manager, before);
    }
  }

  #sleptMs({ asleep, sleptMs }: Manager): number {
    return sleptMs + (asleep === undefined ? 0 : this.nowMs - asleep.sinceMs);
  }

  /** Somebody acts as a member. */
  #checkActing(manager: Manager, run: Run): void {
    const gone = run.home === undefined ? undefined : this.#gone.get(run.home);
    if (gone === undefined) return;
    const awakeMs = this.nowMs - gone.atMs - (manager.sleptMs - gone.sleptMs);
    this.longestMs = Math.max(this.longestMs, awakeMs);
    if (awakeMs > MEMBERSHIP_TIMINGS.fenceMs)
      throw new Violation(`${run.home} acts ${awakeMs} ms after it was expelled`);
    if (run.wokeMs >= gone.atMs)
      throw new Violation(`${run.home} was expelled while it slept, and acts`);
  }

  /** Who is expelled for silence was unsure before, or asleep, or dead. */
  #checkWarned(manager: Manager, home: Home): void {
    this.evictions++;
    const { run, asleep } = manager;
    const isSilence = this.nowMs - (this.#absentMs.get(home) ?? Number.NEGATIVE_INFINITY) > 4000;
    if (run?.home !== home || asleep !== undefined || !isSilence) return;
    const isWarned = run.standing !== 'member' || this.nowMs - run.sureMs < 2500;
    if (!isWarned) throw new Violation(`${home} is expelled for silence and was sure`);
  }

  /** Who expels has lately been in touch with a majority; or with half, and expels all others at once. */
  #checkMajority(manager: Manager, { membership, home }: Run, { then }: Transaction): void {
    const evictions = then.filter(
      ({ type, key }) => type === 'delete' && key.startsWith('members/'),
    );
    const { members } = membership.view;
    if (evictions.length === 0 || members.length < 3) return;
    const limitMs = this.nowMs - MEMBERSHIP_TIMINGS.reachMs - DELAY_MAX_MS;
    const isOpen = (from: string, to: string): boolean =>
      (this.#cuts.get(`${from}>${to}`) ?? Number.POSITIVE_INFINITY) > limitMs;
    const reached = members.filter((member) => {
      const id = idOf(member);
      return member === home || (isOpen(id, manager.id) && isOpen(manager.id, id));
    });
    const isHalf = evictions.length * 2 === members.length;
    if (isHalf ? reached.length * 2 < members.length : reached.length * 2 <= members.length)
      throw new Violation(
        `${home} expels, in touch with ${reached.join(' ')} of ${members.length}`,
      );
  }
}

function idOf(home: Home): string {
  return home.slice(0, home.indexOf('.'));
}

/** Faults of all kinds for a while, then none: all must be members of one view 10 s later. */
export function runSeed(seed: number, timings: Partial<MembershipTimings> = {}): MembershipWorld {
  const shape = new SeededRandom(seed + 0x5eed);
  const size = shape.between(2, 5);
  const world = new MembershipWorld(
    seed,
    size,
    { flapWaitMs: 500, flapWaitMaxMs: 2000, ...timings },
    shape.chance(0.8) ? 'freeze' : 'fence',
  );
  if (shape.chance(0.3)) world.watchLagMs = shape.below(600);
  try {
    for (const manager of world.managers)
      world.agenda.after(shape.below(800), () => world.start(manager));
    const faults = shape.between(1, 8);
    for (let i = 0; i < faults; i++)
      world.agenda.at(shape.between(1500, 5500), () => inject(world, shape));
    world.run(6000);
    heal(world);
    const healedMs = world.nowMs;
    let sinceMs = world.nowMs;
    // Whole, and still so a moment later.
    while (world.nowMs - sinceMs < 1200) {
      world.run(world.nowMs + 100);
      if (!world.isWhole) sinceMs = world.nowMs;
      if (world.nowMs > healedMs + 11_200)
        throw new Violation('not all are members of one view 10 s after the last fault');
    }
  } catch (error) {
    if (error instanceof Violation) {
      error.message = `seed ${seed}: ${error.message}`;
      Object.assign(error, { log: world.log });
    }
    throw error;
  }
  return world;
}

/**
 * Members that sleep, each at times of its own, while what changes is slow to be seen and renewals are
 * rare: neither wakes them to the truth.
 */
export function runSleepers(seed: number, timings: Partial<MembershipTimings> = {}): void {
  const shape = new SeededRandom(seed);
  const world = new MembershipWorld(seed, shape.between(4, 5), { renewMs: 2500, ...timings });
  for (const manager of world.managers) world.start(manager);
  world.run(1000);
  world.watchLagMs = 1500;
  for (const manager of world.managers)
    if (shape.chance(0.3)) {
      const atMs = shape.between(1500, 3000);
      world.agenda.at(atMs, () => world.pause(manager));
      world.agenda.at(atMs + shape.between(900, 2000), () => world.wake(manager));
    }
  world.run(6000);
}

/** How long it takes, in ms, until all survivors have seen that `lost` of the members are gone. */
export function timeToView(seed: number, size: number, fate: 'killed' | 'hung', lost = 1): number {
  const world = new MembershipWorld(seed, size);
  for (const manager of world.managers)
    world.agenda.after(world.random.below(150), () => world.start(manager));
  world.run(3000 + world.random.below(500));
  const first = world.random.below(size);
  const isVictim = (at: number): boolean => (at - first + size) % size < lost;
  const victims = world.managers.filter((_, at) => isVictim(at));
  const homes = victims.map(({ run }) => run?.home ?? '');
  if (!world.isWhole) return Number.NaN;
  const sinceMs = world.nowMs;
  world.stopRestarting();
  for (const victim of victims)
    if (fate === 'killed') world.crash(victim);
    else world.pause(victim);
  const others = world.managers.filter((manager) => !victims.includes(manager));
  const sees = (home: string) =>
    others.some(({ run }) => run?.membership.view.members.includes(home));
  while (homes.some(sees)) world.run(world.nowMs + 1);
  return world.nowMs - sinceMs;
}

function heal(world: MembershipWorld): void {
  world.say('healed');
  world.loss = 0;
  world.watchLagMs = 0;
  world.storeFaults = 0;
  world.mend();
  world.store.resume();
  world.bus.resume();
  for (const manager of world.managers) {
    world.wake(manager);
    manager.run?.plane.resume();
  }
}

function inject(world: MembershipWorld, random: SeededRandom): void {
  const { managers, agenda } = world;
  const victim = random.pick(managers);
  if (victim === undefined) return;
  const forMs = random.chance(0.5) ? random.between(20, 1500) : random.between(500, 6000);
  const others = managers.filter((manager) => manager !== victim);
  switch (random.below(13)) {
    case 0:
      world.loss = random.below(40) / 100;
      agenda.after(forMs, () => {
        world.loss = 0;
      });
      break;
    case 1:
    case 2: {
      // A part of the managers from the rest, in one direction or in both.
      const part = managers.filter(() => random.chance(0.5));
      const isOneWay = random.chance(0.3);
      world.say(`cut ${part.map(({ id }) => id).join(' ')}${isOneWay ? ', one way' : ''}`);
      for (const from of part)
        for (const to of managers.filter((manager) => !part.includes(manager))) {
          world.cut(from, to);
          if (!isOneWay) world.cut(to, from);
        }
      agenda.after(forMs, () => world.mend());
      break;
    }
    case 3: {
      const other = random.pick(others);
      if (other === undefined) break;
      world.say(`cut ${victim.id} > ${other.id}`);
      world.cut(victim, other);
      if (random.chance(0.5)) world.cut(other, victim);
      agenda.after(forMs, () => world.mend());
      break;
    }
    case 4: {
      const home = victim.run?.home;
      if (home === undefined) break;
      world.say(`${home} is off the bus`);
      world.bus.stop(home);
      agenda.after(forMs, () => world.bus.resume(home));
      break;
    }
    case 5:
      world.say('no bus');
      world.bus.stop();
      agenda.after(forMs, () => world.bus.resume());
      break;
    case 6:
    case 7: {
      world.say(`${victim.id} is off the store`);
      const plane = victim.run?.plane;
      plane?.stop();
      agenda.after(forMs, () => plane?.resume());
      break;
    }
    case 8:
      world.say('no store');
      world.store.stop();
      agenda.after(forMs, () => world.store.resume());
      break;
    case 9:
      world.storeFaults = random.below(50) / 100;
      world.store.compact();
      agenda.after(forMs, () => {
        world.storeFaults = 0;
      });
      break;
    case 10:
    case 11:
      world.pause(victim);
      agenda.after(forMs, () => world.wake(victim));
      break;
    default:
      if (random.chance(0.7)) world.crash(victim);
      else world.leave(victim);
  }
}
