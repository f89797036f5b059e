/** How many calls a line may have at a time, over all its phones, wherever those are: who gets the last one, and what the others hear. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { InvariantError } from '../../src/base/assert.ts';
import type { Directory, Line } from '../../src/call/directory.ts';
import { firstLcp } from '../../src/call/registration-table.ts';
import type { Phone, PhoneCall } from '../../src/testkit/phone.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, SERVER, type Site } from '../../src/testkit/site.ts';
import { listOf, wayOut } from '../call/switchboard.ts';
import { type FlowOptions, type Setting, stage } from './flow.ts';
import { GOOD, ScriptedGateway } from './scripted-gateway.ts';
import { callOf, directoryWith, plainCallOf, shared, talkTo } from './shared-stage.ts';

const SETTINGS: readonly Setting[] = ['alone', 'single', 'replicated'];
const REST_MS = 40_000;

type Scene = {
  readonly site: Site;
  readonly phone: (user: string) => Phone;
  /** One more phone, at the manager of that number, if there are several; not registered. */
  readonly stranger: (user: string, at: number) => Phone;
  /** Dials, and waits a little. Who is called answers. */
  readonly dial: (user: string, number: string) => PhoneCall;
  readonly wait: (ms?: number) => void;
  /** Of refusals, as calls' records have them. */
  readonly codes: () => readonly string[];
};

/** That line may have so many calls; 112 is an emergency number. */
function limited(number: string, rest: Partial<Line> & { readonly callsMax: number }): Directory {
  const plain = simulationDirectory(DOMAIN);
  const line = plain.lines.get(number);
  assert(line !== undefined);
  const gateway = { id: 'gw', uri: 'sip:10.0.2.1:7001', acceptFrom: [], callsMax: 9 };
  return {
    ...plain,
    lines: new Map(plain.lines).set(number, { ...line, ...rest }),
    gateways: new Map([['gw', gateway]]),
    routeLists: new Map([['gw', listOf('gw')]]),
    routePlan: {
      partitions: new Map([['out', [{ ...wayOut('112', 'gw'), isEmergency: true }]]]),
      spaces: new Map([['default', ['lines', 'out']]]),
      countries: new Map(),
    },
  };
}

/** `play` gives what it saw; afterwards everybody hangs up, and nothing is left. */
function scene(
  name: string,
  users: readonly string[],
  play: (scene: Scene) => unknown,
  expected: unknown,
  directory: Directory = limited('2000', { callsMax: 1 }),
  { settings = SETTINGS, ...options }: FlowOptions = {},
): void {
  for (const setting of settings)
    test(`${name} [${setting}]`, () => {
      const records: NonNullable<FlowOptions['records']> = [];
      const site = stage(setting, users, { ...options, directory, records });
      void new ScriptedGateway(site, 7001, GOOD);
      const answering = (phone: Phone) => {
        phone.onInvited = (call) => phone.answer(call);
        return phone;
      };
      site.phones.forEach(answering);
      const phone = (user: string) => {
        const found = site.phones.find(({ options }) => options.user === user);
        assert(found !== undefined);
        return found;
      };
      const wait = (ms = 300) => site.run(ms);
      const seen = play({
        ...{ site, phone, wait },
        codes: () => records.flatMap(({ record }) => record.code ?? []),
        stranger: (user, at) => {
          const manager = site.managers[at % Math.min(3, site.managers.length)];
          assert(manager !== undefined);
          return answering(site.addPhone(user, user, [manager.address]));
        },
        dial: (user, number) => {
          const call = phone(user).call(number);
          wait();
          return call;
        },
      });
      for (const each of site.phones) for (const call of each.calls) each.hangUp(call);
      for (const each of site.phones) each.register(0);
      site.run(REST_MS);
      const left = site.managers.flatMap(({ manager }) => {
        if (manager === undefined) return [];
        const { l: lines, c: controls } = manager.scheduler.population;
        return Object.entries({ ...manager.size, lines, controls }).filter(([, many]) => many > 0);
      });
      assert.deepEqual({ seen, left }, { seen: expected, left: [] });
    });
}

