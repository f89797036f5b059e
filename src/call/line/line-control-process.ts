/**
 * Line control process: owns a number (US 7,145,899; single mode: one per number in the cluster,
 * claims 1-16, 36-49).
 *
 * Every call to the number comes here. It is offered to the device processes in the line control
 * database, in the order of the line's plan, and belongs to the first that answers; the rest are told
 * to stop ringing. Once it is taken the two device processes speak to each other, and only its end is
 * heard of here. Who may call the number at all is digit analysis' business, not ours.
 *
 * The machine works on its own record in place. It knows no clock and no host; any signal may come
 * twice, late, or not at all.
 */
import { assert } from '../../base/assert.ts';
import type { Home, Pid } from '../../process/pid.ts';
import { homeOf, isGone, kindOf } from '../../process/pid.ts';
import { EXIT, type Out, start, stop, tell } from '../effects.ts';
import type { CallSignal, MemberCall } from '../signals.ts';
import { hearOfCall, loseCalls, offer, releaseMissing } from './line-calls.ts';
import { isUsed, type LineControl, type Said } from './line-control.ts';
import { findDevice, type LineDevice, removeDevice, storeDevice } from './line-control-database.ts';
import { editLine } from './line-edit.ts';
import { keep } from './line-keeping.ts';
import { joinOffer, offerTimeout, readTimer, refuseOffer, withdraw } from './line-offer.ts';
import { forgotten, INQUIRY, inquire, passed } from './line-orphans.ts';
import { answerSeek } from './line-pickup.ts';
import type { LineEvent } from './line-process.ts';
import {
  activate,
  adopt,
  adoptionTimeout,
  expect,
  goOnInDoubt,
  isRecovered,
  leaveAdopted,
  loseInRecovery,
  mustWait,
  own,
  RECOVERY,
  takeWaiting,
  wait,
} from './line-recovery.ts';
import { free } from './line-release.ts';
import { holderEnded, retrievalTimeout, retrieve } from './line-retrieval.ts';
import { freeSeizures, leaseTimeout, seize } from './line-seizures.ts';
import { tellWatchers, unwatchLine, watchLine } from './line-watchers.ts';
import { hearSeen, isInDoubt } from './silent-homes.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** A process that nobody needs goes after that time. */
const IDLE_MS = 5000;
const IDLE = 'idle';

/** The machine: changes `line` and appends to `out` what is to be done. */
export function step(line: LineControl, event: LineEvent, out: Out): void {
  switch (event.type) {
    case 'signal':
      receive(line, event.signal, event.from, out);
      break;
    case 'timer':
      timeout(line, event.timer, out);
      break;
    case 'down':
      lose(line, event.gone, out);
      break;
    case 'unreached':
      if (kindOf(event.to) === 'd') giveUp(line, event.to, out);
      else lose(line, event.to, out);
      break;
  }
  if (isRecovered(line)) replay(line, activate(line, out), out);
  tellWatchers(line, out);
  lookIdle(line, out);
}

/** What has waited is said now. */
function replay(line: LineControl, waiting: readonly Said[], out: Out): void {
  for (const { signal, from } of waiting) receive(line, signal, from, out);
}

function lookIdle(line: LineControl, out: Out): void {
  const { devices, calls, watchers } = line;
  const isInUse = devices.length > 0 || calls.size > 0 || watchers.length > 0;
  if (isInUse === !line.isIdle || line.own === null || line.state !== 'active') return;
  line.isIdle = !isInUse;
  out.push(isInUse ? stop(IDLE) : start(IDLE, IDLE_MS));
}

function receive(line: LineControl, signal: CallSignal, from: Pid, out: Out): void {
  if (line.state !== 'active' && mustWait(line, signal)) return wait(line, signal, from, out);
  switch (signal.type) {
    case 'lineOwned':
      if (line.state === 'claiming') replay(line, own(line, signal, from, out), out);
      break;
    case 'lineLost':
      // Who controls a number and loses it without being asked has lost track of the world.
      assert(line.state === 'claiming', `${signal.number} belongs to another process`);
      out.push(EXIT);
      break;
    case 'lineMembers':
      expect(line, homeOf(from), signal.count);
      break;
    case 'lineEdited':
      if (editLine(line, signal.line)) leave(line, out);
      return;
    case 'attach':
      attach(line, signal, out);
      break;
    case 'detach':
      detach(line, from, out);
      break;
    case 'lineWatch':
      watchLine(line, signal.pid ?? from, out);
      break;
    case 'lineUnwatch':
      unwatchLine(line, signal.pid ?? from);
      break;
    case 'lineBring':
      takeBrought(line, signal, from, out);
      break;
    case 'lineSeize':
      seize(line, signal, from, out);
      break;
    case 'lineRetrieve':
      retrieve(line, signal, from, out);
      break;
    case 'pickupSeek':
      answerSeek(line, signal, from, out);
      break;
    case 'lineFree':
      free(line, signal, out);
      break;
    case 'lineForgotten':
      forget(line, signal, from, out);
      break;
    case 'linePassed':
      passed(line, signal, from, out);
      break;
    case 'lineKept':
      keep(line, signal);
      break;
    case 'callRequest':
      offer(line, signal, from, out);
      break;
    case 'lineUse':
    case 'callAlert':
    case 'callProceed':
    case 'callRefuse':
    case 'callWithdraw':
    case 'callEnded':
    case 'callHeld':
      hearOfCall(line, signal, from, out);
      break;
    default:
  }
}

