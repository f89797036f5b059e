/** Shared lines as phones with lamps live them: BroadSoft's shared appearances, RFC 7463 and RFC 4235 on one line. */
import assert from 'node:assert/strict';
import {
  LATE_ANSWERER,
  POLYCOM,
  YEALINK,
  YEALINK_SILENT,
} from '../../src/testkit/phones/sca-habits.ts';
import { areTalking, callOf, directoryWith, plainCallOf, shared, talkTo } from './shared-stage.ts';

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}

shared(
  'a phone seizes an appearance and dials on it: lamps everywhere say so, until it hangs up',
  ({ a, one, wait, lamps }) => {
    const seen: unknown[] = [];
    const seizure = a.offHook();
    wait();
    seen.push(seizure.state, lamps());
    const call = a.dial('1001');
    wait();
    seen.push(seizure.state, lamps());
    one.answer(plainCallOf(one));
    wait();
    seen.push(lamps(), areTalking(call, plainCallOf(one)));
    a.onHook(call);
    wait();
    return [...seen, lamps()];
  },
  ['seized', '1 seized', 'over', '1 progressing', '1 active', true, ''],
);

shared(
  'an INVITE without Call-Info is on the appearance that its phone has seized',
  ({ a, b, wait, lamps }) => {
    a.offHook(2);
    b.offHook(1);
    wait();
    a.dial('1001');
    wait();
    return lamps();
  },
  '1 seized, 2 progressing',
  { habits: { '2000a': YEALINK_SILENT } },
);

shared(
  'two seize one appearance in the same moment: one has it, the other is told to try again',
  ({ a, b, wait, lamps }) => {
    const seizures = [a.offHook(1), b.offHook(1)];
    wait();
    const outcomes = seizures.map(({ state, status, retryAfterS }) =>
      [state, status, retryAfterS].join(' '),
    );
    return [outcomes.toSorted(byText), lamps()];
  },
  [['refused 480 1', 'seized 0 0'], '1 seized'],
);

shared(
  'a seizure that nobody dials on runs out, unless its phone renews it',
  ({ a, b, wait, lamps }) => {
    a.offHook(1);
    b.offHook(2);
    wait(20_000);
    return [a.seizure?.state, b.seizure?.state, lamps()];
  },
  ['seized', 'over', '1 seized'],
  { habits: { '2000a': POLYCOM, '2000b': YEALINK } },
);

shared(
  'a phone that goes on-hook gives back what it has seized',
  ({ a, b, wait, lamps }) => {
    a.offHook(1);
    wait();
    a.onHook();
    wait();
    const free = lamps();
    b.offHook(1);
    wait();
    return [free, b.seizure?.state];
  },
  ['', 'seized'],
);

shared(
  'a call that comes in rings with its index, is answered, and stays lit where it was cancelled',
  ({ a, b, c, one, wait, lamps }) => {
    one.call('2000');
    wait();
    const rings = [lamps(), ...[a, b, c].map((phone) => phone.call?.index)];
    b.answer(callOf(b));
    wait();
    return [rings, lamps(), a.calls.size, b.calls.size, c.calls.size];
  },
  [['1 alerting', 1, 1, 1], '1 active', 0, 1, 0],
  { habits: { '2000a': POLYCOM, '2000c': POLYCOM } },
);

shared(
  'an answer that crosses the CANCEL is hung up, and changes nothing',
  ({ a, c, one, wait, lamps }) => {
    one.call('2000');
    wait();
    a.answer(callOf(a));
    wait(1000);
    return [lamps(), areTalking(callOf(a), plainCallOf(one)), c.calls.size];
  },
  ['1 active', true, 0],
  { habits: { '2000c': LATE_ANSWERER } },
);

for (const [name, habits] of [
  ['in the INVITE', {}],
  ['in the ACK', { '2000a': POLYCOM }],
] as const)
  shared(
    `a call that is held publicly (described ${name}) is retrieved from a phone at another manager`,
    (stage) => {
      const { a, b, one, wait, lamps } = stage;
      a.hold(talkTo(one, a, stage));
      wait();
      const held = lamps();
      const call = b.retrieve(1);
      wait(500);
      return [held, lamps(), areTalking(call, plainCallOf(one)), a.calls.size];
    },
    ['1 held', '1 active', true, 0],
    { habits },
  );

shared(
  'two retrieve a call in the same moment: one has it, the other is refused',
  (stage) => {
    const { a, b, c, one, wait, lamps } = stage;
    a.hold(talkTo(one, a, stage));
    wait();
    const calls = [b.retrieve(1), c.retrieve(1)];
    wait(500);
    const phases = calls.map(({ phase }) => phase).toSorted(byText);
    const talks = calls.filter((call) => areTalking(call, plainCallOf(one))).length;
    return [phases, talks, a.calls.size, lamps()];
  },
  [['over', 'talking'], 1, 0, '1 active'],
);

