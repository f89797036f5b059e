/** In which order the gateways of a list are tried. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { RouteGroup } from '../../../src/call/routing/gateway.ts';
import { RouteOrder } from '../../../src/call/routing/route-order.ts';
import { SeededRandom } from '../../../src/testkit/seeded-random.ts';

function group(
  spread: RouteGroup['spread'],
  weights: Readonly<Record<string, number>>,
): RouteGroup {
  const gateways = Object.entries(weights).map(([gateway, weight]) => ({ gateway, weight }));
  return { spread, gateways };
}

function orders(groups: readonly RouteGroup[], times: number): string[] {
  const order = new RouteOrder(new SeededRandom(7));
  return Array.from({ length: times }, () => order.of({ name: 'out', groups }).join(' '));
}

test('from the top, always', () => {
  assert.deepEqual(orders([group('top-down', { a: 1, b: 1, c: 1 })], 2), ['a b c', 'a b c']);
});

test('each gateway in turn is the first', () => {
  const seen = orders([group('circular', { a: 1, b: 1, c: 1 })], 4);
  assert.deepEqual(seen, ['a b c', 'b c a', 'c a b', 'a b c']);
});

test('groups come one after the other, and a gateway that is in two of them once', () => {
  const groups = [group('top-down', { a: 1 }), group('circular', { b: 1, a: 1, c: 1 })];
  assert.deepEqual(orders(groups, 2), ['a b c', 'a c b']);
});

test('by weight: the first is each in its share, and all are in the order', () => {
  const seen = orders([group('weight', { a: 6, b: 3, c: 1 })], 10_000);
  const share = (first: string) =>
    Math.round(seen.filter((order) => order.startsWith(first)).length / 1000);
  assert.deepEqual([share('a'), share('b'), share('c'), new Set(seen).size], [6, 3, 1, 6]);
});
