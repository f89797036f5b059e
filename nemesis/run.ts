/**
 * `npm run nemesis -- [--kills 3] [--only KIND] [--json FILE] [--keep]`: a cluster of three managers, three
 * nats-servers and three etcds, real processes all, with phones that call all the while; each kind of
 * fault `kills` times. Prints what phones noticed; ends with 1 if a goal is missed.
 *
 * It runs itself again in a network namespace of its own. Needs root, iproute2, iptables, nats-server, etcd.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Evidence, judgeRound } from './figures.ts';
import { DEFINITE_MS, Floor } from './floor.ts';
import { checkHistories } from './histories.ts';
import { House } from './house.ts';
import { Load } from './load.ts';
import { FAULT_KINDS, type Logged, type Round } from './records.ts';
import { jsonOf, missesOf, rowsOf, tableOf } from './report.ts';
import { playRound } from './rounds.ts';

const INSIDE = 'LINEWRIGHT_NEMESIS_INSIDE';
const SENTENCES_MAX = 5;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true },
    json: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const kills = Number(values.kills);
if (!Number.isInteger(kills) || kills < 1) fail('--kills wants a whole number from 1 on');
const kinds = FAULT_KINDS.filter((kind) => values.only?.includes(kind) ?? true);
if (kinds.length === 0) fail(`--only wants one of: ${FAULT_KINDS.join(', ')}`);

if (process.env[INSIDE] === undefined) process.exitCode = runInside();
else process.exitCode = await run();

/** The same again, in a namespace that goes with it. */
function runInside(): number {
  if (process.getuid?.() !== 0) fail('a network namespace and users for the managers need root');
  const namespace = `nemesis${process.pid}`;
  execFileSync('ip', ['netns', 'add', namespace]);
  try {
    execFileSync('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);
    const words = ['netns', 'exec', namespace, process.execPath, ...process.argv.slice(1)];
    const env = { ...process.env, [INSIDE]: '1' };
    return spawnSync('ip', words, { stdio: 'inherit', env }).status ?? 1;
  } finally {
    execFileSync('ip', ['netns', 'delete', namespace]);
  }
}

async function run(): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const folder = mkdtempSync(join(tmpdir(), 'linewright-nemesis-'));
  // Managers run as other users, and read their files there.
  chmodSync(folder, 0o755);
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const logged: Logged[] = [];
  const floor = new Floor();
  await floor.open();
  const load = new Load(folder);
  const house = await House.open({
    folder,
    ready: (manager) => {
      floor.register(manager);
      load.register(manager);
    },
    logged: (entry) => void logged.push(entry),
  });
  const startLoad = loadavg()[0];
  const rounds: Round[] = [];
  floor.probe();
  load.start();
  // Kinds take turns, so that no manager is expelled again and again: it would have to wait.
  for (let nth = 0; nth < kills; nth++)
    for (const [at, kind] of kinds.entries()) {
      const round = await playRound(kind, nth + at, house, floor);
      rounds.push(round);
      progress(round, {
        rounds,
        calls: floor.calls,
        legs: floor.legs,
        logged,
        endMs: performance.now(),
      });
    }
  floor.quieten();
  await pause(DEFINITE_MS);
  const complaints = house.managers.map(({ id, starts, complaints: lines }) => ({
    id,
    starts,
    complaints: lines,
  }));
  const byLoad = load.counts;
  await load.stop();
  await house.close();
  floor.close();

  const evidence: Evidence = {
    rounds,
    calls: floor.calls,
    legs: floor.legs,
    logged,
    endMs: performance.now(),
  };
  const judged = rounds.map((round) => ({ round, figures: judgeRound(round, evidence) }));
  const rows = rowsOf(judged);
  const histories = checkHistories(evidence);
  const about = {
    kills,
    load: [startLoad, loadavg()[0]],
    sipp: byLoad,
    ownDelayMs: {
      p99: Math.round(delay.percentile(99) / 1e6),
      max: Math.round(delay.max / 1e6),
    },
  };
  const misses = missesOf(judged, rows, histories);
  say(`\n${tableOf(rows)}\n`);
  const { calls } = floor;
  say(`${calls.length} calls; load ${about.load.map((l) => l?.toFixed(1)).join(' to ')};`);
  const { p99, max } = about.ownDelayMs;
  say(`the harness itself was late by ${p99} ms (p99), ${max} ms (max)`);
  say(
    `SIPp beside it: ${byLoad.succeeded} calls, ${byLoad.failed} failed with the manager they were at`,
  );
  const { wrong, doubles } = histories;
  say(
    `${histories.histories} histories of ${histories.operations} operations: ${wrong.length} are not linearizable`,
  );
  say(`appearances given twice at one time: ${doubles.length}`);
  const sentences = judged.flatMap(({ round, figures: { lost, duplicates, stale } }) =>
    [...lost, ...duplicates, ...stale].map((text) => `${round.kind} ${round.victim}: ${text}`),
  );
  for (const text of [...sentences.slice(0, 4 * SENTENCES_MAX), ...wrong.slice(0, SENTENCES_MAX)])
    say(`  ${text}`);
  for (const text of doubles.slice(0, SENTENCES_MAX)) say(`  ${text}`);
  for (const miss of misses) say(`missed: ${miss}`);
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      jsonOf(judged, rows, histories, evidence, { ...about, complaints, misses }),
    );
  if (values.keep) say(`kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
  return misses.length === 0 ? 0 : 1;
}

function progress(round: Round, evidence: Evidence): void {
  const { outageMs, lost, duplicates, stale } = judgeRound(round, evidence);
  const what = `${round.kind} ${round.victim}`.trim();
  const counts = `lost ${lost.length}, duplicates ${duplicates.length}, stale ${stale.length}`;
  say(`${what}: outage ${Math.round(outageMs)} ms, ${counts} ${round.faults.join('; ')}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
