/**
 * Call control's part in a call to a hunt: a number that leads to several lines, in parallel or in series.
 *
 * Each line is offered a call of its own, by the very machine that offers an ordinary one: single or
 * replicated, at whichever manager. What those machines have to say to the caller comes by here, and is
 * passed on as of one call. The first answer has the call; the other lines are told that it was completed
 * elsewhere. Where nobody takes it, the hunt's own number for that is dialled, with the hunt's rights. From
 * either on, one of the machines has the call for good, and this one hands on what comes for it.
 */
import { isGone, type Pid } from '../../process/pid.ts';
import { type CallEvent, NEW, step } from '../call-control.ts';
import type { CallControl, Over } from '../call-control-state.ts';
import type { Cause } from '../cause.ts';
import type { Destination } from '../destination.ts';
import { type Effect, EXIT, type Out, start, stop, tell } from '../effects.ts';
import type { Way } from '../forwarding/way-through.ts';
import type { FormerLine } from '../line/former-lines.ts';
import { REFUSALS, type RefusalCode } from '../refusal-codes.ts';
import { weightier } from '../refusals.ts';
import { giveBack } from '../replicated/distribution-state.ts';
import type { CallId, CallRequest, CallSignal } from '../signals.ts';
import type { Hunt, HuntStep } from './hunt.ts';

/** One of a hunt's calls. */
export type HuntLeg = {
  /** By which its line knows it. */
  readonly id: CallId;
  readonly number: string;
  call: CallControl;
};

export type Hunting = {
  readonly state: 'hunting';
  request: CallRequest;
  readonly hunt: Hunt;
  /** Steps that have not been taken. */
  left: readonly HuntStep[];
  /** Those whose time is over stay: what comes for them has its answer. */
  readonly legs: HuntLeg[];
  /** Which of them has the call: it was answered there, or is where the hunt leads when nobody does. */
  passed: number | undefined;
  hasRung: boolean;
  /** The weightiest refusal so far. */
  cause: Cause;
  /** Whether the timer of a step runs. */
  isStepTimed: boolean;
  /** Hunts that have led to one another, this one being the last. */
  readonly trail: readonly string[];
};

/** How numbers become destinations while a call hunts. */
export type HuntLookup = {
  readonly steps: (hunt: Hunt) => readonly HuntStep[];
  /** A line of a hunt, whatever the caller may dial. */
  readonly line: (number: string, request: CallRequest) => Destination;
  /** What the hunt itself dials, and through the forwards of the lines that it comes to. */
  readonly dialled: (request: CallRequest, hunt: Hunt) => Way;
};

const OVER: Over = { state: 'over' };
const PATIENCE = 'hunt';
const STEP = 'hunt step';

/** The machine of any call: `step`, and hunts. */
export function stepCall(
  call: CallControl,
  event: CallEvent,
  lookup: HuntLookup,
  out: Out,
): CallControl {
  if (call.state === 'hunting') return stepHunt(call, event, lookup, out);
  if (event.type === 'request' && event.destination.type === 'hunt') {
    const isOpen = call.state === 'new' || call.state === 'dialling' || call.state === 'diverting';
    if (!isOpen) return call;
    return begin(event.request, event.destination.hunt, [], lookup, out);
  }
  return step(call, event, out);
}

function begin(
  request: CallRequest,
  hunt: Hunt,
  before: readonly string[],
  lookup: HuntLookup,
  out: Out,
): CallControl {
  const hunting: Hunting = {
    state: 'hunting',
    ...{ request, hunt, left: lookup.steps(hunt), legs: [], passed: undefined, hasRung: false },
    ...{ cause: 'no device', isStepTimed: false, trail: [...before, hunt.number] },
  };
  out.push(start(PATIENCE, hunt.noAnswerMs));
  return goOn(hunting, lookup, out);
}

function stepHunt(hunting: Hunting, event: CallEvent, lookup: HuntLookup, out: Out): CallControl {
  if (event.type === 'request') return hunting;
  if (event.type === 'signal') return hear(hunting, event.signal, event.from, lookup, out);
  if (event.type === 'timer') return timeout(hunting, event.timer, lookup, out);
  const { request } = hunting;
  const passed = passedLeg(hunting);
  if (passed !== undefined) return stepPassed(hunting, passed, event, lookup, out);
  if (isGone(request.caller.pid, event.gone)) return withdraw(hunting, 'internal failure', out);
  for (const leg of ringing(hunting)) stepLeg(hunting, leg, event, lookup, out);
  return settle(hunting, lookup, out);
}

function hear(
  hunting: Hunting,
  signal: CallSignal,
  from: Pid,
  lookup: HuntLookup,
  out: Out,
): CallControl {
  const { request } = hunting;
  const passed = passedLeg(hunting);
  const event = { type: 'signal', signal, from } as const;
  const legs = legsOf(hunting, signal);
  for (const leg of legs)
    if (leg.call.state === 'over' && leg !== passed) hearTooLate(leg, signal, from, out);
  if (passed !== undefined) {
    const isForAnother = legs.length > 0 && !legs.includes(passed);
    // A hunt that this one has led to may ring the same line.
    if (isForAnother && passed.call.state !== 'hunting') return hunting;
    return stepPassed(hunting, passed, event, lookup, out);
  }
  const isEnd = signal.type === 'callWithdraw' || signal.type === 'callEnded';
  if (isEnd && from === request.caller.pid) return withdraw(hunting, signal.cause, out);
  for (const leg of legs) if (leg.call.state !== 'over') stepLeg(hunting, leg, event, lookup, out);
  return settle(hunting, lookup, out);
}

