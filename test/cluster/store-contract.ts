/**
 * What every state plane does, whatever keeps the state. A driver's test calls `storeContract` with a
 * way to open a store that is empty, and adds what is its own.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type {
  Change,
  Compare,
  Entry,
  Lease,
  Operation,
  ReadResult,
  Revision,
  StatePlane,
  Transaction,
  TransactionResult,
} from '../../src/process/state-plane.ts';

/** A store under test. */
export type StoreBench = {
  /** Another client of one cluster; of the same store, perhaps by another of its servers. */
  client(): StatePlane;
  /** A client of another cluster, where a store can serve several. */
  stranger?(): StatePlane;
  /** Lets what is on the way arrive. */
  settle(): Promise<void>;
  /** Lets that much of the store's time pass. */
  pass(ms: number): Promise<void>;
  close(): void | Promise<void>;
};

/** What is awaited comes within this time, or never. */
const PATIENCE_MS = 10_000;
/** As short as etcd grants. */
const TTL_MS = 2000;

const put = (key: string, value: string, lease?: Lease): Operation =>
  lease === undefined ? { type: 'put', key, value } : { type: 'put', key, value, lease };
const remove = (key: string): Operation => ({ type: 'delete', key });
const absent = (key: string): Compare => ({ key, is: 'absent' });

