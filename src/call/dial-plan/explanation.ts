/**
 * Why a number went where it went: the lookup itself, asked to tell what it saw. There is no second way to
 * find a match here: a `Recorder` stands beside `analyseInRounds`, and the reasons are those of the
 * comparison that decided.
 */
import { type Analysis, analyseInRounds, type Observer, type RuleName } from './analyse.ts';
import { countOf } from './breadth.ts';
import type { DialPlan, Partition } from './dial-plan.ts';
import type { PatternTrie } from './pattern-trie.ts';
import { formatValidity, type Validity } from './schedule.ts';
import { type Match, type Reason, reasonOf } from './search.ts';
import type { TransformationStep } from './transformation.ts';

/** Patterns listed for one partition, beside those that match; and how many of the nearest that do not fit. */
export const LISTED_MAX = 50;
export const NEAREST_MAX = 8;

export type Explanation<T> = { readonly analysis: Analysis<T>; readonly rounds: readonly Round[] };

/** One lookup: the first, or that after a translation. */
export type Round = {
  /** Numbers as they were looked up. */
  readonly called: string;
  readonly calling: string;
  /** Search spaces that do not exist. */
  readonly missing: readonly string[];
  readonly partitions: readonly Look[];
  /** Partitions of the spaces that were not looked at, since they are valid at other times only. */
  readonly invalid: readonly NotNow[];
  readonly winner: Winner | undefined;
  /** More digits could match in this round. */
  readonly isLongerPossible: boolean;
  /** What the winner did to the numbers, step by step. */
  readonly calledSteps: readonly TransformationStep[];
  readonly callingSteps: readonly TransformationStep[];
};

/** `when`: as of `formatValidity`, of one that has times. */
export type Winner = RuleName & { readonly when?: string };

/** `when`: the schedule that would have to be open, or `not` to be. */
export type NotNow = { readonly space: string; readonly partition: string; readonly when: string };

/** A partition that was looked at. */
export type Look = {
  readonly space: string;
  readonly partition: string;
  readonly seen: readonly Seen[];
  /** More patterns that want more digits or fewer than there were, beyond `LISTED_MAX`. */
  readonly unlisted: number;
};

/** A pattern beside what was dialled. */
export type Seen = { readonly pattern: string } & (
  | {
      readonly type: 'match';
      /** How many numbers of the dialled length match; a rounded number beyond 2^53. */
      readonly numbers: number;
      /** Which rule decided for the winner; undefined: this is the winner. */
      readonly lostBy: Reason | undefined;
    }
  /** All that was dialled fits; so many digits are missing, at least. */
  | { readonly type: 'too long'; readonly missing: number }
  /** It fits the beginning; so many digits were dialled beyond its end. */
  | { readonly type: 'too short'; readonly surplus: number }
  /** None was nearer: this digit, the first one being 1, does not fit. */
  | { readonly type: 'differs'; readonly digit: number }
);

/** As `analyse`, with the reasons. Takes time and memory for as many patterns as it lists. */
export function explain<T>(
  plan: DialPlan<T>,
  spaces: readonly string[],
  digits: string,
  calling: string,
): Explanation<T> {
  const recorder = new Recorder();
  const analysis = analyseInRounds(plan, spaces, digits, calling, recorder);
  return { analysis, rounds: recorder.rounds };
}

/** What is written while a partition is looked at. */
type OpenLook = {
  readonly space: string;
  readonly partition: string;
  readonly rules: readonly { readonly pattern: string; readonly when?: Validity }[];
  readonly matches: Match[];
  readonly others: Seen[];
  nearest: string[];
  /** Digits that fit the nearest. */
  nearestDigits: number;
  unlisted: number;
};

type OpenRound = {
  -readonly [Field in keyof Round]: Round[Field];
};

class Recorder implements Observer {
  readonly rounds: OpenRound[] = [];
  #looks: OpenLook[] = [];
  #missing: string[] = [];
  #invalid: NotNow[] = [];
  #called = '';
  #calling = '';

  begin(called: string, calling: string): void {
    this.#looks = [];
    this.#missing = [];
    this.#invalid = [];
    this.#called = called;
    this.#calling = calling;
  }

