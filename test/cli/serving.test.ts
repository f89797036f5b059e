/** A manager as a process: it starts, says where it is, takes SIP, and drains on a signal. */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sipMessage } from '../http/fake-view.ts';
import { olderNode, type Program, runProgram, runtimeOf, startProgram } from './program.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/one-manager/manager.yaml', import.meta.url));

async function newSocket(context: TestContext): Promise<Socket> {
  const socket = createSocket('udp4');
  context.after(() => socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** A port that is free for UDP and TCP now: the system gives it to nobody else soon. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** Kills what a failed test leaves behind. */
function watched(context: TestContext, program: Program): Program {
  context.after(() => program.child.kill('SIGKILL'));
  return program;
}

async function exampleRunning(
  context: TestContext,
  args: readonly string[] = [],
  node?: string,
): Promise<{ program: Program; port: number; runtime: string }> {
  const runtime = runtimeOf(context);
  const port = await freePort();
  const started = startProgram(
    runtime,
    ['start', '-c', EXAMPLE, '--port', String(port), ...args],
    node === undefined ? {} : { node },
  );
  const program = watched(context, started);
  await program.said('manager ready');
  return { program, port, runtime };
}

/** Sends a request over UDP; resolves to the status line of the final answer. */
async function ask(
  socket: Socket,
  port: number,
  method: string,
  target: string,
  user: string,
): Promise<string> {
  const own = `127.0.0.1:${socket.address().port}`;
  const request = sipMessage(`${method} sip:${target} SIP/2.0`, [
    `Via: SIP/2.0/UDP ${own};branch=z9hG4bK${method}${user};rport`,
    'Max-Forwards: 70',
    `From: <sip:${user}@pbx.test>;tag=f`,
    `To: <sip:${method === 'REGISTER' ? `${user}@pbx.test` : target}>`,
    `Call-ID: ${method}-${user}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:${user}@${own}>`,
    'Content-Length: 0',
  ]);
  socket.send(request, port, '127.0.0.1');
  for (;;) {
    const [message] = await once(socket, 'message');
    const [line = ''] = String(message).split('\r\n');
    if (!/^SIP\/2\.0 1/.test(line)) return line;
  }
}

test('the example takes phones with and without a password, knows its numbers, and stops on SIGTERM', async (context) => {
  const { program, port, runtime } = await exampleRunning(context);
  const phone = await newSocket(context);
  const answers = [
    await ask(phone, port, 'REGISTER', 'pbx.test', 'basic1'),
    await ask(phone, port, 'REGISTER', 'pbx.test', '2000a'),
    await ask(phone, port, 'INVITE', '9999@pbx.test', 'caller'),
    await ask(phone, port, 'OPTIONS', 'pbx.test', 'caller'),
  ];
  const { out } = await runProgram(runtime, ['reg', 'ls', '-o', 'json']);
  program.child.kill('SIGTERM');
  const { code } = await program.ended;
  assert.deepEqual(
    [answers, JSON.parse(out).map((row: { device: string }) => row.device), code],
    [
      ['SIP/2.0 200 OK', 'SIP/2.0 401 Unauthorized', 'SIP/2.0 404 Not Found', 'SIP/2.0 200 OK'],
      ['basic1'],
      0,
    ],
  );
});

test('each line of the log is JSON with the manager on it', async (context) => {
  const { program, port } = await exampleRunning(context);
  program.child.kill('SIGINT');
  const { out } = await program.ended;
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines
      .filter(({ event }) => event.startsWith('manager '))
      .map(({ time, web, ...rest }) => ({ ...rest, hasTime: typeof time, hasWeb: typeof web })),
    [
      {
        level: 'info',
        manager: 'one',
        event: 'manager ready',
        listening: `udp://127.0.0.1:${port} tcp://127.0.0.1:${port}`,
        hasTime: 'string',
        hasWeb: 'string',
      },
      {
        level: 'info',
        manager: 'one',
        event: 'manager stopped',
        waitedS: 0,
        calls: 0,
        left: 0,
        hasTime: 'string',
        hasWeb: 'undefined',
      },
    ],
  );
});

test('a port that is taken is named, with what to change', async (context) => {
  const taken = await newSocket(context);
  const { port } = taken.address();
  const runtime = runtimeOf(context);
  const start = await runProgram(runtime, ['start', '-c', EXAMPLE, '--port', String(port)]);
  const demo = await runProgram(runtime, ['demo', '--port', String(port)]);
  assert.deepEqual(
    [start.code, start.err.replace(EXAMPLE, 'FILE'), demo.code, demo.err],
    [
      1,
      `udp 127.0.0.1:${port} is taken by another program: change 'sip: { listen: … }' in FILE, or use --port\n`,
      1,
      `udp 127.0.0.1:${port} is taken by another program: choose other ports with 'linewright demo --port ${port + 100}'\n`,
    ],
  );
});

test('the demo prints accounts that work, and says what it waited for', async (context) => {
  const runtime = runtimeOf(context);
  const port = await freePort();
  const program = watched(context, startProgram(runtime, ['demo', '--port', String(port)]));
  const out = await program.said('Ctrl-C ends it.');
  const users = [...out.matchAll(/^ {4}(\w+) +([a-z0-9]{12}) +sip:/gm)].map(([, user]) => user);
  const lines = await runProgram(runtime, ['line', 'show', '2001']);
  program.child.kill('SIGINT');
  const ended = await program.ended;
  assert.deepEqual(
    [users, lines.out.split('\n')[0], ended.code, ended.out.slice(out.length), ended.err],
    [
      ['ana', 'ben', 'carla', '1001', '1002'],
      'line 2001 "Reception", 0 calls',
      0,
      '\nStopped: no calls were up.\n',
      '',
    ],
  );
});

const older = olderNode();
const skip = older === undefined ? 'no older Node here' : false;

test('signals pass through an older Node that had to start the right one', {
  skip,
}, async (context) => {
  const { program } = await exampleRunning(context, [], older);
  program.child.kill('SIGTERM');
  const { code, out } = await program.ended;
  assert.deepEqual([code, out.includes('manager stopped')], [0, true]);
});

test('a manager does not outlive the older Node that started it', { skip }, async (context) => {
  const { program, runtime } = await exampleRunning(context, [], older);
  program.child.kill('SIGKILL');
  // Its output closes when the manager itself is gone.
  await program.ended;
  const { code } = await runProgram(runtime, ['reg', 'ls']);
  assert.equal(code, 4);
});
