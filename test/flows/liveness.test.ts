/**
 * Nothing stays lit for a phone that is gone: it is asked after a while, or at once when it has begun anew;
 * and lamps are right again when a phone speaks to another manager, since its own is gone.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Bench } from '../../src/testkit/phones/bench.ts';
import type { ScaPhone } from '../../src/testkit/phones/sca-phone.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site, serverAt } from '../../src/testkit/site.ts';

const AUDIT_MS = 60_000;
/** Longer than a request without an answer is waited for. */
const SILENCE_MS = 33_000;

/** Two phones with lamps of line 2000 at the first two managers, or the one there is, and 1001 at the last. */
function stage(managers: number) {
  const site = new Site(1, simulationDirectory(DOMAIN), { managers, auditMs: AUDIT_MS });
  site.run(managers === 1 ? 10 : 500);
  const bench = new Bench(site);
  const sca = (user: string, manager: number): ScaPhone => {
    const phone = bench.sca({ user, line: '2000', manager: manager % managers });
    phone.boot();
    site.run(300);
    return phone;
  };
  const far = site.addPhone('1001', '1001', [serverAt(2 % managers)]);
  far.onInvited = (call) => far.answer(call);
  far.register(3600);
  return { site, bench, sca, far, a: sca('2000a', 0), b: sca('2000b', 1) };
}

/** `a` holds a call that it has made. */
function hold({ a, site }: { readonly a: ScaPhone; readonly site: Site }): void {
  a.offHook();
  site.run(200);
  a.dial('1001');
  site.run(500);
  assert(a.call);
  a.hold(a.call);
  site.run(500);
}

for (const managers of [1, 3]) {
  const where = managers === 1 ? '' : ' [three managers]';

  test(`a phone that has gone while it holds is asked after a while, and its lamp goes off${where}`, () => {
    const cast = stage(managers);
    const { site, a, b, far } = cast;
    hold(cast);
    a.crash();
    const seen = [b.shown];
    site.run(AUDIT_MS - 10_000);
    seen.push(b.shown);
    site.run(20_000 + SILENCE_MS);
    seen.push(b.shown);
    assert.deepEqual([seen, far.calls.size], [['1 held', '1 held', ''], 0]);
  });

  test(`a phone that is there goes on holding, however long, and its user hears nothing of being asked${where}`, () => {
    const cast = stage(managers);
    const { site, a, b, bench } = cast;
    hold(cast);
    site.run(10 * AUDIT_MS);
    const seen = b.shown;
    assert(a.call);
    a.resume(a.call);
    site.run(500);
    assert.deepEqual([seen, b.shown, bench.faults], ['1 held', '1 active', []]);
  });

  test(`the far end goes without a word: it is asked too, and the lamp goes off${where}`, () => {
    const cast = stage(managers);
    const { site, b, far } = cast;
    hold(cast);
    site.network.detach(far.options.address);
    site.run(AUDIT_MS + 10_000 + SILENCE_MS);
    assert.equal(b.shown, '');
  });

  test(`a phone that begins anew is asked at once; what it had seized is free${where}`, () => {
    const cast = stage(managers);
    const { site, a, b, sca } = cast;
    hold(cast);
    b.offHook(2);
    site.run(200);
    const c = sca('2000c', 2);
    const seen = [c.shown];
    for (const phone of [a, b]) phone.crash();
    for (const phone of [a, b]) phone.boot();
    site.run(1000);
    seen.push(c.shown);
    assert.deepEqual(seen, ['1 held, 2 seized', '']);
  });

  test(`one that begins anew while its call rings does not know it: nobody rings any more, and its lamp goes off${where}`, () => {
    const { site, a, b, far } = stage(managers);
    far.onInvited = (call) => far.ring(call);
    a.offHook();
    site.run(200);
    a.dial('1001');
    site.run(500);
    const seen = [b.shown, far.calls.size];
    a.crash();
    a.boot();
    site.run(1000);
    assert.deepEqual([...seen, b.shown, far.calls.size], ['1 progressing', 1, '', 0]);
  });
}

for (const managers of [1, 3]) {
  const where = managers === 1 ? '' : ' [three managers]';

  test(`a phone that begins anew while it rings rings again, and answers${where}`, () => {
    const { site, bench, a, b, far } = stage(managers);
    const call = far.call('2000');
    site.run(500);
    const seen = [a, b].map(({ calls }) => calls.size);
    a.crash();
    a.boot();
    site.run(500);
    seen.push(a.calls.size, b.calls.size);
    if (a.call !== undefined) a.answer(a.call);
    site.run(500);
    const after = [call.phase, a.call?.phase, b.calls.size, b.shown];
    far.hangUp(call);
    site.run(500);
    assert.deepEqual(
      [seen, after, a.calls.size, bench.faults],
      [[1, 1, 1, 1], ['talking', 'talking', 0, '1 active'], 0, []],
    );
  });

  test(`one that only registers with another Call-ID rings for one call still${where}`, () => {
    const { site, bench, a, b, far } = stage(managers);
    const call = far.call('2000');
    site.run(500);
    a.station.registerAnew(3600);
    site.run(500);
    const seen = [a, b].map(({ calls }) => calls.size);
    far.hangUp(call);
    site.run(500);
    assert.deepEqual([seen, a.calls.size, b.calls.size, bench.faults], [[1, 1], 0, 0, []]);
  });
}

