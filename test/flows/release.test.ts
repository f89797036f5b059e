/** An administrator frees an appearance: everybody's phone that has to do with it is let go, and the lamps go off. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { lineStateOf } from '../../src/call/line/line-control.ts';
import { Bench } from '../../src/testkit/phones/bench.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site, serverAt } from '../../src/testkit/site.ts';

const SETTINGS = [
  ['one manager', 1, 'single'],
  ['three managers', 3, 'single'],
  ['three managers, a replicated line', 3, 'replicated'],
] as const;

for (const [where, managers, mode] of SETTINGS) {
  /** Two phones with lamps of line 2000, and 1001. */
  const stage = () => {
    const directory = simulationDirectory(DOMAIN);
    const line = directory.lines.get('2000');
    assert(line);
    const lines = new Map(directory.lines).set('2000', { ...line, mode });
    const site = new Site(1, { ...directory, lines }, { managers });
    site.run(managers === 1 ? 10 : 500);
    const bench = new Bench(site);
    const [a, b] = ['2000a', '2000b'].map((user, at) => {
      const phone = bench.sca({ user, line: '2000', manager: at % managers });
      phone.boot();
      site.run(300);
      return phone;
    });
    assert(a && b);
    const far = site.addPhone('1001', '1001', [serverAt(2 % managers)]);
    far.onInvited = (call) => far.answer(call);
    far.register(3600);
    site.run(300);
    const lamps = () => (a.shown === b.shown ? a.shown : `${a.shown} | ${b.shown}`);
    /** As `line release` does it: at the first manager whose process of the line knows the call. */
    const release = (appearance: number): boolean => {
      for (const { run } of site.managers) {
        const processing = run?.manager?.processing;
        const control = processing?.lines.get('2000');
        const lit =
          control && lineStateOf(control).calls.find((each) => each.appearance === appearance);
        if (lit === undefined) continue;
        run?.turn(() => processing?.freeAppearance('2000', appearance, lit.call, 'me: stuck'));
        site.run(500);
        return true;
      }
      return false;
    };
    return { site, bench, a, b, far, lamps, release };
  };

  test(`a call that is held is ended for both of its phones [${where}]`, () => {
    const { site, bench, a, far, lamps, release } = stage();
    far.call('2000');
    site.run(300);
    assert(a.call);
    a.answer(a.call);
    site.run(300);
    a.hold(a.call);
    site.run(300);
    const before = lamps();
    const seen = [release(1), release(1)];
    assert.deepEqual(
      [before, seen, lamps(), a.calls.size, far.calls.size, bench.faults],
      ['1 held', [true, false], '', 0, 0, []],
    );
  });

  test(`a call that rings stops ringing, and its caller hears that it is over [${where}]`, () => {
    const { site, bench, a, b, far, lamps, release } = stage();
    far.call('2000');
    site.run(300);
    const before = lamps();
    release(1);
    assert.deepEqual(
      [before, lamps(), a.calls.size, b.calls.size, far.calls.size, bench.faults],
      ['1 alerting', '', 0, 0, 0, []],
    );
  });

  if (mode === 'single') {
    test(`what is seized is taken back [${where}]`, () => {
      const { site, bench, a, lamps, release } = stage();
      const seizure = a.offHook(2);
      site.run(300);
      const before = [lamps(), seizure.state];
      release(2);
      assert.deepEqual(
        [before, lamps(), seizure.state, bench.faults],
        [['2 seized', 'seized'], '', 'over', []],
      );
    });

    test(`a member’s own call is ended, while it rings and when it stands [${where}]`, () => {
      const { site, a, far, lamps, release } = stage();
      far.onInvited = (call) => far.ring(call);
      a.offHook(1);
      site.run(300);
      a.dial('1001');
      site.run(300);
      const seen = [lamps()];
      release(1);
      seen.push(lamps(), `${a.calls.size} ${far.calls.size}`);
      far.onInvited = (call) => far.answer(call);
      a.offHook(1);
      site.run(300);
      a.dial('1001');
      site.run(500);
      seen.push(lamps());
      release(1);
      seen.push(lamps(), `${a.calls.size} ${far.calls.size}`);
      assert.deepEqual(seen, ['1 progressing', '', '0 0', '1 active', '', '0 0']);
    });
  }
}
