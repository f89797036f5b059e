/** Why a lamp is lit, as managers of a cluster say it: parts of real managers in virtual time, put together. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { AppearanceRow } from '../../src/http/appearance-rows.ts';
import { appearancePart } from '../../src/manager/appearance-part.ts';
import { appearanceRow, controllersOf } from '../../src/manager/appearance-view.ts';
import { Bench } from '../../src/testkit/phones/bench.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site, serverAt } from '../../src/testkit/site.ts';

const EPOCH_MS = Date.parse('2026-01-02T00:00:00Z');

/** Three managers, a phone with lamps of line 2000 at each of the first two, and 1001 at the third. */
function stage(mode: 'single' | 'replicated' = 'single') {
  const directory = simulationDirectory(DOMAIN);
  const line = directory.lines.get('2000');
  assert(line);
  const lines = new Map(directory.lines).set('2000', { ...line, mode });
  const site = new Site(1, { ...directory, lines }, { managers: 3 });
  site.run(500);
  const bench = new Bench(site);
  const a = bench.sca({ user: '2000a', line: '2000', manager: 0 });
  a.boot();
  site.run(300);
  const b = bench.sca({ user: '2000b', line: '2000', manager: 1 });
  b.boot();
  const far = site.addPhone('1001', '1001', [serverAt(2)]);
  far.onInvited = (call) => far.answer(call);
  far.register(3600);
  site.run(500);
  return { site, a, b, far, lineOf: () => lines.get('2000') ?? line };
}

type Stage = ReturnType<typeof stage>;

function partsOf({ site }: Stage, appearance: number) {
  const moment = { nowMs: site.agenda.nowMs, epochMs: EPOCH_MS + site.agenda.nowMs };
  return new Map(
    site.managers.flatMap(({ run, manager }) =>
      run === undefined || manager === undefined || run.isOver
        ? []
        : [[run.id, appearancePart(manager, '2000', appearance, moment)] as const],
    ),
  );
}

function whyOf(stage: Stage, appearance: number): AppearanceRow {
  const row = appearanceRow(stage.lineOf(), appearance, partsOf(stage, appearance), [], []);
  assert('state' in row, JSON.stringify(row));
  return row;
}

const told = ({ events }: AppearanceRow) =>
  events.map(({ what, member, byManager, cause }) =>
    [what, member, byManager, cause].filter((word) => word !== '').join(' '),
  );

const stands = ({ state, member, manager, legs, lamps }: AppearanceRow) => ({
  is: `${state} ${member} ${manager}`.trim(),
  legs: legs.map((leg) => `${leg.device} at ${leg.manager} ${leg.role} ${leg.state}`),
  lamps: lamps.map(
    (lamp) =>
      `${lamp.device} at ${lamp.manager} ${lamp.package} ${lamp.shows}${lamp.isAnswered ? '' : '?'}${lamp.isRight ? '' : '!'}`,
  ),
});

test('who has done what at which manager, whose legs there are, and what each phone was told last', () => {
  const site = stage();
  const { a, b } = site;
  a.offHook();
  site.site.run(100);
  b.offHook(1);
  site.site.run(300);
  a.dial('1001');
  site.site.run(500);
  assert(a.call);
  a.hold(a.call);
  site.site.run(500);
  const held = whyOf(site, 1);
  b.retrieve(1);
  site.site.run(1000);
  const retrieved = whyOf(site, 1);
  b.onHook();
  site.site.run(1000);
  const over = whyOf(site, 1);
  assert.deepEqual(
    [stands(held), told(held), stands(retrieved), stands(over), told(over).slice(5)],
    [
      {
        is: 'held 2000a cm1',
        legs: ['2000a at cm1 calling held'],
        lamps: ['2000a at cm1 call-info held', '2000b at cm2 call-info held'],
      },
      [
        'seized 2000a cm1',
        'refused 2000b cm2 busy',
        'progressing 2000a cm1',
        'active 2000a cm1',
        'held 2000a cm1',
      ],
      {
        is: 'active 2000b cm2',
        legs: ['2000b at cm2 calling active'],
        lamps: ['2000a at cm1 call-info active', '2000b at cm2 call-info active'],
      },
      {
        is: 'idle',
        legs: [],
        lamps: ['2000a at cm1 call-info idle', '2000b at cm2 call-info idle'],
      },
      ['retrieving 2000b cm2', 'retrieved 2000b cm2', 'freed 2000b cm2 hung up'],
    ],
  );
});

test('the line’s manager dies: its next process says by whom it was told, and goes on from there', () => {
  const site = stage();
  const { b, site: world } = site;
  const first = partsOf(site, 1);
  b.offHook(1);
  world.run(200);
  b.dial('1001');
  world.run(500);
  assert(b.call);
  b.hold(b.call);
  world.run(500);
  world.managers[0]?.kill('process');
  world.run(3000);
  const row = whyOf(site, 1);
  b.resume(b.call);
  world.run(500);
  const later = whyOf(site, 1);
  assert.deepEqual(
    [
      [...first].map(([manager, { control }]) => [manager, control !== null]),
      stands(row),
      told(row),
      told(later).slice(2),
    ],
    [
      [
        ['cm1', true],
        ['cm2', false],
        ['cm3', false],
      ],
      {
        is: 'held 2000b cm2',
        legs: ['2000b at cm2 calling held'],
        lamps: ['2000b at cm2 call-info held'],
      },
      ['rebuilt 2000b cm2', 'held 2000b cm2'],
      ['active 2000b cm2'],
    ],
  );
});

test('what all processes of a replicated line have noted is told once', () => {
  const site = stage('replicated');
  const { a, far, site: world } = site;
  const call = far.call('2000');
  world.run(300);
  assert(a.call);
  a.answer(a.call);
  world.run(500);
  const up = whyOf(site, 1);
  far.hangUp(call);
  world.run(1000);
  const noting = [...partsOf(site, 1)].filter(([, { events }]) => events.length > 0);
  const { table } = world.manager.processing;
  assert.deepEqual(
    [
      stands(up).is,
      told(whyOf(site, 1)),
      noting.length,
      controllersOf(partsOf(site, 1), 1, table, '2000'),
    ],
    [
      'active 2000a cm1',
      [
        'offered cm3',
        'rang 2000a cm1',
        'rang 2000b cm2',
        'answered 2000a cm1',
        'freed 2000a cm3 hung up',
      ],
      2,
      [],
    ],
  );
});

test('an appearance that is not there: what there is', () => {
  const site = stage();
  site.a.offHook(2);
  site.site.run(300);
  const line = { ...site.lineOf(), appearances: 3 };
  const absent = [4, 0].map((appearance) =>
    appearanceRow(line, appearance, partsOf(site, appearance), [], []),
  );
  assert.deepEqual(absent, [
    { absent: 'line 2000 has no appearance 4: it has 1 to 3; lit: 2 (seized, 2000a)' },
    { absent: 'which appearance of line 2000? it has 1 to 3; lit: 2 (seized, 2000a)' },
  ]);
});
