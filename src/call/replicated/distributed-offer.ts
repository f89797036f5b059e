/**
 * A call while it is on offer at the processes of a replicated line: its rounds, and who is asked in
 * which. Each function is one arrow out of the state 'distributing', and changes its record in place.
 */
import { type Home, isGone, type Pid } from '../../process/pid.ts';
import type { CallEvent } from '../call-control.ts';
import type { Cause } from '../cause.ts';
import { type Out, start, stop, tell } from '../effects.ts';
import { forwardingLine, onwardFrom, tellRefusal } from '../forwarding/diverting.ts';
import type { OfferTimer } from '../line/line-control.ts';
import { planOf } from '../line/offering-plan.ts';
import { weightier } from '../refusals.ts';
import type { CallRequest, CallSignal } from '../signals.ts';
import {
  ask,
  type Distributing,
  type Distribution,
  exit,
  FIRST_VERSION,
  giveBack,
  isAsked,
  type Locking,
  loseAsked,
  type Signal,
  sayUnlock,
  tellCaller,
  withdrawLeg,
} from './distribution-state.ts';

/** All of the line's processes have consented: the call goes to each of them. */
export function begin(
  { request, line, forwards, tries, followers }: Locking,
  locked: Signal<'lineLocked'>,
  out: Out,
): Distribution {
  const { lock, lcps, appearance } = locked;
  const plan = planOf(line);
  const shown = { ...request, line: line.number, appearance, lock };
  const call: Distributing = {
    state: 'distributing',
    ...{ request: shown, line, forwards, plan, lcps: [...lcps], ringing: [], step: 0, stage: -1 },
    ...{ cause: 'no device', forward: undefined, isRinging: false, armed: [], asking: undefined },
    tries,
  };
  if (!advance(call)) {
    for (const pid of followers) if (!call.lcps.includes(pid)) call.lcps.push(pid);
    giveBack(lock.by, locked, out);
    return giveUp(call, call.cause, out);
  }
  call.request = { ...call.request, members: membersOf(call), round: 0 };
  call.ringing = [...lcps];
  for (const lcp of lcps) out.push(tell(lcp, call.request));
  for (const pid of followers) if (!lcps.includes(pid)) show(call, pid, false, out);
  arm(call, 'no answer', request.patienceMs ?? line.noAnswerMs, out);
  armStep(call, true, out);
  return call;
}

export function inDistributing(call: Distributing, event: CallEvent, out: Out): Distribution {
  switch (event.type) {
    case 'signal':
      return hearInDistributing(call, event.signal, event.from, out);
    case 'timer':
      return timeout(call, event.timer as OfferTimer, out);
    case 'down':
      return loseInDistributing(call, event.gone, out);
    default:
      return call;
  }
}

function hearInDistributing(
  call: Distributing,
  signal: CallSignal,
  from: Pid,
  out: Out,
): Distribution {
  const { request, lcps } = call;
  // It has another name at each line that it is sent on to.
  const isOurs = lcps.includes(from) && (!('call' in signal) || signal.call === request.call);
  switch (signal.type) {
    case 'lineLocked':
      if (isAsked(call, from, signal.lock.operation)) {
        call.asking = undefined;
        call.request = { ...request, lock: signal.lock };
        for (const lcp of new Set([...lcps, ...signal.lcps])) show(call, lcp, true, out);
      } else if (request.lock.by === from && request.lock.operation === signal.lock.operation) {
        // Had anew, or some have not accepted it.
        call.request = { ...request, lock: signal.lock };
        for (const lcp of signal.lcps) show(call, lcp, true, out);
      } else giveBack(from, signal, out);
      return call;
    case 'lineLockRefused':
      return hearRefused(call, signal, from, out);
    case 'callFollow':
      if (!isOurs || signal.version < FIRST_VERSION) show(call, from, false, out);
      return call;
    case 'callAlert':
      if (isOurs) alert(call, signal, from, out);
      return call;
    case 'callProceed':
      if (isOurs) return answer(call, signal, out);
      // Given up as gone: it has the call from a time before.
      withdrawLeg({ pid: from, call: signal.call }, 'call gone', out);
      return call;
    case 'callRefuse':
      if (!isOurs) return call;
      call.cause = weightier(call.cause, signal.cause);
      call.forward ??= signal.forward;
      if (signal.round !== request.round) return call;
      return silent(call, from, out);
    case 'callWithdraw':
    case 'callEnded':
      return from === request.caller.pid ? withdraw(call, signal.cause, out) : call;
    default:
      return call;
  }
}

