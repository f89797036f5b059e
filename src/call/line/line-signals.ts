/** How device processes come to their lines, and lines to their numbers. */
import type { Home, Pid } from '../../process/pid.ts';
import type { Cause } from '../cause.ts';
import type { Line } from '../directory.ts';
import type { MemberCall } from '../signals.ts';
import type { SeenCall } from '../watch-signals.ts';

/** How device processes come to a line: F1 and F2 of the patent (claims 12-16, 46-49). */
export type LineSignal =
  /** Device process to line manager: `device` is there, as `member` of the line. Said again until it is answered. */
  | {
      readonly type: 'lineRegister';
      readonly number: string;
      readonly device: string;
      readonly member: string;
    }
  /**
   * Line manager to device process: this process controls the line from now on, and will say `attached`
   * itself. `isIntroduced`: the line manager has given it the device process's PID; else the device
   * process attaches itself, with the calls of the line that it has.
   */
  | {
      readonly type: 'lineRegistered';
      readonly number: string;
      readonly lcp: Pid;
      readonly epoch: number;
      readonly isIntroduced: boolean;
    }
  /** 'unknown number', 'forbidden' (no member); register again: 'overload', 'internal failure' later, 'unreachable' at once. */
  | { readonly type: 'lineRefused'; readonly number: string; readonly cause: Cause }
  /**
   * To line control process: offer calls to `pid`. From a line manager, of one that is new to the line;
   * from the device process itself with `calls`: those of the line that it has, seizures among them. What it
   * has asked for and was not answered (`lineSeize`, `lineRetrieve`) it asks for again behind this. `seen`: all of
   * the line's calls, others' too, as the process before has shown them to its phone; absent: that watched nothing.
   */
  | {
      readonly type: 'attach';
      readonly number: string;
      readonly pid: Pid;
      readonly device: string;
      readonly member: string;
      readonly calls?: readonly MemberCall[];
      readonly seen?: readonly SeenCall[];
    }
  /** Device process to line control process, and to line manager: no more calls. A call that rings it counts as refused. */
  | { readonly type: 'detach'; readonly number: string }
  /** Line control process to device process. Of two that control one number, the higher epoch is obeyed. */
  | { readonly type: 'attached'; readonly number: string; readonly epoch: number };

/** Where a number is controlled, and how a line control process comes to its number. */
export type LocationSignal =
  /**
   * Line manager to the line control process that it has made: the number is its own, as of `epoch`.
   * `homes`: managers whose device processes may have calls from a process before it; each will say
   * `lineMembers`.
   */
  | {
      readonly type: 'lineOwned';
      readonly number: string;
      readonly lcp: Pid;
      readonly epoch: number;
      readonly homes: readonly Home[];
    }
  /** Line manager to the line control process that it has made: what the directory says of the line now; absent: nothing. */
  | { readonly type: 'lineEdited'; readonly number: string; readonly line?: Line }
  /** Line manager to the line control process that it has made: another one has the number. */
  | { readonly type: 'lineLost'; readonly number: string }
  /** Line manager to itself: the number's processes are others. All that came at once has come when it hears this. */
  | { readonly type: 'lineChanged'; readonly number: string }
  /** Line control process to its line manager: nobody needs it, and it ends with this. */
  | { readonly type: 'lineReleased'; readonly number: string }
  /**
   * Line manager to line control process: so many device processes of this manager will attach. Said to those that may
   * have had another before them, and to all of managers that joined later, of lines that are shared.
   */
  | { readonly type: 'lineMembers'; readonly number: string; readonly count: number }
  /** Call control to line manager: tell me who controls the number, once it is not `gone`. */
  | { readonly type: 'lineLocate'; readonly number: string; readonly gone?: Pid }
  /**
   * Answer to it (or `lineRefused`); and from a line control process that has heard of a call and
   * wants to know what it does: say `callRequest` again, or `callHeld`.
   */
  | { readonly type: 'lineLocated'; readonly number: string; readonly lcp: Pid };
