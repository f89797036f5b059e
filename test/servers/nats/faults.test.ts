/** What a manager does when a server of the example's three dies, hangs or stops. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { SILENT } from '../../../src/base/log.ts';
import { connectNats, type NatsMessagePlane } from '../../../src/cluster/nats/message-plane.ts';
import { Diary } from './diary.ts';
import { type NatsServers, startExampleCluster, startNats } from './nats-server.ts';

const AGAIN_MS = 20;

type Scene = {
  readonly servers: NatsServers;
  /** At the first server. */
  readonly plane: NatsMessagePlane;
  readonly cm1: Diary;
  /** At the third server. */
  readonly cm2: Diary;
};

async function open(context: TestContext): Promise<Scene> {
  const servers = await startExampleCluster();
  context.after(() => servers.remove());
  const [first = '', second = '', third = ''] = servers.urls;
  const join = async (manager: 'cm1' | 'cm2', urls: readonly string[]) => {
    const plane = await connectNats({
      servers: urls,
      cluster: 'lw1',
      manager,
      log: SILENT,
      credentials: servers.credentialsOf(manager),
    });
    context.after(() => plane.close());
    return plane;
  };
  const plane = await join('cm1', [first, second]);
  const other = await join('cm2', [third]);
  const cm1 = new Diary(plane, 'cm1.1');
  const cm2 = new Diary(other, 'cm2.1');
  await Promise.all([cm1.until('up'), cm2.until('up')]);
  await reach(cm2, 'cm1.1', cm1, 'before');
  return { servers, plane, cm1, cm2 };
}

/**
 * Says `word` until it arrives: news of where somebody is take a moment from server to server, and what
 * goes to a server that hangs is lost without a word.
 */
async function reach(from: Diary, to: 'cm1.1' | 'cm2.1', receiver: Diary, word: string) {
  const arrived = receiver.until(`got ${word} from ${to === 'cm1.1' ? 'cm2' : 'cm1'}`);
  const timer = setInterval(() => from.place.send(to, word), AGAIN_MS);
  try {
    from.place.send(to, word);
    await arrived;
  } finally {
    clearInterval(timer);
  }
}

/** How long cm1 was cut off, and how long after `beganMs` it noticed. */
async function measureGap(cm1: Diary, beganMs: number) {
  const down = await cm1.until('down');
  const up = await cm1.until('up', down);
  const noticedMs = (cm1.timesMs[down] ?? 0) - beganMs;
  return { noticedMs, gapMs: (cm1.timesMs[up] ?? 0) - (cm1.timesMs[down] ?? 0) };
}

test('a server is killed: its manager is at another within a second, and hears what is said later', async (context) => {
  const { servers, plane, cm1, cm2 } = await open(context);
  const beganMs = performance.now();
  await servers.at(0).kill();
  const { noticedMs, gapMs } = await measureGap(cm1, beganMs);
  context.diagnostic(`noticed after ${noticedMs.toFixed(0)} ms, gap ${gapMs.toFixed(0)} ms`);
  await reach(cm2, 'cm1.1', cm1, 'after');
  await reach(cm1, 'cm2.1', cm2, 'answer');
  assert.deepEqual(
    [plane.server, noticedMs + gapMs < 1000],
    [servers.at(1).url.slice('nats://'.length), true],
  );
});

test('a server hangs with much unsent before it: its manager is at another within 1.5 s', async (context) => {
  const { servers, plane, cm1, cm2 } = await open(context);
  servers.at(0).signal('SIGSTOP');
  const beganMs = performance.now();
  // More than the kernel takes: the connection cannot be emptied any more.
  for (let count = 0; count < 16; count++) cm1.place.send('cm2.1', 'x'.repeat(1_000_000));
  const { noticedMs, gapMs } = await measureGap(cm1, beganMs);
  context.diagnostic(`noticed after ${noticedMs.toFixed(0)} ms, gap ${gapMs.toFixed(0)} ms`);
  await reach(cm2, 'cm1.1', cm1, 'after');
  servers.at(0).signal('SIGCONT');
  assert.deepEqual(
    [plane.server, noticedMs + gapMs < 1500, plane.counters.stalls],
    [servers.at(1).url.slice('nats://'.length), true, 1],
  );
});

test('a hanging server is not waited for when it is the next one', async (context) => {
  const { servers, cm1, cm2 } = await open(context);
  servers.at(1).signal('SIGSTOP');
  await servers.at(0).kill();
  const down = await cm1.until('down');
  await servers.at(0).start();
  const up = await cm1.until('up', down);
  await reach(cm2, 'cm1.1', cm1, 'after');
  servers.at(1).signal('SIGCONT');
  const gapMs = (cm1.timesMs[up] ?? 0) - (cm1.timesMs[down] ?? 0);
  context.diagnostic(`gap ${gapMs.toFixed(0)} ms`);
  assert(gapMs < 1500);
});

test('a server that is about to stop is left before it does', async (context) => {
  const { servers, plane, cm1 } = await open(context);
  servers.at(0).signal('SIGUSR2');
  const down = await cm1.until('down');
  await cm1.until('up', down);
  assert.equal(plane.server, servers.at(1).url.slice('nats://'.length));
});

test('a server that is alone is waited for, for ever', async (context) => {
  const servers = await startNats();
  context.after(() => servers.remove());
  const plane = await connectNats({
    servers: servers.urls,
    cluster: 'lw1',
    manager: 'cm1',
    log: SILENT,
  });
  context.after(() => plane.close());
  const cm1 = new Diary(plane, 'cm1.1');
  await cm1.until('up');
  for (let outage = 0; outage < 2; outage++) {
    const since = cm1.lines.length;
    await servers.kill();
    const down = await cm1.until('down', since);
    await servers.start();
    await cm1.until('up', down);
  }
  assert.deepEqual(cm1.lines, ['up', 'down', 'up', 'down', 'up']);
});

test('who closes while there is no server is gone', async (context) => {
  const servers = await startNats();
  context.after(() => servers.remove());
  const plane = await connectNats({
    servers: servers.urls,
    cluster: 'lw1',
    manager: 'cm1',
    log: SILENT,
  });
  const cm1 = new Diary(plane, 'cm1.1');
  await cm1.until('up');
  await servers.kill();
  await cm1.until('down');
  await plane.close();
  await servers.start();
  assert.deepEqual(cm1.lines, ['up', 'down']);
});
