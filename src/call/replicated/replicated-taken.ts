/**
 * What is said of a call of a replicated line that somebody has: by its call control, by who has it, and
 * by who has it from another. What this process does not answer for it passes on to who does.
 */
import { type Home, homeOf, isGone, kindOf, type Pid } from '../../process/pid.ts';
import type { Cause } from '../cause.ts';
import { type Out, start, tell } from '../effects.ts';
import { isUsed, type Taken, type Used } from '../line/line-control.ts';
import { findDevice } from '../line/line-control-database.ts';
import { isPrivate } from '../line/line-members.ts';
import type { ReportedCall } from '../line/line-report.ts';
import { findByLeg, isSame, passHold } from '../line/line-retrieval.ts';
import { use } from '../line/line-seizures.ts';
import type { CallId, CallSignal, LegRef, Party } from '../signals.ts';
import { drop, enter, liveCall, noteState, type ReplicatedLine } from './replicated-calls.ts';
import { silence } from './replicated-offer.ts';
import { evict } from './replicated-reports.ts';
import {
  dropRetrieval,
  holderOver,
  legOver,
  retrievalAfter,
  show,
} from './replicated-retrieval.ts';
import { ALONE, assume, ours, tellPeers } from './replicated-used.ts';
import { dropWish, isAwaitingNumber, isTakingOver, wish, wishToUse } from './replicated-wishes.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** Who was transferred away itself says in less time that its call has ended. */
const ALONE_MS = 100;
/** A process that has died alone has a successor by then, to which its devices have said what they have. */
const ORPHANED_MS = 2000;
const ORPHANED = 'orphaned';

/** Call control has decided who has the call, or says what that one does with it. */
export function take(
  line: ReplicatedLine,
  signal: Signal<'callTaken'>,
  control: Pid,
  out: Out,
): void {
  const { call, version, appearance, seq, from, caller, holder, member, use: does } = signal;
  const before = line.known.get(call);
  if (before?.state === 'ended' || (before?.version ?? 0) >= version) return;
  const isExclusive = (signal.isExclusive ?? false) || isPrivate(line.control.line, member);
  const retrieval = retrievalAfter(before, holder);
  const told = { call, appearance, seq, control, from, version, holder, member, isExclusive };
  const mixed = signal.joined === undefined ? {} : { joined: signal.joined };
  const used = { ...(does === undefined ? {} : { use: does }), ...mixed };
  const reported: ReportedCall = { ...told, ...used, state: 'taken' };
  const state = retrieval === undefined ? reported : { ...reported, retrieval };
  if (!enter(line, state, (other) => evict(line, other, out), out)) return;
  silence(line, call, holder, 'answered elsewhere', out);
  line.offers.delete(call);
  const common = { call, control, from, caller, appearance, holder, member, isExclusive };
  const taken: Taken = { state: 'taken', ...common, ...used, isOnItsOwn: false };
  show(line, taken, retrieval, out);
  noteState(line, state, before);
}

/** The call that `leg` has, or is about to have. */
function usedBy(line: ReplicatedLine, leg: LegRef): Used | undefined {
  const here = line.control.calls.get(leg.call);
  return here !== undefined && isUsed(here) ? here : findByLeg(line.control, leg);
}

/** A device says what its phone does with a call. */
export function hearUse(
  line: ReplicatedLine,
  signal: Signal<'lineUse'>,
  from: Pid,
  out: Out,
): void {
  const { calls, devices } = line.control;
  const used = usedBy(line, { pid: from, call: signal.call });
  const known = liveCall(line, used?.call ?? signal.call);
  const isOfControl = known !== undefined && kindOf(known.control) === 'c';
  const { call } = used ?? signal;
  if (isTakingOver(line, call, from)) wishToUse(line, { ...signal, call }, from, out);
  else if (used !== undefined && ours(line, call) === used)
    use(line.control, used, signal, from, out);
  else if (used === undefined && !isOfControl) {
    if (!calls.has(signal.call) && findDevice(devices, from) !== undefined)
      wishToUse(line, signal, from, out);
  } else if (known !== undefined && (used === undefined || used.holder.pid === from)) {
    if (used?.retrieval?.isHolderGone || signal.state === 'progressing') return;
    out.push(tell(known.control, { ...signal, call: known.call }));
  }
}

