/** TLS over real sockets on the loopback, with certificates made for the purpose. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectPlain, createServer } from 'node:net';
import test from 'node:test';
import { connect } from 'node:tls';
import { Locator } from '../../src/transport/locate.ts';
import { type Authority, makeAuthority, makeIdentity } from './certificates.ts';
import { hopTo, makeEnd, portOf, request, startEnd } from './end.ts';

const authority: Authority = await makeAuthority();
const server = await makeIdentity(authority, 'pbx.test');

/** Knows every name, at the loopback. */
const everywhere = new Locator({
  random: { next32: () => 0 },
  resolver: {
    naptr: async () => ({ records: [], ttlMs: 0 }),
    srv: async () => ({ records: [], ttlMs: 0 }),
    addresses: async (_name, family) => ({
      records: family === 4 ? ['127.0.0.1'] : [],
      ttlMs: 0,
    }),
  },
});

test('messages cross in both directions by one verified connection', async (context) => {
  const called = await startEnd(context, ['tls'], { tls: server });
  const caller = await startEnd(context, ['tls'], { tls: server });
  caller.transports.send(request('INVITE', 0, 'TLS'), hopTo(called));
  const { text, hop } = await called.received.next();
  called.transports.send('SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n', hop);
  const answer = await caller.received.next();
  assert.deepEqual(
    [text, hop.transport, answer.text, answer.hop.port, caller.transports.counters],
    [
      request('INVITE', 0, 'TLS'),
      'tls',
      'SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n',
      portOf(called),
      { ...caller.transports.counters, connectionsOpened: 1, connectionsOpen: 1 },
    ],
  );
});

test('a server is verified by the name that led to it, and asked for by it (SNI)', async (context) => {
  const called = await startEnd(context, ['tls'], { tls: server });
  const caller = await startEnd(context, ['tls'], { tls: server, locator: everywhere });
  const right = { ...hopTo(called), address: 'pbx.test' };
  const wrong = { ...hopTo(called), address: 'other.test' };
  caller.transports.send(request('OPTIONS'), wrong);
  const failure = await caller.failed.next();
  caller.transports.send(request('INVITE'), right);
  assert.deepEqual(
    [failure, (await called.received.next()).text],
    [{ hop: wrong, text: request('OPTIONS') }, request('INVITE')],
  );
});

test('a server that nobody vouches for is not spoken to, unless that is switched off', async (context) => {
  const stranger = await makeIdentity(await makeAuthority(), 'pbx.test');
  const called = await startEnd(context, ['tls'], { tls: stranger });
  const careful = await startEnd(context, ['tls'], { tls: server });
  const trusting = await startEnd(context, ['tls'], { tls: { ...server, verify: false } });
  careful.transports.send(request('OPTIONS'), hopTo(called));
  const failure = await careful.failed.next();
  trusting.transports.send(request('INVITE'), hopTo(called));
  assert.deepEqual(
    [failure, (await called.received.next()).text],
    [{ hop: hopTo(called), text: request('OPTIONS') }, request('INVITE')],
  );
});

test('TLS 1.1 is refused', async (context) => {
  const called = await startEnd(context, ['tls'], { tls: server });
  const socket = connect({
    port: portOf(called),
    host: '127.0.0.1',
    rejectUnauthorized: false,
    minVersion: 'TLSv1.1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  await assert.rejects(once(socket, 'secureConnect'), /protocol version|alert/i);
});

test('a handshake that does not end fails what waits for it', async (context) => {
  const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  context.after(() => silent.close());
  const address = silent.address();
  assert(address !== null && typeof address === 'object');
  const caller = await startEnd(context, ['tls'], { tls: server, limits: { openMs: 40 } });
  const hop = { ...hopTo(caller), port: address.port };
  caller.transports.send(request('INVITE'), hop);
  assert.deepEqual(await caller.failed.next(), { hop, text: request('INVITE') });
});

test('connections that begin no handshake are counted, and closed', async (context) => {
  const limits = { openMs: 60, connectionsPerAddressMax: 1 };
  const called = await startEnd(context, ['tls'], { tls: server, limits });
  const silent = connectPlain(portOf(called), '127.0.0.1');
  await once(silent, 'connect');
  const second = connectPlain(portOf(called), '127.0.0.1');
  second.on('error', () => {});
  await once(second.resume(), 'close');
  await once(silent.resume(), 'close');
  const { connectionsAccepted, connectionsRefused } = called.transports.counters;
  assert.deepEqual([connectionsAccepted, connectionsRefused], [1, 1]);
});

test('without a certificate a TLS listener says what it needs', async () => {
  const end = makeEnd({ listen: [{ transport: 'tls', address: '127.0.0.1', port: 5061 }] });
  await assert.rejects(end.transports.start(), {
    code: 'certificate',
    message:
      'cannot listen on tls://127.0.0.1:5061: it needs a certificate and its key: none is configured',
  });
});

test('a certificate that cannot be read is a reason not to start', async () => {
  const listen = [{ transport: 'tls', address: '127.0.0.1', port: 0 }] as const;
  const end = makeEnd({ listen, tls: { cert: 'no certificate', key: 'no key' } });
  await assert.rejects(end.transports.start(), { name: 'ListenError', code: 'certificate' });
});
