/**
 * The patterns of one partition, found place by place. Patterns are sorted by their places; a node stands
 * for those that share their first places, so its patterns are neighbours and its children are too. All is
 * in flat arrays: a number of ten digits takes some 50 octets and no object.
 *
 * A node with one pattern is a leaf, however many places are left; those are compared one by one. `OPEN`,
 * the place of `!`, is always a leaf.
 */
import { STEP, type Work } from '../../base/work.ts';
import { type Factors, factorsOf } from './breadth.ts';
import { OPEN, type Pattern, SET, sizeOf } from './pattern.ts';

/** Words of a node. */
export const NODE = 4;
/** The place by which the node is reached. */
export const PLACE = 0;
/** Its first child; the others follow, those that are reached by one symbol before those of sets. */
export const CHILD = 1;
/** How many children in the upper half, of them reached by a symbol in the lower; 0 for a leaf. */
export const COUNTS = 2;
/** In `COUNTS` of a node that is no leaf: a pattern ends here, the first one of its patterns. */
export const ENDS = 0x8000;
/** The first of its patterns. */
export const LOW = 3;

export class PatternTrie {
  /**
   * Nodes of `NODE` words each, by their offsets; the root is at 0. A node's words are together so
   * that it costs one cache line.
   */
  readonly nodes: Uint32Array;

  /** Of the pattern, in sorted order: where its places begin in `places`; one more for the end. */
  readonly start: Uint32Array;
  readonly places: Uint16Array;
  /** Of the pattern: how many numbers match; for an open one without its last place. */
  readonly factors: Uint32Array;
  /** Of the pattern: its position among those given. */
  readonly given: Uint32Array;

  constructor(fields: Pick<PatternTrie, keyof PatternTrie>) {
    this.nodes = fields.nodes;
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
  nodes: new Uint32Array(NODE),
  start: new Uint32Array(1),
  places: new Uint16Array(0),
  factors: new Uint32Array(0),
  given: new Uint32Array(0),
});

/** O(n log n); sixty thousand take about 0.1 s. All pairs of twins instead, if there are any. */
export function* buildTrie(patterns: readonly Pattern[]): Work<TrieBuild> {
  const keys: string[] = [];
  for (const { places } of patterns) {
    keys.push(String.fromCharCode(...places));
    if (keys.length % STEP === 0) yield;
  }
  const given = yield* sorted(keys);
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
    if (at % STEP === 0) yield;
  }
  const nodes = yield* buildNodes(start, places);
  return { type: 'trie', trie: new PatternTrie({ nodes, start, places, factors, given }) };
}

/** Positions in the order of their keys, equal ones as they are given. Numbers of a directory mostly are in order. */
function* sorted(keys: readonly string[]): Work<Uint32Array> {
  const order = (one: number, other: number): number => {
    const [a = '', b = ''] = [keys[one], keys[other]];
    return a < b ? -1 : a > b ? 1 : one - other;
  };
  let from = Uint32Array.from(keys.keys());
  for (let low = 0; low < from.length; low += STEP) {
    from.subarray(low, low + STEP).sort(order);
    yield;
  }
  for (let width = STEP; width < from.length; width *= 2) {
    const to = new Uint32Array(from.length);
    for (let low = 0; low < from.length; low += 2 * width) {
      const middle = Math.min(low + width, from.length);
      const high = Math.min(low + 2 * width, from.length);
      yield* merge(from, to, low, middle, high, order);
    }
    from = to;
  }
  return from;
}

/** Two neighbours that are sorted, `low` to `middle` and `middle` to `high`, as one. */
function* merge(
  from: Uint32Array,
  to: Uint32Array,
  low: number,
  middle: number,
  high: number,
  order: (one: number, other: number) => number,
): Work<void> {
  const isSorted = middle === high || order(from[middle - 1] ?? 0, from[middle] ?? 0) < 0;
  if (isSorted) return to.set(from.subarray(low, high), low);
  let [left, right] = [low, middle];
  for (let at = low; at < high; at++) {
    const [one, other] = [from[left] ?? 0, from[right] ?? 0];
    const isLeft = right === high || (left < middle && order(one, other) < 0);
    to[at] = isLeft ? one : other;
    if (isLeft) left++;
    else right++;
    if (at % STEP === 0) yield;
  }
}

function factorsOfAll(places: readonly number[]): Factors {
  let product = 0;
  for (const place of places) if (place !== OPEN) product += factorsOf(sizeOf(place));
  return product;
}

function* buildNodes(start: Uint32Array, places: Uint16Array): Work<Uint32Array> {
  const nodes = [0, 0, 0, 0];
  // Only while they are built: where a node's patterns end, and how many places lead to it.
  const high = [start.length - 1];
  const depth = [0];
  for (let index = 0; index < high.length; index++) {
    const node = index * NODE;
    const from = nodes[node + LOW] ?? 0;
    const to = high[index] ?? 0;
    const at = depth[index] ?? 0;
    if (index % STEP === 0) yield;
    if (to - from < 2) continue;
    const child = nodes.length;
    let children = 0;
    let literals = 0;
    let ends = 0;
    for (let pattern = from; pattern < to; pattern++) {
      const own = (start[pattern] ?? 0) + at;
      if (own === start[pattern + 1]) {
        ends = ENDS;
        continue;
      }
      const place = places[own] ?? 0;
      if (children === 0 || nodes[nodes.length - NODE + PLACE] !== place) {
        nodes.push(place, 0, 0, pattern);
        high.push(pattern + 1);
        depth.push(at + 1);
        children++;
        if (place < SET) literals++;
      } else high[high.length - 1] = pattern + 1;
    }
    nodes[node + CHILD] = child;
    nodes[node + COUNTS] = (children << 16) | ends | literals;
  }
  return Uint32Array.from(nodes);
}
