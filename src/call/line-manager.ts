/**
 * Line manager: brings device processes and line control processes together (US 7,145,899, claims
 * 12-16, 31-35, 46-49, 63-65, 70-72).
 *
 * One per manager. A device process registers for a number; the line manager finds the number's line
 * control process in the registration information table, or makes it, and gives each the PID of the
 * other. When a line control process dies its number is free again: the device processes hear of it
 * too and register anew, and the first of them gets a new one, with a higher epoch.
 */
import type { Home, Pid } from '../process/pid.ts';
import type { Host, Process } from '../process/process.ts';
import type { Cause } from './cause.ts';
import type { Directory, Line } from './directory.ts';
import { EffectBuffer } from './effects.ts';
import { type LineControl, newLineControl } from './line-control.ts';
import { LineControlProcess } from './line-control-process.ts';
import { lineOfNumber } from './line-of-number.ts';
import { firstLcp, type RegistrationTable, revisionOf } from './registration-table.ts';
import type { CallSignal } from './signals.ts';

/** What a line manager works on; it outlives the process, which may be made anew. */
export type LineManagerOptions = {
  readonly directory: Directory;
  readonly table: RegistrationTable;
  /** The lines controlled on this manager, by number. */
  readonly lines: Map<string, LineControl>;
};

type LineRegister = Extract<CallSignal, { type: 'lineRegister' }>;

/** A line whose process dies that often within that time is left alone for the rest of it. */
const DEATHS_MAX = 5;
const DEATHS_WITHIN_MS = 10_000;

type Deaths = { sinceMs: number; count: number };

export class LineManager implements Process<CallSignal> {
  readonly #host: Host<CallSignal>;
  readonly #options: LineManagerOptions;
  readonly #out = new EffectBuffer();
  /** By number; only of lines whose process has died. */
  readonly #deaths = new Map<string, Deaths>();

  constructor(host: Host<CallSignal>, options: LineManagerOptions) {
    this.#host = host;
    this.#options = options;
  }

  receive(signal: CallSignal, from: Pid): void {
    switch (signal.type) {
      case 'lineRegister':
        this.#register(signal, from);
        break;
      case 'lineWatch':
        this.#watch(signal.number, signal.pid ?? from);
        break;
      case 'lineUnwatch': {
        const { number, pid = from } = signal;
        const location = this.#options.table.find(number);
        const lcp = location === undefined ? undefined : firstLcp(location);
        if (lcp !== undefined) this.#host.tell(lcp, { type: 'lineUnwatch', number, pid });
        break;
      }
      default:
    }
  }

  timeout(): void {}

  down(gone: Pid | Home): void {
    for (const number of this.#options.table.purge(gone)) {
      this.#options.lines.delete(number);
      this.#count(number);
    }
  }

  #register({ number, device, member }: LineRegister, from: Pid): void {
    const line = lineOfNumber(this.#options.directory, number);
    if (line === undefined) return this.#refuse(from, number, 'unknown number');
    if (!line.members.some((known) => known.name === member && known.device === device))
      return this.#refuse(from, number, 'forbidden');
    const lcp = this.#lcpOf(line);
    if (lcp === undefined) return this.#refuse(from, number, 'internal failure');
    this.#host.tell(from, { type: 'lineRegistered', number, lcp });
    this.#host.tell(lcp, { type: 'attach', number, pid: from, device, member });
  }

  /** Lamps of a line at which nobody is registered yet will have something to show later. */
  #watch(number: string, pid: Pid): void {
    const line = lineOfNumber(this.#options.directory, number);
    if (line === undefined) return this.#refuse(pid, number, 'unknown number');
    const lcp = this.#lcpOf(line);
    if (lcp === undefined) return this.#refuse(pid, number, 'internal failure');
    this.#host.tell(lcp, { type: 'lineWatch', number, pid });
  }

  #lcpOf(line: Line): Pid | undefined {
    const location = this.#options.table.find(line.number);
    if (location !== undefined) return firstLcp(location);
    return this.#isFailing(line.number) ? undefined : this.#create(line);
  }

  #create(line: Line): Pid {
    const { table, lines } = this.#options;
    return this.#host.spawn('l', (host) => {
      const location = table.claim(line.number, line.mode, host.pid);
      const control = newLineControl(line, revisionOf(location, host.pid));
      lines.set(line.number, control);
      return new LineControlProcess(host, control, this.#out);
    });
  }

  #refuse(to: Pid, number: string, cause: Cause): void {
    this.#host.tell(to, { type: 'lineRefused', number, cause });
  }

  #count(number: string): void {
    const { nowMs } = this.#host;
    const deaths = this.#deaths.get(number);
    if (deaths === undefined || nowMs - deaths.sinceMs > DEATHS_WITHIN_MS)
      this.#deaths.set(number, { sinceMs: nowMs, count: 1 });
    else deaths.count++;
  }

  /** Whether the line's process has died so often lately that another would too. */
  #isFailing(number: string): boolean {
    const deaths = this.#deaths.get(number);
    if (deaths === undefined) return false;
    return deaths.count >= DEATHS_MAX && this.#host.nowMs - deaths.sinceMs <= DEATHS_WITHIN_MS;
  }
}
