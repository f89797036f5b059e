/** Bodies of several parts: what is read of them, and what cannot be. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { partsOf } from '../../../src/sip/message/multipart.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';

const CORPUS = resolve(import.meta.dirname, '../../corpus/rfc4475/mpart01.dat');
const MIXED = 'multipart/mixed;boundary=x';

/** Lines, each with CRLF, but for the last one. */
function bodyOf(...lines: readonly string[]): string {
  return lines.join('\r\n');
}

/** `type disposition encoding: content` of each part. */
function told(contentType: string, body: string): readonly string[] | undefined {
  return partsOf(contentType, body)?.map(
    ({ type, disposition, encoding, begin, end }) =>
      `${[type, disposition, encoding].filter((name) => name !== '').join(' ')}: ${body.slice(begin, end)}`,
  );
}

const ROWS: readonly (readonly [string, string, string, readonly string[] | undefined])[] = [
  [
    'two parts, with what stands before and behind them',
    MIXED,
    bodyOf(
      'before',
      '--x',
      'Content-Type: Application/SDP;a=b',
      '',
      'v=0',
      's=-',
      '--x',
      '',
      'text',
      '--x--',
      'behind',
    ),
    ['application/sdp: v=0\r\ns=-', 'text/plain: text'],
  ],
  [
    'names in any case, folded lines, padding behind a delimiter, a quoted boundary',
    'Multipart/Mixed; Boundary="a b"',
    bodyOf(
      '--a b  ',
      'CONTENT-TYPE:',
      ' application/sdp',
      'content-disposition: Session;handling=required',
      '',
      'v=0',
      '--a b-- ',
    ),
    ['application/sdp session: v=0'],
  ],
  [
    'an encoding',
    MIXED,
    bodyOf(
      '--x',
      'Content-Type: application/sdp',
      'Content-Transfer-Encoding: Base64',
      '',
      'djA=',
      '--x--',
    ),
    ['application/sdp base64: djA='],
  ],
  [
    'parts within a part',
    MIXED,
    bodyOf(
      '--x',
      'Content-Type: multipart/alternative;boundary=y',
      '',
      '--y',
      '',
      'one',
      '--y',
      '',
      'two',
      '--y--',
      '--x',
      '',
      'three',
      '--x--',
    ),
    ['text/plain: one', 'text/plain: two', 'text/plain: three'],
  ],
  ['lines that end with LF only', MIXED, '--x\n\none\n--x--\n', ['text/plain: one']],
  [
    'a line that begins like a delimiter is none',
    MIXED,
    bodyOf('--x', '', '--xy', '--x--'),
    ['text/plain: --xy'],
  ],
  ['a part of nothing', MIXED, bodyOf('--x', '', '--x--'), ['text/plain: ']],
  ['a header of nothing but a name', MIXED, bodyOf('--x', 'Content-Type: a/b', '--x--'), ['a/b: ']],
  ['no boundary', 'multipart/mixed', bodyOf('--x', '', 'one', '--x--'), undefined],
  ['no delimiter', MIXED, 'one', undefined],
  ['nothing but the last delimiter', MIXED, '--x--', undefined],
  ['no last delimiter', MIXED, bodyOf('--x', '', 'one', '--x'), undefined],
  [
    'a type that is said twice',
    MIXED,
    bodyOf('--x', 'Content-Type: a/b', 'Content-Type: c/d', '', '', '--x--'),
    undefined,
  ],
  [
    'a type that cannot be read',
    MIXED,
    bodyOf('--x', 'Content-Type: a/b;;', '', '', '--x--'),
    undefined,
  ],
  [
    'too many parts',
    MIXED,
    bodyOf(...Array.from({ length: 17 }, () => bodyOf('--x', '', 'one')), '--x--'),
    undefined,
  ],
];

for (const [name, type, body, expected] of ROWS)
  test(name, () => {
    assert.deepEqual(told(type, body), expected);
  });

test('four levels of parts are read, and not five', () => {
  const nested = (levels: number): string =>
    levels === 0
      ? bodyOf('', 'one')
      : bodyOf(
          `Content-Type: multipart/mixed;boundary=b${levels}`,
          '',
          `--b${levels}`,
          nested(levels - 1),
          `--b${levels}--`,
        );
  const read = (levels: number) =>
    told(
      `multipart/mixed;boundary=b${levels}`,
      bodyOf(`--b${levels}`, nested(levels - 1), `--b${levels}--`),
    );
  assert.deepEqual([read(4), read(5)], [['text/plain: one'], undefined]);
});

test('mpart01 of RFC 4475: a text and octets', () => {
  const parsed = parseMessage(readFileSync(CORPUS, 'latin1'));
  assert(parsed.ok);
  const { body, headers } = parsed.message;
  const parts = partsOf(headers.first('Content-Type') ?? '', body) ?? [];
  assert.deepEqual(
    parts.map(({ type, begin, end }) => [type, end - begin]),
    [
      ['text/plain', 5],
      ['application/octet-stream', 342],
    ],
  );
});

test('no text throws, and parts stand in it, one behind the other', () => {
  const piece = fc.constantFrom(
    '--x',
    '--y',
    '--',
    '\r\n',
    '\n',
    'Content-Type: multipart/mixed;boundary=y',
    ':',
    ' ',
    'one',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const body = pieces.join('');
      const edges = (partsOf(MIXED, body) ?? []).flatMap(({ begin, end }) => [begin, end]);
      assert.deepEqual(
        edges,
        edges.toSorted((a, b) => a - b),
      );
      assert(edges.every((edge) => edge >= 0 && edge <= body.length));
    }),
    { numRuns: 2000 },
  );
});
