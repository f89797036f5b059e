/** The shared table: managers that want the same keys, on a store that is slow, forgetful and at times away. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { EmbeddedStatePlane, type Fate } from '../../src/cluster/embedded-state-plane.ts';
import { EmbeddedStore } from '../../src/cluster/embedded-store.ts';
import { SharedTable, TABLE_PREFIX } from '../../src/cluster/shared-table.ts';
import type { TableEntry } from '../../src/process/cluster.ts';
import type { Home } from '../../src/process/pid.ts';
import type { Change, Entry, Revision } from '../../src/process/state-plane.ts';
import { Agenda } from '../../src/testkit/agenda.ts';
import { SeededRandom } from '../../src/testkit/seeded-random.ts';

const MEMBERS = 'members/';
const TTL_MS = 5000;

/** A member as far as its table is concerned: its key in the store, the view, and what the table says. */
class Member {
  readonly home: Home;
  readonly id: string;
  readonly table: SharedTable;
  readonly shown = new Map<string, TableEntry>();
  readonly plane: EmbeddedStatePlane;
  members: Home[] = [];
  isDead = false;

  constructor(world: World, id: string, fate: () => Fate) {
    const { store, agenda, random } = world;
    this.id = id;
    const lease = store.grant(TTL_MS) ?? '';
    const key = MEMBERS + id;
    const made = store.transact({
      compare: [{ key, is: 'absent' }],
      then: [{ type: 'put', key, value: '', lease }],
    });
    const created = made.type === 'unknown' ? 0 : made.revision;
    this.home = `${id}.${created}`;
    this.plane = new EmbeddedStatePlane(store, {
      carry: (_what, deliver) => agenda.after(random.between(0, world.delayMs), deliver),
      fate,
    });
    this.table = new SharedTable({
      store: this.plane,
      member: { home: this.home, key, created, lease },
      changed: (changed, entry) => {
        if (entry === undefined) this.shown.delete(changed);
        else this.shown.set(changed, entry);
      },
    });
    this.plane.follow('', {
      reset: (revision, entries) => {
        this.#setView(entries.filter((entry) => entry.key.startsWith(MEMBERS)).map(homeOf));
        this.table.reset(
          revision,
          entries.filter((entry) => entry.key.startsWith(TABLE_PREFIX)),
        );
        this.turn(agenda.nowMs);
      },
      changed: (revision, changes) => this.#changed(revision, changes, agenda.nowMs),
    });
    this.#live(agenda, lease, store);
  }

  turn(nowMs: number): void {
    if (!this.isDead) this.table.advance(nowMs);
  }

  #changed(revision: Revision, changes: readonly Change[], nowMs: number): void {
    const rest: Change[] = [];
    let { members } = this;
    for (const change of changes) {
      if (change.key.startsWith(TABLE_PREFIX)) rest.push(change);
      else {
        const id = change.key.slice(MEMBERS.length);
        members = members.filter((home) => !home.startsWith(`${id}.`));
        if (change.entry !== undefined) members = [...members, homeOf(change.entry)];
      }
    }
    this.#setView(members);
    this.table.changed(revision, rest);
    this.turn(nowMs);
  }

  #setView(members: Home[]): void {
    this.members = members;
    this.table.setView(members);
  }

  /** Keeps its lease, and looks at the clock, while it lives. */
  #live(agenda: Agenda, lease: string, store: EmbeddedStore): void {
    if (this.isDead) return;
    store.keepAlive(lease);
    this.turn(agenda.nowMs);
    agenda.after(100, () => this.#live(agenda, lease, store));
  }
}

function homeOf(entry: Entry): Home {
  return `${entry.key.slice(MEMBERS.length)}.${entry.created}`;
}

class World {
  readonly agenda = new Agenda();
  readonly random: SeededRandom;
  readonly store = new EmbeddedStore(100);
  readonly delayMs: number;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.delayMs = this.random.pick([0, 5, 50]) ?? 0;
    this.#tick();
  }

  run(ms: number): void {
    const untilMs = this.agenda.nowMs + ms;
    while (this.agenda.nextMs <= untilMs) this.agenda.step();
  }

  #tick(): void {
    this.store.advance(this.agenda.nowMs);
    this.agenda.after(100, () => this.#tick());
  }
}

