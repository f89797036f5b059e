/**
 * Waiting for programs that are not ours and have no way of telling us: look again until it is so, or
 * fail saying what was awaited. Tests of our own core never need this: they own the clock.
 */
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;

/** Repeats `look` until it returns something other than undefined, null or false. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  ms: number,
  explain: () => string = () => '',
): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (performance.now() > deadline)
      throw new Error(`waited ${ms} ms in vain until ${what}\n${explain()}`);
    await sleep(LOOK_EVERY_MS);
  }
}

/** Lets the peers go on for a while: for letting sound be heard, never for letting a race settle. */
export async function listenFor(ms: number): Promise<void> {
  await sleep(ms);
}

/** One step of a flow as a subtest; when it fails the steps that build on it are not tried. */
export async function step(
  t: TestContext,
  name: string,
  run: () => void | Promise<void>,
): Promise<void> {
  let passed = false;
  await t.test(name, async () => {
    await run();
    passed = true;
  });
  if (!passed) throw new Error(`"${name}" failed: what follows it was not tried`);
}
