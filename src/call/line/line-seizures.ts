/**
 * Seizure of an appearance, and members' own calls from then on. What is seized belongs to its owner for
 * as long as its lease runs; a call that has begun needs none.
 *
 * Who may seize and what is free is decided here, in the order in which it is asked for; a phone that knows
 * nothing of sharing dials without asking, and gets what is free then.
 */
import type { Pid } from '../../process/pid.ts';
import type { Cause } from '../cause.ts';
import { type Out, start, stop, tell } from '../effects.ts';
import type { RefusalCode } from '../refusal-codes.ts';
import type { CallSignal, LegRef } from '../signals.ts';
import { holderOfAppearance, keepAppearance, lowestFree, takeAppearance } from './appearances.ts';
import { note } from './line-chains.ts';
import {
  hasAll,
  isHeld,
  isUsed,
  type LineControl,
  type Own,
  putCall,
  type Used,
} from './line-control.ts';
import { findDevice, type LineDevice } from './line-control-database.ts';
import { hasRight, isPrivate } from './line-members.ts';
import { discard, LEASE } from './line-retrieval.ts';
import { numberOfFound } from './silent-homes.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

const LEASE_MIN_MS = 1000;
const LEASE_MAX_MS = 120_000;
/** Calls at one line; more are refused with 'overload', and members' own are not shown. */
export const LINE_CALLS_MAX = 10_000;
const NOBODY = { number: '', name: '' };

/** A device process wants an appearance for a call that its phone is about to begin. */
export function seize(line: LineControl, signal: Signal<'lineSeize'>, from: Pid, out: Out): void {
  const { call, appearance: wanted, leaseMs } = signal;
  const { number } = line.line;
  const known = line.calls.get(call);
  const refuse = (cause: Cause, code?: RefusalCode): void => {
    note(line, { call, appearance: wanted ?? 0, from: NOBODY }, 'refused', from, cause);
    refuseSeizure(line, from, call, cause, out, code);
  };
  const device = findDevice(line.devices, from);
  if (known !== undefined && !isOwnOf(known, from)) return refuse('forbidden');
  if (device === undefined || !hasRight(line.line, device.member, 'originate'))
    return refuse('forbidden');
  if (known?.use === 'seized' && wanted !== undefined && wanted !== known.appearance)
    // It wants another: what it had is free, whether it gets that or not.
    discard(line, known, 'caller gave up', from, out);
  else if (known !== undefined) {
    if (known.use === 'seized') lend(known, leaseMs, out);
    out.push(tell(from, { type: 'lineSeized', number, call, appearance: known.appearance }));
    return;
  }
  if (hasAll(line)) return refuse('no free appearance', 'LW-3013');
  const cause = whyNot(line, signal);
  if (cause !== undefined) return refuse(cause);
  const appearance =
    wanted === undefined
      ? takeAppearance(line.appearances, call)
      : keepAppearance(line.appearances, call, wanted);
  const seized = begin(line, device, { pid: from, call }, appearance);
  seized.use = 'seized';
  note(line, seized, 'seized', from, undefined, leaseMs);
  lend(seized, leaseMs, out);
  out.push(tell(from, { type: 'lineSeized', number, call, appearance }));
}

/** Why `wanted` cannot be had, or none if any will do; undefined: it can. */
function whyNot(
  { line, appearances }: LineControl,
  { appearance: wanted, isPlain = false }: Signal<'lineSeize'>,
): Cause | undefined {
  if (wanted === undefined) {
    const isFree = isPlain || lowestFree(appearances) <= line.appearances;
    return isFree ? undefined : 'no free appearance';
  }
  if (wanted < 1 || wanted > line.appearances) return 'forbidden';
  return holderOfAppearance(appearances, wanted) === null ? undefined : 'busy';
}

/** Tells `to` that it has not, or not any more, what it has seized or wanted to. */
export function refuseSeizure(
  line: LineControl,
  to: Pid,
  call: string,
  cause: Cause,
  out: Out,
  code?: RefusalCode,
): void {
  const { number, appearances } = line.line;
  const free = lowestFree(line.appearances);
  const coded = code === undefined ? {} : { code };
  const refusal = { type: 'lineSeizeRefused', number, call, cause, ...coded } as const;
  const isOffered = cause === 'busy' && free <= appearances;
  out.push(tell(to, isOffered ? { ...refusal, free } : refusal));
}