/** A device has the call from another leg. */
export function hearHeld(
  line: ReplicatedLine,
  signal: Signal<'callHeld'>,
  from: Pid,
  out: Out,
): void {
  const { control, self } = line;
  const { holder } = signal;
  if (holder.pid !== from) return;
  const used = usedBy(line, { ...holder, call: signal.call }) ?? usedBy(line, holder);
  const known = liveCall(line, used?.call ?? signal.call);
  const isOfControl = known !== undefined && kindOf(known.control) === 'c';
  if (used === undefined || known === undefined) {
    if (isOfControl) passOn(line, known, signal, out);
    else hearNew(line, signal, known, out);
    return;
  }
  const isKnown = isSame(holder, used.holder) && used.retrieval?.isHolderGone !== true;
  // What is only seized is no call yet that another could have.
  if ((isKnown && (isOfControl || known.control === self)) || used.use === 'seized') return;
  if (isOfControl) return passOn(line, known, signal, out);
  const { retrieval } = known;
  const isGranted = retrieval?.lcp === self && retrieval.by.pid === from;
  if (!isGranted && known.control !== self) {
    const { call, appearance, from: far } = used;
    takeOver(line, { call, holder }, appearance, far, out);
    return;
  }
  dropRetrieval(line, used.call, out);
  passHold(control, used, holder, out);
  tellPeers(line, assume(line, used, undefined, out, retrieval?.seq ?? known.seq), out);
}

/** Call control answers for the call: it tells all who has it now. */
function passOn(
  { control: { devices, line } }: ReplicatedLine,
  { call, control }: ReportedCall,
  { holder, party, device }: Signal<'callHeld'>,
  out: Out,
): void {
  const member =
    findDevice(devices, holder.pid)?.member ??
    line.members.find((each) => each.device === device)?.name ??
    '';
  out.push(tell(control, { type: 'callHeld', call, holder, party, member }));
}

/** Of who had the call before, nothing has been heard here yet: it was taken over while its line waited for the lock. */
function hearNew(
  line: ReplicatedLine,
  { call, holder, far }: Signal<'callHeld'>,
  known: ReportedCall | undefined,
  out: Out,
): void {
  const isOver = known === undefined && line.known.has(call);
  if (isOver || findDevice(line.control.devices, holder.pid) === undefined) return;
  const party = known?.from ?? far ?? { number: '', name: '' };
  takeOver(line, { call, holder }, known?.appearance, party, out);
}

function takeOver(
  line: ReplicatedLine,
  taken: { readonly call: CallId; readonly holder: LegRef },
  appearance: number | undefined,
  party: Party,
  out: Out,
): void {
  const use: Signal<'lineUse'> = {
    ...{ type: 'lineUse', number: line.control.line.number, call: taken.call },
    ...(appearance === undefined ? {} : { appearance }),
    ...{ state: 'active', party, isExclusive: false },
  };
  wish(line, { type: 'taken over', ...taken, use }, taken.holder.pid, out);
}

/** A leg of a device here is over. */
export function hearEnd(
  line: ReplicatedLine,
  { call, cause }: Signal<'callEnded'>,
  from: Pid,
  out: Out,
): void {
  const dropped = dropWish(line, call, from);
  const leg = { pid: from, call };
  const used = usedBy(line, leg);
  if (used === undefined) return;
  if (dropped?.type === 'taken over') takerOver(line, used, dropped.holder, cause, out);
  else legOver(line, used, leg, cause, out);
}

/** It had the call already, and who is thought to have it has not. Who answers for the call may know that, or not. */
function takerOver(line: ReplicatedLine, used: Used, taker: LegRef, cause: Cause, out: Out): void {
  const { call, retrieval } = used;
  const { control = line.self } = liveCall(line, call) ?? {};
  holderOver(line, used, cause, out);
  if (control !== line.self && retrieval === undefined)
    out.push(tell(control, { type: 'callRelease', call, from: taker, cause }));
}

/** Another process of the line says that who has a call which this one answers for has not got it any more. */
export function hearRelease(
  line: ReplicatedLine,
  { call, cause, from }: Signal<'callRelease'>,
  out: Out,
): void {
  const used = ours(line, call);
  if (used !== undefined && used.holder.pid === from?.pid) holderOver(line, used, cause, out);
}

