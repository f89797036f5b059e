/** What a manager that is cut off from its cluster has of the directory, and what it refuses (ADR 0022). */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Caller, DigitAnalysis } from '../../src/call/digit-analysis.ts';
import { isolatedDirectory } from '../../src/call/isolation.ts';
import { RegistrationTable } from '../../src/call/registration-table.ts';
import type { Home } from '../../src/process/pid.ts';
import { readDirectory } from '../../src/store/directory/load.ts';

const TEXT = `
lines:
  "2000": { members: { ana: { device: ana }, ben: { device: ben } } }
  "2001": { members: { ana: { device: ana } }, forward: { all: "2002" } }
  "2002": { members: { ben: { device: ben } } }
devices:
  ana: { accept_from: 127.0.0.0/8 }
  ben: { accept_from: 127.0.0.0/8 }
hunts:
  "2900": { lines: ["2001", "2002"] }
gateways:
  gw: { uri: "sip:203.0.113.10", search: trunk, register: { expires: 10m }, auth: { user: u, password: p, realm: r } }
route_plan:
  partitions:
    internal: { "2XXX": line }
    office: { "9XX": { list: world }, "8.!": { list: world } }
    help: { "999": { list: world, emergency: true }, "222": { line: "2000", emergency: true } }
  search: { staff: [internal, office], default: [internal, office], trunk: [internal, help] }
  lists: { world: [gw] }
`;

const read = readDirectory([{ file: 'a.yaml', text: TEXT }], { realm: 'pbx.test', env: {} });
if (!read.ok) throw new Error(JSON.stringify(read.problems));
const GIVEN = read.directory;

const HOME = 'a.1' as Home;

/** 2000 and 2001 are registered here. */
function tableHere(): RegistrationTable {
  const table = new RegistrationTable();
  for (const number of ['2000', '2001']) {
    const entry = { key: `s/${number}`, value: `${HOME}.l${number}`, owner: HOME, revision: 2 };
    table.set(entry.key, entry);
  }
  return table;
}

/** Where each number leads. */
function led(caller: Partial<Caller>, numbers: readonly string[]): readonly string[] {
  const digits = new DigitAnalysis(isolatedDirectory(GIVEN), tableHere());
  const who: Caller = { spaces: ['staff'], number: '2001', isOutside: false, ...caller };
  return numbers.map((number) => {
    const found = digits.analyse(number, who);
    const what = found.type === 'refused' ? found.code : found.type;
    return `${number} ${found.isEmergency ? 'emergency ' : ''}${what}`;
  });
}

test('emergencies and lines that nobody shares and that are here are called, nothing else', () => {
  assert.deepEqual(led({}, ['999', '222', '2001', '2000', '2002', '900', '801', '2900', '77']), [
    '999 emergency list',
    '222 emergency line',
    '2001 line',
    '2000 LW-3012',
    '2002 LW-3012',
    '900 LW-3012',
    '801 LW-3012',
    '2900 LW-3012',
    '77 LW-3001',
  ]);
});

test('who calls from outside reaches lines that nobody shares, and no emergency', () => {
  assert.deepEqual(
    led({ spaces: ['trunk'], isOutside: true }, ['2001', '2000']).concat(
      led({ spaces: [], isOutside: true }, ['999']),
    ),
    ['2001 line', '2000 LW-3012', '999 LW-3003'],
  );
});

test('an emergency is one even where a pattern of the caller is closer', () => {
  const plan = GIVEN.routePlan;
  const partitions = new Map(plan.partitions);
  partitions.set('office', [
    { pattern: '999', action: { type: 'route', target: { type: 'list', list: 'world' } } },
  ]);
  const directory = isolatedDirectory({ ...GIVEN, routePlan: { ...plan, partitions } });
  const digits = new DigitAnalysis(directory, tableHere());
  const found = digits.analyse('999', { spaces: ['staff'], number: '2001', isOutside: false });
  assert.deepEqual([found.type, found.isEmergency], ['list', true]);
});

test('lines forward nothing, gateways are not registered with, and the rest is as it was', () => {
  const { lines, gateways, isIsolated, ...rest } = isolatedDirectory(GIVEN);
  const { lines: linesBefore, gateways: gatewaysBefore, ...before } = GIVEN;
  const { forward, ...line } = linesBefore.get('2001') ?? {};
  const { registerS, ...gateway } = gatewaysBefore.get('gw') ?? {};
  assert.deepEqual(
    { isIsolated, line: lines.get('2001'), gateway: gateways.get('gw'), rest },
    { isIsolated: true, line, gateway, rest: before },
  );
  assert.deepEqual([forward !== undefined, registerS], [true, 600]);
});
