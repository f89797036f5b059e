/**
 * Call control while more digits may come. A request with more of them is another call's, and this one is
 * withdrawn then (RFC 3578 §3.3). When none come in time, where this one goes is asked for anew: call control's
 * process does that, by a 'request' that says so.
 */
import { isGone } from '../process/pid.ts';
import type { CallEvent } from './call-control.ts';
import type { Dialling, Over } from './call-control-state.ts';
import { EXIT, type Out, start, stop } from './effects.ts';
import type { CallRequest } from './signals.ts';

/** The timer that runs meanwhile. */
export const INTER_DIGIT = 'inter-digit';

export function awaitDigits(request: CallRequest, withinMs: number, out: Out): Dialling {
  out.push(start(INTER_DIGIT, withinMs));
  return { state: 'dialling', request };
}

export function inDialling(
  call: Dialling,
  event: Exclude<CallEvent, { type: 'request' }>,
  out: Out,
): Dialling | Over {
  const { pid } = call.request.caller;
  if (event.type === 'timer') return call;
  if (event.type === 'down') return isGone(pid, event.gone) ? end(out) : call;
  const isEnd = event.signal.type === 'callWithdraw' || event.signal.type === 'callEnded';
  return isEnd && event.from === pid ? end(out) : call;
}

function end(out: Out): Over {
  out.push(stop(INTER_DIGIT));
  out.push(EXIT);
  return { state: 'over' };
}
