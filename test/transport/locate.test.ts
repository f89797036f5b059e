/** RFC 3263 §4 as a table: a zone, what is asked for, and the hops in their order. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Hop, Transport } from '../../src/sip/hop.ts';
import { LocateError } from '../../src/transport/errors.ts';
import { Locator, type Target } from '../../src/transport/locate.ts';
import type { Answer, NaptrRecord, Resolver, SrvRecord } from '../../src/transport/resolver.ts';

const ZONE = `
  full.test            NAPTR 50 50 s SIPS+D2T  _sips._tcp.full.test
  full.test            NAPTR 90 50 s SIP+D2T   _sip._tcp.full.test
  full.test            NAPTR 90 60 s SIP+D2U   _sip._udp.full.test
  full.test            NAPTR 10 50 s SIP+D2S   _sip._sctp.full.test
  full.test            NAPTR 20 50 u E2U+sip   -
  _sips._tcp.full.test SRV   1 0 5061 a.full.test
  _sip._tcp.full.test  SRV   1 0 5070 a.full.test
  _sip._udp.full.test  SRV   2 0 5062 b.full.test
  _sip._udp.full.test  SRV   1 0 5060 a.full.test
  a.full.test          A     192.0.2.1
  a.full.test          AAAA  2001:db8::1
  b.full.test          A     192.0.2.2
  full.test            A     192.0.2.9
  srv.test             A     192.0.2.9
  _sip._tcp.srv.test   SRV   1 0 5080 a.full.test
  plain.test           A     192.0.2.3
  _sip._udp.none.test  SRV   0 0 0 .
  none.test            A     192.0.2.4
  _sip._udp.gone.test  SRV   1 0 5060 missing.test
  _sip._tcp.gone.test  SRV   2 0 5060 b.full.test
  broken.test          A     FAIL
`;

const TABLE = `
  sip:192.0.2.7                    udp 192.0.2.7:5060
  sip:192.0.2.7:5090               udp 192.0.2.7:5090
  sip:192.0.2.7;transport=tcp      tcp 192.0.2.7:5060
  sip:[2001:db8::7]                udp 2001:db8::7:5060
  sips:192.0.2.7                   tls 192.0.2.7:5061
  sips:192.0.2.7;transport=tcp     tls 192.0.2.7:5061
  sip:full.test                    tls 192.0.2.1:5061 full.test, tls 2001:db8::1:5061 full.test
  sip:full.test;transport=udp      udp 192.0.2.1:5060, udp 2001:db8::1:5060, udp 192.0.2.2:5062
  sip:full.test;transport=tcp      tcp 192.0.2.1:5070, tcp 2001:db8::1:5070
  sips:full.test                   tls 192.0.2.1:5061 full.test, tls 2001:db8::1:5061 full.test
  sip:full.test:5099               udp 192.0.2.9:5099
  sips:full.test:5099              tls 192.0.2.9:5099 full.test
  sip:full.test:5099;transport=tcp tcp 192.0.2.9:5099
  sip:srv.test                     tcp 192.0.2.1:5080, tcp 2001:db8::1:5080
  sip:srv.test;transport=udp       udp 192.0.2.9:5060
  sip:plain.test                   udp 192.0.2.3:5060
  sips:plain.test                  tls 192.0.2.3:5061 plain.test
  sip:plain.test;transport=tcp     tcp 192.0.2.3:5060
  sip:none.test;transport=udp      LocateError no service
  sip:gone.test                    tcp 192.0.2.2:5060
  sip:nowhere.test                 LocateError no address
  sip:broken.test                  LocateError dns
  sips:full.test;transport=udp     LocateError transport
  sip:full.test;transport=ws       LocateError transport
`;

class Zone implements Resolver {
  readonly #rows = ZONE.trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/));

  async naptr(name: string): Promise<Answer<NaptrRecord>> {
    return answer(
      this.#find(name, 'NAPTR').map(([order, preference, flags, service, replacement]) => ({
        order: Number(order),
        preference: Number(preference),
        flags: flags ?? '',
        service: service ?? '',
        replacement: replacement ?? '',
      })),
    );
  }

  async srv(name: string): Promise<Answer<SrvRecord>> {
    return answer(
      this.#find(name, 'SRV').map(([priority, weight, port, target]) => ({
        priority: Number(priority),
        weight: Number(weight),
        port: Number(port),
        target: target ?? '',
      })),
    );
  }

  async addresses(name: string, family: 4 | 6): Promise<Answer<string>> {
    const found = this.#find(name, family === 4 ? 'A' : 'AAAA').map(([address]) => address ?? '');
    if (found.includes('FAIL')) throw new Error('SERVFAIL');
    return answer(found);
  }

  #find(name: string, type: string): string[][] {
    return this.#rows
      .filter((row) => row[0] === name && row[1] === type)
      .map((row) => row.slice(2));
  }
}

function answer<Record>(records: Record[]): Answer<Record> {
  return { records, ttlMs: 1000 };
}

for (const row of TABLE.trim().split('\n')) {
  const [uri = '', ...expected] = row.trim().split(/\s+/);
  test(`locate: ${uri} is reached by ${expected.join(' ')}`, async () => {
    const locator = new Locator({ resolver: new Zone(), random: { next32: () => 0 } });
    assert.equal(await show(locator.locate(read(uri))), expected.join(' '));
  });
}

test('locate: addresses of families that we have no listener for are left out', async () => {
  const random = { next32: () => 0 };
  const locator = new Locator({ resolver: new Zone(), random, families: [6] });
  assert.deepEqual(
    [
      await show(locator.locate(read('sip:a.full.test'))),
      await show(locator.locate(read('sip:192.0.2.1'))),
    ],
    ['udp 2001:db8::1:5060', 'LocateError no address'],
  );
});

test('locate: only transports that we have are chosen', async () => {
  const random = { next32: () => 0 };
  const locator = new Locator({ resolver: new Zone(), random, transports: ['udp'] });
  assert.equal(
    await show(locator.locate(read('sip:full.test'))),
    'udp 192.0.2.1:5060, udp 2001:db8::1:5060, udp 192.0.2.2:5062',
  );
});

function read(uri: string): Target {
  const [, scheme, host = '', port = '0', transport] =
    /^(sips?):(\[[^\]]+\]|[^:;]+)(?::(\d+))?(?:;transport=(\w+))?$/.exec(uri) ?? [];
  return {
    isSecure: scheme === 'sips',
    host: host.replace(/[[\]]/g, ''),
    port: Number(port),
    transport: transport as Transport | undefined,
  };
}

async function show(hops: Promise<readonly Hop[]>): Promise<string> {
  try {
    return (await hops).map(showOne).join(', ');
  } catch (error) {
    assert(error instanceof LocateError);
    return `LocateError ${error.code}`;
  }
}

function showOne({ transport, address, port, serverName }: Hop): string {
  return `${transport} ${address}:${port}${serverName === undefined ? '' : ` ${serverName}`}`;
}
