/** `route ls` and `route test`: of a running manager, and of a file without one. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { writeAccess } from '../../src/http/access-file.ts';
import { startWeb } from '../../src/http/web-server.ts';
import { fakeView } from '../http/fake-view.ts';
import { ROUTE_TEXT } from '../manager/route-directory.ts';
import { runProgram, runtimeOf } from './program.ts';

const MANAGER = `
manager: { id: one }
sip: { domain: pbx.test, listen: [ "udp://127.0.0.1:5970" ] }
directory: directory.yaml
`;

/** A file to ask. */
function file(context: TestContext): { runtime: string; config: readonly string[] } {
  const runtime = runtimeOf(context);
  writeFileSync(join(runtime, 'directory.yaml'), ROUTE_TEXT);
  writeFileSync(join(runtime, 'manager.yaml'), MANAGER);
  return { runtime, config: ['-c', join(runtime, 'manager.yaml')] };
}

test('a route test prints every partition, the winner, the digits after each step and the gateways', async (context) => {
  const runtime = runtimeOf(context);
  const view = fakeView();
  const token = 'a-token-of-this-test';
  const web = await startWeb({ view, address: '127.0.0.1', port: 0, tls: undefined, token });
  context.after(() => web.close());
  writeAccess(runtime, { id: view.id, pid: process.pid, url: web.url, token });
  const args = ['route', 'test', '--from', '2001', '--dial', '902079460018'];
  const { out } = await runProgram(runtime, args);
  assert.equal(
    out,
    `line 2001, device ana; search spaces: staff (of line 2001)

looks for 902079460018
  partition internal (staff)
    no pattern begins like that
  partition emergency (staff)
    999                  has another digit 2
  partition office (staff)
    9.0[12]XXXXXXXXX     matches 2,000,000,000 numbers of that length: the closest
  → 9.0[12]XXXXXXXXX of office: list london
    number, after stripping: 2079460018
    number, with its prefix: +442079460018
    caller, in its mask: +442079460101

GATEWAY   GROUP       STATE
gw-ldn-1  1 top-down  kept by manager-b
gw-ldn-2  1 top-down  kept by manager-b

shown as +442079460101
902079460018 from 2001 leaves as +442079460018 by list london
`,
  );
  const json = await runProgram(runtime, [...args, '-o', 'json']);
  assert.deepEqual(JSON.parse(json.out).outcome, {
    type: 'list',
    list: 'london',
    number: '+442079460018',
    isEmergency: false,
    gateways: [
      { gateway: 'gw-ldn-1', group: 1, spread: 'top-down', state: 'kept by manager-b' },
      { gateway: 'gw-ldn-2', group: 1, spread: 'top-down', state: 'kept by manager-b' },
    ],
  });
  const nobody = await runProgram(runtime, ['route', 'test', '--from', '201', '--dial', '1']);
  assert.deepEqual(
    [nobody.code, nobody.err],
    [3, "no line, device or gateway '201' (did you mean '2001'?)\n"],
  );
});

const VERDICTS = `
  2001 902079460018 902079460018 from 2001 leaves as +442079460018 by list london
  2001 9020794600 LW-3004 no route: digits are missing: 9020794600 from 2001: nearest pattern 9.0[12]XXXXXXXXX needs 11 digits after 9, got 9
  2001 701 701 from 2001 goes to line 2001
  2001 909123 LW-3002 blocked by the route plan: 909123 from 2001: pattern 9.09! of partition office
  2001 999 999 from 2001 leaves as 999 by list london, as an emergency
  2001 2001 2001 from 2001 goes to line 2001
  2001 2002 LW-3001 unknown number: 2002 from 2001: there is no such line for pattern 2XXX
  2001 5 LW-3001 unknown number: 5 from 2001: no pattern begins like that
  2001 00 LW-3001 unknown number: 00 from 2001: no pattern begins like that
  lobby 902079460018 LW-3003 outside the search space: 902079460018 from 2100: pattern 9.0[12]XXXXXXXXX of partition office leads out, which the caller's search space has not
  lobby 999 999 from 2100 leaves as 999 by list london, as an emergency
  lobby 99 LW-3004 no route: digits are missing: 99 from 2100: nearest pattern 999 needs 3 digits, got 2
  ana 2100 2100 from 2001 goes to line 2100
  gw-ldn-1 +442079460018 +442079460018 from gw-ldn-1 goes to line 2001
  gw-ldn-1 999 LW-3003 outside the search space: 999 from gw-ldn-1: pattern 999 of partition emergency leads out, which the caller's search space has not
  gw-ldn-2 902079460018 LW-3003 outside the search space: 902079460018 from gw-ldn-2: pattern 9.0[12]XXXXXXXXX of partition office leads out, which the caller's search space has not
`;

