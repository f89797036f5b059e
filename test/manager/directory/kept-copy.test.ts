/** What a member keeps of its cluster's directory on its own disk, for when it is cut off. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { Log } from '../../../src/base/log.ts';
import type { Head } from '../../../src/cluster/versions.ts';
import { KeptCopy } from '../../../src/manager/directory/kept-copy.ts';
import { formatItem } from '../../../src/store/directory/document.ts';
import { readDirectory } from '../../../src/store/directory/load.ts';

const REALM = 'pbx.test';
const NAME = 'cluster-directory.copy';

/** Items of a directory with those devices, as the store has them. */
function itemsOf(devices: readonly string[]): readonly string[] {
  const text = JSON.stringify({
    devices: Object.fromEntries(devices.map((id) => [id, { password: `secret of ${id}` }])),
  });
  const read = readDirectory([{ file: 'test', text }], { realm: REALM, env: {} });
  assert(read.ok, JSON.stringify(read));
  return read.document().map(formatItem);
}

function headOf(number: number): Head {
  const note = { at: '', by: 'cm1', comment: '', origin: 'applied' } as const;
  return { version: { number, ...note, attempt: `${number}-x`, parts: [] }, modified: number };
}

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-copy-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The copy in that folder, and what its log says of why. */
function copyIn(dataFolder: string, more: { cluster?: string; realm?: string } = {}) {
  const said: unknown[] = [];
  const log: Log = {
    debugging: false,
    write: (_level, event, fields) => said.push([event, fields?.['why'] ?? fields?.['error']]),
  };
  const copy = new KeptCopy({ dataFolder, cluster: 'lw1', realm: REALM, log, ...more });
  return { copy, said };
}

test('the last version is read again, and nobody else reads it, nor any password', async (context) => {
  const folder = join(folderOf(context), 'data');
  const { copy } = copyIn(folder);
  await Promise.all([
    copy.keep(headOf(1), itemsOf(['ana'])),
    copy.keep(headOf(2), itemsOf(['ana', 'ben'])),
    copy.keep(headOf(3), itemsOf(['ana', 'ben', 'cas'])),
  ]);
  const { said, copy: again } = copyIn(folder);
  const read = await again.read();
  const path = join(folder, NAME);
  assert.deepEqual(
    {
      version: read?.version,
      devices: [...(read?.directory.devices.keys() ?? [])],
      hasHash: read?.directory.devices.get('ana')?.ha1?.md5.length,
      mode: statSync(path).mode & 0o777,
      files: readdirSync(folder),
      hasSecret: readFileSync(path, 'utf8').includes('secret'),
      said,
    },
    {
      version: 3,
      devices: ['ana', 'ben', 'cas'],
      hasHash: 32,
      mode: 0o600,
      files: [NAME],
      hasSecret: false,
      said: [],
    },
  );
});

test('where there is none there is nothing to say', async (context) => {
  const { copy, said } = copyIn(folderOf(context));
  assert.deepEqual([await copy.read(), said], [undefined, []]);
});

test('one of another cluster or domain, or that is none, is of no use', async (context) => {
  const folder = folderOf(context);
  await copyIn(folder).copy.keep(headOf(1), itemsOf(['ana']));
  const found: unknown[] = [];
  const look = async (more: { cluster?: string; realm?: string }): Promise<void> => {
    const { copy, said } = copyIn(folder, more);
    found.push([(await copy.read())?.version, ...said]);
  };
  await look({ cluster: 'lw2' });
  await look({ realm: 'other.test' });
  writeFileSync(join(folder, NAME), 'no copy\n');
  await look({});
  const event = 'directory copy of no use';
  assert.deepEqual(found, [
    [undefined, [event, 'it is of cluster lw1 with the domain pbx.test']],
    [undefined, [event, 'it is of cluster lw1 with the domain pbx.test']],
    [undefined, [event, 'it is no copy, or one of another release']],
  ]);
});

test('that it cannot be written is said, and the manager goes on', async (context) => {
  const folder = join(folderOf(context), 'file');
  writeFileSync(folder, '');
  const { copy, said } = copyIn(folder);
  await copy.keep(headOf(1), itemsOf(['ana']));
  assert.deepEqual(said, [['directory copy not kept', 'EEXIST']]);
});
