/** The parser's own rules: limits, faults and where they lie, what it forgives. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { PARSE_LIMITS } from '../../../src/sip/message/limits.ts';
import type { Fault } from '../../../src/sip/message/message.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';

const LINES = [
  'OPTIONS sip:2000@pbx.test SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
  'From: <sip:1001@pbx.test>;tag=a',
  'To: <sip:2000@pbx.test>',
  'Call-ID: c1',
  'CSeq: 7 OPTIONS',
];

/** The message above with `extra` lines, or with `changed` in place of the line that begins alike. */
function text(extra: readonly string[], changed: readonly string[] = []): string {
  const key = (line: string) => line.split(/[ :]/)[0];
  const lines = LINES.map((line) => changed.find((other) => key(other) === key(line)) ?? line);
  return `${[...lines, ...extra].join('\r\n')}\r\n\r\n`;
}

function fault(message: string): Omit<Fault, 'text' | 'answerable'> & { answerable: boolean } {
  const parsed = parseMessage(message);
  assert(!parsed.ok, 'it should be refused');
  const { code, offset, status, answerable } = parsed.fault;
  return { code, offset, status, answerable: answerable !== undefined };
}

test('each limit has its answer', () => {
  const { messageBytes, bodyBytes, headers, headerBytes, viaHops } = PARSE_LIMITS;
  const many = (count: number, line: string) => Array.from({ length: count }, () => line);
  const refused = (message: string) => {
    const { code, status, answerable } = fault(message);
    return [code, status, answerable];
  };
  assert.deepEqual(
    {
      message: refused(text([]) + 'x'.repeat(messageBytes)),
      body: refused(text([]) + 'x'.repeat(bodyBytes + 1)),
      headers: refused(text(many(headers, 'Q: y'))),
      header: refused(text([`Q: ${'y'.repeat(headerBytes)}`])),
      folded: refused(text([`X: y${'\r\n y'.repeat(headerBytes)}`])),
      hops: refused(text(many(viaHops, 'v: SIP/2.0/UDP a'))),
      hopsInOneField: refused(text([`v: ${many(viaHops, 'SIP/2.0/UDP a').join(', ')}`])),
    },
    {
      message: ['limit', 513, true],
      body: ['limit', 413, true],
      headers: ['limit', 513, true],
      header: ['limit', 513, true],
      folded: ['limit', 513, true],
      hops: ['limit', 400, true],
      hopsInOneField: ['limit', 400, true],
    },
  );
});

test('what is within the limits is taken', () => {
  const { bodyBytes, headers, viaHops } = PARSE_LIMITS;
  const extra = Array.from({ length: headers - 5 }, (_, i) =>
    i < viaHops - 1 ? 'v: SIP/2.0/UDP a' : 'Q: y',
  );
  assert(parseMessage(text(extra) + 'x'.repeat(bodyBytes)).ok);
});

/** Changed or added line; code, offset, status, whether it can be answered. */
const FAULTS: readonly [line: string, code: string, offset: number, status: number, is: boolean][] =
  [
    ['OPTIONS sip:2000@pbx.test:0 SIP/2.0', 'uri', 26, 400, true],
    ['OPTIONS sip:2000@pbx.test:99999 SIP/2.0', 'uri', 26, 400, true],
    ['OPTIONS sip:2000@pbx!test SIP/2.0', 'uri', 20, 400, true],
    ['OPTIONS sip:@pbx.test SIP/2.0', 'uri', 12, 400, true],
    ['OPTIONS sip:[::1 SIP/2.0', 'uri', 12, 400, true],
    ['OPTIONS 2000 SIP/2.0', 'uri', 8, 400, true],
    ['OPTIONS sip:2000@pbx.test', 'start line', 8, 400, true],
    ['OPTIONS sip:2000@pbx.test SIP/3.1', 'version', 26, 505, true],
    ['OPTIONS sip:2000@pbx.test HTTP/1.1', 'start line', 25, 400, true],
    ['OPTIONS', 'start line', 7, 400, false],
    ['Via: SIP/2.0/UDP', 'via', 35, 400, false],
    ['Via: SIP/2.0/UDP a:0', 'via', 35, 400, false],
    ['Via: SIP/2.0/UDP a;branch=', 'via', 35, 400, true],
    ['From: <sip:1001@pbx.test>;tag=a;tag=b', 'address', 79, 400, true],
    ['From: <sip:1001@pbx.test>, <sip:b@c>', 'address', 79, 400, true],
    ['From: 1001', 'address', 79, 400, true],
    ['Call-ID:', 'header', 137, 400, true],
    ['Call-ID: c 1', 'header', 137, 400, true],
    ['CSeq: 2147483648 OPTIONS', 'cseq', 150, 400, true],
    ['CSeq: OPTIONS', 'cseq', 150, 400, true],
    ['CSeq: 7OPTIONS', 'cseq', 150, 400, true],
    ['CSeq: 7', 'cseq', 150, 400, true],
    ['no colon here', 'header', 167, 400, true],
    [': no name', 'header', 167, 400, true],
    ['X: a NUL \0', 'header', 176, 400, true],
    ['X: a bare \r here', 'header', 167, 400, true],
    ['X: a bare \n here', 'header', 167, 400, true],
    ['Content-Length: 1', 'content length', 167, 400, true],
    ['l: x', 'content length', 167, 400, true],
    ['Expires: 1\r\nexpires: 1', 'repeated header', 179, 400, true],
  ];

