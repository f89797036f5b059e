/**
 * Call control: one process per call, on the manager of the device in which the call began (US
 * 7,145,899, claims 36, 45, 50, 58, 62).
 *
 * Carries the call request from the calling device process through digit analysis to the line control
 * process, or to route list control for a way out of the network, and what is said about it back. When the call is answered the two device
 * processes speak to each other; call control then waits for its end, and sees to it that a call of
 * which a part died ends with a stated cause.
 */
import type { Home, Pid } from '../process/pid.ts';
import { isGone } from '../process/pid.ts';
import type {
  Answered,
  Locating,
  New,
  Offering,
  Over,
  PlainCall,
  Target,
} from './call-control-state.ts';
import type { Cause } from './cause.ts';
import type { Destination, SoughtLine } from './destination.ts';
import { awaitDigits, inDialling } from './dialling.ts';
import { EXIT, type Out, start, stop, tell } from './effects.ts';
import { endOffer, type LineRefusal } from './forwarding/diverting.ts';
import { inOrbit, reach } from './parking/orbit-call.ts';
import type { RefusalCode } from './refusal-codes.ts';
import { distribute, stepDistribution } from './replicated/distribution.ts';
import { tellCaller } from './replicated/distribution-state.ts';
import type { CallRequest, CallSignal } from './signals.ts';

/** `atMs`: when, on the manager's own clock; absent: a line's process that is lost starts its times anew. */
export type CallEvent =
  | {
      readonly type: 'request';
      readonly request: CallRequest;
      readonly destination: Destination;
      readonly atMs?: number;
    }
  | Heard
  | { readonly type: 'timer'; readonly timer: string }
  /** A process died, or a manager is gone. */
  | { readonly type: 'down'; readonly gone: Pid | Home };

type Heard = {
  readonly type: 'signal';
  readonly signal: CallSignal;
  readonly from: Pid;
  readonly atMs?: number;
};
type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

export const NEW: New = { state: 'new' };
const OVER: Over = { state: 'over' };

/** What is to be at a line's process. */
type Sought = Omit<Locating, 'state' | 'gone'>;

/** How long a line may take to get another process. */
const LOCATING_MS = 2000;
const LOCATING = 'locating';

/** The machine, but for hunts (`hunting/`): the call after `event`; appends to `out` what is to be done. */
export function step(call: PlainCall, event: CallEvent, out: Out): PlainCall {
  switch (call.state) {
    case 'new':
      return inNew(call, event, out);
    case 'dialling':
      return event.type === 'request' ? inNew(NEW, event, out) : inDialling(call, event, out);
    case 'diverting':
      return event.type === 'request' ? inNew(NEW, event, out) : call;
    case 'trying':
    case 'ringing':
      return inOffering(call, event, out);
    case 'locating':
      return inLocating(call, event, out);
    case 'answered':
      return inAnswered(call, event, out);
    case 'locking':
    case 'distributing':
    case 'distributed':
      return stepDistribution(call, event, out);
    case 'reaching':
    case 'parked':
      return inOrbit(call, event, out);
    case 'over':
      return call;
  }
}

function inNew(call: New, event: CallEvent, out: Out): PlainCall {
  // The request was lost on the way, and this is the end of what it would have begun.
  if (event.type === 'signal' && event.signal.type === 'callWithdraw') return exit(out);
  if (event.type !== 'request') return call;
  const { request, destination, atMs: askedMs } = event;
  switch (destination.type) {
    case 'refused':
      return refuse(request, destination.cause, out, destination.code);
    case 'line':
      return ask(destination.lcp, newOffer(request, destination.line, askedMs), out);
    case 'lines':
      return distribute(request, destination.line, destination.lcps, out, destination.forwards);
    case 'locating':
      return locate({ ...newOffer(request, destination.line, askedMs), gone: undefined }, out);
    case 'list': {
      const target: Target = { kind: 'list', pid: destination.routeList };
      out.push(tell(target.pid, request));
      return { state: 'trying', request, target, askedMs, alerting: [] };
    }
    case 'digits':
      return awaitDigits(request, destination.withinMs, out);
    case 'orbit':
      return reach(request, destination, out);
    case 'hunt':
      return call;
  }
}

function inOffering(call: Offering, event: CallEvent, out: Out): PlainCall {
  const { request, target } = call;
  switch (event.type) {
    case 'signal':
      return hearInOffering(call, event, out);
    case 'down':
      if (isGone(request.caller.pid, event.gone)) return withdraw(call, 'internal failure', out);
      if (isGone(target.pid, event.gone)) return loseTarget(call, out);
      return call;
    default:
      return call;
  }
}

function newOffer(request: CallRequest, line: SoughtLine, askedMs: number | undefined): Sought {
  return { request, line, askedMs, alerting: [], hasRung: false };
}

