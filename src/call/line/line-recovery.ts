/**
 * How a line control process comes to its number, and to the calls that its predecessor had.
 *
 * Claiming: the number may turn out to be another's, and everything waits. Recovering: device
 * processes attach with the calls that they have, and what is said about calls waits, for half a
 * second at most. Then the process is active. A call that still rings is adopted: its call control
 * says what it is, by asking for it again (it rings on) or by naming who has it; one of which call
 * control says nothing stops ringing.
 */
import { type Home, homeOf, isGone, type Pid } from '../../process/pid.ts';
import type { Cause } from '../cause.ts';
import { type Out, start, stop, tell } from '../effects.ts';
import type { CallSignal, LegRef, MemberCall } from '../signals.ts';
import { freeAppearance } from './appearances.ts';
import { note } from './line-chains.ts';
import {
  type Adopted,
  type DeviceWord,
  isUsed,
  type LineControl,
  type Offered,
  putCall,
  removeCall,
  type Said,
  type Taken,
  type Used,
} from './line-control.ts';
import { findDevice, type LineDevice } from './line-control-database.ts';
import { isPrivate } from './line-members.ts';
import { disarm, withdraw } from './line-offer.ts';
import { beginRetrieval, isSame } from './line-retrieval.ts';
import { adoptOwn } from './line-seizures.ts';
import { beOverdue, isCertain, numberAll, numberOfFound } from './silent-homes.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** How long devices may take to say which calls they have. */
const RECOVERY_MS = 500;
/** How long call control may take to say what an adopted call is. */
const ADOPTION_MS = 2000;
/** Signals that wait for a process to become active. */
const WAITING_MAX = 1024;
/** Signals about one adopted call that wait for its call control. */
const SAID_MAX = 1024;

export const RECOVERY = 'recovery';
const ADOPTION = 'adoption';
const ABANDONED_MAX = 64;
const ABOUT_CALLS: ReadonlySet<CallSignal['type']> = new Set([
  'lineSeize',
  'lineUse',
  'lineRetrieve',
  'pickupSeek',
  'lineKept',
]);

const SAID_AT_ONCE: ReadonlySet<CallSignal['type']> = new Set([
  'lineOwned',
  'lineLost',
  'lineEdited',
]);

/** Whether `signal` cannot be dealt with before the process is active, or knows whether the number is its own. */
export function mustWait(line: LineControl, signal: CallSignal): boolean {
  const { state } = line;
  const { type } = signal;
  if (state === 'active' || SAID_AT_ONCE.has(type)) return false;
  if (state === 'claiming') return true;
  return (type.startsWith('call') || ABOUT_CALLS.has(type)) && !isCertain(line, signal);
}

export function wait(line: LineControl, signal: CallSignal, from: Pid, out: Out): void {
  // No phone is to ring for a moment for a call that its caller has given up.
  if (signal.type === 'callWithdraw')
    line.waiting = line.waiting.filter(
      ({ signal: said, from: sayer }) =>
        said.type !== 'callRequest' || sayer !== from || said.call !== signal.call,
    );
  if (line.waiting.length < WAITING_MAX) line.waiting.push({ signal, from });
  else if (signal.type === 'callRequest')
    out.push(tell(from, { type: 'callRefuse', call: signal.call, cause: 'overload' }));
  else if (signal.type === 'attach')
    out.push(tell(signal.pid, { type: 'lineRefused', number: signal.number, cause: 'overload' }));
}

/** The number is this process's own. Returns what has waited for that. */
export function own(
  line: LineControl,
  signal: Signal<'lineOwned'>,
  manager: Pid,
  out: Out,
): readonly Said[] {
  const { lcp, epoch, homes } = signal;
  line.epoch = epoch;
  line.own = { lcp, manager };
  line.state = homes.length === 0 ? 'active' : 'recovering';
  if (line.state === 'recovering') {
    const unheard = homes.map((home) => ({ home, count: null }));
    const nothing = { reported: [], unnumbered: [], seen: null, isOverdue: false };
    line.recovery = { homes: unheard, ...nothing };
    out.push(start(RECOVERY, RECOVERY_MS));
  }
  return takeWaiting(line);
}

/** So many devices of that manager will attach. */
export function expect(line: LineControl, home: Home, count: number): void {
  const known = line.recovery?.homes.find((each) => each.home === home);
  if (known !== undefined) known.count = count;
}

/** A process died, or a manager is gone: nobody waits for it, and what it has said counts no more. */
export function loseInRecovery(line: LineControl, gone: Pid | Home): void {
  line.waiting = line.waiting.filter(
    ({ signal, from }) =>
      !isGone(from, gone) && !(signal.type === 'attach' && isGone(signal.pid, gone)),
  );
  if (line.recovery === null) return;
  const homes = line.recovery.homes.filter(({ home }) => home !== gone);
  line.recovery = { ...line.recovery, homes };
}

