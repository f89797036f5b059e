/**
 * Lines that have sent a call on may speak of it still: each hears what it would hear from a call control that is
 * no more, since this one has gone on to another line.
 */
import type { Pid } from '../../process/pid.ts';
import type { Host } from '../../process/process.ts';
import type { CallId, CallSignal } from '../signals.ts';

/** `call`: what it was called there. */
export type FormerLine = { readonly number: string; readonly call: CallId };

/** True: it was about a line that has sent the call on. */
export function hearTooLate(
  former: readonly FormerLine[],
  signal: CallSignal,
  from: Pid,
  host: Host<CallSignal>,
): boolean {
  const cause = 'call gone';
  if (signal.type === 'lineLocated') {
    const line = former.find(({ number }) => number === signal.number);
    if (line !== undefined) host.tell(signal.lcp, { type: 'callWithdraw', call: line.call, cause });
    // The call may have come to that line again.
    return false;
  }
  if (!('call' in signal) || !former.some(({ call }) => call === signal.call)) return false;
  switch (signal.type) {
    case 'lineLocked': {
      const { number, call, lock } = signal;
      host.tell(from, { type: 'lineUnlock', number, call, operation: lock.operation });
      return true;
    }
    case 'callProceed':
      host.tell(from, { type: 'callWithdraw', call: signal.call, cause });
      return true;
    case 'callFollow':
      host.tell(from, { type: 'callEnded', call: signal.call, cause });
      return true;
    case 'callAlert':
    case 'callRefuse':
    case 'lineLockRefused':
      return true;
    default:
      // The caller speaks of the call by the name that it began with.
      return false;
  }
}
