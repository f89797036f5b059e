/**
 * A replicated line's call at one of the line's processes: it rings the devices of its own manager in the
 * rounds that call control calls, says once in each when nobody rings here (any more), and passes the
 * first answer on. Who has the call is call control's to say (claims 17, 18, 23, 24).
 *
 * Each function is one arrow out of the state 'offered', and changes its records in place.
 */
import { type Home, isGone, type Pid } from '../../process/pid.ts';
import type { Cause } from '../cause.ts';
import { type Out, tell } from '../effects.ts';
import { note, timeOf } from '../line/line-chains.ts';
import { type Offered, putCall } from '../line/line-control.ts';
import { findDevice, type LineDevice } from '../line/line-control-database.ts';
import { type Refusal, requestAt, ring, stopRinging, withdraw } from '../line/line-offer.ts';
import { weightier } from '../refusals.ts';
import type { CallId, CallRequest, CallSignal, LegRef } from '../signals.ts';
import type { LocalOffer, ReplicatedLine } from './replicated-calls.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** The call as this manager's devices get it. */
export function offerHere(
  line: ReplicatedLine,
  asked: CallRequest,
  control: Pid,
  appearance: number,
): Offered {
  const { call, from } = asked;
  const before = line.control.calls.get(call);
  const offered: Offered = {
    state: 'offered',
    call,
    control,
    from,
    caller: asked.caller,
    appearance,
    request: requestAt(line.control.line.number, asked, appearance, control),
    step: 0,
    stage: 0,
    ringing: before?.state === 'offered' ? before.ringing : [],
    refused: [],
    stopped: before?.state === 'offered' ? before.stopped : [],
    sinceMs: before?.state === 'offered' ? before.sinceMs : timeOf(line.control),
    hasRung: before?.state === 'offered' && before.hasRung,
    cause: 'no device',
    armed: [],
  };
  putCall(line.control, offered);
  note(line.control, offered, 'offered', control);
  if (!line.offers.has(call))
    line.offers.set(call, { members: [], round: -1, answered: undefined });
  return offered;
}

/** From now on `members` ring. Said again, it is answered again. */
export function ringRound(
  line: ReplicatedLine,
  call: Offered,
  members: readonly string[],
  round: number,
  out: Out,
): void {
  const offer = line.offers.get(call.call);
  if (offer === undefined || round < offer.round) return;
  const { devices } = line.control;
  offer.members = members;
  offer.round = round;
  for (const pid of [...call.ringing]) {
    const device = findDevice(devices, pid);
    if (device !== undefined && members.includes(device.member)) continue;
    stopRinging(call, pid, out);
  }
  // Once somebody here has taken it, more phones would ring in vain.
  if (offer.answered === undefined)
    for (const device of devices)
      if (members.includes(device.member)) ring(line.control, call, device, out);
  sayWhenSilent(call, offer, out);
}

/** A phone that comes while others ring joins them, when it is its member's turn. */
export function joinRound(line: ReplicatedLine, call: Offered, device: LineDevice, out: Out): void {
  const offer = line.offers.get(call.call);
  if (offer?.answered === undefined && offer?.members.includes(device.member))
    ring(line.control, call, device, out);
}

/** The first device here to take the call has it, for all that is known here; a second one is late. */
export function answerHere(
  line: ReplicatedLine,
  call: Offered,
  signal: Signal<'callProceed'>,
  pid: Pid,
  out: Out,
): void {
  const offer = line.offers.get(call.call);
  const at = call.ringing.indexOf(pid);
  if (at < 0 || offer === undefined) {
    // Its turn was over, and the news of that crossed its answer.
    if (offer?.answered?.pid !== pid) withdraw(signal.from, 'no answer', out);
    return;
  }
  call.ringing.splice(at, 1);
  if (offer.answered !== undefined) {
    call.refused.push(pid);
    withdraw(signal.from, 'answered elsewhere', out);
    return;
  }
  offer.answered = signal.from;
  const member = findDevice(line.control.devices, pid)?.member ?? '';
  out.push(tell(call.control, { ...signal, member }));
}

/** `pid` does not take the call. */
export function refuseHere(
  line: ReplicatedLine,
  call: Offered,
  pid: Pid,
  { cause, forward }: Refusal,
  out: Out,
): void {
  const at = call.ringing.indexOf(pid);
  const offer = line.offers.get(call.call);
  if (at < 0 || offer === undefined) return;
  if (forward !== undefined) call.forward ??= forward;
  call.ringing.splice(at, 1);
  call.refused.push(pid);
  call.cause = weightier(call.cause, cause);
  sayWhenSilent(call, offer, out);
}

/**
 * Who took the call here is no more, and call control has not yet said who has it. It has told the
 * caller itself, but the caller may not have heard of its answer: this goes behind that.
 */
export function answerLost(
  line: ReplicatedLine,
  call: Offered,
  gone: Pid | Home,
  cause: Cause,
  out: Out,
): void {
  const answered = line.offers.get(call.call)?.answered;
  if (answered !== undefined && isGone(answered.pid, gone))
    out.push(tell(call.control, { type: 'callRelease', call: call.call, from: answered, cause }));
}

/** Whoever rings for `call`, or took it, is told to stop; except `holder`, who has it. */
export function silence(
  line: ReplicatedLine,
  call: CallId,
  holder: LegRef | undefined,
  cause: Cause,
  out: Out,
): void {
  const here = line.control.calls.get(call);
  const answered = line.offers.get(call)?.answered;
  const adopted = line.adopted.get(call) ?? [];
  const ringing = here?.state === 'offered' ? here.ringing : [];
  for (const pid of new Set([...ringing, ...adopted.map((each) => each.pid)]))
    if (pid !== holder?.pid && pid !== answered?.pid) withdraw({ pid, call }, cause, out);
  if (answered !== undefined && answered.pid !== holder?.pid) withdraw(answered, cause, out);
  line.adopted.delete(call);
}

function sayWhenSilent(call: Offered, { answered, round }: LocalOffer, out: Out): void {
  if (call.ringing.length > 0 || answered !== undefined) return;
  const { control, cause, forward } = call;
  const said = forward === undefined ? { cause } : { cause, forward };
  out.push(tell(control, { type: 'callRefuse', call: call.call, ...said, round }));
}
