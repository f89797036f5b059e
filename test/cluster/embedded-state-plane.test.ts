/** The embedded state plane: the contract of all stores, and what only it can do. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { openEmbeddedCluster } from '../../src/cluster/embedded-cluster.ts';
import { EmbeddedStatePlane, type Fate } from '../../src/cluster/embedded-state-plane.ts';
import { EmbeddedStore } from '../../src/cluster/embedded-store.ts';
import { Pump } from '../../src/cluster/pump.ts';
import type { Operation, StatePlane } from '../../src/process/state-plane.ts';
import { SeededRandom } from '../../src/testkit/seeded-random.ts';
import { type StoreBench, storeContract } from './store-contract.ts';

storeContract('embedded', (): StoreBench => {
  const store = new EmbeddedStore();
  const pump = new Pump();
  let nowMs = 0;
  return {
    client: () => new EmbeddedStatePlane(store, { carry: (_what, deliver) => pump.add(deliver) }),
    settle: async () => {
      while (pump.pump() > 0);
      await turn();
    },
    pass: async (ms) => {
      nowMs += ms;
      store.advance(nowMs);
    },
    close: () => {},
  };
});

storeContract('embedded, shuffled', (): StoreBench => {
  const store = new EmbeddedStore(1_700_000_000_000);
  const random = new SeededRandom(7);
  const waiting: (() => void)[] = [];
  let nowMs = 0;
  return {
    client: () =>
      new EmbeddedStatePlane(store, { carry: (_what, deliver) => waiting.push(deliver) }),
    settle: async () => {
      while (waiting.length > 0) {
        const [deliver] = waiting.splice(random.between(0, waiting.length - 1), 1);
        deliver?.();
      }
      await turn();
    },
    pass: async (ms) => {
      nowMs += ms;
      store.advance(nowMs);
    },
    close: () => {},
  };
});

test('in real time the first revision is the time, and leases run by the clock', async () => {
  const cluster = openEmbeddedCluster(5000);
  const plane = cluster.statePlane();
  const granted = await new Promise<string>((resolve) =>
    plane.grant(1000, (result) => resolve(result.type)),
  );
  const result = await new Promise((resolve) =>
    plane.transact({ compare: [], then: [put('k', 'v')] }, resolve),
  );
  cluster.close();
  assert.deepEqual([granted, result], ['granted', { type: 'done', revision: 5001 }]);
});

const put = (key: string, value: string, lease?: string): Operation =>
  lease === undefined ? { type: 'put', key, value } : { type: 'put', key, value, lease };

/** A store with two clients, `a` and `b`, and a diary of what they are told. */
class Office {
  readonly store = new EmbeddedStore();
  readonly pump = new Pump();
  readonly diary: string[] = [];
  /** Of what `b` asks next. */
  readonly fates: Fate[] = [];
  /** Changes for `b` wait here instead of going their way. */
  held: (() => void)[] | undefined;
  readonly a = new EmbeddedStatePlane(this.store, {
    carry: (_what, deliver) => this.pump.add(deliver),
  });
  readonly b = new EmbeddedStatePlane(this.store, {
    carry: (what, deliver) => {
      if (what === 'change' && this.held !== undefined) this.held.push(deliver);
      else this.pump.add(deliver);
    },
    fate: () => this.fates.shift() ?? 'told',
  });

  settle(): void {
    while (this.pump.pump() > 0);
  }

  put(plane: StatePlane, key: string, value: string, lease?: string): void {
    plane.transact({ compare: [], then: [put(key, value, lease)] }, (result) =>
      this.diary.push(`${key}=${value} ${result.type}`),
    );
  }

  /** A lease of 2 s. */
  grant(): string {
    let granted = '';
    this.a.grant(2000, (result) => {
      if (result.type === 'granted') granted = result.lease;
    });
    this.settle();
    return granted;
  }

  follow(plane: StatePlane, name: string): () => void {
    return plane.follow('', {
      reset: (revision, entries) =>
        this.diary.push(`${name} ${revision}: ${entries.map(({ key, value }) => key + value)}`),
      changed: (revision, changes) =>
        this.diary.push(
          `${name} ${revision}: ${changes.map(({ key, entry }) => `${key}=${entry?.value ?? ''}`)}`,
        ),
    });
  }

  contents(): string[] {
    return this.store.entries('').map(({ key, value }) => `${key}=${value}`);
  }
}

test('a request may be lost, or done without a word', () => {
  const office = new Office();
  office.fates.push('not done', 'not told', 'told');
  for (const key of ['x', 'y', 'z']) office.put(office.b, key, '1');
  office.settle();
  assert.deepEqual(
    [office.diary, office.contents()],
    [
      ['x=1 unknown', 'y=1 unknown', 'z=1 done'],
      ['y=1', 'z=1'],
    ],
  );
});

