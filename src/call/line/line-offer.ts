/**
 * A call's way through its line's plan: who rings when, who is told to stop, when it is given up.
 *
 * Each function is one arrow out of the state 'offered' of the line control process, and changes its
 * record in place. What ends the offer by an answer is there, not here.
 */
import { homeOf, type Pid } from '../../process/pid.ts';
import type { Cause } from '../cause.ts';
import { type Out, start, stop, tell } from '../effects.ts';
import { weightier } from '../refusals.ts';
import type { CallRequest, CallSignal, LegRef } from '../signals.ts';
import { note } from './line-chains.ts';
import {
  callsOf,
  type LineControl,
  type Offered,
  type OfferTimer,
  removeCall,
} from './line-control.ts';
import { findDevice, type LineDevice } from './line-control-database.ts';
import { membersOf, type Plan, planOf, type Stage } from './offering-plan.ts';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

/** What a device process says of a call that it does not take. */
export type Refusal = Pick<Signal<'callRefuse'>, 'cause' | 'forward'>;

/**
 * The request as the line's devices get it: without what is said among a replicated line's processes only.
 * Written out, which is several times as fast as `...`.
 */
export function requestAt(
  number: string,
  asked: CallRequest,
  appearance: number,
  control: Pid,
): CallRequest {
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
    diversions: asked.diversions,
    patienceMs: asked.patienceMs,
    origin: asked.origin,
    line: number,
    appearance,
    control,
  };
}

/**
 * Rings the first members that have a device; refuses the call when there are none. `offeredMs`: that long
 * it was on offer before, at a process that is gone; steps whose time is over are left out.
 */
export function beginOffer(line: LineControl, call: Offered, offeredMs: number, out: Out): void {
  const plan = planFor(line, call);
  while (call.step + 1 < plan.length && beforeStep(plan, call.step + 1) <= offeredMs) call.step++;
  goOn(line, call, out);
  if (call.ringing.length === 0) return;
  if (offeredMs > 0) armRest(line, call, offeredMs, out);
  else arm(call, 'no answer', patienceOf(line, call), out);
}

/** Goes on with what the line's former process began: at the first stage that rings all who ring. */
export function resumeOffer(line: LineControl, call: Offered, offeredMs: number, out: Out): void {
  const plan = planFor(line, call);
  if (call.ringing.length === 0) {
    askAnew(line, call, plan[0]?.stages[0]);
    beginOffer(line, call, offeredMs, out);
    return;
  }
  const members = call.ringing.map((pid) => findDevice(line.devices, pid)?.member ?? '');
  const isHere = (stage: Stage) => members.every((member) => stage.members.includes(member));
  const step = plan.findIndex(({ stages }) => stages.some(isHere));
  call.step = step < 0 ? plan.length - 1 : step;
  const { stages = [] } = plan[call.step] ?? {};
  call.stage = step < 0 ? stages.length - 1 : stages.findIndex(isHere);
  askAnew(line, call, stages[call.stage]);
  armRest(line, call, offeredMs, out);
}

/**
 * Times end when they would have ended at the process before, as far as the plan tells when they began: a
 * step that began early, since all of the one before had refused, may last longer.
 */
function armRest(line: LineControl, call: Offered, offeredMs: number, out: Out): void {
  const plan = planFor(line, call);
  const { ms = null, stages = [] } = plan[call.step] ?? {};
  const nextMs = stages[call.stage]?.nextMs ?? null;
  const inStepMs = Math.max(0, offeredMs - beforeStep(plan, call.step));
  const inStageMs = Math.max(0, inStepMs - beforeStage(stages, call.stage));
  if (ms !== null) arm(call, 'step', ms - inStepMs, out);
  if (nextMs !== null) arm(call, 'delay', nextMs - inStageMs, out);
  arm(call, 'no answer', patienceOf(line, call) - offeredMs, out);
}

/** Who does not ring has refused only if it was its turn, which is `stage`. */
function askAnew(line: LineControl, { refused }: Offered, stage: Stage | undefined): void {
  const hadTurn = (pid: Pid): boolean =>
    stage?.members.includes(findDevice(line.devices, pid)?.member ?? '') === true;
  refused.splice(0, refused.length, ...refused.filter(hadTurn));
}

/** When a step begins, if nobody refuses. */
function beforeStep(plan: Plan, step: number): number {
  return plan.slice(0, step).reduce((sum, { ms }) => sum + (ms ?? 0), 0);
}

function beforeStage(stages: readonly Stage[], stage: number): number {
  return stages.slice(0, stage).reduce((sum, { nextMs }) => sum + (nextMs ?? 0), 0);
}

