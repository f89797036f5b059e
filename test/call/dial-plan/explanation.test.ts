/** What an explanation tells: everything looked at, the winner, and why the others were not taken. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { analyse } from '../../../src/call/dial-plan/analyse.ts';
import { explain, LISTED_MAX } from '../../../src/call/dial-plan/explanation.ts';
import { compiled, plan, routes } from './plans.ts';

const PLAN = compiled(
  plan(
    {
      internal: routes('2XXX 20! 2[0-1]XX 200 2001XX 3000'),
      office: [
        {
          pattern: '9.0[12]XXXXXXXXX',
          action: {
            type: 'translate',
            space: 'pstn',
            called: { strip: 2, prefix: '+44' },
            calling: { mask: '+442079460XXX' },
          },
        },
        ...routes('20XX'),
      ],
      other: routes('20X! 2XX[0-9]'),
      pstn: routes('+44! +!'),
    },
    { staff: ['internal', 'office'], device: ['internal', 'other'], pstn: ['pstn'] },
  ),
);

test('every match but the winner is told by which rule it lost', () => {
  assert.deepEqual(explain(PLAN, ['staff', 'nowhere', 'device'], '2001', '2107').rounds, [
    {
      called: '2001',
      calling: '2107',
      missing: ['nowhere'],
      invalid: [],
      partitions: [
        {
          space: 'staff',
          partition: 'internal',
          seen: [
            { pattern: '20!', type: 'match', numbers: 100, lostBy: 'no !' },
            { pattern: '2[0-1]XX', type: 'match', numbers: 200, lostBy: 'fewer numbers' },
            { pattern: '2XXX', type: 'match', numbers: 1000, lostBy: 'fewer numbers' },
            { pattern: '200', type: 'too short', surplus: 1 },
            { pattern: '2001XX', type: 'too long', missing: 2 },
          ],
          unlisted: 0,
        },
        {
          space: 'staff',
          partition: 'office',
          seen: [{ pattern: '20XX', type: 'match', numbers: 100, lostBy: undefined }],
          unlisted: 0,
        },
        {
          space: 'device',
          partition: 'other',
          seen: [
            { pattern: '20X!', type: 'match', numbers: 100, lostBy: 'no !' },
            { pattern: '2XX[0-9]', type: 'match', numbers: 1000, lostBy: 'fewer numbers' },
          ],
          unlisted: 0,
        },
      ],
      winner: { partition: 'office', pattern: '20XX' },
      isLongerPossible: true,
      calledSteps: [],
      callingSteps: [],
    },
  ]);
});

test('the order of partitions, then that of rules, decides between equals', () => {
  const equals = plan(
    { a: routes('9[12] 9[13]'), b: routes('9[14]') },
    { all: ['a', 'b'], back: ['b', 'a'] },
  );
  const lost = (space: string): readonly unknown[] =>
    explain(compiled(equals), [space], '91', '').rounds.flatMap(({ partitions }) =>
      partitions.flatMap(({ seen }) =>
        seen.map((one) => [one.pattern, one.type === 'match' ? one.lostBy : one.type]),
      ),
    );
  assert.deepEqual(
    [lost('all'), lost('back')],
    [
      [
        ['9[12]', undefined],
        ['9[13]', 'earlier rule'],
        ['9[14]', 'earlier partition'],
      ],
      [
        ['9[14]', undefined],
        ['9[12]', 'earlier partition'],
        ['9[13]', 'earlier partition'],
      ],
    ],
  );
});

test('numbers are told after each step, round by round', () => {
  const { analysis, rounds } = explain(PLAN, ['staff'], '902079460018', '2107');
  assert.deepEqual(
    rounds.map(({ winner, calledSteps, callingSteps }) => ({ winner, calledSteps, callingSteps })),
    [
      {
        winner: { partition: 'office', pattern: '9.0[12]XXXXXXXXX' },
        calledSteps: [
          { field: 'strip', number: '2079460018' },
          { field: 'prefix', number: '+442079460018' },
        ],
        callingSteps: [{ field: 'mask', number: '+442079460107' }],
      },
      { winner: { partition: 'pstn', pattern: '+44!' }, calledSteps: [], callingSteps: [] },
    ],
  );
  assert.deepEqual(analysis, analyse(PLAN, ['staff'], '902079460018', '2107'));
});

test('who dialled too few digits learns how many are missing', () => {
  const { analysis, rounds } = explain(PLAN, ['staff'], '90207946001', '2107');
  assert.deepEqual(
    [analysis, rounds[0]?.partitions[1]?.seen],
    [{ type: 'incomplete' }, [{ pattern: '9.0[12]XXXXXXXXX', type: 'too long', missing: 1 }]],
  );
});

test('when nothing fits, the patterns that fit longest are told', () => {
  const made = compiled(
    plan({ all: routes('21XX 2255 2266 228! 3XXX *21# 9!') }, { all: ['all'] }),
  );
  const seen = (dialled: string): unknown =>
    explain(made, ['all'], dialled, '').rounds[0]?.partitions[0]?.seen;
  assert.deepEqual(
    [seen('2277'), seen('2256'), seen('*22#'), seen('91*'), seen('5')],
    [
      ['2255', '2266', '228!'].map((pattern) => ({ pattern, type: 'differs', digit: 3 })),
      [{ pattern: '2255', type: 'differs', digit: 4 }],
      [{ pattern: '*21#', type: 'differs', digit: 3 }],
      [{ pattern: '9!', type: 'differs', digit: 3 }],
      [],
    ],
  );
});

test('of many numbers that begin alike some are listed and the others counted', () => {
  const numbers = Array.from({ length: 300 }, (_, at) => `2${String(at).padStart(3, '0')}`);
  const made = compiled(plan({ all: routes(numbers.join(' ')) }, { all: ['all'] }));
  const look = explain(made, ['all'], '2', '').rounds[0]?.partitions[0];
  assert.deepEqual([look?.seen.length, look?.unlisted], [LISTED_MAX, 300 - LISTED_MAX]);
});
