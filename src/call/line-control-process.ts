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
import type { Home, Pid } from '../process/pid.ts';
import { isGone } from '../process/pid.ts';
import type { Host, Process } from '../process/process.ts';
import { takeAppearance } from './appearances.ts';
import type { Cause } from './cause.ts';
import { type EffectBuffer, type Out, tell } from './effects.ts';
import {
  type LineControl,
  lineStateOf,
  type Offered,
  putCall,
  removeCall,
  type Taken,
} from './line-control.ts';
import { findDevice, removeDevice, storeDevice } from './line-control-database.ts';
import {
  beginOffer,
  disarm,
  joinOffer,
  offerTimeout,
  readTimer,
  refuseOffer,
  withdraw,
  withdrawOffer,
} from './line-offer.ts';
import type { CallRequest, CallSignal } from './signals.ts';

export type LineEvent =
  | { readonly type: 'signal'; readonly signal: CallSignal; readonly from: Pid }
  | { readonly type: 'timer'; readonly timer: string }
  /** A process died, or a manager is gone. */
  | { readonly type: 'down'; readonly gone: Pid | Home };

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** What is said about a call that is known here. */
type CallEvent = Signal<'callAlert' | 'callProceed' | 'callRefuse' | 'callWithdraw' | 'callEnded'>;

/** Calls at one line, and watchers; more are refused with 'overload'. */
const LINE_CALLS_MAX = 10_000;
const LINE_WATCHERS_MAX = 1024;

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
  }
  if (line.changed) tellWatchers(line, out);
}

/** After everything else: a phone drops a lamp that lit before it was told to stop ringing. */
function tellWatchers(line: LineControl, out: Out): void {
  line.changed = false;
  if (line.watchers.length === 0) return;
  const state = lineStateOf(line);
  for (const watcher of line.watchers) out.push(tell(watcher, state));
}

function receive(line: LineControl, signal: CallSignal, from: Pid, out: Out): void {
  switch (signal.type) {
    case 'attach':
      attach(line, signal, out);
      break;
    case 'detach':
      detach(line, from, out);
      break;
    case 'lineWatch':
      watch(line, signal.pid ?? from, out);
      break;
    case 'lineUnwatch':
      unwatch(line, signal.pid ?? from);
      break;
    case 'callRequest':
      offer(line, signal, from, out);
      break;
    case 'callAlert':
    case 'callProceed':
    case 'callRefuse':
    case 'callWithdraw':
    case 'callEnded': {
      const call = line.calls.get(signal.call);
      if (call === undefined) afterCall(signal, out);
      else if (call.state === 'offered') inOffered(line, call, signal, from, out);
      else inTaken(line, call, signal, from, out);
      break;
    }
    default:
  }
}

function inOffered(line: LineControl, call: Offered, signal: CallEvent, from: Pid, out: Out): void {
  switch (signal.type) {
    case 'callAlert':
      if (call.ringing.includes(from)) out.push(tell(call.control, signal));
      break;
    case 'callProceed':
      if (call.ringing.includes(from)) take(line, call, signal, from, out);
      // Its turn was over, and the news of that crossed its answer.
      else withdraw(signal.from, 'no answer', out);
      break;
    case 'callRefuse':
      refuseOffer(line, call, from, signal.cause, out);
      break;
    case 'callWithdraw':
    case 'callEnded':
      if (from === call.control) withdrawOffer(line, call, signal.cause, out);
      break;
  }
}

function inTaken(line: LineControl, call: Taken, signal: CallEvent, from: Pid, out: Out): void {
  switch (signal.type) {
    case 'callProceed':
      // Two phones answered at once, on different managers perhaps: the first signal here has won.
      if (from !== call.holder.pid) withdraw(signal.from, 'answered elsewhere', out);
      break;
    case 'callWithdraw':
      if (from !== call.control) break;
      removeCall(line, call);
      withdraw(call.holder, signal.cause, out);
      break;
    case 'callEnded':
      if (from === call.control) removeCall(line, call);
      else if (from === call.holder.pid) release(line, call, signal.cause, out);
      break;
    default:
  }
}

/**
 * The holder is no more. It has told the caller itself, but perhaps before the caller heard of its
 * answer, which goes through call control: so this does too, behind it.
 */
function release(line: LineControl, call: Taken, cause: Cause, out: Out): void {
  removeCall(line, call);
  out.push(tell(call.control, { type: 'callRelease', call: call.call, from: call.holder, cause }));
}

/** The call is over, and this signal crossed its end on the way. */
function afterCall(signal: CallEvent, out: Out): void {
  if (signal.type === 'callProceed') withdraw(signal.from, 'call gone', out);
}

function offer(line: LineControl, asked: CallRequest, control: Pid, out: Out): void {
  const { call, from } = asked;
  // Said twice: the offer is under way already, or taken.
  if (line.calls.has(call)) return;
  if (line.appearances.lowest >= LINE_CALLS_MAX) {
    out.push(tell(control, { type: 'callRefuse', call, cause: 'overload' }));
    return;
  }
  const appearance = takeAppearance(line.appearances, call);
  const offered: Offered = {
    state: 'offered',
    call,
    control,
    from,
    appearance,
    request: requestAt(line, asked, appearance),
    step: 0,
    stage: -1,
    ringing: [],
    refused: [],
    cause: 'no device',
    armed: [],
  };
  putCall(line, offered);
  beginOffer(line, offered, out);
  // Refused at once: no lamp has been lit.
  if (!line.calls.has(call)) line.changed = false;
}

