/**
 * The rule of the closest match in its plainest form: a regular expression for each pattern, all that match,
 * sorted. It shares nothing with the code that it is compared with but the alphabet's letters.
 */
import type { RoutePlan } from '../../../src/call/dial-plan/route-plan.ts';

export type NaiveMatch = {
  readonly partition: string;
  readonly pattern: string;
  /** Of the dialled length, that match. */
  readonly numbers: bigint;
  readonly isOpen: boolean;
};

export type NaiveAnswer = {
  /** The best first. */
  readonly matches: readonly NaiveMatch[];
  /** Patterns that match with more digits. */
  readonly longer: readonly string[];
};

const CLASSES: Readonly<Record<string, string>> = {
  X: '[0-9]',
  Z: '[1-9]',
  N: '[2-9]',
  '!': '[0-9]',
};

/** One regular expression for each place. */
function placesOf(pattern: string): readonly string[] {
  const parts = pattern.replace('.', '').match(/\[[^\]]*\]|./g) ?? [];
  return parts.map((part) => {
    if (part.startsWith('[^')) return `(?![${part.slice(2)})[0-9]`;
    return part.startsWith('[') ? part : (CLASSES[part] ?? part.replace(/[*+]/, '\\$&'));
  });
}

const SYMBOLS = [...'0123456789*#+'];

export function matchNaively<T>(
  { partitions, spaces }: RoutePlan<T>,
  names: readonly string[],
  dialled: string,
): NaiveAnswer {
  const order = [...new Set(names.flatMap((name) => spaces.get(name) ?? []))];
  const matches: NaiveMatch[] = [];
  const longer: string[] = [];
  for (const partition of order)
    for (const { pattern } of partitions.get(partition) ?? []) {
      const places = placesOf(pattern);
      const isOpen = pattern.endsWith('!');
      const whole = new RegExp(`^${places.join('')}${isOpen ? '[0-9]*' : ''}$`);
      const begun = new RegExp(`^${places.slice(0, dialled.length).join('')}$`);
      if (whole.test(dialled)) {
        matches.push({ partition, pattern, numbers: numbersLike(places, dialled.length), isOpen });
        if (isOpen) longer.push(pattern);
      } else if (dialled.length < places.length && begun.test(dialled)) longer.push(pattern);
    }
  // The sort is stable: what is left equal stays in the order of partitions, then of rules.
  matches.sort((one, other) => {
    if (one.numbers !== other.numbers) return one.numbers < other.numbers ? -1 : 1;
    return Number(one.isOpen) - Number(other.isOpen);
  });
  return { matches, longer };
}

function numbersLike(places: readonly string[], length: number): bigint {
  let numbers = 1n;
  for (let at = 0; at < length; at++) {
    const place = new RegExp(`^${places[at] ?? '[0-9]'}$`);
    numbers *= BigInt(SYMBOLS.filter((symbol) => place.test(symbol)).length);
  }
  return numbers;
}
