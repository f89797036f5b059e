/** A store on disk: what was acknowledged is there after a crash, and what was not written whole is not. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { JournalError, openKeptStore } from '../../src/cluster/kept-store.ts';
import type {
  Entry,
  Operation,
  StatePlane,
  TransactionResult,
} from '../../src/process/state-plane.ts';

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-kept-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function transact(plane: StatePlane, then: readonly Operation[]): Promise<TransactionResult> {
  return new Promise((done) => plane.transact({ compare: [], then }, done));
}

async function entriesOf(plane: StatePlane): Promise<readonly Entry[]> {
  return new Promise((done) =>
    plane.read('', (result) => done(result.type === 'read' ? result.entries : [])),
  );
}

test('what was put is there again, with its revisions; what was deleted is not', async (context) => {
  const folder = folderOf(context);
  const first = openKeptStore(folder);
  await transact(first.plane, [
    { type: 'put', key: 'a', value: '1' },
    { type: 'put', key: 'b', value: 'x\ny' },
  ]);
  await transact(first.plane, [
    { type: 'put', key: 'a', value: '2' },
    { type: 'delete', key: 'b' },
  ]);
  const before = await entriesOf(first.plane);
  first.close();
  const second = openKeptStore(folder);
  const after = await entriesOf(second.plane);
  const next = await transact(second.plane, [{ type: 'put', key: 'c', value: '3' }]);
  second.close();
  const [entry] = before;
  assert.deepEqual(
    [after, next.type === 'done' && next.revision],
    [before, (entry?.modified ?? 0) + 1],
  );
});

test('a line that broke off never was, and what comes after it counts', async (context) => {
  const folder = folderOf(context);
  const first = openKeptStore(folder);
  await transact(first.plane, [{ type: 'put', key: 'a', value: '1' }]);
  first.close();
  appendFileSync(join(folder, 'directory.journal'), '[9,[["a","torn');
  const second = openKeptStore(folder);
  await transact(second.plane, [{ type: 'put', key: 'b', value: '2' }]);
  second.close();
  const third = openKeptStore(folder);
  const values = (await entriesOf(third.plane)).map(({ key, value }) => [key, value]);
  third.close();
  assert.deepEqual(values, [
    ['a', '1'],
    ['b', '2'],
  ]);
});

test('a journal of which little still counts is written anew', async (context) => {
  const folder = folderOf(context);
  const first = openKeptStore(folder);
  for (let at = 0; at < 6; at++)
    await transact(first.plane, [{ type: 'put', key: 'a', value: `${at}`.repeat(300_000) }]);
  const before = await entriesOf(first.plane);
  first.close();
  const octets = () => statSync(join(folder, 'directory.journal')).size;
  const large = octets() > 1_800_000;
  const second = openKeptStore(folder);
  const after = await entriesOf(second.plane);
  second.close();
  const values = (entries: readonly Entry[]) =>
    entries.map(({ value, modified }) => [value, modified]);
  assert.deepEqual([large, octets() < 400_000, values(after)], [true, true, values(before)]);
});

test('a folder that cannot be made is said', (context) => {
  const folder = folderOf(context);
  appendFileSync(join(folder, 'file'), '');
  assert.throws(() => openKeptStore(join(folder, 'file')), JournalError);
});
