/** Digit analysis over a table, a directory and a dial plan. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Analysis, DigitAnalysis } from '../../src/call/digit-analysis.ts';
import { lineOfNumber, seatsOf } from '../../src/call/line-of-number.ts';
import { homeOf, type Pid } from '../../src/process/pid.ts';
import { directoryOf, lineOf, listOf } from './switchboard.ts';

const DIRECTORY = directoryOf(
  [lineOf('2000', ['ana', 'ben']), lineOf('2001', ['ana']), lineOf('ben', ['cas'])],
  ['dan'],
  [
    { pattern: '9.0XXX', list: 'paris', strip: 2, prefix: '+33', callerId: '+331' },
    { pattern: '999', list: 'london', strip: 0, prefix: '', isEmergency: true },
    { pattern: '+44!', list: 'london', strip: 0, prefix: '' },
    { pattern: '200X', list: 'london', strip: 0, prefix: '' },
  ],
);
const LCP = 'a.1.l1' as Pid;

const line = (number: string): Analysis => ({
  type: 'line',
  number,
  location: { mode: 'single', lcp: LCP, revision: 1 },
});

const way = (name: string, number: string): Extract<Analysis, { type: 'list' }> => ({
  type: 'list',
  list: listOf(name),
  number,
  isEmergency: false,
});

const CASES: readonly [string, string, Analysis][] = [
  ['a line that is controlled somewhere', '2000', line('2000')],
  ['a line that nobody has registered for', '2001', { type: 'no device' }],
  ['a user', 'dan', { type: 'no device' }],
  ['a number of ours before any pattern', '2001', { type: 'no device' }],
  ['a pattern', '2002', way('london', '2002')],
  [
    'a list of gateways, with digits stripped and put before, and another caller number',
    '90123',
    { ...way('paris', '+33123'), callerId: '+331' },
  ],
  ['an emergency', '999', { ...way('london', '999'), isEmergency: true }],
  ['visual separators', '+44(20)7946-0018', way('london', '+442079460018')],
  ['a line with visual separators', '20-00', line('2000')],
  ['too few digits for a pattern', '901', { type: 'incomplete' }],
  ['too few digits for a line: not known as the beginning of one', '2', { type: 'incomplete' }],
  ['too many digits', '20000', { type: 'unknown' }],
  ['another number', '3000', { type: 'unknown' }],
  ['a name', 'nobody', { type: 'unknown' }],
  ['nothing', '', { type: 'unknown' }],
  ['hostile: a property of every object', '__proto__', { type: 'unknown' }],
  ['hostile: endless', '9'.repeat(65_536), { type: 'unknown' }],
  ['hostile: endless separators', '-'.repeat(128), { type: 'unknown' }],
];

for (const [name, dialled, expected] of CASES)
  test(`${name}: ${dialled.slice(0, 20)}`, () => {
    const digits = new DigitAnalysis(DIRECTORY);
    digits.table.set('s/2000', { key: 's/2000', value: LCP, owner: homeOf(LCP), revision: 1 });
    assert.deepEqual(digits.analyse(dialled), expected);
  });

test('a number of ours whose process is gone is being located, and no other', () => {
  const digits = new DigitAnalysis(DIRECTORY);
  digits.table.lose('2000', 0);
  digits.table.lose('3000', 0);
  assert.deepEqual(
    ['2000', '2001', '3000'].map((dialled) => digits.analyse(dialled)),
    [{ type: 'locating', number: '2000' }, { type: 'no device' }, { type: 'unknown' }],
  );
});

test('a device is to be registered for its lines, and for its user name unless that is a line', () => {
  const seats = ['ana', 'ben'].map((user) => {
    const device = DIRECTORY.users.get(user);
    assert(device !== undefined);
    return seatsOf(DIRECTORY, device);
  });
  assert.deepEqual(seats, [
    [
      { number: '2000', member: 'ana' },
      { number: '2001', member: 'ana' },
      { number: 'ana', member: 'ana-phone' },
    ],
    [{ number: '2000', member: 'ben' }],
  ]);
});

test('a user name is a line of one member; a line of that number comes first', () => {
  assert.deepEqual(
    ['ana', 'ben', 'eve'].map((number) =>
      lineOfNumber(DIRECTORY, number)?.members.map(({ device }) => device),
    ),
    [['ana-phone'], ['cas-phone'], undefined],
  );
});
