/** What a round's figures say of what phones saw: each thing that must be noticed, and what must not be counted. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeRound } from '../../nemesis/figures.ts';
import type { CallRecord, Logged } from '../../nemesis/records.ts';
import { call, evidence, FAULT_MS, goodCall, leg, ROUND } from './seen.ts';

/** Calls of both survivors to both lines, every 100 ms, except between the two times. */
function probes(fromMs: number, toMs: number): CallRecord[] {
  const calls: CallRecord[] = [];
  for (let startMs = 8000; startMs < 17_000; startMs += 100) {
    if (startMs >= fromMs && startMs < toMs) continue;
    for (const line of ['2000', '2100'])
      for (const origin of [0, 2]) calls.push(goodCall(startMs, { line, origin }));
  }
  return calls;
}

const EXPELLED: Logged = { type: 'left', atMs: 11_200, manager: 0, home: 'cm2.5' };
const JOINED: Logged = { type: 'joined', atMs: 14_000, manager: 1, home: 'cm2.9' };
const NONE = {
  outageMs: 0,
  lost: [],
  duplicates: [],
  stale: [],
  offers: { answered: 0, refused: 0 },
  doubts: [],
};

function judge(calls: readonly CallRecord[], logged: readonly Logged[] = [EXPELLED, JOINED]) {
  return judgeRound(ROUND, evidence(calls, logged));
}

test('when everything goes through there is nothing to tell', () => {
  assert.deepEqual(judge(probes(0, 0)), NONE);
});

test('an outage is from the last call that got through to the next, but for the interval', () => {
  assert.deepEqual(judge(probes(FAULT_MS, FAULT_MS + 700)), { ...NONE, outageMs: 700 });
});

test('one line from one manager is enough for an outage', () => {
  const calls = probes(0, 0).filter(
    ({ startMs, line, origin }) =>
      startMs < 11_000 || startMs >= 12_000 || line !== '2100' || origin !== 2,
  );
  assert.deepEqual(judge(calls), { ...NONE, outageMs: 1000 });
});

test('a call that a phone of the hit manager takes has not got through', () => {
  const calls = probes(0, 0).map((probe): CallRecord => {
    if (probe.startMs < 11_000 || probe.startMs >= 11_500) return probe;
    const atVictim = leg(1, { talkingMs: probe.startMs + 8, overMs: probe.overMs });
    return { ...probe, legs: [atVictim], winner: atVictim.session };
  });
  assert.deepEqual(judge(calls), { ...NONE, outageMs: 500 });
});

test('a line that stays away has an outage to the end', () => {
  const { outageMs } = judge(probes(FAULT_MS, 20_000));
  assert.equal(outageMs, ROUND.endMs - (FAULT_MS - 100 + 10) - 100);
});

const LOST: readonly [string, CallRecord, string[]][] = [
  [
    'a call between survivors that ends though nobody hung up',
    goodCall(9000, { purpose: 'long', hungUpMs: undefined, overMs: 10_300 }),
    ['long from cm1 to 2000, placed at -1000 ms broke 300 ms after the fault'],
  ],
  [
    'a call that is neither answered nor refused',
    call({ startMs: 11_000, hungUpMs: 21_000, overMs: 21_000 }),
    ['probe from cm1 to 2000, placed at 1000 ms was neither answered nor refused'],
  ],
  ['a call that is refused in time', call({ startMs: 11_000, overMs: 12_000, status: 480 }), []],
  [
    'a phone that rings on',
    call({ overMs: 12_000, status: 480, legs: [leg(0, {})] }),
    ['probe from cm1 to 2000, placed at 0 ms: 20001 did not hear of the end'],
  ],
  [
    'a phone of the hit manager that hears of it late',
    call({ overMs: 11_000, status: 480, legs: [leg(1, { overMs: 17_500 })] }),
    [],
  ],
  ['a call of the hit manager that hangs', call({ origin: 1, overMs: 30_000 }), []],
  ['a call that was placed before all was well', call({ startMs: 7000, overMs: 17_000 }), []],
];

