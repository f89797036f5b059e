/** One link: what it makes of a bus that loses, doubles and delays, and of too much to say. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { formatHead, formatPacket } from '../../src/cluster/packet.ts';
import { climb, Ladder } from './link-ladder.ts';

test('a signal is acknowledged after 50 ms, and then all is quiet', () => {
  const ladder = new Ladder();
  ladder.climb(`
    a says one
    a > b 1, ack 0: one
    pass
    b hears one
    @ 19
    @ 50
    b > a 0, ack 1
    pass
    @ 10000`);
  assert.deepEqual([ladder.a.links.nextDueMs(), ladder.b.links.nextDueMs()], [Infinity, Infinity]);
});

test('an answer carries the acknowledgement', () => {
  climb(`
    a says one
    a > b 1, ack 0: one
    pass
    b hears one
    b says two
    b > a 1, ack 1: two
    pass
    a hears two
    @ 50
    a > b 0, ack 1
    pass
    @ 10000`);
});

test('what may wait for company goes with the next word', () => {
  climb(`
    a waits one
    @ 10
    a waits two
    a says three
    a > b 1, ack 0, age 10: one, two, three
    pass
    b hears one
    b hears two
    b hears three
    @ 60
    b > a 0, ack 1
    pass
    @ 10000`);
});

test('what finds no company within 20 ms goes alone', () => {
  climb(`
    a waits one
    @ 19
    @ 20
    a > b 1, ack 0, age 20: one
    pass
    b hears one
    @ 70
    b > a 0, ack 1
    pass
    @ 10000`);
});

test('what may wait for company goes with an acknowledgement that has to go', () => {
  climb(`
    b says one
    b > a 1, ack 0: one
    pass
    a hears one
    @ 40
    a waits two
    @ 50
    a > b 1, ack 1, age 10: two
    pass
    b hears two
    @ 100
    b > a 0, ack 1
    pass
    @ 10000`);
});

test('what is lost goes again after 100 ms, then 200, 400, 800, 1000', () => {
  climb(`
    a dies
    a > b 1, ack 0: a death
    lose
    @ 99
    @ 100
    a > b 1, ack 0, age 100: a death
    lose
    @ 299
    @ 300
    a > b 1, ack 0, age 300: a death
    lose
    @ 699
    @ 700
    a > b 1, ack 0, age 700: a death
    lose
    @ 1499
    @ 1500
    a > b 1, ack 0, age 1500: a death
    lose
    @ 2499
    @ 2500
    a > b 1, ack 0, age 2500: a death
    lose
    @ 3500
    a > b 1, ack 0, age 3500: a death
    pass
    b hears of a death
    @ 3550
    b > a 0, ack 1
    pass
    @ 10000`);
});

test('when the acknowledgement is lost, what comes again is dropped and acknowledged at once', () => {
  climb(`
    a says one
    a > b 1, ack 0: one
    pass
    b hears one
    @ 50
    b > a 0, ack 1
    lose
    @ 100
    a > b 1, ack 0, age 100: one
    pass
    b > a 0, ack 1
    pass
    @ 10000`);
});

test('what the bus doubles is heard once', () => {
  climb(`
    a says one
    a > b 1, ack 0: one
    double
    b hears one
    b > a 0, ack 1
    double
    @ 10000`);
});

test('what overtook something waits for it', () => {
  climb(`
    a says one
    a > b 1, ack 0: one
    a says two
    a > b 2, ack 0: two
    a says three
    a > b 3, ack 0: three
    later
    double
    pass
    pass
    b hears one
    b hears two
    b hears three
    b > a 0, ack 3
    pass
    @ 10000`);
});

test('while something is missing, what comes is acknowledged at once, so that the rest goes again', () => {
  const ladder = new Ladder();
  for (let i = 1; i <= 40; i++) {
    ladder.a.links.tell(ladder.a.pid, ladder.a.peer, { say: `${i}` });
    ladder.a.links.flush();
  }
  // Every third gets through.
  const through = ladder.bus.splice(0).filter((_, i) => i % 3 === 2);
  ladder.bus.push(...through);
  ladder.settle();
  ladder.waitUntil(100);
  ladder.settle();
  ladder.waitUntil(150);
  ladder.settle();
  const { sentAgain } = ladder.a.links.counters;
  const { repeated, acksAlone } = ladder.b.links.counters;
  assert.deepEqual(
    { sentAgain, repeated, acksAlone, dueMs: ladder.a.links.nextDueMs() },
    { sentAgain: 40, repeated: 13, acksAlone: 40, dueMs: Infinity },
  );
});

test('only what has been on the way for 100 ms goes again', () => {
  climb(`
    a says one
    a > b 1, ack 0: one
    lose
    @ 99.5
    a says two
    a > b 2, ack 0: two
    @ 100
    a > b 1, ack 0, age 100: one
    pass
    pass
    b hears one
    b hears two
    b > a 0, ack 2
    pass
    @ 10000`);
});

test('news of processes that are no more travel in the order of what was said', () => {
  climb(`
    a says one
    a > b 1, ack 0: one
    a misses
    a > b 2, ack 0: no more
    a dies
    a > b 3, ack 0: a death
    pass
    b hears one
    pass
    b hears no more
    pass
    b hears of a death
    @ 50
    b > a 0, ack 3
    pass`);
});

test('what is not acknowledged for 2 s is taken back, and the stream goes on without it', () => {
  climb(`
    a says one
    a > b 1, ack 0: one
    lose
    a misses
    a > b 2, ack 0: no more
    lose
    @ 1499
    a > b 1, ack 0, age 100: one
    a > b 2, ack 0, age 100: no more
    a > b 1, ack 0, age 300: one
    a > b 2, ack 0, age 300: no more
    a > b 1, ack 0, age 700: one
    a > b 2, ack 0, age 700: no more
    lose
    lose
    lose
    lose
    lose
    lose
    @ 1999
    a > b 1, ack 0, age 1500: one
    a > b 2, ack 0, age 1500: no more
    lose
    lose
    a says two
    a > b 3, ack 0: two
    lose
    @ 2000
    a learns that something is undelivered
    @ 2500
    a > b 1, ack 0, age 2500
    a > b 2, ack 0, age 2500: no more
    a > b 3, ack 0, age 501: two
    pass
    pass
    b hears no more
    pass
    b hears two
    @ 2550
    b > a 0, ack 3
    pass
    @ 10000`);
});

test('what is to last is not taken back, and is delivered however late it comes', () => {
  climb(`
    a says one
    a > b 1, ack 0: one
    a insists two
    a > b 2, ack 0: two
    lose
    lose
    @ 1999
    a > b 1, ack 0, age 100: one
    a > b 2, ack 0, age 100: two
    a > b 1, ack 0, age 300: one
    a > b 2, ack 0, age 300: two
    a > b 1, ack 0, age 700: one
    a > b 2, ack 0, age 700: two
    a > b 1, ack 0, age 1500: one
    a > b 2, ack 0, age 1500: two
    lose
    lose
    lose
    lose
    lose
    lose
    lose
    lose
    @ 2600
    a learns that something is undelivered
    a > b 1, ack 0, age 2500
    a > b 2, ack 0, age 2500: two
    pass
    pass
    b hears two
    @ 2650
    b > a 0, ack 2
    pass
    @ 10000`);
});

test('a signal may have arrived although it is taken back: when only the word of it was lost', () => {
  climb(`
    a says one
    a > b 1, ack 0: one
    pass
    b hears one
    @ 50
    b > a 0, ack 1
    lose
    @ 1999
    a > b 1, ack 0, age 100: one
    a > b 1, ack 0, age 300: one
    a > b 1, ack 0, age 700: one
    a > b 1, ack 0, age 1500: one
    lose
    lose
    lose
    @ 2000
    a learns that something is undelivered
    pass
    b > a 0, ack 1
    pass
    @ 10000`);
});

test('what has waited too long for something missing is received, but not delivered', () => {
  const ladder = new Ladder();
  ladder.climb(`
    a says one
    a > b 1, ack 0: one
    lose
    a says two
    a > b 2, ack 0: two
    pass
    a misses
    a > b 3, ack 0: no more
    pass
    @ 90
    a says three
    a > b 4, ack 0: three
    pass
    @ 2000
    a > b 1, ack 0, age 100: one
    a > b 2, ack 0, age 100: two
    a > b 3, ack 0, age 100: no more
    a > b 1, ack 0, age 300: one
    a > b 2, ack 0, age 300: two
    a > b 3, ack 0, age 300: no more
    a > b 4, ack 0, age 210: three
    a > b 1, ack 0, age 700: one
    a > b 2, ack 0, age 700: two
    a > b 3, ack 0, age 700: no more
    a > b 4, ack 0, age 610: three
    a > b 1, ack 0, age 1500: one
    a > b 2, ack 0, age 1500: two
    a > b 3, ack 0, age 1500: no more
    a > b 4, ack 0, age 1410: three
    a learns that something is undelivered
    a learns that something is undelivered`);
  ladder.bus.length = 0;
  ladder.climb(`
    @ 2190
    a learns that something is undelivered
    @ 2500
    a > b 1, ack 0, age 2500
    a > b 2, ack 0, age 2500
    a > b 3, ack 0, age 2500: no more
    a > b 4, ack 0, age 2410
    pass
    b hears no more
    b > a 0, ack 4`);
  ladder.settle();
  assert.deepEqual([ladder.b.links.counters.stale, ladder.a.links.nextDueMs()], [2, Infinity]);
});

test('at most 512 packets are on the way; the rest goes as they are acknowledged', () => {
  const ladder = new Ladder();
  for (let i = 0; i < 600; i++) {
    ladder.a.links.tell(ladder.a.pid, ladder.a.peer, { say: `${i}` });
    ladder.a.links.flush();
  }
  const atFirst = ladder.bus.length;
  ladder.settle();
  ladder.waitUntil(50);
  ladder.settle();
  const { sent, sentAgain } = ladder.a.links.counters;
  assert.deepEqual(
    { atFirst, sent, sentAgain, dueMs: ladder.a.links.nextDueMs() },
    { atFirst: 512, sent: 600, sentAgain: 0, dueMs: Infinity },
  );
});

test('what has never been sent is taken back without a trace', () => {
  const ladder = new Ladder();
  for (let i = 0; i < 600; i++) {
    ladder.a.links.tell(ladder.a.pid, ladder.a.peer, { say: `${i}` });
    ladder.a.links.flush();
  }
  ladder.waitUntil(2000);
  ladder.bus.length = 0;
  ladder.waitUntil(2500);
  ladder.settle();
  const { sent, sentAgain, takenBack } = ladder.a.links.counters;
  assert.deepEqual(
    { first: sent - sentAgain, takenBack, dueMs: ladder.a.links.nextDueMs() },
    { first: 512, takenBack: 600, dueMs: Infinity },
  );
});

test('a turn with more to say than a packet holds makes several', () => {
  const ladder = new Ladder();
  const { a, b } = ladder;
  for (const say of ['x', 'y', 'z']) a.links.tell(a.pid, a.peer, { say: say.repeat(400_000) });
  ladder.climb(`
    a says four
    a > b 1, ack 0: xxxxxxxxxxxxxxxxxxxx, yyyyyyyyyyyyyyyyyyyy
    a > b 2, ack 0: zzzzzzzzzzzzzzzzzzzz, four
    pass
    b hears xxxxxxxxxxxxxxxxxxxx
    b hears yyyyyyyyyyyyyyyyyyyy
    pass
    b hears zzzzzzzzzzzzzzzzzzzz
    b hears four`);
  assert.equal(b.links.counters.received, 2);
});

test('octets count, not characters; what no packet holds is undelivered at once', () => {
  const ladder = new Ladder();
  const { a } = ladder;
  const room = 999_000;
  a.links.tell(a.pid, a.peer, { say: 'é'.repeat(room) });
  a.links.tell(a.pid, a.peer, { say: 'é'.repeat(room / 2) });
  a.links.tell(a.pid, a.peer, { say: 'e'.repeat(room) });
  ladder.climb(`
    a says four
    a learns that something is undelivered
    a > b 1, ack 0: éééééééééééééééééééé
    a > b 2, ack 0: eeeeeeeeeeeeeeeeeeee, four`);
});

test('no more than 16,384 messages and 32 MiB wait for one manager', () => {
  const count = (say: string, times: number): object => {
    const { a, ...ladder } = { ...new Ladder() };
    for (let i = 0; i < times; i++) a.links.tell(a.pid, a.peer, { say });
    a.links.flush();
    for (const { incoming } of ladder.bus.splice(0)) {
      const ack = /"n":(\d+)/.exec(incoming.text)?.[1];
      const head = formatHead('test', 'b.1', 'a.1');
      a.links.receive({ from: 'b', text: formatPacket(head, 0, Number(ack), 7, 0, '') });
    }
    const { refused } = a.links.counters;
    for (let i = 0; i < times; i++) a.links.tell(a.pid, a.peer, { say });
    return { refused, again: a.links.counters.refused - refused };
  };
  assert.deepEqual(
    [count('x', 16_400), count('x'.repeat(500_000), 70)],
    [
      { refused: 16, again: 16 },
      { refused: 3, again: 3 },
    ],
  );
});

test('an acknowledgement of what was never sent says nothing', () => {
  const ladder = new Ladder();
  const head = formatHead('test', 'b.1', 'a.1');
  ladder.a.links.receive({ from: 'b', text: formatPacket(head, 0, 1, 7, 0, '') });
  ladder.climb(`
    a says one
    a > b 1, ack 0: one`);
  ladder.a.links.receive({ from: 'b', text: formatPacket(head, 0, 2, 7, 0, '') });
  assert.equal(ladder.a.links.nextDueMs(), 100);
});

test('what is far ahead of what is missing is not kept', () => {
  const ladder = new Ladder();
  const head = formatHead('test', 'b.1', 'a.1');
  for (const number of [2, 512, 513, Number.MAX_SAFE_INTEGER])
    ladder.a.links.receive({ from: 'b', text: formatPacket(head, number, 0, 7, 0, '') });
  assert.equal(ladder.a.links.counters.outOfWindow, 2);
});

test('what comes twice while it waits for what is missing is kept once', () => {
  const { a } = new Ladder();
  const text = formatPacket(formatHead('test', 'b.1', 'a.1'), 2, 0, 7, 0, '');
  a.links.receive({ from: 'b', text });
  a.links.receive({ from: 'b', text });
  assert.equal(a.links.counters.repeated, 1);
});

test('what is taken back makes room', () => {
  const { a, ...ladder } = { ...new Ladder() };
  const say = (times: number): void => {
    for (let i = 0; i < times; i++) a.links.tell(a.pid, a.peer, { say: 'x' });
    a.links.flush();
  };
  say(16_384);
  ladder.bus.length = 0;
  a.links.advance(2000);
  say(16_385);
  assert.deepEqual([a.links.counters.takenBack, a.links.counters.refused], [16_384, 1]);
});

test('news of 65,536 processes wait for one manager; more is lost', () => {
  const { a } = new Ladder();
  const die = (times: number): number => {
    for (let i = 0; i < times; i++) a.links.announce(a.pid);
    a.links.flush();
    return a.links.counters.noticesLost;
  };
  const first = die(65_537);
  const head = formatHead('test', 'b.1', 'a.1');
  a.links.receive({ from: 'b', text: formatPacket(head, 0, 1, 7, 0, '') });
  assert.deepEqual([first, die(65_537)], [1, 2]);
});

test('a body is said as it was when it was said, and must be a JSON object', () => {
  const ladder = new Ladder();
  const { a } = ladder;
  const body = { say: 'one' };
  a.links.tell(a.pid, a.peer, body);
  body.say = 'two';
  const circle: { self?: object } = {};
  circle.self = circle;
  for (const wrong of [[], () => {}, { toJSON: () => undefined }, circle])
    assert.throws(() => a.links.tell(a.pid, a.peer, wrong));
  ladder.climb(`
    a says three
    a > b 1, ack 0: one, three`);
});
