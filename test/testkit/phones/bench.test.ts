/** The scripted phones at a manager of the simulator, beside phones that know nothing of sharing. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Bench } from '../../../src/testkit/phones/bench.ts';
import { LATE_ANSWERER, POLYCOM } from '../../../src/testkit/phones/sca-habits.ts';
import { simulationDirectory } from '../../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site } from '../../../src/testkit/site.ts';

function site() {
  const site = new Site(1, simulationDirectory(DOMAIN));
  const plain = site.addPhone('1001');
  plain.onInvited = (call) => plain.ring(call);
  plain.register(3600);
  return { site, plain, bench: new Bench(site) };
}

test('a phone that is called from a line talks, is held by an ACK, and hears the end', () => {
  const { site: here, plain, bench } = site();
  const phone = bench.sca({ user: '2000a', line: '2000' }, POLYCOM);
  phone.boot();
  here.run(100);
  const call = phone.dial('1001');
  here.run(100);
  const [other] = plain.calls;
  assert(other);
  plain.answer(other);
  here.run(100);
  const heard = [call.phase, other.phase, call.remoteSession === other.session];
  phone.hold(call);
  here.run(100);
  const held = [call.isHeld, call.changeStatus];
  phone.onHook(call);
  here.run(100);
  assert.deepEqual(
    [heard, held, phone.calls.size, plain.calls.size, here.manager.size.legs],
    [['talking', 'talking', true], [true, 200], 0, 0, 0],
  );
});

test('of two that answer, the one whose CANCEL has crossed is hung up', () => {
  const { site: here, plain, bench } = site();
  const first = bench.sca({ user: '2000a', line: '2000' });
  const late = bench.sca({ user: '2000b', line: '2000' }, LATE_ANSWERER);
  for (const phone of [first, late]) phone.boot();
  here.run(100);
  plain.call('2000');
  here.run(100);
  assert(first.call);
  first.answer(first.call);
  here.run(1000);
  assert.deepEqual([first.call.phase, late.calls.size, here.manager.size.legs], ['talking', 0, 2]);
});
