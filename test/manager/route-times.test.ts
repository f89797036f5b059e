/** A number that leads elsewhere out of hours: in the files of a directory, in a lookup, and as it is explained. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DigitAnalysis } from '../../src/call/digit-analysis.ts';
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
