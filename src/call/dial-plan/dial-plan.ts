/** A compiled route plan: what `compile` makes and `analyse` reads. */
import type { PatternTrie } from './pattern-trie.ts';
import type { Country, DialRule } from './route-plan.ts';
import type { Schedule, Validity } from './schedule.ts';
import type { Search } from './search.ts';

export type Times = Validity & { readonly hours: Schedule };

export type Partition<T> = {
  readonly name: string;
  /** As given. */
  readonly all: readonly DialRule<T>[];
  /** Those that are always there; or, of one of `parts`, those that are there at its times. */
  readonly rules: readonly DialRule<T>[];
  /** Rules that are there at certain times, looked at before the others: a part for each schedule. */
  readonly parts: readonly Partition<T>[];
  readonly trie: PatternTrie;
  /** A bit for each symbol that any of its patterns begins with: most lookups end here, without the trie. */
  readonly firstSymbols: number;
  /** Of the rule: digits before its dot. */
  readonly dots: Uint8Array;
  /** When it is valid: while all of them say so. */
  readonly times: readonly Times[];
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
  /** Whether any partition is not always valid. */
  readonly isTimed: boolean;
  /** Of the present lookup, since 1970-01-01T00:00:00Z; NaN: at no time in particular, all partitions are valid. */
  atMs: number;
};

/** Why the partition does not count in the present lookup; undefined: it does. */
export function whyNotValid<T>({ atMs }: DialPlan<T>, { times }: Partition<T>): Times | undefined {
  if (Number.isNaN(atMs)) return undefined;
  return times.find(({ hours, isOpen }) => hours.isOpenAt(atMs) !== isOpen);
}
