/** Appearances that are asked for in vain, or whose phone's manager is lost: who may have them then, and who asks again. */
import type { SimulatedManager } from '../../src/testkit/simulated-manager.ts';
import { CALM_BUS } from '../../src/testkit/simulated-planes.ts';
import { directoryWith, plainCallOf, shared } from './shared-stage.ts';

shared(
  'an INVITE that names an appearance of another is to be tried again, and is taken once that is free',
  (stage) => {
    const { a, b, one, wait, lamps } = stage;
    b.offHook(1);
    wait();
    a.offHook(1);
    wait();
    const first = a.dial('1001');
    wait();
    const refused = [first.status, first.retryAfterS, one.calls.size, lamps()];
    b.onHook();
    wait();
    const second = a.dial('1001');
    wait();
    one.answer(plainCallOf(one));
    wait();
    return [refused, second.phase, second.index, lamps()];
  },
  [[480, 1, 0, '1 seized'], 'talking', 1, '1 active'],
);

shared(
  'an INVITE that names an appearance beyond those of the line is refused; with another one it is taken',
  (stage) => {
    const { a, one, wait, lamps } = stage;
    a.offHook(9);
    wait();
    const first = a.dial('1001');
    wait();
    const refused = [first.status, one.calls.size, lamps()];
    a.offHook(1);
    wait();
    a.dial('1001');
    wait();
    return [refused, lamps()];
  },
  [[403, 0, ''], '1 progressing'],
  { directory: directoryWith({ appearances: 4 }) },
);

shared(
  'two dial on one appearance in the same moment, without asking before: one call is made',
  (stage) => {
    const { a, b, one, two, c, wait } = stage;
    c.offHook(1);
    wait();
    for (const phone of [a, b]) phone.offHook(1);
    wait();
    c.onHook();
    wait();
    const calls = [a.dial('1001'), b.dial('1002')];
    wait();
    const statuses = calls.map(({ status, retryAfterS }) => `${status} ${retryAfterS}`);
    return [
      statuses.toSorted((a, b) => a.localeCompare(b)),
      one.calls.size + two.calls.size,
      c.shown,
    ];
  },
  [['180 0', '480 1'], 1, '1 progressing'],
);

for (const moment of [0, 1, 2, 3, 50])
  shared(
    `the manager of a phone dies ${moment} ms after that went off-hook: the appearance is another's`,
    (stage) => {
      const { site, a, b, c, wait } = stage;
      c.offHook(1);
      wait(moment);
      const manager = site.managers[2] as SimulatedManager;
      manager.restartMs = () => 6000;
      manager.kill('machine');
      const phones = stage.bench.phones.filter(({ station }) => station.server === manager.address);
      for (const phone of phones) phone.crash();
      wait(3000);
      const free = [a.shown, b.shown];
      a.offHook(1);
      wait();
      const had = [a.seizure?.state, b.shown];
      wait(6000);
      for (const phone of phones) phone.boot();
      wait(1000);
      return [free, had, c.shown];
    },
    [['', ''], ['seized', '1 seized'], '1 seized'],
    { settings: ['single', 'replicated'], timings: {} },
  );

shared(
  'a phone that seizes the appearance for which its INVITE waits has forgotten that: the INVITE is refused',
  (stage) => {
    const { site, a, b, one, wait, lamps } = stage;
    b.offHook(1);
    wait();
    a.offHook(1);
    wait();
    site.planes.busWeather = { ...CALM_BUS, delayMs: [50, 50] };
    const waits = a.dial('1001');
    wait(20);
    const seizure = a.offHook(1);
    wait(1000);
    return [waits.status, seizure.state, one.calls.size, lamps()];
  },
  [480, 'refused', 0, '1 seized'],
  { settings: ['single', 'replicated'] },
);
