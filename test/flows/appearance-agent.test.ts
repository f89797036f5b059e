/**
 * Phones of RFC 7463 on a line that others have lamps for: they publish what they are about to do, and are told
 * by `dialog;shared` what everybody does. Beside them watchers with busy lamps (RFC 4235).
 */
import assert from 'node:assert/strict';
import type { AppearancePhone } from '../../src/testkit/phones/appearance-phone.ts';
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

function agentOf({ bench, seat, wait }: Stage, user = '2000c'): AppearancePhone {
  const agent = bench.appearance(seat(user));
  agent.boot();
  wait();
  return agent;
}

/** The agent calls an outsider on that number, and is answered. */
function talk(stage: Stage, agent: AppearancePhone, appearance: number): StationCall {
  const { one, wait } = stage;
  agent.seize(appearance);
  wait();
  const { call } = agent.dial('1001');
  assert.equal(call, undefined, 'no INVITE leaves before the 2xx to its PUBLISH');
  wait();
  one.answer(plainCallOf(one));
  wait();
  assert(agent.call);
  return agent.call;
}

shared(
  'a number is published, answered, dialled on, and free when the call is over',
  (stage) => {
    const { one, wait, lamps } = stage;
    const agent = agentOf(stage);
    const { publication } = agent.seize(2);
    wait();
    const seized = [publication.status, publication.given, lamps(), agent.shown];
    const attempt = agent.dial('1001');
    wait();
    const dials = [lamps(), agent.shown];
    one.answer(plainCallOf(one));
    wait();
    assert(attempt.call);
    const talks = [lamps(), agent.shown, areTalking(attempt.call, plainCallOf(one))];
    agent.hangUp(attempt.call);
    wait();
    return [seized, dials, talks, lamps(), agent.shown];
  },
  [
    [200, 2, '2 seized', '2 trying'],
    ['2 progressing', '2 early'],
    ['2 active', '2 confirmed', true],
    '',
    '',
  ],
);

shared(
  'who asks for any number is told which it has got, and dials on it',
  (stage) => {
    const { a, wait, lamps } = stage;
    const agent = agentOf(stage);
    a.offHook(1);
    wait();
    const { publication } = agent.lift();
    wait();
    const given = [publication.status, publication.given, lamps()];
    agent.dial('1001');
    wait();
    return [given, lamps(), agent.call?.phase];
  },
  [[200, 2, '1 seized, 2 seized'], '1 seized, 2 progressing', 'ringing'],
);

shared(
  'of a phone with lamps and one that publishes, which seize one number in the same moment, one has it',
  (stage) => {
    const { a, wait, lamps } = stage;
    const agent = agentOf(stage);
    const seizure = a.offHook(1);
    const { publication } = agent.seize(1);
    wait();
    const isTheirs = seizure.state === 'seized';
    const isOurs = publication.state === 'granted';
    const refusal = isTheirs ? publication.status : seizure.status;
    return [isTheirs !== isOurs, refusal === (isTheirs ? 400 : 480), lamps()];
  },
  [true, true, '1 seized'],
);

shared(
  'who was refused a number takes one that is free, as its NOTIFY and the answer say',
  (stage) => {
    const { a, wait, lamps } = stage;
    const agent = agentOf(stage);
    a.offHook(1);
    wait();
    const refused = agent.seize(1);
    wait();
    const taken = agent.seize();
    wait();
    const seized = lamps();
    agent.release();
    return [refused.publication.status, taken.appearance, taken.publication.status, seized];
  },
  [400, 2, 200, '1 seized, 2 seized'],
);

shared(
  'a number that nobody dials on and nobody refreshes is free after two minutes',
  (stage) => {
    const { wait, lamps } = stage;
    const agent = agentOf(stage);
    const { publication } = agent.seize(1);
    wait(119_000);
    const before = lamps();
    wait(2000);
    publication.say({ state: 'trying', appearance: 1 });
    wait();
    return [before, lamps(), publication.status];
  },
  ['1 seized', '', 412],
);

