/** Values of Call-Info and Alert-Info, and the number in the latter: RFC 3261 §20.4, §20.9, RFC 7463 §7. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  alertInfo,
  readAppearance,
  withoutAppearance,
} from '../../../src/sip/message/alert-info.ts';
import { formatInfoValue, readInfoValue } from '../../../src/sip/message/info-values.ts';
import { splitValues } from '../../../src/sip/message/name-addr.ts';

const octets = fc
  .uint8Array({ maxLength: 200 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));

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

test('an appearance is written as RFC 7463 has it, and read back', () => {
  const text = alertInfo(2);
  assert.deepEqual(
    [text, readAppearance([text]), readAppearance([alertInfo(7, 'http://a.test/ring.wav')])],
    ['<urn:alert:service:normal>;appearance=2', 2, 7],
  );
});

test('which number Alert-Info gives', () => {
  const table: [string[], number | undefined][] = [
    [[], undefined],
    [['<urn:alert:service:normal>'], undefined],
    [['<http://a/b>;info=x, <urn:a:b>;Appearance=3'], 3],
    [['<urn:a:b>;appearance="4"', '<urn:a:c>;appearance=4'], 4],
    [['<urn:a:b>;appearance=1', '<urn:a:c>;appearance=2'], undefined],
    [['<urn:a:b>;appearance=1;appearance=2'], undefined],
    [['<urn:a:b>;appearance=0'], undefined],
    [['<urn:a:b>;appearance=10000'], 10_000],
    [['<urn:a:b>;appearance=10001'], undefined],
    [['<urn:a:b>;appearance=-1'], undefined],
    [['<urn:a:b>;appearance=1x'], undefined],
    [['<urn:a:b>;appearance'], undefined],
    [['urn:a:b;appearance=1'], undefined],
  ];
  assert.deepEqual(
    table.map(([fields]) => readAppearance(fields)),
    table.map(([, number]) => number),
  );
});

test('what comes from outside loses its number and keeps its sound; what cannot be read goes', () => {
  assert.deepEqual(
    withoutAppearance([
      '<http://a/b>;info=alert-autoanswer;x="1,2", <urn:a:b>;appearance=1;y="a b";APPEARANCE=2',
      'Bellcore-dr2;appearance=1',
      '<urn:a:c>',
    ]),
    ['<http://a/b>;info=alert-autoanswer;x="1,2"', '<urn:a:b>;y="a b"', '<urn:a:c>'],
  );
});

test('no text throws, and whatever stood there no number is left after stripping', () => {
  const start = fc.constantFrom('', '<urn:a:b>', '<urn:a:b>;appearance=', '<a>;appearance=1;"');
  fc.assert(
    fc.property(fc.array(fc.tuple(start, octets).map(([a, b]) => a + b)), (fields) => {
      readAppearance(fields);
      const kept = withoutAppearance(fields);
      assert.deepEqual([readAppearance(kept), withoutAppearance(kept)], [undefined, kept]);
    }),
  );
});
