/** The links of one manager: who is a member, whose word counts, and what is told to whom. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Links } from '../../src/cluster/links.ts';
import { formatHead, formatMessage, formatPacket, type Message } from '../../src/cluster/packet.ts';
import { type Home, makePid, type Pid } from '../../src/process/pid.ts';

const ME = 'a.1';
const MINE = makePid(ME, 'd', 1);
const pidAt = (home: Home): Pid => makePid(home, 'd', 1);

/** One manager's links, and what they said and did. */
function bench(): { links: Links; log: string[]; members: (...members: Home[]) => void } {
  const log: string[] = [];
  let revision = 0;
  const links = new Links({
    home: ME,
    cluster: 'test',
    nowMs: 0,
    send: (to) => log.push(`sent to ${to}`),
    received: (from, _to, body) => log.push(`${from}: ${JSON.stringify(body)}`),
    died: (gone) => log.push(`${gone} died`),
    undelivered: (_from, to) => log.push(`undelivered to ${to}`),
    heard: (home, nowMs) => log.push(`heard ${home} at ${nowMs}`),
  });
  const members = (...others: Home[]): void => {
    revision += 10;
    links.setView({ revision, members: [ME, ...others] });
  };
  return { links, log, members };
}

/** Packet `number` of `from`, which has seen `rv`. */
function packetOf(from: Home, number: number, rv: number, ...words: string[]): string {
  const messages = words.map((say): Message => [MINE, pidAt(from), { say }]);
  const said = messages.map(formatMessage).join(',');
  return formatPacket(formatHead('test', from, ME), number, 0, rv, 0, said);
}

const arrive = (links: Links, text: string, from = 'b'): void => links.receive({ from, text });

test('what is said to a manager that is no member is undelivered, not before the end of the turn', () => {
  const { links, log, members } = bench();
  members('b.1');
  links.tell(MINE, pidAt('c.1'), { say: 'one' });
  links.tell(MINE, pidAt('b.0'), { say: 'one' });
  links.tell(MINE, pidAt('c.1'), undefined);
  log.push(`due at ${links.nextDueMs()}`);
  links.flush();
  links.tell(MINE, pidAt(ME), { say: 'two' });
  log.push('next turn');
  links.advance(5);
  log.push(`due at ${links.nextDueMs()}`);
  assert.deepEqual(log, [
    'due at 0',
    'undelivered to c.1.d1',
    'undelivered to b.0.d1',
    'next turn',
    'undelivered to a.1.d1',
    'due at Infinity',
  ]);
});

test('all that is said to a manager within a turn is one packet', () => {
  const { links, log, members } = bench();
  members('b.1', 'c.1');
  links.tell(MINE, pidAt('b.1'), { say: 'one' });
  links.tell(MINE, pidAt('c.1'), { say: 'two' });
  links.tell(MINE, pidAt('b.1'), { say: 'three' });
  links.announce(MINE);
  log.push(`due at ${links.nextDueMs()}`);
  links.flush();
  log.push(`due at ${links.nextDueMs()}`);
  assert.deepEqual(log, ['due at 0', 'sent to b.1', 'sent to c.1', 'due at 100']);
});

test('who is told of what is undelivered may say something about it', () => {
  const said: Home[] = [];
  const links = new Links({
    home: ME,
    cluster: 'test',
    nowMs: 0,
    send: (to) => said.push(to),
    received() {},
    died() {},
    undelivered: (from) => links.tell(from, pidAt('b.1'), {}),
    heard() {},
  });
  links.setView({ revision: 1, members: [ME, 'b.1'] });
  links.tell(MINE, pidAt('c.1'), {});
  links.flush();
  assert.deepEqual(said, ['b.1']);
});

test('who says too much to managers that are not there dies of it', () => {
  const { links, log } = bench();
  const flood = (): void => {
    for (let i = 0; i < 65_537; i++) links.tell(MINE, pidAt('b.1'), {});
  };
  assert.throws(flood, { code: 'invariant' });
  links.flush();
  assert.equal(log.length, 65_536);
});

test('what is not a PID cannot be told anything', () => {
  const { links } = bench();
  assert.throws(() => links.tell(MINE, 'b.1.x"' as Pid, {}), { code: 'invariant' });
});

test('texts that are no packets are counted by what is wrong, and nobody is heard', () => {
  const { links, log, members } = bench();
  members('b.1');
  arrive(links, '{');
  arrive(links, packetOf('b.1', 1, 10), 'c');
  arrive(links, packetOf('b.1', 1, 10).replace('test', 'other'));
  arrive(links, packetOf('b.1', 1, 10).replace('a.1', 'a.2'));
  arrive(links, packetOf('b.1', 1, 10).replace('1', '9'));
  assert.deepEqual(
    [links.counters.faults, log],
    [{ malformed: 1, foreign: 1, version: 1, forged: 1, astray: 1 }, []],
  );
});

test('a manager that is no member, or no more, is not listened to', () => {
  const { links, log, members } = bench();
  members('b.1');
  arrive(links, packetOf('c.1', 1, 10, 'one'), 'c');
  arrive(links, packetOf('b.0', 1, 10, 'one'));
  arrive(links, packetOf('b.1', 1, 10, 'two'));
  members();
  arrive(links, packetOf('b.1', 2, 10, 'three'));
  assert.deepEqual(
    [links.counters.strangers, log],
    [3, ['heard b.1 at 0', 'b.1.d1: {"say":"two"}']],
  );
});

