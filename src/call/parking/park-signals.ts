/** What device processes, call control and park managers say to one another of orbits. Plain data. */
import type { RefusalCode } from '../refusal-codes.ts';
import type { CallId, LegRef, Media, Party } from '../signals.ts';

export type ParkSignal =
  /**
   * Call control to its caller's leg: what was dialled is an orbit, and the leg is to see to the rest.
   * `parked`: whose call is there; `offer`: as the request had it.
   */
  | {
      readonly type: 'callOrbit';
      readonly call: CallId;
      readonly orbit: string;
      readonly parked?: LegRef;
      readonly offer?: Media;
    }
  /**
   * Device process to the park manager beside it: its leg `call`, which shows `party`, wants that orbit; absent: a
   * free one, of those that may be dialled by the device `by` from `byLine`, which parks it.
   */
  | {
      readonly type: 'orbitPark';
      readonly call: CallId;
      readonly orbit?: string;
      readonly party: Party;
      readonly by: string;
      readonly byLine?: string;
    }
  /** Answers to it; the first one also from the leg to call control: its call is parked there. */
  | { readonly type: 'orbitParked'; readonly call: CallId; readonly orbit: string }
  | { readonly type: 'orbitParkRefused'; readonly call: CallId; readonly code: RefusalCode }
  /** Device process to park manager: the leg is not parked any more, or does not want to be. */
  | { readonly type: 'orbitLeave'; readonly call: CallId };
