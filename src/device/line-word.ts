/** What lines, and those who keep something of them, say to a device process, besides of its calls. */
import type { CallSignal } from '../call/signals.ts';
import type { Pid } from '../process/pid.ts';
import type { DeviceProcess } from './device-process.ts';
import * as lineMembership from './line-membership.ts';
import * as deposits from './sharing/deposit.ts';
import { inquired } from './sharing/inquiry.ts';
import * as keeping from './sharing/keeping.ts';
import * as publications from './sharing/publications.ts';
import * as watches from './sharing/watch.ts';

/** True: it was one of these. */
export function hear(process: DeviceProcess, signal: CallSignal, from: Pid): boolean {
  switch (signal.type) {
    case 'lineRegistered':
    case 'lineRefused':
    case 'attached':
      lineMembership.heard(process, signal, from);
      return true;
    case 'lineLocated':
      keeping.located(process, signal);
      return true;
    case 'lineState':
      if (watches.lineState(process, signal, from))
        lineMembership.bring(process, signal.number, from);
      return true;
    case 'lineSeized':
    case 'lineSeizeRefused':
      publications.answered(process, signal);
      return true;
    case 'lineInquire':
      inquired(process, signal, from);
      return true;
    case 'depositGiven':
      deposits.inherit(process, signal);
      return true;
    default:
      return false;
  }
}
