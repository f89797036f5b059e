/**
 * A call that rings in a pickup group, picked up from a phone that has dialled the code for it.
 *
 * Nobody tells a group what rings at its lines. When somebody dials, all of its lines are asked at once, wherever they
 * are controlled, and have a second to answer; the call that has rung longest is asked for then, and the next one if
 * another is about to have that. What follows is a pickup like any other (`pickup.ts`).
 */
import type { Cause } from '../../call/cause.ts';
import type { PickupStep } from '../../call/pickup-group.ts';
import type { RingingCall } from '../../call/pickup-signals.ts';
import type { RefusalCode } from '../../call/refusal-codes.ts';
import { firstLcp } from '../../call/registration-table.ts';
import type { CallSignal, Media } from '../../call/signals.ts';
import type { Pid } from '../../process/pid.ts';
import type { CallLeg } from '../call-leg.ts';
import type { DeviceProcess } from '../device-process.ts';
import * as takeOver from '../take-over.ts';
import * as retrieval from './retrieval.ts';

type Asked = { readonly number: string; readonly lcp: Pid };
type Candidate = Asked & RingingCall;

/** What a leg has to do with a pickup group: it wants what rings there, or has had it by that. */
export type GroupPickup = {
  /** Groups, the one that is asked now first; the others are asked when nothing rings there. */
  steps: readonly PickupStep[];
  /** Lines that have not answered. */
  waiting: readonly Asked[];
  /** Calls that ring, the longest first once all have answered. */
  ringing: Candidate[];
  /** Something has rung, and others have it. */
  wasLost: boolean;
  /** A line has not answered, or has no process just now. */
  isUnheard: boolean;
  /** Monotonic milliseconds. */
  readonly untilMs: number;
  /** Of the phone's INVITE. */
  readonly offer: Media | undefined;
};

const SEEK_MS = 1000;
/** After that time no further call is asked for, and no further group: its user has hung up long ago, or should be told. */
const PICKUP_MS = 5000;
/** Calls of one group that are asked for, one after the other. */
const CANDIDATES_MAX = 16;
const TIMER = 'group pickup:';

/** The phone has dialled for what rings in those groups. */
export function begin(
  process: DeviceProcess,
  record: CallLeg,
  steps: readonly PickupStep[],
  offer: Media | undefined,
): void {
  record.groupPickup = {
    steps,
    waiting: [],
    ringing: [],
    wasLost: false,
    isUnheard: false,
    untilMs: process.host.nowMs + PICKUP_MS,
    offer,
  };
  seek(process, record, record.groupPickup);
}

/** Asks the lines of the first group; one without a process has no phone that could ring. */
function seek(process: DeviceProcess, record: CallLeg, pickup: GroupPickup): void {
  const { host, environment, place } = process;
  const [step] = pickup.steps;
  if (step === undefined || host.nowMs >= pickup.untilMs) return giveUp(process, record, pickup);
  const waiting: Asked[] = [];
  for (const number of step.lines) {
    const lcp = processOf(process, number);
    if (lcp !== undefined) waiting.push({ number, lcp });
    else if (environment.table.isLost(number)) pickup.isUnheard = true;
  }
  pickup.waiting = waiting;
  if (waiting.length === 0) return choose(process, record, pickup);
  host.start(TIMER + record.call, SEEK_MS);
  const { group } = step;
  const { device } = place;
  for (const { number, lcp } of waiting)
    host.tell(lcp, { type: 'pickupSeek', number, call: record.call, group, device });
}

/**
 * Of a replicated line's processes all who pick up ask the same one, so that one of them is first; but a member that of
 * its own manager, which knows whether its phone rings.
 */
function processOf({ environment, lines }: DeviceProcess, number: string): Pid | undefined {
  const own = lines.find((line) => line.number === number);
  const location = environment.table.find(number);
  return own?.lcp ?? (location && firstLcp(location));
}

