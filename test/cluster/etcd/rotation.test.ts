/** In which order servers are asked. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Rotation } from '../../../src/cluster/etcd/rotation.ts';

test('the first is asked first until it fails; then the next one that answers stays', () => {
  const rotation = new Rotation(['a', 'b', 'c']);
  const orders = [rotation.order()];
  rotation.failed('a', 0);
  orders.push(rotation.order());
  rotation.answered('b');
  rotation.answered('a');
  orders.push(rotation.order());
  assert.deepEqual(
    orders.map((order) => order.join('')),
    ['abc', 'bca', 'bca'],
  );
});

test('of those that failed the one that failed longest ago is asked first', () => {
  const rotation = new Rotation(['a', 'b', 'c']);
  for (const [at, server] of ['b', 'c', 'a', 'b'].entries()) rotation.failed(server, at);
  assert.deepEqual(
    [rotation.order().join(''), rotation.hasBetter('a'), rotation.hasFailed('a')],
    ['cab', false, true],
  );
});

test('a failure and a recovery are news once', () => {
  const rotation = new Rotation(['a', 'b']);
  assert.deepEqual(
    [
      rotation.failed('a', 0),
      rotation.failed('a', 1),
      rotation.hasBetter('a'),
      rotation.answered('a'),
      rotation.answered('a'),
    ],
    [true, false, true, true, false],
  );
});

test('a failed server is probed after 1 s, and ever more seldom while it fails', () => {
  const rotation = new Rotation(['a', 'b']);
  rotation.failed('a', 0);
  const probes: number[] = [];
  for (let nowMs = 0; nowMs <= 40_000; nowMs += 100) {
    const due = rotation.due(nowMs);
    if (due.length === 0) continue;
    probes.push(nowMs);
    rotation.failed('a', nowMs);
  }
  assert.deepEqual(probes, [1000, 3000, 7000, 15_000, 23_000, 31_000, 39_000]);
});
