/** The judge of races: two phones that believe to have the same caller, for longer than it takes to tell them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Agenda } from '../../src/testkit/agenda.ts';
import type { PhoneCall } from '../../src/testkit/phone.ts';
import { Winners } from '../../src/testkit/winners.ts';

const CROSSING_MS = 100;

/** What is found when calls to `a` and `b`, both with the session `of`, become what `turn` makes of them. */
function found(of: string, turn: (a: PhoneCall, b: PhoneCall) => void): readonly string[] {
  const agenda = new Agenda();
  const violations: string[] = [];
  const winners = new Winners({
    agenda,
    crossingMs: CROSSING_MS,
    isServed: () => true,
    violate: (what) => violations.push(what),
  });
  const [a, b] = ['a', 'b'].map((user) => {
    const call = { role: 'called', phase: 'talking', remoteSession: of };
    return { ...call, phone: { options: { user } } } as PhoneCall;
  });
  assert(a && b);
  winners.observe(a);
  turn(a, b);
  winners.observe(a);
  winners.observe(b);
  agenda.at(2 * CROSSING_MS, () => {});
  while (agenda.nextMs < 2 * CROSSING_MS) agenda.step();
  return violations;
}

test('two that have the same caller are found; not one that has another party by now, or is over, nor two that wait', () => {
  const seen = {
    both: found('600', () => {}),
    moved: found('600', (a) => {
      a.remoteSession = '700';
    }),
    over: found('600', (a) => {
      a.phase = 'over';
    }),
    movedAndOver: found('600', (a) => {
      a.remoteSession = '700';
      a.phase = 'over';
    }),
    parked: found('1', () => {}),
  };
  assert.deepEqual(seen, {
    both: ['a and b both have the caller of session 600'],
    moved: [],
    over: [],
    movedAndOver: [],
    parked: [],
  });
});
