/** What the command line says of a running manager, to people and to programs. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { writeAccess } from '../../src/http/access-file.ts';
import { startWeb } from '../../src/http/web-server.ts';
import { type FakeView, fakeView, sipMessage } from '../http/fake-view.ts';
import { runProgram, runtimeOf, startProgram } from './program.ts';

// Times are shown as the clock on the wall has them.
Reflect.set(process.env, 'TZ', 'UTC');

/** A manager to ask, and the folder in which the command line finds it. */
async function manager(context: TestContext): Promise<{ runtime: string; view: FakeView }> {
  const runtime = runtimeOf(context);
  const view = fakeView();
  const token = 'a-token-of-this-test';
  const web = await startWeb({ view, address: '127.0.0.1', port: 0, tls: undefined, token });
  context.after(() => web.close());
  writeAccess(runtime, { id: view.id, pid: process.pid, url: web.url, token });
  return { runtime, view };
}

test('lists are tables, and what came off the wire does nothing to the terminal', async (context) => {
  const { runtime } = await manager(context);
  const said = await Promise.all(
    [
      ['reg', 'ls'],
      ['line', 'ls'],
      ['call', 'ls'],
      ['line', 'show', '2000'],
    ].map(async (args) => (await runProgram(runtime, args)).out),
  );
  assert.deepEqual(said, [
    `DEVICE  LINES  CONTACT                       VIA                 EXPIRES  USER AGENT
2000a   2000   sip:2000a@127.0.0.1:5061      udp 127.0.0.1:5061     3599  Z\\x1b[31mphone, "v1"
1001    1001   sip:k@x.invalid;transport=ws  ws 127.0.0.1:40112       58  =cmd()
`,
    `NUMBER  NAME    MEMBERS                CONTROLLED AT  CALLS
2000    Office  a (ringing), b (away)  manager-b          1
1001    Ana     1001 (talking)         manager-c          0
`,
    `CALL  FROM  TO    STATE    ANSWERED BY  FOR   LEGS
k3x   1001  2000  ringing               1:15  1001 calling, 2000a ringing
`,
    `line 2000 "Office", 1 call, single: one line control process in the cluster

CONTROLLED AT  PROCESS         EPOCH  SINCE                WHY THERE
manager-b      manager-b.2.l3     17  2020-01-02 03:04:05  took over from manager-c when it left

MEMBER  DEVICE  STATE    REGISTERED AT  PROCESS         CONTACT                   VIA
a       2000a   ringing  manager-a      manager-a.1.d4  sip:2000a@127.0.0.1:5061  udp 127.0.0.1:5061
b       2000b   away
`,
  ]);
});

test('lists of the whole cluster name the manager of each row, and who did not answer', async (context) => {
  const { runtime } = await manager(context);
  const said = await Promise.all(
    [
      ['manager', 'ls'],
      ['reg', 'ls', '--all', '--limit', '1'],
      ['call', 'ls', '--all', '-o', 'csv'],
    ].map(async (args) => (await runProgram(runtime, args)).out),
  );
  assert.deepEqual(said, [
    `MANAGER    INCARNATION  STATE      SINCE                PHONES  LINES  CALLS  PROCESS      SIP
manager-a  1            member     2020-01-02 03:04:05  2       1      1      11 on here   udp://127.0.0.1:5060
manager-c  3            no answer                       ?       ?      ?      33 on there  udp://127.0.0.1:5064
manager-b  2            gone       2020-01-02 03:04:06
not complete: manager-c did not answer within 1 s
`,
    `MANAGER    DEVICE  LINES  CONTACT                   VIA                 EXPIRES  USER AGENT
manager-a  2000a   2000   sip:2000a@127.0.0.1:5061  udp 127.0.0.1:5061     3599  Z\\x1b[31mphone, "v1"
… 1 more: --limit 2 shows them
not complete: manager-c did not answer within 1 s
`,
    'manager,call,from,to,state,answered by,for,legs\r\nmanager-a,k3x,1001,2000,ringing,,1:15,"1001 at manager-a calling, 2000a at manager-a ringing"\r\n',
  ]);
});