/** Tells `lcp` the call as it is now. It is one of those that ring, until it says otherwise. */
function show(call: Distributing, lcp: Pid, withLock: boolean, out: Out): void {
  const { request, lcps, ringing } = call;
  if (!lcps.includes(lcp)) lcps.push(lcp);
  if (!ringing.includes(lcp)) ringing.push(lcp);
  const { lock, ...rest } = request;
  out.push(tell(lcp, withLock ? request : rest));
}

/** The lock is not to be had; or the one that was had is not believed, by `from` at least. */
function hearRefused(
  call: Distributing,
  { operation, reason }: Signal<'lineLockRefused'>,
  from: Pid,
  out: Out,
): Distribution {
  const { request, lcps } = call;
  if (isAsked(call, from, operation)) {
    if (reason !== 'fenced') return giveUp(call, 'overload', out);
    return loseAsked(call, from, out) ? call : giveUp(call, 'unreachable', out);
  }
  if (operation !== request.lock.operation || call.asking !== undefined) return call;
  // Who did not believe it has seen more than the others: it is asked first.
  const others = lcps.filter((pid) => pid !== from);
  call.asking = { lcps: reason === 'fenced' ? others : [from, ...others], operation: '' };
  if (ask(call, out)) return call;
  call.asking = undefined;
  call.cause = weightier(call.cause, 'overload');
  return silent(call, from, out);
}

/** The lock's holder is one of the line's processes no more: what has been shown with it may not have been taken. */
function askAnew(call: Distributing, gone: Pid | Home, out: Out): boolean {
  if (call.asking !== undefined) return loseAsked(call, gone, out);
  const lcps = call.lcps.filter((pid) => !isGone(pid, gone));
  call.asking = { lcps, operation: '' };
  return ask(call, out);
}

function alert(call: Distributing, signal: Signal<'callAlert'>, lcp: Pid, out: Out): void {
  const { ringing, request } = call;
  // A phone that came late rings after the others there have refused.
  if (!ringing.includes(lcp)) ringing.push(lcp);
  if (signal.kind === 'ringing' || signal.kind === 'progress') call.isRinging = true;
  tellCaller(request, signal, out);
}

function answer(call: Distributing, signal: Signal<'callProceed'>, out: Out): Distribution {
  const { request, lcps } = call;
  const { from, caller, appearance, lock } = request;
  const { member = '', ...said } = signal;
  disarm(call, out);
  tellCaller(request, said, out);
  const taken: Signal<'callTaken'> = {
    ...{ type: 'callTaken', call: request.call, version: FIRST_VERSION + 1 },
    ...{ appearance, seq: lock.seq, from, caller, holder: signal.from, member },
  };
  for (const lcp of lcps) out.push(tell(lcp, taken));
  sayUnlock(call, out);
  return {
    state: 'distributed',
    taken,
    // Not the request itself: an offer need not be remembered for as long as people talk.
    request: { call: request.call, caller },
    holder: signal.from,
    lcps,
    isTheLines: true,
  };
}

/** At `lcp` nobody rings. When that was the last one, the next round begins. */
function silent(call: Distributing, lcp: Pid, out: Out): Distribution {
  const at = call.ringing.indexOf(lcp);
  if (at >= 0) call.ringing.splice(at, 1);
  // Who is being asked for the lock anew has not heard of the call perhaps.
  return call.ringing.length > 0 || call.asking !== undefined ? call : goOn(call, out);
}

/** The next stage of the step, or the next step; without one the call is refused. */
function goOn(call: Distributing, out: Out): Distribution {
  const { step, lcps, request } = call;
  if (!advance(call)) return giveUp(call, call.cause, out);
  const members = membersOf(call);
  const round = (request.round ?? 0) + 1;
  call.request = { ...request, members, round };
  call.ringing = [...lcps];
  for (const lcp of lcps)
    out.push(tell(lcp, { type: 'callRing', call: request.call, members, round }));
  armStep(call, call.step !== step, out);
  return call;
}

