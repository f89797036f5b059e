/** What a standing call costs, and that it does not keep the datagrams alive in which it came. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Stage, udp } from './ladder.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const CALLS = 1_000;
const LEG_BYTES_MAX = 1_500;
/** In each message: were it kept, the difference would be seen. */
const PADDING = 'x'.repeat(4_000);

test(`a standing leg takes at most ${LEG_BYTES_MAX} bytes, whatever came with it, and nothing when it is over`, () => {
  const stage = new Stage({});
  // What is made once, and tables that grow to their size, are there before anything is measured.
  setUp(stage, 0);
  hangUp(stage);
  const before = heapBytes();
  setUp(stage, CALLS);
  const standing = (heapBytes() - before) / (2 * CALLS);
  hangUp(stage);
  const left = (heapBytes() - before) / (2 * CALLS);
  assert(standing < LEG_BYTES_MAX, `${standing.toFixed(0)} bytes standing`);
  assert(left < 0.1 * LEG_BYTES_MAX, `${left.toFixed(0)} bytes left`);
});

function heapBytes(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Calls that came from one telephone and went to another, and whose transactions are over. */
function setUp(stage: Stage, first: number): void {
  for (let n = first; n < first + CALLS; n++) {
    callUs(stage, n);
    callThem(stage, n);
  }
  stage.pass(60_000);
}

function hangUp(stage: Stage): void {
  for (const leg of stage.legs.splice(0)) stage.userAgent.hangUp(leg);
  stage.pass(60_000);
}

function callUs(stage: Stage, n: number): void {
  const common = [
    `From: "Caller number ${n}" <sip:caller-${n}@192.0.2.1>;tag=tag-of-caller-${n}`,
    `Call-ID: call-id-of-caller-${n}@192.0.2.1`,
    `X-Padding: ${PADDING}`,
  ];
  const from = udp('192.0.2.1');
  const via = `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-${n}`;
  const invite = [
    'INVITE sip:2001@pbx.test SIP/2.0',
    `${via}-i`,
    ...common,
    'To: <sip:2001@pbx.test>',
    'CSeq: 1 INVITE',
    `Contact: <sip:caller-${n}@192.0.2.1:5060>`,
    'Supported: timer',
  ];
  stage.receive(message(invite), from);
  const event = stage.userAgent.events.pop();
  assert(event?.type === 'invited');
  stage.userAgent.answer(event.leg, {});
  const ack = [
    'ACK sip:192.0.2.99 SIP/2.0',
    `${via}-a`,
    ...common,
    `To: <sip:2001@pbx.test>;tag=${event.leg.localTag}`,
    'CSeq: 1 ACK',
  ];
  stage.receive(message(ack), from);
  keep(stage, event.leg);
}

function callThem(stage: Stage, n: number): void {
  const leg = stage.userAgent.invite(
    {
      uri: 'sip:bob@192.0.2.2:5060',
      hop: udp('192.0.2.2'),
      routes: [],
      from: `"Caller number ${n}" <sip:caller-${n}@pbx.test>`,
      to: '<sip:2001@pbx.test>',
      maxForwards: 69,
      headers: '',
      reliable: true,
      patienceMs: 0,
    },
    'owner',
  );
  const sent = stage.out.pop();
  const via = /\r\n(Via: .*)\r\n/.exec(sent?.type === 'send' ? sent.text : '')?.[1] ?? '';
  const answer = [
    'SIP/2.0 200 OK',
    via,
    `From: "Caller number ${n}" <sip:caller-${n}@pbx.test>;tag=${leg.localTag}`,
    `To: <sip:2001@pbx.test>;tag=tag-of-called-${n}`,
    `Call-ID: ${leg.callId}`,
    'CSeq: 1 INVITE',
    `Contact: <sip:called-${n}@192.0.2.2:5060>`,
    `X-Padding: ${PADDING}`,
  ];
  stage.receive(message(answer), udp('192.0.2.2'));
  stage.userAgent.acknowledge(leg);
  keep(stage, leg);
}

function keep(stage: Stage, leg: Stage['legs'][number]): void {
  stage.legs.push(leg);
  stage.userAgent.events.length = 0;
  stage.out.length = 0;
}

/** As it comes from a socket: one flat string of its own. */
function message(lines: readonly string[]): string {
  const text = [...lines, 'Content-Length: 0', '', ''].join('\r\n');
  return Buffer.from(text, 'latin1').toString('latin1');
}
