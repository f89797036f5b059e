/**
 * Digit analysis under partitions: a number as it was dialled to where it leads (US 7,145,899, claims 36, 40,
 * 50, 54; partitions and search spaces: US 7,359,368). A function over a compiled plan: it asks nobody
 * and waits for nothing. To which process a line's number leads is the registration table's to say.
 *
 * En bloc: give all digits; 'incomplete' is then an incomplete address, and `mayGrow` means nothing.
 * Overlap: give what there is after each digit. 'none': no digits to come can help. `mayGrow` false: take
 * it, nothing longer matches. `mayGrow` true: take it when no digit comes for the inter-digit time or the
 * caller says that it is all (`#`, which is not given unless it is part of the number: with it the result
 * is 'none'). 'incomplete': wait for more.
 */
import type { Cause } from '../cause.ts';
import { type DialPlan, type Partition, whyNotValid } from './dial-plan.ts';
import type { Transformation } from './route-plan.ts';
import { NUMBER_MAX } from './route-plan.ts';
import type { Validity } from './schedule.ts';
import type { Match, Witness } from './search.ts';
import { keepsTail, type TransformationStep, transformNumber } from './transformation.ts';

/** Lookups of one number: the first and one after each translation. */
export const ROUNDS_MAX = 10;

/** Names one rule of the plan. */
export type RuleName = { readonly partition: string; readonly pattern: string };

/** What all results that a rule led to have in common. */
type Outcome = RuleName & {
  /** More digits could lead elsewhere. */
  readonly mayGrow: boolean;
  /** Any of the rules on the way says so. */
  readonly isEmergency: boolean;
  /** Translations on the way, in order, with the number that each was given. */
  readonly through: readonly Translated[];
};

export type Translated = RuleName & { readonly called: string };

export type Analysis<T> =
  /** `called` and `calling`: after all transformations. */
  | (Outcome & {
      readonly type: 'route';
      readonly target: T;
      readonly called: string;
      readonly calling: string;
    })
  /**
   * By a rule that refuses; or 'too long': a transformation made it longer than `NUMBER_MAX`; or 'digits
   * missing': a translation of a fixed length led to a number that lacks digits, and no digits that are
   * dialled can come there. Then the rule is that translation.
   */
  | (Outcome & {
      readonly type: 'refused';
      readonly why: 'rule' | 'too long' | 'digits missing';
      readonly cause: Cause;
    })
  /**
   * Translations lead back to one of themselves (`through` is the circle), or there are more than
   * `ROUNDS_MAX` (`through` is all of them). The rule is the last one.
   */
  | (Outcome & { readonly type: 'loop' })
  | { readonly type: 'incomplete' }
  | { readonly type: 'none' };

const INCOMPLETE: Analysis<never> = { type: 'incomplete' };
const NONE: Analysis<never> = { type: 'none' };
const NOT_TRANSLATED: readonly Translated[] = [];

/**
 * What digits that are dialled later do in the present round: they follow those that are looked up; an
 * earlier round might choose otherwise for them; or an earlier round has closed and there are none.
 */
type Growth = 'follows' | 'undecided' | 'ended';

/**
 * `spaces`: names of the caller's search spaces, its line's before its device's; one that does not exist has
 * no partitions. `calling`: the caller's number, '' for none.
 */
export function analyse<T>(
  plan: DialPlan<T>,
  spaces: readonly string[],
  digits: string,
  calling: string,
): Analysis<T> {
  return analyseInRounds(plan, spaces, digits, calling, undefined);
}

/** Who wants to know why: is told of each round as it goes. */
export type Observer = Witness & {
  begin(called: string, calling: string): void;
  /** A search space that does not exist. */
  missing(space: string): void;
  enter(space: string, partition: Pick<Partition<unknown>, 'name' | 'rules'>): void;
  /** A partition that is not valid at that time. */
  invalid(space: string, partition: string, validity: Validity): void;
  /** All partitions of the round have been looked at. `best.partition` < 0: nothing matches. */
  decide(best: Readonly<Match>, isLongerPossible: boolean): void;
  /** Where the steps of the winner's transformation are to be written. */
  stepsOf(which: 'called' | 'calling'): TransformationStep[];
};

