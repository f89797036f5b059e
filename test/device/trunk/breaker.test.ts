/** The circuit breaker: its figure as a table, walked. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  admits,
  type Breaker,
  type BreakerEvent,
  CLOSED,
  stepBreaker,
} from '../../../src/device/trunk/breaker.ts';

const FIGURE = `
  closed      failure            closed
  closed      failure            closed
  closed      success            closed
  closed      failure            closed
  closed      failure            closed
  closed      failure            open       1000
  open        failure            open
  open        call               open
  open        time               half-open
  half-open   time               half-open
  half-open   call               trial
  trial       call               trial
  trial       given up           half-open
  half-open   call               trial
  trial       failure            open       2000
  open        time               half-open
  half-open   failure            open       4000
  open        success            closed
  closed      failure after 30   open       30000
  open        time               half-open
  half-open   call               trial
  trial       success            closed
  closed      failure after 999  open       300000
`;

function eventOf(text: string): BreakerEvent {
  const [, after] = /^failure after (\d+)$/.exec(text) ?? [];
  if (after !== undefined) return { type: 'failure', retryAfterS: Number(after) };
  return { type: text as 'success' | 'failure' | 'time' | 'call' | 'given up' };
}

test('the figure', () => {
  const rows = FIGURE.trim()
    .split('\n')
    .map((row) => row.trim().split(/\s{2,}/));
  let breaker: Breaker = CLOSED;
  const walked = rows.map(([, text = '']) => {
    const before = breaker.state;
    const step = stepBreaker(breaker, eventOf(text));
    breaker = step.breaker;
    const row = [before, text, breaker.state];
    return step.openMs === undefined ? row : [...row, String(step.openMs)];
  });
  assert.deepEqual(walked, rows);
});

test('it stays open for a minute at most', () => {
  let breaker: Breaker = { state: 'half-open', trips: 40 };
  const times: (number | undefined)[] = [];
  for (const type of ['failure', 'time', 'failure'] as const) {
    const step = stepBreaker(breaker, { type });
    breaker = step.breaker;
    times.push(step.openMs);
  }
  assert.deepEqual(times, [60_000, undefined, 60_000]);
});

test('calls go out while it is closed, and one when it is half-open', () => {
  const states: readonly Breaker[] = [
    CLOSED,
    { state: 'open', trips: 1 },
    { state: 'half-open', trips: 1 },
    { state: 'trial', trips: 1 },
  ];
  assert.deepEqual(states.map(admits), [true, false, true, false]);
});
