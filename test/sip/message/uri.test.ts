/** URIs: RFC 3261 §19.1. The tables of §19.1.4 stand here as its text has them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  escapeUser,
  formatUri,
  parseUri,
  sameUri,
  unescapeUser,
} from '../../../src/sip/message/uri.ts';

const NONE = new Map<string, string>();

const READ: readonly [text: string, parts: unknown][] = [
  [
    'sip:alice:secretword@Atlanta.com;transport=TCP;lr?subject=project%20x&priority=urgent',
    {
      scheme: 'sip',
      user: 'alice',
      password: 'secretword',
      host: 'atlanta.com',
      port: 0,
      parameters: new Map([
        ['transport', 'TCP'],
        ['lr', ''],
      ]),
      headers: 'subject=project%20x&priority=urgent',
    },
  ],
  [
    'SIPS:[2001:DB8::10]:5061',
    {
      scheme: 'sips',
      user: '',
      password: '',
      host: '2001:db8::10',
      port: 5061,
      parameters: NONE,
      headers: '',
    },
  ],
  [
    'sip:+1-212-555-1212:1234@gateway.com;user=phone',
    {
      scheme: 'sip',
      user: '+1-212-555-1212',
      password: '1234',
      host: 'gateway.com',
      port: 0,
      parameters: new Map([['user', 'phone']]),
      headers: '',
    },
  ],
  [
    'tel:+358-555-1234567;postd=pp22',
    {
      scheme: 'tel',
      user: '+358-555-1234567',
      password: '',
      host: '',
      port: 0,
      parameters: new Map([['postd', 'pp22']]),
      headers: '',
    },
  ],
  [
    'urn:service:sos',
    {
      scheme: 'urn',
      user: 'service:sos',
      password: '',
      host: '',
      port: 0,
      parameters: NONE,
      headers: '',
    },
  ],
];

for (const [text, parts] of READ) {
  test(`${text} is read`, () => {
    assert.deepEqual(parseUri(text), parts);
  });
}

test('malformed URIs are undefined', () => {
  const malformed = [
    '',
    'sip',
    'sip:',
    ':a@b',
    'sip:@b',
    'sip:a@',
    'sip:a@b@c',
    'sip:a@b:',
    'sip:a@b:x',
    'sip:a@b:70000',
    'sip:a@[::1',
    'sip:a@[::1]x',
    'sip:a b@c',
    'sip:a@b;',
    'sip:a@b;x;x',
    'sip:a@b;=x',
    'sip:%Z1@b',
    'sip:a@b>',
    'sip:a@b\r\nc',
    'tel:',
  ];
  assert.deepEqual(
    malformed.filter((text) => parseUri(text) !== undefined),
    [],
  );
});

/** RFC 3261 §19.1.4, its lists of equivalent URIs and of those that are not. */
const SAME: readonly [one: string, other: string, same: boolean][] = [
  ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp', true],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5', true],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on', true],
  [
    'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
    'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    true,
  ],
  [
    'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
    'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    true,
  ],
  ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP', false],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060', false],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp', false],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp', false],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting', false],
  ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4', false],
  ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off', false],
  ['sip:a@b', 'sips:a@b', false],
  ['sip:a%3bb@c', 'sip:a;b@c', false],
  ['sip:a%2fb@c', 'sip:a%2Fb@c', true],
];

for (const [one, other, same] of SAME) {
  test(`${one} and ${other} are ${same ? '' : 'not '}the same, either way round`, () => {
    const [first, second] = [parseUri(one), parseUri(other)];
    assert(first && second);
    assert.deepEqual([sameUri(first, second), sameUri(second, first)], [same, same]);
  });
}

test('a URI is written as it is read', () => {
  const texts = ['sip:a:b@c:1;d=e;f?g=h', 'sips:[::1]:5061', 'tel:+1;phone-context=+49', 'urn:x:y'];
  assert.deepEqual(
    texts.map((text) => {
      const uri = parseUri(text);
      return uri && formatUri(uri);
    }),
    texts,
  );
});

test('what may not stand in a user part is escaped, and comes back', () => {
  const text = 'a b@c:d"é\r\n%';
  const latin1 = Buffer.from(text, 'utf8').toString('latin1');
  assert.deepEqual(
    [escapeUser(latin1), unescapeUser(escapeUser(latin1)), unescapeUser('%4%zz%')],
    ['a%20b%40c%3Ad%22%C3%A9%0D%0A%25', latin1, '%4%zz%'],
  );
});
