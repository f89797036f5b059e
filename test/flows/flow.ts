/**
 * A flow: phones act in virtual time, and what went over the wire is the expected ladder.
 *
 * Every flow is played three times: on one manager; and by phones that are registered at three managers
 * of a cluster, to lines that have one process on a fourth, or a process on each of the three. There is
 * no distance between managers then: each phone sees and says the same as at one manager, in the same
 * order. What several phones do within one millisecond may come in another order: each has its own ladder.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Directory, Line } from '../../src/call/directory.ts';
import type { MembershipTimings } from '../../src/cluster/membership-timings.ts';
import type { Phone, PhoneCall } from '../../src/testkit/phone.ts';
import { Recorder } from '../../src/testkit/recorder.ts';
import { NO_DISTANCE } from '../../src/testkit/simulated-planes.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site, type SiteOptions } from '../../src/testkit/site.ts';

export type Cast = {
  readonly site: Site;
  /** The phone of that user. */
  phone(user: string): Phone;
  /** One more phone, where the next one of the flow's users would be. */
  addPhone(user: string, aor: string): Phone;
  /** The call that phone has now. */
  callOf(user: string): PhoneCall;
  /** Virtual milliseconds. */
  wait(ms: number): void;
};

/** 'alone': on one manager. Otherwise the mode of all lines, whose callers and members are on three. */
export type Setting = 'alone' | Line['mode'];

const NAMES: Readonly<Record<Setting, string>> = {
  alone: '',
  single: ' [three managers, lines on a fourth]',
  replicated: ' [three managers, replicated lines]',
};
const SETTINGS: readonly Setting[] = ['alone', 'single', 'replicated'];

/** Managers at which users are registered; in single mode lines have their process at the one after them. */
const HOMES = 3;
/** As rare as they may be: nobody is lost in these flows, and virtual time is to pass quickly. */
const RARE_BEATS: Partial<MembershipTimings> = {
  leaseMs: 60_000,
  renewMs: 10_000,
  renewTimeoutMs: 9000,
  fenceMs: 30_000,
  beatMs: 5000,
  heardMs: 20_000,
  reachMs: 20_000,
  pauseMs: 20_000,
  quietMs: 15_000,
  silentMs: 30_000,
};

/** The longest of all patience: that of call control with a gateway. */
const REST_MS = 200_000;

export type FlowOptions = {
  readonly directory?: Directory;
  /** All, unless told. */
  readonly settings?: readonly Setting[];
  /**
   * The ladder on several managers, when it is another one: what happens in the same moment is decided
   * on one manager before anybody acts on it, and on several by whose word comes first.
   */
  readonly apart?: string;
  /** Two managers act on one phone in the same moment: a phone's ladder is compared without its order. */
  readonly inAnyOrder?: boolean;
  /** Instead of those, for what takes the loss of a manager. */
  readonly timings?: Partial<MembershipTimings>;
  /** How long nothing may be left at the latest, after all have hung up. */
  readonly restMs?: number;
  /** Gets what managers say of their calls for the record. */
  readonly records?: SiteOptions['records'];
};

/**
 * Registers a phone for each of `users`, lets `play` act, and compares the ladder. Called phones
 * ring at once; all else is up to `play`. Afterwards everybody has hung up, and nothing is left.
 */
export function flow(
  name: string,
  users: readonly string[],
  play: (cast: Cast) => void,
  ladder: string,
  options: FlowOptions = {},
): void {
  const { settings = SETTINGS, apart = ladder, restMs = REST_MS, inAnyOrder = false } = options;
  for (const setting of settings)
    test(`${name}${NAMES[setting]}`, () => {
      const site = stage(setting, users, options);
      const recorder = new Recorder(site);
      play(castOf(site, users.length));
      const seen = recorder.lines.slice();
      const left = leave(site, restMs);
      if (setting === 'alone')
        assert.deepEqual({ seen, left }, { seen: linesOf(ladder), left: [] });
      else
        assert.deepEqual(
          { seen: byPhone(seen, inAnyOrder), left },
          { seen: byPhone(linesOf(apart), inAnyOrder), left: [] },
        );
    });
}

