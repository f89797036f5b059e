/** What a phone takes as Call-Info and what it does not; the manager's own writer is held against it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { formatCallInfo } from '../../../src/device/dialects/call-info.ts';
import { readIndex, readLamps } from '../../../src/testkit/phones/call-info-reader.ts';

const REST = '<sip:pbx.test>;appearance-index=*;appearance-state=idle';
const NAMED = '<sip:pbx.test>;appearance-index=1;appearance-state=active;appearance-uri=';

test('reads a line: indices with states and remote parties, then the rest', () => {
  const read = readLamps([
    String.raw`<sip:pbx.test>;appearance-uri="\"Bob, \\o/\" <sip:5551@pbx.test>";appearance-index=2;appearance-state=held`,
    `<sip:pbx.test>;appearance-index=3;appearance-state=seized,${REST}`,
  ]);
  assert.deepEqual(read, {
    ok: true,
    lamps: new Map([
      [2, { state: 'held', uri: String.raw`"Bob, \o/" <sip:5551@pbx.test>` }],
      [3, { state: 'seized', uri: '' }],
    ]),
    hasRest: true,
  });
});

for (const [field, fault] of [
  ['<sip:pbx.test>;appearance-state=active', 'a value without appearance-index'],
  ['<sip:pbx.test>;appearance-index=0;appearance-state=active', 'no index: 0'],
  ['<sip:pbx.test>;appearance-index=1', "appearance 1 has the state ''"],
  ['<sip:pbx.test>;appearance-index=1;appearance-state=busy', "appearance 1 has the state 'busy'"],
  [
    `${REST},<sip:pbx.test>;appearance-index=1;appearance-state=active`,
    'something follows appearance-index=*',
  ],
  [`${NAMED}<sip:5551@pbx.test>,${REST}`, 'appearance-uri without quotes'],
  [`${NAMED}"Bob"`, 'appearance-uri is no address: Bob'],
  [`${NAMED}"<sip:1@d>",${NAMED}"<sip:1@d>"`, 'appearance 1 is named twice'],
  [
    '<sip:d>;appearance-index=1;appearance-index=2;appearance-state=idle',
    'appearance-index twice in one value',
  ],
  ['<sip:d>;appearance-index=*;appearance-state=active', "all others are 'active'"],
] as const)
  test(`does not take ${field}`, () => {
    const read = readLamps([field]);
    assert(!read.ok);
    assert.equal(read.fault.slice(0, 11 + fault.length), `Call-Info: ${fault}`);
  });

test('reads the one index of an INVITE; several are none', () => {
  const indices = ['1', '12', '0', 'x', '*'].map((text) =>
    readIndex([`<sip:pbx.test>;appearance-index=${text}`]),
  );
  const several = readIndex(['<sip:d>;appearance-index=1', '<sip:d>;appearance-index=2']);
  assert.deepEqual(
    [indices, several, readIndex([])],
    [[1, 12, undefined, undefined, undefined], undefined, undefined],
  );
});

test('takes what the manager writes, with every character that a name may have', () => {
  const remote = { displayName: String.raw`"Zoë" \ , ; <x>`, uri: 'sip:5551@pbx.test;user=phone' };
  const text = formatCallInfo(
    [
      { index: 1, state: 'held-private', remote },
      { index: '*', state: 'idle', remote: undefined },
    ],
    'pbx.test',
  );
  assert.deepEqual(readLamps([text]), {
    ok: true,
    lamps: new Map([
      [
        1,
        {
          state: 'held-private',
          uri: String.raw`"\"Zoë\" \\ , ; <x>" <sip:5551@pbx.test;user=phone>`,
        },
      ],
    ]),
    hasRest: true,
  });
});
