/** Addresses, parameters and lists in header fields: RFC 3261 §20.10, §25.1; RFC 7616 §3.4. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseNameAddr, parseNameAddrs, splitValues } from '../../../src/sip/message/name-addr.ts';
import { parseCredentials, parseParameterised } from '../../../src/sip/message/parameters.ts';

/** Value; display name, URI and parameters. */
const ADDRESSES: readonly [value: string, displayName: string, uri: string, parameters: string][] =
  [
    ['<sip:a@b>', '', 'sip:a@b', ''],
    ['sip:a@b', '', 'sip:a@b', ''],
    ['sip:a@b;tag=1', '', 'sip:a@b', 'tag=1'],
    ['<sip:a@b;x=y?h=v>;tag=1', '', 'sip:a@b;x=y?h=v', 'tag=1'],
    ['Ana Lee <sip:a@b>', 'Ana Lee', 'sip:a@b', ''],
    ['"Ana, \\"the\\" <Lee>; a" <sip:a@b>;Q=0.5', 'Ana, "the" <Lee>; a', 'sip:a@b', 'q=0.5'],
    ['""<sip:a@b>', '', 'sip:a@b', ''],
    [
      '<sip:a@b>;+sip.instance="<urn:uuid:1;2,3>";reg-id=1;ob',
      '',
      'sip:a@b',
      '+sip.instance=<urn:uuid:1;2,3> reg-id=1 ob=',
    ],
    ['<tel:+1;phone-context=x> ; a = "b\\"c"', '', 'tel:+1;phone-context=x', 'a=b"c'],
  ];

for (const [value, displayName, uri, parameters] of ADDRESSES) {
  test(`${value} is read`, () => {
    const pairs = parameters === '' ? [] : parameters.split(' ');
    assert.deepEqual(parseNameAddr(value), {
      displayName,
      uri,
      parameters: new Map(
        pairs.map((pair) => {
          const equal = pair.indexOf('=');
          return [pair.slice(0, equal), pair.slice(equal + 1)];
        }),
      ),
    });
  });
}

test('malformed addresses are undefined', () => {
  const malformed = [
    '',
    '*',
    'a',
    '<a>',
    '<sip:>',
    '<sip:a@b',
    'sip:a@b>',
    '"a <sip:a@b>',
    '"a" sip:a@b',
    'a, b <sip:a@b>',
    '<sip:a@b>, <sip:c@d>',
    '< sip:a@b>',
    '<sip:a b@c>',
    '<sip:a@b>tag=1',
    '<sip:a@b>;',
    '<sip:a@b>;x=1;X=2',
    '<sip:a@b>;x=',
    '<sip:a@b>;x="1',
    'sip:a@b?h=v',
    'sip:a@b\x00',
  ];
  assert.deepEqual(
    malformed.filter((value) => parseNameAddr(value) !== undefined),
    [],
  );
});

test('lists part at commas outside quotes and brackets', () => {
  assert.deepEqual(
    ['', 'a', ' a , b,,c ', '"x,y" <sip:a,b@c>, <sip:d@e>', '"open, <also', '<open, a'].map(
      splitValues,
    ),
    [
      [],
      ['a'],
      ['a', 'b', 'c'],
      ['"x,y" <sip:a,b@c>', '<sip:d@e>'],
      ['"open, <also'],
      ['<open, a'],
    ],
  );
});

test('one malformed address spoils its list', () => {
  assert.deepEqual(
    [parseNameAddrs('<sip:a@b>, sip:c@d')?.map(({ uri }) => uri), parseNameAddrs('<sip:a@b>, c')],
    [['sip:a@b', 'sip:c@d'], undefined],
  );
});

test('values with parameters', () => {
  assert.deepEqual(
    [
      parseParameterised('SIP;cause=200;text="Call completed elsewhere"'),
      parseParameterised(' dialog ; Call-ID=x ; sla'),
      parseParameterised(';a=b'),
      parseParameterised('a;b=;c'),
    ],
    [
      {
        value: 'SIP',
        parameters: new Map([
          ['cause', '200'],
          ['text', 'Call completed elsewhere'],
        ]),
      },
      {
        value: 'dialog',
        parameters: new Map([
          ['call-id', 'x'],
          ['sla', ''],
        ]),
      },
      undefined,
      undefined,
    ],
  );
});

test('credentials', () => {
  assert.deepEqual(
    [
      parseCredentials('Digest username="a\\"b", realm="x, y",nc=00000001 , uri="sip:a;b=c"'),
      parseCredentials('Basic'),
      parseCredentials('Digest a="1", a="2"'),
      parseCredentials('Digest a="1" b="2"'),
    ],
    [
      {
        scheme: 'Digest',
        parameters: new Map([
          ['username', 'a"b'],
          ['realm', 'x, y'],
          ['nc', '00000001'],
          ['uri', 'sip:a;b=c'],
        ]),
      },
      undefined,
      undefined,
      undefined,
    ],
  );
});
