/**
 * A line with three SIPp phones and a SIPp caller at a manager of its own, run for a number of calls;
 * what happened to each call, by the word of both sides. With a `fate`, every phone and the caller sit
 * behind a relay that loses and doubles.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePortsInRow } from '../../support/free-ports.ts';
import { ImpatientCaller } from './impatient-caller.ts';
import { readMetrics, startLinewright, temporaryFolder } from './linewright-process.ts';
import { registerFrom } from './registration.ts';
import { Sipp, type SippEvent } from './sipp.ts';
import { callerScenario, phoneScenario } from './sipp-scenarios.ts';
import { type Fate, UdpRelay } from './udp-relay.ts';
import { eventually } from './waiting.ts';

const DOMAIN = 'pbx.test';
const NUMBER = '2000';

/** The members' phones. */
export const MEMBERS = ['a', 'b', 'c'] as const;
export type Member = (typeof MEMBERS)[number];

/** What is tried. */
export type Trial = {
  readonly calls: number;
  /** Calls per second. */
  readonly rate: number;
  /** From ringing to answering, by chance between the two; absent: that phone only rings. */
  readonly answerAfterMs: Partial<Record<Member, readonly [number, number]>>;
  /** From 180 to the caller's CANCEL, one after the other; absent: it waits for the answer. */
  readonly cancelAfterMs?: readonly number[];
  readonly talkMs: number;
  /** How long a phone still takes retransmissions of what it has done with. */
  readonly lingerMs: number;
  readonly fate?: Fate;
};

/** A phone that the call never came to, and one that has it still. */
export const NOT_RUNG = 'not rung';
const RINGING = 'not over';

/** A call by the word of the caller (`ended a` or `cancelled`) and of each phone (`released`, `cancelled`, and the Reason it was given). */
export type Outcome = { readonly call: number; readonly caller: string } & Readonly<
  Record<Member, string>
>;

/** A SIPp met a message that its scenario has no place for. */
class Surprise extends Error {}

const TRIES_MAX = 3;

/**
 * Runs it all; fails if any SIPp meets a message that its scenario has no place for, each time of three:
 * one that a busy machine has kept waiting for T1 meets a retransmission just when it is about to send,
 * and a scenario can have no place for that.
 */
export async function runLineOfThree(t: TestContext, trial: Trial): Promise<readonly Outcome[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await tryLineOfThree(t, trial);
    } catch (error) {
      if (!(error instanceof Surprise) || tries >= TRIES_MAX) throw error;
      t.diagnostic(`once more, since a SIPp was surprised: ${error.message.slice(0, 200)}`);
    }
  }
}

