/**
 * A program of another kind run beside the test: a phone, a load generator, a browser, the manager.
 * Keeps what it printed, waits for what it should print, and never outlives the test: it is stopped by
 * the test's own `after` and, should the runner die first, at the exit of this process. Killed by pid.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { eventually } from './waiting.ts';

/** How much of a program's output is kept for messages: its end is what explains a failure. */
const OUTPUT_CHARS_MAX = 1 << 20;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** What may be said of a program besides its arguments. */
export type ChildOptions = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Name of the network namespace to run in. */
  readonly namespace?: string | undefined;
};

/** A running program. */
export class Child {
  readonly name: string;
  readonly pid: number;
  /** Settles with the exit code (128 + number for a signal is not computed: -1). */
  readonly exited: Promise<number>;
  readonly #process: ChildProcess;
  #output = '';
  #exitCode: number | undefined;

  constructor(name: string, command: string, args: readonly string[], options: ChildOptions = {}) {
    this.name = name;
    const words = options.namespace
      ? ['ip', 'netns', 'exec', options.namespace, command, ...args]
      : [command, ...args];
    const child = spawn(words[0] ?? '', words.slice(1), {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.pid = child.pid ?? 0;
    running.add(child);
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString('utf8')).slice(-OUTPUT_CHARS_MAX);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    this.exited = new Promise((resolve) => {
      const ended = (code: number, why: string): void => {
        running.delete(child);
        this.#output += why;
        this.#exitCode = code;
        resolve(code);
      };
      child.on('error', (error) =>
        ended(-1, `could not start ${words.join(' ')}: ${error.message}`),
      );
      child.on('close', (code, signal) => ended(code ?? -1, signal ? `ended by ${signal}\n` : ''));
    });
  }

  /** Everything printed so far, standard output and error together. */
  get output(): string {
    return this.#output;
  }

  /** The exit code, or undefined while it runs. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** Waits until the output matches; throws with the whole output if it does not, or if the program ends. */
  async waitForOutput(pattern: RegExp, ms: number): Promise<RegExpMatchArray> {
    return eventually(
      `${this.name} prints ${pattern}`,
      () => {
        const match = this.#output.match(pattern);
        if (match) return match;
        if (this.#exitCode !== undefined)
          throw new Error(`${this.name} ended (${this.#exitCode}):\n${this.#output}`);
        return undefined;
      },
      ms,
      () => this.#output,
    );
  }

  signal(name: NodeJS.Signals): void {
    if (this.#exitCode === undefined) this.#process.kill(name);
  }

  /** Asks it to end, and makes it after `graceMs`. Returns the exit code. */
  async stop(graceMs = 2000): Promise<number> {
    if (this.#exitCode !== undefined) return this.#exitCode;
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), graceMs);
    const code = await this.exited;
    clearTimeout(timer);
    return code;
  }
}

/** Starts a program that ends with the test, whatever the test's end. */
export function startChild(
  t: TestContext,
  name: string,
  command: string,
  args: readonly string[],
  options: ChildOptions = {},
): Child {
  const child = new Child(name, command, args, options);
  t.after(() => child.stop());
  return child;
}
