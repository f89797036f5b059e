/** What rings in a pickup group: asked of the group's lines when somebody dials its code, and at no other time. */
import type { CallId } from './signals.ts';

/** A call that rings at a line, and for how many ms it has been offered there. */
export type RingingCall = { readonly appearance: number; readonly forMs: number };

export type PickupSignal =
  /**
   * Device process to a line control process: which calls ring there that `device`, as one of those who pick up from
   * `group`, may answer? `call`: its leg, which has dialled. What it wants it asks for then (`lineRetrieve`).
   */
  | {
      readonly type: 'pickupSeek';
      readonly number: string;
      readonly call: CallId;
      readonly group: string;
      readonly device: string;
    }
  /** None, if the line is not in that group. */
  | {
      readonly type: 'pickupSought';
      readonly number: string;
      readonly call: CallId;
      readonly ringing: readonly RingingCall[];
    };
