/** SIPp as the benchmark's callers, phones and registrations: started, counted, and asked whether all went well. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, Program } from './processes.ts';
import { ADDRESS, BENCH_FOLDER, type Server } from './servers.ts';

const CALLS_OPEN_MAX = 15_000;
const BUFFER_BYTES = 4_000_000;
/** How long a run may take beyond what its rate says. */
const LATE_MS = 25_000;
/** SIPp writes its counts once a second; phones wait half a second for what is repeated. */
const PHONES_SETTLE_WITHIN_MS = 5000;

/** The Debian package that has it. */
export const SIPP = 'sipp';

/** Counts of one SIPp so far. */
export type Counts = {
  readonly succeeded: number;
  readonly failed: number;
  readonly retransmissions: number;
};

export type Load = {
  /** Name of a file in scenarios/. */
  readonly scenario: string;
  readonly port: number;
  readonly perSecond: number;
  readonly calls: number;
  /** The number that is called. */
  readonly number?: string;
  /** How long the scenario's pause is. */
  readonly pauseMs?: number;
  /** Path of the fields that the scenario takes. */
  readonly fields?: string;
};

let started = 0;

/** One SIPp. */
export class Sipp {
  readonly program: Program;
  readonly #stem: string;
  readonly #scenario: string;

  constructor(scenario: string, port: number, folder: string, args: readonly string[]) {
    started += 1;
    this.#scenario = scenario;
    this.#stem = join(folder, `${scenario}-${started}`);
    const words = ['-sf', join(BENCH_FOLDER, 'scenarios', `${scenario}.xml`)];
    words.push('-i', ADDRESS, '-p', String(port), '-nostdin', '-l', String(CALLS_OPEN_MAX));
    words.push('-buff_size', String(BUFFER_BYTES), '-trace_stat', '-stf', `${this.#stem}.csv`);
    words.push('-fd', '1', '-trace_err', '-error_file', `${this.#stem}.log`);
    this.program = new Program(SIPP, [...args, ...words], folder);
  }

  /** What it counted when it last wrote that down. */
  get counts(): Counts {
    const [head = '', ...rows] = readOr(`${this.#stem}.csv`, '').trimEnd().split('\n');
    const names = head.split(';');
    const last = rows.at(-1)?.split(';') ?? [];
    const count = (name: string): number => Number(last[names.indexOf(name)] ?? 0);
    return {
      succeeded: count('SuccessfulCall(C)'),
      failed: count('FailedCall(C)'),
      retransmissions: count('Retransmissions(C)'),
    };
  }

  /** The first of what it complained of. */
  get complaint(): string {
    const text = readOr(`${this.#stem}.log`, '') || this.program.output;
    return `${this.#scenario}: ${text.trim().split('\n').slice(0, 12).join('\n')}`;
  }
}

/** Sends the load to the server until its last call is over. Resolves with what was wrong: nothing, as a rule. */
export async function send(
  load: Load,
  server: Server,
  folder: string,
  during?: () => Promise<void>,
): Promise<{ readonly faults: string[]; readonly retransmissions: number }> {
  const { calls, perSecond, pauseMs = 0 } = load;
  const words = [`${ADDRESS}:${server.port}`, '-r', String(perSecond), '-m', String(calls)];
  if (load.number !== undefined) words.push('-s', load.number);
  if (load.fields !== undefined) words.push('-inf', load.fields);
  words.push('-d', String(pauseMs));
  const sipp = new Sipp(load.scenario, load.port, folder, words);
  const overMs = (calls / perSecond) * 1000 + pauseMs + LATE_MS;
  const timer = setTimeout(() => void sipp.program.stop('SIGKILL'), overMs);
  await Promise.all([sipp.program.ended, during?.()]);
  clearTimeout(timer);

  const { succeeded, failed, retransmissions } = sipp.counts;
  const faults: string[] = [];
  if (succeeded !== calls || failed > 0 || sipp.program.exitCode !== 0) {
    const lost = `${calls - succeeded} of ${calls} did not succeed (${failed} failed)`;
    faults.push(`${server.name}: ${lost}\n${sipp.complaint}`);
  }
  return { faults, retransmissions };
}

/** Phones that stay for several runs: the first answers, the others ring. */
export class Phones {
  readonly #phones: readonly Sipp[];

  constructor(count: number, firstPort: number, ringMs: number, folder: string) {
    this.#phones = Array.from({ length: count }, (_, index) => {
      const scenario = index === 0 ? 'phone-answers' : 'phone-rings';
      const words = ['-d', String(ringMs)];
      return new Sipp(scenario, firstPort + index, folder, words);
    });
  }

  /** Waits until each has done with `calls` more than `before`; what was wrong otherwise. */
  async settled(before: readonly Counts[], calls: number): Promise<string[]> {
    const since = () =>
      this.counts.map(({ succeeded, failed }, index) => ({
        succeeded: succeeded - (before[index]?.succeeded ?? 0),
        failed: failed - (before[index]?.failed ?? 0),
      }));
    const done = await eventually(
      () => since().every(({ succeeded, failed }) => succeeded + failed >= calls),
      PHONES_SETTLE_WITHIN_MS,
      100,
    );
    if (done && since().every(({ succeeded, failed }) => succeeded === calls && failed === 0))
      return [];
    const faults = since().flatMap(({ succeeded, failed }, index) =>
      succeeded === calls && failed === 0
        ? []
        : [
            `phone ${index + 1}: ${succeeded} of ${calls} as expected, ${failed} failed\n${this.#phones[index]?.complaint}`,
          ],
    );
    return faults.slice(0, 2);
  }

  get counts(): Counts[] {
    return this.#phones.map((phone) => phone.counts);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#phones.map(({ program }) => program.stop('SIGKILL')));
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