test('a phone of RFC 7463 that begins anew has given up the number that it has published', () => {
  const { site, bench, a } = stage(1);
  const agent = bench.appearance({ user: '2000c', line: '2000' });
  agent.boot();
  site.run(300);
  agent.seize(2);
  site.run(300);
  const seen = [a.shown];
  agent.crash();
  agent.boot();
  site.run(500);
  seen.push(a.shown);
  agent.seize(2);
  site.run(300);
  assert.deepEqual([...seen, a.shown, bench.faults], ['2 seized', '', '2 seized', []]);
});

test('a phone whose manager has gone has right lamps as soon as it subscribes at another one', () => {
  const cast = stage(3);
  const { site, b, bench } = cast;
  hold(cast);
  site.managers[1]?.kill('process');
  site.run(3000);
  assert(cast.a.call);
  cast.a.resume(cast.a.call);
  site.run(500);
  const before = b.shown;
  // Its SUBSCRIBE is of a dialog that nobody knows there: it registers, and subscribes anew.
  const { line } = b;
  assert(line);
  line.dialog.hop = serverAt(2);
  line.renew();
  site.run(100);
  b.station.server = serverAt(2);
  b.boot();
  site.run(500);
  const after = b.shown;
  cast.a.onHook();
  site.run(500);
  assert.deepEqual(
    [before, line.status, line.state, after, b.shown, bench.faults],
    ['1 held', 481, 'terminated', '1 active', '', []],
  );
});

for (const [what, sleepMs] of [
  ['', 0],
  [', though the manager of who holds sleeps for a second', 1000],
] as const)
  test(`the line’s manager goes, and no lamp blinks${what}`, () => {
    const site = new Site(1, simulationDirectory(DOMAIN), { managers: 4 });
    site.run(500);
    const bench = new Bench(site);
    const first = site.addPhone('2000c', '2000c', [serverAt(3)]);
    const far = site.addPhone('1001', '1001', [serverAt(2)]);
    far.onInvited = (call) => far.answer(call);
    for (const phone of [first, far]) phone.register(3600);
    site.run(300);
    const [a, b] = [0, 1].map((manager) => {
      const phone = bench.sca({ user: `2000${'ab'[manager]}`, line: '2000', manager });
      phone.boot();
      site.run(300);
      return phone;
    });
    assert(a !== undefined && b !== undefined);
    hold({ a, site });
    const seen = new Set([a.shown, b.shown]);
    for (const phone of [a, b]) phone.onChanged = () => seen.add(phone.shown);
    site.managers[3]?.kill();
    for (let ms = 0; ms < 600 && sleepMs > 0; ms++) {
      site.run(1);
      const isOut = site.managers[1]?.manager?.cluster.view.members.length === 3;
      if (isOut && site.managers[0]?.run?.isPaused === false) {
        site.managers[0].run.pause();
        site.agenda.after(sleepMs, () => site.managers[0]?.run?.resume());
        break;
      }
    }
    site.run(3000);
    assert.deepEqual([[...seen], bench.faults], [['1 held'], []]);
  });

test('the line’s manager goes alone: phones elsewhere are told by its next process, with rising versions', () => {
  const site = new Site(1, simulationDirectory(DOMAIN), { managers: 3 });
  site.run(500);
  const bench = new Bench(site);
  const first = site.addPhone('2000c', '2000', [serverAt(0)]);
  first.register(3600);
  site.run(300);
  const a = bench.sca({ user: '2000a', line: '2000', manager: 1 });
  const agent = bench.appearance({ user: '2000b', line: '2000', manager: 2 });
  const watcher = bench.watcher({ user: '1002', line: '1002', manager: 2 }, '2000');
  for (const phone of [a, agent, watcher]) phone.boot();
  const far = site.addPhone('1001', '1001', [serverAt(2)]);
  far.onInvited = (call) => far.answer(call);
  far.register(3600);
  site.run(300);
  hold({ a, site });
  const shown = () => [a.shown, agent.shown];
  const before = shown();
  site.managers[0]?.kill('process');
  site.run(3000);
  const between = shown();
  assert(a.call);
  a.resume(a.call);
  site.run(500);
  assert.deepEqual(
    [before, between, shown(), bench.faults],
    [['1 held', '1 held'], ['1 held', '1 held'], ['1 active', '1 confirmed'], []],
  );
});
