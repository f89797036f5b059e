/**
 * What has happened at each appearance of a line, for people who ask why its lamp is lit: the latest events,
 * as plain records that nobody formats before somebody asks. Nothing is decided by it, but by its time, for how long a call
 * has rung.
 *
 * It is no part of a line's state: who replays, packs or searches lines keeps none.
 */
import type { Pid } from '../../process/pid.ts';
import type { Cause } from '../cause.ts';
import type { Line } from '../directory.ts';
import type { CallId, Party } from '../signals.ts';
import { findDevice, type LineControlDatabase } from './line-control-database.ts';

/** The names of states say that a call has got there. */
export const HAPPENINGS = [
  /** A call to the line has come. */
  'offered',
  /** The first of its phones rings. */
  'rang',
  /** Somebody whom it did not ring, or who takes it by another key, is about to answer it. */
  'picking up',
  'answered',
  /** For `leaseMs`, by who is about to dial. */
  'seized',
  /** Somebody wanted it and did not get it. */
  'refused',
  /** A member's own call has begun. */
  'progressing',
  'active',
  'held',
  'held-private',
  /** Somebody may have the call that another holds, and has it not yet. */
  'retrieving',
  'retrieved',
  'not retrieved',
  /** Who had the call is no more, and somebody is about to have it. */
  'left',
  /** Who held the call was lost with its manager, and the far end stays for whoever retrieves it. */
  'kept',
  /** A new process of the line has heard of the call from who has it. */
  'rebuilt',
  /** An administrator wants it free. */
  'released',
  'freed',
] as const;

export type Happening = (typeof HAPPENINGS)[number];

export type ChainEvent = {
  /** Monotonic milliseconds of the manager. */
  readonly atMs: number;
  readonly call: CallId;
  readonly what: Happening;
  /** '' where it is nobody's. */
  readonly member: string;
  /** The device process that did it, or call control; undefined: the line itself. */
  readonly by: Pid | undefined;
  /** The far party. */
  readonly from: Party;
  readonly cause: Cause | undefined;
  /** Of a seizure, else 0. */
  readonly leaseMs: number;
  /** An administrator's words, else ''. */
  readonly text: string;
};

/** The latest events of one appearance; `next` is where the next one goes once the ring is full. */
type Chain = { readonly events: ChainEvent[]; next: number };

export type Chains = {
  /** The time of the running turn; set by whoever has a clock. */
  nowMs: number;
  /** Index 0 is appearance 1. */
  readonly byAppearance: (Chain | undefined)[];
};

/** Events of one appearance, of a line that is shared, and of one with a single member. */
const EVENTS_MAX = 32;
const EVENTS_OF_ONE_MAX = 8;
/** Appearances that are remembered; a line has rarely that many. */
const APPEARANCES_MAX = 64;

/** The time of the running turn; 0 where nobody has a clock. */
export function timeOf({ chains }: { readonly chains?: Chains | undefined }): number {
  return chains?.nowMs ?? 0;
}

export function newChains(): Chains {
  return { nowMs: 0, byAppearance: [] };
}

/** What is noted of a line's calls needs this of the line. */
type Noting = {
  readonly line: Line;
  readonly devices: LineControlDatabase;
  readonly chains?: Chains | undefined;
};

/** A call, or what somebody wanted. */
type Subject = {
  readonly call: CallId;
  readonly appearance: number;
  readonly from: Party;
  readonly member?: string;
};

/** Remembers that `what` has happened to `subject`, now. */
export function note(
  { line, devices, chains }: Noting,
  subject: Subject,
  what: Happening,
  by: Pid | undefined,
  cause?: Cause,
  leaseMs = 0,
  text = '',
): void {
  const { appearance, call, from, member } = subject;
  if (chains === undefined || appearance < 1 || appearance > APPEARANCES_MAX) return;
  const { byAppearance, nowMs: atMs } = chains;
  let chain = byAppearance[appearance - 1];
  if (chain === undefined) {
    chain = { events: [], next: 0 };
    while (byAppearance.length < appearance - 1) byAppearance.push(undefined);
    byAppearance[appearance - 1] = chain;
  }
  const whose = member ?? (by === undefined ? '' : (findDevice(devices, by)?.member ?? ''));
  const event = { atMs, call, what, member: whose, by, from, cause, leaseMs, text };
  const { events } = chain;
  if (events.length < (line.members.length > 1 ? EVENTS_MAX : EVENTS_OF_ONE_MAX)) {
    events.push(event);
    return;
  }
  events[chain.next] = event;
  chain.next = (chain.next + 1) % events.length;
}

/** What is remembered of an appearance, oldest first. */
export function eventsOf(chains: Chains | undefined, appearance: number): ChainEvent[] {
  const chain = chains?.byAppearance[appearance - 1];
  if (chain === undefined) return [];
  return [...chain.events.slice(chain.next), ...chain.events.slice(0, chain.next)];
}
