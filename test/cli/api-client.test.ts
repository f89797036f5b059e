/** Which of the managers on this machine a command speaks to. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { findManager } from '../../src/cli/api-client.ts';
import { writeAccess } from '../../src/http/access-file.ts';
import { runtimeOf } from './program.ts';

test('two managers of the same name are told apart by their processes', (context) => {
  const accessFolder = runtimeOf(context);
  const { pid, ppid } = process;
  const first = { id: 'one', pid, url: 'http://127.0.0.1:1', token: 'a' };
  const second = { id: 'one', pid: ppid, url: 'http://127.0.0.1:2', token: 'b' };
  for (const access of [first, second]) writeAccess(accessFolder, access);
  const both = [`one (process ${pid})`, `one (process ${ppid})`];
  assert.deepEqual(findManager({ accessFolder, manager: String(ppid) }, {}), second);
  assert.throws(
    () => findManager({ accessFolder, manager: 'one' }, {}),
    ({ message }: Error) =>
      both.every((name) => message.includes(name)) &&
      message.endsWith('choose one with --manager and its name or process number'),
  );
});
