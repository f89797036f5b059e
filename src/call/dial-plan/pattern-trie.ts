/**
 * The patterns of one partition, found place by place. Patterns are sorted by their places; a node stands
 * for those that share their first places, so its patterns are neighbours and its children are too. All is
 * in flat arrays: a number of ten digits takes some 50 octets and no object.
 *
 * A node with one pattern is a leaf, however many places are left; those are compared one by one. `OPEN`,
 * the place of `!`, is always a leaf.
 */
import { type Factors, factorsOf } from './breadth.ts';
import { OPEN, type Pattern, SET, sizeOf } from './pattern.ts';

export class PatternTrie {
  /** Of the node: the place by which it is reached. Node 0 is the root. */
  readonly place: Uint16Array;
  /** Of the node: its first child; the others follow in the order of their places. */
  readonly child: Uint32Array;
  /** Of the node: how many children; 0 for a leaf. */
  readonly children: Uint16Array;
  /** Of the node: how many of its children are reached by a symbol; they come before those of sets. */
  readonly literals: Uint8Array;
  /** Of the node: the first of its patterns. If one ends at this node it is that one. */
  readonly low: Uint32Array;

  /** Of the pattern, in sorted order: where its places begin in `places`; one more for the end. */
  readonly start: Uint32Array;
  readonly places: Uint16Array;
  /** Of the pattern: how many numbers match; for an open one without its last place. */
  readonly factors: Uint32Array;
  /** Of the pattern: its position among those given. */
  readonly given: Uint32Array;

  constructor(fields: Pick<PatternTrie, keyof PatternTrie>) {
    this.place = fields.place;
    this.child = fields.child;
    this.children = fields.children;
    this.literals = fields.literals;
    this.low = fields.low;
    this.start = fields.start;
    this.places = fields.places;
    this.factors = fields.factors;
    this.given = fields.given;
  }
}

/** Two patterns that match the same numbers: their positions among those given. */
export type Twins = { readonly first: number; readonly second: number };

/** `twins`: never empty. */
export type TrieBuild =
  | { readonly type: 'trie'; readonly trie: PatternTrie }
  | { readonly type: 'twins'; readonly twins: readonly Twins[] };

/** A partition without patterns. */
export const EMPTY_TRIE = new PatternTrie({
  place: new Uint16Array(1),
  child: new Uint32Array(1),
  children: new Uint16Array(1),
  literals: new Uint8Array(1),
  low: new Uint32Array(1),
  start: new Uint32Array(1),
  places: new Uint16Array(0),
  factors: new Uint32Array(0),
  given: new Uint32Array(0),
});

/** O(n log n); 60,000 patterns take about a tenth of a second. All pairs of twins instead, if there are any. */
export function buildTrie(patterns: readonly Pattern[]): TrieBuild {
  const keys = patterns.map(({ places }) => String.fromCharCode(...places));
  const given = Uint32Array.from(keys.keys());
  given.sort((one, other) => order(keys[one] ?? '', keys[other] ?? '') || one - other);
  const twins: Twins[] = [];
  for (let at = 1; at < given.length; at++) {
    const [first = 0, second = 0] = [given[at - 1], given[at]];
    if (keys[first] === keys[second]) twins.push({ first, second });
  }
  if (twins.length > 0) return { type: 'twins', twins };

  const start = new Uint32Array(patterns.length + 1);
  for (let at = 0; at < given.length; at++)
    start[at + 1] = (start[at] ?? 0) + (keys[given[at] ?? 0]?.length ?? 0);
  const places = new Uint16Array(start[given.length] ?? 0);
  const factors = new Uint32Array(patterns.length);
  for (let at = 0; at < given.length; at++) {
    const own = patterns[given[at] ?? 0]?.places ?? [];
    places.set(own, start[at]);
    factors[at] = factorsOfAll(own);
  }
  const nodes = buildNodes(start, places);
  return { type: 'trie', trie: new PatternTrie({ ...nodes, start, places, factors, given }) };
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function factorsOfAll(places: readonly number[]): Factors {
  let product = 0;
  for (const place of places) if (place !== OPEN) product += factorsOf(sizeOf(place));
  return product;
}

type Nodes = Pick<PatternTrie, 'place' | 'child' | 'children' | 'literals' | 'low'>;

function buildNodes(start: Uint32Array, places: Uint16Array): Nodes {
  const place = [0];
  const child = [0];
  const children = [0];
  const literals = [0];
  const low = [0];
  // Only while it is built; a node's patterns end where this says.
  const high = [start.length - 1];
  const depth = [0];
  for (let node = 0; node < place.length; node++) {
    const from = low[node] ?? 0;
    const to = high[node] ?? 0;
    const at = depth[node] ?? 0;
    if (to - from < 2) continue;
    child[node] = place.length;
    for (let pattern = from; pattern < to; pattern++) {
      const own = (start[pattern] ?? 0) + at;
      if (own === start[pattern + 1]) continue;
      const its = places[own] ?? 0;
      const last = place.length - 1;
      if (last < (child[node] ?? 0) || place[last] !== its) {
        place.push(its);
        child.push(0);
        children.push(0);
        literals.push(0);
        low.push(pattern);
        high.push(pattern + 1);
        depth.push(at + 1);
        children[node] = (children[node] ?? 0) + 1;
        if (its < SET) literals[node] = (literals[node] ?? 0) + 1;
      } else high[last] = pattern + 1;
    }
  }
  return {
    place: Uint16Array.from(place),
    child: Uint32Array.from(child),
    children: Uint16Array.from(children),
    literals: Uint8Array.from(literals),
    low: Uint32Array.from(low),
  };
}
