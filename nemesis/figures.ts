/**
 * What a round shows: for how long no new call got through, calls lost, phones that both had a call,
 * and what an expelled manager still did.
 */
import { DEFINITE_MS, PROBE_MS } from './floor.ts';
import type { CallRecord, LegRecord, Logged, Round } from './records.ts';
import { LINES, MANAGERS } from './site.ts';

/** Everything that was seen in a run. */
export type Evidence = {
  readonly rounds: readonly Round[];
  readonly calls: readonly CallRecord[];
  readonly legs: readonly LegRecord[];
  readonly logged: readonly Logged[];
  /** When the run was over. */
  readonly endMs: number;
};

export type RoundFigures = {
  /**
   * The longest time between two calls that got through, one interval of probing taken off, of any line
   * from any one surviving manager; from the last before the fault on. A call gets through when its
   * caller is told that a phone of a surviving manager has it.
   */
  readonly outageMs: number;
  /** Sentences, each of one case. */
  readonly lost: readonly string[];
  readonly duplicates: readonly string[];
  readonly stale: readonly string[];
  /** Calls that rang when the fault came: how many were answered later, and how many refused. */
  readonly offers: { readonly answered: number; readonly refused: number };
  /** Why figures say nothing. */
  readonly doubts: readonly string[];
};

/**
 * Two phones that have one call for longer; or one rung that much after another had it, and not told at
 * once to stop: where a manager is late, its offer and the end of it leave it together.
 */
const BOTH_MS = 1000;
const LATE_RING_MS = 250;
/** A manager that is fenced has ended by then what it had. */
const VICTIM_ENDS_MS = 5000;
/** What got through just before the fault is where an outage begins. */
const WARM_MS = 1000;
/** A turn that a stop has interrupted ends that soon, and what it began is ended that soon. */
const TURN_MS = 100;
const NOTICED_MS = 250;
/** Between what a log says and when it was: its clock has milliseconds, and a turn takes some. */
const CLOCK_MS = 20;

export function judgeRound(round: Round, evidence: Evidence): RoundFigures {
  const { wellMs, faultMs, endMs } = round;
  const calls = evidence.calls.filter(
    ({ startMs, overMs = Infinity }) =>
      startMs >= wellMs && startMs < endMs && overMs >= faultMs - WARM_MS,
  );
  return {
    outageMs: outage(round, calls),
    lost: lostCalls(round, calls, evidence.endMs),
    duplicates: duplicates(round, calls),
    stale: stale(round, evidence),
    offers: {
      answered: round.offers.filter(({ answeredMs }) => answeredMs !== undefined).length,
      refused: round.offers.filter(({ status }) => status >= 300).length,
    },
    doubts: doubts(round, evidence),
  };
}

/** What must have been seen, if what was looked for was really looked for. */
function doubts(round: Round, { logged }: Evidence): string[] {
  const { manager, kind, offers, faultMs, faults } = round;
  const found = [...faults];
  if (manager !== undefined && expulsionMs(round, logged) === Infinity)
    found.push(kind === 'kill manager' ? 'nobody noticed' : 'it was not expelled');
  for (const { line, origin, startMs, legs } of offers) {
    if (legs.some(({ invitedMs }) => invitedMs <= faultMs)) continue;
    const placed = `placed ${Math.round(faultMs - startMs)} ms before the fault`;
    const rangMs = Math.min(...legs.map(({ invitedMs }) => invitedMs)) - startMs;
    const rang = legs.length === 0 ? 'did not ring' : `rang after ${Math.round(rangMs)} ms only`;
    found.push(`a call from ${MANAGERS[origin]} to ${line}, ${placed}, ${rang}`);
  }
  return found;
}

function outage(round: Round, calls: readonly CallRecord[]): number {
  const { survivors, faultMs, endMs } = round;
  const intervalMs = PROBE_MS * survivors.length;
  let longestMs = 0;
  for (const { number } of LINES)
    for (const origin of survivors) {
      const through = calls
        .filter((call) => call.line === number && call.origin === origin)
        .filter((call) => call.purpose === 'probe' && isThrough(call, survivors))
        .map(({ answeredMs }) => answeredMs ?? 0)
        .filter((atMs) => atMs < endMs)
        .sort((a, b) => a - b);
      const before = Math.max(...through.filter((atMs) => atMs < faultMs), faultMs - intervalMs);
      const times = [before, ...through.filter((atMs) => atMs >= faultMs), endMs];
      for (const [at, atMs] of times.entries())
        longestMs = Math.max(longestMs, atMs - (times[at - 1] ?? atMs));
    }
  return Math.max(0, longestMs - intervalMs);
}

function isThrough(call: CallRecord, survivors: readonly number[]): boolean {
  const winner = call.legs.find(({ session }) => session === call.winner);
  return winner !== undefined && survivors.includes(winner.manager);
}

