/**
 * Programs run by the benchmark, and what `/proc` says of them: CPU time and memory of a program with all
 * that it started (Linux, proc(5)). Whatever happens to the benchmark, they end with it.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** How much of a program's output is kept: its end explains a failure. */
const OUTPUT_CHARS_MAX = 1 << 16;
const STOP_WITHIN_MS = 5000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

/** A program that runs, or has ended. */
export class Program {
  readonly pid: number;
  /** Settles with the exit code; -1 if a signal ended it or it could not be started. */
  readonly ended: Promise<number>;
  readonly #child: ChildProcess;
  #output = '';
  #exitCode: number | undefined;

  constructor(command: string, args: readonly string[], folder: string) {
    // SIPp looks at TERM even when it draws nothing.
    const env = { ...process.env, TERM: 'dumb' };
    const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.pid = child.pid ?? 0;
    running.add(child);
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString('utf8')).slice(-OUTPUT_CHARS_MAX);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    this.ended = new Promise((resolve) => {
      const end = (code: number, why: string): void => {
        running.delete(child);
        this.#output += why;
        this.#exitCode = code;
        resolve(code);
      };
      child.on('error', (error) => end(-1, `${command} cannot be started: ${error.message}\n`));
      child.on('close', (code) => end(code ?? -1, ''));
    });
  }

  /** What it printed last, standard output and error together. */
  get output(): string {
    return this.#output;
  }

  /** Undefined while it runs. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** Signals it, and kills it if it has not ended `withinMs` later. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', withinMs = STOP_WITHIN_MS): Promise<void> {
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), withinMs);
    await this.ended;
    clearTimeout(timer);
  }
}

/** Calls `reached` every `everyMs` until it returns true; false if that takes longer than `withinMs`. */
export async function eventually(
  reached: () => boolean | Promise<boolean>,
  withinMs: number,
  everyMs = 50,
): Promise<boolean> {
  const deadlineMs = performance.now() + withinMs;
  while (performance.now() < deadlineMs) {
    if (await reached()) return true;
    await wait(everyMs);
  }
  return false;
}

/** User and system time of `pids` and all their descendants so far, in ms. The kernel counts in ticks of 10 ms. */
export function cpuMs(pids: readonly number[]): number {
  let ticks = 0;
  for (const each of families(pids)) {
    const fields = statOf(each);
    // utime and stime, the 14th and 15th.
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return (ticks * 1000) / TICKS_PER_S;
}

/** Memory of `pids` and all their descendants in KB, pages that several share divided among them (PSS). */
export function memoryKb(pids: readonly number[]): number {
  let sum = 0;
  for (const each of families(pids)) {
    const [, kb = '0'] = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${each}/smaps_rollup`)) ?? [];
    sum += Number(kb);
  }
  return sum;
}

const TICKS_PER_S = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100;

function families(pids: readonly number[]): number[] {
  const childrenOf = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(statOf(Number(name))[1] ?? 0);
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(name)]);
  }
  const found = [...pids];
  for (const each of found) found.push(...(childrenOf.get(each) ?? []));
  return found;
}

/** The fields of `/proc/PID/stat` from the third on: what precedes may hold spaces and parentheses. */
function statOf(pid: number): string[] {
  const text = read(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Empty if the process is gone: they come and go while one looks. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
