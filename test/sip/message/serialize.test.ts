/** Messages as they leave: RFC 3261 §8.2.6, §9.1, §12.1.1, §17.1.1.3. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { SipRequest, SipResponse } from '../../../src/sip/message/message.ts';
import type { OutgoingRequest } from '../../../src/sip/message/outgoing.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import { reasonPhrase } from '../../../src/sip/message/reason-phrases.ts';
import { formatNameAddr, headerLine, safeBlock } from '../../../src/sip/message/safe.ts';
import {
  ackFor,
  cancelFor,
  respond,
  serializeRequest,
} from '../../../src/sip/message/serialize.ts';

function invite(method = 'INVITE', to = '<sip:b@x>'): SipRequest {
  const text = `${method} sip:b@x SIP/2.0
v: SIP/2.0/UDP p;branch=z9hG4bK2, SIP/2.0/UDP q
Record-Route: <sip:p;lr>
f: "Ana" <sip:a@x>;tag=1
Timestamp: 54
t: ${to}
i: c1
Via: SIP/2.0/UDP a;branch=z9hG4bK1
Record-Route: <sip:q;lr>
CSeq: 7 ${method}
Subject: not repeated

`;
  const parsed = parseMessage(text.replaceAll('\n', '\r\n'));
  assert(parsed.ok && parsed.message.kind === 'request');
  return parsed.message;
}

const lines = (text: string): string[] => text.split('\r\n');

test('a response repeats what it must, in order, and adds its tag', () => {
  const text = respond(invite(), 200, undefined, {
    toTag: 'ours',
    headers: 'Contact: <sip:us>\r\nSupported: timer\r\n',
    contentType: 'application/sdp',
    body: 'v=0\r\n',
  });
  assert.deepEqual(lines(text), [
    'SIP/2.0 200 OK',
    'Via: SIP/2.0/UDP p;branch=z9hG4bK2, SIP/2.0/UDP q',
    'Via: SIP/2.0/UDP a;branch=z9hG4bK1',
    'From: "Ana" <sip:a@x>;tag=1',
    'To: <sip:b@x>;tag=ours',
    'Call-ID: c1',
    'CSeq: 7 INVITE',
    'Record-Route: <sip:p;lr>',
    'Record-Route: <sip:q;lr>',
    'Contact: <sip:us>',
    'Supported: timer',
    'Content-Type: application/sdp',
    'Content-Length: 5',
    '',
    'v=0',
    '',
  ]);
});

test('Record-Route is repeated where a dialog is made, Timestamp in a 100', () => {
  const extra = (method: string, status: number) =>
    lines(respond(invite(method), status)).filter((line) => /^(Record|Timestamp)/.test(line));
  assert.deepEqual(
    [extra('INVITE', 100), extra('SUBSCRIBE', 200), extra('INVITE', 486), extra('OPTIONS', 200)],
    [['Timestamp: 54'], ['Record-Route: <sip:p;lr>', 'Record-Route: <sip:q;lr>'], [], []],
  );
});

test('a To that has a tag keeps it', () => {
  const text = respond(invite('BYE', '<sip:b@x>;tag=theirs'), 200, undefined, { toTag: 'ours' });
  assert.equal(lines(text)[4], 'To: <sip:b@x>;tag=theirs');
});

test('reasons: the usual one, one given, that of its class', () => {
  const reason = (status: number, given?: string) => lines(respond(invite(), status, given))[0];
  assert.deepEqual(
    [reason(486), reason(486, 'Gone\r\nEvil: 1'), reason(499), reasonPhrase(699)],
    [
      'SIP/2.0 486 Busy Here',
      'SIP/2.0 486 Gone Evil: 1',
      'SIP/2.0 499 Request Failure',
      'Global Failure',
    ],
  );
});

const OUTGOING: OutgoingRequest = {
  method: 'INVITE',
  uri: 'sip:b@192.0.2.1',
  callId: 'c2',
  cseq: 3,
  from: '<sip:a@x>;tag=1',
  to: '<sip:b@x>',
  maxForwards: 69,
  routes: 'Route: <sip:p;lr>\r\n',
  headers: 'Contact: <sip:us>\r\nContent-Type: application/sdp\r\n',
  body: 'v=0\r\n',
};
const VIA = 'SIP/2.0/UDP us;branch=z9hG4bK9;rport';

test('a request is written from its pieces', () => {
  assert.deepEqual(lines(serializeRequest(OUTGOING, VIA)), [
    'INVITE sip:b@192.0.2.1 SIP/2.0',
    'Via: SIP/2.0/UDP us;branch=z9hG4bK9;rport',
    'Max-Forwards: 69',
    'From: <sip:a@x>;tag=1',
    'To: <sip:b@x>',
    'Call-ID: c2',
    'CSeq: 3 INVITE',
    'Route: <sip:p;lr>',
    'Contact: <sip:us>',
    'Content-Type: application/sdp',
    'Content-Length: 5',
    '',
    'v=0',
    '',
  ]);
});

test('ACK and CANCEL take from the INVITE what they must', () => {
  const answer = parseMessage(respond(invite(), 486, undefined, { toTag: 'theirs' }));
  assert(answer.ok);
  const ack = ackFor(OUTGOING, answer.message as SipResponse);
  const cancel = cancelFor(OUTGOING, 'Reason: SIP;cause=200\r\n');
  assert.deepEqual(
    [lines(serializeRequest(ack, VIA)), lines(serializeRequest(cancel, VIA))],
    [
      [
        'ACK sip:b@192.0.2.1 SIP/2.0',
        'Via: SIP/2.0/UDP us;branch=z9hG4bK9;rport',
        'Max-Forwards: 69',
        'From: <sip:a@x>;tag=1',
        'To: <sip:b@x>;tag=theirs',
        'Call-ID: c2',
        'CSeq: 3 ACK',
        'Route: <sip:p;lr>',
        'Content-Length: 0',
        '',
        '',
      ],
      [
        'CANCEL sip:b@192.0.2.1 SIP/2.0',
        'Via: SIP/2.0/UDP us;branch=z9hG4bK9;rport',
        'Max-Forwards: 69',
        'From: <sip:a@x>;tag=1',
        'To: <sip:b@x>',
        'Call-ID: c2',
        'CSeq: 3 CANCEL',
        'Route: <sip:p;lr>',
        'Reason: SIP;cause=200',
        'Content-Length: 0',
        '',
        '',
      ],
    ],
  );
});

test('of a block that is none only the lines before the first wrong one are kept', () => {
  const blocks = [
    'A: 1\r\nB: 2\r\n',
    'A: 1\r\n\r\nevil body',
    'A: 1\r\nB: 2',
    'A: 1\nB: 2\r\n',
    'A: 1\rB: 2\r\n',
    '\r\nA: 1\r\n',
    'A: 1\r\n folded: 2\r\n',
    'A: 1\r\nB: \0\r\n',
  ];
  assert.deepEqual(blocks.map(safeBlock), [
    'A: 1\r\nB: 2\r\n',
    'A: 1\r\n',
    'A: 1\r\n',
    '',
    '',
    '',
    'A: 1\r\n',
    'A: 1\r\n',
  ]);
});

test('header lines and addresses hold whatever they are given', () => {
  assert.deepEqual(
    [headerLine('Subject', 'a\r\nEvil: 1\0'), formatNameAddr('a "b" \\\r\n', 'sip:a@b>\r\n <x')],
    ['Subject: a Evil: 1 \r\n', '"a \\"b\\" \\\\  " <sip:a@bx>'],
  );
});
