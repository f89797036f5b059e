/** The catalogue of refusals in the documentation is that of the code. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { formatRefusal, REFUSALS, type RefusalCode } from '../../src/call/refusal-codes.ts';
import { q850Of, refusalHeaders, statusOf } from '../../src/device/cause-to-status.ts';

const PAGE = readFileSync(new URL('../../docs/refusals.md', import.meta.url), 'utf8');
const CODES = Object.keys(REFUSALS) as RefusalCode[];

test('the documentation lists every refusal with its title, status and Q.850 cause', () => {
  const rows = PAGE.split('\n').filter((line) => line.startsWith('| LW-'));
  assert.deepEqual(
    rows,
    CODES.map((code) => {
      const { title, cause } = REFUSALS[code];
      return `| ${code} | ${title} | ${statusOf(cause)} | ${q850Of(cause)} |`;
    }),
  );
});

test('every refusal has a section that says what it means', () => {
  const sections = PAGE.split(/^## /m).slice(1);
  const empty = sections.filter((section) => section.trim().split(/\s+/).length < 8);
  assert.deepEqual(
    { codes: sections.map((section) => section.slice(0, 7)), empty },
    { codes: CODES, empty: [] },
  );
});

test('a title is what a header may carry as it is', () => {
  const wrong = CODES.map(formatRefusal).filter(
    (text) => !/^LW-\d{4} [a-zA-Z0-9 ,:-]+$/.test(text),
  );
  assert.deepEqual(wrong, []);
});

test('a refusal with a code says it in Reason and in Warning', () => {
  assert.equal(
    refusalHeaders('unknown number', 'LW-3001'),
    'Reason: Q.850;cause=1;text="LW-3001 unknown number"\r\n' +
      'Warning: 399 linewright "LW-3001 unknown number"\r\n',
  );
});
