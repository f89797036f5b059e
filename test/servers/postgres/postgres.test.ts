/** Records in a real PostgreSQL: kept once, while it is killed and comes back, by several managers at a time. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Clerk } from '../../../src/store/cdr/clerk.ts';
import type { CallEntry } from '../../../src/store/cdr/entry.ts';
import { PostgresSink } from '../../../src/store/cdr/postgres-sink.ts';
import { Spool } from '../../../src/store/cdr/spool.ts';
import { foundOf, TABLE } from '../../../src/store/cdr/table.ts';
import { doneEntry, folderFor } from '../../store/cdr/samples.ts';
import { type Place, queryContract, sinkContract } from '../../store/cdr/sink-contract.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

async function place(context: test.TestContext): Promise<Place> {
  const server = await startPostgres(context);
  return {
    open: async () => new PostgresSink(server.url),
    rows: async () => {
      const rows = await server.ask(`SELECT * FROM ${TABLE} ORDER BY seq`);
      return rows.flatMap((row) => {
        const { seq: _, ...entry } = foundOf(row) ?? { seq: 0, id: '', grade: 0 };
        return [entry as CallEntry];
      });
    },
  };
}

sinkContract('postgres', place);
queryContract('postgres', place);

async function countOf(server: PostgresServer): Promise<readonly number[]> {
  const [row] = await server.ask(`SELECT count(*) AS n, count(DISTINCT id) AS d FROM ${TABLE}`);
  return [Number(row?.['n']), Number(row?.['d'])];
}

async function until(isSo: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const lastMs = performance.now() + 40_000;
  while (!(await isSo())) {
    assert(performance.now() < lastMs, `not within 40 s: ${what}`);
    await sleep(50);
  }
}

test('what one manager cannot write is not another fault: a record that no database takes is left out, with its word', async (context) => {
  const server = await startPostgres(context);
  const sink = new PostgresSink(server.url);
  const bad = doneEntry(2, { q850: 1e12 });
  const { refused } = await sink.write([doneEntry(1), bad, doneEntry(3)]);
  await sink.close();
  assert.deepEqual([refused, await countOf(server)], [1, [2, 2]]);
});

test('killed and started again while records come: each is there, once', async (context) => {
  const server = await startPostgres(context);
  const folder = folderFor(context);
  const said: string[] = [];
  const spool = new Spool({ folder, say: () => {}, epochMs: () => Date.now() });
  const clerk = new Clerk({
    folder,
    postgres: server.url,
    say: (level, event) => said.push(`${level} ${event}`),
  });
  spool.onWritten = () => clerk.wake();
  let written = 0;
  const come = async (count: number) => {
    for (let n = 0; n < count; n++) {
      spool.done(doneEntry(written++));
      spool.flush();
      if (n % 20 === 0) await sleep(5);
    }
  };
  await come(300);
  await until(() => (clerk.counters()['postgres']?.done ?? 0) > 0, 'some are delivered');
  for (let round = 0; round < 2; round++) {
    await come(100);
    const dying = server.kill();
    await come(200);
    await dying;
    await until(() => said.at(-1)?.startsWith('error') ?? false, 'it is said');
    await server.start();
    await until(() => clerk.counters()['postgres']?.done === written, 'all are delivered');
  }
  await clerk.close();
  spool.close();
  assert.deepEqual([await countOf(server), said.length], [[written, written], 4]);
});

test('a database that is not there at the start is waited for, and two managers make the table at once', async (context) => {
  const server = await startPostgres(context);
  await server.kill();
  const clerks = ['a', 'b'].map((name) => {
    const folder = join(folderFor(context), name);
    const spool = new Spool({ folder, say: () => {}, epochMs: () => 0 });
    for (let n = 0; n < 50; n++) spool.done(doneEntry(n));
    spool.done(doneEntry(0, { id: `only-${name}` }));
    spool.flush();
    spool.close();
    const clerk = new Clerk({ folder, postgres: server.url, say: () => {} });
    clerk.wake();
    return clerk;
  });
  await until(
    () => clerks.every((clerk) => (clerk.counters()['postgres']?.failures ?? 0) > 0),
    'it is away',
  );
  await server.start();
  await until(
    () => clerks.every((clerk) => clerk.counters()['postgres']?.done === 51),
    'all are delivered',
  );
  for (const clerk of clerks) await clerk.close();
  assert.deepEqual(await countOf(server), [52, 52]);
});
