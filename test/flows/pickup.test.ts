/**
 * Pickup of what rings, retrieval without lamps, and what may not be had: by a lamp, by the name of a dialog, by
 * a feature code. Each flow is played on one manager, and by phones of three, in both modes of the line.
 */
import assert from 'node:assert/strict';
import type { Phone } from '../../src/testkit/phone.ts';
import type { StationCall } from '../../src/testkit/phones/station-call.ts';
import {
  areTalking,
  callOf,
  directoryWith,
  plainCallOf,
  type Stage,
  shared,
  talkTo,
} from './shared-stage.ts';

/** One more phone, which knows nothing of sharing; its own calls ring. */
function unaware({ site, seat, wait }: Stage, user: string): Phone {
  const server = site.managers[seat(user).manager ?? 0]?.address;
  assert(server);
  const phone = site.addPhone(user, '2000', [server]);
  phone.onInvited = (call) => phone.ring(call);
  phone.register(3600);
  wait();
  return phone;
}

/** Who of these hears whom, and the phones of the line that have a call. */
function calls({ a, b, c }: Stage): readonly number[] {
  return [a, b, c].map((phone) => phone.calls.size);
}

function statusOf(call: StationCall): number | string {
  return call.phase === 'talking' ? 'talks' : call.status;
}

shared(
  'a lamp that blinks is pressed: the call is picked up, and nobody else rings any more',
  (stage) => {
    const { b, one, wait, lamps } = stage;
    one.call('2000');
    wait();
    const call = b.retrieve(1);
    wait(300);
    return [areTalking(call, plainCallOf(one)), calls(stage), lamps()];
  },
  [true, [0, 1, 0], '1 active'],
);

shared(
  'two press it in the same moment, and a third answers: one has the call',
  (stage) => {
    const { a, b, c, one, wait, lamps } = stage;
    one.call('2000');
    wait();
    const pressed = [b.retrieve(1), c.retrieve(1)];
    a.answer(callOf(a));
    wait(500);
    const all = [...pressed, ...a.calls];
    const talks = all.filter((call) => areTalking(call, plainCallOf(one)));
    return [talks.length, calls(stage).reduce((sum, count) => sum + count), lamps()];
  },
  [1, 1, '1 active'],
);

shared(
  'a member whom the line does not ring picks up, and hangs up: the caller is hung up too',
  ({ b, bench, one, seat, wait, lamps }) => {
    const watcher = bench.watcher(seat('2000e'), '2000');
    watcher.boot();
    wait();
    one.call('2000');
    wait();
    const call = watcher.pickUp(['early']);
    assert(call);
    wait(300);
    const talks = [areTalking(call, plainCallOf(one)), b.calls.size, lamps()];
    call.hangUp();
    wait(300);
    return [talks, one.calls.size, lamps()];
  },
  [[true, 0, '1 active'], 0, ''],
  { directory: directoryWith({}, { '2000e': { rights: ['answer'], ringAfterMs: 7000 } }) },
);

shared(
  'a call that was made without an offer is picked up too',
  ({ b, one, wait, lamps }) => {
    one.callWithoutOffer('2000');
    wait();
    const call = b.retrieve(1);
    wait(300);
    return [areTalking(call, plainCallOf(one)), lamps()];
  },
  [true, '1 active'],
);

shared(
  'who picks up and gives up before it is answered leaves the others ringing',
  ({ a, b, one, wait, lamps }) => {
    one.call('2000');
    wait();
    const given = b.retrieve(1);
    wait(2);
    given.hangUp();
    wait(300);
    const rings = lamps();
    a.answer(callOf(a));
    wait(300);
    return [rings, areTalking(callOf(a), plainCallOf(one)), lamps()];
  },
  ['1 alerting', true, '1 active'],
);

shared(
  'who may not answer may not pick up',
  ({ c, one, wait, lamps }) => {
    one.call('2000');
    wait();
    const call = c.retrieve(1);
    wait(300);
    return [statusOf(call), lamps()];
  },
  [403, '1 alerting'],
  { directory: directoryWith({}, { '2000c': { rights: ['retrieve'] } }) },
);

