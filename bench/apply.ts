/**
 * `node bench/apply.ts`: how long a manager's event loop is kept, at most, by a change of a large directory, and what
 * that costs in CPU. A manager of its own, with a data folder, on 28060 and 28080; the changes come by
 * `linewright apply`, one entry each, as an administrator makes them.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const USAGE = `node bench/apply.ts [options]

  --devices N   how many, 40000 unless told
  --changes N   how many, 5 unless told
  --help
`;
const PROGRAM = join(import.meta.dirname, '../bin/linewright.mjs');
const WEB = 'http://127.0.0.1:28080';
const DELAY = /^linewright_event_loop_delay_seconds\{quantile="0\.999\d*"\} (\S+)$/m;
const CPU = /^linewright_process_cpu_seconds_total (\S+)$/m;

const { values: options } = parseArgs({
  options: {
    devices: { type: 'string', default: '40000' },
    changes: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) process.stdout.write(USAGE);
else await main(Number(options.devices), Number(options.changes));

async function main(devices: number, changes: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-bench-apply-'));
  const directory = join(folder, 'directory');
  mkdirSync(directory);
  writeFileSync(join(folder, 'manager.yaml'), managerOf(folder));
  writeFileSync(join(directory, 'devices.yaml'), devicesOf(devices));
  writeLines(directory, 0);
  const env = { ...process.env, LINEWRIGHT_URL: WEB, LINEWRIGHT_TOKEN: 'bench-bench-bench' };
  const manager = spawn(process.execPath, [PROGRAM, 'start', '-c', join(folder, 'manager.yaml')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  });
  try {
    await ready();
    say(`${devices} devices, load ${loadavg()[0]?.toFixed(2)}`);
    await look();
    for (let change = 1; change <= changes; change++) {
      writeLines(directory, change);
      const before = await look();
      execFileSync(process.execPath, [PROGRAM, 'apply', '-f', directory], { env });
      const { delayMs, cpuS } = await look();
      say(
        `  change ${change}: ${delayMs.toFixed(0)} ms at most, ${(cpuS - before.cpuS).toFixed(2)} s of CPU`,
      );
    }
  } finally {
    const exited = once(manager, 'exit');
    manager.kill();
    await exited;
    rmSync(folder, { recursive: true });
  }
}

function managerOf(folder: string): string {
  return JSON.stringify({
    manager: { id: 'bench', data: join(folder, 'data') },
    sip: { domain: 'pbx.test', listen: ['udp://127.0.0.1:28060'] },
    web: { listen: WEB, token: 'bench-bench-bench' },
    security: { loopback_only: 'on' },
    directory: 'directory/',
  });
}

/** Each with a number, a password, and somewhere to forward to. */
function devicesOf(count: number): string {
  const range = `{00000..${String(count - 1).padStart(5, '0')}}`;
  const device = { number: `1${range}`, name: `Phone ${range}`, password: 'secret' };
  const forward = { no_answer: { after: '20s', to: '2000' } };
  return JSON.stringify({ devices: { [`d1${range}`]: { ...device, ...forward } } });
}

/** What a change changes: a line's name, and a device more. */
function writeLines(directory: string, change: number): void {
  const line = { name: `Office ${change}`, members: { a: { device: 'd100000' } } };
  const more = { [`more${change}`]: { number: String(3000 + change), password: 'secret' } };
  const plan = { partitions: { internal: { '1XXXXX': 'line', '2XXX': 'line' } } };
  const search = { default: ['internal'] };
  const text = { lines: { '2000': line }, devices: more, route_plan: { ...plan, search } };
  writeFileSync(join(directory, 'lines.yaml'), JSON.stringify(text));
}

async function ready(): Promise<void> {
  for (;;) {
    const answer = await fetch(`${WEB}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Since the last look. */
async function look(): Promise<{ readonly delayMs: number; readonly cpuS: number }> {
  const text = await (await fetch(`${WEB}/metrics`)).text();
  const delayMs = 1000 * Number(DELAY.exec(text)?.[1] ?? Number.NaN);
  return { delayMs, cpuS: Number(CPU.exec(text)?.[1]) };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
