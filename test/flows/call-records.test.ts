/**
 * What is on record of each call: one record, whatever becomes of it, on one manager and on several. A record is
 * told as one line; times are seconds since the call began.
 */
import assert from 'node:assert/strict';
import type { Directory, Line } from '../../src/call/directory.ts';
import type { SimulatedManager } from '../../src/testkit/simulated-manager.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN } from '../../src/testkit/site.ts';
import type { FlowOptions, Setting } from './flow.ts';
import { type Kept, recorded, tell } from './recorded.ts';
import { callOf, type Stage, shared, talkTo } from './shared-stage.ts';

const LINE = ['1001', '2000a', '2000b', '2000c'];

recorded(
  'a call is answered and hung up by the caller',
  LINE,
  ({ phone, callOf: of, wait }) => {
    phone('1001').call('2000');
    wait(2000);
    phone('2000b').answer(of('2000b'));
    wait(5000);
    phone('1001').hangUp(of('1001'));
  },
  [
    '1001 > 2000; taken by 2000b on 2000/1; ring 0.0 answer 2.0 end 7.0; hung up; 200/16; ended by caller',
  ],
);

recorded(
  'who answered hangs up, after two holds',
  LINE,
  ({ phone, callOf: of, wait }) => {
    phone('1001').call('2000');
    wait(1000);
    phone('2000a').answer(of('2000a'));
    wait(1000);
    for (const held of [true, false]) {
      phone('2000a').hold(of('2000a'), held);
      wait(1000);
    }
    phone('1001').hold(of('1001'), true);
    wait(1000);
    phone('2000a').hangUp(of('2000a'));
  },
  [
    '1001 > 2000; taken by 2000a on 2000/1; ring 0.0 answer 1.0 end 5.0; holds 2; hung up; 200/16; ended by answerer',
  ],
);

recorded(
  'refused for what was dialled, with its code',
  ['1001'],
  ({ phone, wait }) => {
    phone('1001').call('7777');
    wait(1000);
  },
  ['1001 > 7777; ring - answer - end 0.0; unknown number LW-3001; 404/1; ended by system'],
);

recorded(
  'nobody is registered',
  ['1001'],
  ({ phone, wait }) => {
    phone('1001').call('1002');
    wait(1000);
  },
  ['1001 > 1002; ring - answer - end 0.0; no device LW-3008; 480/20; ended by system'],
);

recorded(
  'busy',
  ['1001', '1002'],
  ({ phone, callOf: of, wait }) => {
    phone('1001').call('1002');
    wait(1000);
    phone('1002').refuse(of('1002'), 486);
    wait(1000);
  },
  ['1001 > 1002; ring 0.0 answer - end 1.0; busy; 486/17; ended by called'],
);

recorded(
  'nobody answers in time',
  ['1001', '1002'],
  ({ phone, wait }) => {
    phone('1001').call('1002');
    wait(10_000);
  },
  ['1001 > 1002; ring 0.0 answer - end 8.0; no answer; 480/19; ended by system'],
);

recorded(
  'the caller gives up',
  LINE,
  ({ phone, callOf: of, wait }) => {
    phone('1001').call('2000');
    wait(3000);
    phone('1001').hangUp(of('1001'));
  },
  ['1001 > 2000; ring 0.0 answer - end 3.0; caller gave up; 487/16; ended by caller'],
);

recorded(
  'a blind transfer is a call that ends and one that goes on from it',
  ['1001', '2000a', '1002'],
  ({ phone, callOf: of, wait }) => {
    phone('1001').call('2000');
    wait(1000);
    phone('2000a').answer(of('2000a'));
    wait(1000);
    phone('2000a').refer(of('2000a'), '1002');
    wait(1000);
    phone('1002').answer(of('1002'));
    wait(1000);
    phone('1002').hangUp(of('1002'));
  },
  [
    '1001 > 2000; taken by 2000a on 2000/1; ring 0.0 answer 1.0 end 3.0; transferred; 200/16; ended by transfer',
    '2000a > 1002; taken by 1002 on 1002/1; ring 0.0 answer 1.0 end 2.0; after call 1; by 2000; hung up; 200/16; ended by answerer',
  ],
);

/** The record of a call of a shared line. */
function onLine(
  name: string,
  play: (stage: Stage) => void,
  expected: readonly string[],
  settings: readonly Setting[] = ['alone', 'single', 'replicated'],
  timings: FlowOptions['timings'] = undefined,
): void {
  for (const setting of settings) {
    const kept: Kept = [];
    shared(
      name,
      (at) => {
        play(at);
        at.wait(1000);
        return tell(kept.splice(0));
      },
      expected,
      { settings: [setting], records: kept, ...(timings === undefined ? {} : { timings }) },
    );
  }
}

onLine(
  'a held call is retrieved by another member',
  ({ a, b, one, wait }) => {
    one.call('2000');
    wait(1000);
    a.answer(callOf(a));
    wait(1000);
    a.hold(callOf(a));
    wait(1000);
    const call = b.retrieve(1);
    wait(1000);
    call.hangUp();
  },
  [
    '1001 > 2000; taken by 2000a on 2000/1; ring 0.0 answer 1.0 end 4.0; holds 1; retrieved 2000; hung up; 200/16; ended by answerer',
  ],
);

onLine(
  'a ringing call is picked up',
  ({ a, b, one, wait }) => {
    one.call('2000');
    wait(1000);
    assert(a.call);
    const call = b.retrieve(1);
    wait(1000);
    call.hangUp();
  },
  [
    '1001 > 2000; taken by 2000b on 2000/1; ring 0.0 answer 1.0 end 2.0; picked up 2000; hung up; 200/16; ended by answerer',
  ],
);

