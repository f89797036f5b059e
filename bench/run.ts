/**
 * `npm run bench`: what a call costs Linewright, beside Kamailio and a bare relay of the same datagrams.
 * All servers are measured in turn within one run, because only ratios taken at equal rates on one machine
 * at one time mean something. docs/performance.md says how to read it.
 *
 * Exit code 1 if any call failed: figures of such a run are worth nothing.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { House } from './house.ts';
import type { Figures } from './load.ts';
import { type Measurement, PLAN } from './plan.ts';
import { details, figure, type Result, table, writeJson } from './report.ts';
import { KAMAILIO, type Server, type ServerName } from './servers.ts';
import { SIPP } from './sipp.ts';

/** Programs of their own among the measurements, which have no server; those that a plain run leaves out are `rare`. */
const PROGRAMS = [
  { name: 'plan', script: 'dial-plan.ts', rare: false },
  { name: 'delivery', script: 'delivery.ts', rare: true },
] as const;
const PROGRAM_NAMES: readonly string[] = PROGRAMS.map(({ name }) => name);

const USAGE = `npm run bench -- [options]

  --only NAMES     of these, with commas: ${[...new Set(PLAN.map(({ name }) => name)), ...PROGRAM_NAMES].join(' ')}
  --max            also looks for the most basic calls per second
  --seconds N      length of one sample, 5 unless told (16 phones: twice that)
  --repeat N       samples of each server in turn, of which the median counts; 3 unless told
  --json FILE      writes the figures as {"rows": [...]}
  --help
`;

/** How long servers are watched doing nothing. */
const IDLE_SECONDS = 5;

/** Between two samples: what the last one left behind is over. */
const REST_MS = 300;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    max: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    repeat: { type: 'string', default: '3' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
process.exitCode = options.help ? usage() : await main();

function usage(): number {
  process.stdout.write(USAGE);
  return 0;
}

async function main(): Promise<number> {
  const names = options.only?.split(',');
  const wanted = PROGRAMS.filter(({ name, rare }) => names?.includes(name) ?? !rare);
  const failed = Math.max(0, ...wanted.map(({ script }) => benchProgram(script)));
  // Nothing else was asked for: no server is needed for that.
  if (names?.every((name) => PROGRAM_NAMES.includes(name)) === true) return failed;
  return Math.max(failed, await benchCalls());
}

/** In a process of its own: what it takes and allocates is nobody else's. */
function benchProgram(name: string): number {
  const script = resolve(import.meta.dirname, name);
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' });
  say('');
  return status ?? 1;
}

async function benchCalls(): Promise<number> {
  const chosen = choose();
  const [seconds, repeat] = [Number(options.seconds), Number(options.repeat)];
  if (chosen.length === 0 || !(seconds > 0) || !(repeat >= 1)) {
    process.stderr.write(USAGE);
    return 2;
  }
  const installer = resolve(import.meta.dirname, '../scripts/install-test-packages.mjs');
  const { status } = spawnSync(process.execPath, [installer, '--bench'], { stdio: 'inherit' });
  if (status !== 0) return 1;

  const folder = mkdtempSync(join(tmpdir(), 'linewright-bench-'));
  const machine = describeMachine();
  for (const [what, value] of Object.entries(machine)) say(`${what}: ${value}`);
  const results: Result[] = [];
  const house = new House(folder);
  try {
    for (const measurement of chosen)
      results.push(await measure(measurement, house, seconds, repeat));
  } finally {
    await house.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  say(`\n${table(results)}`);
  if (options.json !== undefined) writeJson(results, machine, options.json);
  return results.some(({ faults }) => faults.length > 0) ? 1 : 0;
}

function choose(): readonly Measurement[] {
  const names = options.only?.split(',');
  if (names?.includes('relay')) names.push('call');
  return PLAN.filter(({ name, optional }) => {
    if (name === 'max' && options.max) return true;
    return names === undefined ? !optional : names.includes(name);
  });
}

async function measure(
  measurement: Measurement,
  house: House,
  seconds: number,
  repeat: number,
): Promise<Result> {
  const { title, rate, fresh, warmth } = measurement;
  say(`\n${title}${rate === 0 ? '' : `, ${rate}/s`}`);
  if (fresh) await house.stop();
  else if (measurement.idle) await house.stop(measurement.servers);
  const faults: string[] = [];
  const figures = new Map<ServerName, Figures[]>();
  const load = measurement.open(house.folder);
  try {
    const servers: Server[] = [];
    for (const name of measurement.servers) servers.push(await house.server(name));
    for (const server of servers) {
      await load.prepare(server);
      faults.push(...(await house.warmUp(server, load, warmth)));
      await wait(REST_MS);
    }
    const idle = measurement.idle && (await house.idle(servers, IDLE_SECONDS));
    for (let round = 0; round < (fresh ? 1 : repeat); round += 1) {
      for (const server of servers) {
        const sample = await load.sample(server, seconds, idle?.get(server.name) ?? 0);
        faults.push(...sample.faults);
        figures.set(server.name, [...(figures.get(server.name) ?? []), sample.figures]);
        const { value = Number.NaN } = sample.figures;
        const again = sample.retransmissions > 0 ? `, ${sample.retransmissions} sent again` : '';
        const failed = sample.faults.length > 0 ? ', FAILED' : '';
        const parts = details(sample.figures);
        say(`  ${server.name} ${figure(value)} ${measurement.unit}${parts}${again}${failed}`);
        await wait(REST_MS);
      }
    }
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  } finally {
    await load.close();
  }
  return { measurement, figures, faults };
}

/** What a figure means nothing without. */
function describeMachine(): Readonly<Record<string, string>> {
  const firstLine = (command: string, args: readonly string[], wanted: RegExp): string => {
    const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    return wanted.exec(`${stdout}${stderr}`)?.[0] ?? 'unknown';
  };
  const git = (...args: string[]): string => {
    try {
      return execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
    } catch {
      return '';
    }
  };
  const changed = git('status', '--porcelain', '--', '../src', '../bin') === '' ? '' : ', changed';
  const processors = cpus();
  return {
    at: new Date().toISOString().slice(0, 16),
    machine: `${processors.length} × ${processors[0]?.model ?? 'unknown'}, Linux ${release()}`,
    load: `${loadavg()[0]?.toFixed(2)} before the run`,
    node: process.version,
    kamailio: firstLine(KAMAILIO, ['-v'], /kamailio \S+/),
    sipp: firstLine(SIPP, ['-v'], /v\d[\w.-]*/),
    commit: `${git('rev-parse', '--short', 'HEAD') || 'unknown'}${changed}`,
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
