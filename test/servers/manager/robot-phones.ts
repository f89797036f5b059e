/** Robot phones at managers that are processes, and managers' files for them: two extensions, 1001 and 1002. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { stringify } from 'yaml';
import { type Call, Robot, type RobotEvent } from '../../../src/cli/demo/robot.ts';
import { type Program, startProgram } from '../../cli/program.ts';
import type { Folder } from './manager-file.ts';

/** Phones, and what has happened at them. */
export class Phones {
  readonly calls = new Map<string, Call>();
  readonly #robots = new Map<string, Robot>();
  readonly #events: string[] = [];
  #wake: () => void = () => {};

  async add(user: string, port: number): Promise<Robot> {
    const robot = await Robot.open({
      user,
      port,
      password: 'p',
      domain: 'pbx.test',
      random: { next32: () => randomInt(2 ** 32) },
      hear: (_, event) => this.#hear(user, event),
    });
    this.#robots.set(user, robot);
    robot.register();
    await this.until(`${user} registered`);
    return robot;
  }

  async until(wanted: string): Promise<void> {
    while (!this.#events.includes(wanted))
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  /** The first of these that happens from now on. */
  async next(wanted: readonly string[]): Promise<string> {
    const from = this.#events.length;
    for (;;) {
      const found = this.#events.slice(from).find((event) => wanted.includes(event));
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    for (const robot of this.#robots.values()) robot.close();
  }

  #hear(user: string, event: RobotEvent): void {
    if (event.type === 'rings') this.calls.set(user, event.call);
    this.#events.push(`${user} ${event.type}`);
    this.#wake();
  }
}

/** 1001 calls 1002, which answers. */
export async function talk(phones: Phones, caller: Robot, called: Robot): Promise<void> {
  // The caller's manager may not have heard yet that 1002 is registered.
  for (let isRinging = false; !isRinging; ) {
    caller.call('1002');
    isRinging = (await phones.next(['1002 rings', '1001 refused'])) === '1002 rings';
  }
  const call = phones.calls.get('1002');
  assert(call !== undefined);
  called.answer(call);
  await phones.until('1001 talks');
  await phones.until('1002 talks');
}

/** A manager file of one that has a port of its own and a folder for its data. */
export function fileOf(folder: Folder, id: string, port: number, more: object): string {
  const devices = {
    1001: { number: '1001', password: 'p' },
    1002: { number: '1002', password: 'p' },
  };
  folder.write('phones.yaml', stringify({ devices }));
  return folder.write(
    `${id}.yaml`,
    stringify({
      manager: { id, data: join(folder.path, id) },
      sip: { domain: 'pbx.test', listen: `udp://127.0.0.1:${port}` },
      directory: 'phones.yaml',
      ...more,
    }),
  );
}

export async function start(context: TestContext, runtime: string, file: string): Promise<Program> {
  const program = startProgram(runtime, ['start', '-c', file]);
  context.after(() => program.child.kill('SIGKILL'));
  await program.said('manager ready');
  return program;
}
