/**
 * A manager that hangs while its own phones ring each other by a shared line, and wakes when the others have
 * expelled it: what its phones hear of that call from then on is its end.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { PhoneCall } from '../../src/testkit/phone.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site, serverAt } from '../../src/testkit/site.ts';

const HANGS_MS = 3000;

/** A caller and a member at the first manager, the other members elsewhere; a call rings, and the first manager hangs. */
function hang(mode: 'single' | 'replicated') {
  const site = new Site(
    1,
    simulationDirectory(DOMAIN, () => mode),
    { managers: 3 },
  );
  site.run(3000);
  const caller = site.addPhone('1001', '1001', [serverAt(0)]);
  const members = ['2000a', '2000b', '2000c'].map((user, at) =>
    site.addPhone(user, user, [serverAt(at)]),
  );
  const rung: PhoneCall[] = [];
  for (const member of members)
    member.onInvited = (call) => {
      rung.push(call);
      member.ring(call);
    };
  // In single mode the line's process is where its first member comes.
  for (const phone of site.phones) {
    phone.register(600);
    site.run(500);
  }
  const call = caller.call('2000');
  site.run(500);
  const [run] = site.managers.map((manager) => manager.run);
  run?.pause();
  const wake = (): void => {
    site.run(HANGS_MS);
    run?.resume();
    site.run(1000);
  };
  const own = rung.find(({ phone }) => phone === members[0]);
  assert(own !== undefined);
  return { site, call, own, wake };
}

for (const mode of ['single', 'replicated'] as const) {
  test(`nobody rings on at who is expelled [${mode}]`, () => {
    const { call, own, wake } = hang(mode);
    wake();
    assert.deepEqual([call.phase, call.status, own.phase], ['over', 500, 'over']);
  });

  test(`an answer that it finds when it wakes does not count [${mode}]`, () => {
    const { site, call, own, wake } = hang(mode);
    site.run(300);
    own.phone.answer(own);
    wake();
    assert.deepEqual([call.phase, call.status, own.phase], ['over', 500, 'over']);
  });
}
