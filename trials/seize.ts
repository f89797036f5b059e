/**
 * Two phones at different managers go off-hook for the same appearance within half a second: one is to have it,
 * the other is to hear 480 with Retry-After.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Seizure } from '../src/testkit/phones/sca-phone.ts';
import { quantile, type StageOptions, TrialStage } from './stage.ts';

export type SeizeFigures = {
  readonly mode: StageOptions['mode'];
  readonly managers: number;
  readonly trials: number;
  /** Trials in which exactly one phone had the appearance. */
  readonly oneWinner: number;
  /** By what the others heard: status, and '+ Retry-After'. */
  readonly refusals: Readonly<Record<string, number>>;
  /** From off-hook until a phone knows, in ms, over all phones. */
  readonly answerMs: { readonly p50: number; readonly p99: number };
  /** What went wrong, in words. */
  readonly faults: readonly string[];
};

/** What a phone hears that has not got the appearance. */
const REFUSAL = '480 + Retry-After';
const GAP_MAX_MS = 500;
const APPEARANCES = 4;
const FAULTS_MAX = 20;

export async function tryToSeize(
  trials: number,
  options: Omit<StageOptions, 'phones'>,
  progress: (done: number) => void = () => {},
): Promise<SeizeFigures> {
  const { managers, mode } = options;
  const stage = await TrialStage.open({ ...options, phones: managers });
  const outcomes: Outcome[] = [];
  const faults: string[] = [];
  try {
    for (let nth = 0; nth < trials; nth++) {
      try {
        outcomes.push(await trial(stage, nth));
      } catch (error) {
        faults.push(`trial ${nth}: ${error instanceof Error ? error.message : error}`);
        if (faults.length >= FAULTS_MAX) break;
      }
      progress(nth + 1);
    }
    for (const { station } of stage.phones)
      faults.push(...station.faults.map((fault) => `${station.options.user}: ${fault}`));
  } finally {
    await stage.close();
  }
  const refusals: Record<string, number> = {};
  for (const what of outcomes.flatMap((outcome) => outcome.refusals))
    refusals[what] = (refusals[what] ?? 0) + 1;
  const answers = outcomes.flatMap((outcome) => outcome.answerMs);
  return {
    mode,
    managers,
    trials,
    oneWinner: outcomes.filter(({ winners }) => winners === 1).length,
    refusals,
    answerMs: { p50: quantile(answers, 0.5), p99: quantile(answers, 0.99) },
    faults,
  };
}

/** Whether all went as it must. */
export function isFlawless({ trials, oneWinner, refusals, faults }: SeizeFigures): boolean {
  return oneWinner === trials && refusals[REFUSAL] === trials && faults.length === 0;
}

type Outcome = {
  readonly winners: number;
  readonly refusals: readonly string[];
  readonly answerMs: readonly number[];
};

async function trial(stage: TrialStage, nth: number): Promise<Outcome> {
  const { phones } = stage;
  const one = nth % phones.length;
  const other = (one + 1 + (nth % (phones.length - 1))) % phones.length;
  const index = 1 + (nth % APPEARANCES);
  const seize = async (at: number, afterMs: number): Promise<[Seizure, number]> => {
    if (afterMs > 0) await pause(afterMs);
    const startMs = performance.now();
    const seizure = phones[at]?.offHook(index);
    if (seizure === undefined) throw new RangeError(`no phone ${at}`);
    await stage.until(at, () => seizure.state !== 'asked');
    return [seizure, performance.now() - startMs];
  };
  const results = await Promise.all([seize(one, 0), seize(other, randomInt(GAP_MAX_MS + 1))]);
  const seizures = results.map(([seizure]) => seizure);
  const refused = seizures.filter(({ state }) => state === 'refused');
  const outcome: Outcome = {
    winners: seizures.filter(({ state }) => state === 'seized').length,
    refusals: refused.map(
      ({ status, retryAfterS }) => `${status}${retryAfterS > 0 ? ' + Retry-After' : ''}`,
    ),
    answerMs: results.map(([, ms]) => ms),
  };
  for (const at of [one, other]) phones[at]?.onHook();
  // The next pair finds the line idle.
  await Promise.all(phones.map((_, at) => stage.until(at, ({ shown }) => shown === '')));
  return outcome;
}

export function seizeTable(rows: readonly SeizeFigures[]): string {
  const lines = rows.map(({ mode, managers, trials, oneWinner, refusals, answerMs }) => {
    const heard = Object.entries(refusals).map(([what, count]) => `${what}: ${count}`);
    const times = [answerMs.p50, answerMs.p99].map((ms) => ms.toFixed(1)).join(' / ');
    return `| ${mode} | ${managers} | ${trials} | ${oneWinner} | ${heard.join(', ')} | ${times} |`;
  });
  return [
    '| mode | managers | trials | exactly one winner | the others heard | off-hook to answer, p50 / p99 ms |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}