/** Whose signal it is; none: it is about the whole call, as the caller knows it. */
function legsOf({ legs, request }: Hunting, signal: CallSignal): readonly HuntLeg[] {
  if ('call' in signal)
    return signal.call === request.call ? [] : legs.filter(({ id }) => id === signal.call);
  return 'number' in signal ? legs.filter(({ number }) => number === signal.number) : [];
}

/** A line speaks of a call that is over for it: as it hears from a call control that is no more. */
function hearTooLate(leg: HuntLeg, signal: CallSignal, from: Pid, out: Out): void {
  const { id: call } = leg;
  const cause = 'call gone';
  if (signal.type === 'lineLocked') giveBack(from, signal, out);
  else if (signal.type === 'lineLocated')
    out.push(tell(signal.lcp, { type: 'callWithdraw', call, cause }));
  else if (signal.type === 'callFollow') out.push(tell(from, { type: 'callEnded', call, cause }));
}

function timeout(hunting: Hunting, timer: string, lookup: HuntLookup, out: Out): CallControl {
  const colon = timer.indexOf(':');
  if (colon >= 0) {
    const at = Number(timer.slice(0, colon));
    const leg = hunting.legs[at];
    if (leg === undefined || leg.call.state === 'over') return hunting;
    const event = { type: 'timer', timer: timer.slice(colon + 1) } as const;
    if (at === hunting.passed) return stepPassed(hunting, leg, event, lookup, out);
    stepLeg(hunting, leg, event, lookup, out);
    return settle(hunting, lookup, out);
  }
  if (hunting.passed !== undefined) return hunting;
  if (timer === STEP) hunting.isStepTimed = false;
  else hunting.left = [];
  hunting.cause = weightier(hunting.cause, 'no answer');
  stopRinging(hunting, 'no answer', out);
  return goOn(hunting, lookup, out);
}

function passedLeg({ legs, passed }: Hunting): HuntLeg | undefined {
  return passed === undefined ? undefined : legs[passed];
}

function ringing({ legs }: Hunting): readonly HuntLeg[] {
  return legs.filter(({ call }) => call.state !== 'over');
}

/** The lines that are asked now are told to stop. */
function stopRinging(hunting: Hunting, cause: Cause, out: Out): void {
  const { request, legs } = hunting;
  const passed = passedLeg(hunting);
  for (const leg of legs) {
    if (leg.call.state === 'over' || leg === passed) continue;
    const signal = { type: 'callWithdraw', call: leg.id, cause } as const;
    const event = { type: 'signal', signal, from: request.caller.pid } as const;
    if (leg.call.state !== 'hunting')
      leg.call = step(leg.call, event, new LegOut(hunting, leg, out));
  }
}

/** One line's machine goes on. */
function stepLeg(
  hunting: Hunting,
  leg: HuntLeg,
  event: CallEvent,
  lookup: HuntLookup,
  out: Out,
): void {
  leg.call = stepCall(leg.call, event, lookup, new LegOut(hunting, leg, out));
  if (leg.call.state !== 'diverting' || leg === passedLeg(hunting)) return;
  // A phone that wants the call elsewhere does not take it from the hunt.
  hunting.cause = weightier(hunting.cause, 'declined');
  leg.call = OVER;
}

/** After what a line has said: somebody has the call, or nobody rings any more. */
function settle(hunting: Hunting, lookup: HuntLookup, out: Out): CallControl {
  if (hunting.passed !== undefined) {
    stopTimers(hunting, out);
    stopRinging(hunting, 'answered elsewhere', out);
    // An offer need not be remembered for as long as people talk.
    hunting.request = { ...hunting.request, offer: undefined };
    return hunting;
  }
  return ringing(hunting).length > 0 ? hunting : goOn(hunting, lookup, out);
}

/** To the next step in which somebody can be asked. */
function goOn(hunting: Hunting, lookup: HuntLookup, out: Out): CallControl {
  const { request, legs, trail } = hunting;
  for (;;) {
    const [next, ...left] = hunting.left;
    if (next === undefined) return follow(hunting, lookup, out);
    hunting.left = left;
    for (const number of next.numbers) {
      const id = `${request.call}-h${trail.length}.${legs.length + 1}`;
      const leg: HuntLeg = { id, number, call: NEW };
      legs.push(leg);
      const asked = { ...request, call: id };
      const destination = lookup.line(number, asked);
      stepLeg(hunting, leg, { type: 'request', request: asked, destination }, lookup, out);
    }
    if (ringing(hunting).length === 0) continue;
    if (next.ms !== null) {
      hunting.isStepTimed = true;
      out.push(start(STEP, next.ms));
    }
    return hunting;
  }
}