recorded(
  'a call that rings in a pickup group is picked up: one record, with who did; the code that was dialled in vain has its own',
  ['1001', '2000a', '1002'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('2000');
    wait(1000);
    phone('1002').call('*98');
    wait(1000);
    phone('1002').hangUp(callOf('1002'));
    wait(100);
    phone('1002').call('*98');
  },
  [
    '1001 > 2000; taken by 1002 on 2000/1; ring 0.0 answer 1.0 end 2.0; picked up 1002; hung up; 200/16; ended by answerer',
    '1002 > *98; ring - answer - end 0.0; no device LW-3461; 480/20; ended by system',
  ],
  { directory: inGroup('sales', ['2000', '1002']) },
);

function inGroup(id: string, numbers: readonly string[]): Directory {
  const directory = simulationDirectory(DOMAIN);
  const lines = [...directory.lines].map(([number, line]): [string, Line] =>
    numbers.includes(number) ? [number, { ...line, pickupGroup: id }] : [number, line],
  );
  const group = { id, name: '', lines: numbers, others: [] };
  return { ...directory, lines: new Map(lines), pickupGroups: new Map([[id, group]]) };
}

/** The manager's machine dies for good. */
function lose({ site, wait }: Stage, at: number): void {
  const manager = site.managers[at] as SimulatedManager;
  manager.restartMs = () => 6000;
  manager.kill('machine');
  wait(3000);
}

/** Phones of a manager that was away are switched on again. */
function back({ site, bench, wait }: Stage, at: number): void {
  wait(6000);
  for (const phone of bench.phones)
    if (phone.station.server === site.managers[at]?.address) {
      phone.crash();
      phone.boot();
    }
  wait(1000);
}

onLine(
  'the manager of a member that called dies with its call control: the far end finishes the record',
  (at) => {
    const { a, two } = at;
    talkTo(two, a, at);
    at.wait(1000);
    lose(at, 0);
    back(at, 0);
  },
  [
    '2000a > 1002; taken by 1002 on 1002/1; ring 0.0 answer 0.1 end 2.1; internal failure; 200/41; ended by system',
  ],
  ['single', 'replicated'],
  {},
);

onLine(
  'that manager dies with a party that the far end is just being given: the far end finishes the record too',
  (at) => {
    const { site, a, one, two, wait } = at;
    const held = talkTo(two, a, at);
    a.hold(held);
    wait();
    one.call('2000');
    wait();
    a.answer(callOf(a));
    wait();
    // Its phone is sent the other's offer, and does not hear of it.
    site.network.cut(two.options.address);
    a.transfer(held, '1001', callOf(a));
    wait(500);
    lose(at, 0);
    site.network.mend(two.options.address);
    back(at, 0);
  },
  [
    '2000a > 1002; taken by 1002 on 1002/1; ring 0.0 answer 0.1 end 1.9; holds 1; internal failure; 200/41; ended by system',
  ],
  ['single', 'replicated'],
  {},
);

onLine(
  'a held call outlives its call control, and is retrieved: one record with its true end',
  (at) => {
    const { a, c, two, wait } = at;
    a.hold(talkTo(two, a, at));
    wait(1000);
    lose(at, 0);
    const call = c.retrieve(1);
    wait(2000);
    call.hangUp();
    back(at, 0);
  },
  [
    '2000a > 1002; taken by 1002 on 1002/1; ring 0.0 answer 0.1 end 6.2; holds 1; kept 1002, retrieved 2000; hung up; 200/16; ended by caller',
  ],
  ['single', 'replicated'],
  {},
);

onLine(
  'who answered is lost while it holds; the caller is kept by its own manager, and retrieved',
  (at) => {
    const { a, c, two, wait } = at;
    two.call('2000');
    wait(1000);
    a.answer(callOf(a));
    wait(1000);
    a.hold(callOf(a));
    wait(1000);
    lose(at, 0);
    const call = c.retrieve(1);
    wait(2000);
    call.hangUp();
    back(at, 0);
  },
  [
    '1002 > 2000; taken by 2000a on 2000/1; ring 0.0 answer 1.0 end 8.0; holds 1; kept 1002, retrieved 2000; hung up; 200/16; ended by answerer',
  ],
  ['single', 'replicated'],
  {},
);

for (const [where, who] of [
  ['one manager', 'b'],
  ['two managers', 'c'],
] as const)
  onLine(
    `another has the caller's place when its call control is lost: one record, the phones being at ${where}`,
    (at) => {
      const { a, two, wait } = at;
      a.hold(talkTo(two, a, at));
      wait(1000);
      const call = at[who].retrieve(1);
      wait(1000);
      lose(at, 0);
      wait(1000);
      call.hangUp();
      back(at, 0);
    },
    [
      '2000a > 1002; taken by 1002 on 1002/1; ring 0.0 answer 0.1 end 6.2; holds 1; hung up; 200/16; ended by caller',
    ],
    ['single', 'replicated'],
    {},
  );

/** Line 2000 sends what nobody takes there on to 1002. */
function forwarding(): Directory {
  const directory = simulationDirectory(DOMAIN);
  const line = directory.lines.get('2000');
  assert(line);
  const forward = { 'no answer': '1002' };
  return { ...directory, lines: new Map(directory.lines).set('2000', { ...line, forward }) };
}

recorded(
  'a call that its line sends on is one call, with who sent it where',
  ['1001', '2000a', '1002'],
  ({ phone, callOf: of, wait }) => {
    phone('1001').call('2000');
    wait(10_000);
    phone('1002').answer(of('1002'));
    wait(1000);
    phone('1001').hangUp(of('1001'));
  },
  [
    '1001 > 2000; taken by 1002 on 1002/1; ring 0.0 answer 10.0 end 11.0; forwarded 1002; hung up; 200/16; ended by caller',
  ],
  { directory: forwarding() },
);