test('who does not reach the store knows nothing, and sees later all that happened', () => {
  const office = new Office();
  office.follow(office.b, 'b');
  office.settle();
  office.b.stop();
  office.put(office.a, 'x', '1');
  office.put(office.b, 'y', '1');
  office.put(office.a, 'x', '2');
  office.b.read('', ({ type }) => office.diary.push(`read ${type}`));
  office.b.grant(1000, ({ type }) => office.diary.push(`grant ${type}`));
  office.b.keepAlive('1-1', (result) => office.diary.push(`keepAlive ${result}`));
  office.b.revoke('1-1', () => office.diary.push('revoke'));
  office.settle();
  office.b.resume();
  office.settle();
  assert.deepEqual(office.diary, [
    'b 1: ',
    'x=1 done',
    'y=1 unknown',
    'x=2 done',
    'read unknown',
    'grant unknown',
    'keepAlive unknown',
    'revoke',
    'b 2: x=1',
    'b 3: x=2',
  ]);
});

test('what was done when the way broke is not known to have been', () => {
  const office = new Office();
  office.put(office.b, 'x', '1');
  office.pump.pump();
  office.b.stop();
  office.settle();
  assert.deepEqual([office.diary, office.contents()], [['x=1 unknown'], ['x=1']]);
});

test('while the store is down, no lease runs out and nobody reaches it', () => {
  const office = new Office();
  const lease = office.grant();
  office.put(office.a, 'x', '1', lease);
  office.settle();
  office.store.stop();
  office.follow(office.b, 'b');
  office.put(office.a, 'x', '2');
  office.settle();
  office.store.advance(60_000);
  office.store.resume();
  office.settle();
  office.store.advance(61_999);
  const before = office.contents();
  office.store.advance(62_000);
  office.settle();
  assert.deepEqual(
    [office.diary, before],
    [['x=1 done', 'x=2 unknown', 'b 2: x1', 'b 3: x='], ['x=1']],
  );
});

test('changes that are late come in order, whichever arrives first', () => {
  const office = new Office();
  office.held = [];
  office.follow(office.b, 'b');
  office.settle();
  for (const value of ['1', '2', '3']) office.put(office.a, 'x', value);
  office.settle();
  const [reset, one, two, three] = office.held;
  office.diary.length = 0;
  for (const deliver of [two, reset, one, three, three]) {
    deliver?.();
    office.diary.push('-');
  }
  const early = ['b 1: ', 'b 2: x=1', 'b 3: x=2', '-', '-', '-'];
  assert.deepEqual(office.diary, [...early, 'b 4: x=3', '-', '-']);
});

test('who lags behind what the store remembers gets a snapshot, and goes on from there', () => {
  const office = new Office();
  office.follow(office.a, 'a');
  office.follow(office.b, 'b');
  office.settle();
  office.held = [];
  office.put(office.a, 'x', '1');
  office.put(office.a, 'x', '2');
  office.settle();
  office.store.compact();
  office.put(office.a, 'x', '3');
  office.settle();
  office.diary.length = 0;
  for (const deliver of office.held) deliver();
  assert.deepEqual(office.diary, ['b 3: x2', 'b 4: x=3']);
});

test('the store remembers so much for one follower, and no more', () => {
  const office = new Office();
  office.follow(office.b, 'b');
  office.settle();
  office.held = [];
  for (let n = 0; n < 10_001; n++) office.put(office.a, 'x', `${n}`);
  office.settle();
  office.diary.length = 0;
  for (const deliver of office.held) deliver();
  assert.deepEqual(office.diary, ['b 10002: x10000']);
});

test('a manager that is gone is told nothing, but what it asked for is done', () => {
  const office = new Office();
  office.follow(office.b, 'b');
  office.settle();
  office.put(office.b, 'x', '1');
  office.put(office.a, 'y', '1');
  office.b.close();
  office.settle();
  assert.deepEqual(
    [office.diary, office.contents()],
    [
      ['b 1: ', 'y=1 done'],
      ['x=1', 'y=1'],
    ],
  );
});

test('a follower may end within what it is told', () => {
  const office = new Office();
  const end = office.a.follow('', {
    reset: (revision) => office.diary.push(`reset ${revision}`),
    changed: (revision) => {
      office.diary.push(`changed ${revision}`);
      end();
    },
  });
  office.settle();
  office.a.stop();
  for (const value of ['1', '2']) office.put(office.b, 'x', value);
  office.settle();
  office.a.resume();
  office.settle();
  assert.deepEqual(office.diary, ['reset 1', 'x=1 done', 'x=2 done', 'changed 2']);
});

test('the keys of a lease go in one revision', () => {
  const office = new Office();
  const lease = office.grant();
  for (const key of ['b', 'a']) office.put(office.a, key, '1', lease);
  office.settle();
  office.follow(office.a, 'a');
  office.settle();
  office.diary.length = 0;
  office.store.advance(2000);
  office.settle();
  assert.deepEqual(office.diary, ['a 4: a=,b=']);
});

test('a transaction of too many operations is a fault of its maker', () => {
  const office = new Office();
  const then = Array.from({ length: 129 }, (_, n) => put(`${n}`, ''));
  assert.throws(() => office.a.transact({ compare: [], then }, () => {}), { code: 'invariant' });
});

test('a lease lasts whole seconds', () => {
  assert.throws(() => new EmbeddedStore().grant(1500), { code: 'invariant' });
});