test('the last line of a route test says what becomes of the call, and of which pattern that is', async (context) => {
  const { runtime, config } = file(context);
  const rows = VERDICTS.trim().split('\n');
  const seen = await Promise.all(
    rows.map(async (row) => {
      const [from = '', dialled = ''] = row.trim().split(/\s+/);
      const args = ['route', 'test', '--from', from, '--dial', dialled, ...config];
      const { out } = await runProgram(runtime, args);
      return `${from} ${dialled} ${out.trim().split('\n').at(-1)}`;
    }),
  );
  assert.deepEqual(
    seen,
    rows.map((row) => row.trim().replace(/\s+/g, ' ')),
  );
});

test('the plan as it is written, with the search spaces of each partition', async (context) => {
  const { runtime, config } = file(context);
  const { out } = await runProgram(runtime, ['route', 'ls', ...config]);
  assert.equal(
    out,
    `PARTITION  PATTERN             LEADS TO            DIGITS                      CALLER ID      MARKS             SEARCH SPACES
lines      2 numbers, 2 users  line                                                                             lines
internal   2XXX                line                                                                             staff visitors
emergency  999                 list london                                                    emergency urgent  staff
office     9.0[12]XXXXXXXXX    list london         strip 2 digits, prefix +44  +442079460101                    staff
office     9.00!               list london         strip 3 digits, prefix +                                     staff
office     9.09!               block forbidden                                                                  staff
office     7XX                 translate to staff  keep 2, prefix 20                                            staff
inbound    +442079460018       line 2001                                                                        trunk
`,
  );
});

const GROUPS = `
hunts:
  "2900": { offer: serial, lines: ["2001", "2100"], busy: { to: "2901" }, no_answer: { to: "902079460018" }, search: staff }
  "2901": { lines: ["2100"] }
park: { orbits: "285X" }
`;

test('hunts and orbits are shown with the plan, and where a hunt leads with a test', async (context) => {
  const { runtime, config } = file(context);
  writeFileSync(join(runtime, 'directory.yaml'), `${ROUTE_TEXT}${GROUPS}`);
  const run = async (...args: readonly string[]) =>
    (await runProgram(runtime, ['route', ...args, ...config])).out;
  const plan = (await run('ls')).split('\n').slice(2, 5);
  const hunt = (await run('test', '--from', '2001', '--dial', '2900')).split('\n\n').at(-1);
  const verdicts = await Promise.all(
    ['2001 2851', 'gw-ldn-2 2851', 'gw-ldn-2 2901'].map(async (each) => {
      const [from = '', dialled = ''] = each.split(' ');
      return (await run('test', '--from', from, '--dial', dialled)).trim().split('\n').at(-1);
    }),
  );
  assert.deepEqual(
    { plan: plan.map((row) => row.replace(/\s+/g, ' ').trim()), hunt, verdicts },
    {
      plan: [
        'lines 2900 hunt 2001 2100, serial lines',
        'lines 2901 hunt 2100 lines',
        'lines 2850 … 2859 10 orbits lines',
      ],
      hunt: `when busy: 2901 from 2900 goes to hunt 2901: 2100, all at once
when no answer: 902079460018 from 2900 leaves as +442079460018 by list london
2900 from 2001 goes to hunt 2900: 2001, 2100, one after the other
`,
      verdicts: [
        '2851 from 2001 retrieves what is parked at orbit 2851: no manager was asked whether a call is parked there',
        'LW-3446 orbits are not for calls from outside: 2851 from gw-ldn-2',
        '2901 from gw-ldn-2 goes to hunt 2901: 2100, all at once',
      ],
    },
  );
});
