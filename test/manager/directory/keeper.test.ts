/** Managers of a cluster and the directory that they share, in virtual time: calls, late joiners, a store that is away. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { SILENT } from '../../../src/base/log.ts';
import { EmbeddedStatePlane } from '../../../src/cluster/embedded-state-plane.ts';
import { EmbeddedStore } from '../../../src/cluster/embedded-store.ts';
import { type HeadRead, type Put, Versions } from '../../../src/cluster/versions.ts';
import {
  type Checked,
  DirectoryKeeper,
  type Loaded,
} from '../../../src/manager/directory/keeper.ts';
import { formatItem, type Item } from '../../../src/store/directory/document.ts';
import { readDirectory } from '../../../src/store/directory/load.ts';
import { DOMAIN, Site } from '../../../src/testkit/site.ts';

/** Line 2000 with those members, of phones that are let in by their network. */
function documentOf(members: readonly string[], phones = ['1001', 'ana', 'ben']): readonly Item[] {
  const text = JSON.stringify({
    lines: {
      '2000': { members: Object.fromEntries(members.map((name) => [name, { device: name }])) },
    },
    devices: Object.fromEntries(phones.map((id) => [id, { accept_from: '10.0.0.0/8' }])),
  });
  const read = readDirectory([{ file: 'test', text }], { realm: DOMAIN, env: {} });
  assert(read.ok, JSON.stringify(read));
  return read.document();
}

/** A site of three managers, a store, and each manager's way to it. */
class Stage {
  readonly store = new EmbeddedStore();
  readonly site: Site;
  readonly planes: EmbeddedStatePlane[] = [];
  readonly keepers: DirectoryKeeper[] = [];
  #attempts = 0;

  constructor(items: readonly Item[]) {
    // Of its own making, until the store has said what counts.
    this.site = new Site(1, readItems(items), { managers: 3 });
    this.site.run(10);
    const first = this.keeper();
    assert.equal(this.put(first, items).type, 'done');
    for (let at = 0; at < 3; at++) this.join(at);
    while (!this.site.isWhole) this.site.run(10);
  }

  keeper(): DirectoryKeeper {
    const { agenda, random } = this.site;
    const plane = new EmbeddedStatePlane(this.store, {
      carry: (_what, deliver) => agenda.after(random.between(1, 3), deliver),
    });
    this.planes.push(plane);
    const versions = new Versions(plane, () => `x${this.#attempts++}`);
    return new DirectoryKeeper({ versions, realm: DOMAIN, log: SILENT, now: () => '2026-01-01' });
  }

  /** That manager has a keeper from now on, which follows the store. */
  join(at: number): DirectoryKeeper {
    const keeper = this.keeper();
    const { run } = this.site.managers[at] ?? {};
    keeper.onChanged = (directory) => run?.turn(() => run.manager?.changeDirectory(directory));
    keeper.follow();
    this.keepers.push(keeper);
    this.site.run(50);
    return keeper;
  }

  put(keeper: DirectoryKeeper, items: readonly Item[]): Put {
    const head = this.result<HeadRead>((done) => keeper.versions.head(done));
    if (head.type === 'unknown') return head;
    const lines = items.map(formatItem);
    const change = { lines, by: 'ana', comment: '', origin: 'applied' } as const;
    return this.result<Put>((done) => keeper.put(head.found, change, done));
  }

  result<Result>(ask: (done: (result: Result) => void) => void): Result {
    const results: Result[] = [];
    ask((result) => results.push(result));
    for (let steps = 0; results.length === 0 && steps < 100; steps++) this.site.run(10);
    const [result] = results;
    assert(result !== undefined, 'it is answered');
    return result;
  }

  phone(user: string, at: number) {
    const address = this.site.managers[at]?.address;
    assert(address);
    const phone = this.site.addPhone(user, user, [address]);
    phone.onInvited = (call) => phone.ring(call);
    phone.register(3600);
    this.site.run(100);
    return phone;
  }

  /** Members of line 2000, as each manager has it. */
  members(): readonly string[] {
    return this.site.managers.map(({ manager }) =>
      (manager?.directory.lines.get('2000')?.members ?? []).map(({ name }) => name).join(' '),
    );
  }
}

function readItems(items: readonly Item[]) {
  const text = JSON.stringify(
    items.reduce<Record<string, Record<string, unknown>>>((all, item) => {
      const [section, key, value] = item;
      all[section] = { ...all[section], [String(key)]: value };
      return all;
    }, {}),
  );
  const read = readDirectory([{ file: 'test', text }], { realm: DOMAIN, env: {} });
  assert(read.ok, JSON.stringify(read));
  return read.directory;
}

