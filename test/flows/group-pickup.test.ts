/**
 * Group pickup as phones see it: what rings in a group is answered from another phone of it, or of a group that may, by
 * a code; whatever mode the lines are in, and wherever they are. Users are at one manager after the other.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Directory, Line } from '../../src/call/directory.ts';
import type { PickupGroup } from '../../src/call/pickup-group.ts';
import { keyOf } from '../../src/testkit/network.ts';
import type { PhoneCall } from '../../src/testkit/phone.ts';
import { Recorder } from '../../src/testkit/recorder.ts';
import type { SimulatedManager } from '../../src/testkit/simulated-manager.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN } from '../../src/testkit/site.ts';
import { type Cast, castOf, type FlowOptions, flow, type Setting, stage } from './flow.ts';
import { plainCallOf, shared, directoryWith as sharedWith } from './shared-stage.ts';

const BASE = simulationDirectory(DOMAIN);

/** Groups of lines: 1001 is in none, support may pick up what rings in sales. */
const GROUPS: ReadonlyMap<string, string> = new Map([
  ['2000', 'sales'],
  ['2100', 'sales'],
  ['1002', 'support'],
]);

function groupOf(id: string, more: Partial<PickupGroup>): [string, PickupGroup] {
  const lines = [...GROUPS].filter(([, group]) => group === id).map(([number]) => number);
  return [id, { id, name: '', lines, others: [], ...more }];
}

function directoryWith(lines: Readonly<Record<string, Partial<Line>>> = {}): Directory {
  const all = [...BASE.lines].map(([number, line]): [string, Line] => {
    const pickupGroup = GROUPS.get(number);
    return [number, { ...line, ...(pickupGroup && { pickupGroup }), ...lines[number] }];
  });
  return {
    ...BASE,
    lines: new Map(all),
    pickupGroups: new Map([
      groupOf('sales', { number: '1' }),
      groupOf('support', { number: '2', others: ['sales'] }),
    ]),
  };
}

const OPTIONS = { directory: directoryWith() };
const ALL: readonly Setting[] = ['alone', 'single', 'replicated'];
const NAMES: Readonly<Record<Setting, string>> = {
  alone: '',
  single: ' [three managers, lines on a fourth]',
  replicated: ' [three managers, replicated lines]',
};

type Play = Cast & {
  /** What the phones were refused with, and hung up with, that has a code: `2100a 480 LW-3461`. */
  codes(): readonly string[];
};

/** `play` gives what it saw. Nothing may be left afterwards. */
function played(
  name: string,
  users: readonly string[],
  play: (play: Play) => unknown,
  expected: unknown,
  options: FlowOptions = OPTIONS,
): void {
  for (const setting of options.settings ?? ALL)
    test(`${name}${NAMES[setting]}`, () => {
      const site = stage(setting, users, options);
      const { lines } = new Recorder(site);
      const codes = () =>
        lines.flatMap((line) => {
          const [, user, what, code] = /^(\S+) < ([A-Z0-9]+).*(LW-\d+)/.exec(line) ?? [];
          return user === undefined ? [] : [`${user} ${what} ${code}`];
        });
      const seen = play({ ...castOf(site, users.length), codes });
      for (const phone of site.phones) for (const call of phone.calls) phone.hangUp(call);
      for (const phone of site.phones) phone.register(0);
      site.run(options.restMs ?? 60_000);
      const left = site.managers.flatMap(({ manager }) => {
        const { l: own, c: controls } = manager?.scheduler.population ?? {};
        return Object.values({ ...manager?.size, own, controls }).filter((count) => count);
      });
      const deaths = site.managers.reduce((sum, each) => sum + each.deaths, 0);
      assert.deepEqual({ seen, left, deaths }, { seen: expected, left: [], deaths: 0 });
    });
}

function areTalking(one: PhoneCall, other: PhoneCall): boolean {
  const [a, b] = [one.remoteSession === other.session, other.remoteSession === one.session];
  return a && b && one.phase === 'talking' && other.phase === 'talking';
}

