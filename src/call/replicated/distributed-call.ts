/** A call to a replicated line after somebody has taken it: all of the line's processes hear of its end. */
import { homeOf, isGone, type Pid } from '../../process/pid.ts';
import type { CallEvent } from '../call-control.ts';
import type { Cause } from '../cause.ts';
import { type Out, tell } from '../effects.ts';
import type { CallSignal } from '../signals.ts';
import {
  type Distributed,
  type Distribution,
  exit,
  giveBack,
  type Signal,
  withdrawLeg,
} from './distribution-state.ts';

export function inDistributed(call: Distributed, event: CallEvent, out: Out): Distribution {
  const { request, holder } = call;
  const { caller } = request;
  if (event.type === 'signal') return hearInDistributed(call, event.signal, event.from, out);
  if (event.type !== 'down') return call;
  const { gone } = event;
  const cause = 'internal failure';
  if (isGone(caller.pid, gone)) {
    out.push(tell(holder.pid, { type: 'callRelease', call: holder.call, from: caller, cause }));
    return end(call, cause, out);
  }
  const isHoldersEnd = isGone(holder.pid, gone);
  if (isHoldersEnd && !call.isTransferred) {
    release(call, cause, out);
    return end(call, cause, out);
  }
  call.lcps = call.lcps.filter((pid) => !isGone(pid, gone));
  if (isHoldersEnd) leaveLine(call, cause, out);
  return call;
}

function hearInDistributed(
  call: Distributed,
  signal: CallSignal,
  from: Pid,
  out: Out,
): Distribution {
  const { request, holder, taken, lcps } = call;
  const { caller } = request;
  switch (signal.type) {
    case 'callProceed':
      // It has been told who has the call, and tells its phone; unless it is none of those that have.
      if (call.isTheLines && !lcps.includes(from)) out.push(tell(from, taken));
      return call;
    case 'callFollow':
      if (!call.isTheLines) {
        out.push(tell(from, { type: 'callEnded', call: request.call, cause: 'hung up' }));
        return call;
      }
      if (!lcps.includes(from)) lcps.push(from);
      else if (signal.version >= taken.version) return call;
      out.push(tell(from, taken));
      return call;
    case 'lineLocked':
      // It was shown to all, or will be told who has the call: nobody needs the lock any more.
      giveBack(from, signal, out);
      return call;
    case 'callMoved':
      call.request = { call: request.call, caller: signal.caller };
      return call;
    case 'callTransferred':
      if (from === caller.pid) call.isTransferred = true;
      return call;
    case 'callHeld':
      if (lcps.includes(from)) moveTo(call, signal, out);
      return call;
    case 'lineUse':
      // Who has it at another manager by now has said so itself.
      if (lcps.includes(from) && speaksFor(from, holder.pid, lcps)) useAs(call, signal, out);
      return call;
    case 'callWithdraw':
      if (from !== request.caller.pid) return call;
      // The caller gave up, and the answer crossed that.
      withdrawLeg(holder, signal.cause, out);
      return end(call, signal.cause, out);
    case 'callEnded':
      // From whichever device process has the last leg: it need not be the first caller's.
      if (from !== request.caller.pid) release(call, signal.cause, out);
      return end(call, signal.cause, out);
    case 'callRelease':
      // Not the end yet for whoever speaks to the caller; for the line it is.
      if (signal.from?.pid !== holder.pid) return call;
      release(call, signal.cause, out);
      leaveLine(call, signal.cause, out);
      return call;
    default:
      return call;
  }
}

/** The process at its own manager does; any, where there is none: it has picked the call up, and is no member. */
function speaksFor(lcp: Pid, device: Pid, lcps: readonly Pid[]): boolean {
  const home = homeOf(device);
  return homeOf(lcp) === home || !lcps.some((other) => homeOf(other) === home);
}

/** Another of the line's devices has taken the call over: all hear who has it now. */
function moveTo(call: Distributed, { holder, member = '' }: Signal<'callHeld'>, out: Out): void {
  const { use: _, isExclusive: __, joined: ___, ...taken } = call.taken;
  call.holder = holder;
  call.isTransferred = false;
  call.taken = { ...taken, version: taken.version + 1, holder, member };
  for (const lcp of call.lcps) out.push(tell(lcp, call.taken));
}

/** All hear what who has the call does with it. */
function useAs(
  call: Distributed,
  { state: use, party: from, isExclusive, joined }: Signal<'lineUse'>,
  out: Out,
): void {
  const { joined: _, ...taken } = call.taken;
  const mixed = joined === undefined ? {} : { joined };
  call.taken = { ...taken, version: taken.version + 1, use, from, isExclusive, ...mixed };
  for (const lcp of call.lcps) out.push(tell(lcp, call.taken));
}

/** Tells the caller that the holder is no more: behind its answer, whatever came by the short way. */
function release({ request, holder }: Distributed, cause: Cause, out: Out): void {
  const { pid, call } = request.caller;
  out.push(tell(pid, { type: 'callRelease', call, from: holder, cause }));
}

function leaveLine(call: Distributed, cause: Cause, out: Out): void {
  for (const lcp of call.lcps)
    out.push(tell(lcp, { type: 'callEnded', call: call.request.call, cause }));
  call.lcps = [];
  call.isTheLines = false;
}

function end(call: Distributed, cause: Cause, out: Out): Distribution {
  leaveLine(call, cause, out);
  return exit(out);
}
