/** Streams: RFC 3261 §18.3, §7.5; RFC 5626 §3.5.1. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Frame, Framer } from '../../../src/sip/message/framer.ts';
import { PARSE_LIMITS } from '../../../src/sip/message/limits.ts';

const HEAD = [
  'MESSAGE sip:a@b SIP/2.0',
  'Via: SIP/2.0/TCP a;branch=z9hG4bK1',
  'From: <sip:a@b>;tag=1',
  'To: <sip:a@b>',
  'Call-ID: c',
  'CSeq: 1 MESSAGE',
].join('\r\n');

const message = (length: string, body: string): string => `${HEAD}\r\n${length}\r\n\r\n${body}`;

/** Everything that the stream gives, pushed in the pieces given. */
function frames(...pieces: string[]): Frame[] {
  const framer = new Framer();
  const found: Frame[] = [];
  for (const piece of pieces) {
    framer.push(piece);
    for (let frame = framer.next(); frame.type !== 'incomplete'; frame = framer.next()) {
      found.push(frame);
      if (frame.type === 'fault') return found;
    }
  }
  return found;
}

test('messages are cut by Content-Length, in any of its spellings', () => {
  const texts = [
    message('Content-Length: 3', 'abc'),
    message('l: 0', ''),
    message('CONTENT-length \t: 2', '\r\n'),
    message('Content-Length:\r\n 4', 'l: 9'),
  ];
  assert.deepEqual(
    frames(texts.join('')),
    texts.map((text) => ({ type: 'message', text })),
  );
});

test('two line ends are a ping, one before a message is passed over', () => {
  const text = message('l: 0', '');
  assert.deepEqual(frames('\r\n\r\n', `\r\n${text}`, '\r\n', '\r\n', '\r', '\n\r', '\n'), [
    { type: 'keep-alive' },
    { type: 'message', text },
    { type: 'keep-alive' },
    { type: 'keep-alive' },
  ]);
});

test('a ping between messages is told between them', () => {
  const text = message('l: 1', 'x');
  assert.deepEqual(
    frames(`${text}\r\n\r\n${text}`).map(({ type }) => type),
    ['message', 'keep-alive', 'message'],
  );
});

/** What comes; code, status, whether its sender can be told. */
const FAULTS: readonly [name: string, text: string, code: string, status: number, is: boolean][] = [
  ['no Content-Length', message('X: 1', ''), 'content length', 400, true],
  ['a malformed one', message('l: -1', ''), 'content length', 400, true],
  ['two of them', message('l: 1\r\nContent-Length: 1', 'x'), 'repeated header', 400, true],
  ['one beyond the limit', message('l: 65536', ''), 'limit', 513, true],
  ['one beyond 2^32', message('l: 99999999999999999999', ''), 'limit', 513, true],
  ['fields without end', 'x'.repeat(PARSE_LIMITS.messageBytes + 1), 'limit', 513, false],
  ['a CR alone', '\rX', 'start line', 400, false],
];

for (const [name, text, code, status, answerable] of FAULTS) {
  test(`a stream cannot be framed with ${name}: ${code}, ${status}`, () => {
    const [frame] = frames(text);
    assert(frame?.type === 'fault');
    const { fault } = frame;
    assert.deepEqual(
      [fault.code, fault.status, fault.answerable !== undefined],
      [code, status, answerable],
    );
  });
}

test('after a fault there is nothing but that fault', () => {
  const framer = new Framer();
  framer.push('\rX');
  const fault = framer.next();
  framer.push(message('l: 0', ''));
  assert.deepEqual([fault.type, framer.next()], ['fault', fault]);
});

test('a stream that trickles in by single octets is framed as well', () => {
  const text = message('l: 3', 'abc') + message('l: 0', '');
  assert.deepEqual(
    frames(...text).map(({ type }) => type),
    ['message', 'message'],
  );
});
