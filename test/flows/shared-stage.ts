/**
 * The stage of flows on a shared line: phones of three makes with lamps on line 2000, each at another manager,
 * an RFC 7463 agent and a busy lamp field that look on, and two outsiders; on one manager, and on three with
 * the line's process on a fourth. What the flow saw is compared, and that every phone's last NOTIFY was what
 * the line had on record, that no phone was sent what it should not have been, and that nothing is left.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Device, Directory, Line, Member } from '../../src/call/directory.ts';
import type { MembershipTimings } from '../../src/cluster/membership-timings.ts';
import type { Phone, PhoneCall } from '../../src/testkit/phone.ts';
import { Bench, type Seat } from '../../src/testkit/phones/bench.ts';
import { wrongLampsOf } from '../../src/testkit/phones/line-lamps.ts';
import { GENERIC, POLYCOM, type ScaHabits, YEALINK } from '../../src/testkit/phones/sca-habits.ts';
import type { ScaPhone } from '../../src/testkit/phones/sca-phone.ts';
import type { StationCall } from '../../src/testkit/phones/station-call.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, type Site } from '../../src/testkit/site.ts';
import { type FlowOptions, type Setting, stage } from './flow.ts';

export type Stage = {
  readonly site: Site;
  readonly bench: Bench;
  /** 2000a, 2000b and 2000c: at the first, second and third manager. */
  readonly a: ScaPhone;
  readonly b: ScaPhone;
  readonly c: ScaPhone;
  /** 1001, at the first manager, and 1002, at the second; they know nothing of sharing. */
  readonly one: Phone;
  readonly two: Phone;
  /** Where a user's phone is, when it is one more of the line's. */
  seat(user: string): Seat;
  /** Virtual milliseconds; 100, unless told. */
  wait(ms?: number): void;
  /** What all lamps of the line show; each phone's, if they differ. */
  lamps(): string;
};

export type StageOptions = {
  readonly settings?: readonly Setting[];
  readonly directory?: Directory;
  readonly habits?: Readonly<Record<string, ScaHabits>>;
  readonly timings?: Partial<MembershipTimings>;
  /** As of `FlowOptions`. */
  readonly records?: FlowOptions['records'];
};

const MEMBERS = ['2000a', '2000b', '2000c'];
const MAKES = [GENERIC, POLYCOM, YEALINK];
/** Members that are not rung: they look on. */
const AGENT = '2000d';
const WATCHER = '2000e';
const MEMBERS_FROM = 'a'.charCodeAt(0);
const HOMES = 3;
const REST_MS = 200_000;
const NAMES: Readonly<Record<Setting, string>> = {
  alone: '',
  single: ' [three managers, the line on a fourth]',
  replicated: ' [three managers, a replicated line]',
};

/** `play` gives what it saw; it is compared with `expected`. */
export function shared(
  name: string,
  play: (stage: Stage) => unknown,
  expected: unknown,
  options: StageOptions = {},
): void {
  const { settings = ['alone', 'single', 'replicated'] } = options;
  for (const setting of settings)
    test(`${name}${NAMES[setting]}`, () => {
      const cast = enter(setting, options);
      const seen = play(cast);
      const { site, bench } = cast;
      cast.wait();
      const wrong = wrongLampsOf(site, bench.phones, '2000');
      const left = leave(cast);
      assert.deepEqual(
        { seen, wrong, faults: bench.faults, left },
        { seen: expected, wrong: [], faults: [], left: [] },
      );
    });
}

