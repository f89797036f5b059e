/** The scheduler seen by small processes that write down what happens to them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Log, LogFields } from '../../src/base/log.ts';
import { SILENT } from '../../src/base/log.ts';
import type { Manner } from '../../src/process/cluster.ts';
import { makePid, type Pid } from '../../src/process/pid.ts';
import type { Host, Process } from '../../src/process/process.ts';
import { Scheduler, type SchedulerOptions } from '../../src/process/scheduler.ts';

type Word = { readonly call?: string; readonly say: string; readonly to?: Pid };

const HOME = 'a.1';

function bench(options: Partial<SchedulerOptions<Word>> = {}) {
  const diary: string[] = [];
  const scheduler = new Scheduler<Word>({ home: HOME, nowMs: 0, log: SILENT, ...options });
  /** Writes down all it hears; passes a word on when it is told to; throws at 'break'. */
  const listener =
    (hosts: Host<Word>[] = [], down: (gone: string) => void = () => {}) =>
    (host: Host<Word>): Process<Word> => {
      hosts.push(host);
      return {
        receive(signal, from) {
          diary.push(`${host.pid} heard ${signal.say} from ${from}`);
          if (signal.to !== undefined) host.tell(signal.to, { say: `${signal.say}!` });
          if (signal.say === 'break') throw new Error('broken');
          if (signal.say === 'exit') host.exit();
        },
        timeout(timer) {
          diary.push(`${host.pid} timer ${timer} at ${host.nowMs}`);
          if (timer === 'break') throw new Error('broken');
        },
        down(gone) {
          diary.push(`${host.pid} lost ${gone}`);
          down(gone);
        },
      };
    };
  return { scheduler, diary, listener };
}

test('signals are delivered in the order in which they were said, each turn to completion', () => {
  const { scheduler, diary, listener } = bench();
  const one = scheduler.spawn('d', listener());
  const two = scheduler.spawn('d', listener());
  scheduler.tell(two, one, { say: 'ping', to: two });
  scheduler.tell(one, two, { say: 'hello' });
  assert.equal(scheduler.drain(), 3);
  assert.deepEqual(diary, [
    'a.1.d0 heard ping from a.1.d1',
    'a.1.d1 heard hello from a.1.d0',
    'a.1.d1 heard ping! from a.1.d0',
  ]);
});

test('what is said to somebody who is not there is lost', () => {
  const { scheduler, diary, listener } = bench();
  const one = scheduler.spawn('d', listener());
  scheduler.tell(one, makePid(HOME, 'd', 99), { say: 'hello' });
  scheduler.tell(one, one, { say: 'exit' });
  scheduler.tell(one, one, { say: 'hello' });
  scheduler.tell(one, makePid('b.1', 'd', 0), { say: 'hello' });
  scheduler.drain();
  assert.deepEqual(diary, ['a.1.d0 heard exit from a.1.d0']);
  assert.deepEqual(scheduler.counters, {
    signals: 1,
    lost: 3,
    timeouts: 0,
    deaths: 0,
    refused: 0,
  });
});

test('who misses an answer is told that its receiver is gone, and nobody else is', () => {
  const { scheduler, diary, listener } = bench();
  scheduler.reportMissed(({ say }) => say === 'well?');
  const one = scheduler.spawn('d', listener());
  scheduler.spawn('d', listener());
  const gone = makePid(HOME, 'd', 99);
  scheduler.tell(one, gone, { say: 'hello' });
  scheduler.tell(one, gone, { say: 'well?' });
  scheduler.tell(gone, gone, { say: 'well?' });
  scheduler.drain();
  assert.deepEqual(diary, ['a.1.d0 lost a.1.d2r']);
});

test('a process that throws dies alone, and everybody else hears of it after its last words', () => {
  const { scheduler, diary, listener } = bench();
  const one = scheduler.spawn('d', listener());
  const two = scheduler.spawn('c', listener());
  const three = scheduler.spawn('l', listener());
  scheduler.tell(one, two, { say: 'break', to: three });
  scheduler.tell(one, two, { say: 'are you there' });
  scheduler.drain();
  assert.deepEqual(diary, [
    'a.1.c1 heard break from a.1.d0',
    'a.1.l2 heard break! from a.1.c1',
    'a.1.d0 lost a.1.c1',
    'a.1.l2 lost a.1.c1',
  ]);
  assert.deepEqual(scheduler.population, { l: 1, d: 1, c: 0, g: 0, m: 0 });
  assert.equal(scheduler.counters.deaths, 1);
});

