/** Log events as values: the core names what happened; the edge decides whether and how to write it. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Fields that every line about a call carries (`call`, `leg`) beside whatever else explains it. */
export type LogFields = {
  readonly call?: string;
  readonly leg?: string;
  readonly [name: string]: string | number | boolean | undefined;
};

export interface Log {
  /** Ask before building fields: with nobody listening a log statement costs this comparison. */
  readonly debugging: boolean;
  write(level: LogLevel, event: string, fields?: LogFields): void;
}

/** Listens to nothing. */
export const SILENT: Log = { debugging: false, write() {} };
