/**
 * What becomes of a call at its line: offered until somebody takes it, taken until who has it ends it.
 * Each function is one state, or an arrow out of it.
 */
import { type Home, isGone, kindOf, type Pid } from '../../process/pid.ts';
import type { Cause } from '../cause.ts';
import { type Out, tell } from '../effects.ts';
import type { CallId, CallRequest, CallSignal, MemberCall } from '../signals.ts';
import { note, timeOf } from './line-chains.ts';
import {
  type Adopted,
  isUsed,
  type LineCall,
  type LineControl,
  type Offered,
  putCall,
  type Said,
  type Taken,
  type Used,
} from './line-control.ts';
import { findDevice } from './line-control-database.ts';
import { isPrivate } from './line-members.ts';
import {
  beginOffer,
  disarm,
  hearAlert,
  isStale,
  refuseOffer,
  requestAt,
  resumeOffer,
  withdraw,
  withdrawOffer,
} from './line-offer.ts';
import { hold, inAdopted, loseInAdopted, settleAdopted } from './line-recovery.ts';
import {
  discard,
  findByLeg,
  holderEnded,
  isSame,
  legEnded,
  loseMissing,
  loseUsers,
  passHold,
} from './line-retrieval.ts';
import { beginUse, LINE_CALLS_MAX, use } from './line-seizures.ts';
import { isFull, numberFor } from './silent-homes.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** What is said about a call that is known here. */
export type CallEvent = Signal<
  'callAlert' | 'callProceed' | 'callRefuse' | 'callWithdraw' | 'callEnded' | 'callHeld' | 'lineUse'
>;

/** Something is said about a call. */
export function hearOfCall(line: LineControl, signal: CallEvent, from: Pid, out: Out): void {
  const call = line.calls.get(signal.call) ?? callOfLeg(line, signal, from);
  if (call === undefined) afterCall(line, signal, from, out);
  else if (signal.type === 'callHeld') held(line, call, signal, from, out);
  else if (call.state === 'adopted') inAdopted(line, call, signal, from, out);
  else if (call.state === 'offered') inOffered(line, call, signal, from, out);
  else inUsed(line, call, signal, from, out);
}

/** Device processes know a call by the id of their own leg too. */
function callOfLeg(line: LineControl, signal: CallEvent, from: Pid): Used | undefined {
  const { call, type } = signal;
  if (kindOf(from) === 'c') return undefined;
  if (type !== 'callEnded' && type !== 'callHeld' && type !== 'lineUse') return undefined;
  return findByLeg(line, type === 'callHeld' ? signal.holder : { pid: from, call });
}

/** A process died, or a manager is gone. */
export function loseCalls(line: LineControl, gone: Pid | Home, out: Out): void {
  for (const call of [...line.calls.values()]) {
    if (call.state === 'offered') loseInOffered(line, call, gone, out);
    else if (call.state === 'adopted') loseInAdopted(line, call, gone, out);
    else if (call.state === 'own' || !loseControlOf(line, call, gone, out))
      loseUsers(line, call, gone, out);
  }
}

/** What has waited is said now. */
function replay(line: LineControl, waiting: readonly Said<CallEvent>[], out: Out): void {
  for (const { signal, from } of waiting) hearOfCall(line, signal, from, out);
}

function inOffered(line: LineControl, call: Offered, signal: CallEvent, from: Pid, out: Out): void {
  switch (signal.type) {
    case 'callAlert':
      hearAlert(line, call, signal, from, out);
      break;
    case 'callProceed':
      if (isStale(call, from, signal.attempt)) break;
      if (call.ringing.includes(from)) take(line, call, signal, from, out);
      // Its turn was over, and the news of that crossed its answer.
      else withdraw(signal.from, 'no answer', out);
      break;
    case 'callRefuse':
      if (!isStale(call, from, signal.attempt)) refuseOffer(line, call, from, signal, out);
      break;
    case 'callWithdraw':
    case 'callEnded':
      if (from === call.control) withdrawOffer(line, call, signal.cause, out);
      break;
  }
}

