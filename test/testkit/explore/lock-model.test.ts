/** What the search finds in the lock: nothing in the real one, and in each that breaks a rule, that. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { explore } from '../../../src/testkit/explore/explorer.ts';
import { LockModel } from '../../../src/testkit/explore/lock-model.ts';
import { type BrokenRule, LOCK_MUTANTS } from '../../../src/testkit/explore/lock-mutants.ts';
import type { LockConfiguration } from '../../../src/testkit/explore/lock-world.ts';

/** Rule -> where its want shows, which invariant is broken, after how many steps at the soonest. */
const MUTANTS: Readonly<
  Record<BrokenRule, readonly [Omit<LockConfiguration, 'name'>, string, number]>
> = {
  V1: [{ operations: [1, 0], joining: 1 }, 'L1', 6],
  V2: [{ operations: [2, 0, 1], joining: 1 }, 'S2', 17],
  V3: [{ operations: [1, 1, 1], crashes: 1 }, 'S2', 12],
  V4: [{ operations: [1, 1, 0], crashes: 1 }, 'L1', 13],
  fencing: [{ operations: [1, 1], pauses: 1 }, 'S3', 6],
  order: [{ operations: [1, 1], giveUps: 1 }, 'S2', 8],
  reports: [{ operations: [1, 1, 1], crashes: 1 }, 'N1', 13],
  deferral: [{ operations: [1, 1] }, 'S1', 6],
};

for (const [rule, [configuration, invariant, steps]] of Object.entries(MUTANTS))
  test(`a lock manager without ${rule} breaks ${invariant}, which is shown in ${steps} steps`, () => {
    const mutant = LOCK_MUTANTS[rule as BrokenRule];
    const { violation } = explore(new LockModel({ name: rule, ...configuration }, mutant));
    assert.deepEqual(
      [violation?.what.slice(0, 2), violation?.trace.length],
      [invariant, steps],
      violation?.trace.join('\n'),
    );
  });

test('two processes and two operations: every state of it, and nothing wrong in any', () => {
  const { ms: _, ...found } = explore(new LockModel({ name: 'two', operations: [1, 1] }));
  assert.deepEqual(found, {
    name: 'two',
    states: 60,
    transitions: 76,
    depth: 10,
    ends: 5,
    violation: undefined,
    isComplete: true,
  });
});

test('a trace says what happened in words', () => {
  const model = new LockModel({ name: 'V1', ...MUTANTS.V1[0] }, LOCK_MUTANTS.V1);
  assert.deepEqual(explore(model).violation, {
    what: 'L1 A is a member and has shut itself out',
    trace: [
      'B joins',
      'A sees view 2: AB',
      'A is asked for a1',
      'B hears lockRequest of A for a1, round 1',
      'A hears lockResponse of B: not member, round 1',
      'B sees view 2: AB',
    ],
  });
});
