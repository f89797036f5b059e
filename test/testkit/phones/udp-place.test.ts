/** The same phones on real sockets. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Phone } from '../../../src/testkit/phone.ts';
import { ScaPhone } from '../../../src/testkit/phones/sca-phone.ts';
import { UdpPlace } from '../../../src/testkit/phones/udp-place.ts';
import { SeededRandom } from '../../../src/testkit/seeded-random.ts';

test('a scripted phone calls a plain one over UDP, which answers', async () => {
  const places = [await UdpPlace.open(), await UdpPlace.open()] as const;
  const [near, far] = places;
  const random = new SeededRandom(1);
  const common = { domain: '127.0.0.1', random };
  // There is no manager between them: each is the other's.
  const plain = new Phone({
    ...common,
    user: '1001',
    aor: '1001',
    address: far.address,
    servers: [near.address],
    agenda: far,
    network: far,
  });
  plain.onInvited = (call) => plain.answer(call);
  const phone = new ScaPhone({
    ...common,
    user: '2000a',
    aor: '2000',
    address: near.address,
    server: far.address,
    agenda: near,
    network: near,
  });
  phone.boot();
  const call = phone.dial('1001');
  await near.until(() => call.phase === 'talking');
  const [other] = plain.calls;
  assert(other);
  await far.until(() => other.phase === 'talking');
  const heard = call.remoteSession === other.session && other.remoteSession === call.session;
  phone.onHook(call);
  await far.until(() => plain.calls.size === 0);
  assert.deepEqual([heard, phone.calls.size], [true, 0]);
  for (const place of places) await place.close();
});

test('what does not come is an error that says what was waited for', async () => {
  const place = await UdpPlace.open();
  await assert.rejects(
    place.until(() => false, 10),
    /^Error: not within 10 ms: \(\) => false$/,
  );
  await place.close();
});