shared(
  'a phone that goes on-hook, and one that is switched off, give back what they have published',
  (stage) => {
    const { bench, wait, lamps } = stage;
    const agent = agentOf(stage);
    agent.seize(1);
    wait();
    agent.release();
    wait();
    const released = lamps();
    agent.seize(1);
    wait();
    const again = lamps();
    agent.leave();
    // It shows nothing any more.
    bench.phones.splice(bench.phones.indexOf(agent), 1);
    wait();
    return [released, again, lamps()];
  },
  ['', '1 seized', ''],
);

shared(
  'a phone that crashes with a number published, and boots again, has given it up',
  (stage) => {
    const { wait, lamps } = stage;
    const agent = agentOf(stage);
    agent.seize(1);
    wait();
    agent.crash();
    wait(1000);
    const before = lamps();
    agent.boot();
    wait(1000);
    return [before, lamps(), agent.shown];
  },
  ['1 seized', '', ''],
);

shared(
  'a line that is full refuses what is published, whichever number is wanted',
  (stage) => {
    const { a, one, wait, lamps } = stage;
    const agent = agentOf(stage);
    talkTo(one, a, stage);
    const attempts = [agent.seize(1), agent.seize(2), agent.lift()];
    wait();
    return [attempts.map(({ publication: { status } }) => status), lamps()];
  },
  [[400, 400, 400], '1 active'],
  { directory: directoryWith({ appearances: 1 }) },
);

shared(
  'a member that may not call from the line seizes nothing',
  (stage) => {
    const agent = agentOf(stage, '2000c');
    const { publication } = agent.seize(1);
    stage.wait();
    return [publication.status, stage.lamps()];
  },
  [403, ''],
  { directory: directoryWith({}, { '2000c': { rights: ['answer'] } }) },
);

shared(
  'what it holds a phone with lamps retrieves; it takes the place of who holds, and the number stays',
  (stage) => {
    const { b, one, wait, lamps } = stage;
    const agent = agentOf(stage);
    agent.hold(talk(stage, agent, 2), true);
    wait();
    const held = [lamps(), agent.shown];
    const call = b.retrieve(2);
    wait(500);
    const there = [lamps(), agent.shown, agent.calls.size, areTalking(call, plainCallOf(one))];
    b.hold(call);
    wait();
    const attempt = agent.takeOver(2);
    wait(500);
    assert(attempt?.call, 'the INVITE has not left');
    const back = [attempt.publication.status, areTalking(attempt.call, plainCallOf(one))];
    return [held, there, back, lamps(), agent.shown, b.calls.size];
  },
  [
    ['2 held', '2 held'],
    ['2 active', '2 confirmed', 0, true],
    [200, true],
    '2 active',
    '2 confirmed',
    0,
  ],
);

shared(
  'a call that it publishes as its own alone: nobody is shown with whom, and nobody retrieves it',
  (stage) => {
    const { b, bench, seat, wait, lamps } = stage;
    const agent = bench.appearance(seat('2000c'), { isExclusive: true });
    const other = agentOf(stage, '2000a');
    agent.boot();
    wait();
    const call = talk(stage, agent, 1);
    const seen = [other.view.at(1)?.isExclusive, other.view.at(1)?.remote, b.lamps.get(1)?.uri];
    const known = /sip:1001@/.test(agent.view.at(1)?.remote ?? '');
    agent.hold(call, true);
    wait();
    const held = lamps();
    const attempt = b.retrieve(1);
    const takeOver = other.takeOver(1);
    wait(500);
    return [seen, known, held, attempt.status, takeOver, call.phase];
  },
  [[true, '', ''], true, '1 held-private', 403, undefined, 'talking'],
);

