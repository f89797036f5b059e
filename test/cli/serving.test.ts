/** A manager as a process: it starts, says where it is, takes SIP, and drains on a signal. */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sipMessage } from '../http/fake-view.ts';
import { freePort } from '../support/free-ports.ts';
import { olderNode, type Program, runProgram, runtimeOf, startProgram } from './program.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/one-manager/manager.yaml', import.meta.url));

async function newSocket(context: TestContext): Promise<Socket> {
  const socket = createSocket('udp4');
  context.after(() => socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
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

test('the demo shows a call across its managers, prints accounts that work, and says what it waited for', async (context) => {
  const runtime = runtimeOf(context);
  const port = await freePort();
  const program = watched(context, startProgram(runtime, ['demo', '--port', String(port)]));
  const out = await program.said('Ctrl-C ends it.');
  const steps = [...out.matchAll(/^ {4}[\d:.]{12} {2}(manager-[abc]) {2}(.*)$/gm)];
  const users = [...out.matchAll(/^ {4}(\w+) +([a-z0-9]{12}) +sip:/gm)].map(([, user]) => user);
  const phone = await newSocket(context);
  const answers = [
    await ask(phone, port, 'REGISTER', '127.0.0.1', 'ana'),
    await ask(phone, port + 4, 'REGISTER', '127.0.0.1', 'carla'),
  ];
  program.child.kill('SIGINT');
  const ended = await program.ended;
  assert.deepEqual(
    {
      // Phones at different managers ring at the same time: which is first says nothing.
      steps: new Set(steps.map(([, manager, text]) => `${manager} ${text}`)),
      first: steps[0]?.[2],
      last: steps.at(-1)?.[2],
      users,
      answers,
      ended: [ended.code, ended.out.slice(out.length), ended.err],
    },
    {
      steps: new Set([
        'manager-a robot calls 2000',
        'manager-a robot hears it ring',
        'manager-a robot hears that it is over',
        'manager-a robot is answered: the two talk',
        'manager-a robot-a rings',
        'manager-a robot-a stops ringing: "Call completed elsewhere"',
        'manager-b robot-b answers',
        'manager-b robot-b hangs up',
        'manager-b robot-b rings',
        'manager-c robot-c rings',
        'manager-c robot-c stops ringing: "Call completed elsewhere"',
      ]),
      first: 'robot calls 2000',
      last: 'robot hears that it is over',
      users: ['ana', 'ben', 'carla', '1001', '1002'],
      answers: ['SIP/2.0 401 Unauthorized', 'SIP/2.0 401 Unauthorized'],
      ended: [0, '\nStopped: no calls were up.\n', ''],
    },
  );
});

type Managers = readonly { readonly id: string; readonly home: string; readonly state: string }[];

test("a demo's manager can be killed; the others go on, and it comes back as another incarnation", async (context) => {
  const runtime = runtimeOf(context);
  const port = await freePort();
  const program = watched(context, startProgram(runtime, ['demo', '--port', String(port)]));
  await program.said('Ctrl-C ends it.');
  const managers = async (): Promise<Managers> =>
    JSON.parse((await runProgram(runtime, ['manager', 'ls', '-o', 'json'])).out);
  const states = (list: Managers) => new Set(list.map(({ id, state }) => `${id} ${state}`));
  const control = async () => {
    const { out } = await runProgram(runtime, ['line', 'show', '2000', '-o', 'json']);
    return JSON.parse(out).control.map(({ why }: { why: string }) => why);
  };
  const before = await managers();
  const first = await control();
  const killed = await runProgram(runtime, ['manager', 'kill', 'manager-a']);
  let without = await managers();
  while (!states(without).has('manager-a gone')) without = await managers();
  let second = await control();
  while (second.length === 0) second = await control();
  const again = await runProgram(runtime, ['manager', 'kill', 'manager-a']);
  const nobody = await runProgram(runtime, ['manager', 'start', 'manager-d']);
  const started = await runProgram(runtime, ['manager', 'start', 'manager-a']);
  const after = await managers();
  const homeOf = (list: Managers) => list.find(({ id }) => id === 'manager-a')?.home;
  program.child.kill('SIGINT');
  assert.deepEqual(
    {
      before: states(before),
      first,
      killed: [killed.code, killed.out.split(';')[0]],
      without: states(without),
      second,
      again: [again.code, again.err],
      nobody: [nobody.code, nobody.err],
      started: [started.code, started.out],
      after: states(after),
      isSame: homeOf(before) === homeOf(after),
      code: (await program.ended).code,
    },
    {
      before: new Set(['manager-a member', 'manager-b member', 'manager-c member']),
      first: ['first to register'],
      killed: [0, 'manager-a is dead'],
      without: new Set(['manager-a gone', 'manager-b member', 'manager-c member']),
      second: ['took over from manager-a when it left'],
      again: [1, 'manager-a is dead already\n'],
      nobody: [1, "there is no 'manager-d' in this demo: it has manager-a, manager-b, manager-c\n"],
      started: [0, 'manager-a is a member again, as a new incarnation\n'],
      after: new Set(['manager-a member', 'manager-b member', 'manager-c member']),
      isSame: false,
      code: 0,
    },
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
