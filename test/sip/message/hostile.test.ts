/** Whatever comes, reading SIP and SDP ends soon and with a value. More of it: `HOSTILE_COUNT`, `HOSTILE_SEED`. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { holdOf } from '../../../src/sdp/hold.ts';
import { originOf, sameSession } from '../../../src/sdp/origin.ts';
import { refusingAnswer } from '../../../src/sdp/refusal.ts';
import { Framer } from '../../../src/sip/message/framer.ts';
import type { SipMessage } from '../../../src/sip/message/message.ts';
import { parseNameAddrs } from '../../../src/sip/message/name-addr.ts';
import { parseCredentials, parseParameterised } from '../../../src/sip/message/parameters.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import { maxForwards, readScalar } from '../../../src/sip/message/scalars.ts';
import { respond, serializeMessage } from '../../../src/sip/message/serialize.ts';
import { formatUri, parseUri, sameUri } from '../../../src/sip/message/uri.ts';
import { validateRequest } from '../../../src/sip/message/validate.ts';
import { parseVia, responseHop, stampVia } from '../../../src/sip/message/via.ts';
import { feedHostile, readCorpus } from '../../../src/testkit/hostile.ts';

const { HOSTILE_COUNT = '2000', HOSTILE_SEED = '1' } = process.env;
const COUNT = Number(HOSTILE_COUNT);
const SEED = Number(HOSTILE_SEED);

const SOURCE = {
  transport: 'udp',
  address: '192.0.2.7',
  port: 5061,
  flow: 0,
  listener: 0,
} as const;
const CAPABILITIES = { extensions: new Set(['timer']), contentTypes: new Set(['application/sdp']) };

test(`${COUNT} hostile messages of seed ${SEED}: none throws, none takes more than 10 ms per kB`, () => {
  const casualties = feedHostile({
    seed: SEED,
    count: COUNT,
    corpus: readCorpus(),
    read: readAll,
    nowMs: () => performance.now(),
  });
  assert.deepEqual(casualties, []);
});

/** All that any layer asks of a text, in all ways. */
function readAll(text: string): void {
  readStream(text);
  const parsed = parseMessage(text);
  const message = parsed.ok ? parsed.message : parsed.fault.answerable;
  if (message === undefined) return;
  readFields(message);
  if (message.kind === 'request') {
    validateRequest(message, CAPABILITIES);
    responseHop(message, SOURCE);
    stampVia(message, SOURCE);
    const answer = respond(message, 400, undefined, { toTag: 'ours' });
    // What was taken whole can be answered, and the answer can be read.
    if (parsed.ok) assert(parseMessage(answer).ok, 'the answer is no message');
  }
  if (parsed.ok) assert(parseMessage(serializeMessage(message)).ok, 'its text is no message');
  holdOf(message.body);
  originOf(message.body);
  sameSession(message.body, text);
  refusingAnswer(message.body, '0.0.0.0', 1);
}

function readFields({ headers }: SipMessage): void {
  for (const value of headers.values) {
    for (const address of parseNameAddrs(value) ?? []) {
      const uri = parseUri(address.uri);
      if (uri !== undefined) assert(sameUri(parseUri(formatUri(uri)) ?? uri, uri));
    }
    parseParameterised(value);
    parseCredentials(value);
    parseVia(value);
    readScalar(value);
  }
  maxForwards(headers);
}

/** The text as a stream in two pieces. */
function readStream(text: string): void {
  const framer = new Framer();
  const half = text.length >> 1;
  for (const piece of [text.slice(0, half), text.slice(half)]) {
    framer.push(piece);
    for (let frame = framer.next(); frame.type !== 'incomplete'; frame = framer.next())
      if (frame.type === 'fault') return;
  }
}
