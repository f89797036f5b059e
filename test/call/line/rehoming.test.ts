/** A line on phones of several managers, and what becomes of its calls when one of those is gone. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { snapshotOf } from '../../../src/call/line/line-control.ts';
import { firstLcp, lcpFor } from '../../../src/call/registration-table.ts';
import { homeOf, type Pid } from '../../../src/process/pid.ts';
import { rendezvousRank } from '../../../src/process/rendezvous.ts';
import { Exchange } from '../exchange.ts';
import type { FakeCall, FakeDevice } from '../fake-device.ts';
import { directoryOf, lineOf } from '../switchboard.ts';

const DIRECTORY = directoryOf([lineOf('2000', ['ana', 'ben', 'cas'])], ['dan', 'eve']);
const HOMES = ['a.1', 'b.1', 'c.1'];

type Cast = {
  readonly exchange: Exchange;
  readonly ana: FakeDevice;
  readonly ben: FakeDevice;
  readonly cas: FakeDevice;
  readonly dan: FakeDevice;
};

/** ana, whose registration makes the line's process, on a; ben and dan on b; cas on c. */
function cast(homes = HOMES): Cast {
  const exchange = new Exchange(DIRECTORY, homes);
  const plug = (home: string, user: string) => {
    const device = exchange.board(home).plug(user);
    exchange.settle();
    return device;
  };
  const [a = '', b = a, c = b] = homes;
  return {
    exchange,
    ana: plug(a, 'ana'),
    ben: plug(b, 'ben'),
    dan: plug(b, 'dan'),
    cas: plug(c, 'cas'),
  };
}

function call({ exchange, dan, ana, ben, cas }: Cast, ...ringing: FakeDevice[]): FakeCall {
  let record: FakeCall | undefined;
  exchange.act(dan, () => {
    record = dan.dial('2000');
  });
  for (const device of ringing)
    for (const each of device.open('offered', 'called'))
      exchange.act(device, () => device.alert(each));
  assert(record !== undefined);
  assert.deepEqual(
    [ana, ben, cas].map((device) => device.open('offered', 'called').length),
    [1, 1, 1],
  );
  return record;
}

function lcpOf(exchange: Exchange): Pid | undefined {
  const locations = [...exchange.boards.values()].map(({ processing }) => {
    const location = processing.table.find('2000');
    return location && firstLcp(location);
  });
  assert.equal(new Set(locations).size, 1);
  return locations[0];
}

function answer({ exchange }: Cast, device: FakeDevice): void {
  const [ringing] = device.open('offered', 'called');
  assert(ringing !== undefined);
  exchange.act(device, () => device.answer(ringing));
}

/** What the line shows, wherever it is controlled. */
function callsOf(exchange: Exchange) {
  const lines = [...exchange.boards.values()].map(({ processing }) => processing.lines.get('2000'));
  const [line, ...others] = lines.filter((each) => each !== undefined);
  assert(line !== undefined && others.length === 0);
  return snapshotOf(line).calls.map(({ appearance, state }) => `${appearance} ${state}`);
}

function phases({ ana, ben, cas, dan }: Cast): string[] {
  return [ana, ben, cas, dan].map((device) =>
    [...device.calls.values()].map(({ phase, outcomes }) => `${phase} ${outcomes.at(-1)}`).join(),
  );
}

/** Everybody hangs up, and nothing is left. */
function end({ exchange, ana, ben, cas, dan }: Cast): void {
  for (const device of [ana, ben, cas, dan])
    for (const phase of ['talking', 'offered'] as const)
      for (const each of device.open(phase, 'calling'))
        exchange.act(device, () => device.hangUp(each));
  exchange.wait(10_000);
  assert.deepEqual(
    [...exchange.boards.values()].map(({ processing, scheduler }) => ({
      calls: processing.calls.size,
      controls: scheduler.population.c,
      lines: [...processing.lines.values()].flatMap((line) => [...line.calls.keys()]),
      deaths: scheduler.counters.deaths,
    })),
    [...exchange.boards.values()].map(() => ({ calls: 0, controls: 0, lines: [], deaths: 0 })),
  );
}

