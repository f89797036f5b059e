/**
 * The log of a manager: JSON lines for machines, or plain lines for a person at a terminal.
 *
 * Writing never blocks: lines wait in memory while the reader is slow, and beyond a limit they are
 * dropped. A call is worth more than a line about it.
 */
import pino from 'pino';
import type { Log, LogFields, LogLevel } from '../../base/log.ts';
import { printable } from '../../base/printable.ts';
import type { LogConfig } from '../config/manager-config.ts';

export type OpenLog = {
  readonly log: Log;
  /** Writes what waits, at once: before the process ends. */
  flush(): void;
};

export type LogOptions = LogConfig & {
  /** Id on every JSON line. */
  readonly manager: string;
  /** File descriptor; 1 is standard output. */
  readonly to: number;
  /** Colours in the human form. */
  readonly colour: boolean;
};

/** Bytes that wait for a slow reader before lines are dropped. */
const WAITING_MAX_BYTES = 16_777_216;

/** Opens the log that `options` ask for. */
export function openLog(options: LogOptions): OpenLog {
  const destination = pino.destination({
    dest: options.to,
    sync: false,
    maxLength: WAITING_MAX_BYTES,
  });
  // A reader that went away (EPIPE) is no reason for calls to end.
  destination.on('error', () => {});
  const write = (line: string) => void destination.write(line);
  const log = options.format === 'json' ? jsonLog(options, destination) : humanLog(options, write);
  return { log, flush: () => flush(destination) };
}

function jsonLog({ level, manager }: LogOptions, destination: pino.DestinationStream): Log {
  const logger = pino(
    {
      level,
      base: { manager },
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return {
    debugging: level === 'debug',
    write: (at, event, fields) => logger[at](fields ?? {}, event),
  };
}

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const COLOUR: Readonly<Record<LogLevel, string>> = {
  debug: '90',
  info: '36',
  warn: '33',
  error: '31',
};

function humanLog(
  { level, colour }: Pick<LogOptions, 'level' | 'colour'>,
  write: (line: string) => void,
): Log {
  return {
    debugging: level === 'debug',
    write(at, event, fields) {
      if (RANK[at] >= RANK[level]) write(humanLine(new Date(), at, event, fields ?? {}, colour));
    },
  };
}

/** `13:39:55.123 warn  source banned  from=192.0.2.7 failures=20`, in local time. */
export function humanLine(
  at: Date,
  level: LogLevel,
  event: string,
  fields: LogFields,
  colour: boolean,
): string {
  const word = level.padEnd(5);
  const shown = colour ? `\u001b[${COLOUR[level]}m${word}\u001b[0m` : word;
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${quoted(String(value))}`);
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(':');
  const ms = String(at.getMilliseconds()).padStart(3, '0');
  const gap = rest.length > 0 ? ' ' : '';
  return `${time}.${ms} ${shown} ${printable(event)}${gap}${rest.join('')}\n`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function quoted(text: string): string {
  const safe = printable(text);
  return /[\s="]/.test(safe) || safe === '' ? `"${safe.replaceAll('"', "'")}"` : safe;
}

function flush(destination: { flushSync(): void }): void {
  try {
    destination.flushSync();
  } catch {
    // The reader went away: there is nobody to tell.
  }
}
