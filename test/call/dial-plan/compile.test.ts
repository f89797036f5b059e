/** What is wrong with a plan is said with its place; what has not changed is not compiled again. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { analyse } from '../../../src/call/dial-plan/analyse.ts';
import { compile } from '../../../src/call/dial-plan/compile.ts';
import type { DialPlan } from '../../../src/call/dial-plan/dial-plan.ts';
import type { DialRule } from '../../../src/call/dial-plan/route-plan.ts';
import { BRITAIN, compiled, faultsOf, plan, routes, type Target } from './plans.ts';

function rule(pattern: string, action: Partial<DialRule<Target>['action']>): DialRule<Target> {
  return {
    pattern,
    action: { type: 'route', target: 'x', ...action } as DialRule<Target>['action'],
  };
}

test('all faults of a plan are named, with pattern and column', () => {
  const country = { form: { as: 'E.164', country: 'de' } } as const;
  const given = plan(
    {
      one: [...routes('2XXX 9é1 9!1'), rule('9[1-]', { type: 'translate', space: 'gone' })],
      two: [
        ...routes('9.[0-9] 9X 3[1] 31 9Z'),
        rule('91', { called: { strip: 3 }, calling: { strip: 'before dot' } }),
        rule('92', { called: { strip: 'before dot', prefix: '0a', mask: 'XXx' } }),
        rule('93', { called: { keepLast: 0, ...country }, calling: { strip: 1.5 } }),
        rule('94', { calling: { prefix: '1'.repeat(65) } }),
      ],
    },
    { staff: ['one', 'there', 'one'] },
  );
  const countries = new Map([
    ['xx', { ...BRITAIN, code: '044', international: [], trunk: 'x' }],
    ['yy', { ...BRITAIN, international: ['+'], local: { area: '', digits: { min: 3, max: 2 } } }],
  ]);
  assert.deepEqual(faultsOf({ ...given, countries }), [
    'partition one, pattern 9é1, pattern, column 2: "é" cannot be dialled',
    'partition one, pattern 9!1, pattern, column 3: nothing may follow !',
    'partition one, pattern 9[1-], pattern, column 2: a set is [1-5], [135] or [^1-5], and has a digit',
    'partition one, pattern 9[1-], action.space, column 1: no search space is called "gone"',
    'partition two, pattern 31, pattern, column 1: matches the same as 3[1]',
    'partition two, pattern 9X, pattern, column 1: matches the same as 9.[0-9]',
    'partition two, pattern 91, called.strip, column 1: 3 digits, but the pattern may match 2',
    'partition two, pattern 91, calling.strip, column 1: there is no . in the pattern',
    'partition two, pattern 92, called.strip, column 1: there is no . in the pattern',
    'partition two, pattern 92, called.mask, column 3: "x" cannot be dialled',
    'partition two, pattern 92, called.prefix, column 2: "a" cannot be dialled',
    'partition two, pattern 93, called.keepLast, column 1: is no count of digits',
    'partition two, pattern 93, called.form, column 1: no country is called "de"',
    'partition two, pattern 93, calling.strip, column 1: is no count of digits',
    'partition two, pattern 94, calling.prefix, column 65: more than 64 characters',
    'country xx: "044" is no country code',
    'country xx: there is no international prefix',
    'country xx: "x" is no trunk prefix',
    'country yy: "+" is no international prefix',
    'country yy: "" is no area code',
    'country yy: from 3 to 2 digits is no length',
    'search space staff: no partition is called "there"',
    'search space staff: partition "one" is named twice',
  ]);
});

test('the same pattern may stand in two partitions', () => {
  assert.deepEqual(faultsOf(plan({ a: routes('9X'), b: routes('9X') }, {})), []);
});

test('a partition of the same rules is taken over, a changed one is compiled anew', () => {
  const same = routes('2XXX');
  const before = compiled(plan({ same, changed: routes('3XXX') }, { all: ['same', 'changed'] }));
  const changed = plan({ same, changed: routes('4XXX') }, { all: ['changed', 'same'] });
  const compilation = compile(changed, before);
  assert(compilation.type === 'plan');
  const after = compilation.plan;
  const trie = (made: DialPlan<Target>, name: string): unknown => made.partitions.get(name)?.trie;
  const lookup = (made: DialPlan<Target>, number: string): string =>
    analyse(made, ['all'], number, '').type;
  assert.deepEqual(
    {
      same: trie(before, 'same') === trie(after, 'same'),
      changed: trie(before, 'changed') === trie(after, 'changed'),
      before: ['2000', '3000', '4000'].map((number) => lookup(before, number)),
      after: ['2000', '3000', '4000'].map((number) => lookup(after, number)),
    },
    {
      same: true,
      changed: false,
      before: ['route', 'route', 'none'],
      after: ['route', 'none', 'route'],
    },
  );
});

test('names that an object inherits are no partitions and no spaces', () => {
  const made = compiled(plan({ a: routes('1') }, { a: ['a'] }));
  assert.deepEqual(
    [
      analyse(made, ['constructor', '__proto__'], '1', ''),
      faultsOf(plan({}, { a: ['constructor'] })),
    ],
    [{ type: 'none' }, ['search space a: no partition is called "constructor"']],
  );
});
