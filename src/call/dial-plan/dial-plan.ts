/** A compiled route plan: what `compile` makes and `analyse` reads. */
import type { PatternTrie } from './pattern-trie.ts';
import type { Country, DialRule } from './route-plan.ts';
import type { Search } from './search.ts';

export type Partition<T> = {
  readonly name: string;
  /** As given. */
  readonly rules: readonly DialRule<T>[];
  readonly trie: PatternTrie;
  /** A bit for each symbol that any of its patterns begins with: most lookups end here, without the trie. */
  readonly firstSymbols: number;
  /** Of the rule: digits before its dot. */
  readonly dots: Uint8Array;
  /** The last lookup that went through this partition: one that is in two spaces is looked at once. */
  visitedBy: number;
};

/** Not for two lookups at once, and there never are: a lookup runs to its end. */
export type DialPlan<T> = {
  readonly partitions: ReadonlyMap<string, Partition<T>>;
  readonly spaces: ReadonlyMap<string, readonly Partition<T>[]>;
  readonly countries: ReadonlyMap<string, Country>;
  readonly search: Search;
  /** Partitions of the present lookup, in their order; those beyond its count are left from earlier ones. */
  readonly visited: Partition<T>[];
  /** Numbers the lookups. */
  lookups: number;
};
