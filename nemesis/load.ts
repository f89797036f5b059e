/** A light load by SIPp while things break: from each manager calls of a second to a phone at the next one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Sipp } from '../bench/sipp.ts';
import { ADDRESS, MANAGERS, SIP_PORT } from './site.ts';

/** The account that bench/scenarios/caller.xml calls as; the phones' are `load1`, `load2`, … */
export const LOAD_CALLER = 'caller';
const FIRST_PORT = 7000;
const PER_SECOND = 2;
const TALK_MS = 1000;
const RING_MS = 100;

export const LOAD_PHONES = MANAGERS.map((_, at) => `load${at + 1}`);

export class Load {
  readonly #folder: string;
  readonly #phones: readonly Sipp[];
  #callers: readonly Sipp[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    this.#phones = LOAD_PHONES.map(
      (_, at) => new Sipp('phone-answers', FIRST_PORT + at, folder, ['-d', String(RING_MS)]),
    );
  }

  /** The phone at that manager, which has just started. */
  register(manager: number): void {
    const number = LOAD_PHONES[manager] ?? '';
    const fields = join(this.#folder, `${number}.csv`);
    writeFileSync(fields, `SEQUENTIAL\n${number};${ADDRESS}:${FIRST_PORT + manager}\n`);
    const words = [`${ADDRESS}:${SIP_PORT + manager}`, '-m', '1', '-inf', fields];
    new Sipp('register', FIRST_PORT + 200 + manager, this.#folder, words);
  }

  /** Calls from now on. */
  start(): void {
    this.#callers = MANAGERS.map((_, at) => {
      const number = LOAD_PHONES[(at + 1) % MANAGERS.length] ?? '';
      const words = [`${ADDRESS}:${SIP_PORT + at}`, '-s', number, '-r', String(PER_SECOND)];
      return new Sipp('caller', FIRST_PORT + 100 + at, this.#folder, [
        ...words,
        ...['-d', String(TALK_MS)],
      ]);
    });
  }

  /** Of all callers: calls from and to the manager that is hit fail, as they must. */
  get counts(): { readonly succeeded: number; readonly failed: number } {
    const counts = this.#callers.map((caller) => caller.counts);
    return {
      succeeded: counts.reduce((sum, { succeeded }) => sum + succeeded, 0),
      failed: counts.reduce((sum, { failed }) => sum + failed, 0),
    };
  }

  async stop(): Promise<void> {
    const all = [...this.#callers, ...this.#phones];
    await Promise.all(all.map(({ program }) => program.stop('SIGKILL')));
  }
}