test('of several managers of one cluster any is asked for what they share', async (context) => {
  const { runtime } = await manager(context);
  const url = 'http://127.0.0.1:9';
  for (const name of ['manager-a', 'manager-b'])
    writeAccess(runtime, { id: name, pid: process.ppid, url, token: 'x', cluster: 'london' });
  const several = await Promise.all(
    [
      ['manager', 'ls', '--manager', String(process.ppid)],
      ['reg', 'ls', '--manager', String(process.ppid)],
    ].map(async (args) => await runProgram(runtime, args)),
  );
  assert.deepEqual(
    several.map(({ code, err }) => [code, err.replaceAll(String(process.ppid), 'N').trim()]),
    [
      [4, 'manager manager-a cannot be reached: connect ECONNREFUSED 127.0.0.1:9'],
      [
        2,
        'several managers run here: manager-a (process N), manager-b (process N): choose one with --manager and its name or process number, or all of them with --all where a command has it',
      ],
    ],
  );
});

test('only managers of a demo can be killed', async (context) => {
  const { runtime } = await manager(context);
  const { code, err } = await runProgram(runtime, ['manager', 'kill', 'manager-a']);
  assert.deepEqual(
    [code, err],
    [
      1,
      "only managers of 'linewright demo' can be killed from here, and manager-a is none: stop one with SIGTERM (it ends its calls in peace), or its process with 'kill -9'\n",
    ],
  );
});

test('programs get whole rows as JSON or YAML, and columns as CSV without formulas', async (context) => {
  const { runtime } = await manager(context);
  const json = await runProgram(runtime, ['call', 'ls', '-o', 'json']);
  const yaml = await runProgram(runtime, ['line', 'show', '1001', '-o', 'yaml']);
  const csv = await runProgram(runtime, ['reg', 'ls', '-o', 'csv', '--limit', '2']);
  assert.deepEqual(
    [JSON.parse(json.out), yaml.out, csv.out],
    [
      fakeView().calls(10).items,
      `number: "1001"
name: Ana
mode: replicated
members:
  - name: "1001"
    device: "1001"
    registered: true
    ringing: false
    talking: true
    phones: []
calls: 0
control:
  - manager: manager-c
    pid: manager-c.3.l1
    epoch: 9
    since: ""
    why: ""
settings:
  - what: all
    isOn: true
    to: "2000"
    afterS: 0
    by: directory
    at: ""
missing:
  - manager-c did not answer within 1 s
`,
      [
        'device,lines,contact,via,expires,user agent\r\n',
        '2000a,2000,sip:2000a@127.0.0.1:5061,udp 127.0.0.1:5061,3599,"Z\\x1b[31mphone, ""v1"""\r\n',
        "1001,1001,sip:k@x.invalid;transport=ws,ws 127.0.0.1:40112,58,'=cmd()\r\n",
      ].join(''),
    ],
  );
});

test('a list that is cut says how much more there is', async (context) => {
  const { runtime } = await manager(context);
  const { out } = await runProgram(runtime, ['line', 'ls', '--limit', '1']);
  assert.equal(out.split('\n').at(-2), '… 1 more: --limit 2 shows them');
});

test('exit codes tell not found, unreachable and usage apart', async (context) => {
  const { runtime } = await manager(context);
  const alone = runtimeOf(context);
  const noServer = { env: { LINEWRIGHT_URL: 'http://127.0.0.1:9', LINEWRIGHT_TOKEN: 'x' } };
  const ends = await Promise.all([
    runProgram(runtime, ['line', 'show', '999']),
    runProgram(alone, ['reg', 'ls']),
    runProgram(alone, ['reg', 'ls'], noServer),
    runProgram(runtime, ['line', 'sow', '1']),
    runProgram(runtime, ['reg', 'ls', '-o', 'xml']),
    runProgram(runtime, ['reg', 'ls', '--manager', 'manager-b']),
  ]);
  assert.deepEqual(
    ends.map(({ code, err }) => [code, err.split('\n')[0]]),
    [
      [3, "no line '999'"],
      [
        4,
        "no manager of this user runs on this machine: start one with 'linewright demo' or 'linewright start'",
      ],
      [4, 'manager http://127.0.0.1:9 cannot be reached: connect ECONNREFUSED 127.0.0.1:9'],
      [2, "error: unknown command 'sow'"],
      [
        2,
        "error: option '-o, --output <format>' argument 'xml' is invalid. Allowed choices are table, json, yaml, csv.",
      ],
      [
        4,
        "no manager 'manager-b' of this user runs on this machine: start one with 'linewright demo' or 'linewright start'",
      ],
    ],
  );
});

