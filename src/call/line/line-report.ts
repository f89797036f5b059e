/**
 * What a process of a replicated line knows of the line, as it tells the line's other processes. The
 * lock manager carries it and never looks into it.
 */
import type { Pid } from '../../process/pid.ts';
import type { UseState } from '../appearance-signals.ts';
import type { CallId, LegRef, Party } from '../signals.ts';

/** A call of the line. Its later states come from its coordinator alone, each with a higher version. */
export type ReportedCall = {
  readonly call: CallId;
  readonly appearance: number;
  /**
   * Of the lock under which it was given that number, or went to another coordinator: of two calls with
   * the same number, and of two states of one call, the later has it.
   */
  readonly seq: number;
  /**
   * The one coordinator of the call: call control of a call to the line, as long as that lasts; else the
   * line control process at the manager of who has the call.
   */
  readonly control: Pid;
  /** The far party. */
  readonly from: Party;
  readonly version: number;
  /**
   * 'own': a member has begun it, or has only seized its number. 'ended' is kept for a while, so that an older
   * report does not bring the call back.
   */
  readonly state: 'offered' | 'taken' | 'own' | 'ended';
  /** Of a call that is taken, or a member's own: who has it. */
  readonly holder?: LegRef;
  /** '' unless somebody has it. */
  readonly member: string;
  /** What who has it does with it. Absent: 'active'. */
  readonly use?: 'seized' | UseState;
  readonly isExclusive?: boolean;
  readonly joined?: CallId;
  readonly retrieval?: ReportedRetrieval;
};

/** `by` is about to have the call, as `lcp`, the process of its manager, has shown under the lock `seq`. */
export type ReportedRetrieval = {
  readonly by: LegRef;
  readonly lcp: Pid;
  readonly seq: number;
};

export type LineReport = { readonly calls: readonly ReportedCall[] };