/** To the next stage with members. False: there is none. */
function advance(call: Distributing): boolean {
  const { plan } = call;
  do {
    if (call.stage + 1 < (plan[call.step]?.stages.length ?? 0)) call.stage++;
    else if (call.step + 1 < plan.length) {
      call.step++;
      call.stage = 0;
    } else return false;
  } while (membersOf(call).length === 0);
  return true;
}

function membersOf({ plan, step, stage }: Distributing): readonly string[] {
  return plan[step]?.stages[stage]?.members ?? [];
}

function timeout(call: Distributing, timer: OfferTimer, out: Out): Distribution {
  const at = call.armed.indexOf(timer);
  if (at < 0) return call;
  call.armed.splice(at, 1);
  switch (timer) {
    case 'delay':
      return goOn(call, out);
    case 'step':
      // Members whose delay is still running have missed their turn.
      call.stage = (call.plan[call.step]?.stages.length ?? 0) - 1;
      call.cause = weightier(call.cause, 'no answer');
      return goOn(call, out);
    case 'no answer':
      return giveUp(call, 'no answer', out);
  }
}

function arm(call: Distributing, timer: OfferTimer, afterMs: number, out: Out): void {
  if (!call.armed.includes(timer)) call.armed.push(timer);
  out.push(start(timer, afterMs));
}

function armStep(call: Distributing, isNew: boolean, out: Out): void {
  const { plan, step, stage, armed } = call;
  const stepMs = plan[step]?.ms ?? null;
  const nextMs = plan[step]?.stages[stage]?.nextMs ?? null;
  if (isNew && stepMs !== null) arm(call, 'step', stepMs, out);
  if (nextMs !== null) arm(call, 'delay', nextMs, out);
  else if (armed.includes('delay')) {
    armed.splice(armed.indexOf('delay'), 1);
    out.push(stop('delay'));
  }
}

function disarm({ armed }: Distributing, out: Out): void {
  for (const timer of armed) out.push(stop(timer));
  armed.length = 0;
}

function loseInDistributing(call: Distributing, gone: Pid | Home, out: Out): Distribution {
  const { request } = call;
  if (isGone(request.caller.pid, gone)) return withdraw(call, 'internal failure', out);
  const lost = call.lcps.filter((pid) => isGone(pid, gone));
  call.lcps = call.lcps.filter((pid) => !isGone(pid, gone));
  // It may be out of reach only, and is not to ring on.
  for (const pid of lost)
    if (pid === gone) withdrawLeg({ pid, call: request.call }, 'unreachable', out);
  if (lost.length > 0) call.cause = weightier(call.cause, 'unreachable');
  if (call.lcps.length === 0) return giveUp(call, 'unreachable', out);
  if (isGone(request.lock.by, gone) || call.asking !== undefined)
    if (!askAnew(call, gone, out)) return giveUp(call, 'unreachable', out);
  const wasRinging = call.ringing.length > 0;
  call.ringing = call.ringing.filter((pid) => !lost.includes(pid));
  const isDue = wasRinging && call.ringing.length === 0 && call.asking === undefined;
  return isDue ? goOn(call, out) : call;
}

/** The caller does not want it any more. */
function withdraw(call: Distributing, cause: Cause, out: Out): Distribution {
  stopAll(call, cause, out);
  return exit(out);
}

function stopAll(call: Distributing, cause: Cause, out: Out): void {
  const { request, lcps } = call;
  sayUnlock(call, out);
  for (const lcp of lcps) withdrawLeg({ pid: lcp, call: request.call }, cause, out);
  disarm(call, out);
}

/** Everybody has refused, or time is up. */
function giveUp(call: Distributing, cause: Cause, out: Out): Distribution {
  const { request, line, forwards, forward } = call;
  const refusal = forward === undefined ? { cause } : { cause, forward };
  const onward = onwardFrom(request, forwardingLine(line, forwards), refusal);
  if (onward === undefined) tellRefusal(request, refusal, out);
  stopAll(call, 'no answer', out);
  return onward === undefined
    ? exit(out)
    : { state: 'diverting', request: bare(request), line: line.number, onward };
}

/** As it was before this line had it. */
function bare(request: CallRequest): CallRequest {
  const { line: _, appearance: __, lock: ___, members: ____, round: _____, ...asked } = request;
  return asked;
}
