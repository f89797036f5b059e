/** How a device process comes to its lines, and leaves them: flows F1 and F2 (claims 12-16, 46-49). */
import type { CallSignal } from '../call/signals.ts';
import type { Pid } from '../process/pid.ts';
import type { DeviceProcess } from './device-process.ts';

/** Lines that have not answered are asked again after this time. */
const RETRY_MS = 1000;
const RETRY = 'line registration';

/** Registers for every line that the device has a seat on. */
export function join(process: DeviceProcess): void {
  for (const { number, member } of process.place.seats) {
    if (process.lines.has(number)) continue;
    process.host.tell(process.environment.lineManager, {
      type: 'lineRegister',
      number,
      device: process.place.device,
      member,
    });
  }
  if (process.lines.size < process.place.seats.length) process.host.start(RETRY, RETRY_MS);
}

type LineWord = Extract<CallSignal, { type: 'lineRegistered' | 'attached' | 'lineRefused' }>;

/** What the line manager, and then the line itself, say to a registration. */
export function heard(process: DeviceProcess, signal: LineWord, from: Pid): void {
  // The line's own word counts: until it has attached this process it offers it nothing.
  if (signal.type !== 'attached') return;
  if (process.isLeaving) {
    // It was on its way when the registration went.
    return process.host.tell(from, { type: 'detach', number: signal.number });
  }
  process.lines.set(signal.number, from);
  if (process.lines.size >= process.place.seats.length) process.host.stop(RETRY);
}

export function timeout(process: DeviceProcess, timer: string): void {
  if (timer === RETRY) join(process);
}

/** Lines whose process is gone are registered for anew. */
export function lost(process: DeviceProcess, isGone: (pid: Pid) => boolean): void {
  let some = false;
  for (const [number, lcp] of process.lines) {
    if (!isGone(lcp)) continue;
    process.lines.delete(number);
    some = true;
  }
  if (some) join(process);
}

export function leave(process: DeviceProcess): void {
  process.host.stop(RETRY);
  for (const [number, lcp] of process.lines) process.host.tell(lcp, { type: 'detach', number });
  process.lines.clear();
}