/** Nobody has taken it. */
function follow(hunting: Hunting, lookup: HuntLookup, out: Out): CallControl {
  const { request, hunt, hasRung, cause, trail, legs } = hunting;
  stopTimers(hunting, out);
  const to = hasRung ? hunt.noAnswerTo : hunt.busyTo;
  if (to === undefined) return refuse(request, codeOf(hasRung, cause), out);
  const way = lookup.dialled({ ...request, dialled: to, hops: request.hops - 1 }, hunt);
  const { request: asked, destination } = way;
  const isLoop = destination.type === 'hunt' && trail.includes(destination.hunt.number);
  if (isLoop) return refuse(request, 'LW-3423', out);
  const number = 'line' in destination ? destination.line.number : '';
  const leg: HuntLeg = { id: request.call, number, call: NEW };
  hunting.passed = legs.push(leg) - 1;
  const passing = new LegOut(hunting, leg, out);
  leg.call =
    destination.type === 'hunt'
      ? begin(asked, destination.hunt, trail, lookup, passing)
      : step(NEW, { type: 'request', request: asked, destination }, passing);
  return afterPassed(hunting, leg);
}

function codeOf(hasRung: boolean, cause: Cause): RefusalCode {
  if (hasRung) return 'LW-3421';
  return cause === 'no device' ? 'LW-3424' : 'LW-3422';
}

function refuse({ caller }: CallRequest, code: RefusalCode, out: Out): Over {
  const { cause } = REFUSALS[code];
  out.push(tell(caller.pid, { type: 'callRefuse', call: caller.call, cause, code }));
  out.push(EXIT);
  return OVER;
}

/** The caller does not want it any more. */
function withdraw(hunting: Hunting, cause: Cause, out: Out): Over {
  stopTimers(hunting, out);
  stopRinging(hunting, cause, out);
  out.push(EXIT);
  return OVER;
}

function stopTimers(hunting: Hunting, out: Out): void {
  out.push(stop(PATIENCE));
  if (hunting.isStepTimed) out.push(stop(STEP));
  hunting.isStepTimed = false;
}

function stepPassed(
  hunting: Hunting,
  passed: HuntLeg,
  event: CallEvent,
  lookup: HuntLookup,
  out: Out,
): CallControl {
  stepLeg(hunting, passed, event, lookup, out);
  return afterPassed(hunting, passed);
}

function afterPassed(hunting: Hunting, { call }: HuntLeg): CallControl {
  // The line that the hunt has led to forwards it: that is the whole call's way then.
  if (call.state === 'diverting') return call;
  return call.state === 'over' ? OVER : hunting;
}

/** What each line that it has asked calls its part of it. */
export function askedLines({ legs }: Hunting): readonly FormerLine[] {
  return legs.flatMap(({ id, number, call }) =>
    call.state === 'hunting' ? askedLines(call) : [{ number, call: id }],
  );
}

/** The machine that has the call: its state is that of the whole. */
export function presentCall(call: CallControl): Exclude<CallControl, Hunting> | undefined {
  if (call.state !== 'hunting') return call;
  const passed = passedLeg(call);
  return passed && presentCall(passed.call);
}

/**
 * What one line's machine does, as a part of the hunt: its timers have names of their own, it ends nothing
 * but itself, and what the caller would hear of a refusal is the hunt's to know.
 */
class LegOut implements Out {
  readonly #hunting: Hunting;
  readonly #at: number;
  readonly #out: Out;

  constructor(hunting: Hunting, leg: HuntLeg, out: Out) {
    this.#hunting = hunting;
    this.#at = hunting.legs.indexOf(leg);
    this.#out = out;
  }

  get #hasPassed(): boolean {
    return this.#hunting.passed === this.#at;
  }

  push(effect: Effect): void {
    const at = this.#at;
    switch (effect.type) {
      case 'start':
        this.#out.push(start(`${at}:${effect.timer}`, effect.afterMs));
        break;
      case 'stop':
        this.#out.push(stop(`${at}:${effect.timer}`));
        break;
      case 'exit':
        if (this.#hasPassed) this.#out.push(effect);
        break;
      case 'tell':
        if (this.#hasPassed || this.#isHeard(effect.to, effect.signal)) this.#out.push(effect);
    }
  }

  /** Whether it is to go on to whom it is for. */
  #isHeard(to: Pid, signal: CallSignal): boolean {
    const hunting = this.#hunting;
    const { caller } = hunting.request;
    if (to !== caller.pid) return true;
    switch (signal.type) {
      case 'callAlert':
        if (signal.call !== caller.call) return true;
        if (signal.kind === 'ringing') hunting.hasRung = true;
        return true;
      case 'callProceed':
        if (signal.call !== caller.call) return true;
        hunting.passed ??= this.#at;
        return this.#hasPassed;
      case 'callRefuse':
        if (signal.call !== caller.call) return true;
        hunting.cause = weightier(hunting.cause, signal.cause);
        return false;
      default:
        return true;
    }
  }
}
