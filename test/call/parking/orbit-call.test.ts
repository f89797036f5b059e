/** Call control of a call to an orbit, as a table: what it hears from its caller's leg, and what is left of it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { CallEvent } from '../../../src/call/call-control.ts';
import type { Effect } from '../../../src/call/effects.ts';
import { type AtOrbit, inOrbit } from '../../../src/call/parking/orbit-call.ts';
import type { CallSignal } from '../../../src/call/signals.ts';
import { readPid } from '../../../src/process/pid.ts';

function pidOf(text: string) {
  const pid = readPid(text);
  assert(pid !== undefined);
  return pid;
}

const CALLER = pidOf('a.1.d1');
const OTHER = pidOf('b.1.d2');
const call = 'c1';
const said = (signal: CallSignal, from = CALLER): CallEvent => ({ type: 'signal', signal, from });

const EVENTS: Readonly<Record<string, CallEvent>> = {
  orbitParked: said({ type: 'orbitParked', call, orbit: '700' }),
  callProceed: said({
    ...{ type: 'callProceed', call, from: { pid: OTHER, call: 'c2' } },
    party: { number: '2000', name: '' },
  }),
  callRefuse: said({ type: 'callRefuse', call, cause: 'no device', code: 'LW-3441' }),
  callWithdraw: said({ type: 'callWithdraw', call, cause: 'caller gave up' }),
  callEnded: said({ type: 'callEnded', call, cause: 'transferred' }),
  'callEnded of another': said({ type: 'callEnded', call, cause: 'hung up' }, OTHER),
  'its caller is gone': { type: 'down', gone: CALLER },
  'another is gone': { type: 'down', gone: OTHER },
};

test('a call to an orbit is parked, answered by who retrieves it, or over, as its leg says', () => {
  const rows = (['reaching', 'parked'] as const).flatMap((state) =>
    Object.entries(EVENTS).map(([name, event]) => {
      const out: Effect[] = [];
      const at: AtOrbit = { state, request: { call, caller: { pid: CALLER, call } } };
      const { state: next } = inOrbit(at, event, out);
      return [state, name, next, ...out.map(({ type }) => type)].join(' | ');
    }),
  );
  assert.deepEqual(rows, [
    'reaching | orbitParked | parked',
    'reaching | callProceed | answered',
    'reaching | callRefuse | over | exit',
    'reaching | callWithdraw | over | exit',
    'reaching | callEnded | over | exit',
    'reaching | callEnded of another | reaching',
    'reaching | its caller is gone | over | exit',
    'reaching | another is gone | reaching',
    'parked | orbitParked | parked',
    'parked | callProceed | answered',
    'parked | callRefuse | over | exit',
    'parked | callWithdraw | over | exit',
    'parked | callEnded | over | exit',
    'parked | callEnded of another | parked',
    'parked | its caller is gone | over | exit',
    'parked | another is gone | parked',
  ]);
});
