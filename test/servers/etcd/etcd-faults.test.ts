/** Three real etcds of which some die, stop, forget, or lose each other, while managers write and follow. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { connectEtcd } from '../../../src/cluster/etcd/connect.ts';
import type { EtcdStatePlane } from '../../../src/cluster/etcd/etcd-state-plane.ts';
import type { TransactionResult } from '../../../src/process/state-plane.ts';
import { type EtcdCluster, type EtcdServer, pause, startEtcd } from './etcd-server.ts';
import { grant, keepAlive, Notebook, put, read, transact, until } from './notebook.ts';

/** Of writes and renewals after a fault: an election takes 1 to 2 s. */
const OUTAGE_MAX_MS = 4000;

type Scene = {
  readonly etcd: EtcdCluster;
  /** Each begins with another server. */
  readonly planes: readonly EtcdStatePlane[];
};

function scene(
  sentence: string,
  play: (scene: Scene, log: (text: string) => void) => Promise<void>,
) {
  test(sentence, { timeout: 90_000 }, async (context) => {
    const etcd = await startEtcd({ count: 3, canPart: true });
    const planes: EtcdStatePlane[] = [];
    try {
      const { urls } = etcd;
      for (const at of urls.keys()) {
        const servers = [...urls.slice(at), ...urls.slice(0, at)];
        planes.push(await connectEtcd({ servers, cluster: 'faults' }));
      }
      await play({ etcd, planes }, (text) => context.diagnostic(text));
    } finally {
      for (const plane of planes) plane.close();
      await etcd.close();
    }
  });
}

/** Makes keys without end, each once, and notes which are certainly there. */
class Writer {
  readonly done: string[] = [];
  readonly unknown: string[] = [];
  readonly doneAtMs: number[] = [];
  #isStopped = false;
  readonly #ended: Promise<void>;

  constructor(plane: EtcdStatePlane, name: string) {
    this.#ended = this.#run(plane, name);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#ended;
  }

  /** The longest time without a write that was done, after `sinceMs`. */
  outageMs(sinceMs: number): number {
    const times = this.doneAtMs.filter((ms) => ms >= sinceMs - 100);
    const gaps = times.map((ms, at) => ms - (times[at - 1] ?? ms));
    return Math.round(Math.max(...gaps));
  }

  async #run(plane: EtcdStatePlane, name: string): Promise<void> {
    for (let n = 1; !this.#isStopped; n++) {
      const key = `${name}/${n}`;
      const result: TransactionResult = await transact(plane, {
        compare: [{ key, is: 'absent' }],
        then: [{ type: 'put', key, value: 'v' }],
      });
      // A write that is refused was done twice: it shows as a key that nobody knows of.
      if (result.type === 'done') {
        this.done.push(key);
        this.doneAtMs.push(performance.now());
      } else if (result.type === 'unknown') this.unknown.push(key);
      await pause(5);
    }
  }
}

