/**
 * A call is transferred, or parked, and retrieved at one time. One of the two comes to nothing: nobody is left in a
 * call with somebody who is in another. The holder is at the first manager, who retrieves at the second or third.
 */
import { CALM_STORE } from '../../src/testkit/simulated-planes.ts';
import { areTalking, callOf, plainCallOf, shared, talkTo } from './shared-stage.ts';

const APART = { settings: ['single', 'replicated'] } as const;

shared(
  'a held call that is retrieved while its holder transfers it is with who has retrieved it, and rings nowhere',
  (stage) => {
    const { a, b, one, two, wait, lamps } = stage;
    const held = talkTo(one, a, stage);
    a.hold(held);
    wait();
    a.transfer(held, '1002');
    wait();
    const rings = two.calls.size;
    const call = b.retrieve(1);
    wait(500);
    return [rings, two.calls.size, areTalking(call, plainCallOf(one)), held.phase, lamps()];
  },
  [1, 0, true, 'over', '1 active'],
);

shared(
  'word of a transfer that comes when another has retrieved the call: it stays with that one',
  (stage) => {
    const { site, a, c, one, two, wait, lamps } = stage;
    const held = talkTo(two, a, stage);
    a.hold(held);
    wait();
    site.planes.cut('cm1', 'cm2');
    a.transfer(held, '1001');
    const call = c.retrieve(1);
    wait(300);
    site.planes.mend();
    wait(2000);
    return [areTalking(call, plainCallOf(two)), one.calls.size, held.phase, lamps()];
  },
  [true, 0, 'over', '1 active'],
  APART,
);

shared(
  'of an announced transfer the announced party stays with who has retrieved its call meanwhile',
  (stage) => {
    const { site, a, c, one, two, wait, lamps } = stage;
    const first = talkTo(two, a, stage);
    a.hold(first);
    wait();
    a.offHook(2);
    wait();
    const second = a.dial('1001');
    wait();
    one.answer(plainCallOf(one));
    wait();
    a.hold(second);
    wait();
    site.planes.cut('cm1', 'cm2');
    a.transfer(first, '1001', second);
    const call = c.retrieve(2);
    wait(300);
    site.planes.mend();
    wait(2000);
    return [areTalking(call, plainCallOf(one)), first.phase, first.referral, lamps()];
  },
  [true, 'talking', 481, '1 held, 2 active'],
  APART,
);

shared(
  'a call that is about to be parked is not retrieved',
  (stage) => {
    const { site, a, b, two, wait, lamps } = stage;
    const far = two.call('2000');
    wait();
    a.answer(callOf(a));
    wait();
    a.hold(callOf(a));
    wait();
    site.planes.storeWeather = { ...CALM_STORE, delayMs: [200, 200] };
    two.refer(far, '700');
    wait(50);
    const call = b.retrieve(1);
    wait(2000);
    return [call.status, two.calls.size, a.calls.size, lamps()];
  },
  [491, 0, 1, '1 held'],
  APART,
);

shared(
  'a call that is parked, and whose holder has not heard that: it is had from the orbit, and not from that one',
  (stage) => {
    const { site, a, c, one, two, wait, lamps } = stage;
    const far = two.call('2000');
    wait();
    a.answer(callOf(a));
    wait();
    a.hold(callOf(a));
    wait();
    site.planes.cut('cm2', 'cm1');
    a.transfer(callOf(a), '700');
    wait(50);
    const late = c.retrieve(1);
    wait(300);
    site.planes.mend();
    wait(2000);
    const parked = [late.phase, late.status, a.calls.size, two.calls.size, lamps()];
    const call = one.call('700');
    wait(500);
    return [parked, call.remoteSession === far.session && far.remoteSession === call.session];
  },
  [['over', 481, 0, 1, ''], true],
  { settings: ['single'] },
);

shared(
  'an announced transfer that has failed: the call that was to be given away is as any other',
  (stage) => {
    const { a, b, one, two, wait, lamps } = stage;
    const first = one.call('1002');
    wait();
    two.answer(plainCallOf(two));
    wait();
    const announcing = plainCallOf(two);
    const second = two.call('2000');
    wait();
    a.answer(callOf(a));
    wait();
    one.hold(first, true);
    two.referTo(announcing, second, '2000');
    wait();
    a.hold(callOf(a));
    wait();
    b.retrieve(1);
    b.crash();
    wait(6000);
    const seen = [announcing.phase, second.phase, callOf(a).phase, a.shown];
    b.boot();
    wait(40_000);
    return [seen, lamps()];
  },
  [['talking', 'talking', 'talking', '1 held'], '1 held'],
);

shared(
  'of two who transfer each other at one time nobody is left with nobody: who is being moved moves nobody',
  (stage) => {
    const { site, a, one, two, wait, lamps } = stage;
    const three = site.addPhone('2100b', '2100b', two.options.servers);
    three.register(3600);
    wait();
    const call = talkTo(two, a, stage);
    two.refer(plainCallOf(two), '2100');
    wait(20);
    a.transfer(call, '1001');
    wait(500);
    const rings = one.calls.size;
    three.answer(plainCallOf(three));
    wait(500);
    return [rings, areTalking(call, plainCallOf(three)), two.calls.size, lamps()];
  },
  [0, true, 0, '1 active'],
);

shared(
  'of two who transfer each other in the same instant both are refused',
  (stage) => {
    const { a, one, two, wait, lamps } = stage;
    const call = talkTo(two, a, stage);
    two.refer(plainCallOf(two), '1001');
    a.transfer(call, '1001');
    wait(500);
    return [one.calls.size, call.referral, areTalking(call, plainCallOf(two)), lamps()];
  },
  [0, 491, true, '1 active'],
  APART,
);
