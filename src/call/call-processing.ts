/** Call processing of one manager, put together: its residents, and what its other parts need of it. */

import type { Pid } from '../process/pid.ts';
import type { Host, Process } from '../process/process.ts';
import type { Scheduler } from '../process/scheduler.ts';
import { CallControlProcess } from './call-control-process.ts';
import { CallRegistry, type CallView } from './call-registry.ts';
import { DigitAnalysis } from './digit-analysis.ts';
import type { Directory } from './directory.ts';
import { EffectBuffer } from './effects.ts';
import type { LineControl } from './line-control.ts';
import { LineManager } from './line-manager.ts';
import { RegistrationTable } from './registration-table.ts';
import type { CallId, CallRequest, CallSignal } from './signals.ts';

/** Calls that one manager has at a time, unless told. */
const CALLS_MAX = 50_000;

/**
 * Signals whose loss their sender has to know of. A device process that went away before its line
 * heard of it must neither be rung nor told of lamps for ever; and who waits for a word from a peer
 * that is gone would wait in vain.
 */
const MISSED: ReadonlySet<CallSignal['type']> = new Set([
  'attach',
  'attached',
  'lineWatch',
  'lineState',
  'callRequest',
  'callAcknowledge',
  'callConfirmAlert',
  'callModify',
  'callConvey',
  'callTransfer',
  'callJoin',
  'callReplacePeer',
  'callTakeOver',
]);

export class CallProcessing {
  readonly lineManager: Pid;
  readonly digits: DigitAnalysis;
  readonly table: RegistrationTable;
  /** Gateway processes of this manager, by the gateway's id: the device layer enters them here. */
  readonly gateways = new Map<string, Pid>();
  /** The lines controlled on this manager, by number: `snapshotOf` shows one. */
  readonly lines = new Map<string, LineControl>();
  /** The calls that began on this manager. */
  readonly calls = new Map<CallId, CallView>();
  readonly #newCallControl: (host: Host<CallSignal>) => Process<CallSignal>;

  constructor(scheduler: Scheduler<CallSignal>, directory: Directory, callsMax = CALLS_MAX) {
    const { lines, calls, gateways } = this;
    scheduler.reportMissed(({ type }) => MISSED.has(type));
    this.table = new RegistrationTable();
    this.digits = new DigitAnalysis(directory, this.table);
    const { digits, table } = this;
    this.lineManager = scheduler.spawnResident(
      'm',
      (host) => new LineManager(host, { directory, table, lines }),
    );
    scheduler.spawnResident('m', () => new CallRegistry(calls));
    const options = { directory, digits, gateways, calls, callsMax, out: new EffectBuffer() };
    this.#newCallControl = (host) => new CallControlProcess(host, options);
  }

  /** Starts call control for one call, within the turn of the calling device process. */
  startCall(host: Host<CallSignal>, request: CallRequest): Pid {
    const control = host.spawn('c', this.#newCallControl);
    host.tell(control, request);
    return control;
  }
}
