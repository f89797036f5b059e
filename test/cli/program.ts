/** Runs the real command line, bin and all, and gives what it said and how it ended. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/linewright.mjs', import.meta.url));

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

/** A folder in which managers of this test leave how to find them, and no others do. */
export function runtimeOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-cli-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export type Program = {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when standard output holds `text`; rejects if the program ends before. */
  said(text: string): Promise<string>;
};

/** Starts `linewright` with `args`, under this Node unless told otherwise. */
export function startProgram(
  runtime: string,
  args: readonly string[],
  options: { readonly node?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Program {
  const env = { ...process.env, LINEWRIGHT_RUNTIME: runtime, NO_COLOR: '1', ...options.env };
  const child = spawn(options.node ?? process.execPath, [BIN, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  const wakers = new Set<() => void>();
  const wake = () => {
    for (const each of wakers) each();
  };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
    wake();
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      resolve({ code, out, err });
      wake();
    });
  });
  const said = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        if (out.includes(text)) resolve(out);
        else if (child.exitCode !== null || child.signalCode !== null)
          reject(new Error(`ended without saying '${text}': ${out}${err}`));
        else return;
        wakers.delete(look);
      };
      wakers.add(look);
      look();
    });
  return { child, ended, said };
}

/** Runs `linewright` to its end. */
export function runProgram(
  runtime: string,
  args: readonly string[],
  options: Parameters<typeof startProgram>[2] = {},
): Promise<Ended> {
  return startProgram(runtime, args, options).ended;
}

/** A Node older than ours, if the machine has one. */
export function olderNode(): string | undefined {
  const candidates = ['/usr/bin/node', '/usr/local/bin/node'];
  return candidates.find((path) => {
    const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    return /^v(?:1[89]|2[0-3])\./.test(stdout ?? '');
  });
}