test('a death is logged once, with the call that it was about', () => {
  const lines: [string, string, LogFields | undefined][] = [];
  const log: Log = {
    debugging: false,
    write: (level, event, fields) => lines.push([level, event, fields]),
  };
  const { scheduler, listener } = bench({
    log,
    describe: ({ call }) => (call === undefined ? {} : { call }),
  });
  const one = scheduler.spawn('l', listener());
  scheduler.tell(one, one, { say: 'break', call: 'c7' });
  scheduler.drain();
  const told = lines.map(([level, event, { stack, ...fields } = {}]) => [level, event, fields]);
  assert.deepEqual(told, [
    ['error', 'process died', { call: 'c7', pid: 'a.1.l0', error: 'broken' }],
  ]);
});

test('who throws on hearing of a death dies as well, and the others hear of that', () => {
  const { scheduler, diary, listener } = bench();
  const frail = () => {
    throw new Error('cannot bear it');
  };
  const one = scheduler.spawn('d', listener());
  scheduler.spawn('d', listener([], frail));
  scheduler.spawn('d', listener());
  scheduler.tell(one, one, { say: 'break' });
  scheduler.drain();
  assert.deepEqual(diary, [
    'a.1.d0 heard break from a.1.d0',
    'a.1.d1 lost a.1.d0',
    'a.1.d2 lost a.1.d0',
    'a.1.d2 lost a.1.d1',
  ]);
  assert.equal(scheduler.size, 1);
});

test('a process that throws while it is made never lives', () => {
  const { scheduler, diary, listener } = bench();
  scheduler.spawn('d', listener());
  const stillborn = scheduler.spawn('c', (host) => {
    host.start('never', 10);
    throw new Error('broken');
  });
  scheduler.drain();
  scheduler.advance(100);
  assert.deepEqual([diary, scheduler.has(stillborn)], [['a.1.d0 lost a.1.c1'], false]);
});

test('a resident that throws is made anew under its PID, and hears the next signal', () => {
  const { scheduler, diary, listener } = bench();
  const hosts: Host<Word>[] = [];
  const one = scheduler.spawnResident('m', listener(hosts));
  scheduler.spawn('d', listener());
  hosts[0]?.start('forgotten', 10);
  scheduler.tell(one, one, { say: 'break' });
  scheduler.tell(one, one, { say: 'hello' });
  scheduler.drain();
  scheduler.advance(100);
  assert.deepEqual(
    [diary, hosts.length, scheduler.counters.deaths],
    [['a.1.m0 heard break from a.1.m0', 'a.1.m0 heard hello from a.1.m0'], 2, 1],
  );
});

test('a resident that cannot be made anew is gone', () => {
  const { scheduler, diary, listener } = bench();
  let made = 0;
  const one = scheduler.spawnResident('m', (host) => {
    if (made++ > 0) throw new Error('not again');
    return listener()(host);
  });
  scheduler.spawn('d', listener());
  scheduler.tell(one, one, { say: 'break' });
  scheduler.drain();
  assert.deepEqual(diary, ['a.1.m0 heard break from a.1.m0', 'a.1.d1 lost a.1.m0']);
});

test('a turn that begins outside is supervised like any other', () => {
  const { scheduler, diary, listener } = bench();
  const one = scheduler.spawn('d', listener());
  const two = scheduler.spawn('d', listener());
  const ran = [
    scheduler.run(one, () => scheduler.tell(one, two, { say: 'hello' })),
    scheduler.run(one, () => {
      throw new Error('broken');
    }),
    scheduler.run(one, () => diary.push('never')),
  ];
  scheduler.drain();
  assert.deepEqual(
    [ran, diary],
    [
      [true, false, false],
      ['a.1.d1 heard hello from a.1.d0', 'a.1.d1 lost a.1.d0'],
    ],
  );
});