test('a token that is none is refused, and the command says which one it used', async (context) => {
  const { runtime, view } = await manager(context);
  const web = await startWeb({
    view,
    address: '127.0.0.1',
    port: 0,
    tls: undefined,
    token: 'another',
  });
  context.after(() => web.close());
  const env = { LINEWRIGHT_URL: web.url, LINEWRIGHT_TOKEN: 'wrong' };
  const { code, err } = await runProgram(runtime, ['reg', 'ls'], { env });
  assert.deepEqual([code, err], [1, 'this needs the token of this manager (LINEWRIGHT_TOKEN)\n']);
});

test('a trace is a ladder that grows, and ends with its manager', async (context) => {
  const { runtime, view } = await manager(context);
  const program = startProgram(runtime, ['trace', '--number', '2000']);
  while (view.listeners.size === 0) await new Promise((resolve) => setImmediate(resolve));
  const headers = (cseq: string) => [
    'From: <sip:1001@pbx.test>;tag=1',
    'To: <sip:2000@pbx.test>',
    'Call-ID: a@1',
    `CSeq: ${cseq}`,
  ];
  const event = {
    atMs: 0,
    direction: 'received',
    transport: 'udp',
    peer: '127.0.0.1:5061',
  } as const;
  const invite = sipMessage('INVITE sip:2000@pbx.test SIP/2.0', headers('1 INVITE'));
  const bye = sipMessage('SIP/2.0 200 OK', headers('2 BYE'));
  const trying = sipMessage('SIP/2.0 100 Trying', headers('1 INVITE'));
  view.pass({ ...event, text: invite });
  view.pass({ ...event, direction: 'sent', text: trying });
  view.pass({ ...event, text: bye });
  await program.said('200 OK');
  program.child.kill('SIGINT');
  const { out } = await program.ended;
  assert.deepEqual(
    out
      .trim()
      .split('\n')
      .map((line) => line.replace(/\d\d:\d\d:\d\d\.\d{3}/, 'hh:mm:ss.mmm').trimEnd()),
    [
      'manager-a            udp 127.0.0.1:5061',
      '                      │                         │',
      'hh:mm:ss.mmm  1       │◄─ INVITE 2000 ──────────│',
      'hh:mm:ss.mmm  1       │── 100 Trying ──────────►│',
      'hh:mm:ss.mmm  1       │◄─ 200 OK (BYE) ─────────│',
    ],
  );
});

test('a trace of all managers says whose message each is, and who does not answer', async (context) => {
  const { runtime, view } = await manager(context);
  const program = startProgram(runtime, ['trace', '--all']);
  while (view.listeners.size === 0) await new Promise((resolve) => setImmediate(resolve));
  view.pass({
    ...{ atMs: 0, direction: 'received', transport: 'udp', peer: '127.0.0.1:5061' },
    text: sipMessage('INVITE sip:2000@pbx.test SIP/2.0', ['Call-ID: a@1', 'CSeq: 1 INVITE']),
  });
  await program.said('INVITE 2000');
  program.child.kill('SIGINT');
  const { out } = await program.ended;
  assert.deepEqual(
    out
      .trim()
      .split('\n')
      .map((line) => line.replace(/\d\d:\d\d:\d\d\.\d{3}/, 'hh:mm:ss.mmm').trimEnd()),
    [
      '… without manager-c: no answer',
      '',
      '                            all managers           udp 127.0.0.1:5061',
      '                                  │                         │',
      'hh:mm:ss.mmm  manager-b   1       │◄─ INVITE 2000 ──────────│',
    ],
  );
});

