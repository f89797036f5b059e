/** The simulator's own promises: a seed repeats exactly, and managers with a rule switched off are found out. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { EmbeddedStore } from '../../src/cluster/embedded-store.ts';
import { Evictions } from '../../src/cluster/evictions.ts';
import { CallManager } from '../../src/manager/call-manager.ts';
import { Scheduler } from '../../src/process/scheduler.ts';
import type { Transaction } from '../../src/process/state-plane.ts';
import { simulate } from '../../src/testkit/simulation.ts';

for (const managers of [1, 3])
  test(`the same seed gives the same run of ${managers}, to the last datagram`, () => {
    assert.deepEqual(simulate(42, { managers }), simulate(42, { managers }));
  });

test('a manager that forgets to run its timers is found out', (context) => {
  // Lost datagrams are never sent again, and what waits for an end waits for ever.
  context.mock.method(CallManager.prototype, 'advance', () => {});
  assert.notDeepEqual(simulate(3, { managers: 1 }).violations, []);
});

/** Seeds in which something was broken once. */
for (const seed of [
  604, 1448, 60_670, 60_744, 115_066, 121_905, 123_181, 127_007, 203_168, 205_062, 206_435, 300_238,
  301_300, 710_174, 711_178, 711_318, 803_106, 807_372, 902_470, 940_066, 940_354, 940_369,
  1_000_299, 1_003_748, 1_006_471, 2_100_532, 2_101_093, 2_106_391, 6_025_702, 8_013_707, 8_015_239,
  9_100_367, 9_101_282, 9_403_663, 9_408_791, 9_409_471,
])
  test(`seed ${seed} breaks nothing any more`, () => {
    assert.deepEqual(simulate(seed).violations, []);
  });

/** Managers that do without a rule, and how it is switched off. */
const MUTANTS: readonly (readonly [string, (context: TestContext) => void])[] = [
  [
    'members that expel nobody',
    ({ mock }) => void mock.method(Evictions.prototype, 'advance', () => {}),
  ],
  [
    'managers that do not hear of the end of others',
    ({ mock }) => void mock.method(Scheduler.prototype, 'down', () => {}),
  ],
  [
    'managers that stay when they are expelled',
    ({ mock }) => void mock.method(CallManager.prototype, 'standingChanged', () => {}),
  ],
  [
    'a store that lets everybody have every key, so that a number has two processes',
    ({ mock }) => {
      const { transact } = EmbeddedStore.prototype;
      mock.method(
        EmbeddedStore.prototype,
        'transact',
        function (this: EmbeddedStore, transaction: Transaction) {
          return transact.call(this, { ...transaction, compare: [] });
        },
      );
    },
  ],
];

/** As many seeds as a mutant gets to give itself away. */
const SEEDS = 60;

for (const [name, switchOff] of MUTANTS)
  test(`found out: ${name}`, (context) => {
    switchOff(context);
    let seed = 1;
    while (seed <= SEEDS && simulate(seed, { managers: 3 }).violations.length === 0) seed++;
    assert(seed <= SEEDS, `${SEEDS} seeds saw nothing`);
  });