/** The request as the devices get it. Written out, which is several times as fast as `...`. */
function requestAt(line: LineControl, asked: CallRequest, appearance: number): CallRequest {
  return {
    type: 'callRequest',
    call: asked.call,
    caller: asked.caller,
    from: asked.from,
    dialled: asked.dialled,
    offer: asked.offer,
    by: asked.by,
    hops: asked.hops,
    reliable: asked.reliable,
    referredBy: asked.referredBy,
    line: line.line.number,
    appearance,
  };
}

function take(
  line: LineControl,
  call: Offered,
  signal: Signal<'callProceed'>,
  winner: Pid,
  out: Out,
): void {
  const { control, from, appearance } = call;
  const holder = signal.from;
  const member = findDevice(line.devices, winner)?.member ?? '';
  const { caller } = call.request;
  const taken = { call: call.call, control, from, appearance, caller, holder, member };
  putCall(line, { state: 'taken', ...taken });
  out.push(tell(control, signal));
  for (const pid of call.ringing)
    if (pid !== winner) withdraw({ pid, call: call.call }, 'answered elsewhere', out);
  disarm(call, out);
}

function attach(line: LineControl, signal: Signal<'attach'>, out: Out): void {
  const { pid, device, member } = signal;
  const { number } = line.line;
  const stored = { pid, device, member };
  if (!storeDevice(line.devices, stored)) {
    out.push(tell(pid, { type: 'lineRefused', number, cause: 'overload' }));
    return;
  }
  out.push(tell(pid, { type: 'attached', number, epoch: line.epoch }));
  for (const call of line.calls.values())
    if (call.state === 'offered') joinOffer(line, call, stored, out);
}

function detach(line: LineControl, pid: Pid, out: Out): void {
  removeDevice(line.devices, pid);
  for (const call of [...line.calls.values()]) {
    if (call.state !== 'offered' || !call.ringing.includes(pid)) continue;
    withdraw({ pid, call: call.call }, 'unreachable', out);
    refuseOffer(line, call, pid, 'unreachable', out);
  }
}

function watch(line: LineControl, watcher: Pid, out: Out): void {
  const { number } = line.line;
  if (!line.watchers.includes(watcher)) {
    if (line.watchers.length >= LINE_WATCHERS_MAX) {
      out.push(tell(watcher, { type: 'lineRefused', number, cause: 'overload' }));
      return;
    }
    line.watchers.push(watcher);
  }
  out.push(tell(watcher, lineStateOf(line)));
}

function unwatch(line: LineControl, watcher: Pid): void {
  const at = line.watchers.indexOf(watcher);
  if (at >= 0) line.watchers.splice(at, 1);
}

function timeout(line: LineControl, name: string, out: Out): void {
  const { timer, call } = readTimer(name);
  const known = line.calls.get(call);
  if (known?.state === 'offered') offerTimeout(line, known, timer, out);
}

function lose(line: LineControl, gone: Pid | Home, out: Out): void {
  for (const { pid } of [...line.devices]) if (isGone(pid, gone)) removeDevice(line.devices, pid);
  for (const watcher of [...line.watchers]) if (isGone(watcher, gone)) unwatch(line, watcher);
  for (const call of [...line.calls.values()]) {
    if (call.state === 'offered') loseInOffered(line, call, gone, out);
    else loseInTaken(line, call, gone, out);
  }
}

function loseInOffered(line: LineControl, call: Offered, gone: Pid | Home, out: Out): void {
  if (isGone(call.control, gone)) {
    withdrawOffer(line, call, 'internal failure', out);
    return;
  }
  for (const pid of [...call.ringing])
    if (isGone(pid, gone)) refuseOffer(line, call, pid, 'unreachable', out);
}

function loseInTaken(line: LineControl, call: Taken, gone: Pid | Home, out: Out): void {
  const { control, caller, holder } = call;
  const cause = 'internal failure';
  if (isGone(control, gone)) {
    removeCall(line, call);
    // The answer may have died with it: then the holder would speak to nobody.
    out.push(tell(holder.pid, { type: 'callRelease', call: holder.call, from: caller, cause }));
    out.push(tell(caller.pid, { type: 'callRelease', call: caller.call, from: holder, cause }));
  } else if (isGone(holder.pid, gone)) release(line, call, cause, out);
}

/** The machine in its place: a process of a manager. */
export class LineControlProcess implements Process<CallSignal> {
  readonly #host: Host<CallSignal>;
  readonly #line: LineControl;
  readonly #out: EffectBuffer;

  /** `out`: shared by all lines of a manager, since a step runs to completion. */
  constructor(host: Host<CallSignal>, line: LineControl, out: EffectBuffer) {
    this.#host = host;
    this.#line = line;
    this.#out = out;
  }

  receive(signal: CallSignal, from: Pid): void {
    this.#step({ type: 'signal', signal, from });
  }

  timeout(timer: string): void {
    this.#step({ type: 'timer', timer });
  }

  down(gone: Pid | Home): void {
    this.#step({ type: 'down', gone });
  }

  #step(event: LineEvent): void {
    this.#out.clear();
    step(this.#line, event, this.#out);
    this.#out.perform(this.#host);
  }
}