test('why a lamp is lit: what has happened, whose legs and lamps there are, and which of them is wrong', async (context) => {
  const { runtime } = await manager(context);
  const why = await runProgram(runtime, ['line', 'why', '2000/2']);
  const json = await runProgram(runtime, ['line', 'why', '2000/2', '-o', 'json']);
  const read = JSON.parse(json.out) as { readonly events: readonly { readonly what: string }[] };
  assert.deepEqual(
    [why, read.events.map(({ what }) => what)],
    [
      {
        code: 0,
        err: '',
        out: `line 2000/2 "Office": held by a at manager-a since 2020-01-02 03:04:09, with 1001 "Ana"
controlled at manager-b: manager-b.2.l3, epoch 17, since 2020-01-02 03:04:05 (took over from manager-c when it left)

WHEN                     NOTED AT   WHAT
2020-01-02 03:04:05.250  manager-b  seized by a at manager-a for 15 s
2020-01-02 03:04:05.500  manager-b  refused to b at manager-b: busy
2020-01-02 03:04:07.000  manager-b  a at manager-a dials 1001
2020-01-02 03:04:09.000  manager-b  held by a at manager-a

MEMBER  DEVICE  AT         IS             SINCE                CALL-ID  CONTACT
a       2000a   manager-a  calling, held  2020-01-02 03:04:07  a@1      sip:2000a@127.0.0.1:5061

MEMBER  DEVICE  AT         PACKAGE    LAST TOLD            SHOWS          ANSWERED  CALL-ID
b       2000b   manager-b  call-info  2020-01-02 03:04:09  active: WRONG  no        s@1
`,
      },
      ['seized', 'refused', 'progressing', 'held'],
    ],
  );
});

test('gateways: all, one, and one that nobody keeps when it is to be asked', async (context) => {
  const { runtime } = await manager(context);
  const ended = await Promise.all(
    [
      ['gateway', 'ls'],
      ['gateway', 'show', 'london'],
      ['gateway', 'show', 'paris'],
      ['gateway', 'ping', 'london'],
    ].map((args) => runProgram(runtime, args)),
  );
  const [all, one, none, ping] = ended.map(({ code, out, err }) => `${code} ${out}${err}`.trim());
  assert.deepEqual(
    [all?.includes('left alone  3 of 30'), one?.includes('503 to INVITE, '), none, ping],
    [true, true, "3 no gateway 'paris'", "1 no manager keeps gateway 'london' at the moment"],
  );
});

test('an appearance that is not there: what there is; one that is freed: by whom and why', async (context) => {
  const { runtime, view } = await manager(context);
  const ended = await Promise.all(
    [
      ['line', 'why', '2000/9'],
      ['line', 'why', '2000'],
      ['line', 'why', '/2'],
      ['line', 'release', '2000/2', '--reason', 'stuck since noon'],
      ['line', 'release', '2000/3'],
      ['line', 'release', '1001/1'],
    ].map((args) => runProgram(runtime, args)),
  );
  const [[by = '', reason] = []] = view.released;
  assert.deepEqual(
    [
      ended.map(({ code, out, err }) => `${code} ${out}${err}`.trim()),
      /^\S+@\S+ \(127\.0\.0\.1\)$/.test(by),
      reason,
    ],
    [
      [
        '3 line 2000 has no appearance 9: it has 1 to 4; lit: 2 (held, a)',
        '3 line 2000 has no appearance 0: it has 1 to 4; lit: 2 (held, a)',
        "2 '/2' is no appearance: say it as 2001/2",
        '0 2000/2 is free: it was held by a',
        '3 2000/3 is idle: there is nothing to release',
        '4 manager-c, which controls 1001, did not answer',
      ],
      true,
      'stuck since noon',
    ],
  );
});
