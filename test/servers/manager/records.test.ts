/** Records of calls whose manager is killed after the answer: real processes, a real PostgreSQL, one record each. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Program, runProgram, runtimeOf } from '../../cli/program.ts';
import { freePort } from '../../support/free-ports.ts';
import { startEtcd } from '../etcd/etcd-server.ts';
import { startNats } from '../nats/nats-server.ts';
import { startPostgres } from '../postgres/postgres-server.ts';
import { Folder } from './manager-file.ts';
import { fileOf, Phones, start, talk } from './robot-phones.ts';

const WITHIN_MS = 20_000;

type Exported = Readonly<Record<string, string | number | null>>;

async function exported(runtime: string, id: string): Promise<readonly Exported[]> {
  const args = ['cdr', 'export', '--format', 'json', '--manager', id];
  const { out, err, code } = await runProgram(runtime, args);
  assert.equal(code, 0, err);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Exported => JSON.parse(line));
}

async function untilExported(
  runtime: string,
  id: string,
  isSo: (rows: readonly Exported[]) => boolean,
): Promise<readonly Exported[]> {
  const lastMs = performance.now() + WITHIN_MS;
  for (;;) {
    const rows = await exported(runtime, id);
    if (isSo(rows) || performance.now() > lastMs) return rows;
  }
}

/** Without those that were tried before the other manager's phone was known. */
function answered(rows: readonly Exported[]): readonly Exported[] {
  return rows.filter(({ answered_device: device }) => device);
}

async function killed({ child, ended }: Program): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

test('a manager that is killed after the answer has one record of the call when it is back, also a second time', {
  timeout: 60_000,
}, async (context) => {
  const runtime = runtimeOf(context);
  const port = await freePort();
  const file = fileOf(new Folder(context), 'cm1', port, {});
  const phones = new Phones();
  context.after(() => phones.close());
  const first = await start(context, runtime, file);
  const [caller, called] = [await phones.add('1001', port), await phones.add('1002', port)];
  caller.call('1777');
  await phones.until('1001 refused');
  await talk(phones, caller, called);
  await killed(first);
  await killed(await start(context, runtime, file));
  await start(context, runtime, file);
  const rows = await untilExported(runtime, 'cm1', (found) => found.length >= 2);
  assert.deepEqual(
    rows.map(({ from_number, dialled, answered_device, cause, code, closing, sip_status }) => [
      ...[from_number, dialled, answered_device, cause, code, closing, sip_status],
    ]),
    [
      ['1001', '1777', undefined, 'unknown number', 'LW-3001', 'end', 404],
      ['1001', '1002', '1002', 'internal failure', undefined, 'restart', 200],
    ],
  );
  const shown = await Promise.all(
    rows.map(async ({ id, from_call_id }) => [
      (await runProgram(runtime, ['call', 'show', `${id}`, '--manager', 'cm1'])).out.split('\n')[0],
      (await runProgram(runtime, ['call', 'show', `${from_call_id}`])).out.split('\n')[0],
    ]),
  );
  const [refused, lost] = [
    `call ${rows[0]?.['id']}: over, unknown number, LW-3001 unknown number`,
    `call ${rows[1]?.['id']}: over, internal failure`,
  ];
  assert.deepEqual(shown, [
    [refused, refused],
    [lost, lost],
  ]);
});

test("the caller's manager is killed: the answerer's finishes the record, and the restart adds nothing but what it knows", {
  timeout: 120_000,
}, async (context) => {
  const bus = await startNats();
  context.after(() => bus.remove());
  const store = await startEtcd();
  context.after(() => store.close());
  const database = await startPostgres(context);
  const runtime = runtimeOf(context);
  const folder = new Folder(context);
  const cluster = { bus: bus.urls, store: store.urls };
  const cdr = { postgres: database.url };
  const ports = [await freePort(), await freePort()] as const;
  const files = ['cm1', 'cm2'].map((id, at) =>
    fileOf(folder, id, ports[at] ?? 0, { cluster, cdr }),
  );
  const phones = new Phones();
  context.after(() => phones.close());
  const [file = '', other = ''] = files;
  const first = await start(context, runtime, file);
  await start(context, runtime, other);
  const [caller, called] = [await phones.add('1001', ports[0]), await phones.add('1002', ports[1])];
  await talk(phones, caller, called);
  // What one manager says to another arrives in order: with this call the word that the first one has its answerer.
  const ringing = phones.next(['1002 rings']);
  caller.call('1002');
  await ringing;
  await killed(first);
  await phones.until('1002 ended');
  const before = await untilExported(runtime, 'cm2', (found) => answered(found).length > 0);
  await start(context, runtime, file);
  // Records are delivered in order: before this one what the restarted manager knows of the call.
  caller.call('1777');
  const after = await untilExported(runtime, 'cm2', (found) =>
    found.some(({ dialled }) => dialled === '1777'),
  );
  const told = (rows: readonly Exported[]) =>
    answered(rows).map(
      ({ from_number, from_device, answered_device, answered_manager, closing, ended_by }) =>
        [from_number, from_device, answered_device, answered_manager, closing, ended_by].join(' '),
    );
  const hasAll = (rows: readonly Exported[]) =>
    answered(rows).map((row) =>
      ['started', 'ringing', 'answered', 'ended', 'from_call_id', 'answered_call_id'].filter(
        (name) => !row[name],
      ),
    );
  assert.deepEqual(
    [told(before), hasAll(before), told(after), hasAll(after), answered(after)[0]?.['ended']],
    [
      ['1001 1001 1002 cm2 end system'],
      [[]],
      ['1001 1001 1002 cm2 end system'],
      [[]],
      answered(before)[0]?.['ended'],
    ],
  );
});
