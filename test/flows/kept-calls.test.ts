/**
 * A held call outlives the manager of who holds it: its lamp stays lit, and a member at another manager
 * retrieves it. The holder is at the first manager, the far end at the second, the line's process at the
 * fourth, unless a flow says otherwise.
 */
import type { Phone } from '../../src/testkit/phone.ts';
import type { SimulatedManager } from '../../src/testkit/simulated-manager.ts';
import { CALM_STORE } from '../../src/testkit/simulated-planes.ts';
import { SERVER } from '../../src/testkit/site.ts';
import {
  areTalking,
  callOf,
  directoryWith,
  plainCallOf,
  type Stage,
  shared,
  talkTo,
} from './shared-stage.ts';

const OPTIONS = { settings: ['single', 'replicated'], timings: {} } as const;

/** The manager dies, with its machine unless told, or leaves, and comes back; phones that were there have been switched on again. */
function lose(
  { site, bench, wait }: Stage,
  at: number,
  how: 'process' | 'machine' | 'order' = 'machine',
  ms = 3000,
): () => void {
  const manager = site.managers[at] as SimulatedManager;
  manager.restartMs = () => 6000;
  if (how === 'order') manager.leave();
  else manager.kill(how);
  wait(ms);
  return () => {
    wait(6000);
    for (const phone of bench.phones)
      if (phone.station.server === manager.address) {
        phone.crash();
        phone.boot();
      }
    wait(1000);
  };
}

/** Another phone, at the third manager. */
function visitor({ site, wait }: Stage, user: string): Phone {
  const phone = site.addPhone(user, user, [site.managers[2]?.address ?? SERVER]);
  phone.register(3600);
  wait();
  return phone;
}

shared(
  'a call to the line that is held when its holder is lost is retrieved at another manager',
  (stage) => {
    const { a, b, c, two, wait, lamps } = stage;
    const call = two.call('2000');
    wait();
    a.answer(callOf(a));
    wait();
    a.hold(callOf(a));
    wait();
    const back = lose(stage, 0);
    const held = [b.shown, c.shown];
    const retrieved = c.retrieve(1);
    wait(1000);
    const talk = areTalking(retrieved, call);
    back();
    return [held, talk, lamps()];
  },
  [['1 held', '1 held'], true, '1 active'],
  OPTIONS,
);

shared(
  'of two members that hold the call with each other one is lost: what the other has of it nobody can retrieve',
  (stage) => {
    const { a, b, c, wait, lamps } = stage;
    b.offHook(1);
    wait();
    const call = b.dial('2000');
    wait();
    a.answer(callOf(a));
    wait();
    b.hold(call);
    wait();
    a.hold(callOf(a));
    wait();
    const back = lose(stage, 0);
    const held = c.shown;
    const refused = c.retrieve(1);
    wait(1000);
    const kept = [refused.phase, call.phase, c.shown];
    const retrieved = c.retrieve(2);
    wait(1000);
    const talk = areTalking(retrieved, call);
    back();
    return [held, kept, talk, lamps()];
  },
  ['1 held, 2 held', ['over', 'talking', '1 held, 2 held'], true, '1 held, 2 active'],
  OPTIONS,
);

shared(
  'of two that retrieve such a call one has it, and after it has held it too, the other',
  (stage) => {
    const { b, c, a, two, wait, lamps } = stage;
    a.hold(talkTo(two, a, stage));
    wait();
    const back = lose(stage, 0);
    const calls = [b.retrieve(1), c.retrieve(1)];
    wait(1000);
    const talking = calls.filter((each) => areTalking(each, plainCallOf(two)));
    const [first] = talking;
    const holder = first === calls[0] ? b : c;
    const other = holder === b ? c : b;
    if (first !== undefined) holder.hold(first);
    wait();
    const second = other.retrieve(1);
    wait(1000);
    const talk = areTalking(second, plainCallOf(two));
    back();
    return [talking.length, talk, lamps()];
  },
  [1, true, '1 active'],
  OPTIONS,
);

shared(
  'a member whose own line it has called keeps its own appearance when another retrieves the call',
  (stage) => {
    const { a, b, c, wait, lamps } = stage;
    b.offHook(1);
    wait();
    const call = b.dial('2000');
    wait();
    a.answer(callOf(a));
    wait();
    a.hold(callOf(a));
    wait();
    const back = lose(stage, 0);
    const held = b.shown;
    const retrieved = c.retrieve(2);
    wait(1000);
    const shown = b.shown;
    const talk = areTalking(retrieved, call);
    b.onHook(call);
    wait(1000);
    back();
    return [held, shown, talk, lamps()];
  },
  ['1 active, 2 held', '1 active, 2 active', true, ''],
  OPTIONS,
);

shared(
  'such a call ends when the far end hangs up',
  (stage) => {
    const { a, b, two, wait, lamps } = stage;
    a.hold(talkTo(two, a, stage));
    wait();
    const back = lose(stage, 0);
    const held = b.shown;
    two.hangUp(plainCallOf(two));
    wait(1000);
    const ended = b.shown;
    back();
    return [held, ended, lamps()];
  },
  ['1 held', '', ''],
  OPTIONS,
);

shared(
  'such a call ends when nobody wants it for five minutes',
  (stage) => {
    const { a, b, two, wait, lamps } = stage;
    a.hold(talkTo(two, a, stage));
    wait();
    const back = lose(stage, 0);
    const held = b.shown;
    back();
    wait(280_000);
    const before = [lamps(), two.calls.size];
    wait(20_000);
    return [held, before, lamps(), two.calls.size];
  },
  ['1 held', ['1 held', 1], '', 0],
  OPTIONS,
);

