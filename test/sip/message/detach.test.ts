/** A copy that keeps its datagram alive would be a leak that no functional test sees. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { detach } from '../../../src/sip/message/detach.ts';

test('a detached text is the same text', () => {
  const texts = ['', 'a', 'x'.repeat(12), 'y'.repeat(13), 'zß\xff\0'.repeat(10)];
  assert.deepEqual(texts.map(detach), texts);
});

test('a detached text lets its datagram go', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const datagram = (i: number) => Buffer.alloc(500_000, `${i}`).toString('latin1');
  const usedBytes = (keep: (text: string) => string) => {
    collect();
    const before = process.memoryUsage().heapUsed;
    const kept = Array.from({ length: 40 }, (_, i) => keep(datagram(i).slice(100, 140)));
    collect();
    return process.memoryUsage().heapUsed - before + kept.length;
  };
  const heldBytes = usedBytes((text) => text);
  const detachedBytes = usedBytes(detach);
  assert(heldBytes > 15_000_000, `a slice held ${heldBytes} octets: the test proves nothing`);
  assert(detachedBytes < 1_000_000, `${detachedBytes} octets are held`);
});
