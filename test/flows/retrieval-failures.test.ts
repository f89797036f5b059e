/**
 * Retrievals that come to nothing, because a phone or a manager is lost on the way: whoever held the call has it
 * still, or it is over for all; and another may try. The holder is at the first manager, the far end at the second,
 * who retrieves at the second or third.
 */
import type { SimulatedManager } from '../../src/testkit/simulated-manager.ts';
import { areTalking, callOf, plainCallOf, type Stage, shared, talkTo } from './shared-stage.ts';

const MANAGERS = { settings: ['single', 'replicated'], timings: {} } as const;
/** Virtual milliseconds after the INVITE that retrieves: it takes six until it is acknowledged. */
const MOMENTS = [0, 1, 3, 5];

/** The manager's machine dies together with its phones, and they come back. */
function lose({ site, bench, wait }: Stage, at: number): () => void {
  const manager = site.managers[at] as SimulatedManager;
  const phones = bench.phones.filter(({ station }) => station.server === manager.address);
  manager.restartMs = () => 6000;
  manager.kill('machine');
  for (const phone of phones) phone.crash();
  wait(3000);
  return () => {
    wait(6000);
    for (const phone of phones) phone.boot();
    wait(1000);
  };
}

shared(
  'a phone that retrieves a call and is gone before it acknowledges: who held it has it still',
  (stage) => {
    const { a, b, c, two, wait, lamps } = stage;
    const call = talkTo(two, a, stage);
    a.hold(call);
    wait();
    b.retrieve(1);
    b.crash();
    wait(1000);
    const waits = [a.shown, c.shown, call.phase];
    wait(5000);
    const failed = [a.shown, c.shown, call.phase, two.calls.size];
    a.resume(call);
    wait();
    const talks = [areTalking(call, plainCallOf(two)), a.shown, c.shown];
    b.boot();
    wait(40_000);
    return [waits, failed, talks, lamps(), two.calls.size];
  },
  [
    ['1 held', '1 held', 'talking'],
    ['1 held', '1 held', 'talking', 1],
    [true, '1 active', '1 active'],
    '1 active',
    1,
  ],
);

shared(
  'of a call to the line too, and another member retrieves it then',
  (stage) => {
    const { a, b, c, two, wait, lamps } = stage;
    const far = two.call('2000');
    wait();
    a.answer(callOf(a));
    wait();
    a.hold(callOf(a));
    wait();
    b.retrieve(1);
    b.crash();
    wait(6000);
    const call = c.retrieve(1);
    wait(1000);
    const talks = [areTalking(call, far), a.calls.size];
    b.boot();
    wait(40_000);
    return [talks, lamps(), two.calls.size];
  },
  [[true, 0], '1 active', 1],
);

shared(
  'who held the call hangs up before it is acknowledged: nobody has it then',
  (stage) => {
    const { a, b, c, two, wait, lamps } = stage;
    const call = talkTo(two, a, stage);
    a.hold(call);
    wait();
    b.retrieve(1);
    b.crash();
    wait(1000);
    a.onHook(call);
    wait(1000);
    const waits = [a.shown, c.shown, two.calls.size];
    wait(4000);
    const over = [a.shown, c.shown, two.calls.size];
    b.boot();
    wait(40_000);
    return [waits, over, lamps()];
  },
  [['1 held', '1 held', 1], ['', '', 0], ''],
);

shared(
  'the far end hangs up before it is acknowledged: it is over for both',
  (stage) => {
    const { a, b, c, two, wait, lamps } = stage;
    const call = talkTo(two, a, stage);
    a.hold(call);
    wait();
    b.retrieve(1);
    b.crash();
    wait(1000);
    two.hangUp(plainCallOf(two));
    wait(1000);
    const over = [a.shown, c.shown, call.phase, two.calls.size];
    b.boot();
    wait(40_000);
    return [over, lamps()];
  },
  [['', '', 'over', 0], ''],
);

shared(
  "the far end's phone does not take the retrieval: it is given up, and the next one has the call",
  (stage) => {
    const { site, a, b, c, two, wait, lamps } = stage;
    const held = talkTo(two, a, stage);
    a.hold(held);
    wait();
    site.network.cut(two.options.address);
    const first = b.retrieve(1);
    wait(1000);
    const second = c.retrieve(1);
    wait(1000);
    const waits = [first.phase, second.status, lamps()];
    wait(3000);
    const given = [first.status, held.phase, lamps()];
    site.network.mend(two.options.address);
    wait(5000);
    const third = c.retrieve(1);
    wait(500);
    return [waits, given, areTalking(third, plainCallOf(two)), held.phase, lamps()];
  },
  [['ringing', 486, '1 held'], [480, 'talking', '1 held'], true, 'over', '1 active'],
);

for (const moment of MOMENTS) {
  shared(
    `the manager of who retrieves dies after ${moment} ms: the holder has the call, or nobody`,
    (stage) => {
      const { a, b, c, two, wait, lamps } = stage;
      const call = talkTo(two, a, stage);
      a.hold(call);
      wait();
      c.retrieve(1);
      wait(moment);
      const back = lose(stage, 2);
      wait(1000);
      const shown = [a.shown, b.shown].join();
      const isOver = shown === ',' && call.phase === 'over' && two.calls.size === 0;
      a.resume(call);
      wait();
      const isHeld =
        shown === '1 held,1 held' && two.calls.size === 1 && areTalking(call, plainCallOf(two));
      back();
      return [isOver || isHeld, lamps() === (isHeld ? '1 active' : '')];
    },
    [true, true],
    MANAGERS,
  );

  shared(
    `the manager of the holder dies after ${moment} ms: who retrieves has the call, or retrieves again`,
    (stage) => {
      const { b, c, a, two, wait, lamps } = stage;
      const far = two.call('2000');
      wait();
      a.answer(callOf(a));
      wait();
      a.hold(callOf(a));
      wait();
      let call = c.retrieve(1);
      wait(moment);
      const back = lose(stage, 0);
      wait(2000);
      if (call.phase === 'over' && b.shown === '1 held') {
        call = c.retrieve(1);
        wait(1000);
      }
      const talks = areTalking(call, far);
      back();
      return [talks, lamps()];
    },
    [true, '1 active'],
    MANAGERS,
  );

  shared(
    `that of a holder who has made the call dies after ${moment} ms: so it is then too`,
    (stage) => {
      const { b, c, a, two, wait, lamps } = stage;
      a.hold(talkTo(two, a, stage));
      wait();
      let call = c.retrieve(1);
      wait(moment);
      const back = lose(stage, 0);
      wait(2000);
      if (call.phase === 'over' && b.shown === '1 held') {
        call = c.retrieve(1);
        wait(1000);
      }
      const talks = areTalking(call, plainCallOf(two));
      back();
      return [talks, lamps()];
    },
    [true, '1 active'],
    MANAGERS,
  );
}