/**
 * Call control has ended. As a rule so has who has the call; not when its leg was transferred to another
 * caller, nor when another is about to have it: then the call goes on, and this process answers for it.
 * True: it does.
 */
export function goOnAlone(
  line: ReplicatedLine,
  known: ReportedCall,
  why: Cause,
  out: Out,
): boolean {
  const { control, self } = line;
  const { call, version } = known;
  const here = control.calls.get(call);
  if (here?.state !== 'taken' || line.left.has(call)) return false;
  const isRetrieved = known.retrieval?.lcp === self && here.retrieval !== undefined;
  const isHere = findDevice(control.devices, here.holder.pid) !== undefined;
  if (!isRetrieved && (why !== 'transferred' || !isHere)) return false;
  here.isOnItsOwn = true;
  // The others know of its end, which counts as one.
  line.known.set(call, { ...known, version: version + 1 });
  const signal = assume(line, here, undefined, out);
  if (isRetrieved) {
    if (here.retrieval !== undefined) here.retrieval.isHolderGone = true;
    tellPeers(line, signal, out);
  } else {
    line.unsaid.add(call);
    out.push(start(`${ALONE}:${call}`, ALONE_MS));
  }
  return true;
}

/** Who answers for a call is gone. */
export function loseCoordinator(
  line: ReplicatedLine,
  known: ReportedCall,
  gone: Pid | Home,
  out: Out,
): void {
  const { call, control, retrieval } = known;
  const here = line.control.calls.get(call);
  const isRetrieved = retrieval?.lcp === line.self && here !== undefined && isUsed(here);
  if (isRetrieved && here.retrieval !== undefined && !isGone(retrieval.by.pid, gone)) {
    here.retrieval.isHolderGone = gone !== control;
    tellPeers(line, assume(line, here, undefined, out, retrieval.seq), out);
  } else if (gone === control) out.push(start(ORPHANED, ORPHANED_MS));
  else {
    dropRetrieval(line, call, out);
    drop(line, call, 'internal failure');
  }
}

/** Nobody else can end the call. Every process of the line does so for its own devices. */
export function loseControl(line: ReplicatedLine, { call }: ReportedCall, out: Out): void {
  const here = line.control.calls.get(call);
  const cause: Cause = 'internal failure';
  silence(line, call, undefined, cause, out);
  dropRetrieval(line, call, out);
  if (here?.state === 'taken' && isLocal(line, here.holder.pid)) {
    const { holder, caller } = here;
    // The answer may have died with it: then the holder would speak to nobody.
    out.push(tell(holder.pid, { type: 'callRelease', call: holder.call, from: caller, cause }));
    out.push(tell(caller.pid, { type: 'callRelease', call: caller.call, from: holder, cause }));
  }
  drop(line, call, cause);
}

/** True: the timer was one of these. */
export function coordinationTimeout(line: ReplicatedLine, name: string, out: Out): boolean {
  const { number } = line.control.line;
  if (name.startsWith(`${ALONE}:`)) {
    const call = name.slice(ALONE.length + 1);
    if (isAwaitingNumber(line, call)) {
      // Its number is another's meanwhile, and the next takes its time: it is asked then.
      out.push(start(name, ALONE_MS));
      return true;
    }
    const state = liveCall(line, call);
    const isUnsaid = line.unsaid.delete(call);
    if (state?.holder === undefined || ours(line, call) === undefined) return true;
    // They know already, if it has been given another number meanwhile.
    if (isUnsaid) tellPeers(line, { type: 'lineCall', number, state }, out);
    // The news of its end may have been for call control.
    const { pid, call: leg } = state.holder;
    out.push(tell(pid, { type: 'lineInquire', number, call, leg, isAgain: true }));
    return true;
  }
  if (name !== ORPHANED) return false;
  for (const { call, control, state } of [...line.known.values()]) {
    const isOrphan = kindOf(control) === 'l' && control !== line.self;
    if (state === 'ended' || !isOrphan || line.lock.view.includes(control)) continue;
    dropRetrieval(line, call, out);
    drop(line, call);
  }
  return true;
}

export function isLocal({ self }: ReplicatedLine, pid: Pid): boolean {
  return homeOf(pid) === homeOf(self);
}
