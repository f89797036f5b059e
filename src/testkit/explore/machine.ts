/** A process as the search takes it: a record that is JSON between two events, and what changes it. */
import type { Out } from '../../call/effects.ts';
import type { CallSignal } from '../../call/signals.ts';
import type { Home, Pid } from '../../process/pid.ts';

export type ProcessEvent =
  | { readonly type: 'signal'; readonly signal: CallSignal; readonly from: Pid }
  | { readonly type: 'down'; readonly gone: Pid | Home }
  | { readonly type: 'timer'; readonly timer: string }
  /** What the process's user does. */
  | { readonly type: 'act'; readonly act: string };

/** A process: its record is JSON between two events. */
export type Machine = {
  readonly pid: Pid;
  readonly record: string;
  readonly step: (record: string, event: ProcessEvent, out: Out) => string;
  /** What its user may do now. */
  readonly acts: (record: string) => readonly string[];
};

/** `step` returns the record after the event: another one, or the same changed in place. */
export function machineOf<S>(
  pid: Pid,
  record: S,
  step: (record: S, event: ProcessEvent, out: Out) => S,
  acts: (record: S) => readonly string[] = () => [],
): Machine {
  return {
    pid,
    record: write(record),
    step: (before, event, out) => write(step(read(before) as S, event, out)),
    acts: (now) => acts(read(now) as S),
  };
}

/** A map is not JSON. */
function write(record: unknown): string {
  return JSON.stringify(record, (_, value: unknown) =>
    value instanceof Map
      ? { mapEntries: [...value] }
      : value instanceof Set
        ? { setItems: [...value] }
        : value,
  );
}

export function read(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    if ('mapEntries' in value) return new Map(value.mapEntries as [unknown, unknown][]);
    if ('setItems' in value) return new Set(value.setItems as unknown[]);
    return value;
  });
}