function inUsed(line: LineControl, call: Used, signal: CallEvent, from: Pid, out: Out): void {
  // A call without call control was entered with its holder for one.
  const isControl = call.state === 'taken' && from === call.control && from !== call.holder.pid;
  switch (signal.type) {
    case 'callProceed':
      // Two phones answered at once, on different managers perhaps: the first signal here has won.
      if (from !== call.holder.pid) withdraw(signal.from, 'answered elsewhere', out);
      break;
    case 'callWithdraw':
      if (!isControl) break;
      discard(line, call, signal.cause, from, out);
      withdraw(call.holder, signal.cause, out);
      break;
    case 'callEnded':
      if (isControl) loseControl(line, call, signal.cause, out);
      else legEnded(line, call, { pid: from, call: signal.call }, signal.cause, out);
      break;
    case 'lineUse':
      use(line, call, signal, from, out);
      break;
    default:
  }
}

/**
 * Call control has ended. As a rule the holder says so too, now or in a moment; not when its leg was
 * transferred to another caller, and then this is no end for the line.
 */
function loseControl(line: LineControl, call: Taken, cause: Cause, out: Out): void {
  const isHeld = findDevice(line.devices, call.holder.pid) !== undefined;
  if (isHeld || call.retrieval !== undefined) call.isOnItsOwn = true;
  else discard(line, call, cause, call.control, out);
}

/** Who has the call: call control's word to a new process, or a device's that has it from another. */
function held(
  line: LineControl,
  call: LineCall,
  signal: Signal<'callHeld'>,
  from: Pid,
  out: Out,
): void {
  const { holder } = signal;
  const isControl = call.state !== 'own' && from === call.control;
  if (!isUsed(call)) {
    if (!isControl) return;
    const isHere = call.ringing.includes(holder.pid);
    hold(line, call, holder, out);
    if (call.state === 'adopted') replay(line, call.said, out);
    // It has said which calls it has, and this is none of them: it has hung up already.
    if (!isHere && findDevice(line.devices, holder.pid) !== undefined)
      releaseIfHeld(line, call.call, holder.pid, out);
  } else if (isControl ? holder.pid !== call.holder.pid : from === holder.pid) {
    const isKnown = isSame(holder, call.holder) && call.retrieval?.isHolderGone !== true;
    // What is only seized is no call yet that another could have.
    if (isKnown || call.use === 'seized') return;
    if (isControl) withdraw(call.holder, 'answered elsewhere', out);
    else if (call.state === 'taken' && !call.isOnItsOwn)
      out.push(tell(call.control, { ...signal, call: call.call }));
    passHold(line, call, holder, out);
  }
}

/** Calls that `pid` is thought to hold, or to be about to, and does not have. */
export function releaseMissing(
  line: LineControl,
  pid: Pid,
  has: readonly MemberCall[],
  out: Out,
): void {
  for (const call of [...line.calls.values()])
    if (isUsed(call) && !has.some((each) => each.call === call.call))
      loseMissing(line, call, pid, out);
}

function releaseIfHeld(line: LineControl, id: CallId, pid: Pid, out: Out): void {
  const call = line.calls.get(id);
  if (call?.state === 'taken' && call.holder.pid === pid) holderEnded(line, call, 'call gone', out);
}

/** The call is over, and this signal crossed its end on the way. */
function afterCall(line: LineControl, signal: CallEvent, from: Pid, out: Out): void {
  const { call } = signal;
  if (signal.type === 'lineUse') beginUse(line, signal, from, out);
  else if (signal.type === 'callProceed') withdraw(signal.from, 'call gone', out);
  // Who took it has been told to hang up.
  else if (signal.type === 'callHeld' && line.abandoned.includes(call))
    out.push(tell(from, { type: 'callRelease', call, cause: 'call gone', from: signal.holder }));
}