/** The one path of all lookups. `observer`: costs a comparison when there is none. */
export function analyseInRounds<T>(
  plan: DialPlan<T>,
  spaces: readonly string[],
  digits: string,
  calling: string,
  observer: Observer | undefined,
): Analysis<T> {
  const { search } = plan;
  let called = digits;
  let caller = calling;
  let growth: Growth = 'follows';
  let isEmergency = false;
  let through: Translated[] | undefined;
  let last: RuleName | undefined;
  for (let space: string | undefined; ; ) {
    observer?.begin(called, caller);
    if (search.begin(called, observer)) visit(plan, spaces, space, observer);
    const { best } = search;
    const partition = best.partition < 0 ? undefined : plan.visited[best.partition];
    const given = best.trie.given[best.pattern] ?? 0;
    const rule = partition?.rules[given];
    observer?.decide(best, search.isMoreWanted || search.isOpenMatched);
    if (partition === undefined || rule === undefined) {
      if (growth === 'undecided') return INCOMPLETE;
      if (!search.isMoreWanted) return NONE;
      if (growth === 'follows' || last === undefined) return INCOMPLETE;
      const outcome = { ...last, mayGrow: false, isEmergency, through: through ?? NOT_TRANSLATED };
      return { type: 'refused', why: 'digits missing', cause: 'address incomplete', ...outcome };
    }
    const { action, pattern } = rule;
    isEmergency ||= rule.isEmergency === true;
    const mayGrow: boolean =
      growth === 'undecided' ||
      (growth === 'follows' &&
        rule.isUrgent !== true &&
        (search.isMoreWanted || search.isOpenMatched));
    if (action.type === 'refuse')
      return {
        type: 'refused',
        why: 'rule',
        cause: action.cause,
        partition: partition.name,
        pattern,
        mayGrow,
        isEmergency,
        through: through ?? NOT_TRANSLATED,
      };

    const before = called;
    if (action.called !== undefined)
      called = change(plan, called, action.called, partition.dots[given] ?? 0, observer, 'called');
    if (action.calling !== undefined)
      caller = change(plan, caller, action.calling, 0, observer, 'calling');
    const isTooLong = called.length > NUMBER_MAX || caller.length > CALLING_MAX;
    if (action.type === 'route' || isTooLong) {
      const { name } = partition;
      const outcome = { partition: name, pattern, mayGrow, isEmergency };
      const way = through ?? NOT_TRANSLATED;
      if (isTooLong)
        return {
          type: 'refused',
          why: 'too long',
          cause: 'unknown number',
          ...outcome,
          through: way,
        };
      if (action.type === 'route')
        return {
          type: 'route',
          target: action.target,
          called,
          calling: caller,
          partition: name,
          pattern,
          mayGrow,
          isEmergency,
          through: way,
        };
    } else {
      through ??= [];
      const step = { partition: partition.name, pattern, called: before };
      const circle = circleOf(through, step);
      if (circle === undefined) through.push(step);
      if (circle !== undefined || through.length === ROUNDS_MAX) {
        const outcome = { partition: partition.name, pattern, mayGrow, isEmergency };
        return { type: 'loop', ...outcome, through: through.slice(circle ?? 0) };
      }
      if (growth === 'follows')
        growth = growthAfter(mayGrow, action.called, best.isOpen, search.isMoreWanted);
      last = { partition: partition.name, pattern };
      space = action.space;
    }
  }
}

/** Not longer than any name that a caller may have. */
const CALLING_MAX = 1024;

/** After a translation that was chosen while later digits still followed. */
function growthAfter(
  mayGrow: boolean,
  called: Transformation | undefined,
  isOpen: boolean,
  isMoreWanted: boolean,
): Growth {
  if (!mayGrow) return 'ended';
  // With !, it stays the best of those that match now: each digit makes all of them wider alike.
  return isOpen && !isMoreWanted && keepsTail(called) ? 'follows' : 'undecided';
}

/** Where in `through` the same rule was given the same number. */
function circleOf(through: readonly Translated[], step: Translated): number | undefined {
  for (let at = 0; at < through.length; at++) {
    const { partition, pattern, called } = through[at] ?? step;
    if (called === step.called && pattern === step.pattern && partition === step.partition)
      return at;
  }
  return undefined;
}

/** Partitions of `space`, or of the caller's spaces in the first round; each one once. */
function visit<T>(
  plan: DialPlan<T>,
  spaces: readonly string[],
  space: string | undefined,
  observer: Observer | undefined,
): void {
  plan.lookups++;
  if (space !== undefined) {
    visitSpace(plan, space, 0, observer);
    return;
  }
  let count = 0;
  for (const name of spaces) count = visitSpace(plan, name, count, observer);
}

function visitSpace<T>(
  plan: DialPlan<T>,
  name: string,
  count: number,
  observer: Observer | undefined,
): number {
  const partitions: readonly Partition<T>[] | undefined = plan.spaces.get(name);
  if (partitions === undefined) {
    observer?.missing(name);
    return count;
  }
  let position = count;
  for (const partition of partitions) {
    if (partition.visitedBy === plan.lookups) continue;
    partition.visitedBy = plan.lookups;
    const absent = partition.times.length === 0 ? undefined : whyNotValid(plan, partition);
    if (absent !== undefined) {
      observer?.invalid(name, partition.name, absent);
      continue;
    }
    plan.visited[position] = partition;
    observer?.enter(name, partition);
    if ((partition.firstSymbols & plan.search.firstSymbol) !== 0)
      plan.search.visit(partition.trie, position);
    position++;
  }
  return position;
}

function change<T>(
  { countries }: DialPlan<T>,
  number: string,
  transformation: Transformation,
  dot: number,
  observer: Observer | undefined,
  which: 'called' | 'calling',
): string {
  return transformNumber(number, transformation, dot, countries, observer?.stepsOf(which));
}