function patienceOf({ line }: LineControl, { request }: Offered): number {
  return request.patienceMs ?? line.noAnswerMs;
}

/** A phone that comes while others ring joins them, when it is its member's turn. */
export function joinOffer(line: LineControl, call: Offered, device: LineDevice, out: Out): void {
  if (stageOf(line, call)?.members.includes(device.member)) ring(line, call, device, out);
}

/** `pid` does not take the call. When it was the last that rang, the next ones ring at once. */
export function refuseOffer(
  line: LineControl,
  call: Offered,
  pid: Pid,
  { cause, forward }: Refusal,
  out: Out,
): void {
  const at = call.ringing.indexOf(pid);
  if (at < 0) return;
  if (forward !== undefined) call.forward ??= forward;
  call.ringing.splice(at, 1);
  call.refused.push(pid);
  call.cause = weightier(call.cause, cause);
  if (call.ringing.length === 0) goOn(line, call, out);
}

/** Whoever asked does not want it any more. */
export function withdrawOffer(line: LineControl, call: Offered, cause: Cause, out: Out): void {
  for (const pid of call.ringing) withdraw({ pid, call: call.call }, cause, out);
  disarm(call, out);
  removeCall(line, call, cause, call.control);
}

/** A timer of the offer has run out. */
export function offerTimeout(line: LineControl, call: Offered, timer: OfferTimer, out: Out): void {
  const at = call.armed.indexOf(timerOf(timer, call));
  if (at < 0) return;
  call.armed.splice(at, 1);
  switch (timer) {
    case 'delay':
      goOn(line, call, out);
      break;
    case 'step':
      // Members whose delay is still running have missed their turn.
      call.stage = (planFor(line, call)[call.step]?.stages.length ?? 0) - 1;
      goOn(line, call, out);
      break;
    case 'no answer':
      giveUp(line, call, out);
      break;
  }
}

/** Stops the timers of an offer that is over. */
export function disarm(call: Offered, out: Out): void {
  for (const timer of call.armed) out.push(stop(timer));
  call.armed.length = 0;
}

/** Tells a device process to stop ringing or, if it has answered meanwhile, to hang up. */
export function withdraw(to: LegRef, cause: Cause, out: Out): void {
  out.push(tell(to.pid, { type: 'callWithdraw', call: to.call, cause }));
}

/** What `offerTimeout` needs from a timer's name. */
export function readTimer(name: string): { readonly timer: OfferTimer; readonly call: string } {
  const colon = name.indexOf(':');
  return { timer: name.slice(0, colon) as OfferTimer, call: name.slice(colon + 1) };
}

function timerOf(timer: OfferTimer, call: Offered): string {
  return `${timer}:${call.call}`;
}

function arm(call: Offered, timer: OfferTimer, afterMs: number, out: Out): void {
  const name = timerOf(timer, call);
  if (!call.armed.includes(name)) call.armed.push(name);
  out.push(start(name, Math.max(0, afterMs)));
}

function stopDelay(call: Offered, out: Out): void {
  const name = timerOf('delay', call);
  const at = call.armed.indexOf(name);
  if (at < 0) return;
  call.armed.splice(at, 1);
  out.push(stop(name));
}

/** Goes to the next stage, or step, until somebody rings; gives up when there is none left. */
function goOn(line: LineControl, call: Offered, out: Out): void {
  const plan = planFor(line, call);
  const before = call.stage < 0 ? -1 : call.step;
  do {
    const stages = plan[call.step]?.stages.length ?? 0;
    if (call.stage + 1 < stages) call.stage++;
    else if (call.step + 1 < plan.length) enterStep(line, call, call.step + 1, out);
    else {
      giveUp(line, call, out);
      return;
    }
    ringStage(line, call, out);
  } while (call.ringing.length === 0);
  const stepMs = plan[call.step]?.ms ?? null;
  if (call.step !== before && stepMs !== null) arm(call, 'step', stepMs, out);
  const nextMs = stageOf(line, call)?.nextMs ?? null;
  if (nextMs !== null) arm(call, 'delay', nextMs, out);
  else if (call.armed.length > 0) stopDelay(call, out);
}

/** Who rings, and does not in the new step, is told to stop. */
function enterStep(line: LineControl, call: Offered, to: number, out: Out): void {
  call.step = to;
  call.stage = 0;
  const going = membersOf(planFor(line, call)[to]);
  for (const pid of [...call.ringing]) {
    const device = findDevice(line.devices, pid);
    if (device !== undefined && going.includes(device.member)) continue;
    stopRinging(call, pid, out);
  }
}