/** Who of these callers talks to whom of these pickers. */
function pairs(callers: readonly PhoneCall[], pickers: readonly PhoneCall[]): readonly string[] {
  return pickers.map((picker) => {
    const far = callers.find((caller) => areTalking(caller, picker));
    return `${picker.phone.options.user}: ${far?.phone.options.user ?? picker.phase}`;
  });
}

flow(
  'what rings at a line is picked up from a phone of another line of its group',
  ['1001', '2000a', '2100a'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('2000');
    wait(100);
    phone('2100a').call('*98');
    wait(200);
    phone('1001').hangUp(callOf('1001'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1001 < 180
    2100a > INVITE *98 sdp
    2100a < 200 sdp inactive
    2100a > ACK
    2100a < INVITE again sdp
    2100a > 200 sdp
    2100a < ACK
    2000a < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 < 200 sdp
    2000a > 200 CANCEL
    2000a > 487
    1001 > ACK
    2000a < ACK
    1001 > BYE
    1001 < 200 BYE
    2100a < BYE, Q.850;cause=16;text="Normal call clearing"
    2100a > 200 BYE
  `,
  OPTIONS,
);

played(
  'the call that has rung longest comes first, whichever line it rings at; then the next one',
  ['1001', '1002', '2000a', '2100a', '2100b'],
  ({ phone, wait }) => {
    const first = phone('1001').call('2000');
    wait(300);
    const second = phone('1002').call('2100');
    wait(300);
    const picked = phone('2100b').call('*98');
    wait(300);
    phone('2100b').hold(picked, true);
    wait(200);
    const next = phone('2100b').call('*98');
    wait(300);
    return pairs([first, second], [picked, next]);
  },
  ['2100b: 1001', '2100b: 1002'],
);

played(
  'a call that a hunt rings, and one that another line has forwarded',
  ['1001', '1002', '2000a', '2100a', '2100b'],
  ({ phone, wait }) => {
    const hunted = phone('1001').call('2900');
    wait(200);
    const first = phone('2100b').call('*98');
    wait(300);
    const seen = pairs([hunted], [first]);
    phone('2100b').hangUp(first);
    wait(200);
    const forwarded = phone('1002').call('1001');
    wait(200);
    const second = phone('2100b').call('*98');
    wait(300);
    return [seen, pairs([forwarded], [second])];
  },
  [['2100b: 1001'], ['2100b: 1002']],
  { directory: directoryWith({ '1001': { forward: { all: '2000' } } }) },
);

played(
  'another group: what its members may pick up from, by its number, by a star, or by the line',
  ['1001', '2000a', '1002', '2100a'],
  ({ phone, wait, codes }) => {
    const talks: string[] = [];
    for (const code of ['*98', '*981', '*98*', '*82000']) {
      const call = phone('1001').call('2000');
      wait(200);
      const picked = phone('1002').call(code);
      wait(300);
      talks.push(...pairs([call], [picked]));
      phone('1001').hangUp(call);
      wait(200);
    }
    for (const code of ['*982', '*98*', '*989', '*82000', '*81002']) {
      phone('2100a').call(code);
      wait(300);
    }
    return [talks, codes()];
  },
  [
    ['1002: over', '1002: 1001', '1002: 1001', '1002: 1001'],
    [
      '1002 480 LW-3461',
      '2100a 403 LW-3464',
      '2100a 403 LW-3464',
      '2100a 404 LW-3001',
      '2100a 480 LW-3461',
      '2100a 403 LW-3483',
    ],
  ],
);

played(
  'nobody without a group picks anything up, nor who may not answer; nor does anybody pick its own call up',
  ['1001', '2000a', '2000b', '2100a'],
  ({ phone, wait, codes }) => {
    const own = phone('2100a').call('2000');
    wait(200);
    for (const user of ['1001', '2000b', '2100a']) {
      phone(user).call('*98');
      wait(300);
    }
    return [own.phase, codes()];
  },
  ['ringing', ['1001 403 LW-3463', '2000b 403 LW-3465', '2100a 480 LW-3461']],
  {
    directory: directoryWith({
      '2000': {
        members: (BASE.lines.get('2000')?.members ?? []).map((member) =>
          member.name === '2000b' ? { ...member, rights: ['originate'] } : member,
        ),
      },
    }),
  },
);

played(
  'of two at two managers who dial in the same moment one has the call, and the other hears so',
  ['1001', '2100a', '1002', '2000a'],
  ({ phone, wait, codes }) => {
    const call = phone('1001').call('2000');
    wait(200);
    const pickers = [phone('2100a').call('*98'), phone('1002').call('*981')];
    wait(500);
    const talking = pairs([call], pickers).filter((pair) => pair.endsWith(': 1001'));
    const refused = codes().map((code) => code.replace(/^\S+ /, ''));
    return [talking.length, refused, phone('2000a').calls.size];
  },
  [1, ['486 LW-3462'], 0],
);

played(
  'two calls, and two who dial in the same moment: each has one',
  ['1001', '2100a', '1002', '2000a', '2000b'],
  ({ phone, wait, codes }) => {
    const calls = [phone('1001').call('2000')];
    wait(200);
    calls.push(phone('2000b').call('2100'));
    wait(200);
    phone('2100a').onInvited = (call) => phone('2100a').refuse(call, 486);
    const pickers = [phone('2100a').call('*98'), phone('1002').call('*981')];
    wait(500);
    const far = calls.map((each) => pickers.filter((picker) => areTalking(each, picker)).length);
    return [far, codes()];
  },
  [[1, 1], []],
);

played(
  'somebody whose phone rings answers in the same moment: one has the call, and nobody else talks',
  ['1001', '2100a', '2000a'],
  ({ phone, wait }) => {
    const seen: unknown[] = [];
    for (const delayMs of [0, 1, 2, 3, 4, 5, 6, 8]) {
      const call = phone('1001').call('2000');
      wait(200);
      const picker = phone('2100a').call('*98');
      wait(delayMs);
      const rung = [...phone('2000a').calls];
      for (const each of rung) phone('2000a').answer(each);
      wait(500);
      const talking = [picker, ...rung].filter((each) => areTalking(call, each));
      const others = [picker, ...rung].filter((each) => each.phase === 'talking');
      seen.push([talking.length, others.length, call.phase]);
      phone('1001').hangUp(call);
      wait(200);
    }
    return [...new Set(seen.map((each) => JSON.stringify(each)))];
  },
  ['[1,1,"talking"]'],
);

played(
  'who is late after its phone was answered hears why',
  ['1001', '2100a', '2000a'],
  ({ phone, callOf, wait, codes }) => {
    phone('1001').call('2000');
    wait(200);
    const picker = phone('2100a').call('*98');
    phone('2000a').answer(callOf('2000a'));
    wait(500);
    return [picker.phase, codes()];
  },
  ['over', ['2100a BYE LW-3462']],
  { ...OPTIONS, settings: ['alone'] },
);

played(
  'who is late has the next call that rings, whenever the first one is answered',
  ['1001', '1002', '2000a', '2100b'],
  ({ phone, wait }) => {
    const seen = new Set<string>();
    for (const delayMs of [0, 1, 2, 3, 4, 5, 6, 8]) {
      const first = phone('1001').call('2000');
      wait(200);
      const second = phone('1002').call('2100');
      wait(200);
      const picker = phone('2100b').call('*98');
      wait(delayMs);
      const rung = [...phone('2000a').calls];
      for (const each of rung) phone('2000a').answer(each);
      wait(500);
      const isFirst = areTalking(first, picker);
      const isNext = areTalking(second, picker) && rung.some((each) => areTalking(first, each));
      seen.add(`${isFirst !== isNext} ${[...phone('2000a').calls].length + Number(isFirst)}`);
      for (const call of [first, second, picker]) phone(call.phone.options.user).hangUp(call);
      wait(500);
    }
    return [...seen];
  },
  ['true 1'],
);

played(
  'the caller hangs up while its call is picked up: the next one is had',
  ['1001', '1002', '2000a', '2100b'],
  ({ phone, wait }) => {
    const seen = new Set<string>();
    // Later its call may be the picker's already.
    for (const delayMs of [0, 1, 2, 3]) {
      const first = phone('1001').call('2000');
      wait(200);
      const second = phone('1002').call('2100');
      wait(200);
      const picker = phone('2100b').call('*98');
      wait(delayMs);
      phone('1001').hangUp(first);
      wait(500);
      seen.add(`${areTalking(second, picker)} ${phone('2000a').calls.size}`);
      for (const call of [second, picker]) phone(call.phone.options.user).hangUp(call);
      wait(500);
    }
    return [...seen];
  },
  ['true 0'],
);

played(
  'who is late has the next call also when its caller has left the offer to it',
  ['1001', '1002', '2000a', '2100b'],
  ({ phone, wait }) => {
    const seen = new Set<string>();
    for (const delayMs of [0, 1, 2, 3, 4, 5, 6]) {
      const first = phone('1001').call('2000');
      wait(200);
      const second = phone('1002').callWithoutOffer('2100');
      wait(200);
      const picker = phone('2100b').call('*98');
      wait(delayMs);
      for (const each of phone('2000a').calls) phone('2000a').answer(each);
      wait(500);
      seen.add(pairs([first, second], [picker]).join());
      for (const call of [first, second, picker]) phone(call.phone.options.user).hangUp(call);
      wait(500);
    }
    return [...seen].filter((pair) => pair !== '2100b: 1001');
  },
  ['2100b: 1002'],
);

played(
  'who is late hangs up before it has the next call: that rings on, and another has it',
  ['1001', '1002', '2000a', '2100b', '2100a'],
  ({ phone, wait }) => {
    const seen = new Set<string>();
    for (const delayMs of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const first = phone('1001').call('2000');
      wait(200);
      const second = phone('1002').call('2100');
      wait(200);
      const picker = phone('2100b').call('*98');
      wait(2);
      for (const each of phone('2000a').calls) phone('2000a').answer(each);
      wait(delayMs);
      phone('2100b').hangUp(picker);
      wait(500);
      const isOver = second.phase === 'over';
      const next = phone('2100a').call('*98');
      wait(500);
      seen.add(`${picker.phase} ${isOver || areTalking(second, next)}`);
      for (const call of [first, second, next]) phone(call.phone.options.user).hangUp(call);
      wait(500);
    }
    return [...seen];
  },
  ['over true'],
);

played(
  'who gives it up leaves the others ringing, and the next one has the call',
  ['1001', '2100a', '2000a', '1002'],
  ({ phone, callOf, wait }) => {
    const call = phone('1001').call('2000');
    wait(200);
    const picker = phone('2100a').call('*98');
    wait(2);
    phone('2100a').hangUp(picker);
    wait(300);
    const seen = [picker.phase, call.phase, callOf('2000a').phase];
    const next = phone('1002').call('*981');
    wait(300);
    return [seen, pairs([call], [next])];
  },
  [['over', 'ringing', 'ringing'], ['1002: 1001']],
);

played(
  'the caller hangs up while somebody picks the call up: nobody has a call',
  ['1001', '2100a', '2000a'],
  ({ phone, wait, site }) => {
    for (const delayMs of [0, 1, 2, 4, 6]) {
      const call = phone('1001').call('2000');
      wait(200);
      phone('2100a').call('*98');
      wait(delayMs);
      phone('1001').hangUp(call);
      wait(500);
    }
    return site.phones.map(({ calls }) => calls.size);
  },
  [0, 0, 0],
  { ...OPTIONS, settings: ['alone', 'replicated'] },
);

played(
  'the directory takes a line out of the group: its call is not to be had any more, and that of a line that comes is',
  ['1001', '2100a', '2000a', '1002'],
  ({ phone, wait, site, codes }) => {
    const call = phone('1001').call('2000');
    wait(200);
    const put = (pickupGroup: string, lines: readonly string[]) => {
      for (const { run } of site.managers)
        run?.turn(() => {
          const { manager } = run;
          if (manager === undefined) return;
          const now = manager.directory;
          const line = now.lines.get('2000');
          assert(line);
          const others = { pickupGroup };
          manager.changeDirectory({
            ...now,
            lines: new Map(now.lines).set('2000', { ...line, ...others }),
            pickupGroups: new Map(now.pickupGroups).set(...groupOf('sales', { lines })),
          });
        });
      wait(50);
    };
    put('support', ['2100']);
    phone('2100a').call('*98');
    wait(300);
    put('sales', ['2000', '2100']);
    const picked = phone('2100a').call('*98');
    wait(300);
    return [codes(), pairs([call], [picked])];
  },
  [['2100a 480 LW-3461'], ['2100a: 1001']],
);

/** The machine dies at which `user` is registered, or where lines have their process in single mode. */
function lose({ site, phone, wait }: Cast, user?: string): void {
  const at = user === undefined ? undefined : keyOf(phone(user).server);
  const manager =
    site.managers.find(({ address }) => keyOf(address) === at) ?? site.managers.at(-1);
  (manager as SimulatedManager).kill('machine');
  wait(3000);
}

const LOSSES: FlowOptions = {
  ...OPTIONS,
  settings: ['single', 'replicated'],
  timings: {},
  restMs: 60_000,
};

for (const delayMs of [0, 2, 4])
  played(
    `the manager dies of who picks up, ${delayMs} ms after it has dialled: the others ring on, and the next one has the call`,
    ['1001', '2100a', '1002', '2000a', '2000b'],
    (play) => {
      const { phone, wait } = play;
      const call = phone('1001').call('2000');
      wait(200);
      phone('2100a').call('*98');
      wait(delayMs);
      lose(play, '2100a');
      const picked = phone('1002').call('*981');
      wait(500);
      return [pairs([call], [picked]), phone('2000a').calls.size];
    },
    [['1002: 1001'], 0],
    LOSSES,
  );

for (const delayMs of [0, 1, 2, 4])
  played(
    `the manager dies of a line that rings, ${delayMs} ms after somebody has dialled: the call rings on, and is picked up then`,
    ['1001', '2100a', '2000a'],
    (play) => {
      const { phone, wait } = play;
      const call = phone('1001').call('2000');
      wait(200);
      const late = phone('2100a').call('*98');
      wait(delayMs);
      lose(play);
      wait(1000);
      const wasRefused = late.phase === 'over';
      const picked = phone('2100a').call('*98');
      wait(500);
      return [wasRefused, pairs([call], [picked]), phone('2000a').calls.size];
    },
    [true, ['2100a: 1001'], 0],
    { ...LOSSES, settings: ['single'] },
  );

played(
  'the manager dies of the caller: nothing is left to pick up, and who was about to hears so',
  ['1001', '2100a', '2000a'],
  (play) => {
    const { phone, wait, codes } = play;
    phone('1001').call('2000');
    wait(200);
    const picker = phone('2100a').call('*98');
    wait(2);
    lose(play, '1001');
    const again = phone('2100a').call('*98');
    wait(300);
    return [picker.phase, again.phase, codes().at(-1), phone('2000a').calls.size];
  },
  ['over', 'over', '2100a 480 LW-3461', 0],
  LOSSES,
);

/** 1002 is in one group with the shared line. */
function sharedInGroup(): Directory {
  const directory = sharedWith({ pickupGroup: 'sales' });
  const other = directory.lines.get('1002');
  assert(other);
  const lines = new Map(directory.lines).set('1002', { ...other, pickupGroup: 'sales' });
  const group = { id: 'sales', name: '', lines: ['2000', '1002'], others: [] };
  return { ...directory, lines, pickupGroups: new Map([['sales', group]]) };
}

shared(
  'what one of the group has picked up is shown by the lamps of the line, held or not, and a member retrieves it',
  ({ c, one, two, wait, lamps }) => {
    const far = one.call('2000');
    wait();
    const call = two.call('*98');
    wait(500);
    const talks = [areTalking(call, far), lamps()];
    two.hold(call, true);
    wait();
    const held = lamps();
    const retrieved = c.retrieve(1);
    wait(500);
    const hears = [retrieved.remoteSession === far.session, plainCallOf(one).remoteSession];
    return [talks, held, hears[0], hears[1] === retrieved.session, call.phase, lamps()];
  },
  [[true, '1 active'], '1 held', true, true, 'over', '1 active'],
  { directory: sharedInGroup() },
);

shared(
  'who has picked up hangs up: the lamp goes off',
  ({ one, two, wait, lamps }) => {
    one.call('2000');
    wait();
    const call = two.call('*98');
    wait(500);
    two.hangUp(call);
    wait(500);
    return [one.calls.size, lamps()];
  },
  [0, ''],
  { directory: sharedInGroup() },
);
