/** Versions of a document in a store: who is first, what is kept, and what is left by whoever was interrupted. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { EmbeddedStatePlane, type Fate } from '../../src/cluster/embedded-state-plane.ts';
import { EmbeddedStore } from '../../src/cluster/embedded-store.ts';
import type { VersionNote } from '../../src/cluster/version-record.ts';
import { type Head, type Put, Versions } from '../../src/cluster/versions.ts';

/** A store, and hands that work on it: what they ask is on its way until `settle`. */
class Desk {
  readonly store = new EmbeddedStore();
  fate: Fate = 'told';
  #onTheWay: (() => void)[] = [];
  #attempts = 0;

  hand(limits?: ConstructorParameters<typeof Versions>[2]): Versions {
    const plane = new EmbeddedStatePlane(this.store, {
      carry: (_what, deliver) => this.#onTheWay.push(deliver),
      fate: () => this.fate,
    });
    return new Versions(plane, () => `x${this.#attempts++}`, limits);
  }

  settle(): void {
    for (let turns = 0; this.#onTheWay.length > 0 && turns < 100_000; turns++)
      this.#onTheWay.shift()?.();
  }

  result<Result>(ask: (done: (result: Result) => void) => void): Result {
    const results: Result[] = [];
    ask((result) => results.push(result));
    this.settle();
    const [result] = results;
    assert(result !== undefined && results.length === 1, 'there is one answer');
    return result;
  }

  head(hand: Versions): Head | undefined {
    const read = this.result<Parameters<Parameters<Versions['head']>[0]>[0]>((done) =>
      hand.head(done),
    );
    assert(read.type === 'read', 'the store answers');
    return read.found;
  }

  linesOf(hand: Versions): readonly string[] {
    const head = this.head(hand);
    assert(head !== undefined, 'there is a version');
    type Lines = Parameters<Parameters<Versions['lines']>[2]>[0];
    const read = this.result<Lines>((done) => hand.lines(head.version, new Map(), done));
    assert(read.type === 'read', 'the store answers');
    return [...read.found.values()].flat();
  }

  put(hand: Versions, base: Head | undefined, lines: readonly string[], by = 'ana'): Put {
    return this.result<Put>((done) => hand.put(base, note(by), lines, done));
  }

  keys(prefix: string): readonly string[] {
    return this.store.entries(prefix).map(({ key }) => key);
  }
}

const note = (by: string): VersionNote => ({
  at: '2026-01-01T00:00:00Z',
  by,
  comment: 'why',
  origin: 'applied',
});

const many = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `["devices","${10_000 + at}",{"number":"${at}"}]`);

/** Who made which version, or was told about whom. */
function said(put: Put): readonly unknown[] {
  if (put.type === 'unknown') return [put.type];
  return [put.type, put.head?.version.number, put.head?.version.by];
}

function byText(one: unknown, other: unknown): number {
  return String(one) < String(other) ? -1 : 1;
}

test('a document comes back as it was, however many parts it has', () => {
  const desk = new Desk();
  const lines = many(40_000);
  const first = desk.put(desk.hand(), undefined, lines);
  const parts = desk.keys('parts/').length;
  assert.deepEqual(
    [said(first), parts > 50, desk.linesOf(desk.hand())],
    [['done', 1, 'ana'], true, lines],
  );
});

test('a version that differs in one line shares all parts but one', () => {
  const desk = new Desk();
  const hand = desk.hand();
  const lines = many(10_000);
  desk.put(hand, undefined, lines);
  const before = desk.keys('parts/').length;
  const changed = lines.toSpliced(5000, 1, '["devices","15000",{"number":"other"}]');
  desk.put(hand, desk.head(hand), changed);
  assert.deepEqual([desk.keys('parts/').length - before, desk.linesOf(hand)], [1, changed]);
});

test('of two who make a version from the same one, the second is told who was first, and leaves nothing', () => {
  const desk = new Desk();
  const [ana, ben] = [desk.hand(), desk.hand()];
  desk.put(ana, undefined, ['a']);
  const base = desk.head(ana);
  const puts: Put[] = [];
  ana.put(base, note('ana'), ['a', 'b'], (put) => puts.push(put));
  ben.put(base, note('ben'), ['a', 'c'], (put) => puts.push(put));
  desk.settle();
  assert.deepEqual(
    {
      said: puts.map(said).toSorted(byText),
      lines: desk.linesOf(ben),
      uploads: desk.keys('uploads/'),
      parts: desk.keys('parts/').length,
    },
    {
      said: [
        ['conflict', 2, 'ana'],
        ['done', 2, 'ana'],
      ],
      lines: ['a', 'b'],
      uploads: [],
      parts: 2,
    },
  );
});

test('two who make the first version at once agree on one', () => {
  const desk = new Desk();
  const puts: Put[] = [];
  for (const by of ['ana', 'ben'])
    desk.hand().put(undefined, note(by), [by], (put) => puts.push(put));
  desk.settle();
  assert.deepEqual(
    [puts.map(({ type }) => type).toSorted(byText), desk.linesOf(desk.hand())],
    [['conflict', 'done'], ['ana']],
  );
});

test('what is older than the history goes, with the parts that no other version has', () => {
  const desk = new Desk();
  const hand = desk.hand({ versions: 3, octets: 1_000_000 });
  for (let at = 1; at <= 6; at++) desk.put(hand, desk.head(hand), [`version ${at}`]);
  assert.deepEqual(
    [desk.keys('versions/'), desk.keys('parts/').length, desk.linesOf(hand)],
    [['versions/0000000004', 'versions/0000000005', 'versions/0000000006'], 3, ['version 6']],
  );
});

test('a history that is too large loses its oldest, but never what counts and what was before it', () => {
  const desk = new Desk();
  const hand = desk.hand({ versions: 100, octets: 10 });
  for (let at = 1; at <= 4; at++) desk.put(hand, desk.head(hand), [`a long line in version ${at}`]);
  assert.deepEqual(desk.keys('versions/'), ['versions/0000000003', 'versions/0000000004']);
});

test('parts of an upload that broke off go with the next version', () => {
  const desk = new Desk();
  const [ana, ben] = [desk.hand(), desk.hand()];
  desk.put(ana, undefined, ['a']);
  const base = desk.head(ana);
  // Its process dies before it has heard that its parts are written.
  desk.store.transact({
    compare: [],
    then: [
      { type: 'put', key: 'uploads/2-dead', value: '1' },
      { type: 'put', key: 'parts/2-dead/0000', value: 'x' },
    ],
  });
  desk.put(ben, base, ['b']);
  assert.deepEqual([desk.keys('uploads/'), desk.keys('parts/2-dead')], [[], []]);
});

test('a store that does not say what became of it is asked what counts', () => {
  const desk = new Desk();
  const hand = desk.hand();
  desk.fate = 'not told';
  const lost = desk.put(hand, undefined, ['a']);
  desk.fate = 'told';
  assert.deepEqual([said(lost), desk.head(hand)], [['unknown'], undefined]);
});
