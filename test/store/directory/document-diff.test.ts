/** What differs between two versions, in words and as text. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Document } from '../../../src/store/directory/document.ts';
import { diffDocuments, summaryOf } from '../../../src/store/directory/document-diff.ts';

const ha1 = (letter: string) => ({ md5: letter.repeat(32), sha256: letter.repeat(64) });

const BEFORE: Document = [
  ['lines', '2001', { name: 'Reception', members: { ana: { device: 'ana' } } }],
  ['devices', 'ana', { ha1: ha1('a') }],
  ['devices', 'old', { ha1: ha1('c') }],
  ['gateways', 'gw', { uri: 'sip:203.0.113.10' }],
  ['route_plan', 'partitions', 'office', '9.0XX', { list: 'london' }],
  ['route_plan', 'partitions', 'office', '0XX', { list: 'london' }],
];

const AFTER: Document = [
  ['lines', '2001', { members: { ana: { device: 'ana' }, ben: { device: 'ben' } }, name: 'Desk' }],
  ['devices', 'ana', { ha1: ha1('b') }],
  ['devices', 'ben', { ha1: ha1('a'), number: '1002' }],
  ['gateways', 'gw', { uri: 'sip:203.0.113.10' }],
  ['route_plan', 'partitions', 'office', '0XX', { list: 'london' }],
  ['route_plan', 'partitions', 'office', '9.0XX', { list: 'paris' }],
];

test('each entry that differs is said in words, and passwords never are', () => {
  const changes = diffDocuments(BEFORE, AFTER);
  assert.deepEqual(
    changes.map(({ what, change, details }) => [what, change, ...details]),
    [
      ['line 2001', 'changed', 'name: Reception -> Desk', 'members.ben: {"device":"ben"} added'],
      ['device ana', 'changed', 'ha1: another password'],
      ['device ben', 'added'],
      ['pattern 9.0XX in partition office', 'changed', 'list: london -> paris'],
      ['device old', 'removed'],
      ['order of the route plan', 'changed', 'its entries stand in another order'],
    ],
  );
});

test('a change as text has what is around it', () => {
  const [line] = diffDocuments(BEFORE, AFTER);
  assert.deepEqual(line?.text, [
    ' lines:',
    '   "2001":',
    '-    name: Reception',
    '     members:',
    '       ana:',
    '         device: ana',
    '+      ben:',
    '+        device: ben',
    '+    name: Desk',
  ]);
});

test('the summary counts by kind', () => {
  const more: Document = [...AFTER, ['devices', 'cas', {}]];
  assert.deepEqual(
    [summaryOf(diffDocuments(BEFORE, more)), summaryOf(diffDocuments(BEFORE, BEFORE))],
    [
      '1 line changed, 1 device changed, 2 devices added, 1 pattern changed, 1 device removed, 1 route plan changed',
      '',
    ],
  );
});

test('the order of keys is no difference, and neither is that of lines and devices', () => {
  const turned: Document = [
    ['devices', 'old', { ha1: ha1('c') }],
    ['devices', 'ana', { ha1: { sha256: 'a'.repeat(64), md5: 'a'.repeat(32) } }],
    ...BEFORE.filter(([section]) => section !== 'devices'),
  ];
  assert.deepEqual(diffDocuments(BEFORE, turned), []);
});
