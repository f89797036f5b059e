/** TCP over real sockets on the loopback: framing, reuse, keep-alive, and every limit. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { type End, hopTo, portOf, request, startEnd } from './end.ts';

async function dial(context: TestContext, end: End, index = 0): Promise<Socket> {
  const socket = connect({ port: portOf(end, index), host: '127.0.0.1', noDelay: true });
  // A reset is what some of these tests are about.
  socket.on('error', () => {});
  context.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function write(socket: Socket, text: string): Promise<void> {
  await new Promise((resolve) => socket.write(text, 'latin1', resolve));
}

test('a stream is cut into its messages wherever the network cuts it', async (context) => {
  const server = await startEnd(context, ['tcp']);
  const stream = `${request('INVITE', 7)}\r\n\r\n${request('ACK')}\r\n${request('BYE', 2)}`;
  const cuts = Array.from(stream, (_octet, index) => index);
  const sockets = await Promise.all(cuts.map(() => dial(context, server)));
  await Promise.all(
    sockets.map((socket, index) => write(socket, stream.slice(0, cuts[index]) || '\r\n')),
  );
  await Promise.all(sockets.map((socket, index) => write(socket, stream.slice(cuts[index]))));
  const byFlow = new Map<number, string[]>();
  for (const { text, hop } of await server.received.take(3 * cuts.length)) {
    byFlow.set(hop.flow, [...(byFlow.get(hop.flow) ?? []), text]);
  }
  const expected = [request('INVITE', 7), request('ACK'), request('BYE', 2)];
  assert.deepEqual([...byFlow.values()], Array(cuts.length).fill(expected));
});

test('what one piece of a stream brings is handed up together', async (context) => {
  const batches: number[] = [];
  const server = await startEnd(context, ['tcp'], {
    receive: (batch) => {
      batches.push(batch.length);
      server.received.put({ text: '', hop: hopTo(server) });
    },
  });
  const socket = await dial(context, server);
  await write(socket, request('INVITE') + request('ACK') + request('BYE'));
  await server.received.next();
  assert.deepEqual(batches, [3]);
});

test('a double CRLF is answered with a single one (RFC 5626 §3.5.1)', async (context) => {
  const server = await startEnd(context, ['tcp']);
  const socket = await dial(context, server);
  await write(socket, '\r\n\r\n');
  const [pong]: Buffer[] = await once(socket, 'data');
  assert.deepEqual([String(pong), server.transports.counters.keepAlives], ['\r\n', 1]);
});

test('an answer goes back by the connection that the request came on', async (context) => {
  const server = await startEnd(context, ['tcp']);
  const socket = await dial(context, server);
  await write(socket, request('OPTIONS'));
  const { hop } = await server.received.next();
  server.transports.send('SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n', hop);
  const [answer]: Buffer[] = await once(socket, 'data');
  assert.deepEqual(
    [hop, String(answer)],
    [
      {
        transport: 'tcp',
        address: '127.0.0.1',
        port: socket.localPort,
        flow: 1,
        listener: 0,
      },
      'SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n',
    ],
  );
});

test('one connection is opened to a far end, and used again', async (context) => {
  const [server, client] = [await startEnd(context, ['tcp']), await startEnd(context, ['tcp'])];
  // The first two wait for it to open.
  for (const method of ['INVITE', 'CANCEL']) client.transports.send(request(method), hopTo(server));
  const received = await server.received.take(2);
  client.transports.send(request('BYE'), hopTo(server));
  received.push(await server.received.next());
  assert.deepEqual(
    [
      received.map(({ text, hop }) => [text, hop.flow]),
      client.transports.counters.connectionsOpened,
    ],
    [
      [
        [request('INVITE'), 1],
        [request('CANCEL'), 1],
        [request('BYE'), 1],
      ],
      1,
    ],
  );
});

test('a far end that opened a connection is reached by it, by flow or by address', async (context) => {
  const [server, client] = [await startEnd(context, ['tcp']), await startEnd(context, ['tcp'])];
  client.transports.send(request('REGISTER'), hopTo(server));
  const { hop } = await server.received.next();
  server.transports.send(request('INVITE'), hop);
  server.transports.send(request('OPTIONS'), { ...hop, flow: 0 });
  const texts = (await client.received.take(2)).map(({ text }) => text);
  assert.deepEqual(
    [texts, server.transports.counters.connectionsOpened],
    [[request('INVITE'), request('OPTIONS')], 0],
  );
});

test('a flow that is gone carries nothing, and its end is told after its last message', async (context) => {
  const server = await startEnd(context, ['tcp']);
  const socket = await dial(context, server);
  socket.end(request('OPTIONS'));
  const { hop } = await server.received.next();
  const flow = await server.closed.next();
  server.transports.send(request('INVITE'), hop);
  assert.deepEqual([flow, await server.failed.next()], [1, { hop, text: request('INVITE') }]);
});

test('a refused connection fails all that waited for it', async (context) => {
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const address = gone.address();
  assert(address !== null && typeof address === 'object');
  gone.close();
  const client = await startEnd(context, ['tcp']);
  const hop = { ...hopTo(client), port: address.port };
  for (const method of ['INVITE', 'OPTIONS']) client.transports.send(request(method), hop);
  assert.deepEqual(await client.failed.take(2), [
    { hop, text: request('INVITE') },
    { hop, text: request('OPTIONS') },
  ]);
});

test('only so many messages wait for a connection', async (context) => {
  const server = await startEnd(context, ['tcp']);
  const client = await startEnd(context, ['tcp'], { limits: { waitingMax: 2 } });
  const hop = hopTo(server);
  for (const method of ['A', 'B', 'C']) client.transports.send(request(method), hop);
  const texts = (await server.received.take(2)).map(({ text }) => text);
  assert.deepEqual(
    [texts, await client.failed.next()],
    [[request('A'), request('B')], { hop, text: request('C') }],
  );
});

test('a connection that is asked to close sends its last words first', async (context) => {
  const server = await startEnd(context, ['tcp']);
  const socket = await dial(context, server);
  await write(socket, request('OPTIONS'));
  const { hop } = await server.received.next();
  server.transports.send(request('BYE', 60_000), hop);
  server.transports.close(hop.flow);
  let octets = 0;
  socket.on('data', (chunk: Buffer) => {
    octets += chunk.length;
  });
  await once(socket, 'end');
  assert.deepEqual([octets, await server.closed.next()], [request('BYE', 60_000).length, hop.flow]);
});

test('a stream that cannot be framed is answered, and closed', async (context) => {
  const answer = 'SIP/2.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n';
  const codes: string[] = [];
  const server = await startEnd(context, ['tcp'], {
    faulted: (fault, hop) => {
      codes.push(fault.code);
      server.transports.send(answer, hop);
    },
  });
  const socket = await dial(context, server);
  await write(socket, `${request('OPTIONS')}INVITE sip:a SIP/2.0\r\nFrom: nobody\r\n\r\n`);
  const [answered]: Buffer[] = await once(socket, 'data');
  const { text, hop } = await server.received.next();
  assert.deepEqual(
    [text, codes, String(answered), await server.closed.next()],
    [request('OPTIONS'), ['content length'], answer, hop.flow],
  );
});

for (const [name, limits, text] of [
  ['that does not end its message', { messageMs: 40 }, request('INVITE', 9).slice(0, -1)],
  ['that says nothing', { firstMessageMs: 40 }, ''],
  ['on which nothing moves', { idleMs: 40 }, request('OPTIONS')],
] as const) {
  test(`a connection ${name} is closed`, async (context) => {
    const server = await startEnd(context, ['tcp'], { limits });
    const socket = await dial(context, server);
    const ended = once(socket, 'close');
    if (text !== '') await write(socket, text);
    socket.resume();
    await ended;
    assert.deepEqual(
      [await server.closed.next(), server.transports.counters.connectionsClosed],
      [1, 1],
    );
  });
}

test('octets that trickle in do not put off the end of a message that takes too long', async (context) => {
  const server = await startEnd(context, ['tcp'], { limits: { messageMs: 60 } });
  const socket = await dial(context, server);
  socket.resume();
  socket.write('INVITE ');
  const trickle = setInterval(() => socket.write('x'), 5);
  context.after(() => clearInterval(trickle));
  // What trickles on after the end may be met by a reset.
  socket.on('error', () => {});
  await new Promise((resolve) => socket.on('close', resolve));
  assert.equal(server.transports.counters.connectionsClosed, 1);
});

test('a far end that reads nothing is let go before it fills our memory', async (context) => {
  const server = await startEnd(context, ['tcp'], { limits: { unsentBytesMax: 100_000 } });
  const socket = await dial(context, server);
  socket.pause();
  await write(socket, request('OPTIONS'));
  const { hop } = await server.received.next();
  const text = request('MESSAGE', 60_000);
  let sent = 0;
  const failure = server.failed.next();
  while (server.transports.counters.connectionsClosed === 0 && sent < 1_000) {
    server.transports.send(text, hop);
    sent++;
  }
  assert.deepEqual([await failure, await server.closed.next()], [{ hop, text }, hop.flow]);
});

for (const [name, limits] of [
  ['from one address', { connectionsPerAddressMax: 2 }],
  ['in all', { connectionsMax: 2 }],
] as const) {
  test(`so many connections ${name} are taken, and no more until one closes`, async (context) => {
    const server = await startEnd(context, ['tcp'], { limits });
    const first = await dial(context, server);
    const second = await dial(context, server);
    await write(first, request('A'));
    await write(second, request('B'));
    await server.received.take(2);
    const third = await dial(context, server);
    third.resume();
    await once(third, 'close');
    first.destroy();
    await server.closed.next();
    const fourth = await dial(context, server);
    await write(fourth, request('D'));
    const { text } = await server.received.next();
    const { connectionsAccepted, connectionsRefused, connectionsOpen } = server.transports.counters;
    assert.deepEqual(
      [text, connectionsAccepted, connectionsRefused, connectionsOpen],
      [request('D'), 3, 1, 2],
    );
  });
}

test('connections from addresses that are not admitted are closed at once', async (context) => {
  const asked: string[] = [];
  const server = await startEnd(context, ['tcp'], {
    admit: (address) => {
      asked.push(address);
      return false;
    },
  });
  const socket = await dial(context, server);
  socket.resume();
  await once(socket, 'close');
  assert.deepEqual([asked, server.transports.counters.connectionsRefused], [['127.0.0.1'], 1]);
});

test('after stop nothing is open and nothing listens', async (context) => {
  const server = await startEnd(context, ['tcp', 'udp']);
  const port = portOf(server);
  const socket = await dial(context, server);
  await write(socket, request('OPTIONS'));
  await server.received.next();
  const ended = once(socket.resume(), 'close');
  await server.transports.stop();
  await ended;
  const late = connect({ port, host: '127.0.0.1' });
  const [error]: Error[] = await once(late, 'error');
  assert.deepEqual(
    [error?.message, server.transports.counters.connectionsOpen, server.transports.listeners],
    [`connect ECONNREFUSED 127.0.0.1:${port}`, 0, []],
  );
});
