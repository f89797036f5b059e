/**
 * Records of a cluster whose managers are on machines of their own, as the command line on one of them sees them: real
 * processes, a real bus and a real store. Each manager keeps its own in SQLite.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { runProgram, runtimeOf, startProgram } from '../../cli/program.ts';
import { freePort } from '../../support/free-ports.ts';
import { startEtcd } from '../etcd/etcd-server.ts';
import { startNats } from '../nats/nats-server.ts';
import { Folder } from './manager-file.ts';
import { fileOf, Phones, start, talk } from './robot-phones.ts';

const WITHIN_MS = 20_000;

type Row = Readonly<Record<'from_number' | 'dialled' | 'cause' | 'code', string | undefined>>;

test('cdr ls, tail and export tell of calls at all managers, call show of any; one that is gone takes its own along', {
  timeout: 120_000,
}, async (context) => {
  const bus = await startNats();
  context.after(() => bus.remove());
  const store = await startEtcd();
  context.after(() => store.close());
  const folder = new Folder(context);
  const cluster = { bus: bus.urls, store: store.urls };
  const ids = ['cm1', 'cm2', 'cm3'] as const;
  const managers = [];
  for (const id of ids) {
    // What is left for the command line there is on no other machine.
    const [runtime, port] = [runtimeOf(context), await freePort()];
    const file = fileOf(folder, id, port, { cluster });
    managers.push({ runtime, port, program: await start(context, runtime, file) });
  }
  const [first, second, third] = managers;
  assert(first !== undefined && second !== undefined && third !== undefined);
  const { runtime } = third;
  const phones = new Phones();
  context.after(() => phones.close());
  const one = await phones.add('1001', first.port);
  const two = await phones.add('1002', second.port);

  const listed = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { out, err } = await runProgram(runtime, ['cdr', ...args]);
    const rows: readonly Row[] = out.startsWith('[')
      ? JSON.parse(out)
      : out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    // A manager that had not heard of the other phone has refused the first tries.
    const told = rows.filter(({ code }) => code !== 'LW-3008');
    const lines = told.map((row) =>
      [row.from_number, row.dialled, row.cause, row.code].join(' ').trim(),
    );
    return err === '' ? lines : [...lines, err];
  };
  const until = async (
    isSo: (lines: readonly string[]) => boolean,
    ...args: readonly string[]
  ): Promise<readonly string[]> => {
    const lastMs = performance.now() + WITHIN_MS;
    for (;;) {
      const lines = await listed(...args);
      if (isSo(lines) || performance.now() > lastMs) return lines;
    }
  };
  const has = (count: number) => (lines: readonly string[]) => lines.length >= count;

  await talk(phones, one, two);
  const call = phones.calls.get('1002');
  assert(call !== undefined);
  two.hangUp(call);
  await phones.until('1001 ended');
  const tail = startProgram(runtime, ['cdr', 'tail', '-f', '-o', 'json']);
  context.after(() => tail.child.kill('SIGKILL'));
  await tail.said('"cause":"hung up"');
  const refused = phones.next(['1002 refused']);
  two.call('1777');
  await refused;
  const followed = await tail.said('"dialled":"1777"');

  const answered = '1001 1002 hung up';
  const unknown = '1002 1777 unknown number LW-3001';
  const all = await until(has(2), 'ls', '-o', 'json');
  const exported = await listed('export', '--format', 'json');
  const id = /"id":"([^"]*)"(?=[^\n]*"dialled":"1777")/.exec(followed)?.[1] ?? '';
  const shown = (await runProgram(runtime, ['call', 'show', id])).out.split('\n')[0];
  const own = await listed('ls', '-o', 'json', '--manager', 'cm3');

  second.program.child.kill('SIGTERM');
  await second.program.ended;
  const left = await until((lines) => !lines.includes(unknown), 'ls', '-o', 'json');
  assert.deepEqual(
    { all, exported: exported.toSorted(), shown, own, left },
    {
      all: [answered, unknown],
      exported: [answered, unknown],
      shown: `call ${id}: over, unknown number, LW-3001 unknown number`,
      own: [],
      left: [answered],
    },
  );
});
