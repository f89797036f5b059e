/** `cdr ls`, `tail` and `export`: what they say of a manager's records, to people, spreadsheets and other systems. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { writeAccess } from '../../src/http/access-file.ts';
import type { ManagerView } from '../../src/http/manager-view.ts';
import { startWeb } from '../../src/http/web-server.ts';
import type { Found } from '../../src/store/cdr/sink.ts';
import { fakeView } from '../http/fake-view.ts';
import { runProgram, runtimeOf, startProgram } from './program.ts';

// Times are shown as the clock on the wall has them.
Reflect.set(process.env, 'TZ', 'UTC');

async function manager(
  context: TestContext,
  ids = ['manager-a'],
  viewOf: (id: string) => Partial<ManagerView> = () => fakeView(),
): Promise<string> {
  const runtime = runtimeOf(context);
  for (const id of ids) {
    const view = { ...fakeView(), ...viewOf(id), id };
    const token = 'a-token-of-this-test';
    const web = await startWeb({ view, address: '127.0.0.1', port: 0, tls: undefined, token });
    context.after(() => web.close());
    writeAccess(runtime, { id, pid: process.pid, url: web.url, token, cluster: 'one' });
  }
  return runtime;
}

const TABLE = `STARTED              FROM  DIALLED  ANSWERED BY      TALK  CAUSE    CODE  ENDED BY  CALL
2023-11-14 22:13:20  1001  2000     2000a on 2000/1    64  hung up        caller    cmanager-a.1.d1-0
`;

test('records as tables, and for programs', async (context) => {
  const runtime = await manager(context);
  const said = await Promise.all(
    [
      ['cdr', 'ls'],
      ['cdr', 'tail', '-n', '1'],
      ['cdr', 'ls', '-o', 'csv'],
      ['cdr', 'export', '--format', 'asterisk'],
      ['cdr', 'export', '--format', 'freeswitch', '--no-header'],
    ].map(async (args) => (await runProgram(runtime, args)).out),
  );
  assert.deepEqual(said, [
    TABLE,
    TABLE,
    'duration,talk,id,previous,started,ringing,answered,ended,from_number,from_name,from_device,from_call_id,dialled,to_number,answered_number,answered_name,answered_device,answered_line,answered_appearance,answered_manager,answered_call_id,holds,moves,gateway_in,gateway_out,route_list,transferred_by,cause,sip_status,q850,code,ended_by,managers,closing,grade\r\n' +
      '65.5,63.5,cmanager-a.1.d1-0,,2023-11-14T22:13:20.000Z,,2023-11-14T22:13:22.000Z,2023-11-14T22:14:25.500Z,1001,"\'=HYPERLINK(""http://evil"")",1001,a@1,2000,2000,2000,,2000a,2000,1,,b@2,1,"[{""at"":""2023-11-14T22:13:50.000Z"",""kind"":""retrieved"",""number"":""2000"",""name"":"""",""manager"":""manager-b""}]",,,,,hung up,200,16,,caller,"[""manager-a"",""manager-b""]",end,2\r\n',
    'accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,disposition,amaflags,uniqueid,userfield\r\n' +
      ',1001,2000,default,"""=HYPERLINK(\'http://evil\')"" <1001>",SIP/1001-a@1,SIP/2000a-b@2,Dial,2000,2023-11-14 22:13:20,2023-11-14 22:13:22,2023-11-14 22:14:25,66,64,ANSWERED,DOCUMENTATION,cmanager-a.1.d1-0,\r\n',
    '"\'=HYPERLINK(""http://evil"")",1001,2000,default,2023-11-14 22:13:20,2023-11-14 22:13:22,2023-11-14 22:14:25,66,64,NORMAL_CLEARING,cmanager-a.1.d1-0,b@2,,,\r\n',
  ]);
});

test('of several managers of one cluster here, each call is there once', async (context) => {
  const runtime = await manager(context, ['manager-a', 'manager-b']);
  const all = await runProgram(runtime, ['cdr', 'ls']);
  const exported = await runProgram(runtime, ['cdr', 'export', '--format', 'json']);
  assert.deepEqual(
    [all.out, exported.out.split('\n').filter((line) => line !== '').length],
    [TABLE, 1],
  );
});

test('of two managers that each know a part of a call the better word counts, and gaps are filled', async (context) => {
  const call = { seq: 1, id: 'c1', managers: ['manager-a', 'manager-b'] };
  const records: Readonly<Record<string, readonly Found[]>> = {
    'manager-a': [
      { ...call, dialled: '2000', cause: 'internal failure', closing: 'restart', grade: 0 },
      { seq: 2, id: 'c2', managers: ['manager-a'], cause: 'busy', closing: 'end', grade: 2 },
    ],
    'manager-b': [{ ...call, cause: 'hung up', closing: 'end', grade: 2 }],
  };
  const runtime = await manager(context, ['manager-a', 'manager-b'], (id) => ({
    records: async ({ after = 0 }) => (records[id] ?? []).filter(({ seq }) => seq > after),
  }));
  const told = async (...args: readonly string[]) => {
    const { out } = await runProgram(runtime, ['cdr', ...args]);
    const rows: readonly Record<string, unknown>[] = out.startsWith('[')
      ? JSON.parse(out)
      : out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    return rows
      .map(({ id, dialled, cause, closing }) => [id, dialled, cause, closing].join(' '))
      .sort();
  };
  const all = ['c1 2000 hung up end', 'c2  busy end'];
  assert.deepEqual(
    [await told('ls', '-o', 'json'), await told('export', '--format', 'json')],
    [all, all],
  );
});

test('managers on other machines are asked by way of one that is here; who does not answer is named', async (context) => {
  const kept = (manager: string, seq: number): Found => ({
    ...{ seq, id: `c-${manager}-${seq}`, managers: [manager], grade: 2 },
  });
  const runtime = await manager(context, ['manager-a'], () => ({
    records: async ({ after = 0 }, of = 'manager-a') => {
      if (of === 'manager-d') throw new Error('manager-d did not answer within 1 s');
      return [1, 2].map((seq) => kept(of, seq)).filter(({ seq }) => seq > after);
    },
    managers: async () => {
      const { items, ...rest } = await fakeView().managers();
      const [row] = items;
      return { items: row === undefined ? [] : [...items, { ...row, id: 'manager-d' }], ...rest };
    },
  }));
  const byName = (a: string, b: string) => a.localeCompare(b);
  const told = async (...args: readonly string[]) => {
    const { out, err } = await runProgram(runtime, ['cdr', 'export', '--format', 'json', ...args]);
    return [[...out.matchAll(/c-manager-[a-z]-\d/g)].map(([id]) => id).sort(byName), err];
  };
  const all = [1, 2].flatMap((n) => [`c-manager-a-${n}`, `c-manager-c-${n}`]).sort(byName);
  const missing = 'not complete: records cannot be had: manager-d did not answer within 1 s\n';
  assert.deepEqual(
    [
      await told(),
      await told('--manager', 'manager-a'),
      await told('--manager', 'manager-a', '--all'),
    ],
    [
      [all, missing],
      [['c-manager-a-1', 'c-manager-a-2'], ''],
      [all, missing],
    ],
  );
});

test('a database that cannot be asked is said, and so is a time that is none', async (context) => {
  const runtime = await manager(context);
  const said = await Promise.all(
    [
      ['cdr', 'ls', '--number', 'none'],
      ['cdr', 'ls', '--from', 'yesterday'],
    ].map((args) => runProgram(runtime, args)),
  );
  assert.deepEqual(
    said.map(({ code, out, err }) => [code, out, err]),
    [
      [1, '', 'records cannot be had: no database can be asked\n'],
      [1, '', "'from' is no time: ISO 8601 or milliseconds since 1970\n"],
    ],
  );
});

test('tail goes on until it is stopped', async (context) => {
  const runtime = await manager(context);
  const program = startProgram(runtime, ['cdr', 'tail', '-f']);
  await program.said('hung up');
  assert.equal(program.child.exitCode, null);
  program.child.kill('SIGTERM');
  await program.ended;
});

test('one call is shown by its id, or by the Call-ID of a leg: up, or over', async (context) => {
  const runtime = await manager(context);
  const shown = async (name: string) => {
    const { out, err, code } = await runProgram(runtime, ['call', 'show', name]);
    return code === 0 ? out : `${code} ${err}`;
  };
  assert.deepEqual(
    [await shown('b@2'), await shown('cmanager-a.1.d1-0'), await shown('nobody')],
    [
      `call k3x: ringing for 1:15, 1001 to 2000

DEVICE  AT         STATE    CALL-ID
1001    manager-a  calling  a@1
2000a   manager-a  ringing  b@2
`,
      `call cmanager-a.1.d1-0: over, hung up

FIELD                VALUE
id                   cmanager-a.1.d1-0
started              2023-11-14T22:13:20.000Z
answered             2023-11-14T22:13:22.000Z
ended                2023-11-14T22:14:25.500Z
duration             65.5
talk                 63.5
from_number          1001
from_name            =HYPERLINK("http://evil")
from_device          1001
from_call_id         a@1
dialled              2000
to_number            2000
answered_number      2000
answered_device      2000a
answered_line        2000
answered_appearance  1
answered_call_id     b@2
holds                1
moves                [{"at":"2023-11-14T22:13:50.000Z","kind":"retrieved","number":"2000","name":"","manager":"manager-b"}]
cause                hung up
sip_status           200
q850                 16
ended_by             caller
managers             ["manager-a","manager-b"]
closing              end
`,
      "3 no call 'nobody' is up or on record\n",
    ],
  );
});
