/**
 * What call control and the line control processes of a replicated line say to one another, beside the
 * signals that a line in single mode knows too. Plain data.
 */
import type { UseState } from '../appearance-signals.ts';
import type { ReportedCall } from '../line/line-report.ts';
import type { CallId, LegRef, Party } from '../signals.ts';
import type { LineLock } from './lock-signals.ts';

export type DistributionSignal =
  /** Call control to each line control process: these members ring from here on, and nobody else. */
  | {
      readonly type: 'callRing';
      readonly call: CallId;
      readonly members: readonly string[];
      /** Rises from one to the next. A refusal says which one it is about. */
      readonly round: number;
    }
  /** Call control to each line control process: `holder` has the call, for `member`. The rest is for those that joined late. */
  | {
      readonly type: 'callTaken';
      readonly call: CallId;
      /** Of the call's state: rises with each change, from 1, which is its offer. */
      readonly version: number;
      readonly appearance: number;
      /** Of the lock under which it was given that number. */
      readonly seq: number;
      readonly from: Party;
      readonly caller: LegRef;
      readonly holder: LegRef;
      readonly member: string;
      /** What it does with it. Absent: 'active'. */
      readonly use?: UseState;
      readonly isExclusive?: boolean;
      readonly joined?: CallId;
    }
  /**
   * Line control process to the others: the state of a call that it answers for; with `lock`, which gave the
   * call its number, or to that process.
   */
  | {
      readonly type: 'lineCall';
      readonly number: string;
      readonly state: ReportedCall;
      readonly lock?: LineLock;
    }
  /**
   * Line control process to the others: `by`, a leg at its manager, is about to have the call, as of the
   * lock `seq`; without `by`: it has not got it, and somebody else may try.
   */
  | {
      readonly type: 'lineRetrieval';
      readonly number: string;
      readonly call: CallId;
      readonly seq: number;
      readonly by?: LegRef;
      readonly lock?: LineLock;
    }
  /**
   * Line control process to the call's coordinator: I have the call in that version (0: I have only heard of it).
   * Tell me if there is more, and count me in. Who says it to a coordinator that is no more learns that.
   */
  | { readonly type: 'callFollow'; readonly call: CallId; readonly version: number };
