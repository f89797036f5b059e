/** A member of a cluster on the embedded planes: what its processes say, the table, and the end of another. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { SILENT } from '../../src/base/log.ts';
import { EmbeddedMessagePlane } from '../../src/cluster/embedded-message-plane.ts';
import { EmbeddedStatePlane } from '../../src/cluster/embedded-state-plane.ts';
import { EmbeddedStore } from '../../src/cluster/embedded-store.ts';
import { ClusterMember } from '../../src/cluster/member.ts';
import { makePid, type Pid } from '../../src/process/pid.ts';
import { Agenda } from '../../src/testkit/agenda.ts';

/** Members in virtual time, each with the diary of what it hears. */
class Town {
  readonly agenda = new Agenda();
  readonly store = new EmbeddedStore(1000);
  readonly bus = new EmbeddedMessagePlane({
    carry: (_from, _to, deliver) => this.agenda.after(1, deliver),
    after: (delayMs, action) => this.agenda.after(delayMs, action),
  });
  readonly diary: string[] = [];

  constructor() {
    this.#tick();
  }

  run(ms: number): void {
    const untilMs = this.agenda.nowMs + ms;
    this.agenda.at(untilMs, () => {});
    while (this.agenda.nextMs <= untilMs) this.agenda.step();
  }

  #tick(): void {
    this.store.advance(this.agenda.nowMs);
    this.agenda.after(100, () => this.#tick());
  }
}

class Inhabitant {
  readonly member: ClusterMember;
  readonly plane: EmbeddedStatePlane;
  readonly #town: Town;
  isPaused = false;
  secret = '';

  constructor(town: Town, id: string, later?: (send: () => void) => void) {
    this.#town = town;
    const { agenda } = town;
    this.plane = new EmbeddedStatePlane(town.store, {
      carry: (_what, deliver) => agenda.after(2, deliver),
    });
    const say = (text: string): void => void town.diary.push(`${id} ${text}`);
    this.member = new ClusterMember({
      id,
      name: 'town',
      bus: town.bus,
      store: this.plane,
      nowMs: agenda.nowMs,
      clock: { epochMs: () => 1_700_000_000_000 + agenda.nowMs },
      log: SILENT,
      record: { host: 'here', pid: 1, started: '2026-01-01T00:00:00Z', sip: [] },
      secret: `secret of ${id}`,
      storeOutage: 'freeze',
      turn: (action) => this.turn(action),
      ...(later === undefined ? {} : { later }),
      joined: (secret) => {
        this.secret = secret;
        this.member.connect({
          received: (from, to, body) => say(`${to} heard ${JSON.stringify(body)} from ${from}`),
          died: (gone) => say(`lost ${gone}`),
          viewChanged: (view, left) => {
            if (left.length > 0) say(`lost ${left.join()}, ${view.members.length} left`);
          },
          tableChanged: (key, entry) => say(`table ${key} ${entry?.value ?? 'none'}`),
          undelivered: (from, to) => say(`undelivered ${from} ${to}`),
          standingChanged: (standing) => say(standing),
        });
      },
      failed: ({ message }) => say(message),
    });
    this.#live();
  }

  turn(action: () => void): void {
    if (this.isPaused) return;
    this.member.advance(this.#town.agenda.nowMs);
    action();
    this.member.flush();
  }

  #live(): void {
    this.turn(() => {});
    this.#town.agenda.after(10, () => this.#live());
  }

  pid(counter: number): Pid {
    return makePid(this.member.home, 'd', counter);
  }
}

function settled(...ids: readonly string[]): { town: Town; members: readonly Inhabitant[] } {
  const town = new Town();
  const members = ids.map((id) => new Inhabitant(town, id));
  town.run(3000);
  town.diary.length = 0;
  return { town, members };
}

