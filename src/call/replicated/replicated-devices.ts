/**
 * The devices of a replicated line's process: they attach and detach, and may bring calls along that they
 * have from the process before, which broke. Such a call is the line's only when its call control says
 * so: until then it rings on.
 */
import type { Pid } from '../../process/pid.ts';
import { type Out, tell } from '../effects.ts';
import { isUsed, type Offered } from '../line/line-control.ts';
import {
  findDevice,
  type LineDevice,
  removeDevice,
  storeDevice,
} from '../line/line-control-database.ts';
import { isPrivate } from '../line/line-members.ts';
import { ring, withdraw } from '../line/line-offer.ts';
import { freeSeizures } from '../line/line-seizures.ts';
import type { CallSignal, MemberCall } from '../signals.ts';
import { type Adopted, enter, type ReplicatedLine } from './replicated-calls.ts';
import { answerHere, joinRound, refuseHere } from './replicated-offer.ts';
import { evict, report } from './replicated-reports.ts';
import { failRetrieval, holderOver } from './replicated-retrieval.ts';
import { ours } from './replicated-used.ts';
import { wish } from './replicated-wishes.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

export function attach(line: ReplicatedLine, signal: Signal<'attach'>, out: Out): void {
  const { control } = line;
  const { pid, device, member, calls = [] } = signal;
  const { number } = control.line;
  const stored = { pid, device, member };
  const isBack = findDevice(control.devices, pid) !== undefined;
  if (!storeDevice(control.devices, stored)) {
    out.push(tell(pid, { type: 'lineRefused', number, cause: 'overload' }));
    return;
  }
  out.push(tell(pid, { type: 'attached', number, epoch: control.epoch }));
  if (signal.calls !== undefined) loseMissing(line, pid, calls, out);
  for (const call of calls)
    if (isWithLine(call)) adoptUsed(line, pid, call, isBack, out);
    else adopt(line, stored, call, out);
  for (const call of control.calls.values())
    if (call.state === 'offered') joinRound(line, call, stored, out);
}

/** As `attach`, of a phone that is no member's: it is not rung. */
export function bring(
  line: ReplicatedLine,
  { device, calls }: Signal<'lineBring'>,
  pid: Pid,
  out: Out,
): void {
  if (!line.control.watchers.includes(pid)) return;
  for (const call of calls)
    if (isWithLine(call)) adoptUsed(line, pid, call, false, out);
    else adopt(line, { pid, device, member: '' }, call, out);
}

export function detach(line: ReplicatedLine, pid: Pid, out: Out): void {
  removeDevice(line.control.devices, pid);
  freeSeizures(line.control, pid, out);
  for (const call of line.control.calls.values()) {
    if (call.state !== 'offered' || !call.ringing.includes(pid)) continue;
    withdraw({ pid, call: call.call }, 'unreachable', out);
    refuseHere(line, call, pid, { cause: 'unreachable' }, out);
  }
}

/** Whether it is for a process of the line to answer for the call, not for call control. */
function isWithLine({ state, control }: MemberCall): boolean {
  return state === 'own' || state === 'retrieving' || (state === 'active' && control === undefined);
}

/** Calls that `pid` is thought to have, or to be about to, and has not. */
function loseMissing(line: ReplicatedLine, pid: Pid, has: readonly MemberCall[], out: Out): void {
  const cause = 'call gone';
  for (const call of [...line.control.calls.values()]) {
    if (!isUsed(call) || has.some((each) => each.call === call.call)) continue;
    if (call.retrieval?.by.pid === pid) failRetrieval(line, call, cause, out);
    if (line.control.calls.get(call.call) === call && call.holder.pid === pid)
      holderOver(line, call, cause, out);
  }
}

/** The device has it, or is about to. `isBack`: it was here all the time, and what is unknown then is over. */
function adoptUsed(
  line: ReplicatedLine,
  pid: Pid,
  brought: MemberCall,
  isBack: boolean,
  out: Out,
): void {
  const { call } = brought;
  const used = ours(line, call);
  if (used === undefined) {
    if (!isBack || line.known.has(call)) wish(line, { type: 'brought', call, brought }, pid, out);
  } else if (used.holder.pid === pid && brought.state !== 'retrieving') {
    const { use, isExclusive, joined } = brought;
    used.joined = joined;
    if (use !== undefined && use !== 'seized') used.use = use;
    if (isExclusive !== undefined)
      used.isExclusive = isExclusive || isPrivate(line.control.line, used.member);
    line.control.changed = true;
  }
}

function adopt(line: ReplicatedLine, device: LineDevice, brought: MemberCall, out: Out): void {
  const { call, appearance, from, control, state } = brought;
  const { pid } = device;
  const known = line.known.get(call);
  const here = line.control.calls.get(call);
  if (here?.state === 'taken' && here.holder.pid === pid) return;
  const isOver = known?.state === 'ended' || here?.state === 'taken' || control === undefined;
  if (state !== 'active') {
    if (isOver) withdraw({ pid, call }, 'call gone', out);
    else adoptedOf(line, call).push({ pid, said: undefined });
  }
  if (here?.state === 'offered')
    settleAdopted(line, here, line.offers.get(call)?.members ?? [], out);
  if (isOver || here !== undefined) return;
  if (known === undefined) {
    const told = { call, appearance, seq: 0, control, from, version: 0 };
    const entry = { ...told, state: 'offered', member: '' } as const;
    if (!enter(line, entry, (other) => evict(line, other, out), out)) {
      line.adopted.delete(call);
      withdraw({ pid, call }, 'call gone', out);
      return;
    }
    // Their processes may have broken too: then nobody else knows of it.
    for (const peer of line.peers.keys()) report(line, peer, out);
  }
  out.push(tell(control, { type: 'callFollow', call, version: 0 }));
}

function adoptedOf({ adopted }: ReplicatedLine, call: string): Adopted[] {
  const known = adopted.get(call) ?? [];
  adopted.set(call, known);
  return known;
}

/** Whether `from` has the call from the process before, and what it says of it waits for call control. */
export function hearAdopted(line: ReplicatedLine, signal: CallSignal, from: Pid): boolean {
  if (!('call' in signal)) return false;
  const adopted = line.adopted.get(signal.call);
  const at = adopted?.findIndex(({ pid }) => pid === from) ?? -1;
  const device = adopted?.[at];
  if (device === undefined) return false;
  if (signal.type === 'callProceed') device.said = signal;
  else if (signal.type !== 'callAlert') adopted?.splice(at, 1);
  return true;
}

/** Call control offers the call to `members`: who has it already goes on, unless it is not its turn. */
export function settleAdopted(
  line: ReplicatedLine,
  call: Offered,
  members: readonly string[],
  out: Out,
): void {
  const adopted = line.adopted.get(call.call) ?? [];
  line.adopted.delete(call.call);
  for (const { pid, said } of adopted) {
    const device = findDevice(line.control.devices, pid);
    // It may have been told to stop here before, and not have heard that yet.
    const isItsTurn = !call.refused.includes(pid) && members.includes(device?.member ?? '');
    if (isItsTurn && said !== undefined) {
      if (!call.ringing.includes(pid)) call.ringing.push(pid);
      answerHere(line, call, said, pid, out);
    } else if (isItsTurn && device !== undefined) ring(line.control, call, device, out);
    if (!isItsTurn || (said === undefined && !call.ringing.includes(pid)))
      withdraw({ pid, call: call.call }, 'no answer', out);
  }
}
