/**
 * Races on a line with three SIPp phones: answers 0 to 20 ms apart, and the caller's CANCEL against an
 * answer. However they fall, each call has one end, the same at both sides.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { MEMBERS, type Outcome, runLineOfThree, tally } from './support/line-of-three.ts';

/** RFC 3326, and what phones look at to keep a call off their list of missed ones. */
const NORMAL = 'released Q.850;cause=16;text="Normal call clearing"';
const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"';

/** Of many calls gone wrong the first few tell. */
const SHOWN_MAX = 5;

test('phones answer 0 to 20 ms apart: exactly one wins, in each of 500 calls', {
  timeout: 120_000,
}, async (t) => {
  const outcomes = await runLineOfThree(t, {
    calls: 500,
    rate: 40,
    answerAfterMs: { a: [0, 20], b: [0, 20], c: [0, 20] },
    talkMs: 300,
    lingerMs: 1000,
  });
  const losersOf = (outcome: Outcome): string[] =>
    MEMBERS.filter((name) => outcome.caller !== `ended ${name}`).map((name) => outcome[name]);
  const wrong = outcomes.filter((outcome) => {
    const winners = MEMBERS.filter((name) => outcome.caller === `ended ${name}`);
    const [winner] = winners;
    const losersTold = losersOf(outcome).every(
      // Cancelled in time, or answered a moment too late: then taken and released at once.
      (end) => end === `cancelled ${ELSEWHERE}` || end === `released ${ELSEWHERE}`,
    );
    return winner === undefined || outcome[winner] !== NORMAL || !losersTold;
  });
  assert.deepEqual(wrong.slice(0, SHOWN_MAX), []);

  const crossings = outcomes.map(
    (outcome) => losersOf(outcome).filter((end) => end.startsWith('released')).length,
  );
  t.diagnostic(tally(crossings.map((count) => `${count} answers too late`)));
  assert.ok(
    crossings.some((count) => count > 0),
    'no two answers ever crossed: that was no race',
  );
});

test('the caller cancels while a phone answers: both sides agree, in each of 200 calls', {
  timeout: 120_000,
}, async (t) => {
  const outcomes = await runLineOfThree(t, {
    calls: 200,
    rate: 20,
    answerAfterMs: { a: [20, 20] },
    cancelAfterMs: [16, 18, 20, 21, 22, 23, 24, 25, 26, 28],
    talkMs: 300,
    lingerMs: 1000,
  });
  const possible = new Set(
    [
      { caller: 'cancelled', a: 'cancelled', b: 'cancelled', c: 'cancelled' },
      // The answer was on its way when the caller gave up: taken and released at once.
      { caller: 'cancelled', a: 'released', b: 'cancelled', c: 'cancelled' },
      {
        caller: 'ended a',
        a: NORMAL,
        b: `cancelled ${ELSEWHERE}`,
        c: `cancelled ${ELSEWHERE}`,
      },
    ].map((outcome) => JSON.stringify(outcome)),
  );
  const seen = outcomes.map(({ caller, a, b, c }) => JSON.stringify({ caller, a, b, c }));
  t.diagnostic(tally(seen));
  assert.deepEqual(seen.filter((outcome) => !possible.has(outcome)).slice(0, SHOWN_MAX), []);
  assert.ok(new Set(seen).size > 1, 'it always went the same way: that was no race');
});
