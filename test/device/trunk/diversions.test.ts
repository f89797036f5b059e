/** Who has sent a call on, as gateways and phones hear it, and as a gateway says it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Diversion } from '../../../src/call/forwarding/diversion.ts';
import type { Gateway } from '../../../src/call/routing/gateway.ts';
import type { CallRequest } from '../../../src/call/signals.ts';
import {
  diversionForPhone,
  diversionLines,
  diversionsIn,
} from '../../../src/device/trunk/diversions.ts';
import type { Pid } from '../../../src/process/pid.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';

const GATEWAY: Gateway = {
  ...{ id: 'gw', uri: 'sip:203.0.113.10', acceptFrom: [], callsMax: 10 },
  ...{ isTrusted: true, diversion: 'diversion' },
};
const HISTORY: Gateway = { ...GATEWAY, diversion: 'history-info' };

const TWICE: readonly Diversion[] = [
  { number: '2001', reason: 'busy', shown: '+442079462001' },
  { number: '2009', reason: 'no answer', isPrivate: true },
];

function requestWith(diversions: readonly Diversion[] | undefined): CallRequest {
  return {
    ...{ type: 'callRequest', call: 'c1', caller: { pid: 'a.1.d1' as Pid, call: 'c1' } },
    ...{ from: { number: '1001', name: '' }, dialled: '+33140', by: 'ada' },
    ...{ hops: 69, reliable: false, diversions },
  };
}

test('Diversion: the last one first, with the number that the plan makes of it', () => {
  assert.equal(
    diversionLines(GATEWAY, requestWith(TWICE), 'pbx.test'),
    'Diversion: <sip:2009@pbx.test>;reason=no-answer;counter=1;privacy=full\r\n' +
      'Diversion: <sip:+442079462001@pbx.test>;reason=user-busy;counter=1\r\n',
  );
});

test('History-Info: the first one first, then whom it goes to', () => {
  assert.equal(
    diversionLines(HISTORY, requestWith(TWICE), 'pbx.test'),
    'History-Info: <sip:+442079462001@pbx.test?Reason=SIP%3Bcause%3D486>;index=1\r\n' +
      'History-Info: <sip:2009@pbx.test?Reason=SIP%3Bcause%3D408&Privacy=history>;index=1.1;mp=1\r\n' +
      'History-Info: <sip:+33140@pbx.test>;index=1.1.1;mp=1.1\r\n',
  );
});

test('who does not want to be named is named to gateways that are trusted only', () => {
  const request = requestWith(TWICE);
  const { isTrusted: _, ...stranger } = GATEWAY;
  assert.deepEqual(
    {
      diversion: diversionLines(stranger, request, 'pbx.test'),
      history: diversionLines({ ...stranger, diversion: 'history-info' }, request, 'pbx.test'),
      phone: diversionForPhone(request, 'pbx.test'),
    },
    {
      diversion: 'Diversion: <sip:+442079462001@pbx.test>;reason=user-busy;counter=1\r\n',
      history:
        'History-Info: <sip:+442079462001@pbx.test?Reason=SIP%3Bcause%3D486>;index=1\r\n' +
        'History-Info: <sip:anonymous@anonymous.invalid?Reason=SIP%3Bcause%3D408>;index=1.1;mp=1\r\n' +
        'History-Info: <sip:+33140@pbx.test>;index=1.1.1;mp=1.1\r\n',
      phone: 'Diversion: <sip:2001@pbx.test>;reason=user-busy;counter=1\r\n',
    },
  );
});

test('a gateway that wants to hear nothing of it hears nothing; nor is there anything to say of other calls', () => {
  const { diversion: _, ...silent } = GATEWAY;
  assert.deepEqual(
    [
      diversionLines(silent, requestWith(TWICE), ''),
      diversionLines(GATEWAY, requestWith(undefined), ''),
    ],
    ['', ''],
  );
});

function read(gateway: Gateway, headers: string): readonly Diversion[] {
  const parsed = parseMessage(
    'INVITE sip:2001@pbx.test SIP/2.0\r\nVia: SIP/2.0/UDP 203.0.113.10;branch=z9hG4bK1\r\n' +
      'From: <sip:1@x>;tag=1\r\nTo: <sip:2001@pbx.test>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n' +
      `Max-Forwards: 70\r\n${headers}Content-Length: 0\r\n\r\n`,
  );
  assert(parsed.ok && parsed.message.kind === 'request');
  return diversionsIn(gateway, parsed.message);
}

test('what a trusted gateway says is read, in either way; malformed ones, and those beyond five, are left out', () => {
  const many = Array.from(
    { length: 9 },
    (_, at) => `Diversion: <sip:+4${at}@x>;reason=unconditional\r\n`,
  );
  assert.deepEqual(
    {
      diversion: read(
        GATEWAY,
        'Diversion: <sip:+331@x>;reason=user-busy;privacy=full, "B" <tel:+332>;reason=odd\r\nDiversion: <sip:>\r\n',
      ),
      history: read(
        GATEWAY,
        'History-Info: <sip:+331@x?Reason=SIP%3Bcause%3D486&Privacy=history>;index=1, <sip:2001@pbx.test>;index=1.1\r\n',
      ),
      many: read(GATEWAY, many.join('')).map(({ number }) => number),
    },
    {
      diversion: [
        { number: '+332', reason: 'unknown' },
        { number: '+331', reason: 'busy', isPrivate: true },
      ],
      history: [{ number: '+331', reason: 'busy', isPrivate: true }],
      many: ['+44', '+43', '+42', '+41', '+40'],
    },
  );
});

test('of one that is not trusted nothing is believed', () => {
  const { isTrusted: _, ...stranger } = GATEWAY;
  assert.deepEqual(read(stranger, 'Diversion: <sip:+331@x>;reason=user-busy\r\n'), []);
});