/** A line says what rings there. */
export function sought(
  process: DeviceProcess,
  record: CallLeg,
  { number, ringing }: Extract<CallSignal, { type: 'pickupSought' }>,
  from: Pid,
): void {
  const { groupPickup: pickup } = record;
  const asked = pickup?.waiting.find((each) => each.number === number && each.lcp === from);
  if (pickup === undefined || asked === undefined) return;
  for (const each of ringing) pickup.ringing.push({ ...asked, ...each });
  leave(process, record, pickup, (each) => each === asked);
}

/** Who cannot answer any more, or has not in time, is not waited for. */
function leave(
  process: DeviceProcess,
  record: CallLeg,
  pickup: GroupPickup,
  isMeant: (asked: Asked) => boolean,
): void {
  const before = pickup.waiting.length;
  pickup.waiting = pickup.waiting.filter((asked) => !isMeant(asked));
  if (before > 0 && pickup.waiting.length === 0) choose(process, record, pickup);
}

/** All have answered, or time is up. */
function choose(process: DeviceProcess, record: CallLeg, pickup: GroupPickup): void {
  process.host.stop(TIMER + record.call);
  pickup.ringing.sort((one, other) => other.forMs - one.forMs);
  pickup.ringing.length = Math.min(pickup.ringing.length, CANDIDATES_MAX);
  takeNext(process, record, pickup);
}

/** Asks for the call that has rung longest of those that are left; then in the next group. */
export function takeNext(process: DeviceProcess, record: CallLeg, pickup: GroupPickup): void {
  const next = pickup.ringing.shift();
  const [step, ...rest] = pickup.steps;
  const isLate = process.host.nowMs >= pickup.untilMs;
  if (next === undefined || step === undefined || isLate) {
    pickup.steps = rest;
    return seek(process, record, pickup);
  }
  const { number, lcp, appearance } = next;
  const { group } = step;
  const { offer } = pickup;
  retrieval.ask(process, record, { number, appearance, wants: 'ringing', offer, lcp, group });
}

/** The call that was asked for is not to be had: perhaps the next one is. False: the leg is after no such call. */
export function lost(process: DeviceProcess, record: CallLeg, cause: Cause): boolean {
  const { groupPickup: pickup } = record;
  if (pickup === undefined) return false;
  retrieval.settle(process, record);
  if (cause === 'unreachable') pickup.isUnheard = true;
  else pickup.wasLost = true;
  takeNext(process, record, pickup);
  return true;
}

function giveUp(process: DeviceProcess, record: CallLeg, pickup: GroupPickup): void {
  takeOver.refuseDialled(process, record, codeOf(pickup));
}

function codeOf({ wasLost, isUnheard }: GroupPickup): RefusalCode {
  if (wasLost) return 'LW-3462';
  return isUnheard ? 'LW-3466' : 'LW-3461';
}

/** Processes are gone: of lines that were asked, or that whose call the leg is about to have. */
export function lose(
  process: DeviceProcess,
  record: CallLeg,
  isGone: (pid: Pid | undefined) => boolean,
): void {
  const { groupPickup: pickup, retrieval: wanted } = record;
  if (pickup === undefined || record.role !== 'calling') return;
  if (wanted !== undefined && isGone(wanted.lcp)) lost(process, record, 'unreachable');
  else if (pickup.waiting.some(({ lcp }) => isGone(lcp))) {
    pickup.isUnheard = true;
    leave(process, record, pickup, ({ lcp }) => isGone(lcp));
  }
}

/** True: the timer was one of these. */
export function timeout(process: DeviceProcess, timer: string): boolean {
  if (!timer.startsWith(TIMER)) return false;
  const record = process.legs.get(timer.slice(TIMER.length));
  const pickup = record?.groupPickup;
  if (record === undefined || pickup === undefined) return true;
  pickup.isUnheard = true;
  leave(process, record, pickup, () => true);
  return true;
}
