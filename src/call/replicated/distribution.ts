/**
 * Call control's part in a call to a replicated line (US 7,145,899, claims 17-30, 50-62): asks one of the
 * line's processes for the line's lock, shows the call with it to each of them, in parallel or in series,
 * and decides who has it.
 *
 * It is the one coordinator of the call. The line's plan is gone through here, in rounds: each says which
 * members ring from then on, and each of the line's processes says when nobody rings there any more. The
 * first answer that comes here wins; all are told who has the call, and when it is over. Who joins in the
 * middle of it asks to be told (`callFollow`), is offered the call too, and hears of its end.
 */
import { isGone, type Pid } from '../../process/pid.ts';
import type { CallEvent } from '../call-control.ts';
import type { Cause } from '../cause.ts';
import type { Line } from '../directory.ts';
import { type Out, tell } from '../effects.ts';
import { endOffer, forwardingLine } from '../forwarding/diverting.ts';
import type { Forwards } from '../forwarding/forwarding.ts';
import type { CallRequest } from '../signals.ts';
import { inDistributed } from './distributed-call.ts';
import { begin, inDistributing } from './distributed-offer.ts';
import {
  type Asking,
  ask,
  type Distribution,
  exit,
  giveBack,
  isAsked,
  type Locking,
  loseAsked,
  sayUnlock,
} from './distribution-state.ts';

/** `lcps`: the line's processes, the one to ask for the lock first. Never empty. */
export function distribute(
  request: CallRequest,
  line: Line,
  lcps: readonly Pid[],
  out: Out,
  forwards?: Forwards,
): Distribution {
  const asking: Asking = { lcps: [...lcps], operation: '' };
  const locking: Locking = {
    ...{ state: 'locking', request, line, forwards, asking, tries: 0, followers: [] },
  };
  return ask(locking, out) ? locking : giveUp(locking, 'unreachable', out);
}

/** The machine: the call after `event`; appends to `out` what is to be done. */
export function stepDistribution(call: Distribution, event: CallEvent, out: Out): Distribution {
  switch (call.state) {
    case 'locking':
      return inLocking(call, event, out);
    case 'distributing':
      return inDistributing(call, event, out);
    case 'distributed':
      return inDistributed(call, event, out);
    case 'diverting':
    case 'over':
      return call;
  }
}

function inLocking(call: Locking, event: CallEvent, out: Out): Distribution {
  const { request } = call;
  if (event.type === 'down') {
    if (isGone(request.caller.pid, event.gone)) return unlock(call, out);
    return loseAsked(call, event.gone, out) ? call : giveUp(call, 'unreachable', out);
  }
  if (event.type !== 'signal') return call;
  const { signal, from } = event;
  switch (signal.type) {
    case 'lineLocked':
      if (isAsked(call, from, signal.lock.operation)) return begin(call, signal, out);
      giveBack(from, signal, out);
      return call;
    case 'lineLockRefused':
      if (!isAsked(call, from, signal.operation)) return call;
      if (signal.reason === 'full') return giveUp(call, 'no free appearance', out);
      if (signal.reason !== 'fenced') return giveUp(call, 'overload', out);
      return loseAsked(call, from, out) ? call : giveUp(call, 'unreachable', out);
    case 'callFollow':
      if (!call.followers.includes(from)) call.followers.push(from);
      return call;
    case 'callWithdraw':
    case 'callEnded':
      return from === request.caller.pid ? unlock(call, out) : call;
    default:
      return call;
  }
}

/** The caller does not want it any more. */
function unlock(call: Locking, out: Out): Distribution {
  sayUnlock(call, out);
  dismiss(call, 'caller gave up', out);
  return exit(out);
}

/** The lock is not to be had. */
function giveUp(call: Locking, cause: Cause, out: Out): Distribution {
  dismiss(call, cause, out);
  const { request, line, forwards } = call;
  return endOffer(request, forwardingLine(line, forwards), { cause }, out);
}

function dismiss({ request, followers }: Locking, cause: Cause, out: Out): void {
  for (const pid of followers)
    out.push(tell(pid, { type: 'callEnded', call: request.call, cause }));
}
