/**
 * Device processes reduced to what decides who has a call: a caller that dials once, and phones that
 * ring. They do with signals what `device/` does, without a phone and without SIP.
 */
import { type Out, start, stop, tell } from '../../call/effects.ts';
import type { CallId, CallRequest, CallSignal } from '../../call/signals.ts';
import { isGone, type Pid } from '../../process/pid.ts';
import { type Machine, machineOf, type ProcessEvent } from './machine.ts';

export const CALL: CallId = 'a.1.d0-1';
export const CALLER = 'a.1.d0' as Pid;

export type Caller = {
  phase: 'idle' | 'dialling' | 'talking' | 'over';
  readonly control: Pid;
  /** Who took the call. */
  peer: Pid | '';
  /** Another answer than the first: there must be none. */
  second: Pid | '';
};

export type Phone = {
  /** 'answered': its user has taken the call, and the caller has not said that it knows. */
  phase: 'idle' | 'ringing' | 'answered' | 'talking' | 'over';
  /** Who offered the call, and is told what becomes of it. */
  reportTo: Pid | '';
  /** How often the caller has said that this phone has the call. */
  confirmed: number;
  /** The line's process that attached this phone last, and its epoch. */
  lcp: Pid | '';
  epoch: number;
  /** What it obeyed and should not have. */
  fault: string;
  /** Of the offer that it has or had last. */
  attempt: number;
};

/** What a phone of another kind does. */
export type PhoneOptions = {
  readonly lcp: Pid;
  /** A phone that has refused can be rung again: where nothing comes twice. */
  readonly ringsAgain?: boolean;
  /** A mutant: calls are taken from any of the line's processes. */
  readonly obeysAnyone?: boolean;
};

export const CONTROL = 'a.1.c0' as Pid;
export const NUMBER = '2000';

type Signal<T extends CallSignal['type']> = Extract<CallSignal, { type: T }>;

const CONFIRM = 'confirm';
/** How long a phone rings without a line: `device/line-membership.ts`. */
const AWAIT = 'line awaited';

export function callerOf(control: Pid): Machine {
  const record: Caller = { phase: 'idle', control, peer: '', second: '' };
  return machineOf(CALLER, record, stepCaller, ({ phase }) => {
    if (phase === 'idle') return ['dials'];
    return phase === 'dialling' ? ['gives up'] : [];
  });
}

export function phoneOf(pid: Pid, options: PhoneOptions): Machine {
  const { lcp } = options;
  const record: Phone = {
    phase: 'idle',
    reportTo: '',
    confirmed: 0,
    lcp,
    epoch: 1,
    fault: '',
    attempt: 0,
  };
  const step = (phone: Phone, event: ProcessEvent, out: Out): Phone =>
    stepPhone(pid, phone, event, options, out);
  return machineOf(pid, record, step, ({ phase }) =>
    phase === 'ringing' ? ['answers', 'declines'] : [],
  );
}

function stepCaller(caller: Caller, event: ProcessEvent, out: Out): Caller {
  const { phase, control, peer } = caller;
  const cause = 'caller gave up';
  if (event.type === 'act' && phase === 'idle') {
    caller.phase = 'dialling';
    out.push(tell(control, requestOf()));
  } else if (event.type === 'act' && phase === 'dialling') {
    caller.phase = 'over';
    out.push(tell(control, { type: 'callWithdraw', call: CALL, cause }));
  } else if (event.type === 'down' && phase !== 'over' && phase !== 'idle') {
    const isControl = isGone(control, event.gone);
    if (!isControl && (peer === '' || !isGone(peer, event.gone))) return caller;
    caller.phase = 'over';
    if (peer === '') return caller;
    if (isControl) release(peer, out);
    else out.push(tell(control, { type: 'callEnded', call: CALL, cause: 'internal failure' }));
  } else if (event.type === 'signal') hearCaller(caller, event.signal, event.from, out);
  return caller;
}

function hearCaller(caller: Caller, signal: CallSignal, from: Pid, out: Out): void {
  const { phase, peer } = caller;
  switch (signal.type) {
    case 'callProceed': {
      const { pid } = signal.from;
      if (phase === 'dialling') {
        caller.phase = 'talking';
        caller.peer = pid;
        out.push(tell(pid, { type: 'callAcknowledge', call: CALL }));
      } else if (phase === 'over') release(pid, out);
      else if (pid !== peer) {
        caller.second = pid;
        release(pid, out);
      }
      break;
    }
    case 'callRefuse':
      if (phase === 'dialling') caller.phase = 'over';
      break;
    case 'callRelease':
      if (phase !== 'talking' || (signal.from?.pid ?? from) !== peer) break;
      caller.phase = 'over';
      out.push(tell(caller.control, { type: 'callEnded', call: CALL, cause: signal.cause }));
      break;
    default:
  }
}