/** Renews leases as managers do, and notes what came of it. */
class Renewer {
  readonly answers: string[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(plane: EtcdStatePlane, lease: string) {
    this.#timer = setInterval(() => {
      void keepAlive(plane, lease).then((answer) => this.answers.push(answer));
    }, 250);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** What all followers were told against what is there. */
async function faultsOf(
  plane: EtcdStatePlane,
  writers: readonly Writer[],
  books: readonly Notebook[],
): Promise<string[]> {
  const now = await read(plane, 'w');
  assert(now.type === 'read');
  const there = now.entries.map(({ key }) => key).sort();
  const isThere = new Set(there);
  const faults = writers.flatMap(({ done }) => done.filter((key) => !isThere.has(key)));
  const known = new Set(writers.flatMap(({ done, unknown }) => [...done, ...unknown]));
  faults.push(...there.filter((key) => !known.has(key)));
  const expected = there
    .map((key) => `${key}=v`)
    .sort()
    .join();
  for (const book of books) {
    await until('followers have seen it all', () => book.state.size >= there.length);
    faults.push(...book.faults);
    if (book.resets !== 1) faults.push(`${book.resets} resets`);
    if ([...book.told].sort().join() !== expected) faults.push('told something else');
  }
  return faults;
}

/** Does something to a server while managers write at two others, and follow at all. */
async function upset(
  { planes }: Scene,
  log: (text: string) => void,
  act: () => Promise<void>,
  undo: () => Promise<void>,
): Promise<void> {
  const [first, second] = planes;
  assert(first !== undefined && second !== undefined);
  const books = planes.map((plane) => {
    const book = new Notebook();
    plane.follow('w', book);
    return book;
  });
  await until('snapshots', () => books.every(({ resets }) => resets === 1));
  const leases = await Promise.all(planes.map((plane) => grant(plane, 5000)));
  const writers = planes.map((plane, at) => new Writer(plane, `w${at}`));
  const renewers = planes.map((plane, at) => new Renewer(plane, leases[at] ?? ''));
  await pause(500);
  const atMs = performance.now();
  await act();
  await until(
    'writes go on',
    () => writers.every(({ doneAtMs }) => (doneAtMs.at(-1) ?? 0) > atMs + 3500),
    15_000,
  );
  const resumedMs = performance.now();
  await undo();
  await pause(1500);
  for (const writer of writers) await writer.stop();
  for (const renewer of renewers) renewer.stop();
  await pause(1000);
  const outages = writers.map((writer) => writer.outageMs(atMs));
  const lags = await faultsOf(first, writers, books);
  const answers = renewers.map(({ answers: all }) => all.filter((one) => one !== 'alive').join());
  log(
    `writes: ${writers.map((writer) => writer.done.length)} done, ${writers.map((writer) => writer.unknown.length)} unknown; without a write for ${outages} ms; ${writers.map((writer) => writer.outageMs(resumedMs))} ms afterwards`,
  );
  log(
    `renewals that were not 'alive': ${JSON.stringify(answers)}; counters ${planes.map((plane) => JSON.stringify(plane.counters)).join(' ')}`,
  );
  assert.deepEqual(
    [lags, outages.filter((ms) => ms > OUTAGE_MAX_MS), answers.join().includes('gone')],
    [[], [], false],
  );
}

type Act = (server: EtcdServer, etcd: EtcdCluster) => Promise<void>;
const deeds: readonly (readonly [string, 'leader' | 'follower', Act, Act])[] = [
  ['is killed', 'leader', (server) => server.kill(), async (server) => server.start()],
  ['is killed', 'follower', (server) => server.kill(), async (server) => server.start()],
  ['is stopped', 'leader', async (server) => server.stop(), async (server) => server.resume()],
  ['is stopped', 'follower', async (server) => server.stop(), async (server) => server.resume()],
  ['is cut off', 'leader', (server, etcd) => etcd.isolate(server), async (_, etcd) => etcd.heal()],
  [
    'is cut off',
    'follower',
    (server, etcd) => etcd.isolate(server),
    async (_, etcd) => etcd.heal(),
  ],
];
for (const [deed, role, act, undo] of deeds)
  scene(
    `when the ${role} ${deed} and comes back, followers miss nothing and see nothing twice`,
    async (set, log) => {
      const { leader, followers } = await set.etcd.roles();
      const server = role === 'leader' ? leader : followers[0];
      assert(server !== undefined);
      await upset(
        set,
        log,
        () => act(server, set.etcd),
        () => undo(server, set.etcd),
      );
    },
  );

scene(
  'a watch at a server that is stopped goes on elsewhere within 2 s',
  async ({ etcd, planes }, log) => {
    const server = (await etcd.roles()).followers[0];
    assert(server !== undefined);
    const at = etcd.servers.indexOf(server);
    const [plane, other] = [planes[at], planes[(at + 1) % 3]];
    assert(server !== undefined && plane !== undefined && other !== undefined);
    const book = new Notebook();
    plane.follow('', book);
    const lease = await grant(plane, 5000);
    await until('snapshot', () => book.resets === 1);
    await put(other, 'k', 'before');
    await until('change', () => book.told.length === 1);
    server.stop();
    await put(other, 'k', 'after');
    const tookMs = await until('change', () => book.told.length === 2);
    const renewal = await keepAlive(plane, lease);
    log(`told after ${tookMs} ms`);
    assert.deepEqual(
      [book.told, book.resets, tookMs < 2000, renewal],
      [['k=before', 'k=after'], 1, true, 'alive'],
    );
  },
);

scene(
  'a watch at a server that is cut off from the others goes on elsewhere within 2 s',
  async ({ etcd, planes }, log) => {
    const server = (await etcd.roles()).followers[0];
    assert(server !== undefined);
    const at = etcd.servers.indexOf(server);
    const [plane, other] = [planes[at], planes[(at + 1) % 3]];
    assert(plane !== undefined && other !== undefined);
    const book = new Notebook();
    plane.follow('', book);
    const lease = await grant(plane, 5000);
    const renewer = new Renewer(plane, lease);
    await until('snapshot', () => book.resets === 1);
    await put(other, 'k', 'before');
    await until('change', () => book.told.length === 1);
    await etcd.isolate(server);
    await put(other, 'k', 'after');
    const tookMs = await until('change', () => book.told.length === 2);
    await pause(500);
    renewer.stop();
    log(`told after ${tookMs} ms`);
    assert.deepEqual(
      [book.told, book.resets, tookMs < 2000, [...new Set(renewer.answers)]],
      [['k=before', 'k=after'], 1, true, ['alive']],
    );
  },
);

scene(
  'a server that is stopped costs one write its deadline, and the next ones nothing',
  async ({ etcd, planes }) => {
    const server = (await etcd.roles()).followers[0];
    assert(server !== undefined);
    const plane = planes[etcd.servers.indexOf(server)];
    assert(server !== undefined && plane !== undefined);
    await put(plane, 'k', '0');
    server.stop();
    const results: string[] = [];
    for (let n = 0; n < 5; n++) {
      const startMs = performance.now();
      const { type } = await put(plane, 'k', `${n}`);
      results.push(`${type} ${performance.now() - startMs < 700 ? 'fast' : 'slow'}`);
    }
    assert.deepEqual(results, ['unknown slow', 'done fast', 'done fast', 'done fast', 'done fast']);
  },
);

scene(
  'renewals and reads do not even wait for a server that is stopped',
  async ({ etcd, planes }) => {
    const server = (await etcd.roles()).followers[0];
    assert(server !== undefined);
    const plane = planes[etcd.servers.indexOf(server)];
    assert(server !== undefined && plane !== undefined);
    const lease = await grant(plane, 5000);
    server.stop();
    const startMs = performance.now();
    const answers = [await keepAlive(plane, lease), (await read(plane, '')).type];
    assert.deepEqual([answers, performance.now() - startMs < 850], [['alive', 'read'], true]);
  },
);

scene(
  'without a quorum nothing is known, and afterwards a lease is still there',
  async ({ etcd, planes }, log) => {
    const [plane] = planes;
    assert(plane !== undefined);
    const book = new Notebook();
    plane.follow('', book);
    const lease = await grant(plane, 5000);
    await put(plane, 'k', 'v', lease);
    await until('the key', () => book.state.size === 1);
    const { leader, followers } = await etcd.roles();
    const [lone, ...others] = [leader, ...followers];
    assert(lone !== undefined);
    for (const server of others) server.stop();
    // A leader that lost its followers gives up within an election's time.
    await pause(2500);
    const during = [
      await keepAlive(plane, lease),
      (await put(plane, 'x', '')).type,
      (await read(plane, '')).type,
    ];
    await pause(5000);
    for (const server of others) server.resume();
    const answers: string[] = [];
    const startMs = performance.now();
    while (answers.at(-1) !== 'alive' && performance.now() - startMs < 10_000) {
      answers.push(await keepAlive(plane, lease));
      await pause(50);
    }
    log(`alive ${Math.round(performance.now() - startMs)} ms after the quorum was back`);
    const after = await read(plane, 'k');
    assert(after.type === 'read');
    assert.deepEqual(
      [during, [...new Set(answers)].slice(-1), after.entries.length, book.resets],
      [['unknown', 'unknown', 'unknown'], ['alive'], 1, 1],
    );
  },
);

scene(
  'what was compacted while no server was there comes as a snapshot',
  async ({ etcd, planes }) => {
    const { leader, followers } = await etcd.roles();
    const [server] = followers;
    const other = planes[etcd.servers.indexOf(leader)];
    assert(other !== undefined && server !== undefined);
    const lone = await connectEtcd({ servers: [server.url], cluster: 'faults' });
    try {
      const book = new Notebook();
      lone.follow('', book);
      await put(other, 'a', '1');
      await put(other, 'b', '1');
      await until('both', () => book.state.size === 2);
      await server.kill();
      await until('the loss is seen', () => lone.counters.failures > 0);
      let last = 0;
      for (const value of ['2', '3']) last = revisionOf(await put(other, 'a', value));
      last = revisionOf(
        await transact(other, { compare: [], then: [{ type: 'delete', key: 'b' }] }),
      );
      await leader.compact(last);
      server.start();
      await until('a snapshot', () => book.resets === 2, 20_000);
      await put(other, 'c', '1');
      await until('the change after it', () => book.state.has('c'));
      const state = book.entries.map(({ key, value }) => `${key}=${value}`);
      assert.deepEqual([state, book.faults, lone.counters.resets], [['a=3', 'c=1'], [], 2]);
    } finally {
      lone.close();
    }
  },
);

function revisionOf(result: TransactionResult): number {
  assert(result.type === 'done', JSON.stringify(result));
  return result.revision;
}
