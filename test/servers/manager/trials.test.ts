/** The trials as `npm run trials` holds them, a few: managers, a bus and a store as real processes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { measureLamps } from '../../../trials/lamps.ts';
import { isFlawless, tryToSeize } from '../../../trials/seize.ts';
import { holdTable, ROWS } from '../../../trials/toll-fraud.ts';

test('of two phones at two managers that seize one appearance one has it, each time', async () => {
  const figures = await tryToSeize(20, { managers: 2, mode: 'single' });
  assert(isFlawless(figures), JSON.stringify(figures));
});

test('sixteen phones at three managers show what one of them does', async () => {
  const { events, faults } = await measureLamps(20, { managers: 3, mode: 'single' });
  assert.deepEqual({ events, faults }, { events: 20, faults: [] });
});

test('a manager just installed refuses what is toll fraud, and lets emergencies through', async () => {
  const results = await holdTable(ROWS, () => {});
  assert.deepEqual(
    results.filter(({ due, seen }) => due !== seen),
    [],
  );
});