for (const [name, lost, expected] of LOST)
  test(`lost: ${name}: ${expected.length}`, () => {
    assert.deepEqual(judge([...probes(0, 0), lost]), { ...NONE, lost: expected });
  });

/** A call that the third manager's phone has, beside which another phone is rung. */
function contested(other: CallRecord['legs'][number]): CallRecord {
  const one = goodCall(10_000, { purpose: 'long', hungUpMs: 16_000, overMs: 16_000 });
  const [winner] = one.legs;
  assert(winner !== undefined);
  winner.overMs = 16_000;
  return { ...one, legs: [winner, other] };
}

const DUPLICATES: readonly [string, CallRecord, string[]][] = [
  [
    'two phones that both stay',
    contested(leg(0, { talkingMs: 10_020, overMs: 12_000 })),
    ['long from cm1 to 2000, placed at 0 ms: 20001 has it as well'],
  ],
  ['one that is sent away', contested(leg(0, { talkingMs: 10_020, overMs: 10_400 })), []],
  [
    'one that is rung late, and told at once to stop',
    contested(leg(0, { invitedMs: 11_000, overMs: 11_050 })),
    [],
  ],
  [
    'one that is rung when another has the call',
    contested(leg(0, { invitedMs: 11_000, overMs: 11_500 })),
    ['long from cm1 to 2000, placed at 0 ms: 20001 was rung after it was answered'],
  ],
];

for (const [name, contest, expected] of DUPLICATES)
  test(`duplicates: ${name}: ${expected.length}`, () => {
    const calls = [...probes(0, 0), contest];
    assert.deepEqual(judge(calls), { ...NONE, duplicates: expected });
  });

function rungAt(invitedMs: number, ringsMs = 10): CallRecord {
  const rung = leg(1, { invitedMs, overMs: invitedMs + ringsMs });
  return call({ startMs: 10_500, overMs: 10_900, status: 480, legs: [rung] });
}

const STALE: readonly [string, CallRecord, string[]][] = [
  ['a phone rung before the expulsion', rungAt(11_000), []],
  [
    'a phone rung by who was expelled',
    rungAt(13_150),
    ['20002 was rung 1950 ms after the expulsion'],
  ],
  ['a phone rung by the turn that the stop interrupted', rungAt(13_005), []],
  [
    'a phone rung by that turn, and left ringing',
    rungAt(13_005, 2000),
    ['20002 was rung 1805 ms after the expulsion'],
  ],
  ['a phone rung after the return', rungAt(14_500), []],
  [
    'a caller that is told of an answer',
    call({ origin: 1, startMs: 12_000, answeredMs: 13_100, hungUpMs: 13_200, overMs: 13_200 }),
    ['probe from cm2 to 2000, placed at 2000 ms was answered 1900 ms after the expulsion'],
  ],
  [
    "a phone that keeps another's call",
    contested(leg(1, { talkingMs: 10_020 })),
    ["20002 still has a call that is another's"],
  ],
];

for (const [name, late, expected] of STALE)
  test(`stale: ${name}: ${expected.length}`, () => {
    const { stale } = judge([...probes(0, 0), late]);
    assert.deepEqual(stale, expected);
  });

test('without a word of the expulsion in any log nothing is said to be proved', () => {
  assert.deepEqual(judge(probes(0, 0), []), { ...NONE, doubts: ['it was not expelled'] });
});

test('calls that rang when it broke are counted by how they went on', () => {
  const rang = { startMs: 9000, purpose: 'offer' } as const;
  const offers = [
    goodCall(11_500, rang),
    call({ ...rang, overMs: 12_000, status: 480, legs: [leg(0, { invitedMs: 9010 })] }),
    call({ ...rang, legs: [leg(0, { invitedMs: 10_010 })] }),
  ];
  const { offers: counted, doubts } = judgeRound({ ...ROUND, offers }, evidence([], [EXPELLED]));
  assert.deepEqual(
    { counted, doubts },
    {
      counted: { answered: 1, refused: 1 },
      doubts: [2502, 1010].map(
        (ms) =>
          `a call from cm1 to 2000, placed 1000 ms before the fault, rang after ${ms} ms only`,
      ),
    },
  );
});
