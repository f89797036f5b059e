/**
 * Device processes reduced to retrieval: one that holds a call, its far end, and those that want the call.
 * They hand it over as `device/take-over.ts` does, the phones themselves taking no time.
 */
import { type Out, tell } from '../../call/effects.ts';
import type { CallId, CallSignal, LegRef } from '../../call/signals.ts';
import { isGone, type Pid } from '../../process/pid.ts';
import { type Machine, machineOf, type ProcessEvent } from './machine.ts';
import { NUMBER } from './phones.ts';

export const HELD: CallId = 'a.1.d1-1';
export const HOLDER = 'a.1.d1' as Pid;
export const FAR = 'a.1.d2' as Pid;

type Holder = { phase: 'talking' | 'over'; takenBy: LegRef | null };
/** `peer`: whom it speaks to; '' when it has hung up. `former`: whose place that one has taken. */
export type FarEnd = { peer: Pid | ''; former: Pid | '' };
export type Retriever = {
  /** 'taking': the line has said that it may have the call. */
  phase: 'idle' | 'asking' | 'taking' | 'talking' | 'over';
  lineCall: CallId;
  /** It has another call of its own. */
  isDialling: boolean;
};

const NOBODY = { number: '', name: '' };
const FAR_LEG = { pid: FAR, call: HELD };

export function holderOf(lcp: Pid): Machine {
  const record: Holder = { phase: 'talking', takenBy: null };
  const step = (holder: Holder, event: ProcessEvent, out: Out): Holder => {
    const { phase, takenBy } = holder;
    if (event.type === 'act') {
      holder.phase = 'over';
      out.push(tell(lcp, { type: 'callEnded', call: HELD, cause: 'hung up' }));
      out.push(tell(FAR, { type: 'callRelease', call: HELD, cause: 'hung up' }));
    } else if (event.type === 'down') {
      if (takenBy !== null && isGone(takenBy.pid, event.gone)) holder.takenBy = null;
    } else if (event.type === 'signal') {
      const { signal, from } = event;
      if (signal.type === 'callTakeOver') handOver(holder, signal.from, out);
      else if (signal.type === 'callModifyRefused') {
        if (takenBy?.pid === from) holder.takenBy = null;
      } else if (signal.type === 'lineInquire' && phase === 'over') {
        const { number, call, isAgain } = signal;
        out.push(tell(from, { type: 'lineForgotten', number, call, isAgain }));
      } else if (signal.type === 'callRelease' && phase === 'talking') {
        holder.phase = 'over';
        // Who has taken its place has the call: nobody else is told.
        if (takenBy?.pid !== from)
          out.push(tell(lcp, { type: 'callEnded', call: HELD, cause: 'hung up' }));
      }
    }
    return holder;
  };
  return machineOf(HOLDER, record, step, ({ phase }) => (phase === 'talking' ? ['hangs up'] : []));
}

function handOver(holder: Holder, from: LegRef, out: Out): void {
  const { pid, call } = from;
  if (holder.phase === 'over' || holder.takenBy !== null) {
    out.push(tell(pid, { type: 'callModifyRefused', call, cause: 'call gone' }));
    return;
  }
  holder.takenBy = from;
  const taken = { type: 'callTakenOver', call, peer: FAR_LEG, party: NOBODY } as const;
  out.push(tell(pid, { ...taken, controls: [] }));
}

export function farEndOf(): Machine {
  const record: FarEnd = { peer: HOLDER, former: '' };
  const step = (far: FarEnd, event: ProcessEvent, out: Out): FarEnd => {
    const { peer } = far;
    if (event.type === 'act' && peer !== '') {
      far.peer = '';
      out.push(tell(peer, { type: 'callRelease', call: HELD, cause: 'hung up' }));
    } else if (event.type === 'down') {
      if (peer === '' || !isGone(peer, event.gone)) return far;
      far.peer = '';
      // It may think that it has its place still.
      if (far.former !== '')
        out.push(tell(far.former, { type: 'callRelease', call: HELD, cause: 'internal failure' }));
    } else if (event.type === 'signal') {
      const { signal, from } = event;
      if (signal.type === 'callRelease' && from === peer) far.peer = '';
      if (signal.type !== 'callReplacePeer') return far;
      const { call } = signal.from;
      if (peer === '')
        out.push(tell(from, { type: 'callModifyRefused', call, cause: 'call gone' }));
      else {
        far.former = peer;
        far.peer = from;
        out.push(tell(from, { type: 'callModified', call }));
      }
    }
    return far;
  };
  return machineOf(FAR, record, step, ({ peer }) => (peer === '' ? [] : ['hangs up']));
}