function enter(
  setting: Setting,
  { directory, habits = {}, timings, records }: StageOptions,
): Stage {
  const site = stage(setting, ['1001', '1002'], {
    directory: directory ?? directoryWith(),
    ...(timings === undefined ? {} : { timings }),
    records,
  });
  const bench = new Bench(site);
  const homes = Math.min(HOMES, site.managers.length);
  const seat = (user: string): Seat => ({
    user,
    line: '2000',
    manager: (user.charCodeAt(4) - MEMBERS_FROM) % homes,
  });
  // A line's process is where its first device was, and stays there.
  const last = site.managers.at(-1);
  assert(last);
  const first = setting === 'single' ? [site.addPhone('2000a', '2000', [last.address])] : [];
  for (const phone of first) phone.register(3600);
  site.run(50);
  const [a, b, c] = MEMBERS.map((user, at) => bench.sca(seat(user), habits[user] ?? MAKES[at]));
  assert(a && b && c);
  const lookers = [bench.appearance(seat(AGENT)), bench.watcher(seat(WATCHER), '2000')];
  for (const phone of [a, b, c, ...lookers]) phone.boot();
  site.run(100);
  for (const phone of first) phone.register(0);
  site.run(50);
  return {
    site,
    bench,
    a,
    b,
    c,
    one: plain(site, '1001'),
    two: plain(site, '1002'),
    seat,
    wait: (ms = 100) => site.run(ms),
    lamps: () => {
      const shown = [a, b, c].map((phone) => phone.shown);
      return new Set(shown).size === 1 ? (shown[0] ?? '') : shown.join(' | ');
    },
  };
}

/** Everybody hangs up and goes. Returns what is left at the managers, and in phones. */
function leave({ site, a, b, c, bench }: Stage): readonly (readonly [string, number])[] {
  for (const phone of site.phones) for (const call of phone.calls) phone.hangUp(call);
  for (const phone of bench.phones) for (const call of phone.calls) call.hangUp();
  for (const phone of [a, b, c]) phone.onHook();
  site.run(1000);
  const lit = bench.phones
    .filter((phone) => phone.shown !== '')
    .map(({ shown, station }) => [`${station.options.user}: ${shown}`, 1] as const);
  for (const phone of site.phones) phone.register(0);
  for (const phone of bench.phones) phone.leave();
  site.run(REST_MS);
  const counts = site.managers.flatMap(({ manager }) => {
    if (manager === undefined) return [];
    const { l: lines, c: controls } = manager.scheduler.population;
    return Object.entries({ ...manager.size, lines, controls });
  });
  return [...lit, ...counts].filter(([, count]) => count !== 0);
}

function plain(site: Site, user: string): Phone {
  const phone = site.phones.find(({ options }) => options.user === user);
  assert(phone, `no phone of ${user}`);
  return phone;
}

/** The simulation's directory with another line 2000, or other members of it. */
export function directoryWith(
  line: Partial<Line> = {},
  members: Readonly<Record<string, Partial<Member>>> = {},
): Directory {
  const directory = simulationDirectory(DOMAIN);
  const before = directory.lines.get('2000');
  assert(before);
  const [first] = before.members;
  assert(first);
  const lookers = [AGENT, WATCHER].map(
    (name): Member => ({ ...first, name, device: name, rights: [] }),
  );
  const all = [...before.members, ...lookers];
  const after: Line = {
    ...before,
    ...line,
    members: all.map((member) => ({ ...member, ...members[member.name] })),
  };
  const devices = new Map(directory.devices);
  for (const { device: id } of lookers) devices.set(id, deviceOf(id, directory));
  return {
    ...directory,
    devices,
    users: new Map([...devices.values()].map((device) => [device.user, device])),
    lines: new Map(directory.lines).set('2000', after),
  };
}

function deviceOf(id: string, { devices }: Directory): Device {
  const like = devices.get('2000b');
  assert(like);
  return { ...like, id, user: id, name: `${id} at ${DOMAIN}` };
}

/** The call that a phone has. */
export function callOf(phone: ScaPhone): StationCall {
  assert(phone.call, 'it has no call');
  return phone.call;
}

export function plainCallOf(phone: Phone): PhoneCall {
  const [call] = phone.calls;
  assert(call, `${phone.options.user} has no call`);
  return call;
}

/** A phone of the line seizes appearance 1, calls an outsider, and is answered. */
export function talkTo(far: Phone, phone: ScaPhone, { wait }: Stage): StationCall {
  phone.offHook(1);
  wait();
  const call = phone.dial(far.options.user);
  wait();
  far.answer(plainCallOf(far));
  wait();
  return call;
}

/** Whether each hears the other. */
export function areTalking(
  call: StationCall,
  far: { readonly phase: string; readonly session: string; readonly remoteSession: string },
): boolean {
  return (
    call.phase === 'talking' &&
    far.phase === 'talking' &&
    call.remoteSession === far.session &&
    far.remoteSession === call.session
  );
}
