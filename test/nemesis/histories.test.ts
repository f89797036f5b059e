/** Histories made of records and log lines: what is refused, and what faults excuse. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkHistories } from '../../nemesis/histories.ts';
import type { CallRecord, Logged } from '../../nemesis/records.ts';
import { call, evidence, goodCall, leg } from './seen.ts';

/** The log's line for each leg of a call: it was offered 3 ms after the call was placed. */
function offered({ legs, startMs }: CallRecord, appearance: number): Logged[] {
  return legs.map(({ callId }) => ({
    type: 'offered',
    atMs: startMs + 3,
    manager: 0,
    callId,
    appearance,
  }));
}

function check(calls: readonly (readonly [CallRecord, number])[]) {
  const logged = calls.flatMap(([one, appearance]) => offered(one, appearance));
  const seen = evidence(
    calls.map(([one]) => one),
    logged,
  );
  const { wrong, doubles } = checkHistories(seen);
  return { wrong: wrong.length, doubles: doubles.length };
}

const cases: readonly [string, readonly (readonly [CallRecord, number])[], object][] = [
  [
    'one appearance for one call after the other',
    [
      [goodCall(10_000), 1],
      [goodCall(10_200), 1],
    ],
    { wrong: 0, doubles: 0 },
  ],
  [
    'two appearances for two calls at one time',
    [
      [goodCall(10_000), 1],
      [goodCall(10_010), 2],
    ],
    { wrong: 0, doubles: 0 },
  ],
  [
    'one appearance for two calls at one time',
    [
      [goodCall(10_000), 1],
      [goodCall(10_010), 1],
    ],
    { wrong: 1, doubles: 1 },
  ],
  [
    'the same number on two lines',
    [
      [goodCall(10_000), 1],
      [goodCall(10_010, { line: '2100' }), 1],
    ],
    { wrong: 0, doubles: 0 },
  ],
  [
    "an appearance of a call whose caller's manager was expelled before it hung up",
    [
      [goodCall(9900, { origin: 1, hungUpMs: 20_000, overMs: 20_000 }), 1],
      [goodCall(11_500), 1],
    ],
    { wrong: 0, doubles: 0 },
  ],
  [
    'an appearance of a call whose answerer was lost with its manager, which the caller heard of late',
    [
      [goodCall(9900, { hungUpMs: 10_700, overMs: 10_700 }, 1), 1],
      [goodCall(10_500), 1],
    ],
    { wrong: 0, doubles: 0 },
  ],
  [
    'a call that was ended by others',
    [
      [goodCall(10_000, { hungUpMs: undefined, overMs: 12_000 }), 1],
      [goodCall(11_000), 1],
    ],
    { wrong: 0, doubles: 0 },
  ],
];

for (const [name, calls, expected] of cases)
  test(`${name}: ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(check(calls), expected);
  });

test('a caller that is told of a phone which has not answered', () => {
  const silent = leg(2, { invitedMs: 10_002 });
  const told = call({ answeredMs: 10_050, hungUpMs: 10_150, overMs: 10_150 }, silent);
  assert.deepEqual(check([[told, 1]]), { wrong: 1, doubles: 0 });
});

test('two phones that both stay in one call', () => {
  const one = goodCall(10_000, { hungUpMs: 15_000, overMs: 15_000 });
  const other = leg(0, { answerMs: 10_004, talkingMs: 10_010, overMs: 14_000 });
  assert.deepEqual(check([[{ ...one, legs: [...one.legs, other] }, 1]]), { wrong: 1, doubles: 0 });
});

test('a phone that has lost is sent away within a second, or two where a manager hangs', () => {
  const late = (startMs: number) => {
    const one = goodCall(startMs, { hungUpMs: startMs + 5000, overMs: startMs + 5000 });
    const at = { invitedMs: startMs, answerMs: startMs + 4, talkingMs: startMs + 10 };
    const other = leg(0, { ...at, overMs: startMs + 1200 });
    return check([[{ ...one, legs: [...one.legs, other] }, 1]]).wrong;
  };
  assert.deepEqual([late(10_000), late(5000)], [0, 1]);
});
