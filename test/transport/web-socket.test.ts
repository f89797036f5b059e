/** SIP over WebSocket (RFC 7118), with the client of `ws`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { makeAuthority, makeIdentity } from './certificates.ts';
import { type End, hopTo, portOf, request, startEnd } from './end.ts';

type Dialed = { readonly protocols?: string[]; readonly options?: WebSocket.ClientOptions };

function open(context: TestContext, url: string, dialed: Dialed = {}): WebSocket {
  const socket = new WebSocket(url, dialed.protocols ?? ['sip'], dialed.options ?? {});
  context.after(() => socket.terminate());
  return socket;
}

function urlOf(end: End): string {
  return `ws://127.0.0.1:${portOf(end)}/`;
}

async function dial(context: TestContext, end: End, dialed: Dialed = {}): Promise<WebSocket> {
  const socket = open(context, urlOf(end), dialed);
  await once(socket, 'open');
  return socket;
}

/** The status of the HTTP response that refuses the connection. */
async function refusal(context: TestContext, url: string, dialed: Dialed = {}): Promise<number> {
  const socket = open(context, url, dialed);
  const [error]: Error[] = await once(socket, 'error').catch((error) => [error]);
  return Number(/Unexpected server response: (\d+)/.exec(error?.message ?? '')?.[1]);
}

test('one message crosses per frame, in both directions, by one flow', async (context) => {
  const server = await startEnd(context, ['ws']);
  const browser = await dial(context, server);
  browser.send(request('REGISTER', 0, 'WS'));
  const { text, hop } = await server.received.next();
  server.transports.send('SIP/2.0 200 OK\r\n\r\n', hop);
  const [data, isBinary] = await once(browser, 'message');
  assert.deepEqual(
    [text, hop.transport, hop.flow, browser.protocol, String(data), isBinary],
    [request('REGISTER', 0, 'WS'), 'ws', 1, 'sip', 'SIP/2.0 200 OK\r\n\r\n', false],
  );
});

test('UTF-8 passes as text, what is none as a binary frame, and either unharmed', async (context) => {
  const server = await startEnd(context, ['ws']);
  const browser = await dial(context, server);
  browser.send('MESSAGE sip:a SIP/2.0\r\n\r\nGrüße');
  const { text, hop } = await server.received.next();
  server.transports.send(text, hop);
  const [echo, echoIsBinary]: [Buffer, boolean] = (await once(browser, 'message')) as never;
  server.transports.send('\xff\xfe', hop);
  const [octets, octetsAreBinary]: [Buffer, boolean] = (await once(browser, 'message')) as never;
  assert.deepEqual(
    [echo.toString('utf8'), echoIsBinary, octets.toString('hex'), octetsAreBinary],
    ['MESSAGE sip:a SIP/2.0\r\n\r\nGrüße', false, 'fffe', true],
  );
});

test('a double CRLF frame is answered with a single one (RFC 7118 §6)', async (context) => {
  const server = await startEnd(context, ['ws']);
  const browser = await dial(context, server);
  browser.send('\r\n\r\n');
  const [pong] = await once(browser, 'message');
  assert.deepEqual([String(pong), server.transports.counters.keepAlives], ['\r\n', 1]);
});

test('a browser that answers no pings is gone', async (context) => {
  const server = await startEnd(context, ['ws'], { limits: { pingMs: 40 } });
  const deaf = await dial(context, server, { options: { autoPong: false } });
  const alive = await dial(context, server);
  const [pinged] = [once(alive, 'ping')];
  await once(deaf, 'close');
  await pinged;
  assert.deepEqual(
    [await server.closed.next(), server.transports.counters.connectionsOpen],
    [1, 1],
  );
});

test('without the sip subprotocol the handshake is refused', async (context) => {
  const server = await startEnd(context, ['ws']);
  assert.deepEqual(
    [
      await refusal(context, urlOf(server), { protocols: [] }),
      await refusal(context, urlOf(server), { protocols: ['chat'] }),
      (await dial(context, server, { protocols: ['chat', 'sip'] })).protocol,
    ],
    [400, 400, 'sip'],
  );
});

test('pages of a foreign origin are refused', async (context) => {
  const server = await startEnd(context, ['ws'], {
    allowOrigin: (origin) => origin === undefined || origin === 'https://pbx.test',
  });
  const foreign = await refusal(context, urlOf(server), {
    options: { origin: 'https://evil.test' },
  });
  const own = await dial(context, server, { options: { origin: 'https://pbx.test' } });
  const phone = await dial(context, server);
  assert.deepEqual(
    [foreign, own.readyState, phone.readyState, server.transports.counters.connectionsRefused],
    [403, WebSocket.OPEN, WebSocket.OPEN, 1],
  );
});

test('a message of more than 64 KiB ends the connection', async (context) => {
  const server = await startEnd(context, ['ws']);
  const browser = await dial(context, server);
  browser.send(request('MESSAGE', 65_536));
  const [code] = await once(browser, 'close');
  assert.deepEqual([code, await server.closed.next()], [1009, 1]);
});

test('nothing but WebSocket is served', async (context) => {
  const server = await startEnd(context, ['ws']);
  const response = await fetch(`http://127.0.0.1:${portOf(server)}/`);
  await response.body?.cancel();
  assert.equal(response.status, 426);
});

test('a browser is reached by its flow only: no WebSocket is opened by us', async (context) => {
  const [server, other] = [await startEnd(context, ['ws']), await startEnd(context, ['ws'])];
  other.transports.send(request('INVITE'), hopTo(server));
  assert.deepEqual(await other.failed.next(), { hop: hopTo(server), text: request('INVITE') });
});

test('an HTTP server that serves other things takes SIP on a path of its own', async (context) => {
  const web = createServer((_request, response) => response.end('console'));
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
  context.after(() => web.close());
  const { port } = web.address() as AddressInfo;
  const server = await startEnd(context, []);
  server.transports.attachWebSocket(web, '/sip');
  web.on('upgrade', (request, socket) => {
    if (request.url === '/events') socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
  });
  const browser = open(context, `ws://127.0.0.1:${port}/sip?v=1`);
  await once(browser, 'open');
  browser.send(request('REGISTER'));
  const { text, hop } = await server.received.next();
  const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
  const other = await refusal(context, `ws://127.0.0.1:${port}/events`);
  assert.deepEqual(
    [text, hop.listener, server.transports.sentBy(hop), page, other],
    [request('REGISTER'), 0, `127.0.0.1:${port}`, 'console', 404],
  );
});

test('over TLS it is wss', async (context) => {
  const authority = await makeAuthority();
  const tls = await makeIdentity(authority, 'pbx.test');
  const server = await startEnd(context, ['wss'], { tls });
  const browser = open(context, `wss://127.0.0.1:${portOf(server)}/`, {
    options: { ca: authority.cert },
  });
  await once(browser, 'open');
  browser.send(request('REGISTER'));
  const { hop } = await server.received.next();
  assert.deepEqual([hop.transport, hop.listener], ['wss', 0]);
});
