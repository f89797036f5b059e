/** The directory is the cluster's: applied at one manager, it counts at all; real processes, a real etcd. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { newCluster } from './real-cluster.ts';

const FIRST = `
lines:
  "2000": { name: Reception, members: { ana: { device: ana } } }
devices:
  ana: { password: "env:ANA" }
  ben: { password: geheim }
`;
const SECOND = FIRST.replace(
  'members: { ana: { device: ana } }',
  'members: { ana: { device: ana }, ben: { device: ben } }',
);

test('what is applied counts at every manager, and at one that joins later', async (context) => {
  const cluster = await newCluster(context, FIRST);
  const programs = [await cluster.start('cm1'), await cluster.start('cm2')];
  const mine = cluster.folder.write('mine.yaml', SECOND);
  const dry = await cluster.run('apply', '-f', mine, '--dry-run', '-o', 'json');
  const before = await cluster.membersAt(['cm1', 'cm2']);
  const applied = await cluster.run('apply', '-f', mine, '--comment', 'ben too');
  await Promise.all(programs.map((program) => program.said('directory changed')));
  const late = await cluster.start('cm3');
  const after = await cluster.membersAt(['cm1', 'cm2', 'cm3']);
  const log = await late.said('directory file differs');
  const undone = await cluster.run('undo');
  await late.said('directory changed');
  const again = await cluster.membersAt(['cm1', 'cm2', 'cm3']);
  const { out } = await cluster.run('history', '-o', 'json');
  const history = JSON.parse(out) as readonly Record<string, unknown>[];
  assert.deepEqual(
    {
      dry: [dry.code, JSON.parse(dry.out).changes.map(({ what }: { what: string }) => what)],
      before,
      applied: [applied.code, applied.out],
      after,
      log: log.includes('"difference":"1 line changed"'),
      undone: [undone.code, undone.out],
      again,
      history: history.map(({ version, origin, restores, comment }) => [
        version,
        origin,
        restores,
        comment,
      ]),
    },
    {
      dry: [0, ['line 2000']],
      before: ['ana', 'ana'],
      applied: [
        0,
        'line 2000 changed: members.ben: {"device":"ben"} added\nversion 2 counts now: 1 line changed\n',
      ],
      after: ['ana ben', 'ana ben', 'ana ben'],
      log: true,
      undone: [
        0,
        'line 2000 changed: members.ben: {"device":"ben"} removed\nversion 3 counts now, with the content of version 1: 1 line changed\n',
      ],
      again: ['ana', 'ana', 'ana'],
      history: [
        [3, 'applied', 1, 'back to version 1'],
        [2, 'applied', 0, 'ben too'],
        [1, 'file', 0, `first start, from ${join(cluster.folder.path, 'directory.yaml')}`],
      ],
    },
  );
});

test('of two administrators the second is told, looks, and applies again', async (context) => {
  const cluster = await newCluster(context, FIRST);
  await cluster.start('cm1');
  const [ana, ben] = ['ana', 'ben'].map((name) => join(cluster.folder.path, name));
  assert(ana !== undefined && ben !== undefined);
  for (const folder of [ana, ben]) await cluster.run('export', '-f', folder);
  const lines = readFileSync(join(ana, 'lines.yaml'), 'utf8');
  cluster.folder.write('ana/lines.yaml', lines.replace('Reception', 'Front desk'));
  cluster.folder.write('ben/lines.yaml', lines.replace('Reception', 'Lobby'));
  const first = await cluster.run('apply', '-f', ana, '--comment', 'a new name');
  const second = await cluster.run('apply', '-f', ben);
  const look = await cluster.run('diff', '-f', ben, '--exit-code');
  const third = await cluster.run('apply', '-f', ben);
  const told =
    /^version 2 counts by now, made by \S+ at \S+ \(a new name\): see with 'linewright diff'/;
  assert.deepEqual(
    {
      leaks: /geheim|secret\b/.test(readFileSync(join(ana, 'devices.yaml'), 'utf8')),
      first: first.code,
      second: [second.code, told.test(second.err)],
      look: [look.code, look.out.split('\n')[0]],
      third: [third.code, third.out],
    },
    {
      leaks: false,
      first: 0,
      second: [1, true],
      look: [1, 'line 2000 changed: name: Front desk -> Lobby'],
      third: [
        0,
        'line 2000 changed: name: Front desk -> Lobby\nversion 3 counts now: 1 line changed\n',
      ],
    },
  );
});

test('what is wrong is said with its place, and nothing is stored', async (context) => {
  const cluster = await newCluster(context, FIRST);
  await cluster.start('cm1');
  const bad = cluster.folder.write('bad.yaml', FIRST.replace('device: ana', 'device: anna'));
  const mode = cluster.folder.write(
    'mode.yaml',
    FIRST.replace('name: R', 'mode: replicated, name: R'),
  );
  const answers = [
    await cluster.run('apply', '-f', bad),
    await cluster.run('apply', '-f', mode),
    await cluster.run('apply', '-f', join(cluster.folder.path, 'absent')),
    await cluster.run('export', '--at', '9'),
  ];
  const { out } = await cluster.run('history', '-o', 'csv');
  assert.deepEqual(
    [
      answers.map(({ code, err }) => [code, err.replaceAll(cluster.folder.path, '')]),
      out.trim().split('\r\n').length,
    ],
    [
      [
        [
          1,
          "/bad.yaml:3:56: unknown device 'anna' (did you mean 'ana'?)\n1 problem in /bad.yaml\n",
        ],
        [
          1,
          '/mode.yaml:3:19: line 2000: its mode cannot be changed from single to replicated while it is there: apply the directory without it first, then with it\n1 problem in /mode.yaml\n',
        ],
        [3, "no such file or folder: '/absent'\n"],
        [3, 'version 9 is not kept\n'],
      ],
      2,
    ],
  );
});
