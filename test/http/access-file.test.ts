/** The file by which the command line finds a manager is its user's alone, and goes with the manager. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import {
  findAccess,
  findOwnAccess,
  runtimeFolder,
  writeAccess,
} from '../../src/http/access-file.ts';

function newFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-access-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

const access = { id: 'manager-a', pid: process.pid, url: 'http://127.0.0.1:1', token: 'secret' };

test('what is written is found, readable by its user only, and gone when removed', (context) => {
  const folder = join(newFolder(context), 'within');
  const remove = writeAccess(folder, access);
  const [name = ''] = readdirSync(folder);
  const modes = [statSync(folder).mode & 0o777, statSync(join(folder, name)).mode & 0o777];
  const found = findAccess(folder);
  remove();
  assert.deepEqual([modes, found, findAccess(folder)], [[0o700, 0o600], [access], []]);
});

test('a folder that others may look into is closed before a token goes there', (context) => {
  const folder = newFolder(context);
  chmodSync(folder, 0o755);
  writeAccess(folder, access);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test('files of dead managers and other files are no managers; the next manager clears the former', (context) => {
  const folder = newFolder(context);
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeFileSync(join(folder, 'dead-1.json'), JSON.stringify({ ...access, id: 'dead', pid }));
  writeFileSync(join(folder, 'broken.json'), '{"id":');
  writeFileSync(join(folder, 'note.txt'), 'hello');
  assert.deepEqual(findAccess(folder), []);
  writeAccess(folder, access);
  assert.deepEqual(readdirSync(folder).sort(), [
    'broken.json',
    `manager-a-${process.pid}.json`,
    'note.txt',
  ]);
});

test('the folder is where the environment says', (context) => {
  const own = newFolder(context);
  writeAccess(own, access);
  assert.deepEqual(
    [
      runtimeFolder({ LINEWRIGHT_RUNTIME: own, XDG_RUNTIME_DIR: '/run/user/1' }),
      runtimeFolder({ XDG_RUNTIME_DIR: '/run/user/1' }),
      findOwnAccess({ LINEWRIGHT_RUNTIME: own }),
      findOwnAccess({ LINEWRIGHT_RUNTIME: join(own, 'missing') }),
    ],
    [own, '/run/user/1/linewright', [access], []],
  );
});
