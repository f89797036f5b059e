/** Why a line control process is where it is, as one manager has seen it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { ClusterWatch } from '../../src/manager/cluster-watch.ts';
import type { Home, Pid } from '../../src/process/pid.ts';

const KEY = 's/2001';

/** A watch, and the view and clock that it sees. */
function makeWatch() {
  let epochMs = 1000;
  let members: readonly Home[] = ['a.1', 'b.2'];
  const watch = new ClusterWatch({ epochMs: () => epochMs });
  const view = () => ({ revision: 1, members });
  const entry = (pid: string, revision: number) => ({
    key: KEY,
    value: pid,
    owner: pid.slice(0, pid.lastIndexOf('.')),
    revision,
  });
  return {
    watch,
    pass: (ms: number) => {
      epochMs += ms;
    },
    enter: (pid: string, revision: number) => watch.tableChanged(KEY, entry(pid, revision), view()),
    remove: () => watch.tableChanged(KEY, undefined, view()),
    see: (now: readonly Home[]) => {
      const left = members.filter((home) => !now.includes(home));
      members = now;
      watch.viewChanged(view(), left);
    },
    /** As a member does: the table first. */
    leave: (home: Home) => {
      members = members.filter((each) => each !== home);
      watch.tableChanged(KEY, undefined, view());
      watch.viewChanged(view(), [home]);
    },
    why: () => watch.placement(KEY)?.why,
  };
}

test('whoever registers first has the number', () => {
  const { watch, enter } = makeWatch();
  enter('a.1.l1', 7);
  assert.deepEqual(watch.placement(KEY), {
    pid: 'a.1.l1',
    epoch: 7,
    sinceMs: 1000,
    why: { type: 'first' },
  });
});

test('a process takes over from the manager that left', () => {
  const { enter, leave, why } = makeWatch();
  enter('a.1.l1', 7);
  leave('a.1');
  const between = why();
  enter('b.2.l1', 8);
  assert.deepEqual([between, why()], [undefined, { type: 'took over', from: 'a.1' }]);
});

test('a process that died is replaced; one that was given up is not', () => {
  const { watch, enter, remove, why } = makeWatch();
  enter('a.1.l1', 7);
  watch.died('a.1.l1' as Pid);
  remove();
  enter('a.1.l2', 8);
  const replaced = why();
  remove();
  enter('b.2.l1', 9);
  assert.deepEqual([replaced, why()], [{ type: 'replaced', gone: 'a.1.l1' }, { type: 'first' }]);
});

test('long after its manager has left a number is registered anew', () => {
  const { enter, leave, pass, why } = makeWatch();
  enter('a.1.l1', 7);
  leave('a.1');
  pass(60_000);
  enter('b.2.l1', 8);
  assert.deepEqual(why(), { type: 'first' });
});

test('what was there before this manager is known as that', () => {
  const { watch, enter, why } = makeWatch();
  watch.learn(() => enter('a.1.l1', 7));
  assert.deepEqual(why(), { type: 'before' });
});

test('who has left is remembered until it is back', () => {
  const { watch, leave, see } = makeWatch();
  leave('a.1');
  const gone = watch.departures;
  see(['b.2', 'a.9']);
  assert.deepEqual(
    [gone, watch.departures, watch.departed],
    [[{ home: 'a.1', atMs: 1000 }], [], 1],
  );
});
