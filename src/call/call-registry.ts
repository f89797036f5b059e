/**
 * The calls whose call control runs on this manager, as `call ls`, the console and the metrics see them.
 *
 * It is a process as well, and a resident one: a call control that died cannot take its own entry out.
 */
import { type Home, isGone, type Pid } from '../process/pid.ts';
import type { Process } from '../process/process.ts';
import type { CallId, CallRequest, CallSignal, LegRef, Party } from './signals.ts';

export type CallState = 'trying' | 'ringing' | 'answered';

/** One call. Read it, do not keep it: call control changes it in place. */
export type CallView = {
  readonly call: CallId;
  readonly control: Pid;
  readonly from: Party;
  /** The device or gateway on whose behalf it is made. */
  readonly by: string;
  readonly dialled: string;
  state: CallState;
  answeredBy: { readonly leg: LegRef; readonly party: Party } | undefined;
  /** Monotonic milliseconds: when it began, and when its state last changed. */
  readonly startedMs: number;
  sinceMs: number;
};

export class CallRegistry implements Process<CallSignal> {
  readonly calls: Map<CallId, CallView>;

  constructor(calls: Map<CallId, CallView>) {
    this.calls = calls;
  }

  receive(): void {}

  timeout(): void {}

  down(gone: Pid | Home): void {
    for (const [call, { control }] of this.calls)
      if (isGone(control, gone)) this.calls.delete(call);
  }
}

export function newCallView(request: CallRequest, control: Pid, nowMs: number): CallView {
  const { call, from, by, dialled } = request;
  return {
    call,
    control,
    from,
    by,
    dialled,
    state: 'trying',
    answeredBy: undefined,
    startedMs: nowMs,
    sinceMs: nowMs,
  };
}
