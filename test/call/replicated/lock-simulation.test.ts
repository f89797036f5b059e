/** Seeds and invariants: locks of 3 to 5 managers over half a minute on a bad network. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { LOCK_MUTANTS } from '../../../src/testkit/explore/lock-mutants.ts';
import type { LockStep } from '../../../src/testkit/explore/lock-node.ts';
import { simulateLock } from '../../../src/testkit/lock-simulation.ts';

const SEEDS = 2000;

test(`${SEEDS} seeds: no invariant breaks, and every operation ends`, () => {
  const failed: string[] = [];
  const ends = new Map<string, number>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const result = simulateLock(seed);
    for (const violation of result.violations) failed.push(`seed ${seed}: ${violation}`);
    for (const [end, count] of Object.entries(result.ends))
      ends.set(end, (ends.get(end) ?? 0) + count);
  }
  assert.deepEqual(failed, []);
  // Each way to end was seen, and most went well.
  assert.deepEqual([...ends.keys()].sort(), ['complete', 'died', 'fenced', 'partial', 'timeout']);
  assert((ends.get('complete') ?? 0) > SEEDS * 8, JSON.stringify([...ends]));
});

for (const [rule, mutant] of Object.entries({
  V2: LOCK_MUTANTS.V2,
  V3: LOCK_MUTANTS.V3,
  deferral: LOCK_MUTANTS.deferral,
} satisfies Record<string, LockStep>))
  test(`seeds find a lock without ${rule}`, () => {
    const failed: number[] = [];
    for (let seed = 1; seed <= SEEDS && failed.length === 0; seed++)
      if (simulateLock(seed, { step: mutant }).violations.length > 0) failed.push(seed);
    assert.equal(failed.length, 1);
  });
