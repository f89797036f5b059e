/** A number that leads elsewhere out of hours: in the files of a directory, in a lookup, and as it is explained. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DigitAnalysis } from '../../src/call/digit-analysis.ts';
import type { Directory } from '../../src/call/directory.ts';
import { RegistrationTable } from '../../src/call/registration-table.ts';
import { testRoute } from '../../src/manager/route-test.ts';
import { readDirectory } from '../../src/store/directory/load.ts';
import { formatProblem } from '../../src/store/problem.ts';

const PLAN = `
devices: { ana: { password: x, number: "2001" }, ben: { password: x, number: "2009" } }
gateways: { trunk: { uri: "sip:192.0.2.1", search: inbound } }
route_plan:
  partitions:
    day: { "+4420": { line: "2001" } }
    night: { "+4420": { line: "2009" } }
    emergency: { "999": { list: out, emergency: true } }
  search: { inbound: [day, night], default: [day] }
  lists: { out: [trunk] }
  schedules:
    office: { zone: Europe/London, open: ["Mon-Fri 09:00-17:30"], closed: ["12-25"] }
  valid: { day: office, night: not office, emergency: office }
`;

function read(text: string) {
  const result = readDirectory([{ file: 'a.yaml', text }], { realm: 'pbx.test', env: {} });
  return result.ok ? result.directory : result.problems.map(formatProblem);
}

function loaded() {
  const directory = read(PLAN);
  assert(!Array.isArray(directory), String(directory));
  return directory as Exclude<typeof directory, readonly string[]>;
}

const DAY = Date.parse('2026-07-01T10:00Z');
const EVENING = Date.parse('2026-07-01T18:00Z');
const CHRISTMAS = Date.parse('2026-12-25T10:00Z');

test('a number leads elsewhere out of hours and on holidays, and route test says why', () => {
  const directory = loaded();
  const tester = { directory, digits: new DigitAnalysis(directory), stateOf: undefined };
  const seen = [DAY, EVENING, CHRISTMAS].map((at) => {
    const result = testRoute(tester, 'trunk', '+4420', at);
    assert(!('absent' in result));
    const [round] = result.walks[0]?.rounds ?? [];
    return [result.verdict, round?.invalid.map(({ partition, when }) => `${partition}: ${when}`)];
  });
  assert.deepEqual(seen, [
    ['+4420 from trunk goes to line 2001', ['night: not office']],
    ['+4420 from trunk goes to line 2009', ['day: office']],
    ['+4420 from trunk goes to line 2009', ['day: office']],
  ]);
});

test('calls are judged by the clock that digit analysis is given; emergency numbers at any time', () => {
  const directory = loaded();
  let nowMs = DAY;
  const digits = new DigitAnalysis(directory, new RegistrationTable(), undefined, {
    epochMs: () => nowMs,
  });
  const caller = { spaces: ['default'], number: '2001', isOutside: false };
  const dial = (number: string) => {
    const analysis = digits.analyse(number, caller);
    return analysis.type === 'refused' ? analysis.code : analysis.type;
  };
  const seen: string[][] = [];
  for (const at of [DAY, EVENING, DAY + 60_000]) {
    nowMs = at;
    seen.push([dial('+4420'), dial('999')]);
  }
  // LW-3008: it leads to the line, whose phone is not registered.
  assert.deepEqual(seen, [
    ['LW-3008', 'list'],
    ['LW-3001', 'list'],
    ['LW-3008', 'list'],
  ]);
});

const PATTERNS = `
devices: { ana: { password: x, number: "2001" }, ben: { password: x, number: "2009" } }
gateways: { trunk: { uri: "sip:192.0.2.1", search: inbound } }
route_plan:
  partitions:
    inbound:
      "+4420": [{ line: "2001", when: office }, { line: "2009" }]
      "+44XX": { block: busy, when: not office }
    day:
      "2XXX": [{ line: dialled, when: office }, { block: busy, when: not office }]
      "99!": { list: out, when: office }
    emergency: { "999": { list: out, emergency: true } }
  search: { inbound: [inbound], default: [day] }
  lists: { out: [trunk] }
  schedules: { office: { zone: Europe/London, open: ["Mon-Fri 09:00-17:30"] } }
`;

test('a pattern counts at its times only, and its alternatives at theirs; route test says why', () => {
  const directory = read(PATTERNS);
  assert(!Array.isArray(directory), String(directory));
  const tester = {
    directory: directory as Directory,
    digits: new DigitAnalysis(directory as Directory),
    stateOf: undefined,
  };
  const dial = (from: string, number: string) =>
    [DAY, EVENING].map((at) => {
      const result = testRoute(tester, from, number, at);
      assert(!('absent' in result));
      const [round] = result.walks[0]?.rounds ?? [];
      return [result.verdict, round?.leadsTo, round?.invalid.map(({ when }) => when).join()];
    });
  assert.deepEqual(
    [dial('trunk', '+4420'), dial('trunk', '+4421'), dial('ana', '2009'), dial('ana', '991')],
    [
      [
        ['+4420 from trunk goes to line 2001', 'line 2001', 'not office'],
        ['+4420 from trunk goes to line 2009', 'line 2009', 'office'],
      ],
      [
        [
          'LW-3001 unknown number: +4421 from trunk: nearest pattern +4420 differs at digit 5',
          '',
          'not office',
        ],
        [
          'LW-3002 blocked by the route plan: +4421 from trunk: pattern +44XX of partition inbound',
          'block busy',
          'office',
        ],
      ],
      [
        ['2009 from 2001 goes to line 2009', 'line', 'not office'],
        [
          'LW-3002 blocked by the route plan: 2009 from 2001: pattern 2XXX of partition day',
          'block busy',
          'office',
        ],
      ],
      [
        ['991 from 2001 leaves as 991 by list out', 'list out', 'not office'],
        ['LW-3001 unknown number: 991 from 2001: no pattern begins like that', '', 'office'],
      ],
    ],
  );
});

test('what is wrong with the times of patterns is said where it is', () => {
  const wrong = PATTERNS.replace('when: not office }\n    day', 'when: not ofice }\n    day')
    .replace('{ line: "2009" }]', '{ line: "2009", when: office }]')
    .replace('"99!": {', '"98!": []\n      "99!": {')
    .replace('emergency: true', 'emergency: true, when: office');
  assert.deepEqual(read(wrong), [
    "a.yaml:7:7: pattern '+4420': two of them are for the same times",
    "a.yaml:8:37: unknown schedule 'ofice' (did you mean 'office'?)",
    'a.yaml:11:14: expected at least one of them',
    "a.yaml:13:55: 'when' means nothing beside 'emergency': it always counts",
  ]);
});

test('what is wrong with schedules is said where it is', () => {
  const wrong = PLAN.replace('Europe/London', 'Europe/Londres')
    .replace('valid: { day: office', 'valid: { dya: office, day: ofice')
    .replace(
      '  valid:',
      '    late: { zone: UTC, open: ["Mon-Foo 09:00-17:30", "25:00-26:00"] }\n  valid:',
    );
  assert.deepEqual(read(wrong), [
    "a.yaml:12:21: unknown time zone 'Europe/Londres': expected one such as Europe/London",
    "a.yaml:13:31: expected days and hours such as 'Mon-Fri 09:00-17:30', got 'Mon-Foo 09:00-17:30'",
    "a.yaml:13:54: expected days and hours such as 'Mon-Fri 09:00-17:30', got '25:00-26:00'",
    "a.yaml:14:12: unknown partition 'dya' (did you mean 'day'?)",
    "a.yaml:14:30: unknown schedule 'ofice' (did you mean 'office'?)",
  ]);
});
