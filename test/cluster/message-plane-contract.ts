/**
 * What every message plane does, whatever carries the messages. A driver's test calls
 * `messagePlaneContract` with a way to open a plane, and adds what is its own.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Home, makePid, type Pid } from '../../src/process/pid.ts';
import type { Envelope, MessagePlane } from '../../src/process/planes.ts';

/** A plane under test, as the managers `a.1`, `b.1`, `b.2`, `c.1` are connected to it. */
export type PlaneBench = {
  /** The plane as that manager sees it; always the same for one manager. */
  plane(home: Home): MessagePlane;
  /** Sends text that no manager would, to `home`. */
  inject(home: Home, text: string): void;
  /** Takes `home` down without a word. */
  kill(home: Home): void;
  /** Has everybody told that `home` is gone. */
  expel(home: Home): void;
  /** Comes back when everything sent so far has arrived, and what was sent upon that. */
  settle(): void | Promise<void>;
  close(): void | Promise<void>;
};

const A = 'a.1';
const B = 'b.1';
const C = 'c.1';

const pidOf = (home: Home, counter = 0): Pid => makePid(home, 'd', counter);

export function messagePlaneContract(
  name: string,
  open: () => PlaneBench | Promise<PlaneBench>,
): void {
  const claim = (sentence: string, prove: (bench: Station) => Promise<void>): void => {
    test(`${name}: ${sentence}`, async () => {
      const bench = await open();
      try {
        await prove(new Station(bench));
      } finally {
        await bench.close();
      }
    });
  };

  claim('a message arrives as it was sent, at its receiver only', async (station) => {
    station.listen(A, B, C);
    const body = { type: 'callAlert', text: 'grüße', list: [1, { deep: null }], yes: true };
    station.say(A, B, body, 7);
    await station.settle();
    const envelope = { v: 1, to: pidOf(B, 7), from: pidOf(A), id: 1, body };
    assert.deepEqual(station.heard, [[B, envelope]]);
  });

  claim('nothing arrives within the turn of the sender', async (station) => {
    station.listen(A, B);
    station.say(A, B, { word: 1 });
    assert.deepEqual(station.heard, []);
    await station.settle();
    assert.deepEqual(station.words(), ['b.1 1']);
  });

  claim('what was sent is what arrives, though the sender changes it later', async (station) => {
    station.listen(A, B);
    const body = { word: 'before' };
    station.say(A, B, body);
    body.word = 'after';
    await station.settle();
    assert.deepEqual(station.words(), ['b.1 before']);
  });

  claim('messages of one manager to another arrive in order', async (station) => {
    station.listen(A, B, C);
    for (let word = 0; word < 100; word++) {
      station.say(A, C, { word: `a${word}` });
      station.say(B, C, { word: `b${word}` });
    }
    await station.settle();
    for (const sender of ['a', 'b']) {
      const words = station.words().filter((word) => word.startsWith(`c.1 ${sender}`));
      assert.deepEqual(
        words,
        words.map((_, at) => `c.1 ${sender}${at}`),
      );
      assert.equal(words.length, 100);
    }
  });

  claim('a receiver may send, and that arrives too', async (station) => {
    station.listen(A);
    station.plane(B).attach(
      B,
      ({ from }) => station.say(B, from.slice(0, 3), { word: 'pong' }),
      () => {},
    );
    station.say(A, B, { word: 'ping' });
    await station.settle();
    assert.deepEqual(station.words(), ['a.1 pong']);
  });

  claim('a message to nobody is lost, and harms nobody', async (station) => {
    station.listen(A, B);
    station.say(A, 'd.1', { word: 1 });
    station.say(A, B, { word: 2 });
    await station.settle();
    assert.deepEqual(station.words(), ['b.1 2']);
  });

  claim('a new incarnation gets nothing that was for the one before', async (station) => {
    station.listen(A, 'b.2');
    station.say(A, B, { word: 'old' });
    station.say(A, 'b.2', { word: 'new' });
    await station.settle();
    assert.deepEqual(station.words(), ['b.2 new']);
  });

  claim('who has detached receives nothing more, not even what was on the way', async (station) => {
    station.listen(A, C);
    const detach = station.listen(B);
    station.say(A, B, { word: 1 });
    detach();
    station.say(A, B, { word: 2 });
    station.say(A, C, { word: 3 });
    await station.settle();
    assert.deepEqual(station.words(), ['c.1 3']);
  });

  claim('a manager that is killed is silent, and nobody is told', async (station) => {
    station.listen(A, B, C);
    station.bench.kill(B);
    station.say(A, B, { word: 1 });
    station.say(A, C, { word: 2 });
    await station.settle();
    assert.deepEqual([station.words(), station.gone], [['c.1 2'], []]);
  });

  claim('that a manager is gone is told to all others, once', async (station) => {
    station.listen(A, B, C);
    station.bench.expel(B);
    await station.settle();
    assert.deepEqual(station.gone.sort(), ['a.1 lost b.1', 'c.1 lost b.1']);
  });

  claim('what came before a manager was gone is received before that news', async (station) => {
    station.listen(A, B);
    station.say(B, A, { word: 'last' });
    await station.settle();
    station.bench.expel(B);
    await station.settle();
    assert.deepEqual([station.words(), station.gone], [['a.1 last'], ['a.1 lost b.1']]);
  });

  claim('what is no envelope is dropped, and the next message arrives', async (station) => {
    station.listen(A, B);
    const good = { v: 1, to: pidOf(B), from: pidOf(A), id: 1, body: { word: 'bad' } };
    for (const bad of [
      '',
      'nonsense',
      'null',
      '[]',
      '"text"',
      JSON.stringify({ ...good, v: 2 }),
      JSON.stringify({ ...good, to: 'b.1' }),
      JSON.stringify({ ...good, to: pidOf(C) }),
      JSON.stringify({ ...good, to: `${pidOf(B)} ` }),
      JSON.stringify({ ...good, from: undefined }),
      JSON.stringify({ ...good, from: 'A.1.d0' }),
      JSON.stringify({ ...good, id: 0 }),
      JSON.stringify({ ...good, id: 1.5 }),
      JSON.stringify({ ...good, id: '1' }),
      JSON.stringify({ ...good, body: undefined }),
      JSON.stringify({ ...good, body: 'text' }),
      JSON.stringify({ ...good, body: { word: 'x'.repeat(1_048_576) } }),
      '['.repeat(100_000),
    ])
      station.bench.inject(B, bad);
    station.say(A, B, { word: 'good' });
    await station.settle();
    assert.deepEqual(station.words(), ['b.1 good']);
  });

  claim('a message that comes twice, or after a later one, is dropped', async (station) => {
    station.listen(A, B);
    const text = (id: number) =>
      JSON.stringify({ v: 1, to: pidOf(B), from: pidOf(A), id, body: { word: id } });
    for (const id of [1, 2, 2, 1, 5, 3, 6]) station.bench.inject(B, text(id));
    await station.settle();
    assert.deepEqual(station.words(), ['b.1 1', 'b.1 2', 'b.1 5', 'b.1 6']);
  });
}

/** Managers that write down what reaches them. */
class Station {
  readonly bench: PlaneBench;
  readonly heard: [Home, Envelope][] = [];
  readonly gone: string[] = [];
  readonly #nextId = new Map<Home, number>();

  constructor(bench: PlaneBench) {
    this.bench = bench;
  }

  plane(home: Home): MessagePlane {
    return this.bench.plane(home);
  }

  /** Attaches managers; returns how to detach the last of them. */
  listen(...homes: readonly Home[]): () => void {
    let detach = () => {};
    for (const home of homes)
      detach = this.plane(home).attach(
        home,
        (envelope) => this.heard.push([home, envelope]),
        (gone) => this.gone.push(`${home} lost ${gone}`),
      );
    return detach;
  }

  say(from: Home, to: Home, body: object, receiver = 0): void {
    const id = (this.#nextId.get(from) ?? 0) + 1;
    this.#nextId.set(from, id);
    this.plane(from).send({ v: 1, to: pidOf(to, receiver), from: pidOf(from), id, body });
  }

  async settle(): Promise<void> {
    await this.bench.settle();
  }

  words(): string[] {
    return this.heard.map(([home, { body }]) => `${home} ${(body as { word: unknown }).word}`);
  }
}
