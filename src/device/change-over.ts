/**
 * The far end of a leg whose place another takes (RFC 3891): its phone has changed over, and whether the new leg's
 * phone has the call is seen from its ACK only. If none comes, this leg goes back to whom it had, when that one holds
 * the call: who resumes describes its session anew, and until then nobody hears anything.
 */
import type { Cause } from '../call/cause.ts';
import type { CallSignal, LegRef } from '../call/signals.ts';
import type { Pid } from '../process/pid.ts';
import type { CallLeg } from './call-leg.ts';
import { sayTransferred } from './caller-place.ts';
import * as custody from './custody.ts';
import type { DeviceProcess } from './device-process.ts';
import * as parkedCalls from './parking.ts';
import * as keeping from './sharing/keeping.ts';
import * as lineUse from './sharing/line-use.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** What a leg had before its peer took another's place. `peer`: undefined when that one is no more. */
export type Former = Pick<CallLeg, 'peer' | 'party' | 'control'> & {
  /** That one has transferred it. */
  readonly isTransfer?: true;
};

/** Ends of a new leg by which the call is its former holder's: its phone has not taken it. */
const IN_VAIN: ReadonlySet<Cause> = new Set(['unreachable', 'internal failure', 'caller gave up']);

export function isInVain(cause: Cause): boolean {
  return IN_VAIN.has(cause);
}

/** The phone has changed over to `change.peer`. `isSure`: so has that one's phone. */
export function begin(
  process: DeviceProcess,
  record: CallLeg,
  { peer: next, replacing, isTransfer }: Extract<CallLeg['change'], { by: 'peer' }>,
  isSure: boolean,
): void {
  // The peer has given its place to the next one: so it had that itself.
  confirm(process, record);
  const { peer, party, control } = record;
  record.formerPeer = peer;
  record.unsure = { peer, party, control, ...(isTransfer ? { isTransfer } : {}) };
  record.peer = next;
  // It answered for the call with the former peer.
  record.control = undefined;
  record.party = replacing ?? party;
  if (isSure) confirm(process, record);
  lineUse.moved(process, record);
}

/** The new leg's phone has the call. */
export function confirm(process: DeviceProcess, record: CallLeg): void {
  if (record.unsure === undefined) return;
  const { isTransfer } = record.unsure;
  record.unsure = undefined;
  if (isTransfer) sayTransferred(process, record);
  keeping.retrieved(process, record);
  if (record.peer !== undefined && !isTransfer)
    custody.moved(process, record, { peer: record.peer, replacing: record.party });
  parkedCalls.retrieved(process, record);
}

/** The new leg is over before that: true if this leg has whom it had. */
export function putBack(process: DeviceProcess, record: CallLeg): boolean {
  const { unsure, holding, parking, call } = record;
  const isInMotion = record.change ?? record.move ?? record.givenTo;
  const isHeld = holding !== undefined || parking !== undefined;
  if (unsure === undefined || !isHeld || isInMotion !== undefined) return false;
  record.unsure = undefined;
  record.formerPeer = undefined;
  record.peer = unsure.peer;
  record.party = unsure.party;
  record.control = unsure.control;
  if (holding?.isKept || parking !== undefined) record.takenBy = undefined;
  else if (record.peer === undefined) return keeping.keep(process, record);
  lineUse.moved(process, record);
  if (record.peer !== undefined) {
    const { pid, call: at } = record.peer;
    process.host.tell(pid, { type: 'callPutBack', call: at, from: { pid: process.pid, call } });
  }
  return true;
}

/** The replaced leg has its call again, if it is there still. */
export function takeBack(
  process: DeviceProcess,
  record: CallLeg,
  { from }: Signal<'callPutBack'>,
): void {
  const { peer } = record;
  if (peer?.pid !== from.pid || peer.call !== from.call) return refuse(process, from);
  record.takenBy = undefined;
}

/** Whoever comes back finds nobody. */
export function refuse(process: DeviceProcess, { pid, call }: LegRef): void {
  process.host.tell(pid, { type: 'callRelease', call, cause: 'call gone' });
}

/** Who held the call is no more: true if `signal` says that of it. What it held nobody holds. */
export function formerReleased(record: CallLeg, { from }: Signal<'callRelease'>): boolean {
  const { unsure } = record;
  if (unsure?.peer === undefined || from === undefined) return false;
  if (unsure.peer.pid !== from.pid || unsure.peer.call !== from.call) return false;
  record.unsure = { ...unsure, peer: undefined };
  record.holding = undefined;
  return true;
}

/** Processes were lost. True: with the leg's peer, and the leg stays for whom it had before, or for whoever retrieves. */
export function lose(
  process: DeviceProcess,
  record: CallLeg,
  isGone: (pid: Pid | undefined) => boolean,
): boolean {
  const { unsure, peer } = record;
  if (unsure !== undefined && isGone(unsure.peer?.pid))
    record.unsure = { ...unsure, peer: undefined };
  return isGone(peer?.pid) && (putBack(process, record) || keeping.keep(process, record));
}

/** This leg is over: so is the call, for who held it too. */
export function end(process: DeviceProcess, { unsure }: CallLeg, cause: Cause): void {
  if (unsure?.peer === undefined) return;
  const { pid, call } = unsure.peer;
  process.host.tell(pid, { type: 'callRelease', call, cause });
}
