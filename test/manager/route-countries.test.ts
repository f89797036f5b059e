/** Numbers as people dial them, as all the world writes them, and as a gateway wants them: by the countries of the plan. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DigitAnalysis } from '../../src/call/digit-analysis.ts';
import { callerFor, numberFor, numberFrom } from '../../src/device/trunk/numbers.ts';
import { routeRows } from '../../src/manager/route-rows.ts';
import { readDirectory } from '../../src/store/directory/load.ts';
import { formatProblem } from '../../src/store/problem.ts';

const PLAN = `
devices: { ana: { password: x, number: "2001" } }
gateways:
  gw: { uri: "sip:192.0.2.1", numbers: { country: uk, send: national } }
  far: { uri: "sip:192.0.2.2", numbers: { country: us, send: plain } }
route_plan:
  countries:
    uk: { code: 44, area: "20", digits: 9-10 }
    us: { code: 1, national: "1", international: "011", bare: on, digits: 10 }
  partitions:
    dialled:
      "9.0!": { translate: world, digits: "strip ., E.164 uk" }
      "9.[1-9]!": { translate: world, digits: "strip ., E.164 uk" }
      "8.!": { translate: world, digits: "strip ., E.164 us" }
      "7!": { list: out, digits: "7 -> +44, national uk" }
    world: { "+44[127]!": { list: out }, "+!": { list: abroad }, "+4490!": block }
  search: { default: [lines, dialled, world], world: [world] }
  lists: { out: [gw], abroad: [far] }
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

// dialled | list | number there | as the gateway is sent it
const CALLS = `
  902079460018     | out    | +442079460018 | 02079460018
  979460018        | out    | +442079460018 | 02079460018
  +442079460018    | out    | +442079460018 | 02079460018
  90033140000000   | abroad | +33140000000  | 33140000000
  +33140000000     | abroad | +33140000000  | 33140000000
  84155550100      | abroad | +14155550100  | 14155550100
  814155550100     | abroad | +14155550100  | 14155550100
  8011442079460018 | out    | +442079460018 | 02079460018
  72079460018      | out    | 02079460018   | 02079460018
  909012345678     | LW-3002 |              |
`;

for (const row of CALLS.trim().split('\n')) {
  const [dialled = '', list, number, sent] = row.split('|').map((cell) => cell.trim());
  test(`${dialled}: ${list} ${number}`, () => {
    const { gateways, ...directory } = loaded();
    const digits = new DigitAnalysis({ gateways, ...directory });
    const analysis = digits.analyse(dialled, { spaces: [], number: '2001', isOutside: false });
    if (analysis.type === 'refused') return assert.equal(analysis.code, list);
    assert(analysis.type === 'list');
    const [gateway] = analysis.list.groups[0]?.gateways ?? [];
    const there = gateways.get(gateway?.gateway ?? '');
    assert(there !== undefined);
    assert.deepEqual(
      [analysis.list.name, analysis.number, numberFor(there, analysis.number)],
      [list, number, sent],
    );
  });
}

test('what comes in by a gateway of a country is made E.164, and who calls is written as it is there', () => {
  const gateway = loaded().gateways.get('gw');
  assert(gateway !== undefined);
  assert.deepEqual(
    [
      ...['02079460018', '79460018', '00442079460018', '+442079460018', '2001'].map((number) =>
        numberFrom(gateway, number),
      ),
      callerFor(gateway, '+442079460018'),
    ],
    [...Array(4).fill('+442079460018'), '2001', '02079460018'],
  );
});

test('patterns are listed with the form that they make', () => {
  const rows = routeRows(loaded(), 100).items;
  assert.deepEqual(
    rows.find(({ pattern }) => pattern === '9.0!')?.digits,
    'strip 1 digit, E.164 uk',
  );
});

test('what is wrong with countries is said where it is', () => {
  const wrong = PLAN.replace('digits: 9-10', 'digits: 10-9, areacode: 2')
    .replace('us: { code: 1,', 'us: { code: "+1",')
    .replace('country: us', 'country: us, area: "2"')
    .replace('E.164 us', 'E.164 gb')
    .replace('national uk', 'national uk, prefix 9')
    .replace('numbers: { country: uk', 'numbers: { country: ue')
    .replace('"strip ., E.164 uk"', '"strip ., E.164"');
  assert.deepEqual(read(wrong), [
    "a.yaml:4:51: unknown country 'ue' (did you mean 'uk'?)",
    "a.yaml:5:56: 'area' is for country 'us' to say",
    "a.yaml:8:41: expected a count of digits such as '10' or '9-10', got '10-9'",
    "a.yaml:8:47: unknown key 'areacode' (known here: code, national, international, digits, bare, area, local_digits)",
    'a.yaml:9:17: expected a country code such as 44',
    "a.yaml:12:43: expected 'E.164 uk', or another country",
    "a.yaml:14:42: unknown country 'gb'",
    "a.yaml:15:34: nothing can follow the form before 'prefix 9'",
  ]);
});

test('with one country its name may be left out; without any there is no form', () => {
  const plan = (countries: string) => `
gateways: { gw: { uri: "sip:192.0.2.1" } }
route_plan:
  countries: ${countries}
  lists: { out: [gw] }
  partitions: { office: { "0!": { list: out, digits: E.164 } } }
`;
  const one = read(plan('{ uk: { code: 44 } }'));
  assert(!Array.isArray(one));
  assert.deepEqual(read(plan('{}')), ["a.yaml:6:54: 'E.164' needs 'countries' in the route plan"]);
});