/** Whether everybody has attached who is known to come. */
export function isRecovered({ recovery, devices }: LineControl): boolean {
  if (recovery === null) return false;
  const hasCome = (home: Home) => devices.filter(({ pid }) => homeOf(pid) === home).length;
  return recovery.homes.every(({ home, count }) => count !== null && hasCome(home) >= count);
}

/** Everybody has attached, or time is up. Returns what has waited for that. */
export function activate(line: LineControl, out: Out): readonly Said[] {
  skipReported(line);
  numberAll(line);
  line.state = 'active';
  line.recovery = null;
  // Watchers do not know yet that these are all.
  line.changed = true;
  out.push(stop(RECOVERY));
  return takeWaiting(line);
}

/** Time is up, and managers are silent. Returns what has waited, and some of it may go on. */
export function goOnInDoubt(line: LineControl, out: Out): readonly Said[] {
  skipReported(line);
  if (line.recovery !== null) beOverdue(line.recovery, RECOVERY, out);
  return takeWaiting(line);
}

/** Those that have attached without a call that others ring for are not rung for it. */
function skipReported(line: LineControl): void {
  const reported = line.recovery?.reported ?? [];
  for (const call of line.calls.values()) {
    if (call.state !== 'adopted') continue;
    // They were there before, and it was not their turn (the plan tells), or they did not want it.
    for (const pid of reported)
      if (!call.ringing.includes(pid) && !call.refused.includes(pid)) call.refused.push(pid);
  }
}

export function takeWaiting(line: LineControl): readonly Said[] {
  const { waiting } = line;
  line.waiting = [];
  return waiting;
}

/** `device` has a call of this line, from the process before. */
export function adopt(line: LineControl, device: LineDevice, report: MemberCall, out: Out): void {
  const { pid } = device;
  const { call, state } = report;
  const known = line.calls.get(call);
  const holder: LegRef = { pid, call: report.leg ?? call };
  if (state === 'retrieving') adoptRetrieval(line, device, report, holder, out);
  else if (known === undefined && state === 'own') adoptOwn(line, device, report, holder, out);
  else if (known === undefined && state === 'active') adoptTaken(line, device, report, holder);
  else if (known === undefined) adoptRinging(line, pid, report, out);
  else if (isUsed(known)) {
    if (known.retrieval?.isHolderGone && (state === 'own' || state === 'active'))
      putBack(line, known, device, report, holder, out);
    else if (known.holder.pid === pid) sayAgain(line, known, report);
    else if (state === 'ringing' || state === 'answered')
      withdraw(holder, 'answered elsewhere', out);
  } else if (state === 'active') hold(line, known, holder, out);
  // It was told to stop ringing, and the news of that crosses this.
  else if (known.refused.includes(pid)) withdraw(holder, 'unreachable', out);
  else if (!known.ringing.includes(pid)) known.ringing.push(pid);
}

function adoptRinging(line: LineControl, pid: Pid, report: MemberCall, out: Out): void {
  const { call, control = pid, from, caller } = report;
  const appearance = numberOfFound(line, call, report.appearance);
  const common = { call, control, from, caller, appearance } as const;
  putCall(line, { state: 'adopted', ...common, ringing: [pid], refused: [], said: [] });
  note(line, common, 'rebuilt', pid);
  out.push(start(timerOf(call), ADOPTION_MS));
  // Nobody else may have told it of this process; and one that is no more cannot be told.
  if (line.own !== null)
    out.push(tell(control, { type: 'lineLocated', number: line.line.number, lcp: line.own.lcp }));
}

export function adoptTaken(
  line: LineControl,
  { pid, member }: LineDevice,
  report: MemberCall,
  holder: LegRef,
): void {
  const { call, control = pid, from, caller } = report;
  const appearance = numberOfFound(line, call, report.appearance);
  const isOnItsOwn = report.control === undefined;
  const common = { call, control, from, caller, appearance, holder, member, isOnItsOwn };
  const taken: Taken = { state: 'taken', ...common, isExclusive: isPrivate(line.line, member) };
  putCall(line, taken);
  note(line, taken, 'rebuilt', pid);
  sayAgain(line, taken, report);
}

/**
 * `device` is about to have a call. Nobody else may have spoken of it, because who had it is gone, or has
 * yet to attach: then its number is kept all the same.
 */
