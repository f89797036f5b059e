/** Route plans for tests, from a few lines of text. */
import { compile, formatPlanFault } from '../../../src/call/dial-plan/compile.ts';
import type { DialPlan } from '../../../src/call/dial-plan/dial-plan.ts';
import type { Country, DialRule, RoutePlan } from '../../../src/call/dial-plan/route-plan.ts';

/** What a rule of a test leads to: its own name. */
export type Target = string;

export const BRITAIN: Country = {
  code: '44',
  international: ['00'],
  trunk: '0',
  nationalDigits: { min: 9, max: 10 },
  local: { area: '20', digits: { min: 8, max: 8 } },
};
export const AMERICA: Country = {
  code: '1',
  international: ['011'],
  trunk: '1',
  isTrunkOptional: true,
  nationalDigits: { min: 10, max: 10 },
};
export const ITALY: Country = {
  code: '39',
  international: ['00'],
  trunk: '',
  nationalDigits: { min: 6, max: 11 },
};
export const COUNTRIES = new Map([
  ['gb', BRITAIN],
  ['us', AMERICA],
  ['it', ITALY],
]);

export function plan(
  partitions: Readonly<Record<string, readonly DialRule<Target>[]>>,
  spaces: Readonly<Record<string, readonly string[]>>,
): RoutePlan<Target> {
  return {
    partitions: new Map(Object.entries(partitions)),
    spaces: new Map(Object.entries(spaces)),
    countries: COUNTRIES,
  };
}

/** Patterns, each of which leads to itself; a `^` in front makes it urgent. */
export function routes(patterns: string): readonly DialRule<Target>[] {
  const texts = patterns.split(' ').filter((text) => text !== '');
  return texts.map((text) => {
    const pattern = text.replace(/^\^/, '');
    return {
      pattern,
      action: { type: 'route', target: pattern },
      isUrgent: text.startsWith('^'),
    };
  });
}

export function compiled<T>(given: RoutePlan<T>): DialPlan<T> {
  const compilation = compile(given);
  if (compilation.type === 'plan') return compilation.plan;
  throw new Error(compilation.faults.map(formatPlanFault).join('\n'));
}

export function faultsOf<T>(given: RoutePlan<T>): readonly string[] {
  const compilation = compile(given);
  return compilation.type === 'plan' ? [] : compilation.faults.map(formatPlanFault);
}
