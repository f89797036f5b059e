/**
 * The caller's place in a call: whoever has it is whom call control hears of the end from. It goes from one leg to another
 * when the call is transferred, or is taken over (RFC 3891); call control is told who has it then, and whom it speaks to.
 */
import type { CallSignal, LegRef } from '../call/signals.ts';
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
