/** Nonces: who believes which, and for how long. */
import assert from 'node:assert/strict';
import { createHmac, hash } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import { Nonces } from '../../../src/sip/digest/nonce.ts';

const NOW_MS = 1_795_354_917_490;

test('a nonce is its time, a salt and their HMAC-SHA256', () => {
  const nonce = noncesOf('secret').mint(NOW_MS);
  const stamp = `${NOW_MS.toString(16)}000000`;
  const key = hash('sha256', 'nonce:secret');
  const code = createHmac('sha256', key).update(`${stamp}:pbx.test`).digest('base64url');
  assert.equal(nonce, stamp + code.slice(0, 22));
});

const nonce = noncesOf('secret').mint(NOW_MS);
const CASES: readonly [name: string, made: number | undefined, nonce: string, nowMs: number][] = [
  ['one of another manager with the same secret', NOW_MS, nonce, NOW_MS],
  ['one at the end of its life', NOW_MS, nonce, NOW_MS + 60_000],
  ['one that has outlived it', undefined, nonce, NOW_MS + 60_001],
  ['one of a clock a second ahead', NOW_MS, nonce, NOW_MS - 1_000],
  ['one from further in the future', undefined, nonce, NOW_MS - 1_001],
  ['one under another secret', undefined, noncesOf('other').mint(NOW_MS), NOW_MS],
  ['one of another realm', undefined, noncesOf('secret', 'x').mint(NOW_MS), NOW_MS],
  ['one with a changed time', undefined, `2${nonce.slice(1)}`, NOW_MS],
  ['one that is too short', undefined, nonce.slice(0, -1), NOW_MS],
  ['one that is too long', undefined, `${nonce}0`, NOW_MS],
  ['an empty one', undefined, '', NOW_MS],
];

for (const [name, made, given, nowMs] of CASES) {
  test(`${made === undefined ? 'refused' : 'believed'}: ${name}`, () => {
    assert.equal(noncesOf('secret').mintedMs(given, nowMs), made);
  });
}

test('no text of the right length is believed', () => {
  const nonces = noncesOf('secret');
  const text = fc.string({ unit: 'binary-ascii', minLength: 39, maxLength: 39 });
  fc.assert(fc.property(text, (forged) => nonces.mintedMs(forged, NOW_MS) === undefined));
});

function noncesOf(secret: string, realm = 'pbx.test'): Nonces {
  return new Nonces({ realm, secret, lifeMs: 60_000, random: { next32: () => 0 } });
}
