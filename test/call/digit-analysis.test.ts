/** Digit analysis over a table, a directory and its route plan: claims 5, 6, 21, 22, 40, 54, 67, 68, 74, 75. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { DialRule } from '../../src/call/dial-plan/route-plan.ts';
import { type Analysis, type Caller, DigitAnalysis } from '../../src/call/digit-analysis.ts';
import type { Directory, RouteTarget } from '../../src/call/directory.ts';
import { lineOfNumber, seatsOf } from '../../src/call/line/line-of-number.ts';
import { homeOf, type Pid } from '../../src/process/pid.ts';
import { directoryOf, lineOf, listOf, wayOut } from './switchboard.ts';

const LCP = 'a.1.l1' as Pid;
const LINE: DialRule<RouteTarget>['action'] = { type: 'route', target: { type: 'line' } };
const LINES = directoryOf(
  [lineOf('2000', ['ana', 'ben']), lineOf('2001', ['ana']), lineOf('ben', ['cas'])],
  ['dan', '31-08'],
);

/** `staff` dials lines of four digits and out; `kitchen` dials lines only, `lobby` lines and a hidden one. */
const DIRECTORY: Directory = {
  ...LINES,
  routeLists: new Map(['london', 'paris'].map((name) => [name, listOf(name)])),
  routePlan: {
    partitions: new Map<string, readonly DialRule<RouteTarget>[]>([
      ['internal', [{ pattern: '2XXX', action: LINE }]],
      [
        'office',
        [
          wayOut('9.0XXX', 'london', 1),
          wayOut('+44!', 'london'),
          wayOut('200X', 'london'),
          wayOut('92XXX', 'gone'),
          { pattern: '90999', action: { type: 'refuse', cause: 'busy' } },
          {
            pattern: '7!',
            action: { type: 'route', target: { type: 'list', list: 'paris', waits: true } },
          },
          {
            pattern: '6XXX',
            action: {
              type: 'route',
              target: { type: 'list', list: 'london' },
              called: { strip: 1 },
              calling: { mask: '+44207946XXXX' },
            },
          },
          { pattern: '5!', action: { type: 'translate', space: 'staff', called: { strip: 0 } } },
          { pattern: '4XXX', action: { type: 'route', target: { type: 'line', number: 'ben' } } },
          {
            pattern: '3XXX',
            action: {
              type: 'route',
              target: { type: 'line' },
              called: { strip: 1, prefix: '2' },
              calling: { prefix: '8' },
            },
          },
        ],
      ],
      [
        'ambulance',
        [
          {
            pattern: '112',
            action: { type: 'route', target: { type: 'list', list: 'paris' } },
            isEmergency: true,
            isUrgent: true,
          },
          { ...wayOut('2112', 'london'), isEmergency: true },
        ],
      ],
    ]),
    spaces: new Map([
      ['staff', ['internal', 'office']],
      ['kitchen', ['internal']],
      ['lobby', ['lines']],
    ]),
    countries: new Map(),
  },
};

const CALLERS: Readonly<Record<string, Caller>> = {
  staff: { spaces: ['staff'], number: '2001', isOutside: false },
  kitchen: { spaces: ['kitchen'], number: '2001', isOutside: false },
  lobby: { spaces: ['lobby'], number: '2001', isOutside: false },
  nobody: { spaces: [], number: '2001', isOutside: false },
  gateway: { spaces: [], number: '+331', isOutside: true },
  trunk: { spaces: ['staff'], number: '+331', isOutside: true },
};

/** Who dials what, and what comes of it. `…`: more digits may follow, `……`: they are waited for. */
const TABLE = `
  staff    2000         line 2000
  staff    20-00        line 2000
  staff    (2000)       line 2000
  staff    2001         LW-3008 no device
  staff    2002         list london 2002
  staff    2100         LW-3001 unknown number
  staff    200          LW-3004 address incomplete
  staff    20000        LW-3001 unknown number
  staff    ben          LW-3001 unknown number
  staff    90123        list london 0123
  staff    90123#       list london 0123
  staff    901          LW-3004 address incomplete
  staff    90999        LW-3002 busy
  staff    +442079      list london +442079 …
  staff    +44207#      list london +44207
  staff    +44(20)7-9   list london +44207 9 …
  staff    7123         list paris 7123 ……
  staff    7123#        list paris 7123
  staff    6123         list london 123 as +442079462001
  staff    51           LW-3005 loop
  staff    4000         LW-3008 no device
  staff    3000         line 2000 as 82001
  staff    3100         LW-3001 unknown number
  staff    112          emergency paris 112
  staff    92000        LW-3001 unknown number
  kitchen  2000         line 2000
  kitchen  2002         LW-3001 unknown number
  kitchen  2112         emergency london 2112
  kitchen  90123        LW-3003 forbidden
  kitchen  112          emergency paris 112
  kitchen  11           LW-3004 address incomplete
  gateway  11           LW-3001 unknown number
  kitchen  dan          LW-3001 unknown number
  lobby    dan          LW-3008 no device
  lobby    ben          LW-3008 no device
  lobby    31-08        LW-3008 no device
  lobby    nobody       LW-3001 unknown number
  lobby    2            LW-3004 address incomplete
  nobody   2000         line 2000
  nobody   dan          LW-3008 no device
  nobody   90123        LW-3003 forbidden
  nobody   112          emergency paris 112
  gateway  2000         line 2000
  gateway  dan          LW-3008 no device
  gateway  90123        LW-3003 forbidden
  gateway  112          LW-3003 forbidden
  trunk    90123        list london 0123
  trunk    dan          LW-3001 unknown number
  lobby    __proto__    LW-3001 unknown number
`;