test('claims 6, 14-16, 49, 68, 72, 75: one process for the line in the cluster; devices of other managers join it', () => {
  const play = cast();
  const { exchange, ana, ben, cas } = play;
  assert.deepEqual(
    [ana, ben, cas].map(({ lines }) => lines.get('2000')?.lcp),
    [0, 1, 2].map(() => lcpOf(exchange)),
  );
  call(play);
  answer(play, cas);
  assert.deepEqual(phases(play), [
    'over answered elsewhere',
    'over answered elsewhere',
    'talking answered',
    'talking answered',
  ]);
  end(play);
});

test('claims 31-35, 60, 63-65: a replicated line has a process at each manager with a device of it, which knows those there', () => {
  const line = lineOf('2000', ['ana', 'ben', 'cas', 'dan'], { mode: 'replicated' });
  const exchange = new Exchange(directoryOf([line]), HOMES);
  const plug = (home: string, user: string) => {
    const device = exchange.board(home).plug(user);
    exchange.settle();
    return device;
  };
  const devices = [plug('a.1', 'ana'), plug('b.1', 'ben'), plug('a.1', 'cas'), plug('b.1', 'dan')];
  const processes = ['a.1', 'b.1'].map((home) => {
    const { table, lines } = exchange.board(home).processing;
    return { lcp: lcpFor(table.find('2000'), home)?.lcp, devices: lines.get('2000')?.devices };
  });
  const seat = (at: number, member: string) => ({
    pid: devices[at]?.host.pid,
    device: `${member}-phone`,
    member,
  });
  const [a, b] = devices.map(({ lines }) => lines.get('2000')?.lcp);
  assert.deepEqual(processes, [
    { lcp: a, devices: [seat(0, 'ana'), seat(2, 'cas')] },
    { lcp: b, devices: [seat(1, 'ben'), seat(3, 'dan')] },
  ]);
  assert.deepEqual(
    [...exchange.boards.values()].map(({ processing }) => processing.table.find('2000')),
    HOMES.map(() => exchange.board('a.1').processing.table.find('2000')),
  );
});

test('two managers claim a number at once: one has it, and all devices come to it', () => {
  const exchange = new Exchange(DIRECTORY, HOMES);
  const devices = [
    exchange.board('a.1').plug('ana'),
    exchange.board('b.1').plug('ben'),
    exchange.board('c.1').plug('cas'),
  ];
  exchange.settle();
  const lcp = lcpOf(exchange);
  assert.deepEqual(
    devices.map(({ lines }) => lines.get('2000')?.lcp),
    [lcp, lcp, lcp],
  );
  assert.deepEqual(
    [...exchange.boards.values()]
      .map(({ scheduler }) => scheduler.population.l)
      .sort((one, other) => one - other),
    [1, 1, 2],
  );
});

test("the manager of the line's process dies: phones elsewhere ring on, and one of them answers", () => {
  const play = cast();
  const { exchange, ben, cas, dan } = play;
  call(play, ben);
  const before = ben.lines.get('2000')?.epoch ?? 0;
  exchange.kill('a.1', 1000);
  exchange.wait(1800);
  const lcp = lcpOf(exchange);
  assert(lcp !== undefined && homeOf(lcp) !== 'a.1');
  assert((ben.lines.get('2000')?.epoch ?? 0) > before);
  assert.deepEqual(
    [ben, cas, dan].map((d) => d.open('offered').length),
    [1, 1, 1],
  );
  assert.deepEqual([callsOf(exchange), ben.calls.size, cas.calls.size], [['1 ringing'], 1, 1]);
  answer(play, cas);
  assert.deepEqual(phases(play).slice(1), [
    'over answered elsewhere',
    'talking answered',
    'talking answered',
  ]);
  end(play);
});

test('a phone begins to ring while the line is without a process: the caller hears it', () => {
  const play = cast();
  const { exchange, cas, dan } = play;
  call(play);
  exchange.kill('a.1', 1000);
  exchange.wait(500);
  for (const each of cas.open('offered')) exchange.act(cas, () => cas.alert(each));
  const [calling] = dan.open('offered');
  assert.deepEqual(calling?.outcomes, []);
  exchange.wait(1500);
  assert.deepEqual(calling.outcomes, ['ringing']);
  end(play);
});

test('a phone answers while the line is without a process: its answer is said again, and wins', () => {
  const play = cast();
  const { exchange, ben } = play;
  call(play);
  exchange.kill('a.1', 1000);
  exchange.wait(500);
  answer(play, ben);
  exchange.wait(1500);
  assert.deepEqual(phases(play).slice(1), [
    'talking answered',
    'over answered elsewhere',
    'talking answered',
  ]);
  assert.deepEqual(callsOf(exchange), ['1 active']);
  end(play);
});

