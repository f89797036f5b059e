/** The embedded message plane: the contract of all buses, and what only it can do. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { openEmbeddedCluster } from '../../src/cluster/embedded-cluster.ts';
import { EmbeddedMessagePlane } from '../../src/cluster/embedded-message-plane.ts';
import type { Attachment } from '../../src/process/message-plane.ts';
import type { Home } from '../../src/process/pid.ts';
import { Agenda } from '../../src/testkit/agenda.ts';
import { type BusBench, busContract } from './bus-contract.ts';

busContract('embedded, real time', (): BusBench => {
  const cluster = openEmbeddedCluster(1);
  const { bus } = cluster;
  return {
    plane: () => bus,
    kill: (home) => bus.cut(home),
    outage: { stop: () => bus.stop(), resume: () => bus.resume() },
    settle: async () => {
      for (let n = 0; n < 5; n++) await turn();
    },
    close: () => cluster.close(),
  };
});

type Crossing = { readonly from: Home; readonly to: Home; readonly deliver: () => void };

/** Managers on a bus whose crossings happen when the test says so. */
class Harbour {
  readonly agenda = new Agenda();
  readonly crossings: Crossing[] = [];
  readonly diary: string[] = [];
  readonly bus = new EmbeddedMessagePlane({
    carry: (from, to, deliver) => this.crossings.push({ from, to, deliver }),
    after: (delayMs, action) => this.agenda.after(delayMs, action),
  });

  attach(home: Home): Attachment {
    const place = this.bus.attach(home, {
      receive: (messages) =>
        this.diary.push(`${home} got ${messages.map(({ from, text }) => from + text).join()}`),
      absent: (gone) => this.diary.push(`${home} finds nobody at ${gone}`),
      event: (topic, { from, text }) => this.diary.push(`${home} heard ${topic} ${from}${text}`),
      asked: ({ from, text }, answer) => {
        this.diary.push(`${home} was asked ${from}${text}`);
        answer(`${text}!`);
      },
      connected: (isUp) => this.diary.push(`${home} ${isUp ? 'up' : 'down'}`),
    });
    this.pass();
    this.diary.length = 0;
    return place;
  }

  /** Lets local things happen, timeouts among them. */
  pass(): void {
    while (this.agenda.step());
  }

  /** Delivers what is on the way, and what comes of it. */
  land(): void {
    for (let crossing = this.crossings.shift(); crossing; crossing = this.crossings.shift())
      crossing.deliver();
  }
}

test('the carrier learns who sends to whom, and decides what arrives, when and how often', () => {
  const harbour = new Harbour();
  const a = harbour.attach('a.1');
  harbour.attach('b.1');
  for (const text of ['0', '1', '2']) a.send('b.1', text);
  const [zero, , two] = harbour.crossings;
  for (const crossing of [two, zero, zero]) crossing?.deliver();
  assert.deepEqual(
    [harbour.crossings.map(({ from, to }) => `${from} ${to}`), harbour.diary],
    [
      ['a.1 b.1', 'a.1 b.1', 'a.1 b.1'],
      ['b.1 got a2', 'b.1 got a0', 'b.1 got a0'],
    ],
  );
});

test('what arrives together is handed over together, and before what comes after it', () => {
  const harbour = new Harbour();
  const a = harbour.attach('a.1');
  const c = harbour.attach('c.1');
  harbour.attach('b.1');
  a.send('b.1', '0');
  c.send('b.1', '1');
  a.publish('news', '2');
  a.send('b.1', '3');
  c.send('b.1', '4');
  a.request('b.1', '5', 100, () => {});
  a.send('b.1', '6');
  harbour.bus.together(() => harbour.land());
  assert.deepEqual(
    harbour.diary.filter((line) => line.startsWith('b.1')),
    ['b.1 got a0,c1', 'b.1 heard news a2', 'b.1 got a3,c4', 'b.1 was asked a5', 'b.1 got a6'],
  );
});

test('who is cut off gets nothing of what had arrived in that turn', () => {
  const harbour = new Harbour();
  const a = harbour.attach('a.1');
  for (const home of ['b.1', 'c.1']) {
    harbour.attach(home);
    a.send(home, '0');
  }
  harbour.bus.together(() => {
    harbour.land();
    harbour.bus.cut('b.1');
    harbour.bus.stop('c.1');
  });
  assert.deepEqual(harbour.diary, []);
});

test('a second answer does not even leave', () => {
  const harbour = new Harbour();
  const a = harbour.attach('a.1');
  const ignore = (): void => {};
  harbour.bus.attach('b.1', {
    receive: ignore,
    absent: ignore,
    event: ignore,
    asked: (_question, answer) => {
      for (const text of ['first', 'second']) answer(text);
    },
    connected: ignore,
  });
  a.request('b.1', 'q', 100, ignore);
  harbour.crossings.shift()?.deliver();
  assert.equal(harbour.crossings.length, 1);
});

