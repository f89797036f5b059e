/** What a key with braces stands for. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { readKeyRange } from '../../src/store/key-range.ts';

const TABLE = `
  ana              1        ana ana           x
  u{00..99}        100      u00 u99           x99
  u{8..11}         4        u8 u11            x11
  {1..3}-desk      3        1-desk 3-desk     x3
  u{0..0}          1        u0 u0             x0
  u{9..1}          range {9..1} runs backwards
  u{00..100}       both ends of {00..100} need the same number of digits
  u{1..2}{1..2}    expected one range like {00..99} in 'u{1..2}{1..2}'
  u{a..z}          expected one range like {00..99} in 'u{a..z}'
  u{1..100001}     range {1..100001} has 100001 keys, at most 100000
`;

for (const row of TABLE.trim().split('\n')) {
  const [key = '', ...expected] = row.trim().split(/\s{2,}/);
  test(`${key}: ${expected.join(', ')}`, () => {
    const read = readKeyRange(key);
    if (!read.ok) return assert.deepEqual([read.message], expected);
    const { count, keyAt, fill } = read.range;
    const braces = /\{.*\}/.exec(key)?.[0] ?? '';
    const filled = braces === '' ? fill('x', 0) : fill(`x${braces}`, count - 1);
    assert.deepEqual([String(count), `${keyAt(0)} ${keyAt(count - 1)}`, filled], expected);
  });
}