test('a turn cannot begin within another: the one who tries dies', () => {
  const { scheduler, diary, listener } = bench();
  const one = scheduler.spawn('d', listener());
  const two = scheduler.spawn('d', listener());
  const ran = scheduler.run(one, () => scheduler.run(two, () => diary.push('never')));
  scheduler.drain();
  assert.deepEqual([ran, diary], [false, ['a.1.d1 lost a.1.d0']]);
});

test('an exit is no death: timers stop and nobody is told', () => {
  const departed: [Pid, boolean][] = [];
  const { scheduler, diary, listener } = bench({
    departed: (pid, died) => departed.push([pid, died]),
  });
  const hosts: Host<Word>[] = [];
  const one = scheduler.spawn('d', listener(hosts));
  scheduler.spawn('d', listener());
  hosts[0]?.start('late', 10);
  scheduler.tell(one, one, { say: 'exit' });
  scheduler.drain();
  hosts[0]?.start('later', 10);
  scheduler.advance(100);
  assert.deepEqual(diary, ['a.1.d0 heard exit from a.1.d0']);
  assert.deepEqual(departed, [['a.1.d0', false]]);
  assert.equal(scheduler.nextDueMs(), Number.POSITIVE_INFINITY);
});

test('who is told of departures may break without harm', () => {
  const { scheduler, diary, listener } = bench({
    departed: () => {
      throw new Error('broken');
    },
  });
  const one = scheduler.spawn('d', listener());
  scheduler.spawn('d', listener());
  scheduler.tell(one, one, { say: 'break' });
  scheduler.drain();
  assert.deepEqual(diary, ['a.1.d0 heard break from a.1.d0', 'a.1.d1 lost a.1.d0']);
});

test('timers run out by name, once, anew when started anew, and never when stopped', () => {
  const { scheduler, diary, listener } = bench();
  const hosts: Host<Word>[] = [];
  scheduler.spawn('d', listener(hosts));
  const [host] = hosts;
  host?.start('a', 100);
  host?.start('b', 200);
  host?.start('c', 300);
  host?.start('b', 400);
  host?.stop('c');
  host?.stop('unknown');
  assert.equal(scheduler.nextDueMs(), 100);
  for (let nowMs = 0; nowMs <= 1000; nowMs += 10) scheduler.advance(nowMs);
  assert.deepEqual(diary, ['a.1.d0 timer a at 100', 'a.1.d0 timer b at 400']);
});

test('a timer that breaks its process breaks no other', () => {
  const { scheduler, diary, listener } = bench();
  const hosts: Host<Word>[] = [];
  scheduler.spawn('d', listener(hosts));
  scheduler.spawn('d', listener(hosts));
  hosts[0]?.start('break', 100);
  hosts[0]?.start('never', 110);
  hosts[1]?.start('a', 100);
  scheduler.advance(200);
  scheduler.drain();
  assert.deepEqual(diary, [
    'a.1.d0 timer break at 200',
    'a.1.d1 timer a at 200',
    'a.1.d1 lost a.1.d0',
  ]);
});

test('a runaway that fills the queue dies of it, and the others are told', () => {
  const { scheduler, diary, listener } = bench({ queueMax: 4 });
  const one = scheduler.spawn('d', (host) => ({
    receive() {
      for (;;) host.tell(host.pid, { say: 'more' });
    },
    timeout() {},
    down() {},
  }));
  scheduler.spawn('d', listener());
  scheduler.tell(one, one, { say: 'go' });
  scheduler.drain();
  assert.deepEqual(diary, ['a.1.d1 lost a.1.d0']);
  assert.equal(scheduler.counters.lost, 4);
});

test('two that never stop talking do not keep a drain from returning', () => {
  const { scheduler } = bench({ turnsMax: 100 });
  const echo = (host: Host<Word>): Process<Word> => ({
    receive: (signal, from) => host.tell(from, signal),
    timeout() {},
    down() {},
  });
  const one = scheduler.spawn('d', echo);
  const two = scheduler.spawn('d', echo);
  scheduler.tell(one, two, { say: 'you' });
  assert.deepEqual([scheduler.drain(), scheduler.waiting, scheduler.nextDueMs()], [100, 1, 0]);
});

