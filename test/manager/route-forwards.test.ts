/** What a route test says of the forwards that a call would meet. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DigitAnalysis } from '../../src/call/digit-analysis.ts';
import { LineSettings } from '../../src/call/forwarding/line-settings.ts';
import { emergencyForwardsFrom, forwardsFrom } from '../../src/manager/route-forwards.ts';
import { readDirectory } from '../../src/store/directory/load.ts';

const TEXT = `
lines:
  "2001": { forward: { all: "2002" }, members: { ana: { device: ana } } }
  "2002": { no_answer: { to: "902079460018" }, forward: { busy: "2003" }, members: { ana: { device: ana } } }
  "2003": { dnd: on, search: inside, members: { ana: { device: ana } } }
  "2004": { forward: { all: "2001" }, members: { ana: { device: ana } } }
devices:
  ana: { password: secret, search: staff }
gateways: { london: { uri: "sip:203.0.113.10" } }
route_plan:
  partitions: { out: { "9.0!": { list: london, digits: "strip 9, 0 -> +44" } } }
  search: { staff: [lines, out], inside: [lines] }
  lists: { london: [london] }
`;

function plan() {
  const read = readDirectory([{ file: 'test', text: TEXT }], { realm: 'pbx.test', env: {} });
  assert(read.ok, JSON.stringify(read));
  const { directory } = read;
  return { directory, digits: new DigitAnalysis(directory), settings: new LineSettings() };
}

test('along the lines that forward all, then what the last one does not take; with the rights of each', () => {
  assert.deepEqual(forwardsFrom('2001', plan()), [
    { line: '2001', when: 'all', to: '2002', leadsTo: 'line 2002' },
    { line: '2002', when: 'busy', to: '2003', leadsTo: 'line 2003' },
    {
      ...{ line: '2002', when: 'no answer', to: '902079460018' },
      leadsTo: 'leaves as +442079460018 by list london',
    },
  ]);
});

test('what members have set counts; a circle and do not disturb are said with their codes', () => {
  const given = plan();
  const said = { by: 'ana', who: 'ana', atMs: 0, isOn: true };
  given.settings.set('2002', 'all', { ...said, to: '2004' });
  given.settings.set('2003', 'unreachable', { ...said, to: '902079460018' });
  assert.deepEqual(
    { circle: forwardsFrom('2004', given), dnd: forwardsFrom('2003', given) },
    {
      circle: [
        { line: '2004', when: 'all', to: '2001', leadsTo: 'line 2001' },
        { line: '2001', when: 'all', to: '2002', leadsTo: 'line 2002' },
        { line: '2002', when: 'all', to: '2004', leadsTo: 'line 2004' },
        { line: '2004', when: 'all', to: '', leadsTo: 'LW-3401 forwards go round in a circle' },
      ],
      dnd: [{ line: '2003', when: 'do not disturb', to: '', leadsTo: 'LW-3405 do not disturb' }],
    },
  );
});

test('of an emergency call those of the directory that are for what the line does not take', () => {
  const given = plan();
  const said = { by: 'ana', who: 'ana', atMs: 0, isOn: true };
  given.settings.set('2002', 'all', { ...said, to: '2004' });
  given.settings.set('2003', 'unreachable', { ...said, to: '902079460018' });
  assert.deepEqual(
    ['2001', '2002', '2003'].map((line) =>
      emergencyForwardsFrom(line, given).map(({ when, leadsTo }) => `${when}: ${leadsTo}`),
    ),
    [[], ['busy: line 2003', 'no answer: leaves as +442079460018 by list london'], []],
  );
});
