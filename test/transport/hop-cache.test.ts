/** The hop of a peer is one object, and there are only so many of them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { HopCache } from '../../src/transport/hop-cache.ts';

test('peers are told apart by address and port, and each is one object', () => {
  const hops = new HopCache(3);
  const first = hops.get('192.0.2.1', 5060);
  const others = [hops.get('192.0.2.1', 5062), hops.get('192.0.2.2', 5060)];
  assert(hops.get('192.0.2.1', 5060) === first);
  assert.deepEqual(
    [first, ...others].map(({ address, port, listener }) => `${address}:${port} by ${listener}`),
    ['192.0.2.1:5060 by 3', '192.0.2.1:5062 by 3', '192.0.2.2:5060 by 3'],
  );
});

test('a peer that is heard from stays; one that was not for a generation is forgotten', () => {
  const hops = new HopCache(0, 4);
  const [busy, silent] = [hops.get('192.0.2.1', 1), hops.get('192.0.2.1', 2)];
  for (let port = 10; port < 30; port++) {
    hops.get('192.0.2.1', 1);
    hops.get('198.51.100.1', port);
  }
  assert.deepEqual(
    [hops.get('192.0.2.1', 1) === busy, hops.get('192.0.2.1', 2) === silent],
    [true, false],
  );
});
