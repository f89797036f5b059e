/**
 * Phones with BroadSoft's shared call appearances on one line: what their lamps show, and who has the call.
 * Each flow is played on one manager, by phones of three with the line on the first, and with a replicated line.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Phone } from '../../src/testkit/phone.ts';
import { Bench } from '../../src/testkit/phones/bench.ts';
import { POLYCOM, type ScaHabits, YEALINK_SILENT } from '../../src/testkit/phones/sca-habits.ts';
import type { ScaPhone } from '../../src/testkit/phones/sca-phone.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site, serverAt } from '../../src/testkit/site.ts';

type Stage = {
  readonly a: ScaPhone;
  readonly b: ScaPhone;
  /** A phone of another line. */
  readonly far: Phone;
  wait(ms: number): void;
  /** The lamps of both phones. */
  lamps(): readonly [a: string, b: string];
};

const PLACES = [
  ['', 1, 'single'],
  [' [three managers]', 3, 'single'],
  [' [one manager, a replicated line]', 1, 'replicated'],
  [' [three managers, a replicated line]', 3, 'replicated'],
] as const;
const APART = PLACES.filter(([, managers]) => managers > 1);

/** Each step, and what the lamps of both phones show after it; [same]: both show that. */
function play(
  name: string,
  steps: readonly (readonly [what: string, act: (stage: Stage) => void, lamps: string])[],
  habits: { readonly a?: ScaHabits; readonly b?: ScaHabits } = {},
): void {
  for (const [place, managers, mode] of PLACES)
    test(`${name}${place}`, () => {
      const site = new Site(
        1,
        simulationDirectory(DOMAIN, () => mode),
        { managers },
      );
      site.run(managers === 1 ? 10 : 500);
      const bench = new Bench(site);
      const at = (index: number) => ({ manager: index % managers });
      const a = bench.sca({ user: '2000a', line: '2000', ...at(0) }, habits.a);
      a.boot();
      site.run(200);
      const b = bench.sca({ user: '2000b', line: '2000', ...at(1) }, habits.b);
      b.boot();
      const far = site.addPhone('1001', '1001', [serverAt(2 % managers)]);
      far.onInvited = (call) => far.ring(call);
      far.register(3600);
      site.run(300);
      const stage: Stage = {
        a,
        b,
        far,
        wait: (ms) => site.run(ms),
        lamps: () => [a.shown, b.shown],
      };
      const seen = steps.map(([what, act]) => {
        act(stage);
        site.run(300);
        return [what, stage.lamps()];
      });
      const expected = steps.map(([what, , lamps]) => [what, [lamps, lamps]]);
      assert.deepEqual({ seen, faults: bench.faults }, { seen: expected, faults: [] });
    });
}

const callOf = (phone: Phone) => {
  const [call] = phone.calls;
  assert(call);
  return call;
};
const callAt = (phone: ScaPhone) => {
  assert(phone.call);
  return phone.call;
};

play('a call out is seized, dialled, held, and retrieved by another phone', [
  ['off-hook', ({ a }) => void a.offHook(), '1 seized'],
  ['dial', ({ a }) => void a.dial('1001'), '1 progressing'],
  ['answer', ({ far }) => far.answer(callOf(far)), '1 active'],
  ['hold', ({ a }) => a.hold(callAt(a)), '1 held'],
  ['retrieve', ({ b }) => void b.retrieve(1), '1 active'],
  ['end', ({ b }) => b.onHook(), ''],
]);

play(
  'a call in is answered, held by the ACK, and retrieved',
  [
    ['call', ({ far }) => void far.call('2000'), '1 alerting'],
    ['answer', ({ a }) => a.answer(callAt(a)), '1 active'],
    ['hold', ({ a }) => a.hold(callAt(a)), '1 held'],
    ['retrieve', ({ b }) => void b.retrieve(1), '1 active'],
    ['end', ({ far }) => far.hangUp(callOf(far)), ''],
  ],
  { a: POLYCOM, b: POLYCOM },
);

play('what is held in private is not retrieved', [
  ['call', ({ far }) => void far.call('2000'), '1 alerting'],
  ['answer', ({ a }) => a.answer(callAt(a)), '1 active'],
  ['hold', ({ a }) => a.hold(callAt(a), 'private'), '1 held-private'],
  ['try', ({ b }) => void b.retrieve(1), '1 held-private'],
  ['end', ({ a }) => a.onHook(), ''],
]);

play(
  'off-hook, and on-hook again; or for too long',
  [
    ['off-hook', ({ a }) => void a.offHook(), '1 seized'],
    ['on-hook', ({ a }) => a.onHook(), ''],
    ['off-hook again', ({ b }) => void b.offHook(), '1 seized'],
    ['too long', ({ wait }) => wait(16_000), ''],
  ],
  { b: YEALINK_SILENT },
);

for (const [place, managers, mode] of APART)
  test(`of two phones that go off-hook for one appearance in the same moment one has it${place}`, () => {
    const site = new Site(
      1,
      simulationDirectory(DOMAIN, () => mode),
      { managers },
    );
    site.run(500);
    const bench = new Bench(site);
    const phones = ['2000a', '2000b', '2000c'].map((user, manager) =>
      bench.sca({ user, line: '2000', manager }),
    );
    for (const phone of phones) phone.boot();
    site.run(500);
    const seizures = phones.map((phone) => phone.offHook(1));
    site.run(300);
    assert.deepEqual(
      {
        seized: seizures.filter(({ state }) => state === 'seized').length,
        refused: seizures.filter(({ status }) => status === 480).length,
        shown: phones.map((phone) => phone.shown),
        faults: bench.faults,
      },
      { seized: 1, refused: 2, shown: ['1 seized', '1 seized', '1 seized'], faults: [] },
    );
  });

for (const [place, managers, mode] of APART)
  test(`a phone with busy lamps picks up what another member holds, by Replaces${place}`, () => {
    const site = new Site(
      1,
      simulationDirectory(DOMAIN, () => mode),
      { managers },
    );
    site.run(500);
    const bench = new Bench(site);
    const holder = bench.sca({ user: '2000a', line: '2000', manager: 0 });
    const watcher = bench.watcher({ user: '2000b', line: '2000', manager: 1 }, '2000');
    holder.boot();
    watcher.boot();
    const far = site.addPhone('1001', '1001', [serverAt(2)]);
    far.register(3600);
    site.run(500);
    far.call('2000');
    site.run(300);
    holder.answer(callAt(holder));
    site.run(300);
    holder.hold(callAt(holder));
    site.run(300);
    const held = watcher.shown;
    const picked = watcher.pickUp(['confirmed']);
    site.run(500);
    assert.deepEqual(
      [held, picked?.phase, holder.calls.size, holder.shown, bench.faults],
      ['held', 'talking', 0, '1 active', []],
    );
  });