test('what several turns say before it is to go is one packet, and a member that leaves sends it first', () => {
  const town = new Town();
  const sends: (() => void)[] = [];
  const a = new Inhabitant(town, 'a', (send) => sends.push(send));
  const b = new Inhabitant(town, 'b');
  town.run(3000);
  town.diary.length = 0;
  sends.length = 0;
  const say = (...texts: readonly string[]): void => {
    for (const text of texts)
      a.turn(() => a.member.tell(a.pid(0), b.pid(1), { type: text }, 'lasting'));
  };
  say('one', 'two');
  const asked = sends.length;
  for (const send of sends) send();
  const packets = a.member.counters?.links.sent;
  say('last');
  a.turn(() => a.member.leave(() => {}));
  town.run(100);
  const heard = (text: string): string => `b ${b.pid(1)} heard {"type":"${text}"} from ${a.pid(0)}`;
  assert.deepEqual(
    { asked, packets, heard: town.diary.filter((line) => line.includes('heard')) },
    { asked: 1, packets: 1, heard: ['one', 'two', 'last'].map(heard) },
  );
});

test('members have one view and one secret, and processes of one speak to those of another', () => {
  const { town, members } = settled('a', 'b', 'c');
  const [a, b, c] = members;
  assert(a !== undefined && b !== undefined && c !== undefined);
  const same = members.map(({ member, secret }) => [member.view.members.join(), secret]);
  a.turn(() => {
    a.member.tell(a.pid(0), b.pid(1), { type: 'hello' }, 'lasting');
    a.member.tell(a.pid(0), b.pid(2), { type: 'again' }, 'lasting');
    a.member.announce(a.pid(9));
  });
  town.run(100);
  assert.deepEqual(
    {
      same: new Set(same.map((each) => each.join())).size,
      standing: a.member.standing,
      diary: town.diary,
    },
    {
      same: 1,
      standing: 'member',
      diary: [
        `b ${b.pid(1)} heard {"type":"hello"} from ${a.pid(0)}`,
        `b ${b.pid(2)} heard {"type":"again"} from ${a.pid(0)}`,
        `b lost ${a.pid(9)}`,
        `c lost ${a.pid(9)}`,
      ],
    },
  );
});

test('all see one owner of a key, also who joins later, and lose it with its owner', () => {
  const { town, members } = settled('a', 'b', 'c');
  const [a, b, c] = members;
  assert(a !== undefined && b !== undefined && c !== undefined);
  for (const each of [a, b]) each.turn(() => each.member.claim('s/2000', `of ${each.member.home}`));
  town.run(100);
  const late = new Inhabitant(town, 'd');
  town.run(3000);
  const seen = town.diary.splice(0);
  const { home } = a.member;
  a.isPaused = true;
  a.plane.close();
  town.bus.cut(home);
  town.run(1000);
  assert.deepEqual(
    { seen: new Set(seen), lost: new Set(town.diary), late: late.member.standing },
    {
      seen: new Set(['a', 'b', 'c', 'd'].map((id) => `${id} table s/2000 of ${home}`)).add(
        'd member',
      ),
      lost: new Set(
        ['b', 'c', 'd'].flatMap((id) => [`${id} lost ${home}, 3 left`, `${id} table s/2000 none`]),
      ),
      late: 'member',
    },
  );
});

test('who was paused for too long has no effect when it wakes, and what it said is not heard', () => {
  const { town, members } = settled('a', 'b', 'c');
  const [a, b] = members;
  assert(a !== undefined && b !== undefined);
  a.isPaused = true;
  town.run(2500);
  const before = town.diary.splice(0);
  a.isPaused = false;
  a.turn(() => a.member.tell(a.pid(0), b.pid(0), { type: 'stale' }, 'lasting'));
  town.run(3000);
  assert.deepEqual(
    [before.filter((line) => line.includes('lost')).length, a.member.standing, town.diary],
    [2, 'fenced', ['a fenced']],
  );
});

test('who is expelled is told so, and not that what it owned is gone', () => {
  const { town, members } = settled('a', 'b', 'c');
  const [a] = members;
  assert(a !== undefined);
  a.turn(() => a.member.claim('s/2000', 'mine'));
  town.run(100);
  town.diary.length = 0;
  const [entry] = town.store.entries('members/a');
  // Its key and all that it owned go in one revision.
  town.store.revoke(JSON.parse(entry?.value ?? '').lease);
  town.run(100);
  assert.deepEqual(
    town.diary.filter((line) => line.startsWith('a ')),
    ['a fenced'],
  );
});
