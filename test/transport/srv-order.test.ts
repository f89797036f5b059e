/** RFC 2782: priorities strictly, weights by lot. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { orderByWeight } from '../../src/transport/srv-order.ts';

const RECORDS = [
  { priority: 2, weight: 0, port: 1, target: 'spare' },
  { priority: 1, weight: 30, port: 1, target: 'strong' },
  { priority: 1, weight: 10, port: 1, target: 'weak' },
  { priority: 1, weight: 0, port: 1, target: 'never' },
];

/** The order that a sequence of lots, each from 0 to 1, gives. */
function order(...lots: number[]): string {
  const random = { next32: () => Math.floor((lots.shift() ?? 0) * 2 ** 32) };
  return orderByWeight(RECORDS, random)
    .map(({ target }) => target)
    .join(' ');
}

test('a server of a higher priority number comes last whatever its weight', () => {
  assert.deepEqual(
    [order(0.999, 0.999, 0.999, 0.999), order(0.1, 0.1, 0.1, 0.1), order(0, 0, 0, 0)],
    ['strong weak never spare', 'weak strong never spare', 'never weak strong spare'],
  );
});

test('in the long run the first place is shared as the weights are', () => {
  const first = new Map<string, number>();
  for (let i = 0; i < 4_100; i++) {
    const [target = ''] = order((i + 0.5) / 4_100, 0, 0, 0).split(' ');
    first.set(target, (first.get(target) ?? 0) + 1);
  }
  assert.deepEqual(Object.fromEntries(first), { never: 100, weak: 1000, strong: 3000 });
});
