/** What DNS said is remembered while it holds, and no longer. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Answer, Resolver } from '../../src/transport/resolver.ts';
import { ResolverCache } from '../../src/transport/resolver-cache.ts';

/** Counts the questions; `failing` makes it unable to answer. */
class Counting implements Resolver {
  readonly asked: string[] = [];
  failing = false;
  ttlMs = 60_000;

  async naptr(): Promise<Answer<never>> {
    return { records: [], ttlMs: this.ttlMs };
  }

  async srv(): Promise<Answer<never>> {
    return { records: [], ttlMs: this.ttlMs };
  }

  async addresses(name: string, family: 4 | 6): Promise<Answer<string>> {
    this.asked.push(`${family} ${name}`);
    if (this.failing) throw new Error('SERVFAIL');
    return { records: ['192.0.2.1'], ttlMs: this.ttlMs };
  }
}

function make(): { resolver: Counting; cache: ResolverCache; clock: { nowMs: number } } {
  const resolver = new Counting();
  const clock = { nowMs: 0 };
  return { resolver, cache: new ResolverCache(resolver, () => clock.nowMs), clock };
}

test('a name is asked for again when its time to live is over', async () => {
  const { resolver, cache, clock } = make();
  const asked: number[] = [];
  for (const nowMs of [0, 59_999, 60_000]) {
    clock.nowMs = nowMs;
    await cache.addresses('a.test', 4);
    asked.push(resolver.asked.length);
  }
  assert.deepEqual(asked, [1, 1, 2]);
});

test('a time to live of nothing is five seconds, one of a week an hour', async () => {
  const { resolver, cache, clock } = make();
  const asked: number[] = [];
  for (const [ttlMs, nowMs] of [
    [0, 0],
    [0, 4_999],
    [604_800_000, 5_000],
    [604_800_000, 3_604_999],
    [604_800_000, 3_605_000],
  ] as const) {
    resolver.ttlMs = ttlMs;
    clock.nowMs = nowMs;
    await cache.addresses('a.test', 4);
    asked.push(resolver.asked.length);
  }
  assert.deepEqual(asked, [1, 1, 2, 2, 3]);
});

test('whoever asks while the answer is out shares it; families are different questions', async () => {
  const { resolver, cache } = make();
  await Promise.all([
    cache.addresses('a.test', 4),
    cache.addresses('a.test', 4),
    cache.addresses('a.test', 6),
  ]);
  assert.deepEqual(resolver.asked, ['4 a.test', '6 a.test']);
});

test('a failure is not remembered', async () => {
  const { resolver, cache } = make();
  resolver.failing = true;
  await assert.rejects(cache.addresses('a.test', 4));
  resolver.failing = false;
  assert.deepEqual(
    [await cache.addresses('a.test', 4), resolver.asked.length],
    [{ records: ['192.0.2.1'], ttlMs: 60_000 }, 2],
  );
});

test('only so many names are remembered, the oldest least', async () => {
  const { resolver, cache } = make();
  for (let i = 0; i <= 2_048; i++) await cache.addresses(`${i}.test`, 4);
  await cache.addresses('2048.test', 4);
  await cache.addresses('0.test', 4);
  assert.deepEqual(resolver.asked.slice(2_048), ['4 2048.test', '4 0.test']);
});
