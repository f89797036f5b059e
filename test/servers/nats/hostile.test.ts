/** Others on the same servers who do not keep to the rules: what the plane bears, and what the servers refuse. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import {
  connect,
  headers,
  type NatsConnection,
  PermissionViolationError,
} from '@nats-io/transport-node';
import { SILENT } from '../../../src/base/log.ts';
import { connectNats } from '../../../src/cluster/nats/message-plane.ts';
import { LogBook } from '../../transport/end.ts';
import { Diary } from './diary.ts';
import { startExampleCluster, startNats } from './nats-server.ts';

/** What the server refuses `connection`, as it comes. */
function watchRefusals(connection: NatsConnection): string[] {
  const refused: string[] = [];
  void (async () => {
    for await (const status of connection.status())
      if (status.type === 'error' && status.error instanceof PermissionViolationError)
        refused.push(`${status.error.operation} ${status.error.subject}`);
  })();
  return refused;
}

async function openLone(context: TestContext) {
  const servers = await startNats();
  context.after(() => servers.remove());
  const options = { servers: servers.urls, cluster: 'lw1', log: SILENT };
  const plane = await connectNats({ ...options, manager: 'cm1' });
  const other = await connectNats({ ...options, manager: 'cm2' });
  const hostile = await connect({ servers: servers.urls });
  context.after(() => Promise.all([plane.close(), other.close(), hostile.close()]));
  const cm1 = new Diary(plane, 'cm1.1');
  const cm2 = new Diary(other, 'cm2.1');
  await Promise.all([cm1.until('up'), cm2.until('up')]);
  return { plane, hostile, cm1, cm2 };
}

test('garbage on every subject is counted and dropped, and what follows is heard', async (context) => {
  const { plane, hostile, cm1, cm2 } = await openLone(context);
  const garbage = Uint8Array.from({ length: 300 }, (_, at) => at % 256);
  const status = headers(503, 'No Responders');
  hostile.publish('lw1.pid.cm1.1.CM2', garbage);
  hostile.publish(`lw1.pid.cm1.1.${'x'.repeat(33)}`, garbage);
  hostile.publish('lw1.pid.cm1.1.cm2.more', garbage);
  hostile.publish('lw1.ev.CM2.beat', garbage);
  hostile.publish('lw1.ev.cm2.Beat', garbage);
  hostile.publish('lw1.rep.cm1.1.gone.cm2.1', garbage);
  hostile.publish('lw1.rep.cm1.1.gone.cm2.1.x', undefined, { headers: status });
  hostile.publish('lw1.rep.cm1.1.ask.7', garbage);
  hostile.publish('lw1.rep.cm1.1.nonsense', garbage);
  hostile.publish('lw1.pid.cm1.1.cm2', 'x'.repeat(1_000_001));
  await hostile.flush();
  cm2.place.send('cm1.1', 'word');
  await cm1.until('got word from cm2');
  const { malformed, late, received } = plane.counters;
  assert.deepEqual([cm1.lines, malformed, late, received], [['up', 'got word from cm2'], 8, 1, 1]);
});

test('nobody gets an answer sent to somebody else', async (context) => {
  const { hostile, cm1, cm2 } = await openLone(context);
  for (const reply of [
    'lw1.pid.cm2.1.cm1',
    'lw1.rep.cm2.1.ask.1',
    'lw1.rep.cm3.1.gone.cm2.1',
    'lw1.ev.cm1.beat',
  ])
    hostile.publish('lw1.pid.cm1.1.cm3', 'trap', { reply });
  hostile.publish('lw1.pid.cm1.1.cm3', 'end');
  await cm1.until('got end from cm3');
  cm1.place.send('cm2.1', 'end');
  await cm2.until('got end from cm1');
  assert.deepEqual(
    [cm1.lines, cm2.lines],
    [
      ['up', ...Array.from({ length: 4 }, () => 'got trap from cm3'), 'got end from cm3'],
      ['up', 'got end from cm1'],
    ],
  );
});

test('the example lets nobody pass for another manager, nor listen to what is said to one', async (context) => {
  const servers = await startExampleCluster();
  context.after(() => servers.remove());
  const plane = await connectNats({
    servers: servers.urls,
    cluster: 'lw1',
    manager: 'cm1',
    log: SILENT,
    credentials: servers.credentialsOf('cm1'),
  });
  // At the same server, which knows at once who is there.
  const { user, password: pass } = servers.credentialsOf('cm2');
  const hostile = await connect({ servers: servers.at(0).url, user, pass });
  context.after(() => Promise.all([plane.close(), hostile.close()]));
  const cm1 = new Diary(plane, 'cm1.1');
  await cm1.until('up');
  const refused = watchRefusals(hostile);
  const tries = [
    'publish lw1.pid.cm1.1.cm3',
    'publish lw1.ev.cm3.beat',
    'publish lw1.rep.cm1.1.ask.1',
    'publish $SYS.REQ.SERVER.PING',
    'subscription lw1.pid.cm1.1.*',
    'subscription lw1.pid.>',
    'subscription lw1.rep.cm1.>',
    'subscription >',
  ];
  for (const what of tries) {
    const [operation = '', subject = ''] = what.split(' ');
    if (operation === 'publish') hostile.publish(subject, 'forged');
    else hostile.subscribe(subject, { callback: () => {} });
  }
  hostile.publish('lw1.pid.cm1.1.cm2', 'honest');
  await cm1.until('got honest from cm2');
  await hostile.flush();
  await turn();
  assert.deepEqual([refused, cm1.lines], [tries, ['up', 'got honest from cm2']]);
});

test('what the server forbids is counted and logged, and the rest goes on', async (context) => {
  const servers = await startNats(`authorization { users: [ { user: cm1, password: p, permissions: {
    publish: { allow: "lw1.>", deny: "lw1.pid.cm9.>" }, subscribe: "lw1.>" } } ] }`);
  context.after(() => servers.remove());
  const log = new LogBook();
  const plane = await connectNats({
    servers: servers.urls,
    cluster: 'lw1',
    manager: 'cm1',
    log,
    credentials: { user: 'cm1', password: 'p' },
  });
  context.after(() => plane.close());
  const cm1 = new Diary(plane, 'cm1.1');
  cm1.place.send('cm9.1', 'forbidden');
  cm1.place.send('cm8.1', 'allowed');
  await cm1.until('nobody at cm8.1');
  assert.deepEqual(
    [cm1.lines, plane.counters.refused, log.lines.map(({ level, event }) => `${level} ${event}`)],
    [['up', 'nobody at cm8.1'], 1, ['info bus found', 'error bus refused']],
  );
});
