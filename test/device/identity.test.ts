/** What is dialled, and in whose domain. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  dialledOf,
  isAddressOfOurs,
  isOurs,
  nameAddrOf,
  partyOfDevice,
} from '../../src/device/identity.ts';
import { parseUri } from '../../src/sip/message/uri.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';

const DOMAINS = new Set(['pbx.test']);

const ROWS = `
  sip:2000@pbx.test              2000      ours
  sip:2000@PBX.test:5070         2000      ours
  sip:2000@192.0.2.1:5060        2000      ours
  sip:2000@[2001:db8::1]         2000      ours
  sips:2000@localhost            2000      ours
  tel:+441234                    +441234   ours
  sip:20%30%30@pbx.test          2000      ours
  sip:2000@other.example         2000      not
  sip:2000@pbx.test.evil.com     2000      not
`;

for (const row of ROWS.trim().split('\n')) {
  const [text = '', dialled, whose] = row.trim().split(/\s+/);
  test(`${text} is ${dialled}, ${whose} ours`.replace('ours ours', 'ours'), () => {
    const uri = parseUri(text);
    assert(uri);
    assert.deepEqual([dialledOf(text), isOurs(uri, DOMAINS)], [dialled, whose === 'ours']);
  });
}

test('a name from outside cannot break out of its quotes, nor a number out of its URI', () => {
  const party = { number: '1>;x@y', name: 'A"\r\nX: y' };
  assert.equal(nameAddrOf(party, 'pbx.test'), '"A\\"  X: y" <sip:1%3E;x%40y@pbx.test>');
});

test('names of the directory leave as UTF-8', () => {
  const directory = simulationDirectory('pbx.test');
  const named = (name: string) => {
    const device = directory.devices.get('1001');
    assert(device);
    const value = nameAddrOf(partyOfDevice(directory, { ...device, name }), 'pbx.test');
    return Buffer.from(value, 'latin1').toString('utf8');
  };
  assert.deepEqual(['Zoë', 'Łukasz', 'Ana'].map(named), [
    '"Zoë" <sip:1001@pbx.test>',
    '"Łukasz" <sip:1001@pbx.test>',
    '"Ana" <sip:1001@pbx.test>',
  ]);
});

for (const [uri, isOurs] of [
  ['sip:2001@pbx.test', true],
  ['sip:2001@192.0.2.1:5060', true],
  ['tel:+442079460018', true],
  ['tel:2001;phone-context=pbx.test', true],
  ['tel:2001;phone-context=evil.test', false],
  ['sip:2001@evil.test', false],
  ['sip:2001@pbx.test.evil.test', false],
  ['sip:2001;phone-context=evil.test@pbx.test;user=phone', false],
] as const)
  test(`${uri} is ${isOurs ? 'ours' : 'not ours'}`, () => {
    assert.equal(isAddressOfOurs(uri, new Set(['pbx.test'])), isOurs);
  });
