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
};

const CONFIRM = 'confirm';

export function callerOf(control: Pid): Machine {
  const record: Caller = { phase: 'idle', control, peer: '', second: '' };
  return machineOf(CALLER, record, stepCaller, ({ phase }) => {
    if (phase === 'idle') return ['dials'];
    return phase === 'dialling' ? ['gives up'] : [];
  });
}

/** `mayRefuse`: whether its user may decline. A phone that never rings again when it has refused. */
export function phoneOf(pid: Pid, mayRefuse = true): Machine {
  const record: Phone = { phase: 'idle', reportTo: '', confirmed: 0 };
  const step = (phone: Phone, event: ProcessEvent, out: Out): Phone =>
    stepPhone(pid, phone, event, out);
  return machineOf(pid, record, step, ({ phase }) => {
    if (phase !== 'ringing') return [];
    return mayRefuse ? ['answers', 'declines'] : ['answers'];
  });
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

function stepPhone(pid: Pid, phone: Phone, event: ProcessEvent, out: Out): Phone {
  const { phase, reportTo } = phone;
  switch (event.type) {
    case 'act':
      if (phase !== 'ringing' || reportTo === '') break;
      if (event.act === 'answers') {
        phone.phase = 'answered';
        out.push(start(CONFIRM, 2000));
        const from = { pid, call: CALL };
        const party = { number: '', name: '' };
        out.push(tell(reportTo, { type: 'callProceed', call: CALL, from, party }));
      } else {
        phone.phase = 'over';
        out.push(tell(reportTo, { type: 'callRefuse', call: CALL, cause: 'declined' }));
      }
      break;
    case 'timer':
      if (phase === 'answered') hangUp(phone, true, out);
      break;
    case 'down':
      if (phase === 'idle' || phase === 'over') break;
      // A call that stands outlives its line's process.
      if (isGone(CALLER, event.gone)) hangUp(phone, false, out);
      else if (reportTo !== '' && isGone(reportTo, event.gone)) {
        if (phase === 'ringing') phone.phase = 'over';
        phone.reportTo = '';
      }
      break;
    case 'signal':
      hearPhone(phone, event.signal, event.from, out);
      break;
  }
  return phone;
}

function hearPhone(phone: Phone, signal: CallSignal, from: Pid, out: Out): void {
  const { phase } = phone;
  switch (signal.type) {
    case 'callRequest':
      if (phase !== 'idle') break;
      phone.phase = 'ringing';
      phone.reportTo = from;
      break;
    case 'callWithdraw':
      if (phase === 'idle') break;
      if (phase === 'answered') out.push(stop(CONFIRM));
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
      ? tell(reportTo, { type: 'callRefuse', call, cause })
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
