/** Files that keep records: SQLite and JSON lines; and how records get there. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
// biome-ignore lint/correctness/noUnresolvedImports: Biome does not know this module of Node's yet.
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import { Clerk } from '../../../src/store/cdr/clerk.ts';
import { Delivery } from '../../../src/store/cdr/delivery.ts';
import type { CallEntry } from '../../../src/store/cdr/entry.ts';
import { openJsonl } from '../../../src/store/cdr/jsonl-sink.ts';
import { readableEntry } from '../../../src/store/cdr/readable.ts';
import { listSegments } from '../../../src/store/cdr/segments.ts';
import type { Sink } from '../../../src/store/cdr/sink.ts';
import { Spool } from '../../../src/store/cdr/spool.ts';
import { openSqlite } from '../../../src/store/cdr/sqlite-sink.ts';
import { foundOf, TABLE } from '../../../src/store/cdr/table.ts';
import { doneEntry, folderFor } from './samples.ts';
import { type Place, queryContract, sinkContract } from './sink-contract.ts';

function sqliteIn(folder: string): Place {
  const path = join(folder, 'cdr.db');
  return {
    open: () => openSqlite(path),
    rows: async () => {
      const database = new DatabaseSync(path);
      const rows = database.prepare(`SELECT * FROM ${TABLE} ORDER BY seq`).all();
      database.close();
      return rows.flatMap((row) => withoutSeq(foundOf(row)));
    },
  };
}

function withoutSeq(found: ReturnType<typeof foundOf>): CallEntry[] {
  if (found === undefined) return [];
  const { seq: _, ...entry } = found;
  return [entry];
}

sinkContract('sqlite', async (context) => sqliteIn(folderFor(context)));
queryContract('sqlite', async (context) => sqliteIn(folderFor(context)));

function idsIn(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly id: string }).id);
}

test('jsonl: a line for each call, times as ISO 8601, and how long it took', async (context) => {
  const path = join(folderFor(context), 'calls.jsonl');
  const sink = await openJsonl(path);
  await sink.write([doneEntry(1)]);
  const { started, answered, ended, duration, talk, moves } = JSON.parse(
    readFileSync(path, 'utf8'),
  ) as ReturnType<typeof readableEntry>;
  assert.deepEqual(
    { started, answered, ended, duration, talk, moves },
    {
      started: '2023-11-14T22:13:21.000Z',
      answered: '2023-11-14T22:13:21.500Z',
      ended: '2023-11-14T22:13:21.900Z',
      duration: 0.9,
      talk: 0.4,
      moves: [
        {
          at: '2023-11-14T22:13:20.000Z',
          kind: 'retrieved',
          number: '2000',
          name: '',
          manager: 'mb',
        },
      ],
    },
  );
});

test('jsonl: after a crash a torn line goes, and what is there is not written again', async (context) => {
  const path = join(folderFor(context), 'calls.jsonl');
  const sink = await openJsonl(path);
  await sink.write([doneEntry(1), doneEntry(2)]);
  appendFileSync(path, JSON.stringify(readableEntry(doneEntry(3))).slice(0, 40));
  const again = await openJsonl(path);
  await again.write([doneEntry(2), doneEntry(3)]);
  assert.deepEqual(
    idsIn(path),
    [1, 2, 3].map((n) => `ma.1.d1-${n}`),
  );
});

test('jsonl: the word of who answered comes behind that of who came to the call later, once', async (context) => {
  const path = join(folderFor(context), 'calls.jsonl');
  const full = doneEntry(1);
  const late = { id: full.id, closing: 'end', grade: full.grade, managers: ['mc'] } as const;
  const sink = await openJsonl(path);
  await sink.write([late]);
  await sink.write([full, late]);
  const again = await openJsonl(path);
  await again.write([late, full]);
  assert.equal(
    readFileSync(path, 'utf8'),
    [late, full].map((entry) => `${JSON.stringify(readableEntry(entry))}\n`).join(''),
  );
});

test('jsonl: a file that was taken away begins anew', async (context) => {
  const path = join(folderFor(context), 'calls.jsonl');
  const sink = await openJsonl(path);
  await sink.write([doneEntry(1)]);
  renameSync(path, `${path}.1`);
  await sink.write([doneEntry(2)]);
  assert.deepEqual([idsIn(`${path}.1`), idsIn(path)], [['ma.1.d1-1'], ['ma.1.d1-2']]);
});

test('sqlite: a file that was taken away begins anew', async (context) => {
  const folder = folderFor(context);
  const path = join(folder, 'cdr.db');
  const sink = await openSqlite(path);
  await sink.write([doneEntry(1)]);
  renameSync(path, `${path}.1`);
  await sink.write([doneEntry(2)]);
  const found = await sink.query?.({ limit: 10 });
  await sink.close();
  assert.deepEqual(
    [found?.map(({ id }) => id), (await sqliteIn(folder).rows()).map(({ id }) => id)],
    [['ma.1.d1-2'], ['ma.1.d1-2']],
  );
});

test('a clerk that is stopped anywhere and started again: every record once, and spent segments go', async (context) => {
  const folder = folderFor(context);
  const spoolFolder = join(folder, 'spool');
  const place = sqliteIn(folder);
  const jsonl = join(folder, 'calls.jsonl');
  const spool = new Spool({
    folder: spoolFolder,
    say: () => {},
    epochMs: () => 0,
    segmentBytes: 3000,
  });
  for (let round = 0; round < 4; round++) {
    for (let n = 0; n < 25; n++) {
      spool.done(doneEntry(round * 25 + n));
      spool.flush();
    }
    const clerk = new Clerk({
      folder: spoolFolder,
      sqlite: join(folder, 'cdr.db'),
      jsonl,
      say: () => {},
    });
    clerk.wake();
    await clerk.close();
    // As if it had died before it could note how far it was.
    if (round % 2 === 0) writeFileSync(join(spoolFolder, 'sqlite.position'), '{"segment":');
  }
  spool.close();
  const ids = Array.from({ length: 100 }, (_, n) => `ma.1.d1-${n}`);
  assert.deepEqual(
    [(await place.rows()).map(({ id }) => id), idsIn(jsonl), listSegments(spoolFolder).length],
    [ids, ids, 1],
  );
});

test('a sink that fails is asked again later each time, says so once, and gets everything', async (context) => {
  const folder = folderFor(context);
  const spool = new Spool({ folder, say: () => {}, epochMs: () => 0 });
  spool.done(doneEntry(1));
  spool.done(doneEntry(2));
  spool.flush();
  const got: string[] = [];
  const said: string[] = [];
  let failures = 3;
  const sink: Sink = {
    name: 'postgres',
    write: async (entries) => {
      if (failures-- > 0) throw new Error('away');
      got.push(...entries.map(({ id }) => id));
      return { refused: 0 };
    },
    query: undefined,
    close: async () => {},
  };
  const delivered = new Promise<void>((resolve) => {
    const delivery = new Delivery({
      folder,
      name: 'postgres',
      open: async () => sink,
      say: (level, event) => {
        said.push(`${level} ${event}`);
        if (event === 'call records are delivered again') resolve();
      },
      passed: () => {},
    });
    delivery.wake();
  });
  await delivered;
  spool.close();
  assert.deepEqual(
    [got, said],
    [
      ['ma.1.d1-1', 'ma.1.d1-2'],
      [
        'error call records cannot be delivered, they wait in the spool',
        'warn call records are delivered again',
      ],
    ],
  );
});