function attach(line: LineControl, signal: Signal<'attach'>, out: Out): void {
  const { pid, device, member } = signal;
  const { number } = line.line;
  const stored = { pid, device, member };
  const isBack = findDevice(line.devices, pid) !== undefined;
  if (!storeDevice(line.devices, stored)) {
    out.push(tell(pid, { type: 'lineRefused', number, cause: 'overload' }));
    return;
  }
  out.push(tell(pid, { type: 'attached', number, epoch: line.epoch }));
  hearSeen(line, signal.seen);
  if (signal.calls !== undefined) takeReport(line, stored, signal.calls, isBack, out);
  for (const call of line.calls.values())
    if (call.state === 'offered') joinOffer(line, call, stored, out);
  // It may be known now which number nobody has.
  if (line.recovery?.isOverdue) replay(line, takeWaiting(line), out);
}

/** `isBack`: it was here all the time, and has calls that were never another process's. */
function takeReport(
  line: LineControl,
  device: LineDevice,
  calls: readonly MemberCall[],
  isBack: boolean,
  out: Out,
): void {
  line.recovery?.reported.push(device.pid);
  releaseMissing(line, device.pid, calls, out);
  // What is unknown then is over, and the news of that crosses this.
  for (const call of calls)
    if (!isBack || line.calls.has(call.call)) adopt(line, device, call, out);
}

/** What a phone has that is no member's, and has it from the process before. It is not rung. */
function takeBrought(
  line: LineControl,
  { device, calls }: Signal<'lineBring'>,
  pid: Pid,
  out: Out,
): void {
  if (!line.watchers.includes(pid)) return;
  for (const call of calls) adopt(line, { pid, device, member: '' }, call, out);
}

function detach(line: LineControl, pid: Pid, out: Out): void {
  removeDevice(line.devices, pid);
  freeSeizures(line, pid, out);
  stopRinging(line, pid, out);
}

/** A device cannot be reached, and asks to be taken again when it can. What it has, or has seized, stays its own. */
function giveUp(line: LineControl, pid: Pid, out: Out): void {
  const { number } = line.line;
  removeDevice(line.devices, pid);
  unwatchLine(line, pid);
  stopRinging(line, pid, out);
  out.push(tell(pid, { type: 'lineRefused', number, cause: 'unreachable' }));
}

function stopRinging(line: LineControl, pid: Pid, out: Out): void {
  for (const call of [...line.calls.values()]) {
    if (isUsed(call) || !call.ringing.includes(pid)) continue;
    withdraw({ pid, call: call.call }, 'unreachable', out);
    if (call.state === 'adopted') leaveAdopted(call, pid);
    else refuseOffer(line, call, pid, { cause: 'unreachable' }, out);
  }
}

function forget(line: LineControl, signal: Signal<'lineForgotten'>, from: Pid, out: Out): void {
  const call = forgotten(line, signal, from);
  if (call !== undefined) holderEnded(line, call, 'call gone', out);
}

function timeout(line: LineControl, name: string, out: Out): void {
  if (name === IDLE) return retire(line, out);
  if (name === INQUIRY) return inquire(line, () => true, out);
  if (name === RECOVERY) {
    if (line.state !== 'recovering') return;
    replay(line, isInDoubt(line) ? goOnInDoubt(line, out) : activate(line, out), out);
    return;
  }
  if (adoptionTimeout(line, name, out)) return;
  if (leaseTimeout(line, name, out) || retrievalTimeout(line, name, out)) return;
  const { timer, call } = readTimer(name);
  const known = line.calls.get(call);
  if (known?.state === 'offered') offerTimeout(line, known, timer, out);
}

/** Nobody has needed this process for a while. */
function retire(line: LineControl, out: Out): void {
  if (line.isIdle) leave(line, out);
}

function leave(line: LineControl, out: Out): void {
  if (line.own === null) return;
  out.push(tell(line.own.manager, { type: 'lineReleased', number: line.line.number }));
  out.push(EXIT);
}

function lose(line: LineControl, gone: Pid | Home, out: Out): void {
  if (line.state !== 'active') loseInRecovery(line, gone);
  for (const { pid } of [...line.devices]) if (isGone(pid, gone)) removeDevice(line.devices, pid);
  for (const watcher of [...line.watchers]) if (isGone(watcher, gone)) unwatchLine(line, watcher);
  loseCalls(line, gone, out);
}