test('who has seen a later view waits until it has come here', () => {
  const { links, log, members } = bench();
  members('b.1');
  arrive(links, packetOf('b.1', 1, 20, 'one'));
  arrive(links, packetOf('c.1', 2, 20, 'three'), 'c');
  arrive(links, packetOf('c.1', 1, 20, 'two'), 'c');
  arrive(links, packetOf('c.1', 1, 20, 'two'), 'c');
  arrive(links, packetOf('b.1', 2, 30, 'four'));
  log.push('view 20');
  members('b.1', 'c.1');
  log.push('view 30');
  members('b.1', 'c.1');
  assert.deepEqual(
    [links.counters.waited, links.counters.repeated, log],
    [
      4,
      1,
      [
        'heard b.1 at 0',
        'heard b.1 at 0',
        'view 20',
        'b.1.d1: {"say":"one"}',
        'c.1.d1: {"say":"two"}',
        'c.1.d1: {"say":"three"}',
        'view 30',
        'b.1.d1: {"say":"four"}',
      ],
    ],
  );
});

test('an acknowledgement does not wait for a view', () => {
  const { links, members } = bench();
  members('b.1');
  links.tell(MINE, pidAt('b.1'), {});
  links.flush();
  arrive(links, formatPacket(formatHead('test', 'b.1', ME), 0, 1, 99, 0, ''));
  assert.equal(links.nextDueMs(), Infinity);
});

test('after 2 s nothing waits for a view any more', () => {
  const { links, log, members } = bench();
  members('b.1');
  arrive(links, packetOf('b.1', 1, 20, 'one'));
  links.advance(500);
  arrive(links, packetOf('b.1', 2, 20, 'two'));
  const dueMs = links.nextDueMs();
  links.advance(2000);
  members('b.1');
  arrive(links, packetOf('b.1', 1, 20, 'one'));
  assert.deepEqual(
    [dueMs, links.counters.waitedTooLong, log.slice(2)],
    [2000, 1, ['heard b.1 at 2000', 'b.1.d1: {"say":"one"}', 'b.1.d1: {"say":"two"}']],
  );
});

test('waiting for a view counts as age', () => {
  const { links, members } = bench();
  members('b.1');
  arrive(links, packetOf('b.1', 1, 20, 'one').replace('"age":0', '"age":200'));
  arrive(links, packetOf('b.1', 2, 20, 'two').replace('"age":0', '"age":101'));
  links.advance(1999);
  members('b.1');
  assert.deepEqual([links.counters.stale, links.counters.received], [1, 2]);
});

test('no more than 2,048 packets wait for a view', () => {
  const { links } = bench();
  for (let number = 1; number <= 2050; number++) arrive(links, packetOf('b.1', number, 20));
  assert.deepEqual([links.counters.waited, links.counters.waitingOverflow], [2048, 2]);
});

test('no more than 16 Mi characters wait for a view, and what waits no more makes room', () => {
  const { links, members } = bench();
  const word = 'x'.repeat(900_000);
  let number = 0;
  const overflow = (rv: number): number => {
    for (let i = 0; i < 19; i++) arrive(links, packetOf('b.1', ++number, rv, word));
    return links.counters.waitingOverflow;
  };
  const counts = [overflow(20)];
  links.advance(2000);
  counts.push(overflow(20));
  members();
  members();
  counts.push(overflow(30));
  assert.deepEqual(counts, [1, 2, 3]);
});

test('nothing of a manager that left is delivered, whatever it waited for, and nothing to it reported', () => {
  const { links, log, members } = bench();
  members('b.1', 'c.1');
  arrive(links, packetOf('b.1', 2, 10, 'two'));
  arrive(links, packetOf('b.1', 3, 20, 'three'));
  links.tell(MINE, pidAt('b.1'), { say: 'sent' });
  links.flush();
  links.tell(MINE, pidAt('b.1'), { say: 'not sent' });
  members('c.1');
  arrive(links, packetOf('b.1', 1, 10, 'one'));
  links.flush();
  links.advance(5000);
  assert.deepEqual(
    [links.nextDueMs(), log],
    [Infinity, ['heard b.1 at 0', 'heard b.1 at 0', 'sent to b.1']],
  );
});

test('when a manager leaves while it is listened to, the rest is not heard', () => {
  const heard: unknown[] = [];
  const links = new Links({
    home: ME,
    cluster: 'test',
    nowMs: 0,
    send() {},
    received: (_from, _to, body) => {
      heard.push(body);
      links.setView({ revision: 11, members: [ME] });
    },
    died() {},
    undelivered() {},
    heard() {},
  });
  links.setView({ revision: 10, members: [ME, 'b.1'] });
  arrive(links, packetOf('b.1', 2, 10, 'three'));
  arrive(links, packetOf('b.1', 1, 10, 'one', 'two'));
  assert.deepEqual(heard, [{ say: 'one' }]);
});

test('a manager that comes again begins at 1, both ways', () => {
  const { links, log, members } = bench();
  members('b.1');
  arrive(links, packetOf('b.1', 1, 10, 'one'));
  arrive(links, packetOf('b.1', 2, 10, 'two'));
  members('b.2');
  arrive(links, packetOf('b.2', 1, 20, 'one'));
  assert.equal(log.at(-1), 'b.2.d1: {"say":"one"}');
});

test('an older view is ignored', () => {
  const { links, log, members } = bench();
  members('b.1');
  members('c.1');
  links.setView({ revision: 10, members: [ME, 'b.1'] });
  links.announce(MINE);
  links.flush();
  assert.deepEqual(log, ['sent to c.1']);
});

test('time does not go back', () => {
  const { links, members, log } = bench();
  members('b.1');
  links.advance(100);
  links.advance(50);
  arrive(links, packetOf('b.1', 1, 10));
  assert.deepEqual(log, ['heard b.1 at 100']);
});
