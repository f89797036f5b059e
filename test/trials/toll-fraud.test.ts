/** The table of toll fraud as the documentation has it; test/servers/manager holds it against a manager. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test from 'node:test';
import { fraudTable, ROWS } from '../../trials/toll-fraud.ts';

test('docs/security.md has the rows of the table, and what is due', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../docs/security.md'), 'utf8');
  assert.equal(text.slice(text.indexOf('### ')).trim(), fraudTable(ROWS));
});

test('no two rows have one name', () => {
  const names = ROWS.map(({ topic, name }) => `${topic}: ${name}`);
  assert.deepEqual(names, [...new Set(names)]);
});
