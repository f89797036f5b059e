/** Requests of more than 1,300 octets leave by TCP when their target takes it (RFC 3261 §18.1.1). */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import test, { type TestContext } from 'node:test';
import type { Hop } from '../../src/sip/hop.ts';
import { type End, makeEnd, portOf, request, startEnd } from './end.ts';

/** An end with UDP and TCP on one port, as phones have it. */
async function startPhone(context: TestContext): Promise<End> {
  for (;;) {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    assert(address !== null && typeof address === 'object');
    holder.close();
    await once(holder, 'close');
    const { port } = address;
    const end = makeEnd({
      listen: [
        { transport: 'udp', address: '127.0.0.1', port },
        { transport: 'tcp', address: '127.0.0.1', port },
      ],
    });
    try {
      await end.transports.start();
    } catch {
      // Somebody else took the port for UDP: try another.
      continue;
    }
    context.after(() => end.transports.stop());
    return end;
  }
}

function udpHop(port: number): Hop {
  return { transport: 'udp', address: '127.0.0.1', port, flow: 0, listener: 0 };
}

/** As the transaction layer does: asks, writes the Via, sends. */
function sendLarge(end: End, hop: Hop): Hop {
  const preferred = end.transports.preferred(hop, request('INVITE', 1_300).length);
  end.transports.send(request('INVITE', 1_300, preferred.transport.toUpperCase()), preferred);
  return preferred;
}

test('the TCP hop is for requests of more than 1,300 octets over UDP, and is the same each time', async (context) => {
  const end = await startEnd(context, ['udp', 'tcp']);
  const hop = udpHop(5060);
  const tcp = end.transports.preferred(hop, 1_301);
  assert(tcp === end.transports.preferred(hop, 2_000));
  assert(hop === end.transports.preferred(hop, 1_300));
  assert(tcp === end.transports.preferred(tcp, 2_000));
  assert.deepEqual(tcp, { ...hop, transport: 'tcp', listener: 1 });
});

test('without a TCP listener of ours everything stays with UDP', async (context) => {
  const end = await startEnd(context, ['udp']);
  const hop = udpHop(5060);
  assert.equal(end.transports.preferred(hop, 2_000), hop);
});

test('a large request goes to a phone by TCP, and what is by the same hop follows it', async (context) => {
  const [server, phone] = [await startEnd(context, ['udp', 'tcp']), await startPhone(context)];
  const preferred = sendLarge(server, udpHop(portOf(phone)));
  server.transports.send(request('CANCEL'), preferred);
  const received = await phone.received.take(2);
  assert.deepEqual(
    received.map(({ text, hop }) => [text, hop.transport]),
    [
      [request('INVITE', 1_300), 'tcp'],
      [request('CANCEL'), 'tcp'],
    ],
  );
});

test('a phone that refuses TCP is sent the request by UDP, with that in the Via, and not asked again', async (context) => {
  const [server, phone] = [
    await startEnd(context, ['udp', 'tcp']),
    await startEnd(context, ['udp']),
  ];
  const hop = udpHop(portOf(phone));
  const preferred = sendLarge(server, hop);
  const first = await phone.received.next();
  server.transports.send(request('CANCEL'), preferred);
  const second = await phone.received.next();
  assert.deepEqual(
    [first.text, second.text, server.transports.preferred(hop, 2_000) === hop],
    [request('INVITE', 1_300, 'UDP'), request('CANCEL', 0, 'UDP'), true],
  );
});

test('a phone that had refused TCP is asked again after a while', async (context) => {
  const limits = { withoutTcpMs: 0 };
  const server = await startEnd(context, ['udp', 'tcp'], { limits });
  const phone = await startEnd(context, ['udp']);
  const hop = udpHop(portOf(phone));
  sendLarge(server, hop);
  await phone.received.next();
  assert.equal(server.transports.preferred(hop, 2_000).transport, 'tcp');
});

test('a phone whose firewall swallows TCP is not waited for', async (context) => {
  const port = await startDeaf(context);
  const phone = createSocket('udp4').bind(port, '127.0.0.1');
  await once(phone, 'listening');
  context.after(() => phone.close());
  const server = await startEnd(context, ['udp', 'tcp'], { limits: { preferTcpMs: 30 } });
  sendLarge(server, udpHop(port));
  const [datagram]: Buffer[] = await once(phone, 'message');
  assert.equal(String(datagram), request('INVITE', 1_300, 'UDP'));
});

/** A TCP port that answers nobody: its owner is stopped, and the queue of those who wait is full. */
async function startDeaf(context: TestContext): Promise<number> {
  const code = `const s = require('net').createServer();
    s.listen(0, '127.0.0.1', 1, () => console.log(s.address().port))`;
  const owner = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(() => owner.kill('SIGKILL'));
  const [line] = await once(owner.stdout, 'data');
  owner.kill('SIGSTOP');
  const port = Number(line);
  const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1'));
  for (const filler of fillers) {
    filler.on('error', () => {});
    context.after(() => filler.destroy());
  }
  // A backlog of 1 takes two: whoever comes then hears nothing.
  await Promise.all(fillers.slice(0, 2).map((filler) => once(filler, 'connect')));
  return port;
}

test('what fails by UDP as well is reported with the hop that was asked for', async (context) => {
  const server = await startEnd(context, ['udp', 'tcp']);
  const unused = createSocket('udp4').bind(0, '127.0.0.1');
  await once(unused, 'listening');
  const { port } = unused.address();
  unused.close();
  const hop = udpHop(port);
  const text = request('INVITE', 66_000);
  const preferred = server.transports.preferred(hop, text.length);
  server.transports.send(text, preferred);
  const failure = await server.failed.next();
  assert.deepEqual(failure, { hop: preferred, text });
});
