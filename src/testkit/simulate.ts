/**
 * `npm run simulate -- --seeds N --seed S [--seconds T] [--managers 1|3|4|5] [--world plain|shared]`: runs that
 * many seeds from S on, or as many as fit into the time, on all processors; each in a world of phones that
 * know nothing of sharing, and in one where phones of all dialects share a line. A seed that breaks an
 * invariant prints what befell the cluster and the command that replays it.
 */
import { parseArgs } from 'node:util';
import { runSeeds, WORLDS } from './seed-workers.ts';
import type { Recovery, SimulationResult } from './simulation-result.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string' },
    managers: { type: 'string' },
    world: { type: 'string' },
  },
});

const count = readNumber(
  'seeds',
  values.seeds ?? (values.seconds === undefined ? '1000' : '1000000000'),
);
const first = readNumber('seed', values.seed);
const managers =
  values.managers === undefined ? undefined : readNumber('managers', values.managers);
const worlds = values.world === undefined ? WORLDS : WORLDS.filter((each) => each === values.world);
if (worlds.length === 0) {
  console.error(`--world ${values.world}: one of ${WORLDS.join(', ')} is wanted`);
  process.exit(2);
}
const started = performance.now();
const untilMs =
  values.seconds === undefined
    ? Number.POSITIVE_INFINITY
    : started + 1000 * readNumber('seconds', values.seconds);

const totals = { runs: 0, shared: 0, clusters: 0, calls: 0, answered: 0, datagrams: 0, failed: 0 };
const recoveries: Recovery[] = [];
await runSeeds({ first, count, managers, worlds, untilMs, done: report });
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  `${totals.runs} runs of seeds from ${first} on (${totals.shared} with a line that phones share, ` +
    `${totals.clusters} of clusters), ${totals.calls} calls ` +
    `(${totals.answered} answered), ${totals.datagrams} datagrams in ${seconds} s: ` +
    `${totals.failed} with a broken invariant`,
);
for (const how of ['process', 'machine'] as const) {
  const sorted = recoveries.filter((each) => each.how === how).map(({ ms }) => ms);
  if (sorted.length === 0) continue;
  sorted.sort((one, other) => one - other);
  const quantile = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  console.log(
    `a new call rings a line after the death of a manager's ${how}: p50 ${quantile(0.5)} ms, ` +
      `p99 ${quantile(0.99)} ms, at most ${quantile(1)} ms of virtual time, in ${sorted.length} deaths`,
  );
}
console.log(`${totals.runs - totals.failed} passed, ${totals.failed} failed`);
if (totals.failed > 0 || totals.runs === 0) process.exitCode = 1;

function report(result: SimulationResult): void {
  const { seed, world, violations, story } = result;
  totals.runs++;
  if (result.world === 'shared') totals.shared++;
  if (result.managers > 1) totals.clusters++;
  totals.calls += result.calls;
  totals.answered += result.answered;
  totals.datagrams += result.datagrams;
  recoveries.push(...result.recoveries);
  if (violations.length === 0) return;
  totals.failed++;
  for (const what of [...story, ...violations]) console.log(`seed ${seed}, ${world}: ${what}`);
  const shape = managers === undefined ? '' : ` --managers ${managers}`;
  console.log(`  replay: npm run simulate -- --seeds 1 --seed ${seed} --world ${world}${shape}`);
}

function readNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${name} ${text}: a whole number is wanted`);
  process.exit(2);
}
