/**
 * One number against the partitions of a search space: the best match, and whether more digits could
 * match too. Its fields are used again for every number, so nothing is allocated. Who wants to know why
 * gives a `witness`, which is told of every pattern that was looked at.
 *
 * The best match is the closest one. Of two patterns that match, the better is
 *   1. the one that fewer numbers of the dialled length match;
 *   2. the one without `!`: it matches no longer ones;
 *   3. the one of the earlier partition;
 *   4. the one that comes first in its partition.
 * Rule 1 is how Cisco's call managers choose (the "closest match", counted over the strings of as
 * many digits as were dialled); rule 3 is theirs too. docs/adr/0011-the-closest-match-wins.md.
 */
import { breadthOf, type Factors, TEN } from './breadth.ts';
import { fits, isDigit, OPEN, symbolOf } from './pattern.ts';
import { CHILD, COUNTS, ENDS, LOW, NODE, type PatternTrie, PLACE } from './pattern-trie.ts';
import { NUMBER_MAX } from './route-plan.ts';

/** Which of the rules above decided between two matches. */
export type Reason = 'fewer numbers' | 'no !' | 'earlier partition' | 'earlier rule';

/** A pattern that matches what was dialled. */
export type Match = {
  /** Position of the partition in the search, from 0; -1: none. */
  partition: number;
  trie: PatternTrie;
  /** Position in `trie`. */
  pattern: number;
  /** Numbers of the dialled length that match. */
  factors: Factors;
  breadth: number;
  isOpen: boolean;
};

/** Hears of every pattern that agrees with what was dialled as far as both go, and of the nearest others. */
export type Witness = {
  matched(match: Readonly<Match>): void;
  /** These patterns want more digits: `from` to, not including, `to`. */
  tooLong(trie: PatternTrie, from: number, to: number): void;
  /** More was dialled than the pattern has places. */
  tooShort(trie: PatternTrie, pattern: number): void;
  /** The first `length` digits fit these patterns, from `from` to, not including, `to`; the next fits none. */
  differs(trie: PatternTrie, from: number, to: number, length: number): void;
};

/** Negative: `one` is better. Never 0 for two different patterns. */
export function compareMatches(one: Readonly<Match>, other: Readonly<Match>): number {
  if (one.breadth !== other.breadth) return one.breadth < other.breadth ? -1 : 1;
  if (one.isOpen !== other.isOpen) return other.isOpen ? -2 : 2;
  if (one.partition !== other.partition) return one.partition < other.partition ? -3 : 3;
  const [own = 0, its = 0] = [one.trie.given[one.pattern], other.trie.given[other.pattern]];
  return own < its ? -4 : 4;
}

const REASONS: readonly Reason[] = ['fewer numbers', 'no !', 'earlier partition', 'earlier rule'];

/** Why one of two matches is better than the other. */
export function reasonOf(one: Readonly<Match>, other: Readonly<Match>): Reason {
  return REASONS[Math.abs(compareMatches(one, other)) - 1] ?? 'earlier rule';
}

export class Search {
  readonly best: Match;
  /** A pattern that does not match yet would match with more digits. */
  isMoreWanted = false;
  /** A pattern that matches would match with more digits too. */
  isOpenMatched = false;
  /** The bit of the first symbol; all bits when there is none. A partition without it has nothing to say. */
  firstSymbol = 0;
  witness: Witness | undefined;

  readonly #found: Match;
  readonly #symbols = new Uint8Array(NUMBER_MAX);
  #length = 0;
  /** From here on all is digits. */
  #digitsFrom = 0;

  constructor(nothing: PatternTrie) {
    const none = {
      partition: -1,
      trie: nothing,
      pattern: 0,
      factors: 0,
      breadth: 0,
      isOpen: false,
    };
    this.best = { ...none };
    this.#found = { ...none };
  }