/** Phones are known by the one address that all have here, before a gateway whose network that is in. */
export function believedThere(directory: Directory): Directory {
  const devices = new Map(
    [...directory.devices].map(([id, device]) => [id, { ...device, acceptFrom: ['10.0.1.1/32'] }]),
  );
  const users = new Map([...devices.values()].map((device) => [device.user, device]));
  return { ...directory, devices, users };
}

/** A site at which a phone of each of `users` is registered, at one manager after the other. */
export function stage(
  setting: Setting,
  users: readonly string[],
  { directory = simulationDirectory(DOMAIN), timings = RARE_BEATS, records }: FlowOptions = {},
): Site {
  if (setting === 'alone') {
    const site = new Site(1, directory, { records });
    for (const user of users) ringing(addPhone(site, user, user, 0)).register(3600);
    site.run(100);
    return site;
  }
  const lines = new Map([...directory.lines].map(([n, line]) => [n, { ...line, mode: setting }]));
  const managers = setting === 'single' ? HOMES + 1 : HOMES;
  const site = new Site(1, { ...directory, lines }, { managers, timings, records });
  site.planes.busWeather = NO_DISTANCE;
  while (!site.isWhole) site.run(10);
  const phones = users.map((user, at) => ringing(addPhone(site, user, user, at % HOMES)));
  // A line's process is where its first device was, and stays there.
  const first = setting === 'single' ? users.map((user) => addPhone(site, user, user, HOMES)) : [];
  for (const phone of first) phone.register(3600);
  site.run(50);
  for (const phone of phones) phone.register(3600);
  site.run(50);
  for (const phone of first) phone.register(0);
  site.run(50);
  return site;
}

function addPhone(site: Site, user: string, aor: string, at: number): Phone {
  const manager = site.managers[at];
  assert(manager, `there is no manager ${at}`);
  return site.addPhone(user, aor, [manager.address]);
}

function ringing(phone: Phone): Phone {
  phone.onInvited = (call) => phone.ring(call);
  return phone;
}

export function castOf(site: Site, users: number): Cast {
  const homes = Math.min(HOMES, site.managers.length);
  let count = users;
  return {
    site,
    phone: (user) => find(site, user),
    addPhone: (user, aor) => addPhone(site, user, aor, count++ % homes),
    callOf: (user) => {
      const [call] = find(site, user).calls;
      assert(call, `${user} has no call`);
      return call;
    },
    wait: (ms) => site.run(ms),
  };
}

/** Everybody hangs up and goes. Returns what is left at the managers then. */
function leave(site: Site, restMs: number): readonly (readonly [string, number])[] {
  for (const phone of site.phones) for (const call of phone.calls) phone.hangUp(call);
  for (const phone of site.phones) phone.register(0);
  site.run(restMs);
  return site.managers.flatMap(({ manager }) => {
    if (manager === undefined) return [];
    const { l: lines, c: controls } = manager.scheduler.population;
    return Object.entries({ ...manager.size, lines, controls }).filter(([, count]) => count !== 0);
  });
}

function find(site: Site, user: string): Phone {
  const phone = site.phones.find(({ options }) => options.user === user);
  assert(phone, `no phone of ${user}`);
  return phone;
}

function linesOf(ladder: string): readonly string[] {
  return ladder
    .trim()
    .split('\n')
    .map((line) => line.trim());
}

/** Each phone's own ladder. */
function byPhone(
  lines: readonly string[],
  inAnyOrder: boolean,
): Readonly<Record<string, readonly string[]>> {
  const phones: Record<string, string[]> = {};
  for (const line of lines) {
    const [user = ''] = line.split(' ');
    phones[user] ??= [];
    phones[user].push(line);
  }
  if (inAnyOrder)
    for (const ladder of Object.values(phones)) ladder.sort((a, b) => (a < b ? -1 : 1));
  return phones;
}

/** 1001 calls line 2000, and 2000a answers. */
export function talk({ phone, callOf, wait }: Cast): void {
  phone('1001').call('2000');
  wait(100);
  phone('2000a').answer(callOf('2000a'));
  wait(100);
}