export function storeContract(name: string, open: () => StoreBench | Promise<StoreBench>): void {
  const claim = (sentence: string, prove: (desk: Desk) => Promise<void>): void => {
    test(`${name}: ${sentence}`, async () => {
      const bench = await open();
      try {
        await prove(new Desk(bench));
      } finally {
        await bench.close();
      }
    });
  };

  claim('nothing comes back within the turn of the caller', async (desk) => {
    const plane = desk.bench.client();
    const told: string[] = [];
    plane.transact({ compare: [], then: [put('k', 'v')] }, () => told.push('transact'));
    plane.read('', () => told.push('read'));
    plane.grant(TTL_MS, () => told.push('grant'));
    plane.keepAlive('1', () => told.push('keepAlive'));
    plane.revoke('1', () => told.push('revoke'));
    plane.follow('', { reset: () => told.push('reset'), changed: () => told.push('changed') });
    const within = [...told];
    await desk.until(() => told.length >= 6);
    assert.deepEqual([within, new Set(told).size >= 6], [[], true]);
  });

  claim('of many who create a key at once, one wins, and all learn who', async (desk) => {
    const planes = [desk.bench.client(), desk.bench.client(), desk.bench.client()];
    const tries = planes.flatMap((plane, at) =>
      Array.from({ length: 10 }, (_, n) => ({ plane, value: `${at}-${n}` })),
    );
    const results = await Promise.all(
      tries.map(({ plane, value }) =>
        desk.transact(plane, { compare: [absent('k')], then: [put('k', value)], read: ['k'] }),
      ),
    );
    const [entry] = await desk.entries('k');
    const winners = tries.filter((_, at) => results[at]?.type === 'done');
    const losers = results.filter(({ type }) => type === 'refused');
    assert.deepEqual(
      [winners.map(({ value }) => value), losers.map((loser) => 'found' in loser && loser.found)],
      [[entry?.value], Array.from({ length: 29 }, () => [entry])],
    );
  });

  claim('a put keeps when the key was made, and a key made anew is another', async (desk) => {
    const first = await desk.done([put('k', 'one')]);
    const second = await desk.done([put('k', 'two')]);
    const [kept] = await desk.entries('k');
    await desk.done([remove('k')]);
    const third = await desk.done([put('k', 'three')]);
    assert.deepEqual(
      [kept, await desk.entries('k')],
      [
        { key: 'k', value: 'two', created: first, modified: second },
        [{ key: 'k', value: 'three', created: third, modified: third }],
      ],
    );
  });

  claim('revisions rise with every change, whoever makes it', async (desk) => {
    const planes = [desk.bench.client(), desk.bench.client()];
    const revisions: Revision[] = [];
    for (let n = 0; n < 20; n++)
      for (const plane of planes) revisions.push(await desk.done([put('k', `${n}`)], plane));
    const sorted = [...new Set(revisions)].sort((a, b) => a - b);
    assert.deepEqual(revisions, sorted);
  });

  claim('a comparison holds as it says', async (desk) => {
    const created = await desk.done([put('k', 'one')]);
    const modified = await desk.done([put('k', 'two')]);
    const table: readonly (readonly [Compare, 'done' | 'refused'])[] = [
      [{ key: 'k', is: 'absent' }, 'refused'],
      [{ key: 'none', is: 'absent' }, 'done'],
      [{ key: 'k', is: 'created', revision: created }, 'done'],
      [{ key: 'k', is: 'created', revision: modified }, 'refused'],
      [{ key: 'none', is: 'created', revision: created }, 'refused'],
      [{ key: 'k', is: 'modified', revision: modified }, 'done'],
      [{ key: 'k', is: 'modified', revision: created }, 'refused'],
      [{ key: 'none', is: 'modified', revision: modified }, 'refused'],
    ];
    const results: unknown[] = [];
    for (const [compare] of table)
      results.push((await desk.transact(desk.plane, { compare: [compare], then: [] })).type);
    assert.deepEqual(
      results,
      table.map(([, expected]) => expected),
    );
  });

  claim('a transaction is done when all of it holds, and else nothing of it', async (desk) => {
    const created = await desk.done([put('me', 'here')]);
    const me: Compare = { key: 'me', is: 'created', revision: created };
    const then = [put('x', '1'), remove('me')];
    const refused = await desk.transact(desk.plane, {
      compare: [me, absent('x'), { key: 'y', is: 'modified', revision: created }],
      then,
    });
    const untouched = await desk.entries('');
    const done = await desk.transact(desk.plane, { compare: [me, absent('x')], then });
    assert.deepEqual(
      [refused.type, untouched.map(({ key }) => key), done.type, (await desk.keys('')).join()],
      ['refused', ['me'], 'done', 'x'],
    );
  });

  claim('a refusal brings what is there of what was to be read', async (desk) => {
    await desk.done([put('a', '1'), put('b', '2'), put('c', '3')]);
    const [a, b] = await desk.entries('');
    const refused = await desk.transact(desk.plane, {
      compare: [absent('a')],
      then: [remove('c')],
      read: ['b', 'none', 'a'],
    });
    assert(refused.type === 'refused');
    assert.deepEqual(sorted(refused.found), [a, b]);
    assert(refused.revision >= (a?.modified ?? 0));
  });

  claim('a transaction that changes a key twice is refused by throwing', async (desk) => {
    const then = [remove('k'), put('k', 'v')];
    assert.throws(() => desk.plane.transact({ compare: [], then }, () => {}));
  });

  claim('what one has done, another reads at once', async (desk) => {
    const [writer, reader] = [desk.bench.client(), desk.bench.client()];
    const stale: string[] = [];
    for (let n = 0; n < 30; n++) {
      const revision = await desk.done([put('k', `${n}`)], writer);
      const result = await desk.read(reader, 'k');
      assert(result.type === 'read');
      if (result.revision < revision || result.entries[0]?.value !== `${n}`) stale.push(`${n}`);
    }
    assert.deepEqual(stale, []);
  });

  claim('any text comes back as it was put, and any key is found by its prefix', async (desk) => {
    const texts: readonly (readonly [string, string])[] = [
      ['t/grüße', 'grüße 😀'],
      ['t/\u{10ffff}', ''],
      ['t/ %2F+', 'two\r\nlines\0'],
      ['t/', `{"json":"\\u0000"}`],
      ['t/long', 'x'.repeat(100_000)],
    ];
    for (const [key, value] of texts) await desk.done([put(key, value)]);
    const entries = await desk.entries('t/');
    const found = Object.fromEntries(entries.map(({ key, value }) => [key, value]));
    assert.deepEqual(found, Object.fromEntries(texts));
  });

  claim('who reads or follows a prefix sees what is under it, and no more', async (desk) => {
    const seen = desk.follow(desk.plane, 'a/');
    const keys = ['a', 'a/', 'a/b', 'a/b/c', 'a0', 'ab', 'b/a/', 'A/b'];
    for (const key of keys) await desk.done([put(key, '')]);
    await desk.until(() => seen.state.size >= 3);
    assert.deepEqual(
      [await desk.keys('a/'), [...seen.state.keys()].sort(), (await desk.keys('')).length],
      [['a/', 'a/b', 'a/b/c'], ['a/', 'a/b', 'a/b/c'], keys.length],
    );
  });

  claim('clusters that share a store see nothing of each other', async (desk) => {
    const stranger = desk.bench.stranger?.();
    if (stranger === undefined) return;
    const seen = desk.follow(stranger, '');
    await desk.done([put('k', 'ours')]);
    await desk.done([put('k', 'theirs')], stranger);
    await desk.until(() => seen.state.size >= 1);
    const theirs = (await desk.entries('', stranger)).map(({ value }) => value);
    const ours = (await desk.entries('')).map(({ value }) => value);
    assert.deepEqual(
      [ours, theirs, [...seen.state.values()].map(({ value }) => value)],
      [['ours'], ['theirs'], ['theirs']],
    );
  });

  claim('who follows sees what is there, and then what changes', async (desk) => {
    const first = await desk.done([put('a', '1'), put('b', '1')]);
    const seen = desk.follow(desk.bench.client(), '');
    await desk.until(() => seen.diary.length >= 1);
    const second = await desk.done([put('a', '2')]);
    const third = await desk.done([remove('b')]);
    const fourth = await desk.done([put('b', '3')]);
    await desk.until(() => seen.diary.length >= 4);
    const b = { key: 'b', value: '1', created: first, modified: first };
    const a = { key: 'a', value: '1', created: first, modified: first };
    // The store may have seen others since.
    const [reset, ...changes] = seen.diary;
    assert(reset !== undefined && first <= reset[0] && reset[0] < second);
    assert.deepEqual(
      [reset[1], ...changes],
      [
        [a, b],
        [second, [{ key: 'a', entry: { ...a, value: '2', modified: second } }]],
        [third, [{ key: 'b', entry: undefined }]],
        [
          fourth,
          [{ key: 'b', entry: { key: 'b', value: '3', created: fourth, modified: fourth } }],
        ],
      ],
    );
  });

  claim('who follows an empty store is told that it is empty', async (desk) => {
    const seen = desk.follow(desk.plane, 'none/');
    await desk.until(() => seen.diary.length >= 1);
    assert.deepEqual(
      seen.diary.map(([, entries]) => entries),
      [[]],
    );
  });

  claim('64 operations are one transaction and one change', async (desk) => {
    const seen = desk.follow(desk.plane, '');
    await desk.until(() => seen.diary.length >= 1);
    await desk.done([put('z', 'old')]);
    const keys = Array.from({ length: 63 }, (_, n) => `k${n + 10}`);
    const revision = await desk.done([remove('z'), ...keys.map((key) => put(key, 'v'))]);
    await desk.until(() => seen.diary.length >= 3);
    const [at, changes] = seen.diary[2] ?? [];
    assert.deepEqual(
      [at, changes?.map(({ key }) => key).sort(), await desk.keys('')],
      [revision, [...keys, 'z'], keys],
    );
  });

  claim('what changes nothing is seen by nobody', async (desk) => {
    const seen = desk.follow(desk.plane, '');
    await desk.until(() => seen.diary.length >= 1);
    await desk.done([remove('none')]);
    await desk.transact(desk.plane, { compare: [], then: [] });
    await desk.done([put('k', 'last')]);
    await desk.until(() => seen.state.size >= 1);
    assert.deepEqual(
      seen.diary.map(([, changes]) => changes.map(({ key }) => key)),
      [[], ['k']],
    );
  });

  claim('followers see every change once, in one order, while many write', async (desk) => {
    const writers = [desk.bench.client(), desk.bench.client(), desk.bench.client()];
    const seen = [desk.follow(desk.bench.client(), 'w/')];
    const writing = writers.map(async (plane, at) => {
      for (let n = 1; n <= 40; n++) {
        await desk.done([put(`w/${at}`, `${n}`), put(`other/${at}`, `${n}`)], plane);
        if (n % 10 === 0) seen.push(desk.follow(desk.bench.client(), 'w/'));
      }
    });
    await Promise.all(writing);
    const last = await desk.done([put('w/end', '')]);
    await desk.until(() => seen.every(({ diary }) => diary.at(-1)?.[0] === last));
    const whole = longest(seen);
    // A follower that came later has seen the end of what the first one has.
    const problems = seen.flatMap(({ diary, state, faults }) => {
      const [reset, ...changes] = diary;
      const expected = whole.filter(([revision]) => revision > (reset?.[0] ?? 0));
      const isSame = JSON.stringify(changes) === JSON.stringify(expected);
      const values = sorted([...state.values()]).map(({ value }) => value);
      return isSame && values.join() === '40,40,40,' ? faults : [`${changes.length}: ${values}`];
    });
    assert.deepEqual([problems, whole.length >= 81], [[], true]);
  });

  claim('a snapshot of many entries is whole', async (desk) => {
    const keys = Array.from({ length: 1536 }, (_, n) => `many/${n + 10_000}`);
    for (let at = 0; at < keys.length; at += 64)
      await desk.done(keys.slice(at, at + 64).map((key) => put(key, 'x'.repeat(200))));
    const seen = desk.follow(desk.bench.client(), 'many/');
    await desk.until(() => seen.diary.length >= 1);
    assert.deepEqual([[...seen.state.keys()].sort(), await desk.keys('many/')], [keys, keys]);
  });

  claim('who follows no more is told nothing more', async (desk) => {
    const seen = desk.follow(desk.plane, '');
    const other = desk.follow(desk.bench.client(), '');
    await desk.until(() => seen.diary.length >= 1 && other.diary.length >= 1);
    seen.stop();
    await desk.done([put('k', 'v')]);
    await desk.until(() => other.diary.length >= 2);
    await desk.bench.settle();
    assert.equal(seen.diary.length, 1);
  });

  claim('the keys of a lease that runs out go, and that is seen', async (desk) => {
    const seen = desk.follow(desk.bench.client(), '');
    const lease = await desk.grant();
    await desk.done([put('a', '1', lease), put('b', '1', lease), put('c', '1')]);
    await desk.until(() => seen.state.size === 3);
    await desk.pass(() => seen.state.size === 1);
    const gone = seen.diary.slice(2).flatMap(([, changes]) => changes);
    assert.deepEqual(
      [gone.map(({ key }) => key).sort(), await desk.keys(''), await desk.keepAlive(lease)],
      [['a', 'b'], ['c'], 'gone'],
    );
  });

  claim('a lease that is kept alive does not run out', async (desk) => {
    const [kept, left] = [await desk.grant(), await desk.grant()];
    await desk.done([put('kept', '', kept), put('left', '', left)]);
    const answers = new Set<string>();
    for (let n = 0; n < 6; n++) {
      await desk.bench.pass(TTL_MS / 3);
      answers.add(await desk.keepAlive(kept));
    }
    await desk.pass(async () => {
      answers.add(await desk.keepAlive(kept));
      return (await desk.keys('left')).length === 0;
    });
    assert.deepEqual([await desk.keys(''), [...answers]], [['kept'], ['alive']]);
  });

  claim('the keys of a lease that is revoked go at once, and no others', async (desk) => {
    const seen = desk.follow(desk.bench.client(), '');
    const [mine, other] = [await desk.grant(), await desk.grant()];
    await desk.done([put('a', '', mine), put('b', '', other), put('c', '')]);
    await desk.until(() => seen.state.size === 3);
    await desk.revoke(mine);
    const keys = await desk.keys('');
    await desk.until(() => seen.state.size === 2);
    assert.deepEqual(
      [keys, [...seen.state.keys()].sort(), await desk.keepAlive(mine)],
      [['b', 'c'], ['b', 'c'], 'gone'],
    );
  });

  claim('to revoke what is gone harms nobody', async (desk) => {
    const lease = await desk.grant();
    await desk.revoke(lease);
    await desk.revoke(lease);
    assert.deepEqual(await desk.keepAlive(lease), 'gone');
  });

  claim('a key belongs to the lease of the last put', async (desk) => {
    const [first, second] = [await desk.grant(), await desk.grant()];
    await desk.done([put('freed', '', first), put('moved', '', first), put('stays', '', first)]);
    await desk.done([put('freed', ''), put('moved', '', second)]);
    await desk.revoke(first);
    const afterFirst = await desk.keys('');
    await desk.revoke(second);
    assert.deepEqual([afterFirst, await desk.keys('')], [['freed', 'moved'], ['freed']]);
  });

  claim('what is put with a lease that is gone is not done', async (desk) => {
    const lease = await desk.grant();
    await desk.revoke(lease);
    const then = [put('other', ''), put('k', '', lease)];
    const { type } = await desk.transact(desk.plane, { compare: [], then });
    assert.deepEqual([type, await desk.keys('')], ['unknown', []]);
  });
}