test('that nobody is there goes back the way that a message would', () => {
  const harbour = new Harbour();
  const a = harbour.attach('a.1');
  a.send('b.1', '0');
  harbour.crossings.shift()?.deliver();
  const back = harbour.crossings.map(({ from, to }) => `${from} ${to}`);
  harbour.land();
  assert.deepEqual([back, harbour.diary], [['b.1 a.1'], ['a.1 finds nobody at b.1']]);
});

test('a request that is carried twice is asked twice and answered once', () => {
  const harbour = new Harbour();
  const a = harbour.attach('a.1');
  harbour.attach('b.1');
  const answers: unknown[] = [];
  a.request('b.1', 'q', 100, (answer) => answers.push(answer));
  const [crossing] = harbour.crossings;
  crossing?.deliver();
  harbour.land();
  assert.deepEqual(
    [answers, harbour.diary],
    [[{ ok: true, text: 'q!' }], ['b.1 was asked aq', 'b.1 was asked aq']],
  );
});

test('a request that is lost on either way ends with its time', () => {
  const harbour = new Harbour();
  const a = harbour.attach('a.1');
  harbour.attach('b.1');
  const ends: string[] = [];
  const ask = (text: string, timeoutMs: number) =>
    a.request('b.1', text, timeoutMs, (answer) =>
      ends.push(`${harbour.agenda.nowMs} ${text} ${answer.ok || answer.why}`),
    );
  ask('there', 150);
  ask('back', 70);
  harbour.crossings.pop()?.deliver();
  harbour.pass();
  assert.deepEqual(ends, ['70 back timeout', '150 there timeout']);
});

test('who has detached is not told how a request ended', () => {
  const harbour = new Harbour();
  const a = harbour.attach('a.1');
  harbour.attach('b.1');
  const ends: unknown[] = [];
  for (const to of ['b.1', 'c.1']) a.request(to, 'q', 100, (answer) => ends.push(answer));
  a.detach();
  a.request('b.1', 'q', 100, (answer) => ends.push(answer));
  harbour.land();
  harbour.pass();
  assert.deepEqual(ends, []);
});

test('the bus can be down for one manager, whom nobody finds then', () => {
  const harbour = new Harbour();
  const a = harbour.attach('a.1');
  const b = harbour.attach('b.1');
  harbour.bus.stop('b.1');
  a.send('b.1', 'lost');
  b.send('a.1', 'lost');
  harbour.pass();
  harbour.land();
  harbour.bus.resume('b.1');
  b.send('a.1', 'found');
  harbour.pass();
  harbour.land();
  assert.deepEqual(harbour.diary, [
    'b.1 down',
    'a.1 finds nobody at b.1',
    'b.1 up',
    'a.1 got bfound',
  ]);
});

test('who comes while the bus is down learns that, and when it is there', () => {
  const harbour = new Harbour();
  harbour.bus.stop();
  const diary: boolean[] = [];
  const ignore = (): void => {};
  harbour.bus.attach('a.1', {
    receive: ignore,
    absent: ignore,
    event: ignore,
    asked: ignore,
    connected: (isUp) => diary.push(isUp),
  });
  harbour.bus.stop('a.1');
  harbour.bus.resume();
  harbour.pass();
  assert.deepEqual(diary, [false, true]);
});

test('a home is attached once at a time', () => {
  const harbour = new Harbour();
  harbour.attach('a.1');
  assert.throws(() => harbour.attach('a.1'), { code: 'invariant' });
});

test('of too many open requests, further ones end at once', () => {
  const harbour = new Harbour();
  const a = harbour.attach('a.1');
  const startMs = harbour.agenda.nowMs;
  let refused = 0;
  for (let n = 0; n < 4100; n++)
    a.request('b.1', 'q', 1000, () => {
      if (harbour.agenda.nowMs === startMs) refused++;
    });
  harbour.pass();
  assert.deepEqual([refused, harbour.crossings.length], [4, 4096]);
});

test('more than real buses carry is lost and counted', async () => {
  const cluster = openEmbeddedCluster(1);
  const ignore = (): void => {};
  const inbox = { receive: ignore, absent: ignore, event: ignore, asked: ignore };
  const place = cluster.bus.attach('a.1', { ...inbox, connected: ignore });
  await turn();
  let received = 0;
  const count = (messages: readonly unknown[]): void => {
    received += messages.length;
  };
  cluster.bus.attach('b.1', { ...inbox, receive: count, connected: ignore });
  await turn();
  for (let n = 0; n < 65_540; n++) place.send('b.1', '');
  await turn();
  cluster.close();
  assert.deepEqual([received, cluster.bus.counters], [65_536, { sent: 65_540, lost: 4 }]);
});
