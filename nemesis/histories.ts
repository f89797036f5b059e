/** Histories of a run, made of what phones and logs say, and whether they are linearizable. */
import type { Evidence } from './figures.ts';
import { checkLinearizable, type Model, type Operation } from './linearizability.ts';
import { ANSWER, type AnswerInput, APPEARANCE, type AppearanceInput } from './models.ts';
import type { CallRecord, LegRecord } from './records.ts';
import { MANAGERS } from './site.ts';

export type HistoryFigures = {
  readonly histories: number;
  /** How many of them are of appearances. */
  readonly appearances: number;
  readonly operations: number;
  /** Sentences: those that are not linearizable, or that the search gave up on. */
  readonly wrong: readonly string[];
  /** Two calls that had one appearance at one time, beyond doubt. */
  readonly doubles: readonly string[];
};

const NEVER = Number.POSITIVE_INFINITY;
/** A log's times are cut to whole ms, and its clock may be a little off this process's. */
const CLOCK_MS = 5;
/** Who has a call that much longer than another was named its winner has stayed. */
const STAYED_MS = 1000;
/** While a manager hangs it may be the one that has to send it away: it is expelled before so long. */
const STAYED_HIT_MS = 2000;

/** An appearance as a call had it: from before `takenMs` to no earlier than `freedMs`. */
type Holding = {
  readonly call: string;
  readonly record: CallRecord;
  readonly startMs: number;
  readonly takenMs: number;
  readonly freedMs: number;
};

export function checkHistories(evidence: Evidence): HistoryFigures {
  const wrong: string[] = [];
  const doubles: string[] = [];
  let [histories, operations] = [0, 0];
  const check = <State, Input>(
    name: string,
    model: Model<State, Input>,
    history: readonly Operation<Input>[],
  ): void => {
    histories++;
    operations += history.length;
    const verdict = checkLinearizable(model, history);
    if (verdict.type === 'linearizable') return;
    const where = verdict.type === 'unknown' ? '' : ` at ${JSON.stringify(verdict.stuck)}`;
    wrong.push(`${name}: ${verdict.type}${where}`);
  };
  const hits = hitsOf(evidence);
  const appearances = holdingsOf(evidence, hits);
  for (const [name, holdings] of appearances) {
    check(name, APPEARANCE, appearanceHistory(holdings));
    doubles.push(...doublesOf(name, holdings));
  }
  for (const call of evidence.calls)
    if (call.legs.length > 0) {
      const name = `answer of ${call.session} to ${call.line}`;
      check(name, ANSWER, answerHistory(call, hits));
    }
  return { histories, appearances: appearances.size, operations, wrong, doubles };
}

/** Whether the manager was hit at any time of that. */
function isHit(hits: readonly Hit[], manager: number, sinceMs: number, endMs: number): boolean {
  return hits.some(
    (hit) => hit.manager === manager && endMs >= hit.fromMs && sinceMs < hit.untilMs,
  );
}

/** By line and appearance. */
function holdingsOf(
  { calls, logged }: Evidence,
  hits: readonly Hit[],
): ReadonlyMap<string, readonly Holding[]> {
  const callOf = new Map<string, CallRecord>();
  for (const call of calls) for (const { callId } of call.legs) callOf.set(callId, call);
  const found = new Map<string, Map<CallRecord, number>>();
  for (const entry of logged) {
    // What a manager says that is no member is not what the line does.
    if (entry.type !== 'offered' || isHit(hits, entry.manager, entry.atMs, entry.atMs)) continue;
    const call = callOf.get(entry.callId);
    if (call === undefined) continue;
    const name = `appearance ${entry.appearance} of ${call.line}`;
    const takenMs = found.get(name) ?? new Map<CallRecord, number>();
    takenMs.set(call, Math.min(takenMs.get(call) ?? NEVER, entry.atMs + CLOCK_MS));
    found.set(name, takenMs);
  }
  return new Map(
    [...found].map(([name, takenMs]) => [
      name,
      [...takenMs].map(([call, atMs]) => ({
        call: call.session,
        record: call,
        startMs: call.startMs,
        takenMs: Math.max(atMs, call.startMs),
        freedMs: freedMs(call, atMs, hits),
      })),
    ]),
  );
}

/**
 * The first time at which the call may have ended for the line. When its caller hangs up; but a call ends
 * when the manager of its caller is hit, or that of who answered, even if the caller hangs up before it
 * hears so; and one that others ended did so some time before its phones heard of it.
 */