/** The request goes to `lcp`: to the line's first process, or, at `atMs`, to one that is to go on with it. */
function ask(lcp: Pid, call: Sought, out: Out, atMs = call.askedMs): PlainCall {
  const { request, line, askedMs = 0, alerting, hasRung } = call;
  if (line.replicated !== undefined)
    return distribute(request, line.replicated, [lcp], out, line.forwards);
  const offeredMs = atMs === undefined ? 0 : Math.round(atMs - askedMs);
  out.push(tell(lcp, offeredMs > 0 ? { ...request, offeredMs } : request));
  const target: Target = { kind: 'line', pid: lcp, line };
  const state = hasRung ? 'ringing' : 'trying';
  return { state, request, target, askedMs: call.askedMs, alerting };
}

/** Who is to have the request is asked for. */
function locate(call: Omit<Locating, 'state'>, out: Out): Locating {
  const { number, manager } = call.line;
  const gone = call.gone === undefined ? {} : { gone: call.gone };
  out.push(tell(manager, { type: 'lineLocate', number, ...gone }));
  out.push(start(LOCATING, LOCATING_MS));
  return { state: 'locating', ...call };
}

function inLocating(call: Locating, event: CallEvent, out: Out): PlainCall {
  switch (event.type) {
    case 'signal':
      return hearInLocating(call, event, out);
    case 'timer':
      return giveUp(call, out);
    case 'down':
      if (!isGone(call.request.caller.pid, event.gone)) return call;
      return withdraw(call, 'internal failure', out);
    default:
      return call;
  }
}

function hearInLocating(call: Locating, event: Heard, out: Out): PlainCall {
  const { request, line, askedMs, gone, alerting, hasRung } = call;
  const { signal, from } = event;
  switch (signal.type) {
    case 'lineLocated':
      if (signal.lcp === gone || signal.number !== line.number) return call;
      out.push(stop(LOCATING));
      return ask(signal.lcp, call, out, event.atMs);
    case 'lineRefused':
      return giveUp(call, out);
    case 'callAlert':
    case 'callProceed':
    case 'callRefuse': {
      if (from !== gone) return call;
      // It was out of reach, and is there again.
      out.push(stop(LOCATING));
      const target: Target = { kind: 'line', pid: gone, line };
      const state = hasRung ? 'ringing' : 'trying';
      const offering: Offering = { state, request, target, askedMs, alerting };
      return hearInOffering(offering, event, out);
    }
    case 'callWithdraw':
    case 'callEnded':
      return from === request.caller.pid ? withdraw(call, signal.cause, out) : call;
    default:
      return call;
  }
}

/** Nobody has the line. */
function giveUp(call: Locating, out: Out): PlainCall {
  silence(call, 'internal failure', out);
  const cause = call.gone === undefined ? 'no device' : 'unreachable';
  return endOffer(call.request, call.line, { cause }, out);
}

/** Who has rung, and whoever else can be reached, is told to stop: the line may not be there to do it. */
function silence({ request, gone, alerting }: Locating, cause: Cause, out: Out): void {
  out.push(stop(LOCATING));
  if (gone !== undefined) out.push(tell(gone, withdrawal(request.call, cause)));
  for (const leg of alerting) out.push(tell(leg.pid, withdrawal(leg.call, cause)));
}

function hearInOffering(call: Offering, event: Heard, out: Out): PlainCall {
  const { request, target } = call;
  const { signal, from } = event;
  switch (signal.type) {
    case 'callAlert':
      return isTargets(call, signal, from) ? alert(call, signal, out) : call;
    case 'callProceed':
      // The line's former process: whose answer it was says so to the present one, which decides.
      return isTargets(call, signal, from) ? answer(call, signal, out) : call;
    case 'callRefuse':
      return isTargets(call, signal, from) ? refused(call, signal, out) : call;
    case 'callWithdraw':
    case 'callEnded':
      return from === request.caller.pid ? withdraw(call, signal.cause, out) : call;
    case 'lineLocated':
      // The line's new process knows of the call before it is known here that the old one is gone.
      if (target.kind !== 'line' || signal.lcp === target.pid) return call;
      // Of a line that has sent it on: that one learns from the call's end.
      if (signal.number !== target.line.number) return call;
      return ask(
        signal.lcp,
        { ...call, line: target.line, hasRung: call.state === 'ringing' },
        out,
        event.atMs,
      );
    default:
      return call;
  }
}

/** What is said of the call as it is now: it has another name at each line that it is sent on to. */
function isTargets({ request, target }: Offering, { call }: { readonly call: string }, from: Pid) {
  return from === target.pid && call === request.call;
}

function refused({ request, target }: Offering, refusal: LineRefusal, out: Out): PlainCall {
  const { cause, code } = refusal;
  if (target.kind === 'line') return endOffer(request, target.line, refusal, out);
  return refuse(request, cause, out, code);
}

function inAnswered(call: Answered, event: CallEvent, out: Out): PlainCall {
  switch (event.type) {
    case 'signal':
      return hearInAnswered(call, event.signal, event.from, out);
    case 'down':
      return loseInAnswered(call, event.gone, out);
    default:
      return call;
  }
}

