/**
 * The calls whose call control runs on this manager, as `call ls`, the console and the metrics see them.
 *
 * It is a process as well, and a resident one: a call control that died cannot take its own entry out.
 */
import { type Home, isGone, type Pid } from '../process/pid.ts';
import type { Process } from '../process/process.ts';
import type { CallAccount } from './call-record.ts';
import type { CallRecords } from './call-records.ts';
import type { CallId, CallRequest, CallSignal, LegRef, Party } from './signals.ts';

export type CallState = 'trying' | 'ringing' | 'parked' | 'answered';

/** One call. Read it, do not keep it: call control changes it in place. */
export type CallView = {
  readonly call: CallId;
  readonly control: Pid;
  /** Who has the caller's place now. */
  caller: LegRef;
  from: Party;
  /** The device or gateway on whose behalf it is made. */
  readonly by: string;
  /** The number dialled; of one that was transferred, whom it was transferred to. */
  dialled: string;
  state: CallState;
  answeredBy: { readonly leg: LegRef; readonly party: Party } | undefined;
  /** Monotonic milliseconds: when it began, and when its state last changed. */
  readonly startedMs: number;
  sinceMs: number;
  /** What will be its record; undefined: nobody wants one, or another accounts for it. */
  account: CallAccount | undefined;
};

export class CallRegistry implements Process<CallSignal> {
  readonly calls: Map<CallId, CallView>;
  readonly #records: CallRecords;

  constructor(calls: Map<CallId, CallView>, records: CallRecords) {
    this.calls = calls;
    this.#records = records;
  }

  receive(): void {}

  timeout(): void {}

  down(gone: Pid | Home): void {
    for (const [call, { control, account }] of this.calls) {
      if (!isGone(control, gone)) continue;
      if (account !== undefined) this.#records.closed(account, { ...DIED, closing: 'loss' });
      this.calls.delete(call);
    }
  }
}

/** Of a call whose call control broke an invariant. */
const DIED = { cause: 'internal failure', code: undefined, endedBy: 'system' } as const;

export function newCallView(
  request: CallRequest,
  control: Pid,
  nowMs: number,
  account: CallAccount | undefined,
): CallView {
  const { call, caller, from, by, dialled } = request;
  return {
    call,
    control,
    caller,
    from,
    by,
    dialled,
    state: 'trying',
    answeredBy: undefined,
    startedMs: nowMs,
    sinceMs: nowMs,
    account,
  };
}
