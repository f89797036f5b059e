/** Ways to contacts: what a REGISTER says and where it came from; where requests to its contact go. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { formatHop, type Hop, type Transport } from '../../../src/sip/hop.ts';
import { parseUri } from '../../../src/sip/message/uri.ts';
import { parseVia } from '../../../src/sip/message/via.ts';
import { wayTo } from '../../../src/sip/registrar/way.ts';

// what | Via | source | Contact | where to, then where to once the connection is lost
const ROWS = `
  no NAT                         | UDP 192.0.2.1:5060;rport   | udp:192.0.2.1:5060     | sip:a@192.0.2.1:5060                 | udp:192.0.2.1:5060
  no NAT, the default port       | UDP 192.0.2.1              | udp:192.0.2.1:5060     | sip:a@192.0.2.1                      | udp:192.0.2.1:5060
  a contact elsewhere, on purpose| UDP 192.0.2.1:5070;rport   | udp:192.0.2.1:5070     | sip:a@192.0.2.9:5080                 | udp:192.0.2.9:5080
  a contact by name              | UDP 192.0.2.1:5070;rport   | udp:192.0.2.1:5070     | sip:a@phone.test                     | udp:192.0.2.1:5070
  a proxy, and a contact by name | UDP 192.0.2.7, UDP 1.1.1.1 | udp:192.0.2.7:5060     | sip:a@phone.test                     | udp:192.0.2.7:5060
  a name in maddr                | UDP 192.0.2.1:5070;rport   | udp:192.0.2.1:5070     | sip:a@192.0.2.9;maddr=phone.test     | udp:192.0.2.1:5070
  a contact on TCP               | UDP 192.0.2.1:5060;rport   | udp:192.0.2.1:5060     | sip:a@192.0.2.1;transport=tcp        | tcp:192.0.2.1:5060
  listens on another port        | UDP 192.0.2.1:5060         | udp:192.0.2.1:49152    | sip:a@192.0.2.1:5060                 | udp:192.0.2.1:5060
  NAT                            | UDP 10.0.0.5:5060;rport    | udp:198.51.100.4:30000 | sip:a@10.0.0.5:5060                  | udp:198.51.100.4:30000
  NAT, and no rport              | UDP 10.0.0.5:5060          | udp:198.51.100.4:30000 | sip:a@10.0.0.5:5060                  | udp:198.51.100.4:30000
  NAT, contact seen by STUN      | UDP 10.0.0.5:5060;rport    | udp:198.51.100.4:30000 | sip:a@198.51.100.4:30000             | udp:198.51.100.4:30000
  NAT, STUN, another port        | UDP 198.51.100.4:29;rport  | udp:198.51.100.4:30000 | sip:a@198.51.100.4:29                | udp:198.51.100.4:30000
  a name in Via                  | UDP phone.local;rport      | udp:198.51.100.4:30000 | sip:a@10.0.0.5:5060                  | udp:198.51.100.4:30000
  IPv6                           | UDP [2001:db8::1]:5060     | udp:2001:db8::1:5060   | sip:a@[2001:db8::1]                  | udp:[2001:db8::1]:5060
  TCP, near end of connection    | TCP 192.0.2.1:40000        | tcp:192.0.2.1:40000#7  | sip:a@192.0.2.1:40000;transport=tcp  | tcp:192.0.2.1:40000#7
  TCP, listening                 | TCP 192.0.2.1:5060         | tcp:192.0.2.1:40000#7  | sip:a@192.0.2.1:5060;transport=tcp   | tcp:192.0.2.1:40000#7 | tcp:192.0.2.1:5060
  TCP, says UDP                  | TCP 192.0.2.1:5060         | tcp:192.0.2.1:40000#7  | sip:a@192.0.2.1:5060                 | tcp:192.0.2.1:40000#7
  TCP, NAT                       | TCP 10.0.0.5:5060          | tcp:198.51.100.4:4#7   | sip:a@10.0.0.5:5060;transport=tcp    | tcp:198.51.100.4:4#7
  TLS, listening                 | TLS 192.0.2.1:5061         | tls:192.0.2.1:40000#7  | sip:a@192.0.2.1:5061;transport=tls   | tls:192.0.2.1:40000#7 | tls:192.0.2.1:5061
  TLS, sips                      | TLS 192.0.2.1:5061         | tls:192.0.2.1:40000#7  | sips:a@192.0.2.1                     | tls:192.0.2.1:40000#7 | tls:192.0.2.1:5061
  TLS, says TCP                  | TLS 192.0.2.1:5061         | tls:192.0.2.1:40000#7  | sip:a@192.0.2.1:5060;transport=tcp   | tls:192.0.2.1:40000#7
  a browser                      | WS x.invalid               | ws:192.0.2.1:40000#7   | sip:a@x.invalid;transport=ws         | ws:192.0.2.1:40000#7
  a browser with its address     | WS 192.0.2.1               | ws:192.0.2.1:40000#7   | sip:a@192.0.2.1:5060;transport=ws    | ws:192.0.2.1:40000#7
  outbound over UDP              | UDP 192.0.2.1:5060;rport   | udp:192.0.2.1:5060     | sip:a@192.0.2.9;ob                   | udp:192.0.2.1:5060
  outbound, TCP, listening       | TCP 192.0.2.1:5060         | tcp:192.0.2.1:40000#7  | sip:a@192.0.2.1;transport=tcp;ob     | tcp:192.0.2.1:40000#7
  a proxy without Path           | UDP 192.0.2.7, UDP 1.1.1.1 | udp:192.0.2.7:5060     | sip:a@192.0.2.1:5062                 | udp:192.0.2.1:5062
  a proxy with Path              | UDP 192.0.2.7, UDP 1.1.1.1 | udp:192.0.2.7:5060     | sip:a@10.0.0.5 sip:192.0.2.7;lr      | udp:192.0.2.7:5060
  a proxy, TCP, with Path        | TCP 192.0.2.7, UDP 1.1.1.1 | tcp:192.0.2.7:40000#7  | sip:a@10.0.0.5 sip:192.0.2.7;transport=tcp;lr | tcp:192.0.2.7:40000#7 | tcp:192.0.2.7:5060
`;

for (const row of ROWS.trim().split('\n')) {
  const [name = '', vias = '', from = '', uris = '', ...expected] = row
    .split('|')
    .map((cell) => cell.trim());
  const [contact = '', path = ''] = uris.split(' ');
  test(`${name}: ${from} ${uris} -> ${expected.join(', then ')}`, () => {
    const uri = parseUri(contact);
    const via = parseVia(`SIP/2.0/${vias.split(',')[0]}`);
    assert(uri && via);
    const direct = !vias.includes(',');
    const way = wayTo(uri, path, uri.parameters.has('ob'), { via, direct, source: source(from) });
    const hops = way.fallback === undefined ? [way.hop] : [way.hop, way.fallback];
    assert.deepEqual(hops.map(show), expected);
  });
}

function show(hop: Hop): string {
  return `${formatHop(hop)}${hop.flow === 0 ? '' : `#${hop.flow}`}`;
}

function source(text: string): Hop {
  const [, transport = '', address = '', port = '', flow = '0'] =
    /^(\w+):(.*):(\d+)(?:#(\d+))?$/.exec(text) ?? [];
  return {
    transport: transport as Transport,
    address,
    port: Number(port),
    flow: Number(flow),
    listener: 0,
  };
}