async function tryLineOfThree(t: TestContext, trial: Trial): Promise<readonly Outcome[]> {
  const folder = temporaryFolder(t);
  const managerPort = await freePortsInRow(14);
  const seats = ['caller', ...MEMBERS].map((name, index) => {
    const first = managerPort + 2 + index * 3;
    return {
      name,
      user: name === 'caller' ? name : `${NUMBER}${name}`,
      phonePort: first,
      nearPort: first + 1,
      farPort: first + 2,
    };
  });
  const [callerSeat, ...phoneSeats] = seats;
  assert(callerSeat);
  const web = `http://127.0.0.1:${managerPort + 1}`;
  await startLinewright(t, {
    folder: join(folder, 'manager'),
    domain: DOMAIN,
    listen: [`udp://127.0.0.1:${managerPort}`],
    web,
    devices: [
      { user: 'caller', acceptFrom: ['127.0.0.1/32'] },
      ...phoneSeats.map(({ user }) => ({ user, password: `ring-${user}` })),
    ],
    lines: [{ number: NUMBER, members: phoneSeats.map(({ user }) => user) }],
  });

  const { fate } = trial;
  const relays = new Map<string, UdpRelay>();
  if (fate) {
    for (const { name, phonePort, nearPort, farPort } of seats)
      relays.set(
        name,
        await UdpRelay.open(t, { leg: name, phonePort, nearPort, farPort, managerPort, fate }),
      );
  }
  for (const { name, user, phonePort } of phoneSeats) {
    const account = { user, password: `ring-${user}`, domain: DOMAIN };
    const contact = `127.0.0.1:${phonePort}`;
    const relay = relays.get(name);
    if (relay) await relay.register(account);
    else await registerFrom(phonePort, { ...account, contact, registrarPort: managerPort });
  }
  for (const relay of relays.values()) relay.start();

  const { calls, lingerMs } = trial;
  const common = (seat: (typeof seats)[number]) => ({
    name: seat.name,
    folder,
    localPort: seat.phonePort,
    remotePort: fate ? seat.nearPort : managerPort,
  });
  const contactOf = (seat: (typeof seats)[number]): string =>
    `127.0.0.1:${fate ? seat.farPort : seat.phonePort}`;
  const phones = MEMBERS.map((name, index) => {
    const seat = phoneSeats[index];
    assert(seat);
    const contact = contactOf(seat);
    const answerAfterMs = trial.answerAfterMs[name];
    const scenario = phoneScenario({ name, contact, answerAfterMs, lingerMs });
    return new Sipp(t, { ...common(seat), scenario });
  });
  const msMax = (calls / trial.rate) * 1000 + trial.talkMs + lingerMs + 45_000;
  const calling = {
    user: 'caller',
    domain: DOMAIN,
    number: NUMBER,
    contact: contactOf(callerSeat),
    talkMs: trial.talkMs,
  };
  const starts = { calls, rate: trial.rate };
  const { localPort, remotePort } = common(callerSeat);
  const caller = trial.cancelAfterMs
    ? await ImpatientCaller.open(t, {
        ...calling,
        cancelAfterMs: trial.cancelAfterMs,
        localPort,
        remotePort,
        starts,
      })
    : new Sipp(t, {
        ...common(callerSeat),
        scenario: callerScenario({ ...calling, lingerMs }),
        starts,
      });
  const code = await caller.finished(msMax);
  const all = [caller, ...phones];
  const ends = (): readonly Outcome[] =>
    outcomes(
      calls,
      caller.events,
      phones.map(({ events }) => events),
    );
  if (code === 0) {
    const isOver = (outcome: Outcome): boolean =>
      MEMBERS.every((name) => outcome[name] !== RINGING);
    await eventually(
      'no phone has a call left',
      () => ends().every(isOver),
      10_000,
      () =>
        JSON.stringify(
          ends().filter((outcome) => !isOver(outcome)),
          null,
          1,
        ),
    );
  }
  const surprised = all.filter(({ surprises }) => surprises.length > 0);
  const told = [caller, ...surprised]
    .map(({ name, surprises, trouble }) => `${name}: ${surprises[0] ?? trouble}`)
    .join('\n');
  if (code === 0 && surprised.length > 0) throw new Surprise(told);
  assert.ok(code === 0, told);
  await nothingIsLeft(web);
  return ends();
}

/** The manager has no call or leg left, and nothing broke on the way. (Transactions take 64·T1 to go: the simulation looks at those.) */
async function nothingIsLeft(web: string): Promise<void> {
  const wanted = {
    linewright_calls: 0,
    linewright_sip_legs: 0,
    linewright_process_deaths_total: 0,
    linewright_bans_total: 0,
  };
  let left = {};
  await eventually(
    'the manager has nothing left of these calls',
    async () => {
      const metrics = await readMetrics(web);
      left = Object.fromEntries(Object.keys(wanted).map((name) => [name, metrics.get(name)]));
      return JSON.stringify(left) === JSON.stringify(wanted);
    },
    // A leg may wait 64·T1 for what was lost for good (RFC 3261 §13.3.1.4).
    40_000,
    () => JSON.stringify(left, null, 1),
  );
}

/** How often each outcome was met, most frequent first, for a test to tell what it has seen. */
export function tally(outcomesSeen: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const outcome of outcomesSeen) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([outcome, count]) => `${count} × ${outcome}`)
    .join('\n');
}

function outcomes(
  calls: number,
  callerEvents: readonly SippEvent[],
  phoneEvents: readonly (readonly SippEvent[])[],
): readonly Outcome[] {
  const callerBy = byCall(callerEvents);
  const [a, b, c] = phoneEvents.map(byCall);
  return Array.from({ length: calls }, (_, index) => {
    const call = index + 1;
    const end = (events: ReadonlyMap<number, readonly string[]> | undefined): string => {
      const [invited, end, ...more] = events?.get(call) ?? [];
      if (invited === undefined) return NOT_RUNG;
      if (invited !== 'invited' || more.length > 0) return `? ${events?.get(call)}`;
      return end ?? RINGING;
    };
    const caller = callerBy.get(call)?.join(', ') ?? '?';
    return { call, caller, a: end(a), b: end(b), c: end(c) };
  });
}

function byCall(events: readonly SippEvent[]): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  for (const { call, what, detail } of events) {
    const said = `${what} ${detail}`.trim();
    const sofar = found.get(call);
    if (sofar) sofar.push(said);
    else found.set(call, [said]);
  }
  return found;
}