/** Its turn is over. It may have another one. */
export function stopRinging(call: Offered, pid: Pid, out: Out): void {
  call.ringing.splice(call.ringing.indexOf(pid), 1);
  call.stopped.push(pid);
  call.cause = weightier(call.cause, 'no answer');
  withdraw({ pid, call: call.call }, 'no answer', out);
}

/** Whether what `pid` says is of an earlier turn: it crossed the news that that was over, and it rings again. */
export function isStale(call: Offered, pid: Pid, attempt = 0): boolean {
  return call.stopped.length > 0 && call.ringing.includes(pid) && attempt < turnsOf(call, pid);
}

function turnsOf({ stopped }: Offered, pid: Pid): number {
  let turns = 0;
  for (const each of stopped) if (each === pid) turns++;
  return turns;
}

function ringStage(line: LineControl, call: Offered, out: Out): void {
  const members = stageOf(line, call)?.members ?? [];
  // Those of this manager first: who is further away need not hurry then to say that it rings.
  for (const isNear of [true, false])
    for (const device of line.devices)
      if (isNear === isOwn(line, device.pid) && members.includes(device.member))
        ring(line, call, device, out);
}

function isOwn({ own }: LineControl, pid: Pid): boolean {
  return own === null || homeOf(own.lcp) === homeOf(pid);
}

/** Offers the call to `device`, unless it was offered to it already, comes from it, or its member is busy. */
export function ring(line: LineControl, call: Offered, device: LineDevice, out: Out): void {
  const { pid, member } = device;
  const { by, caller } = call.request;
  if (device.device === by || device.pid === caller.pid) return;
  if (call.ringing.includes(pid) || call.refused.includes(pid)) return;
  if (isBusy(line, call, member)) {
    call.cause = weightier(call.cause, 'busy');
    return;
  }
  const attempt = turnsOf(call, pid);
  const isAccompanied = !isOwn(line, pid) && call.ringing.some((other) => isOwn(line, other));
  call.ringing.push(pid);
  out.push(tell(pid, requestFor(call, attempt, isAccompanied)));
}

/** A phone's alert. */
export function hearAlert(
  line: LineControl,
  call: Offered,
  signal: Signal<'callAlert'>,
  from: Pid,
  out: Out,
): void {
  if (!call.ringing.includes(from)) return;
  if (signal.kind === 'ringing' && !call.hasRung) note(line, call, 'rang', from);
  passAlert(call, signal, out);
}

/** It goes on to call control: the first that says no more than that it rings, at once. */
function passAlert(call: Offered, signal: Signal<'callAlert'>, out: Out): void {
  const { isFurther: _, ...alert } = signal;
  const isPlain = alert.media === undefined && !alert.reliable;
  out.push(tell(call.control, isPlain && call.hasRung ? { ...alert, isFurther: true } : alert));
  if (alert.kind === 'ringing') call.hasRung = true;
}

/** The request as `pid` gets it, in its next turn or in the one that it has. */
export function requestTo(call: Offered, pid: Pid): CallRequest {
  return requestFor(call, turnsOf(call, pid), false);
}

/** As a rule the very same for all. */
function requestFor(call: Offered, attempt: number, isAccompanied: boolean): CallRequest {
  if (attempt > 0) return { ...call.request, attempt };
  return isAccompanied ? { ...call.request, isAccompanied } : call.request;
}

/** Whether `member` has as many other calls of the line as the line allows it. */
function isBusy(line: LineControl, call: Offered, member: string): boolean {
  const { callsPerMember } = line.line;
  if (callsPerMember === undefined) return false;
  const isRinging = call.ringing.some((pid) => findDevice(line.devices, pid)?.member === member);
  return callsOf(line, member) - (isRinging ? 1 : 0) >= callsPerMember;
}

/** Everybody has refused, or time is up. */
function giveUp(line: LineControl, call: Offered, out: Out): void {
  const { forward } = call;
  const cause = call.ringing.length > 0 ? 'no answer' : call.cause;
  const said = forward === undefined ? { cause } : { cause, forward };
  for (const pid of call.ringing) withdraw({ pid, call: call.call }, 'no answer', out);
  out.push(tell(call.control, { type: 'callRefuse', call: call.call, ...said }));
  disarm(call, out);
  removeCall(line, call, cause);
}

function planFor(line: LineControl, call: Offered): Plan {
  if (call.plan !== undefined) return call.plan;
  line.plan ??= planOf(line.line);
  return line.plan;
}

function stageOf(line: LineControl, call: Offered): Stage | undefined {
  return planFor(line, call)[call.step]?.stages[call.stage];
}