test('two phones answer while the line is without a process: one wins, the other is told so', () => {
  const play = cast();
  const { exchange, ben, cas, dan } = play;
  call(play);
  exchange.kill('a.1', 1000);
  exchange.wait(1000 - 1);
  answer(play, ben);
  answer(play, cas);
  exchange.wait(2000);
  const winner = dan.open('talking')[0]?.peer.pid;
  assert.deepEqual(
    [ben, cas].map(({ host, calls }) => [
      host.pid === winner,
      ...[...calls.values()].map(({ phase, outcomes }) => `${phase} ${outcomes.at(-1)}`),
    ]),
    [ben, cas].map(({ host }) =>
      host.pid === winner ? [true, 'talking answered'] : [false, 'over answered elsewhere'],
    ),
  );
  end(play);
});

test('the caller gives up while the line is without a process: nobody rings on', () => {
  const play = cast();
  const { exchange, ben, dan } = play;
  const record = call(play, ben);
  exchange.kill('a.1', 1000);
  exchange.wait(1010);
  exchange.act(dan, () => dan.hangUp(record));
  assert.equal(ben.open('offered').length, 0);
  exchange.wait(2500);
  assert.deepEqual(
    phases(play)
      .slice(1)
      .map((phase) => phase.split(' ')[0]),
    ['over', 'over', 'over'],
  );
  end(play);
});

test('a call that stands outlives the manager of its line, and the new process shows it', () => {
  const play = cast();
  const { exchange, cas } = play;
  call(play);
  answer(play, cas);
  exchange.kill('a.1', 1000);
  exchange.wait(5000);
  assert.deepEqual(phases(play).slice(2), ['talking answered', 'talking answered']);
  assert.deepEqual(callsOf(exchange), ['1 active']);
  call(cast());
  end(play);
});

test('who calls while the line is without a process waits, and rings', () => {
  const play = cast();
  const { exchange, ben, cas, dan } = play;
  exchange.kill('a.1', 0);
  exchange.settle();
  exchange.wait(1);
  exchange.act(dan, () => dan.dial('2000'));
  exchange.wait(1000);
  assert.deepEqual(
    [ben, cas].map((d) => d.open('offered').length),
    [1, 1],
  );
  end(play);
});

test('a number whose last devices went with their manager has no device, after two seconds', () => {
  const play = cast();
  const { exchange, dan } = play;
  const eve = exchange.board('a.1').plug('eve');
  exchange.settle();
  assert.equal(eve.lines.size, 1);
  exchange.kill('a.1', 0);
  exchange.wait(1);
  exchange.act(dan, () => dan.dial('eve'));
  exchange.wait(1900);
  const [calling] = dan.calls.values();
  assert.deepEqual(calling?.outcomes, []);
  exchange.wait(200);
  assert.deepEqual(calling?.outcomes, ['no device']);
  exchange.act(dan, () => dan.dial('eve'));
  assert.deepEqual(
    [...dan.calls.values()].map(({ outcomes }) => outcomes),
    [['no device'], ['no device']],
  );
});

test("the caller's manager dies: phones stop ringing at once", () => {
  const play = cast();
  const { exchange, ana, cas } = play;
  call(play);
  exchange.kill('b.1', 1000);
  exchange.wait(1001);
  assert.deepEqual(
    [ana, cas].map((d) => d.open('offered').length),
    [0, 0],
  );
  assert.deepEqual(callsOf(exchange), []);
});

test("the line's process dies alone: made anew at once, with a higher epoch, and the phones ring on", () => {
  const play = cast();
  const { exchange, ben, cas } = play;
  call(play);
  const lcp = lcpOf(exchange);
  assert(lcp !== undefined);
  exchange.board('a.1').crash(lcp);
  exchange.settle();
  const next = lcpOf(exchange);
  assert(next !== undefined && next !== lcp);
  assert.deepEqual([callsOf(exchange), ben.calls.size, cas.calls.size], [['1 ringing'], 1, 1]);
  answer(play, ben);
  assert.deepEqual(phases(play)[1], 'talking answered');
});

