/** What members set for their lines: at one manager, it counts at the other, and after both have been away; real processes, a real etcd. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Program } from '../../cli/program.ts';
import { type Cluster, newCluster } from './real-cluster.ts';

const DIRECTORY = `
lines:
  "2000": { members: { ana: { device: ana } } }
  "2009": { members: { ben: { device: ben } } }
devices:
  ana: { password: "env:ANA" }
  ben: { password: geheim }
`;
const WITHOUT = DIRECTORY.replace(/ {2}"2000".*\n/, '');

type Row = { readonly what: string; readonly isOn: boolean; readonly to: string };

/** What is set for the line, as that manager has it. */
async function settingsAt(cluster: Cluster, manager: string): Promise<readonly string[]> {
  const { out } = await cluster.run('line', 'show', '2000', '--manager', manager, '-o', 'json');
  const { settings } = JSON.parse(out) as { readonly settings: readonly Row[] };
  return settings.map(({ what, isOn, to }) => `${what} ${isOn ? to || 'on' : 'off'}`).sort();
}

/** Where that manager has a call to the line go. */
async function verdictAt(cluster: Cluster, manager: string): Promise<string> {
  const dialled = ['--from', 'ben', '--dial', '2000', '--manager', manager, '-o', 'json'];
  const { out } = await cluster.run('route', 'test', ...dialled);
  return (JSON.parse(out) as { readonly verdict: string }).verdict;
}

/** Asks again until it is so: what one manager is told the other hears from the store. */
async function until<T>(ask: () => Promise<T>, wanted: T): Promise<T> {
  for (let tries = 1; ; tries++) {
    const found = await ask();
    if (JSON.stringify(found) === JSON.stringify(wanted) || tries === 20) return found;
  }
}

async function stop(program: Program): Promise<void> {
  program.child.kill('SIGTERM');
  await program.ended;
}

test('set at one manager, valid at the other, and after both were away; gone with the line', {
  timeout: 120_000,
}, async (context) => {
  const cluster = await newCluster(context, DIRECTORY);
  const both = ['cm1', 'cm2'];
  const programs = [await cluster.start('cm1'), await cluster.start('cm2')];
  const said = [
    await cluster.run('line', 'forward', '2000', 'all', '2009', '--manager', 'cm1'),
    await cluster.run('line', 'dnd', '2000', 'on', '--manager', 'cm2'),
  ];
  const SET = ['all 2009', 'dnd on'];
  const set = await Promise.all(both.map((id) => until(() => settingsAt(cluster, id), SET)));
  const verdict = await verdictAt(cluster, 'cm2');
  await Promise.all(programs.map(stop));
  for (const id of both) await cluster.start(id);
  const after = await Promise.all(both.map((id) => settingsAt(cluster, id)));
  const again = await verdictAt(cluster, 'cm2');
  const without = cluster.folder.write('without.yaml', WITHOUT);
  const withIt = cluster.folder.write('with.yaml', DIRECTORY);
  const applied = [
    await cluster.run('apply', '-f', without),
    await cluster.run('apply', '-f', withIt),
  ];
  const gone = await Promise.all(
    both.map((id) => until(() => settingsAt(cluster, id), [] as readonly string[])),
  );
  const forwarded = '2000 from 2009: line 2000, all: line 2009';
  assert.deepEqual(
    {
      said: said.map(({ code }) => code),
      ...{ set, verdict, after, again, gone },
      applied: applied.map(({ code, err }) => [code, err]),
    },
    {
      said: [0, 0],
      ...{
        set: [SET, SET],
        verdict: forwarded,
        after: [SET, SET],
        again: forwarded,
        gone: [[], []],
      },
      applied: [
        [0, ''],
        [0, ''],
      ],
    },
  );
});
