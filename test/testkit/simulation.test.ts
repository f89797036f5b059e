/** The simulator's own promises: a seed repeats exactly, and a wrong manager is found out. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { CallManager } from '../../src/manager/call-manager.ts';
import { simulate } from '../../src/testkit/simulation.ts';

test('the same seed gives the same run, to the last datagram', () => {
  assert.deepEqual(simulate(42), simulate(42));
});

test('a manager that forgets to run its timers is found out', (context) => {
  // Lost datagrams are never sent again, and what waits for an end waits for ever.
  context.mock.method(CallManager.prototype, 'advance', () => {});
  assert.notDeepEqual(simulate(3).violations, []);
});
