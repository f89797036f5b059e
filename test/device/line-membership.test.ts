/** How a phone stays with its line when managers cannot reach each other for a while. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site, serverAt } from '../../src/testkit/site.ts';

test('a phone that its line has given up, unheard, is rung again once it has registered again', () => {
  const site = new Site(1, simulationDirectory(DOMAIN), { managers: 3 });
  site.run(200);
  const [here, there, caller] = (
    [
      ['2000b', 0],
      ['2000a', 1],
      ['1001', 0],
    ] as const
  ).map(([user, at]) => {
    const phone = site.addPhone(user, user, [serverAt(at)]);
    phone.onInvited = (call) => phone.ring(call);
    phone.register(3600);
    site.run(200);
    return phone;
  });
  assert(here && there && caller);
  const rings = (): readonly boolean[] => [here, there].map(({ calls }) => calls.size > 0);
  const call = (ms: number): readonly boolean[] => {
    const made = caller.call('2000');
    site.run(ms);
    const rung = rings();
    caller.hangUp(made);
    site.run(500);
    return rung;
  };
  site.planes.cut('cm1', 'cm2');
  const cutOff = call(3000);
  site.planes.mend();
  site.run(1000);
  const healed = call(500);
  there.register(3600);
  site.run(500);
  assert.deepEqual(
    { cutOff, healed, registered: call(500) },
    { cutOff: [true, false], healed: [true, false], registered: [true, true] },
  );
});