for (const row of TABLE.trim().split('\n')) {
  const [who = '', dialled = '', expected = ''] = row.trim().split(/\s{2,}/);
  test(`${who} dials ${dialled}: ${expected}`, () => {
    const digits = new DigitAnalysis(DIRECTORY);
    digits.table.set('s/2000', { key: 's/2000', value: LCP, owner: homeOf(LCP), revision: 1 });
    const caller = CALLERS[who];
    assert(caller);
    const analysis = digits.analyse(dialled, caller);
    assert.deepEqual(
      [written(analysis), digits.explain(dialled, caller).analysis],
      [expected.replace(' 9 …', '9 …'), analysis],
    );
  });
}

function written(analysis: Analysis): string {
  const { growth, type } = analysis;
  const more = { none: '', possible: ' …', expected: ' ……' }[growth];
  if (type === 'refused') return `${analysis.code} ${analysis.cause}${more}`;
  const as = analysis.callerId === undefined ? '' : ` as ${analysis.callerId}`;
  if (type !== 'list') return `${type} ${analysis.number}${as}${more}`;
  const what = analysis.isEmergency ? 'emergency' : 'list';
  return `${what} ${analysis.list.name} ${analysis.number}${as}${more}`;
}

for (const [name, dialled] of [
  ['nothing', ''],
  ['endless', '9'.repeat(65_536)],
  ['endless separators', '-'.repeat(128)],
  ['a plus in the middle', '20+00'],
  ['what is no text', '\0\u{10ffff}'],
] as const)
  test(`hostile, ${name}: unknown`, () => {
    const digits = new DigitAnalysis(DIRECTORY);
    const analyses = Object.values(CALLERS).map((caller) => digits.analyse(dialled, caller));
    assert.deepEqual(new Set(analyses.map(written)), new Set(['LW-3001 unknown number']));
  });

test('a number of ours whose process is gone is being located, and no other', () => {
  const digits = new DigitAnalysis(LINES);
  digits.table.lose('2000', 0);
  digits.table.lose('3000', 0);
  assert.deepEqual(
    ['2000', '2001', '3000'].map((dialled) =>
      written(digits.analyse(dialled, { spaces: [], number: '2001', isOutside: false })),
    ),
    ['locating 2000', 'LW-3008 no device', 'LW-3001 unknown number'],
  );
});

test('a line comes before a pattern that matches fewer numbers than the one that stands for lines', () => {
  const digits = new DigitAnalysis(DIRECTORY);
  const caller = { spaces: ['staff'], number: '1', isOutside: false };
  assert.deepEqual(
    ['2001', '2002'].map((dialled) => written(digits.analyse(dialled, caller))),
    ['LW-3008 no device', 'list london 2002'],
  );
});

test('another route plan, or other lines, count from the next number on', () => {
  const directory = { ...DIRECTORY };
  const digits = new DigitAnalysis(directory);
  const look = () =>
    ['2100', '90123'].map((dialled) =>
      written(digits.analyse(dialled, { spaces: ['staff'], number: '1', isOutside: false })),
    );
  const seen = [look()];
  directory.lines = new Map([...directory.lines, ['2100', lineOf('2100', ['ana'])]]);
  seen.push(look());
  directory.routePlan = { ...directory.routePlan, spaces: new Map([['staff', ['lines']]]) };
  seen.push(look());
  assert.deepEqual(seen, [
    ['LW-3001 unknown number', 'list london 0123'],
    ['LW-3008 no device', 'list london 0123'],
    ['LW-3008 no device', 'LW-3003 forbidden'],
  ]);
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

test('emergency numbers are those of the plan, whoever asks', () => {
  const digits = new DigitAnalysis(DIRECTORY);
  const dialled = ['112', '1-12', '2112', '2000', '11', 'ben', '911'];
  const found = dialled.filter((each) => digits.isEmergency(each));
  assert.deepEqual(found, ['112', '1-12', '2112']);
});
