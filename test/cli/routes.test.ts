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
    999                  differs at digit 2
  partition office (staff)
    9.0[12]XXXXXXXXX     matches 2,000,000,000 numbers of that length: the closest
  → 9.0[12]XXXXXXXXX of office: list london
    number, after stripping: 2079460018
    number, with its prefix: +442079460018
    caller, in its mask: +442079460101

GATEWAY   GROUP       TAKEN                        STATE
gw-ldn-1  1 top-down  first                        kept by manager-b
gw-ldn-2  1 top-down  if those before have no way  kept by manager-b

shown as +442079460101
902079460018 from 2001 leaves as +442079460018 by list london
`,
  );
  const json = await runProgram(runtime, [...args, '-o', 'json']);
  const kept = { group: 1, spread: 'top-down', state: 'kept by manager-b' };
  assert.deepEqual(JSON.parse(json.out).outcome, {
    type: 'list',
    list: 'london',
    number: '+442079460018',
    isEmergency: false,
    gateways: [
      { gateway: 'gw-ldn-1', ...kept, taken: 'first' },
      { gateway: 'gw-ldn-2', ...kept, taken: 'if those before have no way' },
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

const PICKUPS = `
pickup_groups: { sales: { others: [door] }, door: { number: "2" }, hall: { number: "3" } }
lines: { "2002": { pickup_group: sales, members: { ben: { device: ben } } } }
devices:
  ben: { auth: none, number: "2003", pickup_group: sales }
  cas: { auth: none, number: "2004", pickup_group: door }
  dan: { auth: none, number: "2005" }
`;

test('a feature code is told as one: which lines of which pickup groups, or why not', async (context) => {
  const { runtime, config } = file(context);
  writeFileSync(join(runtime, 'directory.yaml'), PICKUPS);
  const ask = async (from: string, dialled: string) =>
    (await runProgram(runtime, ['route', 'test', '--from', from, '--dial', dialled, ...config]))
      .out;
  const whole = await ask('2003', '*98');
  const rows = ['2003 *98*', '2004 *98*', '2003 *983', '2005 *98', '2003 *82004', '2003 *72900'];
  const verdicts = await Promise.all(
    [...rows, '2003 *68'].map(async (each) => {
      const [from = '', dialled = ''] = each.split(' ');
      return (await ask(from, dialled)).trim().split('\n').at(-1);
    }),
  );
  assert.deepEqual(
    { whole, verdicts },
    {
      whole: `line 2003, device ben; search spaces: lines (of whoever has none)

GROUP  LINE  STATE
sales  2002  no manager was asked whether a phone is there
sales  2003  no manager was asked whether a phone is there

*98 from 2003 picks up what has rung longest in pickup group sales (2002, 2003)
`,
      verdicts: [
        '*98* from 2003 picks up what has rung longest in pickup group door (2004)',
        'LW-3464 the line may not pick up from that group: *98* from 2004',
        'LW-3464 the line may not pick up from that group: *983 from 2003',
        'LW-3463 the line is in no pickup group: *98 from 2005',
        '*82004 from 2003 picks up what rings at line 2004, of pickup group door',
        '*72900 from 2003 is the feature code forward_all, with 900 behind it',
        'LW-3445 a call is transferred to this code, not dialled: *68 from 2003',
      ],
    },
  );
});
