/** Tables: which of several patterns wins, what may follow, and what is wrong with a pattern. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { analyse } from '../../../src/call/dial-plan/analyse.ts';
import { readPattern } from '../../../src/call/dial-plan/pattern.ts';
import { compiled, plan, routes } from './plans.ts';

/** `now`: nothing longer matches. `wait`: something longer might. */
const TABLE = `
  patterns              dialled       leads to
  911                   -             more
  911                   91            more
  911                   911           911 now
  911                   9111          none
  911                   912           none
  9X                    9*            none
  9X                    9a            none
  ZXX NXX               112           ZXX now
  ZXX NXX               012           none
  ZXX NXX               212           NXX now
  0[12]X 03X            013           0[12]X now
  0[13-57]              04            0[13-57] now
  0[13-57]              02            none
  0[^13-57]             02            0[^13-57] now
  0[^13-57]             04            none
  0[^13-57]             0*            none
  9.0X                  905           9.0X now
  00!                   00            more
  00!                   004           00! wait
  00!                   00442079      00! wait
  00!                   0044*         none
  !                     5             ! wait
  !                     -             more
  *21# *2X#             *21#          *21# now
  +44X! +X!             +4420         +44X! wait
  +44X! +X!             +4            more
  +44X! +X!             +49           +X! wait
  9XXX 9111             9111          9111 now
  9XXX 9111             9112          9XXX now
  12XX 1XXX 121X 1234   1200          12XX now
  12XX 1XXX 121X 1234   1212          121X now
  12XX 1XXX 121X 1234   1234          1234 now
  911 9XXX              911           911 wait
  911 9XXX              91            more
  ^911 9XXX             911           911 now
  ^911 9XXX             9112          9XXX now
  ^9XX 911 9XXX         911           911 wait
  ^9!                   91            9! now
  9X! 9XXX              9112          9XXX wait
  9X! 9XXX              91122         9X! wait
  15! 1[3-5]XX          1515          15! wait
  1[23]XX 13[0-4]X 13!  1311          13[0-4]X wait
  1[23]XX 13[0-4]X 13!  1351          13! wait
  90! 9!                9011          90! wait
  9[01]X 9[12]X         911           9[01]X now
  9[1-5]XX 9NXX         9211          9[1-5]XX now
  XX5 5X[1-9]           515           5X[1-9] now
  A1 B1                 B1            B1 now
`;

for (const row of TABLE.trim().split('\n').slice(1)) {
  const [patterns = '', dialled = '', expected] = row.trim().split(/\s{2,}/);
  test(`of ${patterns}, ${dialled} leads to ${expected}`, () => {
    const made = compiled(plan({ all: routes(patterns) }, { all: ['all'] }));
    const found = analyse(made, ['all'], dialled.replace('-', ''), '');
    assert.equal(
      found.type === 'route'
        ? `${found.target} ${found.mayGrow ? 'wait' : 'now'}`
        : found.type.replace('incomplete', 'more'),
      expected,
    );
  });
}

const PARTITIONS = {
  line: routes('2XXX 9!'),
  device: routes('2XXX 20XX 9XXX'),
  other: routes('2001'),
  empty: [],
};
const SPACES = {
  line: ['empty', 'line'],
  device: ['line', 'device'],
  other: ['other'],
  device_only: ['device'],
};

/** Winner as partition/pattern. */
const SPACE_TABLE = `
  spaces            dialled  leads to
  line device       2100     line/2XXX
  device_only line  2100     device/2XXX
  line device       2001     device/20XX
  line              2001     line/2XXX
  other line        2001     other/2001
  other             2002     none
  line device       9123     device/9XXX
  line device       91234    line/9!
  missing           2001     none
  missing line      2001     line/2XXX
  -                 2001     none
`;

for (const row of SPACE_TABLE.trim().split('\n').slice(1)) {
  const [spaces = '', dialled = '', expected] = row.trim().split(/\s{2,}/);
  test(`from spaces ${spaces}, ${dialled} leads to ${expected}`, () => {
    const names = spaces.split(' ').filter((name) => name !== '-');
    const found = analyse(compiled(plan(PARTITIONS, SPACES)), names, dialled, '');
    const winner = 'pattern' in found ? `${found.partition}/${found.pattern}` : found.type;
    assert.equal(winner, expected);
  });
}

const FAULTS = `
  (empty)    1   an empty pattern matches nothing
  .          2   an empty pattern matches nothing
  9x         2   "x" cannot be dialled
  9@         2   "@" cannot be dialled
  9é         2   "é" cannot be dialled
  9!1        3   nothing may follow !
  9!!        3   nothing may follow !
  9.1.2      4   one . marks what may be stripped
  9[1-       2   a set is [1-5], [135] or [^1-5], and has a digit
  9[]        2   a set is [1-5], [135] or [^1-5], and has a digit
  9[5-1]     2   a set is [1-5], [135] or [^1-5], and has a digit
  9[1-]      2   a set is [1-5], [135] or [^1-5], and has a digit
  9[1*]      2   a set is [1-5], [135] or [^1-5], and has a digit
  9[^0-9]    2   a set is [1-5], [135] or [^1-5], and has a digit
  9[^]       2   a set is [1-5], [135] or [^1-5], and has a digit
`;

for (const row of FAULTS.trim().split('\n')) {
  const [text = '', column, problem] = row.trim().split(/\s{2,}/);
  test(`pattern ${text}: column ${column}, ${problem}`, () => {
    const fault = { type: 'fault', column: Number(column), problem };
    assert.deepEqual(readPattern(text.replace('(empty)', '')), fault);
  });
}

test('a pattern has 64 places at most', () => {
  assert.deepEqual(
    [readPattern('X'.repeat(64)), readPattern(`${'[12]'.repeat(64)}X`)].map((read) =>
      'type' in read ? read : read.places.length,
    ),
    [64, { type: 'fault', column: 257, problem: 'more than 64 places' }],
  );
});
