/** Call processing as a whole: line manager, line control, call control and digit analysis on one manager. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { snapshotOf } from '../../src/call/line/line-control.ts';
import { firstLcp } from '../../src/call/registration-table.ts';
import type { Pid } from '../../src/process/pid.ts';
import { directoryOf, lineOf, Switchboard, wayOut } from './switchboard.ts';

const RECEPTION = lineOf('2000', ['ana', 'ben', 'cas']);
const OUTBOUND = [wayOut('9.XXX', 'gw', 1, '+44')];
const DIRECTORY = directoryOf([RECEPTION], ['dan', 'eve'], OUTBOUND);

test('claims 12, 13, 46-48, 70, 71, 77, 78: the first device of a line has its line control process made, and gets its PID', () => {
  const board = new Switchboard(DIRECTORY);
  const ana = board.plug('ana');
  board.settle();
  assert.deepEqual(ana.heard, [
    'registered for 2000',
    'registered for ana',
    'attached to 2000 epoch 2',
    'attached to ana epoch 3',
  ]);
  const { table, lines } = board.processing;
  assert.deepEqual(table.find('2000'), {
    mode: 'single',
    lcp: ana.lines.get('2000')?.lcp,
    revision: 2,
  });
  const line = lines.get('2000');
  assert(line !== undefined);
  assert.deepEqual(snapshotOf(line).devices, [
    { pid: ana.host.pid, device: 'ana-phone', member: 'ana' },
  ]);
});

test('claims 14, 16, 41, 49, 69, 72: the second device joins the process that is there', () => {
  const board = new Switchboard(DIRECTORY);
  const ana = board.plug('ana');
  const ben = board.plug('ben');
  board.settle();
  assert.deepEqual(ben.lines.get('2000'), ana.lines.get('2000'));
  assert.equal(board.scheduler.population.l, 3);
});

test('who is no member of a line, or names none, is refused', () => {
  const board = new Switchboard(DIRECTORY);
  const dan = board.plug('dan');
  board.settle();
  board.act(dan, () => {
    const { device } = dan.options;
    const register = { type: 'lineRegister', device } as const;
    dan.host.tell(board.processing.lineManager, { ...register, number: '2000', member: 'ana' });
    dan.host.tell(board.processing.lineManager, { ...register, number: '2001', member: 'dan' });
  });
  assert.deepEqual(dan.heard.slice(-2), [
    'refused for 2000: forbidden',
    'refused for 2001: unknown number',
  ]);
});

test('a call to the line: all ring, one answers, the views say so, and nothing is left', () => {
  const board = new Switchboard(DIRECTORY);
  const [ana, ben, dan] = [board.plug('ana'), board.plug('ben'), board.plug('dan')];
  board.settle();
  board.wait(1000);
  board.act(dan, () => dan.dial('2000'));
  const [ringing] = ana.open('offered');
  const [call] = ben.open('offered');
  const [calling] = dan.open('offered');
  assert(ringing !== undefined && call !== undefined && calling !== undefined);
  board.act(ben, () => ben.alert(call));
  const { calls } = board.processing;
  const view = {
    call: call.call,
    control: calling.reportTo,
    caller: { pid: dan.host.pid, call: call.call },
    from: dan.party,
    by: 'dan-phone',
    dialled: '2000',
    startedMs: 1000,
    sinceMs: 1000,
    account: undefined,
  };
  assert.deepEqual([...calls.values()], [{ ...view, state: 'ringing', answeredBy: undefined }]);
  board.wait(2000);
  board.act(ben, () => ben.answer(call));
  assert.deepEqual(
    [...calls.values()],
    [
      {
        ...view,
        state: 'answered',
        sinceMs: 3000,
        answeredBy: { leg: { pid: ben.host.pid, call: call.call }, party: ben.party },
      },
    ],
  );
  assert.deepEqual(
    [ringing.outcomes, call.outcomes, calling.outcomes, calling.peer.pid],
    [['answered elsewhere'], ['answered'], ['ringing', 'answered'], ben.host.pid],
  );
  board.act(dan, () => dan.hangUp(calling));
  assertNothingLeft(board);
});

test('a user name rings that device alone', () => {
  const board = new Switchboard(DIRECTORY);
  const [ana, ben, dan] = [board.plug('ana'), board.plug('ben'), board.plug('dan')];
  board.settle();
  board.act(dan, () => dan.dial('ben'));
  assert.deepEqual([ana.open('offered').length, ben.open('offered').length], [0, 1]);
  assert.equal(ben.open('offered')[0]?.request.line, 'ben');
});

test("a member's call to its own line rings the others, and a call elsewhere rings no sibling", () => {
  const board = new Switchboard(DIRECTORY);
  const [ana, ben, dan] = [board.plug('ana'), board.plug('ben'), board.plug('dan')];
  board.settle();
  board.act(ana, () => ana.dial('2000'));
  board.act(ana, () => ana.dial('dan'));
  assert.deepEqual(
    [ana, ben, dan].map((device) => device.open('offered', 'called').length),
    [0, 1, 1],
  );
});

for (const [dialled, hops, cause] of [
  ['2001', 69, 'unknown number'],
  ['nobody', 69, 'unknown number'],
  ['eve', 69, 'no device'],
  ['91', 69, 'address incomplete'],
  ['2000', 0, 'loop'],
  ['dan', 69, 'no device'],
] as const)
  test(`a call that cannot be made is refused at once: ${dialled}, ${hops} hops: ${cause}`, () => {
    const board = new Switchboard(DIRECTORY);
    const dan = board.plug('dan');
    board.settle();
    board.act(dan, () => dan.dial(dialled, hops));
    assert.deepEqual(
      [...dan.calls.values()].map(({ outcomes }) => outcomes),
      [[cause]],
    );
    assertNothingLeft(board);
  });

test('a call that is to leave waits for a gateway for 2 s, then there is none', () => {
  const board = new Switchboard(DIRECTORY);
  const dan = board.plug('dan');
  board.settle();
  board.act(dan, () => dan.dial('9123'));
  board.wait(1980);
  const outcomes = () => [...dan.calls.values()].map((call) => call.outcomes.slice());
  const before = outcomes();
  board.wait(40);
  assert.deepEqual([before, outcomes()], [[[]], [['no gateway']]]);
  assertNothingLeft(board);
});

test('claims 4, 20, 39, 53: out through a gateway, and not from one gateway to another', () => {
  const board = new Switchboard(DIRECTORY);
  const [dan, gateway] = [board.plug('dan'), board.plug('gw', 'g')];
  board.settle();
  board.act(dan, () => dan.dial('9123'));
  board.act(gateway, () => gateway.dial('9123'));
  assert.deepEqual(
    gateway.open('offered', 'called').map(({ request }) => request.dialled),
    ['+44123'],
  );
  assert.deepEqual(
    [...gateway.calls.values()].filter(({ role }) => role === 'calling').map((c) => c.outcomes),
    [['forbidden']],
  );
});

test('claims 3, 19, 38, 52, 66, 73: in from a gateway', () => {
  const board = new Switchboard(DIRECTORY);
  const [ana, gateway] = [board.plug('ana'), board.plug('gw', 'g')];
  board.settle();
  board.act(gateway, () => gateway.dial('2000'));
  assert.equal(ana.open('offered').length, 1);
});

test('more calls than the manager takes: overload', () => {
  const board = new Switchboard(DIRECTORY, undefined, 1);
  const [ana, dan] = [board.plug('ana'), board.plug('dan')];
  board.settle();
  board.act(dan, () => dan.dial('2000'));
  board.act(dan, () => dan.dial('2000'));
  assert.deepEqual(
    [ana.open('offered').length, [...dan.calls.values()].map(({ outcomes }) => outcomes)],
    [1, [[], ['overload']]],
  );
});

test('an emergency call is one more than the manager takes', () => {
  const directory = directoryOf(
    [lineOf('2000', ['ana'])],
    ['dan'],
    [{ ...wayOut('999', 'gw'), isEmergency: true }],
  );
  const board = new Switchboard(directory, undefined, 1);
  const [dan, gateway] = [board.plug('dan'), board.plug('gw', 'g')];
  board.plug('ana');
  board.settle();
  board.act(dan, () => dan.dial('2000'));
  for (const number of ['2000', '999']) board.act(dan, () => dan.dial(number));
  assert.deepEqual(
    [gateway.open('offered').length, [...dan.calls.values()].map(({ outcomes }) => outcomes)],
    [1, [[], ['overload'], []]],
  );
});

test('nobody answers in time', () => {
  const board = new Switchboard(DIRECTORY);
  const [ana, dan] = [board.plug('ana'), board.plug('dan')];
  board.settle();
  board.act(dan, () => dan.dial('2000'));
  board.wait(24_000);
  assert.equal(ana.open('offered').length, 1);
  board.wait(1100);
  assert.deepEqual(
    [ana, dan].map(({ calls }) => [...calls.values()].map(({ outcomes }) => outcomes)),
    [[['no answer']], [['no answer']]],
  );
  assertNothingLeft(board);
});

test('a line control process dies: it is made anew, standing calls go on, and phones that ring ring on', () => {
  const board = new Switchboard(DIRECTORY);
  const [ana, ben, dan] = [board.plug('ana'), board.plug('ben'), board.plug('dan')];
  board.settle();
  board.act(dan, () => dan.dial('2000'));
  const [standing] = ana.open('offered');
  assert(standing !== undefined);
  board.act(ana, () => ana.answer(standing));
  board.act(dan, () => dan.dial('2000'));
  const lcp = lcpOf(board, '2000');
  board.crash(lcp);
  board.settle();
  assert.deepEqual(
    [...dan.calls.values()].map(({ phase, outcomes }) => [phase, outcomes.at(-1)]),
    [
      ['talking', 'answered'],
      ['offered', undefined],
    ],
  );
  assert.deepEqual([ana.open('talking').length, ben.open('offered').length], [1, 1]);
  assert.deepEqual(ben.heard.slice(-2), ['registered for 2000', 'attached to 2000 epoch 6']);
  assert.notEqual(lcpOf(board, '2000'), lcp);
  const line = board.processing.lines.get('2000');
  assert.deepEqual(
    line && snapshotOf(line).calls.map(({ appearance, state }) => [appearance, state]),
    [
      [1, 'active'],
      [2, 'ringing'],
    ],
  );
  for (const call of ben.open('offered')) board.act(ben, () => ben.answer(call));
  assert.deepEqual([dan.open('talking').length, ben.open('talking').length], [2, 1]);
  board.wait(3000);
  for (const call of dan.open('offered')) board.act(dan, () => dan.hangUp(call));
  for (const call of dan.open('talking')) board.act(dan, () => dan.hangUp(call));
  assertNothingLeft(board);
});

test('a line whose process dies again and again is left alone for a while', () => {
  const board = new Switchboard(DIRECTORY);
  const ana = board.plug('ana');
  board.settle();
  for (let death = 0; death < 5; death++) {
    board.crash(lcpOf(board, '2000'));
    board.settle();
  }
  const ofLine = () => ana.heard.filter((word) => word.includes('2000')).at(-1);
  assert.equal(ofLine(), 'refused for 2000: internal failure');
  assert.equal(board.processing.table.find('2000'), undefined);
  board.wait(10_100);
  board.act(ana, () => ana.register());
  assert.equal(ofLine(), 'attached to 2000 epoch 8');
});

test('call control dies: both sides of its call end, and it is no longer listed', () => {
  const board = new Switchboard(DIRECTORY);
  const [ana, ben, dan] = [board.plug('ana'), board.plug('ben'), board.plug('dan')];
  board.settle();
  board.act(dan, () => dan.dial('2000'));
  const [call] = ana.open('offered');
  assert(call !== undefined);
  board.act(ana, () => ana.answer(call));
  board.act(dan, () => dan.dial('2000'));
  for (const { control } of board.processing.calls.values()) board.crash(control);
  board.settle();
  assert.deepEqual(
    [ana, ben, dan].map((device) => device.open('offered').length + device.open('talking').length),
    [0, 0, 0],
  );
  assertNothingLeft(board);
});

test('the line manager dies: it is there again, and knows what it knew', () => {
  const board = new Switchboard(DIRECTORY);
  const ana = board.plug('ana');
  board.settle();
  board.crash(board.processing.lineManager);
  const ben = board.plug('ben');
  board.settle();
  assert.deepEqual(ben.lines.get('2000'), ana.lines.get('2000'));
});

test('the lamps of a line can be watched before anybody has registered', () => {
  const board = new Switchboard(DIRECTORY);
  const dan = board.plug('dan');
  board.settle();
  board.act(dan, () =>
    dan.host.tell(board.processing.lineManager, { type: 'lineWatch', number: '2000' }),
  );
  const ana = board.plug('ana');
  board.settle();
  board.act(dan, () => dan.dial('2000'));
  const [call] = ana.open('offered');
  assert(call !== undefined);
  board.act(ana, () => ana.answer(call));
  board.act(ana, () => ana.hangUp(call));
  board.act(dan, () =>
    dan.host.tell(board.processing.lineManager, { type: 'lineUnwatch', number: '2000' }),
  );
  board.act(dan, () => dan.dial('2000'));
  assert.deepEqual(dan.heard.slice(2), ['2000: ', '2000: alerting', '2000: active', '2000: ']);
});

function lcpOf(board: Switchboard, number: string): Pid {
  const location = board.processing.table.find(number);
  const lcp = location === undefined ? undefined : firstLcp(location);
  assert(lcp !== undefined);
  return lcp;
}

function assertNothingLeft(board: Switchboard): void {
  const { calls, lines } = board.processing;
  assert.deepEqual(
    {
      views: calls.size,
      lines: [...lines.values()].flatMap((line) => [...line.calls.keys()]),
      appearances: [...lines.values()].flatMap(({ appearances }) => appearances.calls),
      controls: board.scheduler.population.c,
      nextDueMs: board.scheduler.nextDueMs(),
    },
    { views: 0, lines: [], appearances: [], controls: 0, nextDueMs: Number.POSITIVE_INFINITY },
  );
}
