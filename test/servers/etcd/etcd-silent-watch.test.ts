/** Watches that stay open and say nothing, although their server answers everything else. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import test from 'node:test';
import { connectEtcd } from '../../../src/cluster/etcd/connect.ts';
import { type EtcdCluster, pause, startEtcd } from './etcd-server.ts';
import { Notebook, put, transact, until } from './notebook.ts';

/** Passes everything on to an etcd; when it is muffled, watches get nothing any more. */
class Muffler {
  isMuffled = false;
  watches = 0;
  readonly #server: Server;
  readonly #target: string;

  constructor(target: string) {
    this.#target = target;
    this.#server = createServer((asked, answer) => {
      const isWatch = asked.url === '/v3/watch';
      if (isWatch) this.watches++;
      const { method, headers } = asked;
      const passed = request(`${this.#target}${asked.url}`, { method: method ?? '', headers });
      passed.on('error', () => answer.destroy());
      passed.on('response', (response) => {
        answer.writeHead(response.statusCode ?? 0, response.headers);
        response.on('data', (chunk: Buffer) => this.#pass(isWatch, chunk, answer));
        response.on('end', () => answer.end());
      });
      answer.on('close', () => passed.destroy());
      asked.pipe(passed);
    });
  }

  #pass(isWatch: boolean, chunk: Buffer, answer: ServerResponse): void {
    if (!isWatch || !this.isMuffled) answer.write(chunk);
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    assert(typeof address === 'object' && address !== null);
    return `http://127.0.0.1:${address.port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

async function withMuffler(
  play: (etcd: EtcdCluster, muffler: Muffler, url: string) => Promise<void>,
) {
  const etcd = await startEtcd();
  const muffler = new Muffler(etcd.urls[0] ?? '');
  try {
    await play(etcd, muffler, await muffler.start());
  } finally {
    muffler.stop();
    await etcd.close();
  }
}

test('what others know of and the watch does not tell is fetched elsewhere, deletions too', async (context) => {
  await withMuffler(async (etcd, muffler, url) => {
    const plane = await connectEtcd({ servers: [url, ...etcd.urls], cluster: 'test' });
    const book = new Notebook();
    plane.follow('', book);
    await put(plane, 'a', '1');
    await until('the first change', () => book.told.length === 1);
    muffler.isMuffled = true;
    await transact(plane, { compare: [], then: [{ type: 'delete', key: 'a' }] });
    const tookMs = await until('the deletion', () => book.told.length === 2);
    const { watchesOpened, resets } = plane.counters;
    plane.close();
    context.diagnostic(`told after ${tookMs} ms`);
    assert.deepEqual(
      [book.told, book.faults, watchesOpened, resets, tookMs < 1000],
      [['a=1', 'a gone'], [], 2, 1, true],
    );
  });
});

test('with one server only the watch is opened anew there', async () => {
  await withMuffler(async (_, muffler, url) => {
    const plane = await connectEtcd({ servers: [url], cluster: 'test' });
    const book = new Notebook();
    plane.follow('', book);
    await until('the snapshot', () => book.resets === 1 && muffler.watches === 1);
    muffler.isMuffled = true;
    await put(plane, 'a', '1');
    await until('the watch is opened anew', () => muffler.watches === 2);
    muffler.isMuffled = false;
    await put(plane, 'b', '2');
    await until('both changes', () => book.told.length === 2);
    plane.close();
    assert.deepEqual([book.told, book.faults, book.resets], [['a=1', 'b=2'], [], 1]);
  });
});

test('what changes elsewhere in the store makes watches be opened anew ever more seldom', async () => {
  const etcd = await startEtcd();
  const plane = await connectEtcd({ servers: etcd.urls, cluster: 'test' });
  const other = await connectEtcd({ servers: etcd.urls, cluster: 'other' });
  try {
    const book = new Notebook();
    plane.follow('', book);
    await until('the snapshot', () => book.resets === 1);
    const endMs = performance.now() + 4000;
    for (let n = 0; performance.now() < endMs; n++) {
      await put(other, 'k', `${n}`);
      await new Promise((resolve) => plane.keepAlive('1', resolve));
      await pause(10);
    }
    await put(plane, 'k', 'ours');
    await until('our change', () => book.told.length === 1);
    const { watchesOpened, resets } = plane.counters;
    assert.deepEqual([watchesOpened > 1 && watchesOpened <= 5, resets, book.faults], [true, 1, []]);
  } finally {
    plane.close();
    other.close();
    await etcd.close();
  }
});
