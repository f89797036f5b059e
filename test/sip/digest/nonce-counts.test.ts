/** Counts under one nonce as rows: what came, and whether it was taken. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { NonceCounts } from '../../../src/sip/digest/nonce-counts.ts';

const ROWS = `
  rising counts are taken                        1+ 2+ 3+ 40+
  a count that was seen is refused               1+ 1- 2+ 2- 1-
  counts may begin anywhere                      7+ 8+
  a request that was overtaken is taken once     1+ 3+ 2+ 2- 4+
  one that comes very late is refused            1+ 40+ 8- 9+ 9- 39+
  a gap forgets what lies too far behind         1+ 4294967295+ 1- 4294967294+
  without a count the nonce is good for one      0+ 0- 1- 4294967295-
  a count spoils the nonce for uncounted ones    1+ 0- 2+
`;

for (const row of ROWS.trim().split('\n')) {
  const [name = '', steps = ''] = row.trim().split(/\s{2,}/);
  test(`${name}: ${steps}`, () => {
    const counts = new NonceCounts(10);
    const happened = steps.split(' ').map((step) => {
      const count = Number(step.slice(0, -1));
      return `${count}${counts.take('nonce', count, 1_000, 1_000) ? '+' : '-'}`;
    });
    assert.equal(happened.join(' '), steps);
  });
}

test('a nonce that was dropped for room is refused, one that was made since is taken', () => {
  const counts = new NonceCounts(4);
  const taken = [1, 2, 3, 4, 5].map((ms) => counts.take(`n${ms}`, 1, ms, ms));
  const again = [1, 2, 3].map((ms) => counts.take(`n${ms}`, 2, ms, 5));
  assert.deepEqual(
    [taken, again, counts.take('n6', 1, 6, 6)],
    [[true, true, true, true, true], [false, false, true], true],
  );
});

test('a nonce of a clock that is ahead does not spoil those of ours', () => {
  const counts = new NonceCounts(2);
  for (let i = 0; i < 8; i++) counts.take(`ahead${i}`, 1, 1_900 + i, 1_000);
  assert.equal(counts.take('ours', 1, 1_000, 1_000), true);
});

test('whatever is used in whatever order, nothing is taken twice and the table keeps its size', () => {
  const use = fc.record({ nonce: fc.nat(12), count: fc.nat(70) });
  fc.assert(
    fc.property(fc.array(use, { maxLength: 200 }), fc.integer({ min: 2, max: 12 }), (uses, max) => {
      const counts = new NonceCounts(max);
      const taken = new Set<string>();
      for (const { nonce, count } of uses) {
        if (!counts.take(`n${nonce}`, count, 100 + nonce, 1_000)) continue;
        assert(!taken.has(`${nonce}/${count}`), `${nonce}/${count} was taken twice`);
        taken.add(`${nonce}/${count}`);
        assert(counts.size <= max + 1);
      }
    }),
  );
});
