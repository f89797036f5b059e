/**
 * Whatever the bus does: what members say to each other arrives, in order and once, or is reported;
 * nothing of a manager that left is heard; in the end all is quiet. `LINK_SEEDS` for more of it.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { SeededRandom } from '../../src/testkit/seeded-random.ts';
import { type Conditions, World } from './links-world.ts';

const { LINK_SEEDS = '1200', LINK_SEED = '1' } = process.env;
const COUNT = Number(LINK_SEEDS);
const FIRST = Number(LINK_SEED);

const CALM: Conditions = {
  managers: 3,
  loss: 0,
  doubling: 0,
  delayMs: 2,
  tailMs: 0,
  outages: 0,
  pauses: 0,
  changes: 0,
};

type Total = World['total'];

function runAll(
  name: string,
  conditionsOf: (random: SeededRandom) => Conditions,
  count = COUNT,
): Total {
  const total = { heard: 0, reported: 0, both: 0, sentAgain: 0 };
  for (let seed = FIRST; seed < FIRST + count; seed++) {
    const world = new World(seed, conditionsOf(new SeededRandom(seed)));
    try {
      world.run();
    } catch (error) {
      throw new Error(`${name}, seed ${seed}`, { cause: error });
    }
    const { heard, reported, both, sentAgain } = world.total;
    total.heard += heard;
    total.reported += reported;
    total.both += both;
    total.sentAgain += sentAgain;
  }
  return total;
}

test('on a calm bus everything is heard, nothing goes again', () => {
  const { reported, both, sentAgain } = runAll('calm', () => CALM, COUNT / 8);
  assert.deepEqual({ reported, both, sentAgain }, { reported: 0, both: 0, sentAgain: 0 });
});

test('on a bus that doubles and reorders within 70 ms everything is heard, nothing is reported', () => {
  const { reported, both } = runAll(
    'reordering',
    () => ({ ...CALM, doubling: 0.2, delayMs: 70 }),
    COUNT / 8,
  );
  assert.deepEqual({ reported, both }, { reported: 0, both: 0 });
});

test('two managers over a bus that loses, doubles, delays, reorders and fails', () => {
  const { heard, reported } = runAll('two', (random) => ({
    managers: 2,
    loss: random.below(30) / 100,
    doubling: random.below(20) / 100,
    delayMs: random.between(1, 30),
    tailMs: random.pick([0, 150, 800, 3000]) ?? 0,
    outages: random.below(3),
    pauses: random.below(2),
    changes: 0,
  }));
  assert.equal(heard > 0 && reported > 0, true);
});

test('three managers that come and go, over such a bus', () => {
  const { heard, reported } = runAll('three', (random) => ({
    managers: 3,
    loss: random.below(30) / 100,
    doubling: random.below(20) / 100,
    delayMs: random.between(1, 30),
    tailMs: random.pick([0, 150, 800, 3000]) ?? 0,
    outages: random.below(4),
    pauses: random.below(3),
    changes: random.below(6),
  }));
  assert.equal(heard > 0 && reported > 0, true);
});