shared(
  'a call that is held privately stays with its phone',
  (stage) => {
    const { a, b, one, wait, lamps } = stage;
    const call = talkTo(one, a, stage);
    a.hold(call, 'private');
    wait();
    const held = lamps();
    const attempt = b.retrieve(1);
    wait(500);
    a.resume(call);
    wait();
    return [held, attempt.status, lamps(), areTalking(call, plainCallOf(one))];
  },
  ['1 held-private', 403, '1 active', true],
);

shared(
  "a retrieval that crosses the far end's BYE: nothing is left of the call",
  (stage) => {
    const { a, b, one, wait, lamps } = stage;
    a.hold(talkTo(one, a, stage));
    wait();
    b.retrieve(1);
    one.hangUp(plainCallOf(one));
    wait(1000);
    return [lamps(), a.calls.size, b.calls.size];
  },
  ['', 0, 0],
);

shared(
  'a member gives its call away: the appearance is free once it is out of it',
  (stage) => {
    const { a, one, two, wait, lamps } = stage;
    a.transfer(talkTo(one, a, stage), '1002');
    wait();
    two.answer(plainCallOf(two));
    wait(1000);
    return [lamps(), a.calls.size, plainCallOf(one).remoteSession === plainCallOf(two).session];
  },
  ['', 0, true],
);

shared(
  'a call that is transferred to the line keeps the appearance on which it was announced',
  ({ a, one, two, wait, lamps }) => {
    const first = one.call('1002');
    wait();
    two.answer(plainCallOf(two));
    wait();
    const consultation = two.call('2000');
    wait();
    a.answer(callOf(a));
    wait();
    const [held] = two.calls;
    assert(held);
    two.referTo(held, consultation, '2000');
    wait(1000);
    return [lamps(), areTalking(callOf(a), first), two.calls.size];
  },
  ['1 active', true, 0],
);

shared(
  'who joins late is shown the line as it is',
  (stage) => {
    const { a, bench, one, seat, wait } = stage;
    a.hold(talkTo(one, a, stage));
    stage.b.offHook(2);
    wait();
    const late = bench.sca(seat('2000c'));
    late.boot();
    wait();
    const uri = late.lamps.get(1)?.uri ?? '';
    return [late.shown, /sip:1001@/.test(uri)];
  },
  ['1 held, 2 seized', true],
);

shared(
  'a phone that crashes and boots again has given up what it had',
  (stage) => {
    const { a, b, one, wait, lamps } = stage;
    a.hold(talkTo(one, a, stage));
    b.offHook(2);
    wait();
    for (const phone of [a, b]) phone.crash();
    wait(1000);
    for (const phone of [a, b]) phone.boot();
    wait(1000);
    return [lamps(), one.calls.size];
  },
  ['', 0],
);

shared(
  'members without rights neither seize, nor retrieve, nor ring; but they see',
  (stage) => {
    const { a, b, c, one, two, wait, lamps } = stage;
    const seizure = b.offHook(1);
    wait();
    a.hold(talkTo(one, a, stage));
    wait();
    const retrieval = b.retrieve(1);
    wait(500);
    two.call('2000');
    wait();
    return [seizure.state, seizure.status, retrieval.status, c.calls.size, lamps()];
  },
  ['refused', 403, 403, 0, '1 held, 2 alerting'],
  {
    directory: directoryWith({}, { '2000b': { rights: ['answer'] }, '2000c': { rights: [] } }),
  },
);

shared(
  'whom a private member speaks to nobody else is shown, and what it holds nobody retrieves',
  (stage) => {
    const { a, b, one, wait, lamps } = stage;
    const call = talkTo(one, a, stage);
    const uri = b.lamps.get(1)?.uri;
    a.hold(call);
    wait();
    const attempt = b.retrieve(1);
    wait(500);
    return [uri, /^1 held/.test(lamps()), attempt.status];
  },
  ['', true, 403],
  { directory: directoryWith({}, { '2000a': { isPrivate: true } }) },
);

shared(
  'a member that dials its own line has one appearance, and those who ring another',
  ({ a, b, wait, lamps }) => {
    a.offHook(1);
    wait();
    const call = a.dial('2000');
    wait();
    const rings = [lamps(), b.call?.index];
    b.answer(callOf(b));
    wait();
    return [rings, lamps(), call.remoteSession === callOf(b).session];
  },
  [['1 progressing, 2 alerting', 2], '1 active, 2 active', true],
);

