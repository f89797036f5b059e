/** What the edge hands up, and how its parts report to one another. */
import type { Log } from '../base/log.ts';
import type { Hop } from '../sip/hop.ts';
import type { Fault } from '../sip/message/message.ts';
import type { TransportCounters } from './counters.ts';
import type { TransportLimits } from './limits.ts';

/** One message as it came. `text` holds one octet per character; `hop` is the way back. */
export type Received = { readonly text: string; readonly hop: Hop };

/** Sees every message in either direction, for traces. */
export type Tap = (direction: 'in' | 'out', hop: Hop, text: string) => void;

/** A message on its way out that may still have to look for its way. */
export type Outgoing = {
  readonly text: string;
  /** As the layers above gave it: failures are reported with it. */
  readonly hop: Hop;
  /** Where else to try, in order. */
  readonly alternatives: readonly Hop[];
};

/** What every socket of ours is given: where its messages go, and what it must heed. */
export interface Edge {
  readonly log: Log;
  readonly limits: TransportLimits;
  readonly counters: TransportCounters;
  /** Monotonic milliseconds, moved on by the sweep: coarse, and free to read. */
  readonly nowMs: number;
  /** All that one read of a socket brought. */
  deliver(batch: readonly Received[]): void;
  /** A stream that cannot be cut into messages any more; its connection closes after this. */
  faulted(fault: Fault, hop: Hop): void;
  /** Could not be sent to where it was tried. Called from the event loop, never from within a send. */
  undelivered(outgoing: Outgoing): void;
}