function freedMs(call: CallRecord, takenMs: number, hits: readonly Hit[]): number {
  const { origin, startMs, hungUpMs, overMs = NEVER, legs, winner } = call;
  if (hungUpMs === undefined || overMs < hungUpMs) return takenMs;
  const answerer = legs.find(({ session }) => session === winner)?.manager;
  const hit = hits.find(
    ({ manager, fromMs, untilMs }) =>
      (manager === origin || manager === answerer) && hungUpMs >= fromMs && startMs < untilMs,
  );
  return Math.max(takenMs, hit === undefined ? hungUpMs : Math.min(hungUpMs, hit.fromMs));
}

/** A manager that could not be heard, or not hear, from a fault on until it had joined again. */
type Hit = { readonly manager: number; readonly fromMs: number; readonly untilMs: number };

function hitsOf({ rounds, logged }: Evidence): Hit[] {
  return rounds.flatMap(({ manager, faultMs, endMs }) => {
    if (manager === undefined) return [];
    const joined = logged.filter(
      (entry) => entry.type === 'joined' && entry.manager === manager && entry.atMs > faultMs,
    );
    const untilMs = Math.max(endMs, Math.min(...joined.map(({ atMs }) => atMs)));
    return [{ manager, fromMs: faultMs, untilMs }];
  });
}

function appearanceHistory(holdings: readonly Holding[]): Operation<AppearanceInput>[] {
  return holdings.flatMap(({ call, startMs, takenMs, freedMs: freed }) => [
    { callMs: startMs, returnMs: takenMs, input: { type: 'take', call } },
    // Nobody outside sees when the line has forgotten it.
    { callMs: freed, returnMs: NEVER, input: { type: 'free', call } },
  ]);
}

function doublesOf(name: string, holdings: readonly Holding[]): string[] {
  const sorted = holdings.toSorted((a, b) => a.takenMs - b.takenMs);
  const doubles: string[] = [];
  let last: Holding | undefined;
  for (const holding of sorted) {
    if (last !== undefined && holding.takenMs < last.freedMs)
      doubles.push(`${name}: ${storyOf(holding)}, while it was had by ${storyOf(last)}`);
    if (last === undefined || holding.freedMs > last.freedMs) last = holding;
  }
  return doubles;
}

/** All that is known of who had it when: times in ms, as everywhere. */
function storyOf({ record, takenMs, freedMs: freed }: Holding): string {
  const { session, purpose, origin, startMs, answeredMs, hungUpMs, overMs, winner } = record;
  const legs = record.legs.map(
    ({ device, callId, invitedMs, answerMs, talkingMs, session: leg }) => ({
      device,
      callId,
      invitedMs,
      answerMs,
      talkingMs,
      hasWon: leg === winner,
    }),
  );
  const what = { startMs, takenMs, freedMs: freed, answeredMs, hungUpMs, overMs, legs };
  return `${purpose} ${session} from ${MANAGERS[origin]} ${JSON.stringify(what)}`;
}

function answerHistory(call: CallRecord, hits: readonly Hit[]): Operation<AnswerInput>[] {
  const { startMs, answeredMs, hungUpMs, overMs, winner, legs } = call;
  const operations: Operation<AnswerInput>[] = [
    // Managers and phones may die: a call may be over for those in between at any time.
    { callMs: startMs, returnMs: NEVER, input: { type: 'end' } },
  ];
  if (answeredMs !== undefined)
    operations.push({
      callMs: startMs,
      returnMs: answeredMs,
      input: { type: 'told', phone: winner },
    });
  for (const leg of legs) {
    const { session, answerMs } = leg;
    if (answerMs === undefined) continue;
    // What a manager that is cut off cannot tell its phones does not count as its word.
    const { manager, invitedMs, overMs: endedMs = NEVER } = leg;
    const stayed = isHit(hits, manager, invitedMs, endedMs) ? null : hasStayed(leg, call, hits);
    const endMs = session === winner ? (hungUpMs ?? overMs ?? NEVER) : (leg.overMs ?? NEVER);
    operations.push({
      callMs: answerMs,
      returnMs: stayed === null ? NEVER : Math.max(endMs, answerMs),
      input: { type: 'answer', phone: session, stayed },
    });
  }
  return operations;
}

/** Null: its end was not heard, or could have any cause. */
function hasStayed(
  leg: LegRecord,
  { winner, answeredMs }: CallRecord,
  hits: readonly Hit[],
): boolean | null {
  const { session, overMs } = leg;
  if (session === winner) return true;
  if (overMs === undefined || answeredMs === undefined) return null;
  const bothSinceMs = Math.max(answeredMs, leg.talkingMs ?? overMs);
  const isAnyHit = hits.some(({ fromMs, untilMs }) => overMs >= fromMs && bothSinceMs < untilMs);
  return overMs - bothSinceMs > (isAnyHit ? STAYED_HIT_MS : STAYED_MS);
}