function adoptRetrieval(
  line: LineControl,
  device: LineDevice,
  report: MemberCall,
  by: LegRef,
  out: Out,
): void {
  const { call } = report;
  if (!line.calls.has(call)) adoptOwn(line, device, { ...report, use: 'held' }, by, out);
  const known = line.calls.get(call);
  if (known === undefined || !isUsed(known) || known.retrieval !== undefined) return;
  beginRetrieval(known, by, out, isSame(known.holder, by));
  note(line, { ...known, member: device.member }, 'retrieving', by.pid);
}

/** Who has a call that another is about to have: it was reported by that one first. */
function putBack(
  line: LineControl,
  known: Used,
  device: LineDevice,
  report: MemberCall,
  holder: LegRef,
  out: Out,
): void {
  const { appearance, retrieval } = known;
  freeAppearance(line.appearances, appearance);
  line.calls.delete(known.call);
  if (report.state === 'own') adoptOwn(line, device, { ...report, appearance }, holder, out);
  else adoptTaken(line, device, { ...report, appearance }, holder);
  const call = line.calls.get(known.call);
  if (call !== undefined && isUsed(call) && retrieval !== undefined)
    call.retrieval = { by: retrieval.by, isHolderGone: false };
}

/** Who has the call says what it does with it, if it says so. */
function sayAgain(line: LineControl, call: Used, report: MemberCall): void {
  const { use, isExclusive, joined } = report;
  line.changed = true;
  call.joined = joined;
  if (use !== undefined && use !== 'seized') {
    if (call.use !== use) note(line, call, use, call.holder.pid);
    call.use = use;
  }
  if (isExclusive !== undefined)
    call.isExclusive = isExclusive || isPrivate(line.line, call.member);
}

/** What is said of an adopted call waits for its call control; only that can end it. */
export function inAdopted(
  line: LineControl,
  call: Adopted,
  signal: DeviceWord | Signal<'callWithdraw'>,
  from: Pid,
  out: Out,
): void {
  if (from === call.control) {
    if (signal.type === 'callWithdraw' || signal.type === 'callEnded')
      drop(line, call, signal.cause, out);
  } else if (signal.type !== 'callWithdraw' && call.ringing.includes(from)) {
    if (call.said.length < SAID_MAX) call.said.push({ signal, from });
  }
}

/** Call control has said nothing. If it does so later, its call is refused: what devices still say is of the old one. */
export function adoptionTimeout(line: LineControl, name: string, out: Out): boolean {
  if (!name.startsWith(ADOPTION)) return false;
  const call = line.calls.get(name.slice(ADOPTION.length + 1));
  if (call?.state !== 'adopted') return true;
  drop(line, call, 'internal failure', out);
  if (line.abandoned.push(call.call) > ABANDONED_MAX) line.abandoned.shift();
  return true;
}

export function loseInAdopted(line: LineControl, call: Adopted, gone: Pid | Home, out: Out): void {
  if (isGone(call.control, gone)) {
    drop(line, call, 'internal failure', out);
    return;
  }
  for (const pid of [...call.ringing]) if (isGone(pid, gone)) leaveAdopted(call, pid);
}

/** A device is gone, or wants no calls any more. */
export function leaveAdopted(call: Adopted, pid: Pid): void {
  const at = call.ringing.indexOf(pid);
  if (at < 0) return;
  call.ringing.splice(at, 1);
  call.refused.push(pid);
  for (let said = call.said.length - 1; said >= 0; said--)
    if (call.said[said]?.from === pid) call.said.splice(said, 1);
}

/** Call control has spoken. */
export function settleAdopted({ call }: Adopted, out: Out): void {
  out.push(stop(timerOf(call)));
}

/** Whoever rings for a call that was found stops. */
export function drop(line: LineControl, call: Adopted, cause: Cause, out: Out): void {
  for (const pid of call.ringing) withdraw({ pid, call: call.call }, cause, out);
  settleAdopted(call, out);
  removeCall(line, call, cause);
}

/** `holder` has the call; all others stop ringing, or hang up. */
export function hold(line: LineControl, call: Offered | Adopted, holder: LegRef, out: Out): void {
  const { control, from, appearance, caller } = call;
  const member = memberOf(line, holder.pid);
  const taken = { call: call.call, control, from, appearance, caller, holder, member };
  putCall(line, { state: 'taken', ...taken, isExclusive: isPrivate(line.line, member) });
  note(line, taken, 'answered', holder.pid);
  for (const pid of call.ringing)
    if (pid !== holder.pid) withdraw({ pid, call: call.call }, 'answered elsewhere', out);
  if (call.state === 'adopted') settleAdopted(call, out);
  else disarm(call, out);
}

function memberOf(line: LineControl, pid: Pid): string {
  return findDevice(line.devices, pid)?.member ?? '';
}

function timerOf(call: string): string {
  return `${ADOPTION}:${call}`;
}
