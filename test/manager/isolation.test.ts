/** Whether a manager that cannot start as a member serves alone: only where it may pass by itself. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { StoreError, type StoreErrorCode } from '../../src/cluster/etcd/store-error.ts';
import { mayServeAlone } from '../../src/manager/isolation.ts';

test('a manager serves alone when the store cannot be reached, and when it is told to', () => {
  const codes: readonly StoreErrorCode[] = [
    'unreachable',
    'credentials',
    'tls',
    'address',
    'version',
  ];
  const errors = [...codes.map((code) => new StoreError(code, 'http://s:1', 'x')), new Error('x')];
  assert.deepEqual(
    (['emergency', 'end'] as const).map((isolated) =>
      errors.map((error) => mayServeAlone(error, { isolated })),
    ),
    [
      [true, false, false, false, false, false],
      [false, false, false, false, false, false],
    ],
  );
});