shared(
  "a call that was held privately stays its member's, who retrieves it from the same phone",
  (stage) => {
    const { a, b, two, wait, lamps } = stage;
    const call = talkTo(two, a, stage);
    a.hold(call, 'private');
    wait();
    const back = lose(stage, 0);
    const attempt = b.retrieve(1);
    wait(1000);
    back();
    const held = lamps();
    const again = a.retrieve(1);
    wait(1000);
    return [attempt.status, held, areTalking(again, plainCallOf(two)), lamps()];
  },
  [403, '1 held-private', true, '1 active'],
  OPTIONS,
);

shared(
  "the line's process is lost together with the holder: the next one hears of the call from the far end",
  (stage) => {
    const { site, a, b, c, two, wait, lamps } = stage;
    a.hold(talkTo(two, a, stage));
    wait();
    site.managers[3]?.kill('machine');
    const back = lose(stage, 0);
    // Of four managers two are left, which know only when the leases of the others end.
    wait(3000);
    const held = [b.shown, c.shown];
    const call = c.retrieve(1);
    wait(1000);
    const talk = areTalking(call, plainCallOf(two));
    back();
    return [held, talk, lamps()];
  },
  [['1 held', '1 held'], true, '1 active'],
  { ...OPTIONS, settings: ['single'] },
);

shared(
  'a call that was not held ends with the manager of its member',
  (stage) => {
    const { a, b, two, lamps } = stage;
    talkTo(two, a, stage);
    const back = lose(stage, 0);
    const seen = [b.shown, two.calls.size];
    back();
    return [seen, lamps()];
  },
  [['', 0], ''],
  OPTIONS,
);

shared(
  'a call that was resumed before its member was lost ends',
  (stage) => {
    const { a, b, two, wait, lamps } = stage;
    const call = talkTo(two, a, stage);
    a.hold(call);
    wait();
    a.resume(call);
    wait();
    const back = lose(stage, 0);
    const seen = [b.shown, two.calls.size];
    back();
    return [seen, lamps()];
  },
  [['', 0], ''],
  { ...OPTIONS, directory: directoryWith() },
);

shared(
  'a call that its holder has transferred, and that is there when the holder is lost: the line has it no more',
  (stage) => {
    const { site, a, b, two, wait, lamps } = stage;
    const other = visitor(stage, '2100b');
    const held = talkTo(two, a, stage);
    a.hold(held);
    wait();
    other.call('2000');
    wait();
    a.answer(callOf(a));
    wait();
    // The far end hears of the holder's loss before it hears from the new party.
    site.planes.cut('cm3', 'cm2');
    a.transfer(callOf(a), '1002', held);
    wait(50);
    const back = lose(stage, 0, 'process', 600);
    const kept = b.shown;
    site.planes.mend();
    wait(1000);
    const [far, party] = [plainCallOf(two), plainCallOf(other)];
    const talk = far.remoteSession === party.session && party.remoteSession === far.session;
    const shown = b.shown;
    back();
    return [kept, shown, talk, lamps()];
  },
  ['1 held', '', true, ''],
  { ...OPTIONS, settings: ['single'] },
);

shared(
  'a call that its holder has parked, and that gets its orbit when the holder is gone: the line has it no more',
  (stage) => {
    const { site, a, b, wait, lamps } = stage;
    // The far end has the call on a line that is shared too.
    const [other, two] = [visitor(stage, '2100b'), visitor(stage, '2100a')];
    const far = two.call('2000');
    wait();
    a.answer(callOf(a));
    wait();
    const held = callOf(a);
    a.hold(held);
    wait();
    site.planes.storeWeather = { ...CALM_STORE, delayMs: [700, 700] };
    a.transfer(held, '700');
    wait(20);
    const back = lose(stage, 0, 'order', 300);
    const kept = b.shown;
    site.planes.storeWeather = CALM_STORE;
    wait(1000);
    const shown = b.shown;
    const call = other.call('700');
    wait(500);
    const talk = far.remoteSession === call.session && call.remoteSession === far.session;
    back();
    return [kept, shown, talk, lamps()];
  },
  ['1 held', '', true, ''],
  { ...OPTIONS, settings: ['single'] },
);

shared(
  'a call that its holder wants to park where another is by then is kept when the holder is gone',
  (stage) => {
    const { site, a, b, c, two, wait, lamps } = stage;
    const [one, other] = [visitor(stage, '1001'), visitor(stage, '2100b')];
    const call = other.call('1001');
    wait();
    one.answer(plainCallOf(one));
    const held = talkTo(two, a, stage);
    a.hold(held);
    wait();
    site.planes.storeWeather = { ...CALM_STORE, delayMs: [700, 700] };
    other.refer(call, '700');
    wait(20);
    a.transfer(held, '700');
    wait(20);
    const back = lose(stage, 0, 'order', 300);
    site.planes.storeWeather = CALM_STORE;
    wait(1500);
    const shown = b.shown;
    const retrieved = c.retrieve(1);
    wait(1000);
    const talk = areTalking(retrieved, plainCallOf(two));
    back();
    return [shown, talk, lamps()];
  },
  ['1 held', true, '1 active'],
  { ...OPTIONS, settings: ['single'] },
);
