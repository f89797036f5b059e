/**
 * How members use their line's appearances: seizure, calls of their own, hold, retrieval. What a line's
 * watchers are told of it all is `LineCallState` in `watch-signals.ts`.
 *
 * A member's own call has one id from its seizure on, made by its device process, which is its `owner`:
 * who says what becomes of it. The line decides who has which appearance.
 */
import type { Cause } from './cause.ts';
import type { RefusalCode } from './refusal-codes.ts';
import type { CallId, LegRef, Party } from './signals.ts';

/**
 * What an appearance shows (BroadSoft's words; RFC 4235 has others for the same). 'idle' is not among
 * them: an appearance that nobody uses is in no list.
 */
export type AppearanceState =
  /** Somebody is about to dial. */
  | 'seized'
  /** A member's own call has not been answered. */
  | 'progressing'
  /** A call to the line rings. */
  | 'alerting'
  | 'active'
  /** Any member with the right may retrieve it. */
  | 'held'
  /** Nobody but who holds it may. */
  | 'held-private';

/** What a member's device does with a call that has an appearance. */
export type UseState = Extract<AppearanceState, 'progressing' | 'active' | 'held' | 'held-private'>;

/** What the far end of a call is told with its hold: who holds it, in case that the holder is lost. */
export type HeldCall = {
  readonly number: string;
  /** As the line knows it. */
  readonly call: CallId;
  /** Absent: the line has chosen, and its device process has not heard which. */
  readonly appearance?: number;
  readonly member: string;
  readonly state: Extract<UseState, 'held' | 'held-private'>;
  /** A member has begun it. */
  readonly isOwn?: boolean;
};

export type AppearanceSignal =
  /**
   * Device process to line control process: `call` is to have `appearance`, or the lowest free one, and
   * keeps it for `leaseMs` from now unless this is said again, or `lineUse`. Given back by `callEnded`.
   * `isPlain`: its phone knows of no lamps, and one beyond them will do.
   */
  | {
      readonly type: 'lineSeize';
      readonly number: string;
      readonly call: CallId;
      readonly appearance?: number;
      readonly isPlain?: boolean;
      readonly leaseMs: number;
    }
  /**
   * It has it. Who knows nothing of that call, or not any more, says `callEnded`: its lease ran out, and the
   * news of that crossed its asking again.
   */
  | {
      readonly type: 'lineSeized';
      readonly number: string;
      readonly call: CallId;
      readonly appearance: number;
    }
  /**
   * It has not, or not any more: 'busy' (another has it), 'no free appearance', 'forbidden' (no right, or no
   * such appearance), 'session expired' (the lease ran out), 'released' (by an administrator). `free`: one
   * that could be had. `code`: what the phone's call is refused with.
   */
  | {
      readonly type: 'lineSeizeRefused';
      readonly number: string;
      readonly call: CallId;
      readonly cause: Cause;
      readonly free?: number;
      readonly code?: RefusalCode;
    }
  /**
   * Device process to line control process: what its phone does with a call of the line, its own or one
   * that it has answered. A call that the line does not know yet gets `appearance`, or the lowest free one;
   * beyond the line's appearances it has no lamp. `party`: whom it speaks to.
   *
   * `call` is the id by which the line knows the call (of one that was retrieved, `lineRetrieved.lineCall`; the
   * new leg's own will do). Whoever has said this says `callEnded` when its leg is over, whatever ended it.
   */
  | {
      readonly type: 'lineUse';
      readonly number: string;
      readonly call: CallId;
      readonly appearance?: number;
      readonly state: UseState;
      readonly party: Party;
      /** Others are not shown whom it speaks to, and may not retrieve it when it is held. */
      readonly isExclusive: boolean;
      /** The phone mixes it with another call of the line, which it has too. */
      readonly joined?: CallId;
    }
  /**
   * Device process to line control process: `call`, a new leg of its phone, wants the place of whoever holds
   * the call at `appearance`; one at a time may try, the others are refused. Or it wants to answer the call
   * that rings there: then the line sends it the call request (`CallRequest.pickup`). Without an appearance:
   * the call that has been held, or has rung, longest. `wants`: only such a call will do. `group`: the line's pickup
   * group, by which `device` may have what rings, without being a member; one such at a time.
   */
  | {
      readonly type: 'lineRetrieve';
      readonly number: string;
      readonly call: CallId;
      readonly appearance?: number;
      readonly wants?: 'held' | 'ringing';
      readonly group?: string;
      readonly device?: string;
    }
  /**
   * Device process to another that wants the place of a leg of its own (`callTakeOver`): that rings for a line,
   * which is to be asked for the call.
   */
  | {
      readonly type: 'callRings';
      readonly call: CallId;
      readonly number: string;
      readonly appearance: number;
    }
  /**
   * It may: `holder` is to hand over its call (`callTakeOver`). The line hears `callHeld` when that is done,
   * `callEnded` of the new leg when it failed; the holder's end in between does not free the appearance.
   * Who says neither for 5 s has not got it: another may try. `lineCall`: the id by which the line knows the
   * call, for all that is said of it afterwards.
   */
  | {
      readonly type: 'lineRetrieved';
      readonly number: string;
      readonly call: CallId;
      readonly appearance: number;
      readonly lineCall: CallId;
      readonly holder: LegRef;
      readonly party: Party;
      /** A member has begun the call: no call control answers for it to the line. */
      readonly isOwn?: boolean;
    }
  /**
   * It may not: 'forbidden' (held privately, or no right), 'busy' (active, or somebody else is about to have
   * it), 'call gone' (nothing is there: what the phone dials is a call of its own, unless `isOver`: a call was
   * there when it asked).
   */
  | {
      readonly type: 'lineRetrieveRefused';
      readonly number: string;
      readonly call: CallId;
      readonly cause: Cause;
      readonly isOver?: boolean;
    }
  /**
   * From the far end of a call whose holder was lost with its manager: `leg` stays for a while, for a
   * member that retrieves the call. It takes the holder's place until then, and says `callEnded` when it
   * is over. `party`: itself.
   */
  | (HeldCall & { readonly type: 'lineKept'; readonly leg: LegRef; readonly party: Party });
