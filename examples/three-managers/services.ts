/** Programs that run as long as the example does: started, watched, and stopped by their process numbers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export type Order = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where its output goes. */
  readonly log: string;
  /** What to do when the program is not there. */
  readonly remedy: string;
};

const READY_MS = 20_000;
const POLL_MS = 30;
/** Who does not end by then is ended. */
const STOP_MS = 70_000;

export class Service {
  readonly name: string;
  readonly log: string;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  readonly #child: ChildProcess;
  #failure: string | undefined;

  /** Throws when the program cannot be run; see `failure`. */
  constructor({ name, command, args, env = {}, log, remedy }: Order) {
    this.name = name;
    this.log = log;
    const out = openSync(log, 'a');
    // A group of its own: Ctrl-C in the terminal is for whoever started all this, to do it in order.
    this.#child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', out, out],
      detached: true,
    });
    closeSync(out);
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#failure = `${command} cannot be run (${error.message}): ${remedy}`;
        resolve(1);
      });
      this.#child.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    const { exitCode, signalCode, pid } = this.#child;
    return pid !== undefined && exitCode === null && signalCode === null;
  }

  /** What it said, from `from` on. */
  said(from = 0): string {
    return readFileSync(this.log).subarray(from).toString();
  }

  /** Until `isReady`; throws with its last words when it ends before, or takes too long. */
  async ready(isReady: () => Promise<boolean> | boolean): Promise<void> {
    const endMs = performance.now() + READY_MS;
    while (!(await isReady())) {
      if (this.#failure !== undefined) throw new Error(this.#failure);
      if (!this.isRunning || performance.now() > endMs)
        throw new Error(`${this.name} did not start. It said:\n${this.said().slice(-2000)}`);
      await pause(POLL_MS);
    }
  }

  /** Asks it to end, and sees to it. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.kill(), STOP_MS);
    await this.ended;
    clearTimeout(late);
  }

  kill(): void {
    if (this.isRunning) this.#child.kill('SIGKILL');
  }
}

export async function isListening(port: number): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port });
  try {
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Whether nobody listens there on TCP. */
export function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
