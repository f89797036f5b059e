/** A manager that is no member of its cluster any more: it says why, and ends so that it is started again. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { eventually } from '../../../bench/processes.ts';
import { SILENT } from '../../../src/base/log.ts';
import { connectEtcd } from '../../../src/cluster/etcd/connect.ts';
import { type Program, runtimeOf, startProgram } from '../../cli/program.ts';
import { type EtcdCluster, startEtcd } from '../etcd/etcd-server.ts';
import { startNats } from '../nats/nats-server.ts';
import { Folder } from './manager-file.ts';

const WITHIN_MS = 10_000;

async function running(
  context: TestContext,
  more: object,
): Promise<{ program: Program; store: EtcdCluster }> {
  const bus = await startNats();
  context.after(() => bus.remove());
  const store = await startEtcd();
  context.after(() => store.close());
  const cluster = { bus: bus.urls, store: store.urls, ...more };
  const file = new Folder(context).manager('cm1', cluster);
  const program = startProgram(runtimeOf(context), ['start', '-c', file]);
  context.after(() => program.child.kill('SIGKILL'));
  await program.said('manager ready');
  return { program, store };
}

/** What its log said of it, and what came last. */
async function end(program: Program): Promise<object> {
  const { code, out, err } = await program.ended;
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const fenced = lines.filter(({ event }) => event === 'manager fenced');
  return { code, err, log: fenced.map(({ level, why }) => [level, why]) };
}

test('metrics say how it stands in its cluster, and label nothing by number or user', async (context) => {
  const { program } = await running(context, {});
  const out = await program.said('manager ready');
  const [, web = ''] = /"web":"([^"]+)"/.exec(out) ?? [];
  // On a machine that stands still for a moment it does not know at once whether it still is a member.
  let text = '';
  await eventually(async () => {
    text = await (await fetch(`${web}/metrics`)).text();
    return text.includes('linewright_cluster_standing{standing="member"} 1');
  }, WITHIN_MS);
  const shown = text.split('\n').filter((line) => line.startsWith('linewright_cluster_'));
  const ready = await fetch(`${web}/readyz`);
  assert.deepEqual(
    {
      fixed: shown.filter((line) => /members|standing|evictions|entries|lost/.test(line)),
      names: new Set(shown.map((line) => line.split(/[{ ]/)[0])),
      ready: [ready.status, await ready.text()],
    },
    {
      fixed: [
        'linewright_cluster_members 1',
        'linewright_cluster_standing{standing="member"} 1',
        'linewright_cluster_standing{standing="unsure"} 0',
        'linewright_cluster_standing{standing="frozen"} 0',
        'linewright_cluster_standing{standing="fenced"} 0',
        'linewright_cluster_standing{standing="isolated"} 0',
        'linewright_cluster_members_left_total 0',
        'linewright_cluster_evictions_total 0',
        'linewright_cluster_messages_lost_total{why="not acknowledged"} 0',
        'linewright_cluster_messages_lost_total{why="no way"} 0',
        'linewright_cluster_messages_lost_total{why="stale"} 0',
        'linewright_cluster_table_entries 0',
      ],
      names: new Set(
        [
          'members',
          'standing',
          'members_left_total',
          'evictions_total',
          'packets_total',
          'packets_dropped_total',
          'messages_lost_total',
          'table_entries',
          'table_transactions_total',
        ].map((name) => `linewright_cluster_${name}`),
      ),
      ready: [200, 'ready\n'],
    },
  );
});

test('one that was expelled ends with 75', async (context) => {
  const { program, store } = await running(context, {});
  const plane = await connectEtcd({ servers: store.urls, cluster: 'linewright', log: SILENT });
  context.after(() => plane.close());
  const remove = { type: 'delete', key: 'members/cm1' } as const;
  await new Promise((resolve) => plane.transact({ compare: [], then: [remove] }, resolve));
  const why = 'the other members have expelled it, since they did not hear it or it was stopped';
  assert.deepEqual(await end(program), {
    code: 75,
    err: `cm1 is no member of its cluster any more: ${why}. Start it again: it joins anew\n`,
    log: [['error', why]],
  });
});

test('one that is not to go on without the store ends with 75 when that is gone', async (context) => {
  const { program, store } = await running(context, { store_outage: 'fence' });
  await store.close();
  const why = 'the store has not confirmed its membership in time';
  assert.deepEqual(await end(program), {
    code: 75,
    err: `cm1 is no member of its cluster any more: ${why}. Start it again: it joins anew\n`,
    log: [['error', why]],
  });
});
