/** A manager's place on a bus, and all it heard there, with a way to wait for more. */
import assert from 'node:assert/strict';
import type { Attachment, Inbox, MessagePlane } from '../../../src/process/message-plane.ts';
import type { Home } from '../../../src/process/pid.ts';

const PATIENCE_MS = 15_000;

export class Diary {
  readonly place: Attachment;
  readonly lines: string[] = [];
  /** When each line was written, in ms of the monotonic clock. */
  readonly timesMs: number[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(plane: MessagePlane, home: Home) {
    const inbox: Inbox = {
      receive: (messages) => {
        for (const { from, text } of messages) this.#write(`got ${text} from ${from}`);
      },
      absent: (gone) => this.#write(`nobody at ${gone}`),
      event: (topic, { from, text }) => this.#write(`heard ${topic}: ${text} from ${from}`),
      asked: ({ from, text }, answer) => {
        this.#write(`asked ${text} by ${from}`);
        answer(`${text}!`);
      },
      connected: (isUp) => this.#write(isUp ? 'up' : 'down'),
    };
    this.place = plane.attach(home, inbox);
  }

  /** Resolves when `line` is written, or was since line number `since`, to its number. */
  async until(line: string, since = 0): Promise<number> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    for (;;) {
      const at = this.lines.indexOf(line, since);
      if (at >= 0) return at;
      const leftMs = deadlineMs - performance.now();
      assert(leftMs > 0, `waits for '${line}' after ${JSON.stringify(this.lines.slice(-20))}`);
      await this.#more(leftMs);
    }
  }

  #more(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    this.#waiting.add(() => {
      clearTimeout(timer);
      resolve();
    });
    return promise;
  }

  #write(line: string): void {
    this.lines.push(line);
    this.timesMs.push(performance.now());
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