test("a line's process that is not needed gives its number up; who comes later makes another", () => {
  const play = cast();
  const { exchange, ana, ben, cas } = play;
  for (const device of [ana, ben, cas]) exchange.act(device, () => device.detach());
  exchange.wait(5100);
  assert.equal(lcpOf(exchange), undefined);
  exchange.act(cas, () => cas.register());
  const lcp = lcpOf(exchange);
  assert(lcp !== undefined && homeOf(lcp) === 'c.1');
});

test('a manager that may have been expelled claims nothing until it knows', () => {
  const exchange = new Exchange(DIRECTORY, HOMES);
  const board = exchange.board('a.1');
  const member = exchange.memberOf('a.1');
  member.standing = 'unsure';
  const ana = board.plug('ana');
  exchange.wait(3000);
  assert.equal(ana.lines.size, 0);
  member.standing = 'member';
  exchange.wait(600);
  assert.equal(ana.lines.size, 2);
});

test('who is next in line claims first, the others only when it does not', () => {
  const exchange = new Exchange(DIRECTORY, ['a.1', 'b.1', 'c.1', 'd.1']);
  for (const [home, user] of [
    ['a.1', 'ana'],
    ['b.1', 'ben'],
    ['c.1', 'cas'],
  ] as const) {
    exchange.board(home).plug(user);
    exchange.settle();
  }
  const order = rendezvousRank('2000', ['b.1', 'c.1', 'd.1']);
  const [first = ''] = order.filter((home) => home !== 'd.1');
  exchange.kill('a.1', 0);
  exchange.wait(150 * order.indexOf(first));
  const lcp = lcpOf(exchange);
  assert.equal(lcp && homeOf(lcp), first);
});

test('two managers die one after the other: the third has the line, and the call rings on', () => {
  const play = cast();
  const { exchange, ben, dan } = play;
  call(play, ben);
  const order = rendezvousRank('2000', ['b.1', 'c.1']);
  exchange.kill('a.1', 500);
  if (order[0] === 'c.1') {
    exchange.wait(600);
    exchange.kill('c.1', 500);
  } else exchange.kill('c.1', 800);
  exchange.wait(2000);
  assert.deepEqual(
    [ben, dan].map((d) => d.open('offered').length),
    [1, 1],
  );
  answer(play, ben);
  assert.deepEqual(
    [ben, dan].map((d) => d.open('talking').length),
    [1, 1],
  );
});

test('a request that does not get to the line in time: the caller waits, and hears that nobody can be reached', () => {
  const play = cast();
  const { exchange, dan, ben, cas } = play;
  const { reportTo } = call(play);
  const lcp = lcpOf(exchange);
  assert(lcp !== undefined && reportTo !== undefined);
  exchange.board('b.1').scheduler.undelivered(reportTo, lcp, true);
  exchange.wait(1900);
  assert.equal(dan.open('offered').length, 1);
  exchange.wait(200);
  assert.deepEqual(
    [dan.open('offered').length, [...dan.calls.values()].map(({ outcomes }) => outcomes)],
    [0, [['unreachable']]],
  );
  assert.deepEqual(
    [ben, cas].map((d) => d.open('offered').length),
    [0, 0],
  );
  end(play);
});

test('a line that was out of reach for its devices and their line manager has them again', () => {
  const play = cast();
  const { exchange, ben, cas } = play;
  call(play);
  const lcp = lcpOf(exchange);
  assert(lcp !== undefined);
  const { scheduler, processing } = exchange.board('b.1');
  scheduler.undelivered(processing.lineManager, lcp, true);
  exchange.settle();
  exchange.act(ben, () => ben.down(lcp));
  exchange.act(ben, () => ben.register());
  exchange.wait(600);
  assert.deepEqual([ben.lines.get('2000')?.lcp, ben.open('offered').length], [lcp, 1]);
  answer(play, ben);
  assert.deepEqual(
    [ben, cas].map((d) => [...d.calls.values()].map(({ phase }) => phase)),
    [['talking'], ['over']],
  );
  end(play);
});

test('devices that the line has lost out of sight stop ringing, even if they come back', () => {
  const play = cast();
  const { exchange, ben, cas } = play;
  call(play);
  const lcp = lcpOf(exchange);
  assert(lcp !== undefined);
  exchange.board('a.1').scheduler.undelivered(lcp, ben.host.pid, true);
  exchange.settle();
  assert.deepEqual(
    [ben, cas].map((d) => d.open('offered').length),
    [0, 1],
  );
  end(play);
});

