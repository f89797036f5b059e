/** Random route plans of few symbols, so that patterns meet. */
import type { DialAction, DialRule, RoutePlan } from '../../../src/call/dial-plan/route-plan.ts';
import type { SeededRandom } from '../../../src/testkit/seeded-random.ts';
import { COUNTRIES, faultsOf, type Target } from './plans.ts';

const LETTERS = [...'001123*+XXZN', '[12]', '[0-3]', '[^1]', '[^02-9]', '[2]'];
const DIALLED = [...'00112345*+'];

export type PlanKind = 'routes' | 'translations';

/** Partitions p0, p1, …; spaces s0, s1, …; without twins, so that it compiles. */
export function randomPlan(random: SeededRandom, kind: PlanKind): RoutePlan<Target> {
  const partitions = new Map<string, readonly DialRule<Target>[]>();
  const spaceCount = random.between(1, 4);
  for (let at = random.between(1, 4); at > 0; at--) {
    const rules: DialRule<Target>[] = [];
    for (let wanted = random.below(12); wanted > 0; wanted--) {
      const pattern = randomPattern(random);
      const action = randomAction(random, kind, pattern, spaceCount);
      const partition = [...rules, { pattern, action }];
      if (faultsOf(alone(partition, spaceCount)).length === 0) rules.push({ pattern, action });
    }
    partitions.set(`p${partitions.size}`, rules);
  }
  const spaces = new Map<string, readonly string[]>();
  for (let at = 0; at < spaceCount; at++) {
    const names = [...partitions.keys()].filter(() => random.chance(0.7));
    spaces.set(`s${at}`, random.chance(0.5) ? names : names.reverse());
  }
  return { partitions, spaces, countries: COUNTRIES };
}

function alone(rules: readonly DialRule<Target>[], spaceCount: number): RoutePlan<Target> {
  const spaces = new Map<string, readonly string[]>();
  for (let at = 0; at < spaceCount; at++) spaces.set(`s${at}`, []);
  return { partitions: new Map([['p', rules]]), spaces, countries: COUNTRIES };
}

function randomPattern(random: SeededRandom): string {
  let pattern = '';
  for (let places = random.between(1, 5); places > 0; places--) {
    pattern += random.pick(LETTERS) ?? '';
    if (random.chance(0.1) && !pattern.includes('.')) pattern += '.';
  }
  return random.chance(0.2) ? `${pattern}!` : pattern;
}

function randomAction(
  random: SeededRandom,
  kind: PlanKind,
  target: Target,
  spaceCount: number,
): DialAction<Target> {
  if (kind === 'routes' || random.chance(0.5))
    return random.chance(0.1) ? { type: 'refuse', cause: 'forbidden' } : { type: 'route', target };
  const space = `s${random.below(spaceCount)}`;
  const called = random.pick([
    {},
    { strip: 1 },
    { strip: 1, prefix: '2' },
    { prefix: '1' },
    { keepLast: 2 },
    { mask: '1XX' },
    { form: { as: 'E.164', country: 'it' } } as const,
  ]);
  return { type: 'translate', space, ...(called === undefined ? {} : { called }) };
}

export function randomNumber(random: SeededRandom): string {
  let number = '';
  for (let digits = random.below(7); digits > 0; digits--) number += random.pick(DIALLED) ?? '';
  return number;
}

export const SYMBOLS = [...'0123456789*#+'];
