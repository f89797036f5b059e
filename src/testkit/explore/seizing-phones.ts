/** A device process reduced to seizure: it wants an appearance, uses it, gives it back, or forgets that it has it. */
import { type Out, tell } from '../../call/effects.ts';
import type { CallSignal } from '../../call/signals.ts';
import type { Pid } from '../../process/pid.ts';
import { type Machine, machineOf, type ProcessEvent } from './machine.ts';
import { NUMBER } from './phones.ts';

export type Seizer = {
  phase: 'idle' | 'asking' | 'seized' | 'calling';
  /** How often it has asked: each time for another call. */
  asked: number;
  appearance: number;
  isRefreshed: boolean;
  /** It was seized, and its phone has begun anew. */
  hasForgotten: boolean;
};

const ASKED_MAX = 2;
const PARTY = { number: '1002', name: '' };

/** `forgets`: it may. `asksMax`: how often it wants an appearance. */
export function seizerOf(pid: Pid, lcp: Pid, forgets: boolean, asksMax = ASKED_MAX): Machine {
  const record: Seizer = {
    phase: 'idle',
    asked: 0,
    appearance: 0,
    isRefreshed: false,
    hasForgotten: false,
  };
  const step = (phone: Seizer, event: ProcessEvent, out: Out): Seizer => {
    if (event.type === 'act') act(pid, lcp, phone, event.act, out);
    else if (event.type === 'signal') hear(pid, lcp, phone, event.signal, out);
    return phone;
  };
  return machineOf(pid, record, step, ({ phase, asked, isRefreshed }) => {
    if (phase === 'idle') return asked < asksMax ? ['seizes', 'dials'] : [];
    if (phase === 'calling') return ['hangs up'];
    if (phase === 'asking') return [];
    return [
      'dials',
      'hangs up',
      ...(forgets ? ['forgets'] : []),
      ...(isRefreshed ? [] : ['refreshes']),
    ];
  });
}

function callOf(pid: Pid, { asked }: Seizer): string {
  return `${pid}-${asked}`;
}

function act(pid: Pid, lcp: Pid, phone: Seizer, what: string, out: Out): void {
  if (phone.phase === 'idle') phone.asked++;
  const call = callOf(pid, phone);
  const number = NUMBER;
  switch (what) {
    case 'seizes':
      phone.phase = 'asking';
      phone.isRefreshed = false;
      out.push(tell(lcp, { type: 'lineSeize', number, call, appearance: 1, leaseMs: 15_000 }));
      break;
    case 'refreshes':
      phone.isRefreshed = true;
      out.push(tell(lcp, { type: 'lineSeize', number, call, appearance: 1, leaseMs: 15_000 }));
      break;
    case 'dials':
      phone.phase = 'calling';
      out.push(
        tell(lcp, {
          ...{ type: 'lineUse', number, call, state: 'progressing' },
          ...{ party: PARTY, isExclusive: false },
        }),
      );
      break;
    case 'hangs up':
      phone.phase = 'idle';
      out.push(tell(lcp, { type: 'callEnded', call, cause: 'hung up' }));
      break;
    case 'forgets':
      phone.phase = 'idle';
      phone.hasForgotten = true;
      break;
  }
}

function hear(pid: Pid, lcp: Pid, phone: Seizer, signal: CallSignal, out: Out): void {
  if (signal.type !== 'lineSeized' && signal.type !== 'lineSeizeRefused') return;
  const { call } = signal;
  const isCurrent = call === callOf(pid, phone) && phone.phase !== 'idle';
  if (signal.type === 'lineSeized') {
    // It had run out, and the news of that crossed its asking again.
    if (!isCurrent) out.push(tell(lcp, { type: 'callEnded', call, cause: 'hung up' }));
    else if (phone.phase === 'asking') {
      phone.phase = 'seized';
      phone.appearance = signal.appearance;
    }
    // What it has begun goes on.
  } else if (isCurrent && phone.phase !== 'calling') phone.phase = 'idle';
}