/** When something became true, in ms from now. */
function msUntil({ exchange }: Cast, isSo: () => boolean): number {
  let ms = 0;
  for (; !isSo() && ms < 60_000; ms += 10) exchange.wait(10);
  return ms;
}

for (const [atMs, what] of [
  [10_000, 'the first phones ring'],
  [24_500, 'its time is nearly up'],
] as const)
  test(`a call that nobody answers is refused when it is due, though its line has another process since ${what}`, () => {
    const play = cast();
    const { exchange, ben, cas } = play;
    const record = call(play, ben, cas);
    exchange.wait(atMs);
    exchange.kill('a.1', 400);
    const ms = atMs + msUntil(play, () => record.outcomes.includes('no answer'));
    // Not before the other process has heard of the call.
    assert.deepEqual([Math.max(ms, 25_000), ms <= 25_550], [ms, true]);
    assert.deepEqual(phases(play).slice(1, 3), ['over no answer', 'over no answer']);
    end(play);
  });

const SERIAL = lineOf('2000', ['ana', 'ben', 'cas'], {
  offering: {
    type: 'serial',
    steps: [
      { members: ['ana', 'ben'], ms: 10_000 },
      { members: ['cas'], ms: 10_000 },
    ],
  },
  noAnswerMs: 60_000,
});

test('of a serial line whose process is another one the next phone rings when it is its turn', () => {
  const exchange = new Exchange(directoryOf([SERIAL], ['dan']), HOMES);
  const [ana, ben, cas, dan] = [
    ['a.1', 'ana'],
    ['b.1', 'ben'],
    ['c.1', 'cas'],
    ['b.1', 'dan'],
  ].map(([home = '', user = '']) => {
    const device = exchange.board(home).plug(user);
    exchange.settle();
    return device;
  });
  assert(ana !== undefined && ben !== undefined && cas !== undefined && dan !== undefined);
  const play = { exchange, ana, ben, cas, dan };
  exchange.act(dan, () => void dan.dial('2000'));
  exchange.wait(6000);
  exchange.kill('a.1', 400);
  const second = 6000 + msUntil(play, () => cas.open('offered').length === 1);
  exchange.kill('c.1', 400);
  const end = second + msUntil(play, () => dan.open('offered').length === 0);
  assert.deepEqual([Math.round(second / 100), ben.open('offered').length], [100, 0]);
  // The last phone went with its manager: nobody is left.
  assert(end < 12_000, String(end));
});

test('a member with a delay rings when it is due, though its line has another process', () => {
  const line = lineOf('2000', ['ana', 'ben', 'cas']);
  const members = line.members.map((member) =>
    member.name === 'cas' ? { ...member, ringAfterMs: 8000 } : member,
  );
  const exchange = new Exchange(directoryOf([{ ...line, members }], ['dan']), HOMES);
  const plug = (home: string, user: string) => {
    const device = exchange.board(home).plug(user);
    exchange.settle();
    return device;
  };
  const ana = plug('a.1', 'ana');
  const ben = plug('b.1', 'ben');
  const dan = plug('b.1', 'dan');
  const cas = plug('c.1', 'cas');
  const play = { exchange, ana, ben, cas, dan };
  exchange.act(dan, () => void dan.dial('2000'));
  exchange.wait(5000);
  exchange.kill('a.1', 400);
  const ms = 5000 + msUntil(play, () => cas.open('offered').length === 1);
  assert.equal(Math.round(ms / 100), 80);
});

/** c sleeps: b hears nothing of it, and it claims nothing. */
function stall({ exchange }: Cast): void {
  exchange.memberOf('b.1').stalled.add('c.1');
  exchange.memberOf('c.1').isBlind = true;
}

test('who calls while the line moves and a manager sleeps, whose phones may have any number, waits until that is expelled', () => {
  const play = cast();
  const { exchange, ben, dan } = play;
  exchange.kill('a.1', 0);
  stall(play);
  exchange.wait(1);
  exchange.act(dan, () => dan.dial('2000'));
  exchange.wait(1000);
  const seen = [ben.open('offered').length];
  exchange.kill('c.1', 200);
  exchange.wait(201);
  assert.deepEqual([...seen, ben.open('offered').length], [0, 1]);
  end(play);
});