const stateOf = ({ phase, status }: PhoneCall): string | number => status || phase;

scene(
  'two phones dial in the same instant: one has the last call, the other is refused',
  ['2000a', '2000b', '1001', '1002'],
  ({ phone, wait, dial, codes }) => {
    const calls = [phone('2000a').call('1001'), phone('2000b').call('1002')];
    wait();
    const states = refusedAndTalking(calls);
    const more = [dial('2000a', '1002'), dial('2000b', '1002'), dial('1002', '2000')].map(stateOf);
    hangUpAll(phone('2000a'), phone('2000b'));
    wait();
    return { states, more, again: stateOf(dial('2000b', '1002')), codes: codes() };
  },
  {
    ...{ states: [1, 1], more: [503, 503, 486], again: 'talking' },
    codes: ['LW-3013', 'LW-3013', 'LW-3013'],
  },
);

scene(
  'a call to the line is one of its calls, and its busy forward has those that are too many',
  ['2000a', '2000b', '1001', '1002'],
  ({ dial, phone }) => {
    const first = dial('1001', '2000');
    const out = dial('2000b', '1002');
    const second = dial('1002', '2000');
    return { calls: [first, out, second].map(stateOf), busy: [...phone('1001').calls].length };
  },
  { calls: ['talking', 503, 'talking'], busy: 2 },
  limited('2000', { callsMax: 1, forward: { busy: '1001' } }),
);

scene(
  'a held call is retrieved, and one that is transferred replaces the one before, when the line has all its calls',
  ['2000a', '2000b', '1001', '1002'],
  ({ phone, dial, wait }) => {
    const held = dial('2000a', '1001');
    phone('2000a').hold(held, true);
    wait();
    const retrieved = dial('2000b', '*11');
    const states = [held, retrieved].map(stateOf);
    phone('2000b').refer(retrieved, '1002');
    wait();
    const far = ['1001', '1002'].map((user) => [...phone(user).calls].map(stateOf));
    hangUpAll(phone('2000b'));
    wait();
    return { states, far, next: stateOf(dial('2000a', '1002')) };
  },
  { states: ['over', 'talking'], far: [['talking'], ['talking']], next: 'talking' },
);

scene(
  'an emergency waits for nobody, and is one of the calls',
  ['2000a', '2000b', '1001'],
  ({ phone, dial, wait }) => {
    // One who dials digit by digit is told that digits are missing.
    const all = [dial('2000a', '1001'), ...['1', '11', '112'].map((all) => dial('2000b', all))];
    wait(2000);
    const calls = all.map(stateOf);
    hangUpAll(phone('2000a'));
    wait();
    calls.push(stateOf(dial('2000a', '1001')));
    hangUpAll(phone('2000b'));
    wait();
    return [...calls, stateOf(dial('2000a', '1001'))];
  },
  ['talking', 484, 484, 'talking', 503, 'talking'],
);

scene(
  'a line with one member: two of its phones, and one that is not registered, have one call between them',
  ['1001', '1002', '2000a'],
  ({ stranger, dial, phone, wait }) => {
    const [second, third] = [stranger('1001', 1), stranger('1001', 2)];
    second.register(3600);
    wait();
    const [first] = [dial('1001', '1002')];
    const others = [second, third].map((each) => each.call('2000a'));
    wait(1000);
    hangUpAll(phone('1001'));
    wait();
    const next = third.call('2000a');
    wait(1000);
    const last = [dial('1001', '1002'), dial('1002', '1001')];
    return [first, ...others, next, ...last].map(stateOf);
  },
  ['over', 503, 503, 'talking', 503, 486],
  limited('1001', { callsMax: 1 }),
);

scene(
  'a line of which nobody is registered: two phones that call all the same have one call between them',
  ['1002'],
  ({ stranger, wait }) => {
    const strangers = [stranger('1001', 0), stranger('1001', 1)];
    const calls = strangers.map((each) => each.call('1002'));
    wait(1000);
    return refusedAndTalking(calls);
  },
  [1, 1],
  limited('1001', { callsMax: 1 }),
  { settings: ['single', 'replicated'] },
);

