/**
 * Call control of a call to an orbit: the caller's leg is parked there, or retrieves what is, and does that by
 * itself (`device/parking.ts`, `device/take-over.ts`). What becomes of it the leg says: one that is parked is a call
 * for as long as it is, and is answered by whoever retrieves it; one that retrieves another is none of its own.
 */
import { isGone } from '../../process/pid.ts';
import type { CallEvent } from '../call-control.ts';
import type { Answered, Over } from '../call-control-state.ts';
import type { Destination } from '../destination.ts';
import { EXIT, type Out, tell } from '../effects.ts';
import type { CallRequest } from '../signals.ts';

/** 'reaching': the leg has heard what is at the orbit, and has not said more. */
export type AtOrbit = {
  readonly state: 'reaching' | 'parked';
  readonly request: Pick<CallRequest, 'call' | 'caller'>;
};

const OVER: Over = { state: 'over' };

export function reach(
  { call, caller, offer }: CallRequest,
  { orbit, parked }: Extract<Destination, { type: 'orbit' }>,
  out: Out,
): AtOrbit {
  const { pid, call: id } = caller;
  const found = parked === undefined ? {} : { parked };
  const offered = offer === undefined ? {} : { offer };
  out.push(tell(pid, { type: 'callOrbit', call: id, orbit, ...found, ...offered }));
  return { state: 'reaching', request: { call, caller } };
}

/** The machine: the call after `event`. */
export function inOrbit(call: AtOrbit, event: CallEvent, out: Out): AtOrbit | Answered | Over {
  const { request } = call;
  const { pid } = request.caller;
  if (event.type === 'down') return isGone(pid, event.gone) ? exit(out) : call;
  if (event.type !== 'signal' || event.from !== pid) return call;
  const { signal } = event;
  switch (signal.type) {
    case 'orbitParked':
      return { state: 'parked', request };
    case 'callProceed': {
      const { from: holder, party } = signal;
      return { state: 'answered', request, holder, party, line: undefined, lcp: undefined };
    }
    case 'callRefuse':
    case 'callWithdraw':
    case 'callEnded':
      return exit(out);
    default:
      return call;
  }
}

function exit(out: Out): Over {
  out.push(EXIT);
  return OVER;
}
