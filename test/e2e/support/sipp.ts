/** SIPp: starts it on a scenario and reads back what the scenario logged. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Child, startChild } from './child.ts';

/** What SIPp is run with. */
export type SippSetup = {
  /** Unique in the folder. */
  readonly name: string;
  readonly folder: string;
  readonly scenario: string;
  readonly localPort: number;
  /** 127.0.0.1 unless told. */
  readonly localAddress?: string;
  /** Where it sends to on 127.0.0.1. */
  readonly remotePort: number;
  /** Calls that it starts, then ends, and how many per second; absent: it takes calls until the test ends. */
  readonly starts?: { readonly calls: number; readonly rate: number };
};

/** A folder to keep all messages of all SIPps in, for finding out what went on. */
const { SIPP_TRACE } = process.env;

/** One line that a scenario logged about a call. */
export type SippEvent = { readonly call: number; readonly what: string; readonly detail: string };

/** A running SIPp. */
export class Sipp {
  readonly name: string;
  readonly #child: Child;
  readonly #folder: string;

  constructor(t: TestContext, setup: SippSetup) {
    const { name, folder, starts } = setup;
    this.name = name;
    this.#folder = folder;
    const file = join(folder, `${name}.xml`);
    writeFileSync(file, setup.scenario);
    const pace = starts === undefined ? '' : ` -m ${starts.calls} -r ${starts.rate} -rp 1000`;
    const options =
      `-i ${setup.localAddress ?? '127.0.0.1'} -p ${setup.localPort}${pace} -l 20000 -nostdin ` +
      `-buff_size 4000000 -trace_logs -log_file ${name}.log -trace_err -error_file ${name}.err`;
    const trace = SIPP_TRACE
      ? ['-trace_msg', '-message_file', join(SIPP_TRACE, `${name}.msg`)]
      : [];
    this.#child = startChild(
      t,
      `sipp ${name}`,
      'sipp',
      [`127.0.0.1:${setup.remotePort}`, '-sf', file, ...options.split(' '), ...trace],
      { cwd: folder, env: { TERM: 'dumb' } },
    );
  }

  /** Waits until it has handled its calls; the exit code is 0 if each went as the scenario says. */
  async finished(ms: number): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const fail = (): void =>
        reject(new Error(`${this.name} not done after ${ms} ms\n${this.trouble}`));
      timer = setTimeout(fail, ms);
    });
    try {
      return await Promise.race([this.#child.exited, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Messages that its scenario had no place for, as SIPp tells of them; empty: all went as written. */
  get surprises(): readonly string[] {
    return this.#read('err').match(/Aborting call on .*/g) ?? [];
  }

  /** What it logged so far. */
  get events(): SippEvent[] {
    return this.#read('log')
      .split('\n')
      .flatMap((line) => {
        const [, call, what = '', detail = ''] = /(\d+) ([a-z]+) ?(.*)$/.exec(line) ?? [];
        return call === undefined ? [] : [{ call: Number(call), what, detail: detail.trim() }];
      });
  }

  /** What went wrong by its own word, for messages. */
  get trouble(): string {
    const errors = this.#read('err').slice(0, 3000);
    return `${errors}\n${this.#child.output.slice(-1200)}`;
  }

  #read(kind: string): string {
    const file = join(this.#folder, `${this.name}.${kind}`);
    return existsSync(file) ? readFileSync(file, 'latin1') : '';
  }
}
