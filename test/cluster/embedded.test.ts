/** The embedded message plane: the contract of all planes, and what only it can do. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { SILENT } from '../../src/base/log.ts';
import { EmbeddedMessagePlane } from '../../src/cluster/embedded.ts';
import { makePid } from '../../src/process/pid.ts';
import { Scheduler } from '../../src/process/scheduler.ts';
import { messagePlaneContract, type PlaneBench } from './message-plane-contract.ts';

messagePlaneContract('embedded', (): PlaneBench => {
  const plane = new EmbeddedMessagePlane();
  return {
    plane: () => plane,
    inject: (home, text) => plane.deliver(home, text),
    kill: (home) => plane.cut(home),
    expel: (home) => plane.expel(home),
    settle: () => {
      while (!plane.isIdle) plane.pump();
    },
    close: () => {},
  };
});

test('a pump delivers what was on the way when it began, and no more', () => {
  const plane = new EmbeddedMessagePlane();
  const pid = makePid('a.1', 'd', 0);
  let id = 1;
  const send = () => plane.send({ v: 1, to: pid, from: pid, id: id++, body: {} });
  plane.attach('a.1', send, () => {});
  send();
  assert.deepEqual([plane.pump(), plane.pump(), plane.isIdle], [1, 1, false]);
});

test('more than the plane can carry is lost and counted', () => {
  const plane = new EmbeddedMessagePlane();
  for (let i = 0; i < 65_540; i++) plane.deliver('a.1', '');
  assert.deepEqual([plane.pump(), plane.counters], [65_536, { sent: 65_540, lost: 65_540 }]);
});

test('processes of two managers speak to each other by PID', () => {
  type Word = { readonly say: string };
  const plane = new EmbeddedMessagePlane();
  const diary: string[] = [];
  const managers = ['a.1', 'b.1'].map((home) => {
    const scheduler = new Scheduler<Word>({
      home,
      nowMs: 0,
      log: SILENT,
      plane,
      read: (body) => {
        const { say } = body as { say?: unknown };
        return typeof say === 'string' ? { say } : undefined;
      },
    });
    const pid = scheduler.spawn('d', (host) => ({
      receive(signal, from) {
        diary.push(`${host.pid} heard ${signal.say} from ${from}`);
        if (signal.say === 'ping') host.tell(from, { say: 'pong' });
      },
      timeout() {},
      down: (gone) => diary.push(`${host.pid} lost ${gone}`),
    }));
    return { scheduler, pid };
  });
  const [a, b] = managers;
  assert(a !== undefined && b !== undefined);
  const settle = () => {
    for (const { scheduler } of managers) scheduler.drain();
    while (!plane.isIdle) {
      plane.pump();
      for (const { scheduler } of managers) scheduler.drain();
    }
  };
  a.scheduler.tell(a.pid, b.pid, { say: 'ping' });
  a.scheduler.tell(a.pid, b.pid, {} as Word);
  settle();
  b.scheduler.close();
  a.scheduler.tell(a.pid, b.pid, { say: 'too late' });
  plane.expel('b.1');
  settle();
  assert.deepEqual(diary, [
    'b.1.d0 heard ping from a.1.d0',
    'a.1.d0 heard pong from b.1.d0',
    'a.1.d0 lost b.1',
  ]);
  assert.equal(b.scheduler.counters.refused, 1);
});