scene(
  'a phone that dials twenty numbers at once has three calls',
  ['2000a', '2000b', '1001'],
  ({ phone, wait }) => {
    const calls = Array.from({ length: 20 }, () => phone('2000a').call('1001'));
    wait(1000);
    return refusedAndTalking(calls);
  },
  [17, 3],
  limited('2000', { callsMax: 3 }),
);

scene(
  'a phone that knows of no lamps has calls beyond them, as many as the line may have',
  ['2000a', '2000b', '1001', '1002'],
  ({ dial }) => ['1001', '1002', '1001'].map((number) => dial('2000a', number)).map(stateOf),
  ['talking', 'talking', 503],
  limited('2000', { appearances: 1, callsMax: 2 }),
);

scene(
  'the manager of the line is lost, or one of its managers: its calls are counted as before',
  ['2000a', '2000b', '2000c', '1001'],
  ({ site, dial, phone, wait }) => {
    const first = dial('2000a', '1001');
    // In single mode that of the line, else that of a member.
    site.managers.at(-1)?.kill('machine');
    wait(2500);
    const more = [dial('2000b', '1001'), dial('1001', '2000')];
    const standing = stateOf(first);
    hangUpAll(phone('2000a'));
    wait();
    return [standing, ...more.map(stateOf), stateOf(dial('2000b', '1001'))];
  },
  ['talking', 503, 486, 'talking'],
  limited('2000', { callsMax: 1 }),
  { settings: ['single', 'replicated'], timings: {} },
);

scene(
  'a line that says nothing for three seconds keeps nobody from calling, and counts the call when it is there again',
  ['2000a', '2000b', '1001'],
  ({ site, phone, wait, dial }) => {
    for (let death = 0; death < 5; death++) breakLine(site);
    const call = phone('2000a').call('1001');
    const states = [2900, 400].map((ms) => {
      wait(ms);
      return stateOf(call);
    });
    wait(60_000);
    return [...states, stateOf(dial('2000b', '1001'))];
  },
  ['ringing', 'talking', 503],
  limited('2000', { callsMax: 1 }),
  { settings: ['alone'] },
);

shared(
  'phones with lamps, and one that publishes, seize nothing more, nor call without a number; the lamp is retrieved',
  (stage) => {
    const { a, b, one, two, bench, seat, wait, lamps } = stage;
    const agent = bench.appearance(seat('2000c'));
    agent.boot();
    wait();
    const call = talkTo(one, a, stage);
    const seizure = b.offHook(2);
    const published = agent.seize(2);
    wait();
    const refused = [seizure.status, published.publication.status];
    const consultation = agent.consult('1002');
    wait();
    const { call: attempt } = consultation;
    refused.push(consultation.publication.status, attempt?.status ?? 0);
    a.hold(call);
    wait();
    const held = lamps();
    b.retrieve(1);
    wait(500);
    return [refused, held, lamps(), callOf(b).phase, plainCallOf(one).phase, [...two.calls].length];
  },
  [[480, 400, 200, 503], '1 held', '1 active', 'talking', 'talking', 0],
  { directory: directoryWith({ callsMax: 1 }) },
);

/** The line's process breaks: it is made anew, but not for ever. */
function breakLine(site: Site): void {
  const { manager, network, phones } = site;
  const location = manager.processing.table.find('2000');
  const lcp = location && firstLcp(location);
  const [phone] = phones;
  assert(lcp !== undefined && phone !== undefined);
  manager.scheduler.run(lcp, () => {
    throw new InvariantError('broken by a test');
  });
  network.send(phone.options.address, SERVER, '\r\n');
  site.run(20);
}

/** How many of them are refused, and how many talk. */
function refusedAndTalking(calls: readonly PhoneCall[]): readonly number[] {
  const states = calls.map(stateOf);
  return [503, 'talking'].map((state) => states.filter((each) => each === state).length);
}

function hangUpAll(...phones: readonly Phone[]): void {
  for (const phone of phones) for (const call of phone.calls) phone.hangUp(call);
}