/** True: the timer was a lease. What was seized, and not used, is free. */
export function leaseTimeout(line: LineControl, name: string, out: Out): boolean {
  if (!name.startsWith(`${LEASE}:`)) return false;
  const call = line.calls.get(name.slice(LEASE.length + 1));
  if (call === undefined || !isUsed(call) || call.use !== 'seized') return true;
  discard(line, call, 'session expired', undefined, out);
  refuseSeizure(line, call.holder.pid, call.call, 'session expired', out);
  return true;
}

/** Who has seized something, and wants no calls of the line any more, gives it back. */
export function freeSeizures(line: LineControl, pid: Pid, out: Out): void {
  for (const call of [...line.calls.values()])
    if (isOwnOf(call, pid) && call.use === 'seized') discard(line, call, 'unreachable', pid, out);
}

/** A phone has a call that the line knows nothing of: it did not ask for an appearance. */
export function beginUse(line: LineControl, signal: Signal<'lineUse'>, from: Pid, out: Out): void {
  const device = findDevice(line.devices, from);
  if (device === undefined || line.appearances.lowest >= LINE_CALLS_MAX) return;
  const { call, appearance = 0 } = signal;
  const given = keepAppearance(
    line.appearances,
    call,
    appearance > line.line.appearances ? 0 : appearance,
  );
  use(line, begin(line, device, { pid: from, call }, given), signal, from, out);
}

/** What its phone does with a call, as who has it says. */
export function use(
  line: LineControl,
  call: Used,
  signal: Signal<'lineUse'>,
  from: Pid,
  out: Out,
): void {
  const { state, party, isExclusive, joined } = signal;
  if (from !== call.holder.pid || call.retrieval?.isHolderGone) return;
  if (call.state === 'taken' && state === 'progressing') return;
  if (call.use === 'seized') out.push(stop(timerOf(call)));
  const before = call.use;
  if (isHeld({ use: state }) && !isHeld(call)) call.heldAs = line.holds++;
  call.use = state;
  call.from = party;
  call.joined = joined;
  if (state !== before) note(line, call, state, from);
  call.isExclusive = isExclusive || isPrivate(line.line, call.member);
  line.changed = true;
}

/** `device` has a call of its own, or has seized an appearance, from the line's former process. */
export function adoptOwn(
  line: LineControl,
  device: LineDevice,
  report: Reported,
  holder: LegRef,
  out: Out,
): void {
  const { call, appearance, use = 'active', leaseMs = LEASE_MIN_MS } = report;
  const isTaken = holderOfAppearance(line.appearances, appearance) !== null;
  if (use === 'seized' && isTaken) return refuseSeizure(line, device.pid, call, 'busy', out);
  const own = begin(line, device, holder, numberOfFound(line, call, appearance), call);
  own.from = report.from;
  own.use = use;
  note(line, own, 'rebuilt', device.pid);
  note(line, own, use, device.pid, undefined, use === 'seized' ? leaseMs : 0);
  own.joined = report.joined;
  own.isExclusive = (report.isExclusive ?? false) || isPrivate(line.line, device.member);
  if (use === 'seized') lend(own, leaseMs, out);
}

type Reported = NonNullable<Signal<'attach'>['calls']>[number];

function begin(
  line: LineControl,
  { member }: LineDevice,
  holder: LegRef,
  appearance: number,
  call = holder.call,
): Own {
  const own: Own = { state: 'own', call, appearance, holder, member, from: NOBODY };
  if (isPrivate(line.line, member)) own.isExclusive = true;
  putCall(line, own);
  return own;
}

/** Whether the call is a member's own, and `pid` has it. */
export function isOwnOf(call: { readonly state: string }, pid: Pid): call is Own {
  return call.state === 'own' && (call as Own).holder.pid === pid;
}

/** What `call` has seized it has for as long again. */
export function renewLease(call: Own, leaseMs: number, out: Out): void {
  if (call.use === 'seized') lend(call, leaseMs, out);
}

function lend(call: Own, leaseMs: number, out: Out): void {
  const clamped = Math.min(Math.max(leaseMs, LEASE_MIN_MS), LEASE_MAX_MS);
  out.push(start(timerOf(call), clamped));
}

function timerOf({ call }: Used): string {
  return `${LEASE}:${call}`;
}
