/** Translations, transformations, refusals and emergency: what comes out, and what digits may still follow. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Analysis, analyse } from '../../../src/call/dial-plan/analyse.ts';
import type { DialRule, Transformation } from '../../../src/call/dial-plan/route-plan.ts';
import { transformNumber } from '../../../src/call/dial-plan/transformation.ts';
import { COUNTRIES, compiled, plan, routes, type Target } from './plans.ts';

const EMERGENCY = {
  pattern: '999',
  action: { type: 'translate', space: 'pstn', called: { mask: '112' } },
  isUrgent: true,
  isEmergency: true,
} as const;

function translate(pattern: string, space: string, called?: Transformation): DialRule<Target> {
  return {
    pattern,
    action: { type: 'translate', space, ...(called === undefined ? {} : { called }) },
  };
}

const PLAN = compiled(
  plan(
    {
      office: [
        EMERGENCY,
        {
          pattern: '9.!',
          action: { type: 'translate', space: 'pstn', called: { strip: 'before dot' } },
        },
        { pattern: '900!', action: { type: 'refuse', cause: 'forbidden' } },
        translate('8XXX', 'short', { strip: 1 }),
        translate('7!', 'short', { keepLast: 3 }),
        translate('5', 'pstn', { prefix: '1' }),
        ...routes('51 2XXX'),
        translate('6XX', 'round'),
        translate('4!', 'growing', { prefix: '4' }),
        translate('3!', 'long', { prefix: '1'.repeat(64) }),
      ],
      pstn: [
        {
          pattern: '0XXX',
          action: {
            type: 'route',
            target: 'gateway',
            called: { strip: 1, prefix: '+44' },
            calling: { mask: '+442079460XXX' },
          },
        },
        ...routes('112 1X 18 [2-8]! 13! 1311'),
      ],
      short: routes('12X 1255 4XX'),
      round: [translate('6XX', 'back', { strip: 1, prefix: '5' })],
      back: [translate('5XX', 'round', { strip: 1, prefix: '6' })],
      growing: [translate('4!', 'growing', { prefix: '4' })],
      long: routes('1!'),
    },
    {
      office: ['office'],
      pstn: ['pstn'],
      short: ['short'],
      round: ['round'],
      back: ['back'],
      growing: ['growing'],
      long: ['long'],
    },
  ),
);

function words(found: Analysis<Target>): string {
  if (found.type === 'none') return 'none';
  if (found.type === 'incomplete') return 'more';
  const marks = `${found.isEmergency ? ' emergency' : ''} ${found.mayGrow ? 'wait' : 'now'}`;
  switch (found.type) {
    case 'route':
      return `${found.target} ${found.called} from ${found.calling}${marks}`;
    case 'refused':
      return `refused: ${found.cause}${marks}`;
    case 'loop':
      return `loop: ${found.through.map(({ partition }) => partition).join(' ')}${marks}`;
  }
}

const TABLE = `
  2001     2XXX 2001 from 2107 now
  999      112 112 from 2107 emergency now
  9        more
  90       more
  9012     more
  90123    gateway +44123 from +442079460107 now
  901234   none
  900      more
  9001     refused: forbidden wait
  900123   refused: forbidden wait
  91       more
  912      1X 12 from 2107 now
  9112     112 112 from 2107 now
  9111     none
  915      1X 15 from 2107 now
  9113     none
  911      1X 11 from 2107 wait
  913      1X 13 from 2107 wait
  9131     13! 131 from 2107 wait
  91311    13! 1311 from 2107 wait
  913111   13! 13111 from 2107 wait
  922      [2-8]! 22 from 2107 wait
  8        more
  8123     12X 123 from 2107 now
  8125     12X 125 from 2107 now
  8900     none
  81234    none
  71       more
  7123     12X 123 from 2107 wait
  71234    more
  5        1X 15 from 2107 wait
  51       51 51 from 2107 now
  600      loop: round back now
  41       loop: office growing growing growing growing growing growing growing growing growing wait
  31       refused: unknown number wait
`;

for (const row of TABLE.trim().split('\n')) {
  const [dialled = '', expected = ''] = row.trim().split(/\s{2,}/);
  const shown = expected.replace('13! 1311 ', '1311 1311 ');
  test(`${dialled}: ${shown}`, () => {
    assert.equal(words(analyse(PLAN, ['office'], dialled, '2107')), shown);
  });
}

test('a translation of a fixed length to an incomplete number is refused: no digits can come there', () => {
  const rules = { office: [translate('8X', 'short', { strip: 1 })], short: routes('4XX') };
  const made = compiled(plan(rules, { office: ['office'], short: ['short'] }));
  assert.deepEqual(analyse(made, ['office'], '84', ''), {
    type: 'refused',
    why: 'digits missing',
    cause: 'address incomplete',
    partition: 'office',
    pattern: '8X',
    mayGrow: false,
    isEmergency: false,
    through: [{ partition: 'office', pattern: '8X', called: '84' }],
  });
});

test('the result names the rule, the numbers, and the translations on the way', () => {
  assert.deepEqual(analyse(PLAN, ['office'], '90123', '2107'), {
    type: 'route',
    target: 'gateway',
    called: '+44123',
    calling: '+442079460107',
    partition: 'pstn',
    pattern: '0XXX',
    mayGrow: false,
    isEmergency: false,
    through: [{ partition: 'office', pattern: '9.!', called: '90123' }],
  });
});

test('after a translation only its space is searched', () => {
  const rules = { a: [translate('1', 'b', { mask: '2' })], b: routes('3'), c: routes('2') };
  const made = compiled(plan(rules, { a: ['a', 'c'], b: ['b'] }));
  assert.deepEqual(analyse(made, ['a'], '1', ''), { type: 'none' });
});

const STEPS: readonly (readonly [string, Transformation, string])[] = [
  ['902079460018', { strip: 2, prefix: '+44' }, '+442079460018'],
  ['902079460018', { strip: 'before dot' }, '02079460018'],
  ['02079460018', { keepLast: 4 }, '0018'],
  ['18', { keepLast: 4 }, '18'],
  ['2107', { mask: '+442079460XXX' }, '+442079460107'],
  ['7', { mask: '46XXX' }, '467'],
  ['02079460018', { mask: 'XXXX' }, '0018'],
  ['anonymous', { mask: '+442079460101' }, '+442079460101'],
  ['', { mask: '12XX' }, '12'],
  ['90207', { strip: 1, keepLast: 3, mask: '5XX', prefix: '*' }, '*507'],
  ['9020', { strip: 9 }, ''],
  ['90207946001', { strip: 1, form: { as: 'E.164', country: 'gb' } }, '+44207946001'],
  ['1234', { form: { as: 'E.164', country: 'nowhere' } }, '1234'],
];

for (const [number, transformation, expected] of STEPS) {
  test(`${number} with ${JSON.stringify(transformation)} is ${expected}`, () => {
    assert.equal(transformNumber(number, transformation, 1, COUNTRIES), expected);
  });
}