shared(
  'a call that somebody has and does not hold is not to be had by a lamp',
  (stage) => {
    const { a, b, one, wait, lamps } = stage;
    const call = talkTo(one, a, stage);
    const attempt = b.retrieve(1);
    wait(300);
    return [statusOf(attempt), areTalking(call, plainCallOf(one)), lamps()];
  },
  [486, true, '1 active'],
);

shared(
  'Replaces with the name of a dialog: what talks is refused, what is held is had, but not what is held privately',
  (stage) => {
    const { a, b, bench, one, seat, wait, lamps } = stage;
    const watcher = bench.watcher(seat('2000c'), '2000');
    watcher.boot();
    const call = talkTo(one, a, stage);
    const attempt = (): StationCall => {
      const tried = watcher.replace(call);
      wait(300);
      return tried;
    };
    const talking = attempt();
    a.hold(call, 'private');
    wait();
    const privately = attempt();
    a.resume(call);
    wait();
    a.hold(call);
    wait();
    const held = attempt();
    return [
      [talking, privately].map(statusOf),
      areTalking(held, plainCallOf(one)),
      [a.calls.size, b.calls.size],
      lamps(),
    ];
  },
  [[486, 403], true, [0, 0], '1 active'],
);

shared(
  'Replaces: who may not retrieve does not get what another holds, and nobody gets what is private',
  (stage) => {
    const { a, b, bench, one, two, seat, wait } = stage;
    const watcher = bench.watcher(seat('2000c'), '2000');
    watcher.boot();
    const calls = [talkTo(one, a, stage)];
    b.offHook(2);
    wait();
    calls.push(b.dial('1002'));
    wait();
    two.answer(plainCallOf(two));
    wait();
    for (const [phone, call] of [
      [a, calls[0]],
      [b, calls[1]],
    ] as const)
      if (call !== undefined) phone.hold(call);
    wait();
    const own = seat('2000b');
    const other = bench.watcher(own, '2000');
    other.boot();
    wait();
    const attempts = calls.flatMap((call) => [watcher.replace(call), other.replace(call)]);
    wait(300);
    return attempts.map(statusOf);
  },
  // What b holds b's other phone may have.
  [403, 403, 403, 'talks'],
  {
    directory: directoryWith(
      {},
      {
        '2000a': { isPrivate: true },
        '2000b': { isPrivate: true },
        '2000c': { rights: ['answer'] },
      },
    ),
  },
);

shared(
  "a member's own call is taken over from its other phone, held or not",
  (stage) => {
    const { a, bench, one, seat, wait, lamps } = stage;
    const other = bench.watcher(seat('2000a'), '2000');
    other.boot();
    const call = talkTo(one, a, stage);
    const taken = other.replace(call);
    wait(300);
    return [areTalking(taken, plainCallOf(one)), a.calls.size, lamps()];
  },
  [true, 0, '1 active'],
);

shared(
  'early-only means what rings: a call that was answered meanwhile is refused',
  ({ a, b, bench, one, seat, wait, lamps }) => {
    const watcher = bench.watcher(seat('2000c'), '2000');
    watcher.onInvited = () => {};
    watcher.boot();
    wait();
    one.call('2000');
    wait();
    a.answer(callOf(a));
    const late = watcher.pickUp(['early'], 'early-only');
    assert(late);
    wait(300);
    a.hold(callOf(a));
    wait();
    const held = watcher.pickUp(['confirmed'], 'early-only');
    assert(held);
    wait(300);
    // Who was late is refused, or hung up if the news of the answer crossed its wish.
    return [late.phase, statusOf(held), a.calls.size, b.calls.size, lamps()];
  },
  ['over', 486, 1, 0, '1 held'],
);

shared(
  'a phone without lamps picks up by a feature code, whether it rings or not',
  (stage) => {
    const { one, two, wait, lamps } = stage;
    const phone = unaware(stage, '2000c');
    const seen = [];
    for (const far of [one, two]) {
      far.call('2000');
      wait();
    }
    const first = phone.call('*8');
    wait(300);
    seen.push(first.phase, lamps());
    const second = phone.call('*82000*2');
    wait(300);
    seen.push(second.phase, lamps());
    const hears = [one, two].map((far) => plainCallOf(far).remoteSession);
    return [seen, hears[0] === first.session, hears[1] === second.session];
  },
  [['talking', '1 active, 2 alerting', 'talking', '1 active, 2 active'], true, true],
);

