/**
 * The caller's place in a call: whoever has it is whom call control hears of the end from. It goes from one leg to another
 * when the call is transferred, or is taken over (RFC 3891); call control is told who has it then, and whom it speaks to.
 */
import type { Cause } from '../call/cause.ts';
import type { CallSignal, LegRef, Party } from '../call/signals.ts';
import { kindOf } from '../process/pid.ts';
import type { CallLeg } from './call-leg.ts';
import * as custody from './custody.ts';
import type { DeviceProcess } from './device-process.ts';

type Joined = Pick<Extract<CallSignal, { type: 'callMoved' }>, 'how' | 'party'>;

/**
 * Call control of the call that the leg has the caller's place in: as it began, or since it was moved into that
 * call or has taken that place.
 */
export function controlOf({ role, reportTo, call, controls }: CallLeg): LegRef | undefined {
  if (role === 'calling' && reportTo !== undefined) return { pid: reportTo, call };
  return controls.findLast(({ pid }) => kindOf(pid) === 'c');
}

/** It is the peer's now, and is not to hear of this leg's end. */
export function giveControl(record: CallLeg): void {
  const given = controlOf(record);
  if (given === undefined) return;
  if (given.pid === record.reportTo) record.reportTo = undefined;
  else record.controls = record.controls.filter((control) => control !== given);
}

const NOBODY: Party = { number: '', name: '' };

/**
 * The phone leaves before the announced transfer that it has asked for is done: its place in its call is that of whom it
 * transfers, as when it waits for that. The call that is not its any more; undefined: there is none.
 */
export function leavePlace({ host }: DeviceProcess, record: CallLeg): LegRef | undefined {
  const { transfer, peer, party: from, phase, takenBy } = record;
  if (transfer?.consultation === undefined || peer === undefined) return undefined;
  if (phase !== 'talking' || takenBy !== undefined) return undefined;
  const control = controlOf(record);
  if (control === undefined) return undefined;
  giveControl(record);
  // By this process: it may be about to exit, and the call would end with it.
  const { pid, call } = control;
  host.tell(pid, { type: 'callMoved', call, caller: peer, from, to: NOBODY });
  return control;
}

/** The caller's place was left to a leg that has no use for it: the call is over. `record`: undefined, it has ended. */
export function declinePlace(
  { host }: DeviceProcess,
  record: CallLeg | undefined,
  { pid, call }: LegRef,
  cause: Cause,
): void {
  // Who was called is the answerer for the record all the same.
  const isAnswerer = record === undefined || record.accountedBy?.pid === pid;
  const by = isAnswerer ? 'peer' : 'phone';
  const holds = record?.holds ?? 0;
  host.tell(pid, { type: 'callEnded', call, cause, by, ...(holds > 0 ? { holds } : {}) });
}

/** This leg has the place of the caller of a call, whose call control ends it if this leg is gone. */
export function sayWhoCalls(process: DeviceProcess, record: CallLeg, joined: Joined): void {
  const caller = { pid: process.pid, call: record.call };
  const { self: from, party: to } = record;
  for (const { pid, call } of record.controls)
    if (kindOf(pid) === 'c')
      process.host.tell(pid, { type: 'callMoved', call, caller, from, to, ...joined });
}

/**
 * The leg keeps its place, and speaks to another one: whom its peer has transferred it to. Call control may be gone with
 * that peer: the call goes on without it. Who was called by that peer, to hear of the transfer, is in that one's call
 * no more.
 */
export function sayTransferred(process: DeviceProcess, record: CallLeg): void {
  const { host } = process;
  const control = controlOf(record);
  if (control === undefined && record.role === 'called' && record.accountedBy !== undefined)
    return custody.leaveTransferred(process, record);
  custody.transferred(process, record);
  if (control === undefined) return;
  const { self: from, party: to } = record;
  host.tell(control.pid, { type: 'callTransferred', call: control.call, from, to });
}