test('a member that comes in the middle of a call rings with the next one, at whichever manager', () => {
  const stage = new Stage(documentOf(['ana']));
  const { site } = stage;
  const [caller, ana, ben] = [stage.phone('1001', 0), stage.phone('ana', 1), stage.phone('ben', 2)];
  const call = caller.call('2000');
  site.run(200);
  const [rung] = ana.calls;
  assert(rung);
  ana.answer(rung);
  site.run(200);
  const [keeper] = stage.keepers;
  assert(keeper);
  stage.put(keeper, documentOf(['ana', 'ben']));
  site.run(200);
  const during = [call.phase, ben.calls.size, stage.members()];
  caller.hangUp(call);
  site.run(200);
  caller.call('2000');
  site.run(200);
  assert.deepEqual(
    { during, after: [ana, ben].map((phone) => [...phone.calls].map(({ phase }) => phase)) },
    {
      during: ['talking', 0, ['ana ben', 'ana ben', 'ana ben']],
      after: [['ringing'], ['ringing']],
    },
  );
});

test('a manager that joins late loads what counts, and not what was before', () => {
  const stage = new Stage(documentOf(['ana']));
  const [keeper] = stage.keepers;
  assert(keeper);
  for (const members of [['ben'], ['ana', 'ben'], ['1001']]) stage.put(keeper, documentOf(members));
  const late = stage.keeper();
  const head = stage.result<HeadRead>((done) => late.versions.head(done));
  assert(head.type === 'read' && head.found !== undefined);
  const { found } = head;
  const loaded = stage.result<Loaded>((done) => late.load(found, done));
  assert(loaded.ok);
  assert.deepEqual(
    [
      loaded.head.version.number,
      [...(loaded.directory.lines.get('2000')?.members ?? [])].map(({ name }) => name),
    ],
    [4, ['1001']],
  );
});

test('a manager that does not reach the store says so, serves on, and hears of it all later', () => {
  const stage = new Stage(documentOf(['ana']));
  const { site } = stage;
  const [caller, ana] = [stage.phone('1001', 0), stage.phone('ana', 1)];
  const [first, second] = stage.keepers;
  const [, , cut] = stage.planes;
  assert(first && second && cut);
  cut.stop();
  const lost = stage.put(second, documentOf(['ben']));
  stage.put(first, documentOf(['ana', 'ben']));
  stage.put(first, documentOf(['ana']));
  stage.put(first, documentOf(['ben', 'ana']));
  site.run(100);
  const apart = stage.members();
  caller.call('2000');
  site.run(200);
  const rings = [...ana.calls].map(({ phase }) => phase);
  cut.resume();
  site.run(200);
  assert.deepEqual(
    { lost: lost.type, apart, rings, again: stage.members() },
    {
      lost: 'unknown',
      apart: ['ben ana', 'ana', 'ben ana'],
      rings: ['ringing'],
      again: ['ben ana', 'ben ana', 'ben ana'],
    },
  );
});

test('what one manager cannot use does not stop it from what comes next', () => {
  const stage = new Stage(documentOf(['ana']));
  const [keeper] = stage.keepers;
  assert(keeper);
  const broken: readonly Item[] = [['lines', '2000', { members: { eve: { device: 'nobody' } } }]];
  const checked = stage.result<Checked>((done) => keeper.check(broken, done));
  stage.put(keeper, broken);
  stage.site.run(100);
  const before = stage.members();
  stage.put(keeper, documentOf(['ben']));
  stage.site.run(100);
  assert.deepEqual(
    [checked, before, stage.members()],
    [
      { ok: false, problems: ["unknown device 'nobody'"] },
      ['ana', 'ana', 'ana'],
      ['ben', 'ben', 'ben'],
    ],
  );
});

test('a password in the clear is refused, wherever it comes from', () => {
  const stage = new Stage(documentOf(['ana']));
  const [keeper] = stage.keepers;
  const given: Item = ['devices', 'ana', { password: 'secret' }];
  const checked = [given, formatItem(given)].map((entry) =>
    stage.result<Checked>((done) => keeper?.check([entry], done)),
  );
  const problems = ["device ana: a password is not kept: give 'ha1', as 'linewright apply' does"];
  assert.deepEqual(checked, [
    { ok: false, problems },
    { ok: false, problems },
  ]);
});
