/** Via on the way in, and where answers go: RFC 3261 §18.2, RFC 3581 §4. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Hop } from '../../../src/sip/hop.ts';
import type { SipRequest } from '../../../src/sip/message/message.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import { parseVia, responseHop, stampVia } from '../../../src/sip/message/via.ts';

const SOURCE: Hop = { transport: 'udp', address: '192.0.2.7', port: 61000, flow: 0, listener: 1 };
const FLOW: Hop = { transport: 'tcp', address: '192.0.2.7', port: 61000, flow: 9, listener: 1 };

function request(via: string): SipRequest {
  const lines = [
    'OPTIONS sip:a@b SIP/2.0',
    `Via: ${via}`,
    'From: <sip:a@b>;tag=1',
    'To: <sip:a@b>',
  ];
  const parsed = parseMessage([...lines, 'Call-ID: c', 'CSeq: 1 OPTIONS', '', ''].join('\r\n'));
  assert(parsed.ok && parsed.message.kind === 'request');
  return parsed.message;
}

/** The Via as it came from SOURCE; as it is stamped; where answers over UDP go. */
const STAMPS: readonly [via: string, stamped: string, to: string][] = [
  ['SIP/2.0/UDP 192.0.2.7', 'SIP/2.0/UDP 192.0.2.7', '192.0.2.7:5060'],
  ['SIP/2.0/UDP 192.0.2.7:5070', 'SIP/2.0/UDP 192.0.2.7:5070', '192.0.2.7:5070'],
  [
    'SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bK1',
    'SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bK1;received=192.0.2.7',
    '192.0.2.7:5070',
  ],
  [
    'SIP/2.0/UDP 10.0.0.1:5070;rport;branch=z9hG4bK1',
    'SIP/2.0/UDP 10.0.0.1:5070;rport=61000;received=192.0.2.7;branch=z9hG4bK1',
    '192.0.2.7:61000',
  ],
  [
    'SIP/2.0/UDP 192.0.2.7:61000;branch=z9hG4bK1;rport',
    'SIP/2.0/UDP 192.0.2.7:61000;branch=z9hG4bK1;rport=61000;received=192.0.2.7',
    '192.0.2.7:61000',
  ],
  [
    'SIP/2.0/UDP a ; RPORT ;x=y, SIP/2.0/UDP b;rport',
    'SIP/2.0/UDP a ; RPORT=61000;received=192.0.2.7 ;x=y, SIP/2.0/UDP b;rport',
    '192.0.2.7:61000',
  ],
  [
    'SIP/2.0/UDP a;x=";rport";rport;y',
    'SIP/2.0/UDP a;x=";rport";rport=61000;received=192.0.2.7;y',
    '192.0.2.7:61000',
  ],
  [
    'SIP/2.0/UDP a;x="1,2", SIP/2.0/UDP b',
    'SIP/2.0/UDP a;x="1,2";received=192.0.2.7, SIP/2.0/UDP b',
    '192.0.2.7:5060',
  ],
  ['SIP/2.0/UDP a;received=203.0.113.1;x', 'SIP/2.0/UDP a;x;received=192.0.2.7', '192.0.2.7:5060'],
  [
    'SIP/2.0/UDP a:5070;maddr=224.0.1.75;rport',
    'SIP/2.0/UDP a:5070;maddr=224.0.1.75;rport=61000;received=192.0.2.7',
    '224.0.1.75:5070',
  ],
];

for (const [via, stamped, to] of STAMPS) {
  test(`${via} -> ${to}`, () => {
    const received = request(via);
    const hop = responseHop(received, SOURCE);
    stampVia(received, SOURCE);
    assert.deepEqual(
      [received.headers.first('Via'), `${hop.address}:${hop.port}`, hop.listener],
      [stamped, to, 1],
    );
  });
}

test('a Via that is only good for sending a 400 is stamped too', () => {
  const lines = ['OPTIONS sip:a@b SIP/2.0', 'Via: SIP/2.0/UDP a;rport x"y', '', ''];
  const parsed = parseMessage(lines.join('\r\n'));
  assert(!parsed.ok && parsed.fault.answerable);
  stampVia(parsed.fault.answerable, SOURCE);
  assert.equal(
    parsed.fault.answerable.headers.first('Via'),
    'SIP/2.0/UDP a;rport x"y=61000;received=192.0.2.7',
  );
});

test('what came by a connection is answered on it, whatever its Via says', () => {
  assert.equal(responseHop(request('SIP/2.0/TCP 10.0.0.1;maddr=10.0.0.2'), FLOW), FLOW);
});

test('malformed values are undefined', () => {
  const malformed = [
    '',
    'SIP/2.0/UDP',
    'SIP/2.0 UDP a',
    'SIP/2.0/UDPa',
    'SIP/2.0/UDP [::1',
    'SIP/2.0/UDP a:',
    'SIP/2.0/UDP a:65536',
    'SIP/2.0/UDP a;;b',
    'SIP/2.0/UDP a;b=',
    'SIP/2.0/UDP a;b="c',
    'SIP/2.0/UDP a b',
  ];
  assert.deepEqual(
    malformed.filter((value) => parseVia(value) !== undefined),
    [],
  );
});