export function retrieverOf(pid: Pid, lcp: Pid): Machine {
  const record: Retriever = { phase: 'idle', lineCall: '', isDialling: false };
  const call = `${pid}-1`;
  const step = (phone: Retriever, event: ProcessEvent, out: Out): Retriever => {
    if (event.type === 'act') act(pid, lcp, phone, event.act, out);
    else if (event.type === 'signal')
      hear({ pid, call }, lcp, phone, event.signal, event.from, out);
    else if (event.type === 'down' && isGone(HOLDER, event.gone) && phone.phase === 'taking')
      fail({ pid, call }, lcp, phone, out);
    return phone;
  };
  return machineOf(pid, record, step, ({ phase, isDialling }) => [
    ...(phase === 'idle' ? ['retrieves'] : []),
    ...(phase === 'over' && !isDialling ? ['dials'] : []),
    ...(phase === 'talking' ? ['hangs up'] : []),
  ]);
}

function act(pid: Pid, lcp: Pid, phone: Retriever, what: string, out: Out): void {
  const number = NUMBER;
  const party = NOBODY;
  switch (what) {
    case 'retrieves':
      phone.phase = 'asking';
      out.push(tell(lcp, { type: 'lineRetrieve', number, call: `${pid}-1`, appearance: 1 }));
      break;
    case 'dials': {
      phone.isDialling = true;
      const use = { type: 'lineUse', number, call: `${pid}-2`, state: 'progressing' } as const;
      out.push(tell(lcp, { ...use, party, isExclusive: false }));
      break;
    }
    case 'hangs up':
      end(lcp, phone, out);
      out.push(tell(FAR, { type: 'callRelease', call: HELD, cause: 'hung up' }));
      break;
  }
}

function hear(
  leg: LegRef,
  lcp: Pid,
  phone: Retriever,
  signal: CallSignal,
  from: Pid,
  out: Out,
): void {
  const { phase } = phone;
  switch (signal.type) {
    case 'lineRetrieved':
      if (phase !== 'asking') break;
      phone.phase = 'taking';
      phone.lineCall = signal.lineCall;
      out.push(
        tell(signal.holder.pid, {
          ...{ type: 'callTakeOver', call: signal.holder.call, from: leg },
          by: 'phone',
        }),
      );
      break;
    case 'lineRetrieveRefused':
      if (phase === 'asking') phone.phase = 'over';
      break;
    case 'callTakenOver':
      if (phase === 'taking')
        out.push(tell(FAR, { type: 'callReplacePeer', call: HELD, from: leg }));
      break;
    case 'callModifyRefused':
      if (phase === 'taking') fail(leg, lcp, phone, out);
      break;
    case 'callModified': {
      const number = NUMBER;
      const { lineCall } = phone;
      if (phase !== 'taking') {
        out.push(tell(FAR, { type: 'callRelease', call: HELD, cause: 'hung up' }));
        break;
      }
      phone.phase = 'talking';
      const use = { type: 'lineUse', number, call: lineCall, state: 'active' } as const;
      out.push(tell(lcp, { type: 'callHeld', call: lineCall, holder: leg, party: NOBODY }));
      out.push(tell(lcp, { ...use, party: NOBODY, isExclusive: false }));
      out.push(tell(HOLDER, { type: 'callRelease', call: HELD, cause: 'transferred' }));
      break;
    }
    case 'callRelease':
      if (phase === 'talking' && from === FAR) end(lcp, phone, out);
      break;
    case 'callTakeOver':
      out.push(
        tell(signal.from.pid, {
          ...{ type: 'callModifyRefused', call: signal.from.call },
          cause: 'call gone',
        }),
      );
      break;
    default:
  }
}

/** The call is still its holder's, or nobody's. */
function fail({ call }: LegRef, lcp: Pid, phone: Retriever, out: Out): void {
  phone.phase = 'over';
  out.push(tell(lcp, { type: 'callEnded', call, cause: 'call gone' }));
  out.push(tell(HOLDER, { type: 'callModifyRefused', call: HELD, cause: 'call gone' }));
}

function end(lcp: Pid, phone: Retriever, out: Out): void {
  phone.phase = 'over';
  out.push(tell(lcp, { type: 'callEnded', call: phone.lineCall, cause: 'hung up' }));
}