test('and when it cannot be expelled, for less than two seconds', () => {
  const play = cast();
  const { exchange, ben, dan } = play;
  exchange.kill('a.1', 0);
  stall(play);
  exchange.wait(1);
  exchange.act(dan, () => dan.dial('2000'));
  const ms = msUntil(play, () => ben.open('offered').length === 1);
  assert.equal(ms < 2000, true);
});

test('a new process of a replicated line gives no number before the manager that sleeps is expelled, either', () => {
  const line = lineOf('2000', ['ana', 'ben', 'cas'], { mode: 'replicated' });
  const exchange = new Exchange(directoryOf([line], ['dan']), HOMES);
  const plug = (home: string, user: string) => {
    const device = exchange.board(home).plug(user);
    exchange.settle();
    return device;
  };
  const ana = plug('a.1', 'ana');
  const ben = plug('b.1', 'ben');
  const dan = plug('b.1', 'dan');
  const play = { exchange, ana, ben, dan, cas: plug('c.1', 'cas') };
  stall(play);
  exchange.memberOf('a.1').stalled.add('c.1');
  const { table } = exchange.board('b.1').processing;
  const location = table.find('2000');
  const own = location?.mode === 'replicated' ? lcpFor(location, 'b.1')?.lcp : undefined;
  assert(own !== undefined);
  exchange.board('b.1').crash(own);
  exchange.settle();
  exchange.act(dan, () => dan.dial('2000'));
  exchange.wait(1500);
  const seen = [ben.open('offered').length];
  exchange.kill('c.1', 100);
  exchange.wait(101);
  assert.deepEqual([...seen, ben.open('offered').length], [0, 1]);
});

/**
 * ben talks on the line's first number, at b. a, which has the line's process, is gone; b sleeps since, and c, with cas
 * and eve, joins and has seen nothing of it.
 */
function joined(directory = DIRECTORY) {
  const exchange = new Exchange(directory, ['a.1', 'b.1']);
  const plug = (home: string, user: string) => {
    const device = exchange.board(home).plug(user);
    exchange.settle();
    return device;
  };
  const ana = plug('a.1', 'ana');
  const [ben, dan] = [plug('b.1', 'ben'), plug('b.1', 'dan')];
  exchange.act(dan, () => void dan.dial('2000'));
  for (const each of ben.open('offered', 'called')) exchange.act(ben, () => ben.answer(each));
  assert.deepEqual(
    [ana, ben].map((device) => device.open('talking').length),
    [0, 1],
  );
  const sleeper = exchange.memberOf('b.1');
  sleeper.isBlind = true;
  exchange.kill('a.1', 0);
  exchange.wait(1);
  exchange.join('c.1');
  const joiner = exchange.memberOf('c.1');
  joiner.stalled.add('b.1');
  const wake = (): void => {
    sleeper.isBlind = false;
    joiner.stalled.delete('b.1');
    exchange.settle();
  };
  return { exchange, ben, wake, cas: plug('c.1', 'cas'), eve: plug('c.1', 'eve') };
}

test('a manager that has joined since gives no number away that a phone has whose manager sleeps', () => {
  const { exchange, ben, cas, eve, wake } = joined();
  exchange.act(eve, () => void eve.dial('2000'));
  exchange.wait(1500);
  const before = [callsOf(exchange), cas.open('offered').length];
  wake();
  assert.deepEqual(
    [...before, callsOf(exchange), cas.open('offered').length, ben.open('talking').length],
    [[], 0, ['1 active', '2 ringing'], 1, 1],
  );
});

test('where all say at once what they have, a manager that has joined just now rings its phones at once', () => {
  const { exchange, cas, eve, wake } = joined();
  wake();
  exchange.act(eve, () => void eve.dial('2000'));
  assert.deepEqual([callsOf(exchange), cas.open('offered').length], [['1 active', '2 ringing'], 1]);
});

test('a line that nobody shares waits for no manager that sleeps, wherever it is', () => {
  const { exchange, cas, eve } = joined();
  exchange.act(eve, () => void eve.dial('cas'));
  assert.equal(cas.open('offered', 'called').length, 1);
});

test('nor does a line whose manager has been there for a while, and knows that nobody had it', () => {
  const { exchange, cas, eve } = joined();
  exchange.act(cas, () => cas.detach());
  exchange.wait(12_000);
  exchange.act(cas, () => cas.register());
  exchange.act(eve, () => void eve.dial('2000'));
  assert.deepEqual([callsOf(exchange), cas.open('offered').length], [['1 ringing'], 1]);
});