test('more signals than the queue first had room for keep their order', () => {
  const { scheduler, diary, listener } = bench();
  const one = scheduler.spawn('d', listener());
  const expected: string[] = [];
  for (let i = 0; i < 700; i++) scheduler.tell(one, one, { say: `${i}` });
  scheduler.drain();
  for (let i = 700; i < 4000; i++) scheduler.tell(one, one, { say: `${i}` });
  scheduler.drain();
  for (let i = 0; i < 4000; i++) expected.push(`a.1.d0 heard ${i} from a.1.d0`);
  assert.deepEqual(diary, expected);
});

test('a manager that is gone is told to everybody, after what it had said', () => {
  const { scheduler, diary, listener } = bench();
  const one = scheduler.spawn('d', listener());
  scheduler.tell(one, one, { say: 'hello' });
  scheduler.down('b.1');
  scheduler.drain();
  assert.deepEqual(diary, ['a.1.d0 heard hello from a.1.d0', 'a.1.d0 lost b.1']);
});

test('processes of two managers speak to each other, and hear when one of them is no more', () => {
  const said: [Pid, Pid, object | undefined, Manner][] = [];
  const announced: Pid[] = [];
  const cluster = {
    tell: (...each: [Pid, Pid, object | undefined, Manner]) => said.push(each),
    announce: (gone: Pid) => announced.push(gone),
  };
  const read = (body: unknown) => {
    const { say } = body as { say?: unknown };
    return typeof say === 'string' ? { say } : undefined;
  };
  const { scheduler, diary, listener } = bench({ cluster, read });
  scheduler.reportMissed(({ say }) => say === 'wait');
  scheduler.speak(({ say }) => (say === 'now' ? 'passing' : 'lasting'));
  const here = scheduler.spawn('d', listener());
  const dying = scheduler.spawn('d', listener());
  const there = makePid('b.1', 'd', 0);
  scheduler.tell(here, there, { say: 'ping' });
  scheduler.tell(here, there, { say: 'now' });
  scheduler.received(there, here, { say: 'pong' });
  scheduler.received(there, here, { word: 'none' });
  scheduler.received(there, makePid('c.1', 'd', 0), { say: 'not for us' });
  scheduler.received(there, dying, { say: 'break' });
  scheduler.received(there, dying, { say: 'wait' });
  scheduler.received(there, dying, { say: 'shout' });
  scheduler.drain();
  scheduler.received(there, here, undefined);
  scheduler.undelivered(here, there, false);
  scheduler.died(there);
  scheduler.drain();
  assert.deepEqual(
    { said, announced, diary, refused: scheduler.counters.refused },
    {
      said: [
        [here, there, { say: 'ping' }, 'lasting'],
        [here, there, { say: 'now' }, 'passing'],
        [dying, there, undefined, 'lasting'],
      ],
      announced: [dying],
      diary: [
        'a.1.d0 heard pong from b.1.d0',
        'a.1.d1 heard break from b.1.d0',
        'a.1.d0 lost a.1.d1',
        'a.1.d0 lost b.1.d0',
        'a.1.d0 lost b.1.d0',
        'a.1.d0 lost b.1.d0',
      ],
      refused: 2,
    },
  );
});

test('who distinguishes hears that a process of another manager was not reached, which it may be again', () => {
  const { scheduler, diary, listener } = bench();
  const other = scheduler.spawn('d', listener());
  const here = scheduler.spawn('l', () => ({
    receive() {},
    timeout() {},
    down: (gone) => diary.push(`lost ${gone}`),
    unreached: (to) => diary.push(`missed ${to}`),
  }));
  const there = makePid('b.1', 'd', 0);
  scheduler.undelivered(here, there, true);
  scheduler.undelivered(other, there, true);
  scheduler.undelivered(here, there, false);
  scheduler.died(there);
  scheduler.drain();
  assert.deepEqual(diary, [
    'missed b.1.d0',
    'a.1.d0 lost b.1.d0',
    'lost b.1.d0',
    'a.1.d0 lost b.1.d0',
    'lost b.1.d0',
  ]);
});
