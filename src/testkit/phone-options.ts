/** What a phone of the simulation is told when it is made. */
import type { Hop } from '../sip/hop.ts';
import type { TimerValues } from '../sip/transaction/timers.ts';
import type { PhoneCall } from './phone-call.ts';
import type { Post, Timeline } from './phones/place.ts';
import type { SeededRandom } from './seeded-random.ts';

export type PhoneOptions = {
  readonly user: string;
  /** Address of record to register: the user's own, or a line's number. */
  readonly aor: string;
  readonly domain: string;
  readonly address: Hop;
  /** The managers that it knows, the one where it registers if it can first. */
  readonly servers: readonly Hop[];
  /** Of the simulator, or of a real socket: see `phones/udp-place.ts`. */
  readonly agenda: Timeline;
  readonly network: Post;
  readonly random: SeededRandom;
  readonly timers?: TimerValues;
  /** Payload types that it offers and answers with, `0 8`; 0 unless told. */
  readonly formats?: string;
  /** Its descriptions are one part of a body, the other being where it is (RFC 6442). */
  readonly isPlaced?: boolean;
  /** Hears of every call that this phone has, before anything else happens to it. */
  readonly begun?: (call: PhoneCall) => void;
};