  missing(space: string): void {
    this.#missing.push(space);
  }

  invalid(space: string, partition: string, validity: Validity): void {
    this.#invalid.push({ space, partition, when: formatValidity(validity) });
  }

  enter(space: string, { name, rules }: Pick<Partition<unknown>, 'name' | 'rules'>): void {
    this.#looks.push({
      space,
      partition: name,
      rules,
      matches: [],
      others: [],
      nearest: [],
      nearestDigits: 0,
      unlisted: 0,
    });
  }

  matched(match: Readonly<Match>): void {
    this.#looks.at(-1)?.matches.push({ ...match });
  }

  tooLong(trie: PatternTrie, from: number, to: number): void {
    const look = this.#looks.at(-1);
    if (look === undefined) return;
    const listed = Math.min(to, from + Math.max(0, LISTED_MAX - look.others.length));
    for (let pattern = from; pattern < listed; pattern++) {
      const missing = placesOf(trie, pattern) - this.#called.length;
      look.others.push({ pattern: textOf(look, trie, pattern), type: 'too long', missing });
    }
    look.unlisted += to - listed;
  }

  tooShort(trie: PatternTrie, pattern: number): void {
    const look = this.#looks.at(-1);
    if (look === undefined) return;
    const surplus = this.#called.length - placesOf(trie, pattern);
    if (look.others.length >= LISTED_MAX) look.unlisted++;
    else look.others.push({ pattern: textOf(look, trie, pattern), type: 'too short', surplus });
  }

  differs(trie: PatternTrie, from: number, to: number, length: number): void {
    const look = this.#looks.at(-1);
    if (look === undefined || length === 0 || length < look.nearestDigits) return;
    if (length > look.nearestDigits) look.nearest = [];
    look.nearestDigits = length;
    const listed = Math.min(to, from + NEAREST_MAX - look.nearest.length);
    for (let pattern = from; pattern < listed; pattern++)
      look.nearest.push(textOf(look, trie, pattern));
  }

  /** The partitions of a round have all been looked at. */
  decide(best: Readonly<Match>, isLongerPossible: boolean): void {
    const look = best.partition < 0 ? undefined : this.#looks[best.partition];
    const when = look?.rules[best.trie.given[best.pattern] ?? 0]?.when;
    this.rounds.push({
      called: this.#called,
      calling: this.#calling,
      missing: this.#missing,
      partitions: this.#looks.map((open) => closed(open, best)),
      invalid: this.#invalid,
      winner: look && {
        partition: look.partition,
        pattern: textOf(look, best.trie, best.pattern),
        ...(when === undefined ? {} : { when: formatValidity(when) }),
      },
      isLongerPossible,
      calledSteps: [],
      callingSteps: [],
    });
  }

  /** Where the steps of the present round's transformation are written to. */
  stepsOf(which: 'called' | 'calling'): TransformationStep[] {
    const steps: TransformationStep[] = [];
    const round = this.rounds.at(-1);
    if (round !== undefined) round[which === 'called' ? 'calledSteps' : 'callingSteps'] = steps;
    return steps;
  }
}

function closed(look: OpenLook, best: Readonly<Match>): Look {
  const { space, partition, unlisted } = look;
  const matches = look.matches.map((match): Seen => {
    const isWinner = match.partition === best.partition && match.pattern === best.pattern;
    return {
      pattern: textOf(look, match.trie, match.pattern),
      type: 'match',
      numbers: countOf(match.factors),
      lostBy: isWinner ? undefined : reasonOf(best, match),
    };
  });
  const digit = look.nearestDigits + 1;
  const nearest = look.nearest.map((pattern): Seen => ({ pattern, type: 'differs', digit }));
  return { space, partition, seen: [...matches, ...look.others, ...nearest], unlisted };
}

function textOf({ rules }: OpenLook, trie: PatternTrie, pattern: number): string {
  return rules[trie.given[pattern] ?? 0]?.pattern ?? '';
}

/** The fewest digits that match. */
function placesOf(trie: PatternTrie, pattern: number): number {
  return (trie.start[pattern + 1] ?? 0) - (trie.start[pattern] ?? 0);
}
