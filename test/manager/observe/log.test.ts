/** What a log line looks like to a machine and to a person. */
import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { humanLine, openLog } from '../../../src/manager/observe/log.ts';

test('a JSON line carries manager, call and leg, and only what the level lets through', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-log-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'log');
  const file = openSync(path, 'w');
  const { log, flush } = openLog({
    level: 'info',
    format: 'json',
    manager: 'manager-a',
    to: file,
    colour: false,
  });
  log.write('debug', 'not this');
  log.write('info', 'call answered', {
    call: 'k3x',
    leg: 'a@1',
    by: 'Z\u001b[2J',
    none: undefined,
  });
  flush();
  closeSync(file);
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  const [{ time, ...line }] = lines.map((each) => JSON.parse(each));
  assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual(
    [lines.length, log.debugging, line],
    [
      1,
      false,
      {
        level: 'info',
        manager: 'manager-a',
        call: 'k3x',
        leg: 'a@1',
        by: 'Z\u001b[2J',
        event: 'call answered',
      },
    ],
  );
});

test('a line for a person shows what a terminal would obey', () => {
  const at = new Date(2030, 0, 2, 3, 4, 5, 67);
  assert.deepEqual(
    [
      humanLine(at, 'warn', 'source banned', { from: '192.0.2.7', failures: 20 }, false),
      humanLine(
        at,
        'info',
        'registered',
        { agent: 'Z\u001b[31m \u202e"1"', none: undefined },
        false,
      ),
      humanLine(at, 'error', 'gone', {}, true),
    ],
    [
      '03:04:05.067 warn  source banned  from=192.0.2.7 failures=20\n',
      '03:04:05.067 info  registered  agent="Z\\x1b[31m \\u202e\'1\'"\n',
      '03:04:05.067 \u001b[31merror\u001b[0m gone\n',
    ],
  );
});
