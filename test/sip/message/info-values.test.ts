/** Values of Call-Info and Alert-Info, and the number in the latter: RFC 3261 §20.4, §20.9, RFC 7463 §7. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { alertInfo } from '../../../src/sip/message/alert-info.ts';
import { formatInfoValue, readInfoValue } from '../../../src/sip/message/info-values.ts';
import { splitValues } from '../../../src/sip/message/name-addr.ts';

test('a value is a URI in brackets with parameters, which may repeat and be quoted', () => {
  const text = ' <sip:a@b;x=y,z> ; One = 1;two="a\\"b;c,d" ;;one=2;bare; ';
  assert.deepEqual(readInfoValue(text), {
    uri: 'sip:a@b;x=y,z',
    parameters: [
      ['one', '1'],
      ['two', 'a"b;c,d'],
      ['one', '2'],
      ['bare', ''],
    ],
  });
});

test('what is no such value is none', () => {
  const wrong = [
    '',
    ' ',
    'sip:a@b',
    '<>',
    '<sip:a',
    '<sip:a b>',
    '<a>x=1',
    '<a>;x=',
    '<a>;x="1',
    '<a>;x=1 y',
  ];
  assert.deepEqual(
    wrong.map(readInfoValue),
    wrong.map(() => undefined),
  );
});

test('readInfoValue(formatInfoValue(v)) is v, and it stays one value of a list', () => {
  const value = fc.record(
    {
      uri: fc.stringMatching(/^[!#-;=?-~\x80-\xff]{1,30}$/),
      parameters: fc.array(
        fc.tuple(
          fc.stringMatching(/^[-.!%*_+`'~0-9a-z]{1,10}$/),
          fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,20}$/),
        ),
        { maxLength: 5 },
      ),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(value, (v) => {
      const text = formatInfoValue(v);
      assert.deepEqual([readInfoValue(text), splitValues(text).length], [v, 1]);
    }),
  );
});

test('an appearance is written as RFC 7463 has it', () => {
  assert.deepEqual(
    [alertInfo(2), alertInfo(7, 'http://a.test/ring.wav')],
    ['<urn:alert:service:normal>;appearance=2', '<http://a.test/ring.wav>;appearance=7'],
  );
});