type Diary = [Revision, readonly (Change | Entry)[]][];

/** What a follower has seen: all of it, what is there by its account, and what must not be. */
type Seen = {
  readonly diary: Diary;
  readonly state: Map<string, Entry>;
  readonly faults: string[];
  readonly stop: () => void;
};

/** Clients' requests as promises, for the tests only. */
class Desk {
  readonly bench: StoreBench;
  readonly plane: StatePlane;

  constructor(bench: StoreBench) {
    this.bench = bench;
    this.plane = bench.client();
  }

  /** Waits until it is so, or for so long that it never will be. */
  async until(isSo: () => boolean): Promise<void> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    while (!isSo() && performance.now() < deadlineMs) await this.bench.settle();
  }

  /** Lets time pass until it is so, or for so long that it never will be. */
  async pass(isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (let passedMs = 0; passedMs < PATIENCE_MS && !(await isSo()); passedMs += TTL_MS / 10) {
      await this.bench.pass(TTL_MS / 10);
      await this.bench.settle();
    }
  }

  transact(plane: StatePlane, transaction: Transaction): Promise<TransactionResult> {
    return this.#ask((done) => plane.transact(transaction, done));
  }

  /** Its revision. */
  async done(then: readonly Operation[], plane = this.plane): Promise<Revision> {
    const result = await this.transact(plane, { compare: [], then });
    assert(result.type === 'done', `not done: ${JSON.stringify(result)}`);
    return result.revision;
  }

  read(plane: StatePlane, prefix: string): Promise<ReadResult> {
    return this.#ask((done) => plane.read(prefix, done));
  }

  async entries(prefix: string, plane = this.plane): Promise<Entry[]> {
    const result = await this.read(plane, prefix);
    assert(result.type === 'read', `not read: ${JSON.stringify(result)}`);
    return sorted(result.entries);
  }

  async keys(prefix: string): Promise<string[]> {
    return (await this.entries(prefix)).map(({ key }) => key);
  }

  async grant(): Promise<Lease> {
    const result = await this.#ask<{ type: string; lease?: Lease }>((done) =>
      this.plane.grant(TTL_MS, done),
    );
    assert(result.lease !== undefined, `not granted: ${JSON.stringify(result)}`);
    return result.lease;
  }

  keepAlive(lease: Lease): Promise<'alive' | 'gone' | 'unknown'> {
    return this.#ask((done) => this.plane.keepAlive(lease, done));
  }

  async revoke(lease: Lease): Promise<void> {
    await this.#ask<true>((done) => this.plane.revoke(lease, () => done(true)));
  }

  follow(plane: StatePlane, prefix: string): Seen {
    const diary: Diary = [];
    const state = new Map<string, Entry>();
    const faults: string[] = [];
    const note = (revision: Revision, what: readonly (Change | Entry)[]): void => {
      if (revision < (diary.at(-1)?.[0] ?? 0)) faults.push(`back to ${revision}`);
      diary.push([revision, what]);
    };
    const stop = plane.follow(prefix, {
      reset: (revision, entries) => {
        note(revision, sorted(entries));
        state.clear();
        for (const entry of entries) state.set(entry.key, entry);
      },
      changed: (revision, changes) => {
        if (diary.length === 0) faults.push('changes before the snapshot');
        if (diary.at(-1)?.[0] === revision) faults.push(`${revision} twice`);
        if (changes.length === 0) faults.push('no change');
        note(revision, changes);
        for (const { key, entry } of changes) {
          if (entry === undefined) state.delete(key);
          else state.set(key, entry);
        }
      },
    });
    return { diary, state, faults, stop };
  }

  async #ask<Result>(start: (done: (result: Result) => void) => void): Promise<Result> {
    const results: Result[] = [];
    start((result) => results.push(result));
    await this.until(() => results.length > 0);
    const [result] = results;
    assert(result !== undefined, 'no result');
    return result;
  }
}

function sorted(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The changes that the first follower has seen, who was there before all others. */
function longest(seen: readonly Seen[]): Diary {
  const [first] = seen;
  return first?.diary.slice(1) ?? [];
}
