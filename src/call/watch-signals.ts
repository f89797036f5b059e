/** What lines tell those who watch them: device processes whose phones have lamps. */
import type { Pid } from '../process/pid.ts';
import type { AppearanceState } from './appearance-signals.ts';
import type { CallId, MemberCall, Party } from './signals.ts';

/**
 * One call at a line, or a seizure, as its watchers are told. `from`: the far party. `member`: who has it,
 * '' while it rings.
 */
export type LineCallState = {
  readonly call: CallId;
  readonly appearance: number;
  readonly state: AppearanceState;
  readonly from: Party;
  readonly member: string;
  /** A member's own, not one to the line. */
  readonly isOutgoing: boolean;
  /** Who may not be told whom it is with, nor retrieve it: all but `member`. */
  readonly isExclusive: boolean;
  /** How often it went from one leg to another, as far as the line's process knows. Absent: never. */
  readonly passed?: number;
  /** Another call of the line that its phone mixes it with. */
  readonly joined?: CallId;
};

/** A call as the line's process before has shown it to those who watch. */
export type SeenCall = Pick<LineCallState, 'call' | 'appearance'>;

/** Watching a line: what lights the lamps. */
export type WatchSignal =
  /** Device process to line manager, and with `pid` on to the line control process: tell me what the line does. */
  | { readonly type: 'lineWatch'; readonly number: string; readonly pid?: Pid }
  | { readonly type: 'lineUnwatch'; readonly number: string; readonly pid?: Pid }
  /**
   * Device process that is no member's, to a line control process that it has not heard of before: calls of the line
   * that its phone has taken (`watcher_rights`).
   */
  | {
      readonly type: 'lineBring';
      readonly number: string;
      readonly device: string;
      readonly calls: readonly MemberCall[];
    }
  /**
   * Line control process to each watcher: all its calls, at once and after each change. `isPartial`: it has taken the
   * line over, and knows these so far; of others counts what was told before.
   */
  | {
      readonly type: 'lineState';
      readonly number: string;
      readonly calls: readonly LineCallState[];
      readonly isPartial?: true;
    };
