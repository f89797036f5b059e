/** The end of a leg, as its phone and the process that set the call up hear of it. */
import type { Ending } from '../call/call-record.ts';
import type { Cause } from '../call/cause.ts';
import { formatRefusal, REFUSALS, type RefusalCode } from '../call/refusal-codes.ts';
import type { LegRef } from '../call/signals.ts';
import type { Pid } from '../process/pid.ts';
import type { Leg } from '../sip/user-agent/leg.ts';
import { attemptOf, type CallLeg } from './call-leg.ts';
import { q850Of, reasonOf, refusalHeaders, statusOf } from './cause-to-status.ts';
import type { DeviceProcess } from './device-process.ts';

/** Another has the call that the phone wanted as one of a group. */
const TOO_LATE = 'LW-3462';

/** The phone's side: who still waits for our answer is refused, everybody else hung up. `phase`: before the end. */
export function endLeg(
  { environment: { userAgent } }: DeviceProcess,
  { leg, role, pickedBy }: CallLeg,
  phase: CallLeg['phase'],
  cause: Cause,
): void {
  if (leg === undefined) return;
  const isTooLate = pickedBy?.asked.groupPickup !== undefined && cause === 'answered elsewhere';
  if (isTooLate) refuseLeg(userAgent, leg, REFUSALS[TOO_LATE].cause, TOO_LATE);
  else if (leg.state === 'invited' || (role === 'calling' && phase === 'offered'))
    refuseLeg(userAgent, leg, cause);
  else userAgent.hangUp(leg, reasonOf(cause));
}

/** A leg that its phone has begun, and that comes to nothing. If it was answered already, the code is in the BYE. */
export function refuseLeg(
  userAgent: DeviceProcess['environment']['userAgent'],
  leg: Leg<CallLeg>,
  cause: Cause,
  code?: RefusalCode,
  headers = refusalHeaders(cause, code),
): void {
  if (leg.state !== 'answered' && leg.state !== 'confirmed')
    return userAgent.refuse(leg, statusOf(cause), headers);
  if (code === undefined) return userAgent.hangUp(leg, reasonOf(cause));
  const isElsewhere = code === TOO_LATE ? `${reasonOf('answered elsewhere')}, ` : '';
  userAgent.hangUp(leg, `${isElsewhere}Q.850;cause=${q850Of(cause)};text="${formatRefusal(code)}"`);
}

/**
 * The other leg. It may have another leg of this process in this one's place already. `control`: the call in which this
 * leg's place is that one's now.
 */
export function endPeer(
  { host, pid }: DeviceProcess,
  { call, takenBy }: CallLeg,
  peer: LegRef,
  cause: Cause,
  control: LegRef | undefined,
): void {
  const which = takenBy === undefined ? {} : { from: { pid, call } };
  const given = control === undefined ? {} : { control };
  host.tell(peer.pid, { type: 'callRelease', call: peer.call, cause, ...which, ...given });
}

/** Who set the call up. */
export function reportEnd(
  { host }: DeviceProcess,
  record: CallLeg,
  to: Pid,
  phase: CallLeg['phase'],
  cause: Cause,
  ending: Ending,
): void {
  const { call, role } = record;
  if (phase === 'talking') host.tell(to, { type: 'callEnded', call, cause, ...ending });
  else if (role === 'calling') host.tell(to, { type: 'callWithdraw', call, cause });
  else host.tell(to, { type: 'callRefuse', call, cause, ...attemptOf(record) });
}

/** Whoever has to do with the leg's calls besides. */
export function tellControls(
  { host }: DeviceProcess,
  { controls }: CallLeg,
  cause: Cause,
  ending: Ending,
): void {
  for (const { pid, call } of controls)
    host.tell(pid, { type: 'callEnded', call, cause, ...ending });
}
