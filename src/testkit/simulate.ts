/**
 * `npm run simulate -- --seeds N --seed S [--seconds T]`: runs that many seeds from S on, or as
 * many as fit into the time. A seed that breaks an invariant prints the command that replays it.
 */
import { parseArgs } from 'node:util';
import { simulate } from './simulation.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string' },
  },
});

const count = readNumber(
  'seeds',
  values.seeds ?? (values.seconds === undefined ? '1000' : '1000000000'),
);
const first = readNumber('seed', values.seed);
const untilMs =
  values.seconds === undefined
    ? Number.POSITIVE_INFINITY
    : performance.now() + 1000 * readNumber('seconds', values.seconds);

const started = performance.now();
const totals = { seeds: 0, calls: 0, answered: 0, datagrams: 0, failed: 0 };
for (let seed = first; seed < first + count && performance.now() < untilMs; seed++) {
  const result = simulate(seed);
  totals.seeds++;
  totals.calls += result.calls;
  totals.answered += result.answered;
  totals.datagrams += result.datagrams;
  if (result.violations.length === 0) continue;
  totals.failed++;
  for (const violation of result.violations) console.log(`seed ${seed}: ${violation}`);
  console.log(`  replay: npm run simulate -- --seeds 1 --seed ${seed}`);
}
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  `${totals.seeds} seeds from ${first}, ${totals.calls} calls (${totals.answered} answered), ` +
    `${totals.datagrams} datagrams in ${seconds} s: ${totals.failed} with a broken invariant`,
);
console.log(`${totals.seeds - totals.failed} passed, ${totals.failed} failed`);
if (totals.failed > 0 || totals.seeds === 0) process.exitCode = 1;

function readNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${name} ${text}: a whole number is wanted`);
  process.exit(2);
}
