/** What a server checks before it looks at what is asked: RFC 3261 §8.2. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import { validateRequest } from '../../../src/sip/message/validate.ts';

const CAPABILITIES = {
  extensions: new Set(['timer', '100rel']),
  contentTypes: new Set(['application/sdp']),
};

/** Method and scheme, further header lines, body; the answer. */
const REQUESTS: readonly [start: string, lines: readonly string[], answer: string][] = [
  ['INVITE sip:a@b', [], 'served'],
  ['INVITE sips:a@b', [], 'served'],
  ['INVITE tel:+1', [], 'served'],
  ['INVITE urn:service:sos', [], '416'],
  ['INVITE sip:a@b', ['Max-Forwards: 0'], '483'],
  ['INVITE sip:a@b', ['Max-Forwards: 000'], '483'],
  ['INVITE sip:a@b', ['Max-Forwards: many'], 'served'],
  ['OPTIONS sip:a@b', ['Max-Forwards: 0'], 'served'],
  ['BYE sip:a@b', ['Max-Forwards: 0'], 'served'],
  ['INVITE sip:a@b', ['Require: 100REL, timer'], 'served'],
  ['INVITE sip:a@b', ['Require: 100rel', 'Require: x, timer, y'], '420 Unsupported: x, y'],
  ['CANCEL sip:a@b', ['Require: x'], 'served'],
  ['ACK urn:x:y', ['Require: x'], 'served'],
  ['INVITE sip:a@b', ['Content-Type: Application / SDP;x=y', '', 'body'], 'served'],
  ['INVITE sip:a@b', ['Content-Type: text/plain', '', 'body'], '415 Accept: application/sdp'],
  ['INVITE sip:a@b', ['', 'body'], '415 Accept: application/sdp'],
  ['INVITE sip:a@b', ['Content-Type: text/plain'], 'served'],
  [
    'INVITE sip:a@b',
    ['Content-Type: text/plain', 'Content-Disposition: render;handling=optional', '', 'body'],
    'served',
  ],
  [
    'INVITE sip:a@b',
    ['Content-Type: application/sdp', 'Content-Encoding: gzip', '', 'body'],
    '415 Accept-Encoding: identity',
  ],
  ['INVITE sip:a@b', ['Accept: text/plain, application/*;q=0.1'], 'served'],
  ['INVITE sip:a@b', ['Accept: text/plain'], '406'],
  ['INVITE sip:a@b', ['Accept:'], '406'],
  ['SUBSCRIBE sip:a@b', ['Accept: text/plain'], 'served'],
];

for (const [start, lines, answer] of REQUESTS) {
  test(`${start}, ${lines.join(' | ') || 'nothing else'}: ${answer}`, () => {
    const method = start.split(' ')[0];
    const common = ['Via: SIP/2.0/UDP a', 'From: <sip:a@b>', 'To: <sip:a@b>', 'Call-ID: c'];
    const head = [`${start} SIP/2.0`, ...common, `CSeq: 1 ${method}`, ...lines];
    const parsed = parseMessage(
      head.includes('') ? head.join('\r\n') : `${head.join('\r\n')}\r\n\r\n`,
    );
    assert(parsed.ok && parsed.message.kind === 'request');
    const refusal = validateRequest(parsed.message, CAPABILITIES);
    const found = refusal ? `${refusal.status} ${refusal.headers}`.trim() : 'served';
    assert.equal(found, answer);
  });
}