shared(
  'two phones without lamps dial for what rings in the same moment: each has a call',
  (stage) => {
    const { one, two, wait, lamps } = stage;
    const phones = [unaware(stage, '2000c'), unaware(stage, '2000b')];
    for (const far of [one, two]) {
      far.call('2000');
      wait();
    }
    const picked = phones.map((phone) => phone.call('*8'));
    wait(500);
    const heard = new Set([one, two].map((far) => plainCallOf(far).remoteSession));
    return [picked.map(({ phase, session }) => `${phase} ${heard.has(session)}`), lamps()];
  },
  [['talking true', 'talking true'], '1 active, 2 active'],
);

shared(
  'a phone without lamps dials for what rings, and is late: it is hung up',
  (stage) => {
    const { a, one, wait, lamps } = stage;
    const phone = unaware(stage, '2000c');
    one.call('2000');
    wait();
    const late = phone.call('*8');
    a.answer(callOf(a));
    wait(500);
    const talks = [late, ...a.calls].filter(
      (call) => call.remoteSession === plainCallOf(one).session,
    );
    return [talks.length, a.calls.size + phone.calls.size, lamps()];
  },
  [1, 1, '1 active'],
);

shared(
  'a phone without lamps retrieves by a feature code: what was held first, or at an appearance',
  (stage) => {
    const { a, b, one, two, wait, lamps } = stage;
    const phone = unaware(stage, '2000c');
    a.hold(talkTo(one, a, stage));
    wait();
    b.offHook(2);
    wait();
    const call = b.dial('1002');
    wait();
    two.answer(plainCallOf(two));
    wait();
    b.hold(call);
    wait();
    const first = phone.call('*11');
    wait(500);
    const seen = [first.remoteSession === plainCallOf(one).session, lamps()];
    phone.hold(first, true);
    wait();
    const second = phone.call('*112');
    wait(500);
    return [...seen, second.remoteSession === plainCallOf(two).session, lamps()];
  },
  [true, '1 active, 2 held', true, '1 held, 2 active'],
);

shared(
  'a feature code in vain: nothing waits, another has it, it is private, no such line, not a number',
  (stage) => {
    const { a, one, wait, lamps } = stage;
    const phone = unaware(stage, '2000c');
    const dial = (code: string): number => {
      const call = phone.call(code);
      wait(300);
      return call.status;
    };
    const seen = [dial('*11'), dial('*8'), dial('*111')];
    const call = talkTo(one, a, stage);
    seen.push(dial('*111'), dial('*81'));
    a.hold(call, 'private');
    wait();
    seen.push(dial('*11'), dial('*112100'), dial('*119999*1'), dial('*11x'));
    return [seen, lamps(), phone.calls.size];
  },
  [[480, 480, 480, 486, 486, 403, 403, 404, 404], '1 held-private', 0],
);

shared(
  'a phone that goes off-hook to dial a feature code gives back what it has seized',
  (stage) => {
    const { a, b, one, wait, lamps } = stage;
    a.hold(talkTo(one, a, stage));
    wait();
    b.offHook(2);
    wait();
    const call = b.dial('*11');
    wait(500);
    return [areTalking(call, plainCallOf(one)), lamps()];
  },
  [true, '1 active'],
);

for (const how of ['answers', 'presses the lamp'])
  shared(
    `somebody ${how}: on the wire each phone is told to stop before it is told that the line is active`,
    (stage) => {
      const { site, a, b, c, one, wait } = stage;
      one.call('2000');
      wait();
      const told = new Map<number, string[]>();
      site.network.tap = (_, to, text) => {
        const [line = ''] = text.split('\r\n');
        const isActive =
          line.startsWith('NOTIFY') && /appearance-state=active|<state>confirmed/.test(text);
        const isMissed = line.startsWith('CANCEL') && !text.includes('Call completed elsewhere');
        const said = told.get(to.port) ?? [];
        if (line.startsWith('CANCEL')) said.push(isMissed ? 'missed' : 'stop');
        else if (isActive) said.push('active');
        told.set(to.port, said);
      };
      if (how === 'answers') a.answer(callOf(a));
      else a.retrieve(1);
      wait(500);
      return [a, b, c].map(({ station }) => told.get(station.options.address.port)?.join(' '));
    },
    [how === 'answers' ? 'active' : 'stop active', 'stop active', 'stop active'],
  );
