/** What a contact costs, and that it does not keep the datagram alive in which it came. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Hop } from '../../../src/sip/hop.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import { Registrar } from '../../../src/sip/registrar/registrar.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const CONTACTS = 2_000;
const PADDING = 'x'.repeat(8_000);

const SHAPES: readonly [
  name: string,
  bytesMax: number,
  fields: (n: number) => string[],
  hop: Hop,
][] = [
  [
    'over UDP',
    1_000,
    (n) => [`Contact: <sip:phone-${n}@phone-${n}.lan.example.test>;q=0.5`, 'Expires: 3600'],
    { transport: 'udp', address: '192.168.100.100', port: 5060, flow: 0, listener: 0 },
  ],
  [
    'over TCP, with an instance',
    1_500,
    (n) => [
      `Contact: <sip:phone-${n}@192.168.100.100:5060;transport=tcp>;reg-id=1;+sip.instance="<urn:uuid:00000000-0000-1000-8000-${n}>"`,
      'Expires: 3600',
    ],
    { transport: 'tcp', address: '192.168.100.100', port: 40_000, flow: 1, listener: 0 },
  ],
  [
    'behind proxies',
    1_200,
    (n) => [
      `Contact: <sip:phone-${n}@192.168.100.101:5060>`,
      `Path: <sip:token-${n}@proxy.example.test;lr;ob>, <sip:second.example.test;lr>`,
      'Supported: path',
    ],
    { transport: 'udp', address: '192.168.100.100', port: 5060, flow: 0, listener: 0 },
  ],
];

for (const [name, bytesMax, fields, hop] of SHAPES) {
  test(`a contact ${name} takes at most ${bytesMax} bytes, whatever came with it`, () => {
    const fill = () => {
      const registrar = new Registrar({
        nowMs: 0,
        minExpiresS: 60,
        maxExpiresS: 3_600,
        contactsMax: 10,
      });
      for (let n = 0; n < CONTACTS; n++) {
        const source = hop.flow === 0 ? hop : { ...hop, flow: n + 1 };
        register(registrar, n, 1, fields(n), source);
        register(registrar, n, 2, fields(n), source);
      }
      return registrar;
    };
    // Once for nothing, so that compiled code is not counted.
    fill();
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const registrar = fill();
    collectGarbage();
    const bytes = (process.memoryUsage().heapUsed - before) / CONTACTS;
    assert(bytes <= bytesMax, `${Math.round(bytes)} bytes`);
    assert.equal(registrar.count, CONTACTS);
  });
}

function register(
  registrar: Registrar,
  n: number,
  cseq: number,
  fields: readonly string[],
  source: Hop,
): void {
  const text = [
    'REGISTER sip:pbx.test SIP/2.0',
    `Via: SIP/2.0/UDP ${source.address}:${source.port};branch=z9hG4bK${n}`,
    ...fields,
    'From: <sip:2000a@pbx.test>;tag=1',
    'To: <sip:2000a@pbx.test>',
    `Call-ID: a-call-id-that-is-long-enough-to-be-a-slice-${n}`,
    `CSeq: ${cseq} REGISTER`,
    `User-Agent: A telephone with a name that is long enough ${n % 10}`,
    `X-Padding: ${PADDING}`,
    'Content-Length: 0\r\n\r\n',
  ].join('\r\n');
  // By way of a buffer, as from a socket: one flat string that slices can hold on to.
  const parsed = parseMessage(Buffer.from(text, 'latin1').toString('latin1'));
  assert(parsed.ok && parsed.message.kind === 'request');
  assert.equal(registrar.register(`device ${n}`, parsed.message, source).status, 200);
}
