/** The copy that a manager has of the cluster's table, in both modes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  firstLcp,
  keyOf,
  lcpFor,
  RegistrationTable,
  revisionOf,
} from '../../src/call/registration-table.ts';
import type { TableEntry } from '../../src/process/cluster.ts';
import { homeOf, type Pid } from '../../src/process/pid.ts';

const A = 'a.1.l1' as Pid;
const B = 'b.1.l1' as Pid;

function entry(key: string, lcp: Pid, revision: number): TableEntry {
  return { key, value: lcp, owner: homeOf(lcp), revision };
}

/** Enters `lcp`; returns what the table says of the number then. */
function enter(table: RegistrationTable, key: string, lcp: Pid, revision: number) {
  const number = table.set(key, entry(key, lcp, revision));
  return number === undefined ? undefined : table.find(number);
}

test('claims 5, 40, 67, 74: single mode: the process, and its epoch', () => {
  const table = new RegistrationTable();
  assert.deepEqual(
    [
      enter(table, 's/2000', A, 3),
      enter(table, 's/2000', B, 5),
      table.set('s/2000', undefined),
      table.size,
    ],
    [{ mode: 'single', lcp: A, revision: 3 }, { mode: 'single', lcp: B, revision: 5 }, '2000', 0],
  );
});

test('claims 21, 22, 54: replicated mode lists every process, the oldest first', () => {
  const table = new RegistrationTable();
  enter(table, 'm/2000/b.1', B, 4);
  enter(table, 'm/2000/a.1', A, 3);
  const location = table.find('2000');
  assert(location !== undefined);
  assert.deepEqual(
    [location, firstLcp(location), lcpFor(location, 'b.1'), lcpFor(location, 'c.1')],
    [
      {
        mode: 'replicated',
        lcps: [
          { lcp: A, revision: 3 },
          { lcp: B, revision: 4 },
        ],
        latest: 4,
      },
      A,
      { lcp: B, revision: 4 },
      undefined,
    ],
  );
  table.set('m/2000/a.1', undefined);
  assert.deepEqual(table.find('2000'), {
    mode: 'replicated',
    lcps: [{ lcp: B, revision: 4 }],
    latest: 4,
  });
  table.set('m/2000/b.1', undefined);
  assert.equal(table.find('2000'), undefined);
});

test('a list of processes that is another one has a higher number, the same for whoever has seen it', () => {
  const C = 'c.1.l1' as Pid;
  const table = new RegistrationTable();
  const numbers = (...changes: readonly (readonly [Pid, number | undefined])[]): number[] =>
    changes.map(([lcp, revision]) => {
      const key = keyOf('2000', homeOf(lcp));
      table.set(key, revision === undefined ? undefined : entry(key, lcp, revision));
      const location = table.find('2000');
      return location?.mode === 'replicated' ? revisionOf(location) : 0;
    });
  const seen = numbers([A, 3], [B, 4], [C, 7], [C, undefined], [A, undefined], [A, 12]);
  const sorted = [...new Set(seen)].sort((one, other) => one - other);
  table.set(keyOf('2000', 'a.1'), undefined);
  table.set(keyOf('2000', 'b.1'), undefined);
  assert.deepEqual([seen, numbers([B, 4], [A, 12]).at(-1)], [sorted, seen.at(-1)]);
});

test('a line that has come back in the other mode is not gone with its former processes', () => {
  const table = new RegistrationTable();
  enter(table, 'm/2000/a.1', A, 3);
  enter(table, 's/2000', B, 5);
  const news = table.set('m/2000/a.1', undefined);
  const single = table.find('2000');
  enter(table, 'm/2000/a.1', A, 7);
  const other = table.set('s/2000', undefined);
  assert.deepEqual(
    [news, single, other, table.find('2000')],
    [
      undefined,
      { mode: 'single', lcp: B, revision: 5 },
      undefined,
      { mode: 'replicated', lcps: [{ lcp: A, revision: 7 }], latest: 7 },
    ],
  );
});

test('whoever claimed a number last has it in its mode, whatever came and went in which order', () => {
  const seen = [A, B].map((first) => {
    const table = new RegistrationTable();
    const enterA = () => table.set('m/2000/a.1', entry('m/2000/a.1', A, 3));
    const enterB = () => table.set('s/2000', entry('s/2000', B, 5));
    const news = first === A ? [enterA(), enterB()] : [enterB(), enterA()];
    const both = table.find('2000');
    news.push(table.set('s/2000', undefined));
    return { news, both, left: table.find('2000') };
  });
  const both = { mode: 'single', lcp: B, revision: 5 };
  const left = { mode: 'replicated', lcps: [{ lcp: A, revision: 3 }], latest: 3 };
  assert.deepEqual(seen, [
    { news: ['2000', '2000', '2000'], both, left },
    { news: ['2000', undefined, '2000'], both, left },
  ]);
});

test('a number may hold any character', () => {
  const table = new RegistrationTable();
  for (const number of ['+44 20', 'ana/ben', '*21#', 'ü', '%41'])
    assert.deepEqual(
      [
        enter(table, keyOf(number), A, 1),
        table.find(number),
        new RegistrationTable().set(keyOf(number, 'a.1'), undefined),
      ],
      [{ mode: 'single', lcp: A, revision: 1 }, { mode: 'single', lcp: A, revision: 1 }, number],
    );
});

for (const [what, key, value, owner] of [
  ['another kind of entry', 'x/2000', A, 'a.1'],
  ['no number', 's/', A, 'a.1'],
  ['what is no number', 's/%zz', A, 'a.1'],
  ["another manager's process", 's/2000', A, 'b.1'],
  ['what is no process', 's/2000', 'a.1', 'a.1'],
] as const)
  test(`an entry of ${what} is passed over`, () => {
    const table = new RegistrationTable();
    assert.deepEqual(
      [table.set(key, { key, value, owner, revision: 1 }), table.size],
      [undefined, 0],
    );
  });

test('numbers that have been lost are known for a while, the first first', () => {
  const table = new RegistrationTable();
  table.lose('2000', 100);
  table.lose('2001', 200);
  table.lose('2002', 300);
  table.lose('2000', 350);
  table.forget('2001');
  assert.deepEqual(
    [table.isLost('2000'), table.isLost('2001'), table.lostUntil(300), table.lostUntil(299)],
    [true, false, { numbers: ['2002'], nextMs: 350 }, { numbers: [], nextMs: 300 }],
  );
});
