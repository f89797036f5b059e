/** Tables: what a pattern matches, which of several wins, and what is wrong with one that is none. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { compiled, compilePattern, DialPlan, matchPattern } from '../../src/call/dial-patterns.ts';

const MATCHES = `
  911           911           match
  911           91            incomplete
  911           9111          none
  911           912           none
  9X            90            match
  9X            9*            none
  ZXX           012           none
  ZXX           112           match
  NXX           112           none
  NXX           212           match
  0[12]X        013           match
  0[12]X        033           none
  0[1-5]        05            match
  0[1-5]        06            none
  0[13-57]      04            match
  0[13-57]      02            none
  9.0X          905           match
  00!           00            incomplete
  00!           004           match
  00!           0044207946    match
  00!           00442a        none
  !             5             match
  *21#          *21#          match
  +44X!         +4420         match
  +44X!         +4            incomplete
  9A            9A            match
`;

for (const row of MATCHES.trim().split('\n')) {
  const [pattern = '', dialled = '', expected] = row.trim().split(/\s+/);
  test(`${pattern} and ${dialled}: ${expected}`, () => {
    assert.equal(matchPattern(compiled(pattern), dialled), expected);
  });
}

const PLANS = `
  9XXX 9111            9111    9111
  9111 9XXX            9111    9111
  9XXX 9111            9112    9XXX
  9X! 9XXX             9112    9XXX
  9XXX 9X!             91122   9X!
  9[1-5]XX 9NXX        9211    9[1-5]XX
  9[1-5]XX 9NXX        9611    9NXX
  9ZXX 9XXX 9NXX       9111    9ZXX
  90! 9!               9011    90!
  9XX 9XX              911     9XX 9XX
  9[01]X 9[12]X        911     9[01]X
  9XX 8XXX             9       incomplete
  9XX 8XXX             91234   none
  9XX 8XXX             7       none
  9XX                  -       none
`;

for (const row of PLANS.trim().split('\n')) {
  const [patterns = '', dialled = '', expected] = row.trim().split(/\s{2,}/);
  test(`of ${patterns}, ${dialled} takes ${expected}`, () => {
    const rules = patterns.split(' ').map((text) => ({ pattern: compiled(text), target: text }));
    const found = new DialPlan(rules).find(dialled.replace('-', ''));
    assert.equal(typeof found === 'string' ? found : found.join(' '), expected);
  });
}

const FAULTS = `
  (empty)    0   an empty pattern matches nothing
  .          1   an empty pattern matches nothing
  9x         1   x cannot be dialled
  9 1        1   \u0020 cannot be dialled
  9!1        2   nothing may follow !
  9!!        2   nothing may follow !
  9[1-       1   a set is [1-5] or [135]
  9[]        1   a set is [1-5] or [135]
  9[5-1]     1   a set is [1-5] or [135]
  9[1-]      1   a set is [1-5] or [135]
  9[^1]      1   a set is [1-5] or [135]
  9@         1   @ cannot be dialled
`;

for (const row of FAULTS.split('\n').filter((line) => line.trim() !== '')) {
  const [, text = '', offset, problem] = /^ {2}(.{10}) (\d+) {3}(.*)$/.exec(row) ?? [];
  const pattern = text.trim().replace('(empty)', '');
  test(`${text.trim()} is no pattern: at ${offset}, ${problem}`, () => {
    assert.deepEqual(compilePattern(pattern), {
      type: 'fault',
      offset: Number(offset),
      problem,
    });
  });
}

test('a pattern has a greatest length', () => {
  assert.deepEqual(compilePattern('9'.repeat(65)), {
    type: 'fault',
    offset: 65,
    problem: 'more than 64 places',
  });
});
