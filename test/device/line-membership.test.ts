/** How a phone stays with its line when managers cannot reach each other for a while. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Phone } from '../../src/testkit/phone.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site, serverAt } from '../../src/testkit/site.ts';

const SEATS = [
  ['2000b', 0],
  ['2000a', 1],
  ['1001', 0],
  ['1002', 0],
] as const;

/** Phones of three managers, registered for an hour; the line's process is at the first. */
function stage(): { readonly site: Site; readonly phones: readonly Phone[] } {
  const site = new Site(1, simulationDirectory(DOMAIN), { managers: 3 });
  site.run(200);
  const phones = SEATS.map(([user, at]) => {
    const phone = site.addPhone(user, user, [serverAt(at)]);
    phone.onInvited = (call) => phone.ring(call);
    phone.register(3600);
    site.run(200);
    return phone;
  });
  return { site, phones };
}

test('a phone that its line has given up, unheard, is rung again and sees it again as soon as managers reach each other', () => {
  const { site, phones } = stage();
  const [here, there, caller] = phones;
  assert(here && there && caller);
  there.watch('2000');
  site.run(100);
  const watchers = (): number => site.manager.processing.lines.get('2000')?.watchers.length ?? 0;
  const call = (ms: number): readonly unknown[] => {
    const made = caller.call('2000');
    site.run(ms);
    const rung = [here, there].map(({ calls }) => calls.size > 0);
    caller.hangUp(made);
    site.run(500);
    return [...rung, watchers()];
  };
  site.planes.cut('cm1', 'cm2');
  const cutOff = call(3000);
  site.planes.mend();
  site.run(1000);
  assert.deepEqual(
    { cutOff, healed: call(500) },
    { cutOff: [true, false, 0], healed: [true, true, 1] },
  );
});

test('a phone that cannot be rung for a while keeps the call that it has', () => {
  const { site, phones } = stage();
  const [, there, caller, first] = phones;
  assert(there && caller && first);
  const standing = first.call('2000');
  site.run(300);
  for (const call of there.calls) there.answer(call);
  site.run(300);
  site.planes.cut('cm1', 'cm2');
  const second = caller.call('2000');
  site.run(3000);
  site.planes.mend();
  site.run(1000);
  const held = [...there.calls].map(({ phase }) => phase);
  first.hangUp(standing);
  site.run(500);
  assert.deepEqual(
    { held, second: second.phase, after: there.calls.size },
    { held: ['talking'], second: 'ringing', after: 0 },
  );
});
