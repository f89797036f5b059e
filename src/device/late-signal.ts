/** Signals that come for a leg that is gone. */
import type { CallId, CallSignal } from '../call/signals.ts';
import type { Pid } from '../process/pid.ts';
import { declinePlace } from './caller-place.ts';
import { refuse } from './change-over.ts';
import type { DeviceProcess } from './device-process.ts';
import { refuseChange } from './session-change.ts';

/** Whoever waits for an answer gets one. */
export function hearTooLate(
  process: DeviceProcess,
  signal: CallSignal & { readonly call: CallId },
  from: Pid,
): void {
  const { call } = signal;
  if (signal.type === 'callProceed' || signal.type === 'callReplacePeer') {
    process.host.tell(signal.from.pid, {
      type: 'callRelease',
      call: signal.from.call,
      cause: 'caller gave up',
    });
  } else if (signal.type === 'callAcknowledge' || signal.type === 'callModify') {
    process.host.tell(from, { type: 'callRelease', call, cause: 'call gone' });
  } else if (signal.type === 'callRelease' && signal.control !== undefined) {
    declinePlace(process, undefined, signal.control, signal.cause);
  } else if (signal.type === 'callPutBack') {
    refuse(process, signal.from);
  } else if (signal.type === 'callTakeOver') {
    refuseChange(process, signal.from, 'call gone');
  } else if (signal.type === 'callGive') {
    const { pid, call: at } = signal.from;
    process.host.tell(pid, {
      type: 'callGiven',
      call: at,
      party: process.party,
      cause: 'call gone',
    });
  } else if (signal.type === 'callTransfer' || signal.type === 'callJoin') {
    const { pid, call: at } = signal.transferor;
    process.host.tell(pid, {
      type: 'callTransferProgress',
      call: at,
      state: 'failed',
      cause: 'call gone',
    });
  }
  process.environment.log.debugging &&
    process.environment.log.write('debug', 'late signal', { call, signal: signal.type, from });
}
