/** A few thousand hostile messages at a whole manager; `npm run fuzz` has more. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { fuzzManager } from '../../src/testkit/fuzz-manager.ts';
import { readCorpus } from '../../src/testkit/hostile.ts';

test('hostile messages kill no process, and a normal call works right after', () => {
  assert.deepEqual(fuzzManager(7, 3000, readCorpus()), []);
});
