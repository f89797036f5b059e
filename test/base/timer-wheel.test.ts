/** The wheel against a naive list of timers, and its edges: gaps, wrap-around, restarts from within. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Timer, TimerWheel } from '../../src/base/timer-wheel.ts';

test('a timer fires once, not early and at most a tick late', () => {
  const wheel = new TimerWheel<string>(1003);
  wheel.start('a', 500);
  const fired = walk(wheel, 1003, 3000, 1);
  assert.deepEqual(fired, [['a', 1510]]);
});

test('what is due earlier fires earlier, whatever the order of starting', () => {
  const wheel = new TimerWheel<string>(0);
  wheel.start('32 s', 32_000);
  wheel.start('4 s', 4000);
  wheel.start('500 ms', 500);
  wheel.start('64 s', 64_000);
  const order: string[] = [];
  wheel.advance(100_000, (owner) => order.push(owner));
  assert.deepEqual(order, ['500 ms', '4 s', '32 s', '64 s']);
});

test('a year may pass in one step, and nothing fires twice', () => {
  const wheel = new TimerWheel<number>(0);
  const delays = [0, 10, 320, 10_240, 327_680, 10_485_760, 335_544_320, 2 ** 31 - 1];
  for (const delay of delays) wheel.start(delay, delay);
  const fired: number[] = [];
  wheel.advance(365 * 86_400_000, (owner) => fired.push(owner));
  wheel.advance(366 * 86_400_000, (owner) => fired.push(owner));
  assert.deepEqual([fired, wheel.size, wheel.nextDueMs()], [delays, 0, Infinity]);
});

test('a longer delay than 2^31 - 1 ms is clamped, a negative one or none at all is none', () => {
  const wheel = new TimerWheel<string>(0);
  wheel.start('huge', Infinity);
  wheel.start('negative', -5);
  wheel.start('nonsense', Number.NaN);
  const fired: string[] = [];
  wheel.advance(10, (owner) => fired.push(owner));
  wheel.advance(2 ** 31 - 10, (owner) => fired.push(owner));
  wheel.advance(2_147_483_650, (owner) => fired.push(owner));
  assert.deepEqual(fired, ['negative', 'nonsense', 'huge']);
});

test('a stopped timer does not fire, stopping twice is nothing, and it can be restarted', () => {
  const wheel = new TimerWheel<string>(0);
  const timer = wheel.start('a', 100);
  wheel.stop(timer);
  wheel.stop(timer);
  const idle = [wheel.size, wheel.nextDueMs(), timer.running];
  wheel.restart(timer, 200);
  wheel.restart(timer, 300);
  assert.deepEqual(
    [idle, wheel.size, walk(wheel, 0, 1000, 10)],
    [[0, Infinity, false], 1, [['a', 300]]],
  );
});

test('a timer that restarts itself with no delay fires once per tick and does not hang the wheel', () => {
  const wheel = new TimerWheel<string>(0);
  wheel.start('a', 10);
  let fired = 0;
  wheel.advance(50, (_, timer) => {
    fired++;
    wheel.restart(timer, 0);
  });
  // Due at 10; restarted at 50, when the clock stood there already; the next one is due at 60.
  assert.deepEqual([fired, wheel.nextDueMs()], [2, 60]);
});

test('a timer stopped by another that fires in the same tick stays silent', () => {
  const wheel = new TimerWheel<string>(0);
  const timers: Timer<string>[] = ['a', 'b', 'c'].map((owner) => wheel.start(owner, 40));
  const fired: string[] = [];
  wheel.advance(100, (owner) => {
    fired.push(owner);
    for (const timer of timers) wheel.stop(timer);
  });
  assert.deepEqual([fired, wheel.size], [['a'], 0]);
});

test('when an owner throws, the others still fire at the next advance', () => {
  const wheel = new TimerWheel<string>(0);
  for (const owner of ['a', 'b', 'c']) wheel.start(owner, 40);
  const fired: string[] = [];
  const fire = (owner: string) => {
    fired.push(owner);
    if (owner === 'a') throw new Error('a is broken');
  };
  assert.throws(() => wheel.advance(100, fire), /a is broken/);
  wheel.advance(101, fire);
  assert.deepEqual(fired, ['a', 'b', 'c']);
});

test('ticks beyond 2^31 and 2^32 are as good as any', () => {
  for (const wrap of [2 ** 31, 2 ** 32, 3 * 2 ** 32]) {
    const start = wrap * 10 - 400;
    const wheel = new TimerWheel<string>(start);
    wheel.start('before', 100);
    wheel.start('at', 400);
    wheel.start('after', 32_000);
    wheel.start('long after', 2 ** 31 - 1);
    const fired: [string, number][] = [];
    for (let due = wheel.nextDueMs(); due < Infinity; due = wheel.nextDueMs())
      wheel.advance(due, (owner) => fired.push([owner, due - start]));
    assert.deepEqual(fired, [
      ['before', 100],
      ['at', 400],
      ['after', 32_000],
      ['long after', 2_147_483_650],
    ]);
  }
});

test('time that stands still or runs backwards fires nothing', () => {
  const wheel = new TimerWheel<string>(1000);
  wheel.start('a', 0);
  const fired: string[] = [];
  for (const now of [1000, 990, Number.NaN, 0]) wheel.advance(now, (owner) => fired.push(owner));
  assert.deepEqual([fired, wheel.size], [[], 1]);
});

/** What may be done to the wheel; delays and steps of every magnitude. */
const magnitude = fc
  .tuple(fc.integer({ min: 0, max: 28 }), fc.integer({ min: 0, max: 2 ** 28 }))
  .map(([bits, value]) => value % 2 ** bits);
