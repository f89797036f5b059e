/**
 * `npm run explore`: goes through every state of the protocols that decide something once, in small
 * worlds, with what may go wrong there. `-- --large` takes the larger worlds, which need minutes and
 * some gigabytes; `-- --only WORDS` those whose names have them. A broken invariant is shown by one of
 * the shortest ways to it, and the exit code is 1.
 */
import { parseArgs } from 'node:util';
import { LARGE, SMALL } from './explore/configurations.ts';
import { type Exploration, explore } from './explore/explorer.ts';

const { values } = parseArgs({
  options: { large: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});

const COLUMNS = ['', 'states', 'transitions', 'depth', 'seconds', ''];
const WIDTHS = [58, 11, 13, 7, 9, 12];

console.log(rowOf(COLUMNS));
let explored = 0;
const broken: Exploration[] = [];
for (const makeModel of values.large ? LARGE : SMALL) {
  const model = makeModel();
  if (!model.name.includes(values.only)) continue;
  const found = explore(model);
  explored++;
  if (!found.isComplete) broken.push(found);
  const { name, states, transitions, depth, ms } = found;
  const cells = [states, transitions, depth].map((count) => count.toLocaleString('en'));
  console.log(rowOf([name, ...cells, (ms / 1000).toFixed(1), verdictOf(found)]));
}
for (const { name, violation } of broken) {
  if (violation === undefined) continue;
  console.log(`\n${name}: ${violation.what}, after`);
  for (const step of violation.trace) console.log(`  ${step}`);
}
console.log(`${explored - broken.length} passed, ${broken.length} failed`);
if (broken.length > 0 || explored === 0) process.exitCode = 1;

function verdictOf({ isComplete, violation }: Exploration): string {
  if (violation !== undefined) return 'BROKEN';
  return isComplete ? 'ok' : 'too large';
}

function rowOf(cells: readonly string[]): string {
  return cells
    .map((cell, at) => (at === 0 ? cell.padEnd(WIDTHS[at] ?? 0) : cell.padStart(WIDTHS[at] ?? 0)))
    .join('')
    .trimEnd();
}
