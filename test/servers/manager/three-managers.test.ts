/** examples/three-managers as its reader starts it: calls to both of its lines, from phones at all managers. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test, { type TestContext } from 'node:test';
import { type Call, Robot, type RobotEvent } from '../../../src/cli/demo/robot.ts';
import { runProgram, runtimeOf } from '../../cli/program.ts';
import { freePortsInRow } from '../../support/free-ports.ts';

const RUN = resolve(import.meta.dirname, '../../../examples/three-managers/run.ts');
const MANAGERS = 3;

type Example = {
  readonly child: ChildProcess;
  readonly runtime: string;
  readonly port: number;
  readonly password: string;
  readonly folder: string;
  /** Until it has said so. */
  said(text: string): Promise<string>;
};

async function startExample(context: TestContext): Promise<Example> {
  const runtime = runtimeOf(context);
  const port = await freePortsInRow(40);
  const child = spawn(process.execPath, [RUN, '--port', String(port)], {
    env: { ...process.env, LINEWRIGHT_RUNTIME: runtime },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  const wakers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      out += text;
      for (const wake of wakers) wake();
    });
  const said = async (text: string): Promise<string> => {
    while (!out.includes(text)) {
      assert(child.exitCode === null, `it has ended: ${out}`);
      await new Promise<void>((wake) => {
        wakers.add(wake);
        child.once('exit', () => wake());
      });
    }
    return out;
  };
  context.after(async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  const text = await said('Ctrl-C stops all of it.');
  const [, password = ''] = /password of all phones: (\S+)/.exec(text) ?? [];
  const [, folder = ''] = /logs and data in ([^,]+),/.exec(text) ?? [];
  return { child, runtime, port, password, folder, said };
}

/** Phones, and what has happened at them. */
class Stage {
  readonly robots = new Map<string, Robot>();
  readonly calls = new Map<string, Call>();
  #events: string[] = [];
  #wake: () => void = () => {};

  async add(user: string, { port, password }: Example, manager: number): Promise<void> {
    const robot = await Robot.open({
      user,
      port: port + 2 * manager,
      password,
      domain: 'pbx.test',
      random: { next32: () => randomInt(2 ** 32) },
      hear: (_robot, event) => this.#hear(user, event),
    });
    this.robots.set(user, robot);
    robot.register();
    await this.until([`${user} registered`]);
  }

  /** Until all of that has happened. */
  async until(wanted: readonly string[]): Promise<void> {
    while (!wanted.every((event) => this.#events.includes(event)))
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  /** What has happened since the last time, in any order. */
  take(): Set<string> {
    const events = new Set(this.#events);
    this.#events = [];
    return events;
  }

  robot(user: string): Robot {
    const robot = this.robots.get(user);
    assert(robot !== undefined, `no phone ${user}`);
    return robot;
  }

  #hear(user: string, event: RobotEvent): void {
    if (event.type === 'rings') this.calls.set(user, event.call);
    const more = event.type === 'stops ringing' ? ` ${event.reason}` : '';
    this.#events.push(`${user} ${event.type}${more}`);
    this.#wake();
  }
}

/** `caller` calls the line, phone `b` answers, and the caller hears that it hung up. */
async function callAcross(
  stage: Stage,
  caller: string,
  line: string,
  during: () => Promise<void> = async () => {},
): Promise<Set<string>> {
  stage.take();
  const members = ['a', 'b', 'c'].map((letter) => `${line}${letter}`);
  const answerer = `${line}b`;
  stage.robot(caller).call(line);
  await stage.until(members.map((user) => `${user} rings`));
  const call = stage.calls.get(answerer);
  assert(call !== undefined);
  stage.robot(answerer).answer(call);
  const others = members.filter((user) => user !== answerer);
  await stage.until([
    `${caller} talks`,
    `${answerer} talks`,
    ...others.map((user) => `${user} stops ringing Call completed elsewhere`),
  ]);
  await during();
  stage.robot(answerer).hangUp(call);
  await stage.until([`${caller} ended`]);
  return stage.take();
}

/** The calls of the cluster: who speaks with whom, and where their legs are. */
async function calls({ runtime }: Example): Promise<object> {
  const { out } = await runProgram(runtime, ['call', 'ls', '--all', '-o', 'json']);
  const rows: CallRow[] = JSON.parse(out);
  return rows.map(({ manager, from, to, state, answeredBy, legs }) => ({
    call: [manager, from, to, state, answeredBy],
    legs: new Set(legs.map((leg) => `${leg.device} at ${leg.manager} ${leg.state}`)),
  }));
}

type CallRow = Readonly<Record<'manager' | 'from' | 'to' | 'state' | 'answeredBy', string>> & {
  readonly legs: readonly Readonly<Record<'device' | 'manager' | 'state', string>>[];
};

/** All that should happen then, and nothing else. */
function expected(caller: string, line: string): Set<string> {
  const elsewhere = 'stops ringing Call completed elsewhere';
  return new Set([
    ...['a', 'b', 'c'].map((letter) => `${line}${letter} rings`),
    `${caller} rung back`,
    `${caller} talks`,
    `${line}b talks`,
    `${line}a ${elsewhere}`,
    `${line}c ${elsewhere}`,
    `${caller} ended`,
  ]);
}

/** Where a line is controlled, and why; where its phones are. */
async function show({ runtime }: Example, line: string): Promise<object> {
  const { out } = await runProgram(runtime, ['line', 'show', line, '-o', 'json']);
  const { control, members, missing } = JSON.parse(out);
  return {
    // In which order the store has heard of them is no matter.
    control: control.map(({ manager, why }: Record<string, string>) => `${manager}: ${why}`).sort(),
    phones: members.map(
      ({ name, phones }: { name: string; phones: { manager: string }[] }) =>
        `${name} at ${phones.map(({ manager }) => manager).join(' ')}`,
    ),
    missing,
  };
}

/** Process number of a manager of the example. */
async function processOf({ runtime }: Example, id: string): Promise<number> {
  const { out } = await runProgram(runtime, ['manager', 'ls', '-o', 'json']);
  const rows: { id: string; process: number }[] = JSON.parse(out);
  const { process: pid = 0 } = rows.find((row) => row.id === id) ?? {};
  assert(pid > 0, `no process of ${id}: ${out}`);
  return pid;
}

test('calls to a single and to a replicated line ring phones at three managers, and one answers', {
  timeout: 60_000,
}, async (context) => {
  const example = await startExample(context);
  const stage = new Stage();
  context.after(() => {
    for (const robot of stage.robots.values()) robot.close();
  });
  for (let manager = 0; manager < MANAGERS; manager++) {
    for (const line of ['2000', '2001'])
      await stage.add(`${line}${'abc'[manager]}`, example, manager);
    await stage.add(`100${manager + 1}`, example, manager);
  }
  const phones = ['a at cm1', 'b at cm2', 'c at cm3'];
  const there = 'a phone of the line registered there';
  assert.deepEqual(
    { single: await show(example, '2000'), replicated: await show(example, '2001') },
    {
      single: { control: ['cm1: first to register'], phones, missing: [] },
      replicated: {
        control: [`cm1: ${there}`, `cm2: ${there}`, `cm3: ${there}`],
        phones,
        missing: [],
      },
    },
  );
  let seen: object = [];
  const look = async () => {
    seen = await calls(example);
  };
  await callAcross(stage, '1001', '2000', look);
  assert.deepEqual(seen, [
    {
      call: ['cm1', '1001', '2000', 'up', '2000b'],
      legs: new Set(['1001 at cm1 up', '2000b at cm2 up']),
    },
  ]);
  for (const caller of ['1001', '1003'])
    for (const line of ['2000', '2001'])
      assert.deepEqual(await callAcross(stage, caller, line), expected(caller, line));

  example.child.kill('SIGINT');
  const [code] = await once(example.child, 'exit');
  const files = ['cm1.log', 'nats-1.log', 'etcd-1'].map((name) => join(example.folder, name));
  assert.deepEqual({ code, left: files.filter((file) => existsSync(file)) }, { code: 0, left: [] });
});

test('a manager dies, and one hangs: the others go on with the line, and both come back', {
  timeout: 90_000,
}, async (context) => {
  const example = await startExample(context);
  const stage = new Stage();
  context.after(() => {
    for (const robot of stage.robots.values()) robot.close();
  });
  for (let manager = 0; manager < MANAGERS; manager++)
    await stage.add(`2000${'abc'[manager]}`, example, manager);
  await stage.add('1003', example, 2);

  process.kill(await processOf(example, 'cm1'), 'SIGKILL');
  await example.said('cm1 was killed');
  let without = await show(example, '2000');
  while (!JSON.stringify(without).includes('took over')) without = await show(example, '2000');
  stage.take();
  stage.robot('1003').call('2000');
  await stage.until(['2000b rings', '2000c rings']);
  const call = stage.calls.get('2000b');
  assert(call !== undefined);
  stage.robot('2000b').answer(call);
  await stage.until(['1003 talks', '2000c stops ringing Call completed elsewhere']);
  stage.robot('2000b').hangUp(call);
  await stage.until(['1003 ended']);
  await example.said('cm1 is back');
  stage.robot('2000a').register();
  await stage.until(['2000a registered']);
  const whole = await callAcross(stage, '1003', '2000');

  const hung = await processOf(example, 'cm3');
  process.kill(hung, 'SIGSTOP');
  let managers = '';
  // Of cm1, too, it is said that it has left.
  while (!/^cm3,[^,]*,gone/m.test(managers)) {
    const args = ['manager', 'ls', '--manager', 'cm2', '-o', 'csv'];
    managers = (await runProgram(example.runtime, args)).out;
  }
  process.kill(hung, 'SIGCONT');
  await example.said('cm3 was expelled by the others, and ended with 75');
  await example.said('cm3 is back');
  const control = (line: object) => Reflect.get(line, 'control');
  const [winner] = control(without);
  assert.deepEqual(
    { winner: winner.slice(4), phones: Reflect.get(without, 'phones'), whole },
    {
      winner: ' took over from cm1 when it left',
      phones: ['a at ', 'b at cm2', 'c at cm3'],
      whole: expected('1003', '2000'),
    },
  );
});
