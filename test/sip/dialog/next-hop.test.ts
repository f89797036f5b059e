/** Where requests inside a dialog go, case by case. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { hopFromRequest, hopFromResponse } from '../../../src/sip/dialog/next-hop.ts';
import { formatHop, type Hop, type Transport } from '../../../src/sip/hop.ts';
import { parseUri } from '../../../src/sip/message/uri.ts';
import { parseVia } from '../../../src/sip/message/via.ts';

// Contact, Via and source of a request: where the far end is to be found.
const REQUESTS = `
  sip:a@192.0.2.1            UDP 192.0.2.1             udp:192.0.2.1:5060     udp:192.0.2.1:5060
  sip:a@192.0.2.1            UDP 192.0.2.1             udp:192.0.2.1:40000    udp:192.0.2.1:5060
  sip:a@192.0.2.1            UDP 192.0.2.1;rport       udp:192.0.2.1:40000    udp:192.0.2.1:5060
  sip:a@192.0.2.1:5070       UDP 192.0.2.1:5060        udp:192.0.2.1:5060     udp:192.0.2.1:5070
  sip:a@192.0.2.7            UDP 192.0.2.1             udp:192.0.2.1:5060     udp:192.0.2.7:5060
  sip:a@gw.example           UDP 192.0.2.1             udp:192.0.2.1:5060     udp:gw.example:5060
  sip:a@10.0.0.5             UDP 10.0.0.5              udp:198.51.100.7:31000 udp:198.51.100.7:31000
  sip:a@10.0.0.5             UDP 198.51.100.7;rport    udp:198.51.100.7:31000 udp:198.51.100.7:31000
  sip:a@10.0.0.5             UDP phone.local           udp:198.51.100.7:31000 udp:10.0.0.5:5060
  sip:a@[2001:db8::1]:5062   UDP [2001:db8::1]:5062    udp:[2001:db8::1]:5062 udp:[2001:db8::1]:5062
  sip:a@x.invalid            WSS x.invalid             wss:192.0.2.8:50000/9  wss:192.0.2.8:50000/9
  sip:a@192.0.2.8;transport=ws  WSS x.invalid          wss:192.0.2.8:50000/9  wss:192.0.2.8:50000/9
  sip:a@192.0.2.7;transport=tcp UDP 192.0.2.1          udp:192.0.2.1:5060     tcp:192.0.2.7:5060
  sip:a@192.0.2.1;transport=tcp TCP 192.0.2.1          tcp:192.0.2.1:40000/5  tcp:192.0.2.1:5060/5
  sip:a@192.0.2.1            TCP 192.0.2.1             tcp:192.0.2.1:40000/5  tcp:192.0.2.1:5060/5
  sip:a@10.0.0.5;transport=tcp  TCP 10.0.0.5           tcp:198.51.100.7:40000/5 tcp:198.51.100.7:40000/5
  sip:a@192.0.2.7;transport=tcp TCP 192.0.2.1          tcp:192.0.2.1:40000/5  tcp:192.0.2.7:5060
  sips:a@192.0.2.7           TLS 192.0.2.1             tls:192.0.2.1:40000/5  tls:192.0.2.7:5061
  sips:a@192.0.2.7;transport=tcp TLS 192.0.2.1         tls:192.0.2.1:40000/5  tls:192.0.2.7:5061
  sip:a@gw.example;maddr=192.0.2.9 UDP 192.0.2.1       udp:192.0.2.1:5060     udp:192.0.2.9:5060
  sip:a@192.0.2.7;transport=carrier-pigeon UDP 192.0.2.1 udp:192.0.2.1:5060   udp:192.0.2.7:5060
`;

for (const row of REQUESTS.trim().split('\n')) {
  const [, contact = '', protocol = '', sentBy = '', source = '', expected = ''] =
    /^(\S+)\s+(\S+) (\S+)\s+(\S+)\s+(\S+)$/.exec(row.trim()) ?? [];
  test(`Contact ${contact}, Via ${protocol} ${sentBy}, from ${source} -> ${expected}`, () => {
    const uri = parseUri(contact);
    const via = parseVia(`SIP/2.0/${protocol} ${sentBy.replace(';', ';branch=z9hG4bK1;')}`);
    assert(uri && via);
    assert.equal(show(hopFromRequest(uri, via, readHop(source))), expected);
  });
}

// Contact of a response, the URI that was called and the way to it, the source of the response.
const RESPONSES = `
  sip:b@192.0.2.2            sip:b@192.0.2.2       udp:192.0.2.2:5060     udp:192.0.2.2:5060     udp:192.0.2.2:5060
  sip:b@10.0.0.9:5060        sip:b@10.0.0.9:5060   udp:198.51.100.7:31000 udp:198.51.100.7:31000 udp:198.51.100.7:31000
  sip:b@10.0.0.9:5064        sip:b@10.0.0.9:5060   udp:198.51.100.7:31000 udp:198.51.100.7:31000 udp:198.51.100.7:31000
  sip:b@192.0.2.2:5070       sip:b@192.0.2.2       udp:192.0.2.2:5060     udp:192.0.2.2:5060     udp:192.0.2.2:5070
  sip:b@192.0.2.3            sip:1@192.0.2.2       udp:192.0.2.2:5060     udp:192.0.2.2:5060     udp:192.0.2.3:5060
  sip:b@x.invalid            sip:b@x.invalid       wss:192.0.2.8:50000/9  wss:192.0.2.8:50000/9  wss:192.0.2.8:50000/9
  sip:b@192.0.2.3;transport=tcp sip:1@192.0.2.2    udp:192.0.2.2:5060     udp:192.0.2.2:5060     tcp:192.0.2.3:5060
`;

for (const row of RESPONSES.trim().split('\n')) {
  const [contact = '', asked = '', known = '', source = '', expected = ''] = row
    .trim()
    .split(/\s+/);
  test(`Contact ${contact}, called as ${asked} by ${known}, from ${source} -> ${expected}`, () => {
    const uri = parseUri(contact);
    assert(uri);
    const hop = hopFromResponse(uri, parseUri(asked), readHop(known), readHop(source));
    assert.equal(show(hop), expected);
  });
}

function readHop(text: string): Hop {
  const [, transport = '', bracketed, plain, port = '', flow = '0'] =
    /^(\w+):(?:\[([^\]]+)\]|([^:]+)):(\d+)(?:\/(\d+))?$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? '';
  const hop = { address, port: Number(port), flow: Number(flow), listener: 0 };
  return { ...hop, transport: transport as Transport };
}

function show(hop: Hop): string {
  return hop.flow === 0 ? formatHop(hop) : `${formatHop(hop)}/${hop.flow}`;
}
