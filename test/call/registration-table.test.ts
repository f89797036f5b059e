/** The registration information table of one manager, in both modes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { firstLcp, RegistrationTable, revisionOf } from '../../src/call/registration-table.ts';
import type { Pid } from '../../src/process/pid.ts';

const A = 'a.1.l1' as Pid;
const B = 'b.1.l1' as Pid;

test('single mode: the first claim holds, and the second learns of it', () => {
  const table = new RegistrationTable();
  const held = { mode: 'single', lcp: A, revision: 1 };
  assert.deepEqual(
    [table.claim('2000', 'single', A), table.claim('2000', 'single', B), table.find('2000')],
    [held, held, held],
  );
});

test('single mode: after a purge another may claim, with a higher revision', () => {
  const table = new RegistrationTable();
  table.claim('2000', 'single', A);
  table.claim('2001', 'single', B);
  assert.deepEqual(table.purge(A), ['2000']);
  assert.deepEqual(
    [table.find('2000'), table.claim('2000', 'single', B)],
    [undefined, { mode: 'single', lcp: B, revision: 3 }],
  );
});

test('claims 21, 40, 54: replicated mode lists every process, the oldest first', () => {
  const table = new RegistrationTable();
  table.claim('2000', 'replicated', B);
  const location = table.claim('2000', 'replicated', A);
  assert.deepEqual(location, {
    mode: 'replicated',
    lcps: [
      { lcp: B, revision: 1 },
      { lcp: A, revision: 2 },
    ],
  });
  assert.deepEqual([firstLcp(location), revisionOf(location, A)], [B, 2]);
});

test('claims 5, 74: all of a manager that is gone is purged, and nothing else', () => {
  const table = new RegistrationTable();
  table.claim('2000', 'single', A);
  table.claim('2001', 'single', B);
  table.claim('2002', 'replicated', A);
  table.claim('2002', 'replicated', B);
  table.claim('2003', 'replicated', A);
  table.claim('2004', 'single', 'a.11.l1' as Pid);
  assert.deepEqual(table.purge('a.1'), ['2000', '2002', '2003']);
  assert.deepEqual(
    [...table.entries()],
    [
      ['2001', { mode: 'single', lcp: B, revision: 2 }],
      ['2002', { mode: 'replicated', lcps: [{ lcp: B, revision: 4 }] }],
      ['2004', { mode: 'single', lcp: 'a.11.l1', revision: 6 }],
    ],
  );
});
