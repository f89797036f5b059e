/** What a manager's links have seen and done: whole numbers that only grow. Whoever wants them reads them. */
import type { PacketFault } from './packet.ts';

export type LinkCounters = {
  /** Packets, with those that went again and acknowledgements that had to travel alone. */
  sent: number;
  sentAgain: number;
  acksAlone: number;
  /** Packets of members, however they fared. */
  received: number;
  /** Came twice. */
  repeated: number;
  /** Too far ahead of what is missing, or no room to keep it until that comes. */
  outOfWindow: number;
  /** Texts that are no packet, and why. */
  readonly faults: Record<PacketFault, number>;
  /** Packets of managers that are no members (any more): rule F. */
  strangers: number;
  /** Packets whose sender had seen a later view: they waited, or waited too long, or there were too many. */
  waited: number;
  waitedTooLong: number;
  waitingOverflow: number;
  /** Messages that arrived too old, and were not delivered. */
  stale: number;
  /** Messages that were not acknowledged in time: `undelivered`. */
  takenBack: number;
  /** Messages to managers that are no members, or to which too much was said already: `undelivered`. */
  refused: number;
  /** That a process is no more, which could not be said since too much of that waited already. */
  noticesLost: number;
};

export function newLinkCounters(): LinkCounters {
  return {
    sent: 0,
    sentAgain: 0,
    acksAlone: 0,
    received: 0,
    repeated: 0,
    outOfWindow: 0,
    faults: { malformed: 0, foreign: 0, version: 0, forged: 0, astray: 0 },
    strangers: 0,
    waited: 0,
    waitedTooLong: 0,
    waitingOverflow: 0,
    stale: 0,
    takenBack: 0,
    refused: 0,
    noticesLost: 0,
  };
}
