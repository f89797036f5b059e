/** UDP over real sockets on the loopback, and what is above the driver with a driver of our own. */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import test, { type TestContext } from 'node:test';
import type {
  BoundSocket,
  DatagramDriver,
  DatagramEvents,
} from '../../src/transport/datagram-driver.ts';
import { Locator } from '../../src/transport/locate.ts';
import { hopTo, LogBook, makeEnd, portOf, request, startEnd } from './end.ts';

async function bindPlain(context: TestContext): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  context.after(() => socket.close());
  return socket;
}

test('a datagram comes up with the hop by which its answer goes back', async (context) => {
  const [server, phone] = [await startEnd(context, ['udp']), await startEnd(context, ['udp'])];
  phone.transports.send(request('OPTIONS'), hopTo(server));
  const asked = await server.received.next();
  server.transports.send('SIP/2.0 200 OK\r\n\r\n', asked.hop);
  const answered = await phone.received.next();
  const hop = { transport: 'udp', address: '127.0.0.1', flow: 0, listener: 0 };
  assert.deepEqual(
    [asked, answered],
    [
      { text: request('OPTIONS'), hop: { ...hop, port: portOf(phone) } },
      { text: 'SIP/2.0 200 OK\r\n\r\n', hop: { ...hop, port: portOf(server) } },
    ],
  );
});

test('octets of any kind arrive as they were sent', async (context) => {
  const [server, phone] = [await startEnd(context, ['udp']), await startEnd(context, ['udp'])];
  const text = `MESSAGE sip:a SIP/2.0\r\n\r\n${String.fromCharCode(...Array(256).keys())}`;
  phone.transports.send(text, hopTo(server));
  assert.equal((await server.received.next()).text, text);
});

test('a peer is the same hop each time', async (context) => {
  const [server, phone] = [await startEnd(context, ['udp']), await startEnd(context, ['udp'])];
  for (const method of ['REGISTER', 'OPTIONS'])
    phone.transports.send(request(method), hopTo(server));
  const [first, second] = await server.received.take(2);
  assert(first !== undefined && first.hop === second?.hop);
});

test('IPv6 has listeners of its own, and a message leaves by the listener of its family', async (context) => {
  const listen = [
    { transport: 'udp', address: '127.0.0.1', port: 0 },
    { transport: 'udp', address: '::1', port: 0 },
  ] as const;
  const [server, phone] = [
    await startEnd(context, [], { listen }),
    await startEnd(context, [], { listen }),
  ];
  phone.transports.send(request('OPTIONS'), hopTo(server, 1));
  const { hop } = await server.received.next();
  assert.deepEqual(
    [hop, server.transports.listeners[1]?.sentBy],
    [
      { transport: 'udp', address: '::1', port: portOf(phone, 1), flow: 0, listener: 1 },
      `[::1]:${portOf(server, 1)}`,
    ],
  );
});

test('a STUN binding request on the SIP port is answered there (RFC 5626 §3.5.2)', async (context) => {
  const server = await startEnd(context, ['udp']);
  const phone = await bindPlain(context);
  const request = Buffer.from('000100002112a442b7e7a701bc34d686fa87dfae', 'hex');
  phone.send(request, portOf(server), '127.0.0.1');
  const [answer]: Buffer[] = await once(phone, 'message');
  const port = (phone.address().port ^ 0x2112).toString(16).padStart(4, '0');
  assert.deepEqual(
    [answer?.toString('hex'), server.transports.counters.keepAlives],
    [`0101000c2112a442b7e7a701bc34d686fa87dfae002000080001${port}5e12a443`, 1],
  );
});

test('line ends, zeros and empty datagrams keep a NAT open and go no further', async (context) => {
  const server = await startEnd(context, ['udp']);
  const phone = await bindPlain(context);
  for (const text of ['\r\n\r\n', '\0\0\0\0', '', request('OPTIONS')])
    phone.send(Buffer.from(text), portOf(server), '127.0.0.1');
  const { text } = await server.received.next();
  const { datagramsIn, keepAlives } = server.transports.counters;
  assert.deepEqual([text, datagramsIn, keepAlives], [request('OPTIONS'), 4, 3]);
});

test('what is too long for a datagram is reported with its hop, later', async (context) => {
  const end = await startEnd(context, ['udp']);
  const hop = hopTo(end);
  const text = request('MESSAGE', 66_000);
  end.transports.send(text, hop);
  assert.deepEqual(
    [await end.failed.next(), end.transports.counters.sendFailures],
    [{ hop, text }, 1],
  );
});

test('without a listener of that kind nothing is sent, and that is said', async (context) => {
  const end = await startEnd(context, ['tcp']);
  const hop = { ...hopTo(end), transport: 'udp' } as const;
  end.transports.send(request('OPTIONS'), hop);
  assert.deepEqual(await end.failed.next(), { hop, text: request('OPTIONS') });
});

