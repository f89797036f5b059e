/** How a device process comes to its lines, and leaves them: flows F1 and F2 (claims 12-16, 46-49). */
import { seatsOf } from '../call/line-of-number.ts';
import type { CallSignal } from '../call/signals.ts';
import type { Pid } from '../process/pid.ts';
import type { DeviceProcess } from './device-process.ts';

/** A line that refused for want of room, or because its process failed, is asked again after this time. */
const RETRY_MS = 1000;
const RETRY = 'line registration';

export type AttachedLine = { readonly number: string; readonly lcp: Pid };

/** Registers for every line that the device has a seat on and that has not attached it. */
export function join(process: DeviceProcess): void {
  const { environment, place, host, lines } = process;
  // Only who is registered can be rung.
  if (place.kind !== 'phone' || place.binding === undefined || process.isLeaving) return;
  const device = environment.directory.devices.get(place.device);
  if (device === undefined) return;
  for (const { number, member } of seatsOf(environment.directory, device)) {
    if (lines.some((line) => line.number === number)) continue;
    host.tell(environment.lineManager, {
      type: 'lineRegister',
      number,
      device: place.device,
      member,
    });
  }
}

type LineWord = Extract<CallSignal, { type: 'lineRegistered' | 'attached' | 'lineRefused' }>;

/** What the line manager, and then the line itself, say to a registration. */
export function heard(process: DeviceProcess, signal: LineWord, from: Pid): void {
  const { number } = signal;
  switch (signal.type) {
    case 'lineRegistered':
      // The line's own word counts: until it has attached this process it offers it nothing.
      return;
    case 'lineRefused':
      if (signal.cause === 'overload' || signal.cause === 'internal failure')
        process.host.start(RETRY, RETRY_MS);
      return;
    case 'attached':
      // It may have been on its way when the registration went.
      if (process.isLeaving) return process.host.tell(from, { type: 'detach', number });
      process.lines = [
        ...process.lines.filter((line) => line.number !== number),
        { number, lcp: from },
      ];
  }
}

export function timeout(process: DeviceProcess, timer: string): void {
  if (timer === RETRY) join(process);
}

/** Lines whose process is gone are registered for anew. */
export function lost(process: DeviceProcess, isGone: (pid: Pid) => boolean): void {
  const left = process.lines.filter(({ lcp }) => !isGone(lcp));
  if (left.length === process.lines.length) return;
  process.lines = left;
  join(process);
}

export function leave(process: DeviceProcess): void {
  for (const { number, lcp } of process.lines) process.host.tell(lcp, { type: 'detach', number });
  process.lines = [];
}