for (const [line, code, offset, status, answerable] of FAULTS) {
  test(`${JSON.stringify(line)}: ${code} at ${offset}, ${status}`, () => {
    const key = line.split(/[ :]/)[0] ?? '';
    const changes = LINES.some((known) => known.split(/[ :]/)[0] === key && key !== '');
    const message = changes ? text([], [line]) : text([line]);
    assert.deepEqual(fault(message), { code, offset, status, answerable });
  });
}

test('a missing field is named, and what is there suffices for an answer as long as Via does', () => {
  const without = (name: string) => {
    const lines = LINES.filter((line) => !line.startsWith(name));
    const parsed = parseMessage(`${lines.join('\r\n')}\r\n\r\n`);
    return parsed.ok || [parsed.fault.text, parsed.fault.answerable !== undefined];
  };
  assert.deepEqual(['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(without), [
    ['no Via', false],
    ['no From', true],
    ['no To', true],
    ['no Call-ID', true],
    ['no CSeq', true],
  ]);
});

test('neither an ACK nor a response is ever answered', () => {
  const bad = LINES.filter((line) => !line.startsWith('Call-ID'));
  const starts = ['ACK sip:2000@pbx.test SIP/2.0', 'SIP/2.0 200 OK', 'SIP/3.0 200 OK'];
  const answerable = starts.map((start) => {
    const lines = [start, ...bad.slice(1)].join('\r\n').replace('7 OPTIONS', '7 ACK');
    return fault(`${lines}\r\n\r\n`).answerable;
  });
  assert.deepEqual(answerable, [false, false, false]);
});

test('of several faults the first counts', () => {
  const message = text(['CSeq: 8 OPTIONS', 'Content-Length: x'], ['From: <<']);
  assert.equal(fault(message).code, 'address');
});

test('empty lines before the start line are passed over', () => {
  assert(parseMessage(`\r\n\r\n${text([])}`).ok);
});

test('compact names and any case are the same header', () => {
  const parsed = parseMessage(
    text(['m: <sip:a@b>', 'SUPPORTED: timer', 'k: path', 'x-own: 1', 'O : dialog']),
  );
  assert(parsed.ok);
  const { headers } = parsed.message;
  assert.deepEqual(
    [headers.names.slice(5), headers.all('Supported')],
    [
      ['Contact', 'Supported', 'Supported', 'x-own', 'Event'],
      ['timer', 'path'],
    ],
  );
});

test('names of object properties are header names like others', () => {
  const parsed = parseMessage(text(['__proto__: 1', 'constructor: 2', 'hasOwnProperty: 3']));
  assert(parsed.ok);
  const { headers } = parsed.message;
  assert.deepEqual(
    ['__proto__', 'constructor', 'hasOwnProperty', 'toString'].map((name) => headers.first(name)),
    ['1', '2', '3', undefined],
  );
});

test('a body ends where Content-Length says, and without one where the datagram does', () => {
  const body = (message: string) => {
    const parsed = parseMessage(message);
    assert(parsed.ok);
    return parsed.message.body;
  };
  assert.deepEqual(
    [body(`${text(['l: 3'])}abcdef`), body(`${text([])}abcdef`), body(text(['Content-Length: 0']))],
    ['abc', 'abcdef', ''],
  );
});
