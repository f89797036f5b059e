/** The real manager as its user starts it: `bin/linewright.mjs start -c manager.yaml`, ready when it says so. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { type Child, startChild } from './child.ts';
import { type ManagerSetup, writeManagerFiles } from './manager-files.ts';
import type { Host } from './network.ts';

/** Another build than this checkout's can be tested by naming its start script. */
const {
  LINEWRIGHT_BIN: START_SCRIPT = resolve(import.meta.dirname, '../../../bin/linewright.mjs'),
} = process.env;

/** A folder of its own for a test, removed with it. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-e2e-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a manager, in a namespace if `host` is given, and waits until it is ready. */
export async function startLinewright(
  t: TestContext,
  setup: ManagerSetup,
  host?: Host,
): Promise<Child> {
  const file = writeManagerFiles(setup);
  const child = startChild(t, 'linewright', process.execPath, [START_SCRIPT, 'start', '-c', file], {
    cwd: setup.folder,
    namespace: host?.namespace,
  });
  await child.waitForOutput(/\bready\b/, 20_000);
  return child;
}

/** What the manager counts, by name; of a metric with labels the sum. `web` is its `http://host:port`. */
export async function readMetrics(web: string): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`${web}/metrics`);
  const found = new Map<string, number>();
  for (const line of (await response.text()).split('\n')) {
    const [, name, value] = /^(\w+)(?:\{[^}]*\})? (\S+)$/.exec(line) ?? [];
    if (name !== undefined) found.set(name, (found.get(name) ?? 0) + Number(value));
  }
  return found;
}