  /** False: that is no number, it has characters that cannot be dialled or too many of them. */
  begin(number: string, witness: Witness | undefined): boolean {
    this.best.partition = -1;
    this.isMoreWanted = false;
    this.isOpenMatched = false;
    this.witness = witness;
    this.#length = number.length;
    this.#digitsFrom = 0;
    if (number.length > NUMBER_MAX) return false;
    for (let at = 0; at < number.length; at++) {
      const symbol = symbolOf(number.charCodeAt(at));
      if (symbol < 0) return false;
      if (!isDigit(symbol)) this.#digitsFrom = at + 1;
      this.#symbols[at] = symbol;
    }
    this.firstSymbol = number === '' ? -1 : 1 << (this.#symbols[0] ?? 0);
    return true;
  }

  /** Partitions are to come in the order of the space, counted from 0. Not for one without patterns. */
  visit(trie: PatternTrie, partition: number): void {
    this.#found.trie = trie;
    this.#found.partition = partition;
    this.#descend(trie, 0, 0);
  }

  #descend(trie: PatternTrie, node: number, depth: number): void {
    const { nodes } = trie;
    const low = nodes[node + LOW] ?? 0;
    const counts = nodes[node + COUNTS] ?? 0;
    if (counts === 0) return this.#compareRest(trie, low, depth);
    const endsHere = (counts & ENDS) !== 0;
    if (depth === this.#length) {
      if (endsHere) this.#match(trie, low, false);
      this.isMoreWanted = true;
      this.witness?.tooLong(trie, endsHere ? low + 1 : low, endOf(trie, node));
      return;
    }
    if (endsHere) this.witness?.tooShort(trie, low);
    const symbol = this.#symbols[depth] ?? 0;
    const first = nodes[node + CHILD] ?? 0;
    const sets = first + (counts & (ENDS - 1)) * NODE;
    let isStuck = true;
    // Symbols are sorted and none comes twice: this one is at its own index, or before it.
    for (let at = Math.min(first + symbol * NODE, sets - NODE); at >= first; at -= NODE) {
      const place = nodes[at + PLACE] ?? 0;
      if (place > symbol) continue;
      if (place === symbol) {
        this.#descend(trie, at, depth + 1);
        isStuck = false;
      }
      break;
    }
    const end = first + (counts >>> 16) * NODE;
    for (let child = sets; child < end; child += NODE) {
      const place = nodes[child + PLACE] ?? 0;
      if (place === OPEN) this.#compareRest(trie, nodes[child + LOW] ?? 0, depth);
      else if (fits(place, symbol)) this.#descend(trie, child, depth + 1);
      else continue;
      isStuck = false;
    }
    if (isStuck) this.witness?.differs(trie, endsHere ? low + 1 : low, endOf(trie, node), depth);
  }

  /** The places of one pattern from `depth` on. */
  #compareRest(trie: PatternTrie, pattern: number, depth: number): void {
    const start = trie.start[pattern] ?? 0;
    const places = (trie.start[pattern + 1] ?? 0) - start;
    for (let at = depth; at < places; at++) {
      if (at === this.#length) {
        this.isMoreWanted = true;
        this.witness?.tooLong(trie, pattern, pattern + 1);
        return;
      }
      const place = trie.places[start + at] ?? 0;
      if (place === OPEN) {
        if (at >= this.#digitsFrom) this.#match(trie, pattern, true);
        else this.witness?.differs(trie, pattern, pattern + 1, this.#digitsFrom - 1);
        return;
      }
      if (!fits(place, this.#symbols[at] ?? 0)) {
        this.witness?.differs(trie, pattern, pattern + 1, at);
        return;
      }
    }
    if (places === this.#length) this.#match(trie, pattern, false);
    else this.witness?.tooShort(trie, pattern);
  }

  #match(trie: PatternTrie, pattern: number, isOpen: boolean): void {
    const { best } = this;
    const found = this.#found;
    found.pattern = pattern;
    found.isOpen = isOpen;
    found.factors = trie.factors[pattern] ?? 0;
    if (isOpen) {
      const places = (trie.start[pattern + 1] ?? 0) - (trie.start[pattern] ?? 0);
      // Each digit that ! stands for multiplies by ten.
      found.factors += TEN * (this.#length - places + 1);
      this.isOpenMatched = true;
    }
    found.breadth = breadthOf(found.factors);
    this.witness?.matched(found);
    if (best.partition >= 0 && compareMatches(best, found) < 0) return;
    best.partition = found.partition;
    best.trie = trie;
    best.pattern = pattern;
    best.factors = found.factors;
    best.breadth = found.breadth;
    best.isOpen = isOpen;
  }
}

/** Where the node's patterns end: the last leaf below it is the last of them. */
function endOf({ nodes }: PatternTrie, node: number): number {
  let last = node;
  for (let counts = nodes[last + COUNTS] ?? 0; counts > 0; counts = nodes[last + COUNTS] ?? 0)
    last = (nodes[last + CHILD] ?? 0) + ((counts >>> 16) - 1) * NODE;
  return (nodes[last + LOW] ?? 0) + 1;
}
