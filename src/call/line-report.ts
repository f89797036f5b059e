/**
 * What a process of a replicated line knows of the line, as it tells the line's other processes. The
 * lock manager carries it and never looks into it.
 */
import type { Pid } from '../process/pid.ts';
import type { CallId, LegRef, Party } from './signals.ts';

/** A call of the line. Its later states come from its call control alone, each with a higher version. */
export type ReportedCall = {
  readonly call: CallId;
  readonly appearance: number;
  /** Of the lock under which it was given that number: of two calls with the same one, the later has it. */
  readonly seq: number;
  /** Call control: the one coordinator of the call. */
  readonly control: Pid;
  readonly from: Party;
  readonly version: number;
  /** 'ended' is kept for a while, so that an older report does not bring the call back. */
  readonly state: 'offered' | 'taken' | 'ended';
  /** Of a call that is taken: who has it. */
  readonly holder?: LegRef;
  /** '' unless it is taken. */
  readonly member: string;
};

export type LineReport = { readonly calls: readonly ReportedCall[] };
