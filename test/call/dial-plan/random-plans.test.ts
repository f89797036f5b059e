/**
 * Random plans: the same winner and the same prospects as a naive matcher says, and what is said of digits to
 * come holds for all of them. `DIAL_PLANS=100000 DIAL_PLAN_SEED=1` for more of it.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Analysis, analyse } from '../../../src/call/dial-plan/analyse.ts';
import { type Explanation, explain } from '../../../src/call/dial-plan/explanation.ts';
import { SeededRandom } from '../../../src/testkit/seeded-random.ts';
import { matchNaively, type NaiveAnswer } from './naive.ts';
import { compiled, type Target } from './plans.ts';
import { type PlanKind, randomNumber, randomPlan, SYMBOLS } from './random-plan.ts';

const { DIAL_PLANS = '3000', DIAL_PLAN_SEED = '1' } = process.env;
const COUNT = Number(DIAL_PLANS);
const FIRST = Number(DIAL_PLAN_SEED);
const NUMBERS = 8;

/** Runs `check` for numbers of each plan; what it returns is how often it had something to see. */
function forPlans(
  kind: PlanKind,
  check: (plan: ReturnType<typeof randomPlan>, number: string, spaces: string[]) => number,
): number {
  let seen = 0;
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const random = new SeededRandom(seed);
    const plan = randomPlan(random, kind);
    const spaces = [...plan.spaces.keys()].slice(0, random.between(1, 2));
    for (let at = 0; at < NUMBERS; at++) {
      const number = randomNumber(random);
      try {
        seen += check(plan, number, spaces);
      } catch (error) {
        throw new Error(`seed ${seed}, number ${number}, spaces ${spaces}`, { cause: error });
      }
    }
  }
  return seen;
}

test(`${COUNT} plans: winner, other matches and prospects are those of the naive matcher`, () => {
  const seen = forPlans('routes', (given, number, spaces) => {
    const plan = compiled(given);
    const naive = matchNaively(given, spaces, number);
    const { analysis, rounds } = explain(plan, spaces, number, '');
    assert.deepEqual(summaryOf(analysis), naiveSummary(naive));
    assert.deepEqual(analysis, analyse(plan, spaces, number, ''));
    assert.deepEqual(
      matchesOf(rounds),
      naive.matches.map(({ pattern, numbers }) => `${pattern} ${numbers}`).sort(),
    );
    return naive.matches.length > 1 ? 1 : 0;
  });
  assert(seen > COUNT / 5, `only ${seen} with several matches`);
});

function naiveSummary({ matches: [best], longer }: NaiveAnswer): string {
  if (best !== undefined) return `${best.partition} ${best.pattern} ${longer.length > 0}`;
  return longer.length > 0 ? 'incomplete' : 'none';
}

function summaryOf(found: Analysis<Target>): string {
  return 'pattern' in found ? `${found.partition} ${found.pattern} ${found.mayGrow}` : found.type;
}

function matchesOf(rounds: Explanation<Target>['rounds']): readonly string[] {
  return rounds
    .flatMap(({ partitions }) => partitions.flatMap(({ seen }) => seen))
    .flatMap((seen) => (seen.type === 'match' ? [`${seen.pattern} ${seen.numbers}`] : []))
    .sort();
}

test(`${COUNT} plans with translations: where nothing more may come, nothing more matches`, () => {
  const seen = forPlans('translations', (given, number, spaces) => {
    const plan = compiled(given);
    const found = analyse(plan, spaces, number, '');
    if (found.type === 'incomplete' || (found.type !== 'none' && found.mayGrow)) return 0;
    for (const symbol of SYMBOLS) {
      const longer = analyse(plan, spaces, number + symbol, '');
      assert.deepEqual([symbol, longer.type], [symbol, 'none']);
    }
    return found.type === 'none' ? 0 : 1;
  });
  assert(seen > COUNT / 20, `only ${seen} matched for good`);
});

test(`${COUNT} plans: where more may come, some digits lead to a match`, () => {
  const seen = forPlans('routes', (given, number, spaces) => {
    const plan = compiled(given);
    const found = analyse(plan, spaces, number, '');
    const mayGrow = found.type === 'incomplete' || (found.type !== 'none' && found.mayGrow);
    if (!mayGrow) return 0;
    assert(
      leadsOn(number, (longer) => analyse(plan, spaces, longer, '')),
      'nothing longer matches',
    );
    return 1;
  });
  assert(seen > COUNT / 5, `only ${seen} could grow`);
});

/** Digit by digit, along those that are said to lead on. */
function leadsOn(number: string, look: (number: string) => Analysis<Target>): boolean {
  return SYMBOLS.some((symbol) => {
    const longer = number + symbol;
    const found = look(longer);
    if (found.type === 'none') return false;
    return found.type !== 'incomplete' || leadsOn(longer, look);
  });
}