function stepPhone(
  pid: Pid,
  phone: Phone,
  event: ProcessEvent,
  options: PhoneOptions,
  out: Out,
): Phone {
  const { phase, reportTo } = phone;
  switch (event.type) {
    case 'act':
      if (phase !== 'ringing') break;
      if (event.act === 'answers') {
        phone.phase = 'answered';
        out.push(start(CONFIRM, 2000));
        if (reportTo !== '') out.push(tell(reportTo, proceedOf(pid, phone)));
      } else {
        phone.phase = 'over';
        if (reportTo !== '') out.push(tell(reportTo, refusalOf('declined', phone)));
      }
      break;
    case 'timer':
      if (event.timer === CONFIRM && phase === 'answered') hangUp(phone, true, out);
      // Nobody came to take the call on.
      if (event.timer === AWAIT && reportTo === '' && phase !== 'talking')
        hangUp(phone, phase === 'answered', out);
      break;
    case 'down':
      if (phone.lcp !== '' && isGone(phone.lcp, event.gone)) phone.lcp = '';
      if (phase === 'idle' || phase === 'over') break;
      if (isGone(CALLER, event.gone)) hangUp(phone, false, out);
      else if (reportTo !== '' && isGone(reportTo, event.gone)) {
        // It rings on, or waits for the caller's word: the line will have another process.
        phone.reportTo = '';
        if (phase !== 'talking') out.push(start(AWAIT, 2500));
      }
      break;
    case 'signal':
      if (event.signal.type === 'callRequest') ring(phone, event.signal, event.from, options, out);
      else hearPhone(pid, phone, event.signal, event.from, out);
      break;
  }
  return phone;
}

function ring(
  phone: Phone,
  { attempt = 0 }: CallRequest,
  from: Pid,
  options: PhoneOptions,
  out: Out,
): void {
  const { phase, lcp, epoch } = phone;
  if (from !== lcp && options.obeysAnyone !== true) {
    out.push(tell(from, refusalOf('unreachable', { attempt })));
    return;
  }
  if (phase !== 'idle' && !(phase === 'over' && options.ringsAgain === true)) return;
  if (from !== lcp && epoch > 1) phone.fault = `S4 a phone of ${lcp} obeyed ${from}`;
  phone.phase = 'ringing';
  phone.reportTo = from;
  phone.attempt = attempt;
}

function hearPhone(pid: Pid, phone: Phone, signal: CallSignal, from: Pid, out: Out): void {
  const { phase } = phone;
  switch (signal.type) {
    case 'lineRegistered':
      if (!signal.isIntroduced) attach(pid, phone, signal.lcp, out);
      break;
    case 'attached':
      if (signal.epoch < phone.epoch) break;
      phone.lcp = from;
      phone.epoch = signal.epoch;
      break;
    case 'callWithdraw':
      if (phase === 'idle') break;
      if (phase === 'answered') out.push(stop(CONFIRM));
      if (phase === 'answered' || phase === 'talking')
        out.push(tell(from, { type: 'callEnded', call: CALL, cause: signal.cause }));
      phone.phase = 'over';
      break;
    case 'callAcknowledge':
      phone.confirmed++;
      if (phase === 'answered') {
        phone.phase = 'talking';
        out.push(stop(CONFIRM));
      } else if (phase === 'over') release(from, out);
      break;
    case 'callRelease':
      if (phase === 'answered' || phase === 'talking') hangUp(phone, false, out);
      break;
    default:
  }
}

/** Goes to another process of the line, with the call that the one before has offered. */
function attach(pid: Pid, phone: Phone, lcp: Pid, out: Out): void {
  const { phase } = phone;
  const state = ({ ringing: 'ringing', answered: 'answered', talking: 'active' } as const)[
    phase as 'ringing'
  ];
  const caller = { pid: CALLER, call: CALL };
  const from = { number: '1001', name: '' };
  const calls =
    state === undefined
      ? []
      : [{ call: CALL, appearance: 1, from, control: CONTROL, caller, state }];
  if (state !== undefined) {
    phone.reportTo = lcp;
    out.push(stop(AWAIT));
  }
  out.push(tell(lcp, { type: 'attach', ...seatOf(pid), calls }));
  if (phase === 'answered') out.push(tell(lcp, proceedOf(pid, phone)));
}

/** Of the line. */
export function seatOf(pid: Pid): Pick<Signal<'attach'>, 'number' | 'pid' | 'device' | 'member'> {
  return { number: NUMBER, pid, device: `${pid}-phone`, member: pid };
}

type Turn = { readonly attempt: number };

function proceedOf(pid: Pid, { attempt }: Turn): CallSignal {
  const party = { number: '', name: '' };
  return { type: 'callProceed', call: CALL, from: { pid, call: CALL }, party, attempt };
}

function refusalOf(cause: 'declined' | 'unreachable' | 'hung up', { attempt }: Turn): CallSignal {
  return { type: 'callRefuse', call: CALL, cause, attempt };
}

function hangUp(phone: Phone, tellCaller: boolean, out: Out): void {
  const { reportTo, phase } = phone;
  phone.phase = 'over';
  if (phase === 'answered') out.push(stop(CONFIRM));
  if (tellCaller) release(CALLER, out);
  if (reportTo === '') return;
  const call = CALL;
  const cause = 'hung up';
  out.push(
    phase === 'ringing'
      ? tell(reportTo, refusalOf(cause, phone))
      : tell(reportTo, { type: 'callEnded', call, cause }),
  );
}

function release(to: Pid, out: Out): void {
  out.push(tell(to, { type: 'callRelease', call: CALL, cause: 'hung up' }));
}

function requestOf(): CallRequest {
  return {
    type: 'callRequest',
    call: CALL,
    caller: { pid: CALLER, call: CALL },
    from: { number: '1001', name: '' },
    dialled: '2000',
    by: 'caller',
    hops: 70,
    reliable: false,
  };
}