test('a host name is resolved, once for all that asks while the answer is out', async (context) => {
  const asked: string[] = [];
  const none = { records: [], ttlMs: 1000 };
  const locator = new Locator({
    random: { next32: () => 0 },
    resolver: {
      naptr: async () => none,
      srv: async () => none,
      addresses: async (name, family) => {
        asked.push(`${family} ${name}`);
        return family === 4 ? { records: ['127.0.0.1'], ttlMs: 1000 } : none;
      },
    },
  });
  const server = await startEnd(context, ['udp']);
  const phone = await startEnd(context, ['udp'], { locator });
  const hop = { ...hopTo(server), address: 'pbx.test' };
  for (const method of ['INVITE', 'OPTIONS']) phone.transports.send(request(method), hop);
  const texts = (await server.received.take(2)).map(({ text }) => text);
  phone.transports.send(request('BYE'), hop);
  texts.push((await server.received.next()).text);
  assert.deepEqual(
    [texts, asked],
    [['INVITE', 'OPTIONS', 'BYE'].map((method) => request(method)), ['4 pbx.test', '6 pbx.test']],
  );
});

test('a host that nobody knows fails what was to go there', async (context) => {
  const none = { records: [], ttlMs: 1000 };
  const nobody = { naptr: async () => none, srv: async () => none, addresses: async () => none };
  const locator = new Locator({ random: { next32: () => 0 }, resolver: nobody });
  const end = await startEnd(context, ['udp'], { locator });
  const hop = { ...hopTo(end), address: 'nowhere.test' };
  end.transports.send(request('OPTIONS'), hop);
  assert.deepEqual(await end.failed.next(), { hop, text: request('OPTIONS') });
});

test('a taken port is named, with what to do, and nothing stays bound', async (context) => {
  const first = await startEnd(context, ['udp']);
  const free = createSocket('udp4').bind(0, '127.0.0.1');
  await once(free, 'listening');
  const freed = free.address().port;
  free.close();
  await once(free, 'close');
  const port = portOf(first);
  const second = makeEnd({
    listen: [
      { transport: 'udp', address: '127.0.0.1', port: freed },
      { transport: 'udp', address: '127.0.0.1', port },
    ],
  });
  await assert.rejects(second.transports.start(), {
    name: 'ListenError',
    code: 'EADDRINUSE',
    transport: 'udp',
    address: '127.0.0.1',
    port,
    message: `cannot listen on udp://127.0.0.1:${port}: port ${port} on 127.0.0.1 is taken: stop the program that holds it, or choose another port`,
  });
  const socket = createSocket('udp4');
  socket.bind(freed, '127.0.0.1');
  await once(socket, 'listening');
  socket.close();
});

test('the tap sees each message in either direction', async (context) => {
  const end = await startEnd(context, ['udp']);
  const seen: string[] = [];
  end.transports.onTraffic = (direction, hop, text) =>
    seen.push(`${direction} ${hop.port} ${text.slice(0, 7)}`);
  end.transports.send(request('OPTIONS'), hopTo(end));
  await end.received.next();
  assert.deepEqual(seen, [`out ${portOf(end)} OPTIONS`, `in ${portOf(end)} OPTIONS`]);
});

/** A driver that reads in batches and keeps what it is to send. */
class BatchDriver implements DatagramDriver {
  readonly calls: string[] = [];
  events: DatagramEvents | undefined;

  async bind(address: string, port: number, events: DatagramEvents): Promise<BoundSocket> {
    this.events = events;
    return { address, port, receiveBufferBytes: 425_984 };
  }

  send(payload: Uint8Array, port: number, address: string): void {
    this.calls.push(`send ${Buffer.from(payload).toString('latin1')} to ${address}:${port}`);
  }

  flush(): void {
    this.calls.push('flush');
  }

  async close(): Promise<void> {}
}

test('a driver that takes several datagrams at a time has them handed up together', async (context) => {
  const driver = new BatchDriver();
  const batches: string[][] = [];
  const end = makeEnd({
    listen: [{ transport: 'udp', address: '127.0.0.1', port: 5060 }],
    datagramDriver: () => driver,
    receive: (batch) => {
      batches.push(batch.map(({ text, hop }) => `${text} from ${hop.port}`));
      for (const { text, hop } of batch) end.transports.send(text.toUpperCase(), hop);
    },
  });
  await end.transports.start();
  context.after(() => end.transports.stop());
  const datagram = (text: string, port: number) => ({
    payload: Buffer.from(text),
    address: '127.0.0.1',
    port,
  });
  driver.events?.received([datagram('first', 7), datagram('\r\n\r\n', 7), datagram('second', 8)]);
  assert.deepEqual(
    [batches, driver.calls],
    [
      [['first from 7', 'second from 8']],
      ['send FIRST to 127.0.0.1:7', 'send SECOND to 127.0.0.1:8', 'flush'],
    ],
  );
});

test('a kernel that grants a small receive buffer is told of in the log, with the remedy', async (context) => {
  const log = new LogBook();
  const end = makeEnd({
    listen: [{ transport: 'udp', address: '127.0.0.1', port: 5060 }],
    datagramDriver: () => new BatchDriver(),
    log,
  });
  await end.transports.start();
  context.after(() => end.transports.stop());
  assert.deepEqual(log.lines[0], {
    level: 'warn',
    event: 'udp receive buffer too small',
    fields: {
      listener: 'udp://127.0.0.1:5060',
      wanted: 4_194_304,
      granted: 425_984,
      remedy: 'sysctl -w net.core.rmem_max=4194304',
    },
  });
});
