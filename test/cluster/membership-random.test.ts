/**
 * Members under thousands of runs of bad luck. What must hold (`membership-world.ts` checks it):
 * - all who see a revision see the same members;
 * - who has been expelled acts as 'member' for at most 3 s of its own running time, and not at all when
 *   it slept meanwhile;
 * - who is expelled for silence was 'unsure' before, or asleep;
 * - who expels has lately been in touch with a majority, if there are more than two, or with half, and
 *   expels the other half at once;
 * - 10 s after the last fault all are members of one view.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { MembershipTimings } from '../../src/cluster/membership-timings.ts';
import { runSeed, runSleepers, timeToView, Violation } from './membership-world.ts';

/** The first violation, without its seed and its names. */
function firstViolation(seeds: number, run: (seed: number) => void): string | undefined {
  for (let seed = 0; seed < seeds; seed++) {
    try {
      run(seed);
    } catch (error) {
      if (error instanceof Violation) return error.message;
      throw error;
    }
  }
  return undefined;
}

function kind(message: string | undefined): string | undefined {
  return message?.replace(/^seed \d+: /, '').replace(/cm\d\.\w+/, 'a member');
}

test('two thousand seeds of everything that can go wrong', () => {
  assert.equal(
    firstViolation(2000, (seed) => runSeed(seed)),
    undefined,
  );
});

test('two hundred seeds of members that sleep, with slow watches', () => {
  assert.equal(
    firstViolation(200, (seed) => runSleepers(seed)),
    undefined,
  );
});

const NEVER = Number.POSITIVE_INFINITY;
const MUTANTS: readonly {
  readonly name: string;
  readonly timings: Partial<MembershipTimings>;
  readonly run: (seed: number, timings: Partial<MembershipTimings>) => void;
  readonly violation: RegExp;
}[] = [
  {
    name: 'without the check of who hears this member',
    timings: { heardMs: NEVER },
    run: runSeed,
    violation: /is expelled for silence and was sure/,
  },
  {
    name: 'without the majority',
    timings: { reachMs: NEVER },
    run: runSeed,
    violation: /expels, in touch with/,
  },
  {
    name: 'without noticing pauses',
    timings: { pauseMs: NEVER },
    run: runSleepers,
    violation: /was expelled while it slept, and acts/,
  },
  {
    name: 'with suspicion before unsureness',
    timings: { silentMs: 600 },
    run: runSeed,
    violation: /is expelled for silence and was sure/,
  },
];
for (const { name, timings, run, violation } of MUTANTS)
  test(`the checks find a member ${name}`, () => {
    assert.match(kind(firstViolation(400, (seed) => run(seed, timings))) ?? 'nothing', violation);
  });

/** ms until the slowest survivor has the new view, at worst: from seeds, so they are the same each time. */
const TIMES: readonly ['killed' | 'hung', number, number][] = [
  ['killed', 2, 1050],
  ['killed', 3, 600],
  ['killed', 5, 500],
  ['hung', 2, 1550],
  ['hung', 3, 1100],
  ['hung', 5, 1100],
];
for (const [fate, size, limitMs] of TIMES)
  test(`one of ${size} managers that is ${fate} is out of the view within ${limitMs} ms`, () => {
    const times = Array.from({ length: 30 }, (_, seed) => timeToView(seed, size, fate));
    assert.deepEqual(
      times.filter((ms) => ms > limitMs),
      [],
    );
  });

for (const [fate, size, limitMs] of [
  ['killed', 4, 1300],
  ['hung', 4, 1700],
  ['killed', 6, 1300],
] as const)
  test(`half of ${size} managers that are ${fate} at once are out of the view within ${limitMs} ms`, () => {
    const times = Array.from({ length: 30 }, (_, seed) => timeToView(seed, size, fate, size / 2));
    assert.deepEqual(
      times.filter((ms) => ms > limitMs),
      [],
    );
  });
