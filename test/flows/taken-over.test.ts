/** What documents say of a call that one phone has from another: whose place it took, who began it, whom it is for. */
import assert from 'node:assert/strict';
import type { AppearancePhone } from '../../src/testkit/phones/appearance-phone.ts';
import type { SimulatedManager } from '../../src/testkit/simulated-manager.ts';
import {
  areTalking,
  callOf,
  directoryWith,
  plainCallOf,
  type Stage,
  shared,
  talkTo,
} from './shared-stage.ts';

/** A phone of RFC 7463 in that seat. */
function agentOf(
  { bench, seat, wait }: Stage,
  user: string,
  isExclusive?: boolean,
): AppearancePhone {
  const habits = isExclusive === undefined ? {} : { isExclusive };
  const agent = bench.appearance(seat(user), habits);
  agent.boot();
  wait();
  return agent;
}

/** The manager's machine dies with its phones, for good. */
function lose({ site, bench, wait }: Stage, at: number): void {
  const manager = site.managers[at] as SimulatedManager;
  manager.kill('machine');
  for (const phone of bench.phones)
    if (phone.station.server === manager.address) {
      phone.crash();
      bench.phones.splice(bench.phones.indexOf(phone), 1);
    }
  wait(3000);
}

shared(
  'a call that another phone has retrieved: its dialog replaces the one that it was, each time',
  (stage) => {
    const { a, b, c, one, wait } = stage;
    const agent = agentOf(stage, '2000d');
    const seen: unknown[] = [];
    const look = (): void => {
      const { callId = '', localTag = '', remoteTag = '', replaced = '' } = agent.view.at(1) ?? {};
      seen.push([`${callId} ${localTag} ${remoteTag}`, replaced]);
    };
    a.hold(talkTo(one, a, stage));
    wait();
    look();
    b.hold(b.retrieve(1));
    wait(500);
    look();
    b.hold(callOf(b));
    wait();
    c.retrieve(1);
    wait(500);
    look();
    const names = seen.map((each) => (each as string[])[0]);
    const replaced = seen.map((each) => (each as string[])[1]);
    return [new Set(names).size, replaced[0], replaced[1] === names[0], replaced[2] === names[1]];
  },
  [3, '', true, true],
  { directory: directoryWith({}, { '2000d': { rights: ['retrieve'] } }) },
);

for (const [how, begin] of [
  ['is held', true],
  ['rings', false],
] as const)
  shared(
    `who publishes that it takes a call that ${how} for itself alone has it so at once`,
    (stage) => {
      const { a, b, one, wait, lamps } = stage;
      const agent = agentOf(stage, '2000c', true);
      const other = agentOf(stage, '2000d');
      if (begin) a.hold(talkTo(one, a, stage));
      else one.call('2000');
      wait();
      const attempt = agent.takeOver(1);
      wait(500);
      assert(attempt?.call, 'the INVITE has not left');
      const dialog = other.view.at(1);
      const seen = [dialog?.isExclusive, dialog?.remote, b.lamps.get(1)?.uri, lamps()];
      attempt.call.change({ direction: 'sendonly', describedIn: 'INVITE', headers: '' });
      wait();
      const retrieval = b.retrieve(1);
      wait(500);
      return [seen, retrieval.status, areTalking(attempt.call, plainCallOf(one))];
    },
    [[true, '', '', '1 active'], 403, true],
  );

for (const [who, isOwn, direction] of [
  ['a member has made', true, 'initiator'],
  ['came in', false, 'recipient'],
] as const) {
  shared(
    `a call that ${who} and that is kept when its holder is lost shows who began it, also when it is retrieved`,
    (stage) => {
      const { a, b, c, two, wait } = stage;
      const agent = agentOf(stage, '2000e');
      if (isOwn) talkTo(two, a, stage);
      else {
        two.call('2000');
        wait();
        a.answer(callOf(a));
        wait();
      }
      a.hold(callOf(a));
      wait();
      const before = agent.view.at(1)?.direction;
      lose(stage, 0);
      const kept = [b.shown, agent.view.at(1)?.direction];
      const call = c.retrieve(1);
      wait(1000);
      return [before, kept, areTalking(call, plainCallOf(two)), agent.view.at(1)?.direction];
    },
    [direction, ['1 held', direction], true, direction],
    { settings: ['single', 'replicated'], timings: {} },
  );

  shared(
    `a call that ${who}, taken over by Replaces, is entered with who began it when the line's process is lost`,
    (stage) => {
      const { site, a, b, bench, two, seat, wait } = stage;
      const agent = agentOf(stage, '2000e');
      if (isOwn) talkTo(two, a, stage);
      else {
        two.call('2000');
        wait();
        a.answer(callOf(a));
        wait();
      }
      a.hold(callOf(a));
      wait();
      const phone = bench.watcher(seat('2000c'), '2000');
      phone.boot();
      wait();
      // By the name that the holder's phone has for it, which no document has told.
      const call = phone.replace(callOf(a));
      wait(500);
      const talks = areTalking(call, plainCallOf(two));
      site.managers[3]?.kill('machine');
      wait(4000);
      const seen = [b.shown, agent.view.at(1)?.direction];
      return [talks, seen];
    },
    [true, ['1 active', direction]],
    { settings: ['single'], timings: {} },
  );
}

shared(
  "the line's process is lost before the phone has acknowledged that it has such a call: the next one hears of that, and of its end",
  (stage) => {
    const { site, a, b, bench, two, seat, wait } = stage;
    two.call('2000');
    wait();
    a.answer(callOf(a));
    wait();
    a.hold(callOf(a));
    wait();
    const phone = bench.watcher(seat('2000c'), '2000');
    phone.boot();
    wait();
    const { address } = phone.station.options;
    const call = phone.replace(callOf(a));
    site.network.cut(address);
    wait();
    site.managers[3]?.kill('process');
    wait(1000);
    const before = b.shown;
    site.network.mend(address);
    wait(4000);
    const seen = [b.shown, areTalking(call, plainCallOf(two))];
    call.hangUp();
    wait(1000);
    return [before, seen, b.shown];
  },
  ['1 held', ['1 active', true], ''],
  { settings: ['single'], timings: {} },
);