shared(
  'a call that comes in says on which number it rings, is answered, and held by document',
  (stage) => {
    const { a, one, wait, lamps } = stage;
    const agent = agentOf(stage);
    a.offHook(1);
    wait();
    one.call('2000');
    wait();
    const { call } = agent;
    assert(call);
    const rings = [call.index, agent.shown];
    agent.answer(call);
    wait();
    agent.hold(call, true);
    wait();
    return [rings, lamps(), agent.shown];
  },
  [[2, '1 trying, 2 early'], '1 seized, 2 held', '1 trying, 2 held'],
);

shared(
  'the manager dies that has the line: what is published stays, and is dialled on',
  (stage) => {
    const { site, one, wait } = stage;
    const agent = agentOf(stage, '2000b');
    const { publication } = agent.seize(2);
    wait();
    site.managers.at(-1)?.kill('machine');
    wait(4000);
    const kept = agent.shown;
    const attempt = agent.dial('1001');
    wait(500);
    one.answer(plainCallOf(one));
    wait(500);
    return [kept, publication.status, agent.shown, attempt.call?.phase];
  },
  ['2 trying', 200, '2 confirmed', 'talking'],
  { settings: ['single'], timings: {} },
);

shared(
  'who watches the line without being its member sees lamps, no appearances, and no name to take a call by',
  (stage) => {
    const { a, bench, one, two, wait } = stage;
    const watcher = bench.watcher({ user: '1002', line: '1002' }, '2000');
    watcher.boot();
    wait();
    const call = talkTo(one, a, stage);
    const talks = watcher.shown;
    a.hold(call);
    two.call('2000');
    wait();
    const taken = watcher.pickUp(['early', 'confirmed']);
    return [talks, watcher.shown, taken, callOf(a).phase];
  },
  ['confirmed', 'held, early', undefined, 'ringing'],
  { directory: directoryWith({ watchers: ['1002'] }) },
);

/** The agent has a call of its own, and one that has come in; another phone of that make looks on. */
function mixed(stage: Stage): readonly [agent: AppearancePhone, calls: readonly StationCall[]] {
  const { two, wait } = stage;
  const agent = agentOf(stage);
  const first = talk(stage, agent, 1);
  two.call('2000');
  wait();
  const second = agent.call;
  assert(second && second !== first);
  agent.answer(second);
  wait();
  agent.mix(second, first);
  wait();
  return [agent, [first, second]];
}

/** What is said of the second call, and the name of the first. */
function joinedAt({ view }: AppearancePhone): string {
  const { callId = '', localTag = '', remoteTag = '' } = view.at(1) ?? {};
  return `${callId} ${localTag} ${remoteTag}` === view.at(2)?.joined ? 'joined' : 'not joined';
}

shared(
  'a phone that mixes two of its calls says so, and others are shown which it has joined, until it says otherwise',
  (stage) => {
    const { wait } = stage;
    const other = agentOf(stage, '2000a');
    const [agent, [first, second]] = mixed(stage);
    assert(first && second);
    const seen = [joinedAt(other), joinedAt(agent)];
    agent.hold(first, true);
    wait();
    const held = [joinedAt(other), other.shown];
    agent.mix(second, undefined);
    wait();
    return [seen, held, joinedAt(other), other.view.at(2)?.joined];
  },
  [['joined', 'joined'], ['joined', '1 held, 2 confirmed'], 'not joined', ''],
);

shared(
  "so the line's next process shows it",
  (stage) => {
    const { site, wait } = stage;
    const other = agentOf(stage, '2000a');
    mixed(stage);
    site.managers[3]?.kill('machine');
    wait(4000);
    return [joinedAt(other), other.shown];
  },
  ['joined', '1 confirmed, 2 confirmed'],
  { settings: ['single'], timings: {} },
);

shared(
  'nobody is joined to a call that it has not: neither by what it publishes, nor by INVITE with Join',
  (stage) => {
    const { a, one, wait } = stage;
    const agent = agentOf(stage);
    talkTo(one, a, stage);
    const asked = agent.join(1);
    wait();
    const bold = agent.barge(1);
    wait();
    return [asked?.publication.status, asked?.call, bold?.status, agent.shown];
  },
  [400, undefined, 488, '1 confirmed'],
);