/** `nowMs`: what is not over then, is not over. */
function lostCalls(round: Round, calls: readonly CallRecord[], nowMs: number): string[] {
  const { survivors, faultMs, healedMs } = round;
  const lost: string[] = [];
  for (const call of calls) {
    if (!survivors.includes(call.origin)) continue;
    const { answeredMs, hungUpMs, overMs = nowMs } = call;
    if (isThrough(call, survivors) && overMs < (hungUpMs ?? nowMs))
      lost.push(`${nameOf(call, round)} broke ${Math.round(overMs - faultMs)} ms after the fault`);
    const definiteMs = Math.max(call.startMs, faultMs) + DEFINITE_MS;
    if (answeredMs === undefined && overMs > definiteMs)
      lost.push(`${nameOf(call, round)} was neither answered nor refused`);
    for (const leg of call.legs) {
      // Nobody is there to tell the phones of a manager that was killed.
      const isVictim = leg.manager === round.manager;
      if (isVictim && round.kind === 'kill manager') continue;
      const limitMs = isVictim ? Math.max(overMs, healedMs) + VICTIM_ENDS_MS : overMs + DEFINITE_MS;
      if ((leg.overMs ?? nowMs) > limitMs)
        lost.push(`${nameOf(call, round)}: ${leg.device} did not hear of the end`);
    }
  }
  return lost;
}

function duplicates(round: Round, calls: readonly CallRecord[]): string[] {
  const found: string[] = [];
  for (const call of calls) {
    const { answeredMs = Infinity } = call;
    const winner = call.legs.find(({ session }) => session === call.winner);
    for (const leg of call.legs) {
      if (leg === winner || leg.manager === round.manager) continue;
      const isLate = leg.invitedMs > answeredMs + LATE_RING_MS;
      if (isLate && (leg.overMs ?? Infinity) > leg.invitedMs + NOTICED_MS)
        found.push(`${nameOf(call, round)}: ${leg.device} was rung after it was answered`);
      const { talkingMs = Infinity, overMs = Infinity } = leg;
      const bothMs = Math.min(overMs, winner?.overMs ?? Infinity) - Math.max(talkingMs, answeredMs);
      if (bothMs > BOTH_MS) found.push(`${nameOf(call, round)}: ${leg.device} has it as well`);
    }
  }
  return found;
}

/**
 * What the manager that was hit did between its expulsion and its return, as its phones saw it: rang a
 * member, told a caller of an answer, or kept two phones in one call.
 */
function stale(round: Round, { calls, legs, logged, endMs: nowMs }: Evidence): string[] {
  const { manager, faultMs, endMs, kind } = round;
  if (manager === undefined || kind === 'kill manager') return [];
  const id = `${MANAGERS[manager]}.`;
  const outMs = expulsionMs(round, logged);
  const back = logged.filter((entry) => entry.type === 'joined' && entry.home.startsWith(id));
  const backMs = Math.min(...back.map(({ atMs }) => atMs).filter((atMs) => atMs > outMs));
  const isOut = (atMs: number | undefined): boolean =>
    atMs !== undefined && atMs > outMs + CLOCK_MS && atMs < backMs;
  const rung = legs.filter(
    (leg) => leg.manager === manager && isOut(leg.invitedMs) && !isUnderWay(leg, round),
  );
  const told = calls.filter((call) => call.origin === manager && isOut(call.answeredMs));
  const kept = calls.flatMap((call) =>
    call.legs.filter(
      (leg) =>
        leg.manager === manager &&
        leg.session !== call.winner &&
        leg.talkingMs !== undefined &&
        leg.talkingMs >= faultMs &&
        leg.talkingMs < endMs &&
        (leg.overMs ?? nowMs) > Math.max(round.healedMs, leg.talkingMs) + VICTIM_ENDS_MS,
    ),
  );
  return [
    ...rung.map((leg) => `${leg.device} was rung ${since(leg.invitedMs, outMs)}`),
    ...told.map((call) => `${nameOf(call, round)} was answered ${since(call.answeredMs, outMs)}`),
    ...kept.map((leg) => `${leg.device} still has a call that is another's`),
  ];
}

/**
 * Whether it was rung by the turn in the middle of which its manager was stopped: nothing can keep that
 * from being finished, but the manager notices right after it.
 */
function isUnderWay({ invitedMs, overMs = Infinity }: LegRecord, { healedMs }: Round): boolean {
  return invitedMs < healedMs + TURN_MS && overMs < invitedMs + NOTICED_MS;
}

/** When the first of the others took the manager that is hit for gone, or it did so itself. Infinity: never. */
function expulsionMs({ manager = 0, faultMs, endMs }: Round, logged: readonly Logged[]): number {
  const id = `${MANAGERS[manager]}.`;
  const gone = logged.filter(
    (entry) =>
      (entry.type === 'left' || entry.type === 'fenced') &&
      entry.home.startsWith(id) &&
      entry.atMs >= faultMs &&
      entry.atMs < endMs,
  );
  return Math.min(...gone.map(({ atMs }) => atMs));
}

function since(atMs: number | undefined, outMs: number): string {
  return `${Math.round((atMs ?? 0) - outMs)} ms after the expulsion`;
}

function nameOf({ purpose, line, origin, startMs }: CallRecord, { faultMs }: Round): string {
  const after = Math.round(startMs - faultMs);
  return `${purpose} from ${MANAGERS[origin]} to ${line}, placed at ${after} ms`;
}
