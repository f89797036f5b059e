/** Transfer of calls of a shared line: which appearance shows what, and whom a lamp says the call is with. */
import { areTalking, callOf, plainCallOf, type Stage, shared, talkTo } from './shared-stage.ts';

/** The number that a phone's lamp shows. */
function shownAt({ c }: Stage, index: number): string {
  return /sip:(\w+)@/.exec(c.lamps.get(index)?.uri ?? '')?.[1] ?? '';
}

shared(
  'the far end transfers a member: its lamp stays, and shows whom it is with now',
  (stage) => {
    const { a, one, two, wait, lamps } = stage;
    const far = one.call('2000');
    wait();
    a.answer(callOf(a));
    wait();
    const before = shownAt(stage, 1);
    one.refer(far, '1002');
    wait();
    two.answer(plainCallOf(two));
    wait(500);
    return [before, shownAt(stage, 1), lamps(), areTalking(callOf(a), plainCallOf(two))];
  },
  ['1001', '1002', '1 active', true],
);

shared(
  'the far end of a call that a member has made transfers it, and the member holds: so it is shown',
  (stage) => {
    const { a, one, two, wait, lamps } = stage;
    const call = talkTo(one, a, stage);
    one.refer(plainCallOf(one), '1002');
    wait();
    two.answer(plainCallOf(two));
    wait(500);
    const moved = [shownAt(stage, 1), lamps()];
    a.hold(call);
    wait();
    return [moved, shownAt(stage, 1), lamps()];
  },
  [['1002', '1 active'], '1002', '1 held'],
);

shared(
  'a call that was announced on the line shows the party that it was announced for',
  (stage) => {
    const { a, b, one, two, wait, lamps } = stage;
    const first = one.call('1002');
    wait();
    two.answer(plainCallOf(two));
    wait();
    const consultation = two.call('2000');
    wait();
    a.answer(callOf(a));
    wait();
    const announced = shownAt(stage, 1);
    two.referTo(plainCallOf(two), consultation, '2000');
    wait(1000);
    const joined = [shownAt(stage, 1), lamps(), areTalking(callOf(a), first)];
    a.hold(callOf(a));
    wait();
    const call = b.retrieve(1);
    wait(500);
    return [announced, joined, areTalking(call, first), shownAt(stage, 1), lamps()];
  },
  ['1002', ['1001', '1 active', true], true, '1001', '1 active'],
);

shared(
  'a member transfers its call to its own line: the new one has an appearance, and the old one is free once it is done',
  (stage) => {
    const { a, b, one, wait, lamps } = stage;
    a.transfer(talkTo(one, a, stage), '2000');
    wait(300);
    const rings = lamps();
    b.answer(callOf(b));
    wait(500);
    return [rings, lamps(), shownAt(stage, 2), areTalking(callOf(b), plainCallOf(one))];
  },
  ['1 active, 2 alerting', '2 active', '1001', true],
);

shared(
  'a member that announces a call to an outsider is out of both, and both appearances are free',
  (stage) => {
    const { a, one, two, wait, lamps } = stage;
    const first = talkTo(one, a, stage);
    a.hold(first);
    wait();
    a.offHook(2);
    wait();
    const second = a.dial('1002');
    wait();
    two.answer(plainCallOf(two));
    wait();
    const both = lamps();
    a.transfer(first, '1002', second);
    wait(1000);
    return [both, lamps(), a.calls.size, areTalkingPlainly(stage)];
  },
  ['1 held, 2 active', '', 0, true],
);

shared(
  'a member that announces a call to a colleague on the line: it goes on at the appearance on which the colleague has answered',
  (stage) => {
    const { a, b, one, wait, lamps } = stage;
    const first = talkTo(one, a, stage);
    a.hold(first);
    wait();
    a.offHook(2);
    wait();
    const second = a.dial('2000');
    wait();
    b.answer(callOf(b));
    wait();
    const all = lamps();
    a.transfer(first, '2000', second);
    wait(1000);
    return [all, lamps(), shownAt(stage, 3), areTalking(callOf(b), plainCallOf(one))];
  },
  ['1 held, 2 active, 3 active', '3 active', '1001', true],
);

/** The two outsiders, with each other. */
function areTalkingPlainly({ one, two }: Stage): boolean {
  const [first, second] = [plainCallOf(one), plainCallOf(two)];
  return first.remoteSession === second.session && second.remoteSession === first.session;
}