/** What came of some random claims and releases by three managers, one of which is killed. */
function outcome(seed: number): { readonly tables: unknown[]; readonly wrong: string[] } {
  const world = new World(seed);
  const { agenda, random } = world;
  let faults = 0.2;
  const fate = (): Fate =>
    random.chance(faults) ? (random.chance(0.5) ? 'not done' : 'not told') : 'told';
  const members = ['a', 'b', 'c'].map((id) => new Member(world, id, fate));
  const wrong: string[] = [];
  const revisions = new Map<string, Revision>();
  world.run(1000);
  for (let i = 0; i < 60; i++) {
    const member = random.pick(members);
    const key = `s/${random.below(12)}`;
    if (member !== undefined && !member.isDead) {
      if (random.chance(0.7)) member.table.claim(key, `${member.home}.l${i}`);
      else member.table.release(key);
      member.turn(agenda.nowMs);
    }
    world.run(random.below(60));
    for (const entry of world.store.entries(TABLE_PREFIX)) {
      if (entry.modified < (revisions.get(entry.key) ?? 0)) wrong.push(`${entry.key} went back`);
      revisions.set(entry.key, entry.modified);
    }
    const victim = i === 40 ? random.pick(members) : undefined;
    if (victim === undefined) continue;
    victim.isDead = true;
    victim.plane.close();
    world.store.transact({
      compare: [],
      then: [{ type: 'delete', key: MEMBERS + victim.id }],
    });
  }
  faults = 0;
  world.run(TTL_MS + 3000);
  const living = members.filter(({ isDead }) => !isDead);
  const homes = new Set(living.map(({ home }) => home));
  const [first] = living;
  for (const [key, entry] of first?.shown ?? [])
    if (!homes.has(entry.owner)) wrong.push(`${key} belongs to ${entry.owner}`);
  return { tables: living.map(({ shown }) => [...shown].sort()), wrong };
}

test('managers that want the same keys agree on who has each, whatever becomes of their requests', () => {
  const differing: number[] = [];
  for (let seed = 1; seed <= 200; seed++) {
    const { tables, wrong } = outcome(seed);
    if (wrong.length > 0 || JSON.stringify(tables[0]) !== JSON.stringify(tables[1]))
      differing.push(seed);
  }
  assert.deepEqual(differing, []);
});

test('what a departed manager had is free for another at once, though the store still holds it', () => {
  const world = new World(1);
  const [a, b] = ['a', 'b'].map((id) => new Member(world, id, () => 'told'));
  assert(a !== undefined && b !== undefined);
  world.run(100);
  a.table.claim('s/2000', `${a.home}.l0`);
  a.turn(world.agenda.nowMs);
  world.run(200);
  const before = b.shown.get('s/2000');
  a.isDead = true;
  a.plane.close();
  world.store.transact({ compare: [], then: [{ type: 'delete', key: 'members/a' }] });
  world.run(100);
  const between = b.shown.get('s/2000');
  b.table.claim('s/2000', `${b.home}.l0`);
  b.turn(world.agenda.nowMs);
  world.run(TTL_MS + 1000);
  const after = b.shown.get('s/2000');
  assert.deepEqual(
    [before?.owner, between, after?.owner, (after?.revision ?? 0) > (before?.revision ?? 0)],
    [a.home, undefined, b.home, true],
  );
});

test('claims of one turn are one transaction, and one that is lost does not keep the others', () => {
  const world = new World(1);
  const [a, b] = ['a', 'b'].map((id) => new Member(world, id, () => 'told'));
  assert(a !== undefined && b !== undefined);
  world.run(100);
  for (let i = 0; i < 50; i++) a.table.claim(`s/${i}`, 'a');
  b.table.claim('s/7', 'b');
  b.turn(world.agenda.nowMs);
  const before = a.table.counters.transactions;
  a.turn(world.agenda.nowMs);
  const together = a.table.counters.transactions - before;
  world.run(1000);
  assert.deepEqual([together, a.shown.size, a.shown.get('s/7')?.value], [1, 50, 'b']);
});

test('an entry in the store that is none is counted and does not show', () => {
  const world = new World(1);
  const a = new Member(world, 'a', () => 'told');
  const long = `{"owner":"a.1","value":"${'x'.repeat(2000)}"}`;
  for (const value of ['', 'x', '[]', '{"owner":1,"value":""}', long])
    world.store.transact({
      compare: [],
      then: [{ type: 'put', key: `table/bad${value.length}`, value }],
    });
  world.run(500);
  assert.deepEqual([a.shown.size, a.table.counters.malformed], [0, 5]);
});
