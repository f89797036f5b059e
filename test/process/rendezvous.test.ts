/** The order in which managers are to have a key. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { rendezvousRank } from '../../src/process/rendezvous.ts';

const IDS = ['cm1', 'cm2', 'cm3', 'cm4', 'cm5'];
const HOMES = IDS.map((id) => `${id}.9k3`);
const NUMBERS = Array.from({ length: 10_000 }, (_, i) => String(1000 + i));

test('each manager is at each place for its share of the keys, within a tenth', () => {
  const shares = IDS.map(() => IDS.map(() => 0));
  for (const number of NUMBERS)
    for (const [place, home] of rendezvousRank(number, HOMES).entries()) {
      const row = shares[HOMES.indexOf(home)];
      if (row !== undefined) row[place] = (row[place] ?? 0) + 1;
    }
  const uneven = shares.flat().filter((share) => share < 1800 || share > 2200);
  assert.deepEqual(uneven, []);
});

test('who comes second does not hang on who comes first', () => {
  const pairs = new Map<string, number>();
  for (const number of NUMBERS) {
    const pair = rendezvousRank(number, HOMES).slice(0, 2).join(' ');
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  const uneven = [...pairs].filter(([, share]) => share < 400 || share > 600);
  assert.deepEqual([pairs.size, uneven], [20, []]);
});

test('when a manager leaves, the order of the others stays', () => {
  const moved = NUMBERS.filter((number) => {
    const before = rendezvousRank(number, HOMES).filter((home) => home !== HOMES[2]);
    const after = rendezvousRank(number, HOMES.toSpliced(2, 1));
    return before.join() !== after.join();
  });
  assert.deepEqual(moved, []);
});

test('neither incarnations nor the order in which homes are given count', () => {
  const ids = (homes: readonly string[]) => homes.map((home) => home.slice(0, 3));
  const later = IDS.map((id, i) => `${id}.x${i}`).reverse();
  assert.deepEqual(
    NUMBERS.filter(
      (number) =>
        ids(rendezvousRank(number, HOMES)).join() !== ids(rendezvousRank(number, later)).join(),
    ),
    [],
  );
});