shared(
  'a line that is full: callers hear busy, and nothing can be seized',
  (stage) => {
    const { a, b, one, two, wait, lamps } = stage;
    talkTo(one, a, stage);
    const call = two.call('2000');
    const seizure = b.offHook(1);
    wait();
    return [call.status, seizure.state, seizure.status, lamps()];
  },
  [486, 'refused', 480, '1 active'],
  { directory: directoryWith({ appearances: 1 }) },
);

shared(
  'a line that is full and may ring all the same: without a lamp',
  (stage) => {
    const { a, b, one, two, wait, lamps } = stage;
    talkTo(one, a, stage);
    two.call('2000');
    wait();
    return [callOf(b).phase, callOf(b).index, lamps()];
  },
  ['ringing', undefined, '1 active'],
  { directory: directoryWith({ appearances: 1, whenFull: 'ring' }) },
);

shared(
  'a phone that knows nothing of sharing: its calls have lamps, and what it holds is retrieved',
  ({ site, b, one, seat, wait, lamps }) => {
    const { manager = 0 } = seat('2000a');
    const server = site.managers[manager]?.address;
    assert(server);
    const unaware = site.addPhone('2000a', '2000', [server]);
    unaware.register(3600);
    wait();
    const own = unaware.call('1001');
    wait();
    const dials = lamps();
    one.answer(plainCallOf(one));
    wait();
    const talks = lamps();
    unaware.hold(own, true);
    wait();
    const held = lamps();
    const call = b.retrieve(1);
    wait(500);
    return [dials, talks, held, lamps(), areTalking(call, plainCallOf(one)), own.phase];
  },
  ['1 progressing', '1 active', '1 held', '1 active', true, 'over'],
);

shared(
  'phones of RFC 7463 and of BroadSoft see each other, and whoever watches the line sees both',
  (stage) => {
    const { a, bench, one, seat, wait, lamps } = stage;
    const agent = bench.appearance(seat('2000c'));
    const watcher = bench.watcher(seat('2000b'), '2000');
    for (const phone of [agent, watcher]) phone.boot();
    wait();
    agent.seize(1);
    wait();
    const seized = [lamps(), agent.shown, watcher.shown];
    const refused = a.offHook(1);
    wait();
    const call = agent.dial('1001');
    wait();
    one.answer(plainCallOf(one));
    wait();
    assert(call.call);
    const talks = [lamps(), agent.shown, watcher.shown, areTalking(call.call, plainCallOf(one))];
    agent.hold(call.call, true);
    wait();
    return [seized, refused.state, talks, lamps(), agent.shown];
  },
  [
    ['1 seized', '1 trying', 'trying'],
    'refused',
    ['1 active', '1 confirmed', 'confirmed', true],
    '1 held',
    '1 held',
  ],
);

shared(
  "another phone's number is refused to who publishes it, and no call leaves; one without a number may",
  ({ a, bench, seat, wait, lamps }) => {
    const agent = bench.appearance(seat('2000c'));
    agent.boot();
    a.offHook(1);
    wait();
    const { publication } = agent.seize(1);
    wait();
    const attempt = agent.dial('1001');
    const consultation = agent.consult('1002');
    wait();
    return [publication.status, attempt.call, consultation.call?.phase, lamps()];
  },
  [400, undefined, 'ringing', '1 seized'],
);

shared(
  'a member that watches the line picks up what rings elsewhere',
  ({ a, bench, one, seat, wait, lamps }) => {
    const watcher = bench.watcher(seat('2000c'), '2000');
    watcher.onInvited = () => {};
    watcher.boot();
    wait();
    one.call('2000');
    wait();
    const call = watcher.pickUp(['early']);
    assert(call, 'the document has no names to pick up by');
    wait(500);
    return [areTalking(call, plainCallOf(one)), a.calls.size, lamps()];
  },
  [true, 0, '1 active'],
);

shared(
  'a phone whose CANCEL says nothing of the appearance gives its call up: the lamp goes off everywhere',
  ({ b, one, wait, lamps }) => {
    b.offHook(2);
    wait();
    b.dial('1001');
    wait();
    const rings = lamps();
    b.onHook();
    wait();
    return [rings, lamps(), one.calls.size];
  },
  ['2 progressing', '', 0],
  { habits: { '2000b': POLYCOM } },
);

shared(
  'what a member talks about nobody joins: its lamp pressed is refused, and the call goes on',
  (stage) => {
    const { a, b, c, one, wait, lamps } = stage;
    const call = talkTo(one, a, stage);
    const attempts = [b.retrieve(1), c.retrieve(1)];
    wait(500);
    return [attempts.map(({ status }) => status), areTalking(call, plainCallOf(one)), lamps()];
  },
  [[486, 486], true, '1 active'],
);