const deed = fc.oneof(
  fc.record({ type: fc.constant('start' as const), afterMs: magnitude }),
  fc.record({ type: fc.constant('restart' as const), which: fc.nat(), afterMs: magnitude }),
  fc.record({ type: fc.constant('stop' as const), which: fc.nat() }),
  fc.record({ type: fc.constant('advance' as const), byMs: magnitude }),
  fc.record({ type: fc.constant('advance to next' as const) }),
);

test('the wheel does what a naive list of timers does', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 40 }), fc.constant(2 ** 32 * 10 - 7)),
      fc.array(deed, { maxLength: 60 }),
      (startMs, deeds) => {
        const wheel = new TimerWheel<number>(startMs);
        const timers: Timer<number>[] = [];
        /** Tick at which each timer is due; absent when it does not run. */
        const due = new Map<number, number>();
        let nowMs = startMs;
        const arm = (owner: number, afterMs: number) =>
          due.set(
            owner,
            Math.max(Math.ceil((nowMs + afterMs) / 10), Math.floor(nowMs / 10) + 1) * 10,
          );
        const advance = (toMs: number) => {
          nowMs = Math.max(nowMs, toMs);
          const fired: number[] = [];
          wheel.advance(toMs, (owner) => fired.push(owner));
          const expected = [...due].filter(([, at]) => at <= nowMs);
          assert.deepEqual(
            fired.map((owner) => due.get(owner)),
            expected.map(([, at]) => at).sort((a, b) => a - b),
          );
          assert.deepEqual(new Set(fired), new Set(expected.map(([owner]) => owner)));
          for (const owner of fired) due.delete(owner);
        };
        for (const step of deeds) {
          const timer = 'which' in step ? timers[step.which % timers.length] : undefined;
          if (step.type === 'start') {
            arm(timers.length, step.afterMs);
            timers.push(wheel.start(timers.length, step.afterMs));
          } else if (step.type === 'restart' && timer) {
            arm(timer.owner, step.afterMs);
            wheel.restart(timer, step.afterMs);
          } else if (step.type === 'stop' && timer) {
            due.delete(timer.owner);
            wheel.stop(timer);
          } else if (step.type === 'advance') advance(nowMs + step.byMs);
          else if (step.type === 'advance to next' && due.size > 0) advance(wheel.nextDueMs());
          const earliest = Math.min(...due.values());
          assert(wheel.nextDueMs() <= earliest, 'never late');
          assert(due.size === 0 || wheel.nextDueMs() > nowMs - 10, 'not in the past');
          assert.equal(wheel.size, due.size);
        }
        // Following nextDueMs gets to the end in at most a handful of calls per timer.
        let calls = 0;
        const most = 6 * due.size;
        while (wheel.nextDueMs() < Infinity) {
          advance(wheel.nextDueMs());
          calls++;
        }
        assert(calls <= most, `${calls} calls for ${most / 6} timers`);
      },
    ),
    { numRuns: 2000 },
  );
});

/** Advances by `stepMs` and notes who fired when. */
function walk(wheel: TimerWheel<string>, fromMs: number, toMs: number, stepMs: number) {
  const fired: [string, number][] = [];
  for (let now = fromMs; now <= toMs; now += stepMs)
    wheel.advance(now, (owner) => fired.push([owner, now]));
  return fired;
}
