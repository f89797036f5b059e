/**
 * Dial patterns: which dialled digits leave through which gateway.
 *
 * `X` any digit, `Z` 1-9, `N` 2-9, `[1-5]` or `[13-5]` one of these, `!` at the end one or more
 * digits; everything else stands for itself. `.` stands for nothing: it is the mark before which
 * digits may be stripped. Of the patterns that match, the most specific wins: the one that fewest
 * other numbers of the same length match; of equals, the first.
 */
import { assert } from '../base/assert.ts';

/** One place of a pattern: the characters that fit, e.g. `'12345'`. */
type Place = string;

export type DialPattern = {
  readonly text: string;
  readonly places: readonly Place[];
  /** Any number of digits may follow the last place. */
  readonly isOpen: boolean;
};

export type PatternFault = {
  readonly type: 'fault';
  /** Characters from the start. */
  readonly offset: number;
  readonly problem: string;
};

const DIGITS = '0123456789';
const CLASSES: Readonly<Record<string, Place>> = { X: DIGITS, Z: '123456789', N: '23456789' };

/** What a dialled number may be made of, so that a pattern cannot wait for something undiallable. */
const DIALLABLE = /^[0-9*#+A-D]$/;
const PLACES_MAX = 64;

/** A pattern as the directory has it, made ready; or what is wrong with it and where. */
export function compilePattern(text: string): DialPattern | PatternFault {
  const places: Place[] = [];
  let isOpen = false;
  let at = 0;
  const fault = (problem: string): PatternFault => ({ type: 'fault', offset: at, problem });
  while (at < text.length) {
    const letter = text.charAt(at);
    if (isOpen) return fault('nothing may follow !');
    if (letter === '[') {
      const end = text.indexOf(']', at);
      const place = end < 0 ? undefined : readSet(text.slice(at + 1, end));
      if (place === undefined) return fault('a set is [1-5] or [135]');
      places.push(place);
      at = end + 1;
      continue;
    }
    const place = CLASSES[letter] ?? (DIALLABLE.test(letter) ? letter : undefined);
    if (letter === '!') {
      places.push(DIGITS);
      isOpen = true;
    } else if (place !== undefined) places.push(place);
    else if (letter !== '.') return fault(`${letter} cannot be dialled`);
    at++;
  }
  if (places.length === 0) return fault('an empty pattern matches nothing');
  if (places.length > PLACES_MAX) return fault(`more than ${PLACES_MAX} places`);
  return { text, places, isOpen };
}

function readSet(text: string): Place | undefined {
  let place = '';
  for (let at = 0; at < text.length; ) {
    const from = DIGITS.indexOf(text.charAt(at));
    const isRange = text.charAt(at + 1) === '-';
    const to = isRange ? DIGITS.indexOf(text.charAt(at + 2) || '?') : from;
    if (from < 0 || to < from) return undefined;
    place += DIGITS.slice(from, to + 1);
    at += isRange ? 3 : 1;
  }
  return place === '' ? undefined : place;
}

/** 'incomplete': more digits could make it match. */
export type PatternMatch = 'match' | 'incomplete' | 'none';

export function matchPattern(pattern: DialPattern, dialled: string): PatternMatch {
  const { places, isOpen } = pattern;
  if (dialled.length > places.length && !isOpen) return 'none';
  for (let at = 0; at < dialled.length; at++)
    if (!(places[at] ?? DIGITS).includes(dialled.charAt(at))) return 'none';
  return dialled.length < places.length ? 'incomplete' : 'match';
}

/** A pattern and what it leads to. */
export type DialRule<T> = { readonly pattern: DialPattern; readonly target: T };

/** Patterns of one route plan, found by what a number begins with. */
export class DialPlan<T> {
  readonly #byFirst = new Map<string, DialRule<T>[]>();

  /** Rules in the order of the plan. */
  constructor(rules: readonly DialRule<T>[]) {
    for (const rule of rules)
      for (const first of rule.pattern.places[0] ?? '') {
        const known = this.#byFirst.get(first);
        if (known === undefined) this.#byFirst.set(first, [rule]);
        else known.push(rule);
      }
  }

  /** The most specific match first, then what has the same pattern (other ways for the same numbers). */
  find(dialled: string): readonly T[] | 'incomplete' | 'none' {
    let best: DialRule<T>[] = [];
    let bestOthers = Number.POSITIVE_INFINITY;
    let isIncomplete = false;
    for (const rule of this.#byFirst.get(dialled.charAt(0)) ?? []) {
      const match = matchPattern(rule.pattern, dialled);
      if (match === 'incomplete') isIncomplete = true;
      if (match !== 'match') continue;
      const others = numbersLike(rule.pattern, dialled.length);
      if (others < bestOthers) {
        best = [rule];
        bestOthers = others;
      } else if (rule.pattern.text === best[0]?.pattern.text) best.push(rule);
    }
    if (best.length > 0) return best.map(({ target }) => target);
    return isIncomplete ? 'incomplete' : 'none';
  }
}

/** How many numbers of that length match. An open pattern counts as wider than a closed one. */
function numbersLike(pattern: DialPattern, length: number): number {
  let numbers = pattern.isOpen ? 1.5 : 1;
  for (let at = 0; at < length; at++) numbers *= (pattern.places[at] ?? DIGITS).length;
  return numbers;
}

/** Compiles what the directory has; its loader has refused every fault already. */
export function compiled(text: string): DialPattern {
  const pattern = compilePattern(text);
  assert(!('type' in pattern), `dial pattern ${text} was not checked when it was loaded`);
  return pattern;
}
