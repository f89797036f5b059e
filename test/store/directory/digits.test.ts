/** What a pattern does to the digits, as it is written. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { readPattern } from '../../../src/call/dial-plan/pattern.ts';
import { readDigits } from '../../../src/store/directory/digits.ts';

for (const [pattern, text, expected] of [
  ['9.0XX', 'strip 9, 0 -> +44', { strip: 2, prefix: '+44' }],
  ['9.0XX', 'strip ., strip 0', { strip: 2 }],
  ['90XX', '90 ->', { strip: 2 }],
  ['7XX', 'keep 2, prefix 20', { strip: 0, keepLast: 2, prefix: '20' }],
  ['+44XXXX', 'mask 2XXX', { strip: 0, mask: '2XXX' }],
  [
    '7XX',
    'prefix 20, keep 4',
    "'keep 4' must come before 'prefix 20': what stands in front is put there last",
  ],
  [
    '90XX',
    '9 -> 1, strip 0',
    "'strip 0' must come before '9 -> 1': what stands in front is put there last",
  ],
  ['7XX', 'keep 2, strip 7', "'strip 7' must come before 'keep'"],
  ['7XX', 'mask 20XX, keep 2', "'keep 2' must come before the mask"],
] as const)
  test(`${pattern}, ${text}`, () => {
    const read = readPattern(pattern);
    assert(!('type' in read));
    const digits = readDigits(text, read, pattern, new Map());
    const { strip = 0, ...rest } = typeof digits === 'string' ? {} : digits;
    assert.deepEqual(typeof digits === 'string' ? digits : { strip, ...rest }, expected);
  });