function hearInAnswered(call: Answered, signal: CallSignal, from: Pid, out: Out): PlainCall {
  const { request, holder, party, lcp } = call;
  switch (signal.type) {
    case 'lineLocated':
      if (signal.number !== call.line?.number) return call;
      out.push(tell(signal.lcp, { type: 'callHeld', call: request.call, holder, party }));
      return { ...call, lcp: signal.lcp };
    case 'callHeld':
      if (from !== lcp) return call;
      return { ...call, holder: signal.holder, party: signal.party, isTransferred: false };
    case 'callTransferred':
      return from === request.caller.pid ? { ...call, isTransferred: true } : call;
    case 'callMoved':
      return { ...call, request: { call: request.call, caller: signal.caller } };
    case 'callWithdraw':
      if (from !== request.caller.pid) return call;
      // The caller gave up, and the answer crossed that: the line hangs up on who took the call.
      out.push(
        lcp === undefined
          ? tell(holder.pid, withdrawal(holder.call, signal.cause))
          : tell(lcp, withdrawal(request.call, signal.cause)),
      );
      return exit(out);
    case 'callEnded':
      // From whichever device process has the last leg: it need not be the first caller's.
      if (from !== request.caller.pid) release(call, signal.cause, out);
      return end(call, signal.cause, out);
    case 'callRelease':
      // The line's word for its holder. Not the end yet: the caller may have been moved to another.
      if (signal.from?.pid === holder.pid) release(call, signal.cause, out);
      return call;
    default:
      return call;
  }
}

function alert(call: Offering, signal: Signal<'callAlert'>, out: Out): PlainCall {
  const { pid } = signal.from;
  if (!call.alerting.some((leg) => leg.pid === pid)) call.alerting.push(signal.from);
  if (signal.kind === 'ringing' || signal.kind === 'progress') call.state = 'ringing';
  tellCaller(call.request, signal, out);
  return call;
}

function answer(call: Offering, signal: Signal<'callProceed'>, out: Out): PlainCall {
  const { request, target } = call;
  tellCaller(request, signal, out);
  return {
    state: 'answered',
    // Not the request itself: an offer need not be remembered for as long as people talk.
    request: { call: request.call, caller: request.caller },
    holder: signal.from,
    party: signal.party,
    line: target.kind === 'line' ? target.line : undefined,
    lcp: target.pid,
  };
}

function refuse(request: CallRequest, cause: Cause, out: Out, code?: RefusalCode): PlainCall {
  const { pid, call } = request.caller;
  const coded = code === undefined ? {} : { code };
  out.push(tell(pid, { type: 'callRefuse', call, cause, ...coded }));
  return exit(out);
}

function withdraw(call: Offering | Locating, cause: Cause, out: Out): PlainCall {
  if (call.state === 'locating') silence(call, cause, out);
  else out.push(tell(call.target.pid, withdrawal(call.request.call, cause)));
  return exit(out);
}

/** Who has the request died in the middle of the offer, or is out of reach. */
function loseTarget(call: Offering, out: Out): PlainCall {
  const { request, target, askedMs, alerting } = call;
  if (target.kind === 'line') {
    const { line } = target;
    const hasRung = call.state === 'ringing';
    return locate({ request, line, askedMs, gone: target.pid, alerting, hasRung }, out);
  }
  // The gateway's process hears of it too, and hangs up.
  return refuse(request, 'internal failure', out);
}

/**
 * Both device processes hear of it themselves. It is said to the other one all the same, as the dead
 * one's last word: it does not count for a leg that has been moved to another peer meanwhile.
 */
function loseInAnswered(call: Answered, gone: Pid | Home, out: Out): PlainCall {
  const { request, holder, line, lcp } = call;
  const { caller } = request;
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
  // The line has the call no more.
  if (isHoldersEnd) return { ...call, line: undefined };
  if (line === undefined || lcp === undefined || !isGone(lcp, gone)) return call;
  const { number, manager } = line;
  out.push(tell(manager, { type: 'lineLocate', number, gone: lcp }));
  return { ...call, lcp: undefined };
}

/** Tells the caller that the holder is no more: behind its answer, whatever came by the short way. */
function release({ request, holder }: Answered, cause: Cause, out: Out): void {
  const { pid, call } = request.caller;
  out.push(tell(pid, { type: 'callRelease', call, from: holder, cause }));
}

function end(call: Answered, cause: Cause, out: Out): PlainCall {
  if (call.lcp !== undefined)
    out.push(tell(call.lcp, { type: 'callEnded', call: call.request.call, cause }));
  return exit(out);
}

function exit(out: Out): PlainCall {
  out.push(EXIT);
  return OVER;
}

function withdrawal(call: string, cause: Cause): CallSignal {
  return { type: 'callWithdraw', call, cause };
}
