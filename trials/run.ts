/**
 * `npm run trials`: phones on real sockets at managers that are real processes. `--help` says what can be asked
 * for. Ends with 1 if a goal is missed. Needs nats-server and etcd.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { GOAL_MS, type LampFigures, lampTable, measureLamps } from './lamps.ts';
import { isFlawless, type SeizeFigures, seizeTable, tryToSeize } from './seize.ts';
import { MODES, type Mode, SIZES, type Size } from './stage.ts';
import { fraudTable, holdTable, ROWS } from './toll-fraud.ts';

const USAGE = `npm run trials -- seize|lamps|toll-fraud [options]

  seize            two phones at different managers go off-hook for one appearance, 0 to
                   500 ms apart: one has it, the other hears 480 with Retry-After
  lamps            a phone goes off-hook, or on-hook: until the last of 16 phones shows it;
                   the goal is ${GOAL_MS} ms for 99 of 100, on a machine with nothing else to do

  toll-fraud       what a manager just installed must refuse, and what it must let through: a
                   table of ${ROWS.length} rows, each sent to a real process (docs/security.md)

  --only TEXT      of toll-fraud: rows whose topic or name has that in it
  --list           of toll-fraud: writes the table as the documentation has it, and ends
  --trials N       so many trials, or events; 600 unless told, 400 of lamps
  --managers N     ${SIZES.join(', ')}; for several say it several times. 3 unless told
  --mode MODE      the line's: ${MODES.join(', ')}; for several say it several times. single unless told
  --json FILE      writes the figures
  --help
`;
/** How often it says how far it has come. */
const PROGRESS = 100;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    trials: { type: 'string' },
    managers: { type: 'string', multiple: true, default: ['3'] },
    mode: { type: 'string', multiple: true, default: ['single'] },
    json: { type: 'string' },
    only: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const [what] = positionals;
if (positionals.length !== 1 || !isKnown(what)) fail(USAGE);
if (values.list) {
  process.stdout.write(`${fraudTable(ROWS)}\n`);
  process.exit(0);
}
const count = Number(values.trials ?? (what === 'seize' ? 600 : 400));
if (!Number.isInteger(count) || count < 1) fail('--trials wants a whole number from 1 on');
const sizes = values.managers.map((text): Size => {
  const size = SIZES.find((each) => String(each) === text);
  return size ?? fail(`--managers ${text}: one of ${SIZES.join(', ')} is wanted`);
});
const modes = values.mode.map((text): Mode => {
  const mode = MODES.find((each) => each === text);
  return mode ?? fail(`--mode ${text}: one of ${MODES.join(', ')} is wanted`);
});

process.exitCode = await { seize, lamps, 'toll-fraud': tollFraud }[what]();

function isKnown(name: string | undefined): name is 'seize' | 'lamps' | 'toll-fraud' {
  return name === 'seize' || name === 'lamps' || name === 'toll-fraud';
}

async function seize(): Promise<number> {
  const rows: SeizeFigures[] = [];
  for (const mode of modes)
    for (const managers of sizes) {
      const about = `${mode}, ${managers} managers`;
      const progress = (done: number): void => {
        if (done % PROGRESS === 0) say(`${about}: ${done} of ${count} trials`);
      };
      rows.push(await tryToSeize(count, { managers, mode }, progress));
      say(seizeTable(rows));
    }
  return finish(rows, rows.every(isFlawless));
}

async function lamps(): Promise<number> {
  const rows: LampFigures[] = [];
  for (const mode of modes)
    for (const managers of sizes) {
      rows.push(await measureLamps(count, { managers, mode }));
      say(lampTable(rows));
    }
  const isReached = rows.every(
    ({ lastMs, faults }) => lastMs.p99 <= GOAL_MS && faults.length === 0,
  );
  return finish(rows, isReached);
}

async function tollFraud(): Promise<number> {
  const chosen = ROWS.filter(({ topic, name }) => `${topic}: ${name}`.includes(values.only));
  let wrong = 0;
  const results = await holdTable(chosen, ({ topic, name, due, seen }) => {
    if (due === seen) return;
    wrong++;
    say(`${topic}: ${name}\n  due:  ${due}\n  seen: ${seen}`);
  });
  const topics = new Set(results.map(({ topic }) => topic));
  say(`${results.length} rows under ${topics.size} topics, ${wrong} wrong`);
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  return wrong === 0 ? 0 : 1;
}

function finish(
  rows: readonly { readonly faults: readonly string[] }[],
  isReached: boolean,
): number {
  for (const fault of rows.flatMap(({ faults }) => faults)) say(fault);
  if (!isReached) say('The goal is missed.');
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
  return isReached ? 0 : 1;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
