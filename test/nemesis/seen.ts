/** Made-up records of a run: what phones could have seen. Times in ms; the fault is at 10,000. */
import type { Evidence } from '../../nemesis/figures.ts';
import type { CallRecord, LegRecord, Logged, Round } from '../../nemesis/records.ts';

export const FAULT_MS = 10_000;

/** The second manager hangs for 3 s, and 4 s more are looked at. */
export const ROUND: Round = {
  kind: 'stop manager',
  victim: 'cm2',
  manager: 1,
  survivors: [0, 2],
  wellMs: 8000,
  faultMs: FAULT_MS,
  healedMs: 13_000,
  endMs: 17_000,
  longCalls: [],
  offers: [],
  stallMs: 0,
  faults: [],
};

let made = 0;

export function leg(manager: number, at: Partial<LegRecord>): LegRecord {
  const session = `leg${++made}`;
  return {
    session,
    callId: session,
    device: `2000${manager + 1}`,
    manager,
    invitedMs: FAULT_MS,
    answerMs: undefined,
    talkingMs: undefined,
    overMs: undefined,
    ...at,
  };
}

/** A call from the first manager; `winner` undefined: nobody took it. */
export function call(at: Partial<CallRecord>, winner?: LegRecord): CallRecord {
  return {
    session: `call${++made}`,
    purpose: 'probe',
    line: '2000',
    origin: 0,
    startMs: FAULT_MS,
    legs: winner === undefined ? [] : [winner],
    answeredMs: undefined,
    winner: winner?.session ?? '',
    hungUpMs: undefined,
    overMs: undefined,
    status: 0,
    ...at,
  };
}

/** A call that is answered 10 ms after it was placed by a phone at the third manager, or another, and hung up 100 ms later. */
export function goodCall(startMs: number, at: Partial<CallRecord> = {}, answerer = 2): CallRecord {
  const answeredMs = startMs + 10;
  const overMs = answeredMs + 100;
  const winner = leg(answerer, {
    invitedMs: startMs + 2,
    answerMs: startMs + 5,
    talkingMs: startMs + 8,
    overMs,
  });
  return call({ startMs, answeredMs, hungUpMs: overMs, overMs, ...at }, winner);
}

export function evidence(calls: readonly CallRecord[], logged: readonly Logged[] = []): Evidence {
  const legs = calls.flatMap((one) => one.legs);
  return { rounds: [ROUND], calls, legs, logged, endMs: 60_000 };
}
