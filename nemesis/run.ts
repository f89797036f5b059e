/**
 * `npm run nemesis`: a cluster of three managers, three nats-servers and three etcds, real processes all,
 * with phones that call all the while; each kind of fault in turn, some times. Prints what phones noticed;
 * ends with 1 if a goal is missed. `--help` says what can be asked for.
 *
 * It runs itself again in a network namespace of its own. Needs root, iproute2, iptables, nats-server,
 * etcd and sipp.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
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
import { FAULT_KINDS, type FaultKind, type Logged, type Round } from './records.ts';
import { jsonOf, missesOf, rowsOf, tableOf } from './report.ts';
import { playRound } from './rounds.ts';
import { Stalls } from './stalls.ts';

const USAGE = `npm run nemesis -- [options]

  --kills N        each kind of fault so often, in turn; 3 unless told
  --only KIND      this kind only; for several say it several times. One of
                   ${FAULT_KINDS.map((kind) => `'${kind}'`).join('\n                   ')}
  --json FILE      writes what phones noticed, round by round, and the figures
  --keep           keeps the programs' files and logs, and says where
  --help

Needs root, and the programs ip, iptables, nats-server, etcd and sipp.
`;
const INSIDE = 'LINEWRIGHT_NEMESIS_INSIDE';
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** Of cases of one sort that are told one by one; all are in the JSON. */
const TOLD_MAX = 20;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true },
    json: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const kills = Number(values.kills);
if (!Number.isInteger(kills) || kills < 1) fail('--kills wants a whole number from 1 on');
const kinds = FAULT_KINDS.filter((kind) => values.only?.includes(kind) ?? true);
if (kinds.length === 0) fail(`--only wants one of: ${FAULT_KINDS.join(', ')}`);

// Programs of the benchmark end the process at once; here others are to be ended first.
for (const signal of SIGNALS) process.removeAllListeners(signal);
process.exitCode = process.env[INSIDE] === undefined ? await runInside() : await run();

/** The same again, in a namespace that goes with it. */
async function runInside(): Promise<number> {
  if (process.getuid?.() !== 0) fail('a network namespace and users for the managers need root');
  const namespace = `nemesis${process.pid}`;
  execFileSync('ip', ['netns', 'add', namespace]);
  try {
    execFileSync('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);
    const words = ['netns', 'exec', namespace, process.execPath, ...process.argv.slice(1)];
    const env = { ...process.env, [INSIDE]: '1' };
    const child = spawn('ip', words, { stdio: 'inherit', env });
    for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
    const [code] = await once(child, 'exit');
    return typeof code === 'number' ? code : 1;
  } finally {
    execFileSync('ip', ['netns', 'delete', namespace]);
  }
}

async function run(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-nemesis-'));
  // Managers run as other users, and read their files there.
  chmodSync(folder, 0o755);
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
  const close = async (): Promise<void> => {
    floor.close();
    await load.stop();
    await house.close();
    if (values.keep) say(`kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  };
  for (const signal of SIGNALS)
    process.once(signal, () => void close().finally(() => process.exit(1)));
  try {
    return await measure(house, floor, load, logged);
  } finally {
    await close();
  }
}

async function measure(
  house: House,
  floor: Floor,
  load: Load,
  logged: readonly Logged[],
): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const loads = [loadavg()[0]];
  const rounds: Round[] = [];
  const stalls = new Stalls();
  const { calls, legs } = floor;
  const evidence = (): Evidence => ({ rounds, calls, legs, logged, endMs: performance.now() });
  floor.probe();
  load.start();
  for (const [kind, nth] of schedule()) {
    const round = { ...(await playRound(kind, nth, house, floor)), stallMs: stalls.take() };
    rounds.push(round);
    loads.push(loadavg()[0]);
    progress(round, evidence());
  }
  stalls.stop();
  floor.quieten();
  await pause(2 * DEFINITE_MS);

  const seen = evidence();
  const judged = rounds.map((round) => ({ round, figures: judgeRound(round, seen) }));
  const rows = rowsOf(judged);
  const histories = checkHistories(seen);
  const misses = missesOf(judged, rows, histories);
  const lateMs = { p99: ms(delay.percentile(99)), max: ms(delay.max) };
  const machine = { load: Math.max(...loads.map((one) => one ?? 0)), lateMs };
  say(`\n${tableOf(rows)}\n`);
  say(
    `${calls.length} calls, and by SIPp ${load.counts.succeeded}; ${load.counts.failed} of SIPp's`,
  );
  say('failed, with the manager that they were at.');
  say(
    `Load average up to ${machine.load.toFixed(1)}; late by ${lateMs.p99} ms (p99), ${lateMs.max} ms.`,
  );
  const { wrong, doubles } = histories;
  say(
    `${histories.histories} histories, ${histories.operations} operations: ${wrong.length} not linearizable.`,
  );
  say(`Appearances given twice at one time: ${doubles.length}.`);
  const cases = judged.flatMap(({ round, figures: { lost, duplicates, stale } }) =>
    [...lost, ...duplicates, ...stale].map((text) => `${round.kind} ${round.victim}: ${text}`),
  );
  for (const list of [cases, wrong, doubles])
    for (const text of list.slice(0, TOLD_MAX)) say(`  ${text}`);
  for (const miss of misses) say(`missed: ${miss}`);
  if (values.json !== undefined) {
    const managers = house.managers.map(({ id, starts, complaints }) => ({
      id,
      starts,
      complaints,
    }));
    const about = { kills, machine, sipp: load.counts, misses, managers };
    writeFileSync(values.json, jsonOf(judged, rows, histories, seen, about));
  }
  return misses.length === 0 ? 0 : 1;
}

/** Kinds take turns, so that no manager is expelled again and again: it would have to wait. */
function schedule(): [FaultKind, number][] {
  return Array.from({ length: kills }, (_, nth) =>
    kinds.map((kind, at): [FaultKind, number] => [kind, nth + at]),
  ).flat();
}

function progress(round: Round, evidence: Evidence): void {
  // What was lost or came twice is known when all calls are over.
  const { outageMs, doubts } = judgeRound(round, evidence);
  const what = `${round.kind} ${round.victim}`.trim();
  say([`${what}: outage ${Math.round(outageMs)} ms`, ...doubts].join('; '));
}

function ms(ns: number): number {
  return Math.round(ns / 1e6);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
