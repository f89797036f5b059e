/**
 * What keeps a line's lamps from staying lit: an administrator's word, questions to who has its calls, and
 * whom such a one says it has been taken from.
 */
import type { CallId, LegRef } from './signals.ts';

export type UpkeepSignal =
  /**
   * Line manager to line control process: an administrator wants the appearance free. `call`: what he has seen
   * there; another one stays. `text`: who he is and why, for the chain.
   */
  | {
      readonly type: 'lineFree';
      readonly number: string;
      readonly appearance: number;
      readonly call: CallId;
      readonly text: string;
    }
  /**
   * Line control process to a device process that has a call of the line, or has seized something: is it still
   * there? `leg`: by what the device knows it. Only who does not know it answers.
   */
  | {
      readonly type: 'lineInquire';
      readonly number: string;
      readonly call: CallId;
      readonly leg: CallId;
      /** It did not know it the last time. */
      readonly isAgain: boolean;
    }
  /** It does not. Said twice in succession, the call is over for the line. */
  | {
      readonly type: 'lineForgotten';
      readonly number: string;
      readonly call: CallId;
      readonly isAgain: boolean;
    }
  /**
   * Device process to the line control process that hears of its call's end: `holder` has had its place since,
   * and says `callHeld` by itself, in whichever order the two arrive.
   */
  | { readonly type: 'linePassed'; readonly call: CallId; readonly holder: LegRef };
