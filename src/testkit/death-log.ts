/** A log that hears of processes that die, and of nothing else: none may. */
import type { Log, LogFields, LogLevel } from '../base/log.ts';

export class DeathLog implements Log {
  readonly debugging = false;
  readonly #violate: (what: string) => void;

  constructor(violate: (what: string) => void) {
    this.#violate = violate;
  }

  write(level: LogLevel, event: string, fields: LogFields = {}): void {
    if (level !== 'error') return;
    const { pid, error, stack } = fields;
    this.#violate(`${event}: ${pid} ${error}\n${stack}`);
  }
}