/** A call is to be offered. */
export function offer(line: LineControl, asked: CallRequest, control: Pid, out: Out): void {
  const { call, from } = asked;
  const known = line.calls.get(call);
  if (known !== undefined) {
    // Said twice: the offer is under way already, or taken.
    if (known.state === 'adopted' && known.control === control) resume(line, known, asked, out);
    return;
  }
  if (line.abandoned.includes(call)) {
    out.push(tell(control, { type: 'callRefuse', call, cause: 'internal failure' }));
    return;
  }
  if (line.isClosed) {
    out.push(tell(control, { type: 'callRefuse', call, cause: 'unknown number' }));
    return;
  }
  if (line.appearances.lowest >= LINE_CALLS_MAX) {
    out.push(tell(control, { type: 'callRefuse', call, cause: 'overload' }));
    return;
  }
  if (isFull(line)) {
    out.push(tell(control, { type: 'callRefuse', call, cause: 'no free appearance' }));
    return;
  }
  const { changed } = line;
  const appearance = numberFor(line, call);
  const offered: Offered = {
    state: 'offered',
    call,
    control,
    from,
    caller: asked.caller,
    appearance,
    request: requestAt(line.line.number, asked, appearance, control),
    step: 0,
    stage: -1,
    ringing: [],
    refused: [],
    stopped: [],
    sinceMs: timeOf(line),
    hasRung: false,
    cause: 'no device',
    armed: [],
  };
  putCall(line, offered);
  note(line, offered, 'offered', control);
  beginOffer(line, offered, asked.offeredMs ?? 0, out);
  // Refused at once: no lamp has been lit.
  if (!line.calls.has(call)) line.changed = changed;
}

/** Call control asks again: who rings rings on, and what was said meanwhile counts. */
function resume(line: LineControl, adopted: Adopted, asked: CallRequest, out: Out): void {
  const { call, control, from, caller, appearance, ringing, refused, said } = adopted;
  settleAdopted(adopted, out);
  const offered: Offered = {
    state: 'offered',
    call,
    control,
    from,
    caller,
    appearance,
    request: requestAt(line.line.number, asked, appearance, control),
    step: 0,
    stage: -1,
    ringing,
    refused,
    stopped: [],
    sinceMs: timeOf(line),
    hasRung: ringing.length > 0,
    cause: 'no device',
    armed: [],
  };
  putCall(line, offered);
  resumeOffer(line, offered, asked.offeredMs ?? 0, out);
  replay(line, said, out);
}

function take(
  line: LineControl,
  call: Offered,
  signal: Signal<'callProceed'>,
  winner: Pid,
  out: Out,
): void {
  const { control, from, caller, appearance } = call;
  const holder = signal.from;
  const member = findDevice(line.devices, winner)?.member ?? '';
  const taken = { call: call.call, control, from, caller, appearance, holder, member };
  putCall(line, { state: 'taken', ...taken, isExclusive: isPrivate(line.line, member) });
  note(line, taken, 'answered', winner);
  out.push(tell(control, signal));
  for (const pid of call.ringing)
    if (pid !== winner) withdraw({ pid, call: call.call }, 'answered elsewhere', out);
  disarm(call, out);
}

function loseInOffered(line: LineControl, call: Offered, gone: Pid | Home, out: Out): void {
  if (isGone(call.control, gone)) {
    withdrawOffer(line, call, 'internal failure', out);
    return;
  }
  for (const pid of [...call.ringing])
    if (isGone(pid, gone)) {
      // It may be out of reach only, and is not to ring on.
      if (pid === gone) withdraw({ pid, call: call.call }, 'unreachable', out);
      refuseOffer(line, call, pid, { cause: 'unreachable' }, out);
    }
}

/** Whether the call went with its call control. */
function loseControlOf(line: LineControl, call: Taken, gone: Pid | Home, out: Out): boolean {
  const { control, caller, holder } = call;
  const cause = 'internal failure';
  if (call.isOnItsOwn || !isGone(control, gone)) return false;
  discard(line, call, cause, control, out);
  // The answer may have died with it: then the holder would speak to nobody.
  out.push(tell(holder.pid, { type: 'callRelease', call: holder.call, from: caller, cause }));
  out.push(tell(caller.pid, { type: 'callRelease', call: caller.call, from: holder, cause }));
  return true;
}
