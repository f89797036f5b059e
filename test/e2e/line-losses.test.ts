/**
 * A line with three SIPp phones over a network that loses and doubles datagrams (UDP, a relay between
 * every party and the manager): each message of a call lost once, doubled once, and one in ten lost
 * anywhere. Retransmission has to bring every call to the same end as without.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { NOT_RUNG, type Outcome, runLineOfThree, tally } from './support/line-of-three.ts';
import type { Passing } from './support/udp-relay.ts';

const NORMAL = 'released Q.850;cause=16;text="Normal call clearing"';
const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"';
/** Every message of a call in which `a` answers and `b` is cancelled, by leg. `c` fares as `b`. */
const MESSAGES = {
  caller: ['INVITE', '100 INVITE', '180 INVITE', '200 INVITE', 'ACK', 'BYE', '200 BYE'],
  a: ['INVITE', '180 INVITE', '200 INVITE', 'ACK', 'BYE', '200 BYE'],
  b: ['INVITE', '180 INVITE', 'CANCEL', '200 CANCEL', '487 INVITE', 'ACK'],
};

test('each message of a call is lost or doubled once: every call completes', {
  timeout: 120_000,
}, async (t) => {
  const harms = Object.entries(MESSAGES).flatMap(([leg, kinds]) =>
    kinds.flatMap((kind) => [
      { leg, kind, copies: 0 as const },
      { leg, kind, copies: 2 as const },
    ]),
  );
  const calls = harms.length * 2;
  const harmOf = (call: number) => harms[(call - 1) % harms.length];
  const done = new Set<number>();
  const fate = ({ leg, kind, call }: Passing): 0 | 1 | 2 => {
    const harm = harmOf(call);
    if (!harm || harm.leg !== leg || harm.kind !== kind || done.has(call)) return 1;
    done.add(call);
    return harm.copies;
  };
  const outcomes = await runLineOfThree(t, {
    calls,
    rate: 10,
    answerAfterMs: { a: [100, 100] },
    talkMs: 1200,
    lingerMs: 5000,
    fate,
  });
  const harmed = (call: number): string => {
    const harm = harmOf(call);
    return `${harm?.leg}: ${harm?.kind} ${harm?.copies === 0 ? 'lost' : 'doubled'}`;
  };
  assert.deepEqual(
    incomplete(outcomes).map((outcome) => ({ harmed: harmed(outcome.call), ...outcome })),
    [],
  );
  const never = outcomes.filter(({ call }) => !done.has(call)).map(({ call }) => harmed(call));
  assert.deepEqual(never, [], 'each message was met, or it was not tried');
});

test('one datagram in ten is lost: every call completes', { timeout: 120_000 }, async (t) => {
  // Same losses in each run: the n-th datagram's fate is settled (a linear congruential sequence).
  let state = 20_260_401;
  const chance = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  let lost = 0;
  const fate = ({ call }: Passing): 0 | 1 => {
    if (call === 0 || chance() >= 0.1) return 1;
    lost += 1;
    return 0;
  };
  const outcomes = await runLineOfThree(t, {
    calls: 200,
    rate: 20,
    answerAfterMs: { a: [100, 100] },
    talkMs: 1200,
    lingerMs: 12_000,
    fate,
  });
  t.diagnostic(`${lost} datagrams lost`);
  t.diagnostic(tally(outcomes.map(({ caller, a, b, c }) => [caller, a, b, c].join(' | '))));
  assert.deepEqual(incomplete(outcomes).slice(0, 5), []);
});

/** Calls that did not go as they do without losses. A phone whose INVITE was lost may never have rung. */
function incomplete(outcomes: readonly Outcome[]): readonly Outcome[] {
  const isToldOff = (end: string): boolean => end === `cancelled ${ELSEWHERE}` || end === NOT_RUNG;
  return outcomes.filter(
    ({ caller, a, b, c }) => caller !== 'ended a' || a !== NORMAL || !isToldOff(b) || !isToldOff(c),
  );
}
