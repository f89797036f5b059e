/**
 * Breadth-first search through everything that can happen: each state of a model once, in the order of
 * its distance from the beginning, so that what goes wrong is shown by one of the shortest ways to it.
 *
 * States are packed as text, the same for the same state: a set of texts is exact, where a set of
 * hashes would pass over states that it takes for others.
 */

export interface Model {
  /** For the table of results. */
  readonly name: string;
  readonly initial: string;
  /**
   * Appends every state that may come next to `next`; one may come several times. `labels`, when
   * given, gets what happens on the way to each, in words.
   */
  successors(state: string, next: string[], labels?: string[]): void;
  /** Which invariant the state breaks, in words; undefined: none. */
  violation(state: string): string | undefined;
  /** What is wrong with the state as the last one: nothing can happen after it. */
  unfinished(state: string): string | undefined;
}

export type Violation = {
  readonly what: string;
  /** What happened, from the beginning. */
  readonly trace: readonly string[];
};

export type Exploration = {
  readonly name: string;
  readonly states: number;
  readonly transitions: number;
  /** Steps to the state that is farthest away. */
  readonly depth: number;
  /** States after which nothing can happen. */
  readonly ends: number;
  readonly ms: number;
  readonly violation: Violation | undefined;
  /** Whether everything was seen: there were no more than `statesMax` states, and none was bad. */
  readonly isComplete: boolean;
};

/** A set has room for 2^24 texts. */
const STATES_MAX = 16_000_000;

export function explore(model: Model, statesMax = STATES_MAX): Exploration {
  const startedMs = performance.now();
  const seen = new Set<string>([model.initial]);
  const states = [model.initial];
  /** Index of the state from which each was first reached. */
  const parents = [-1];
  const next: string[] = [];
  let transitions = 0;
  let depth = 0;
  let levelEnd = 1;
  let ends = 0;
  let isComplete = true;
  let violation: Violation | undefined;

  const traceTo = (at: number): string[] => {
    const trace: string[] = [];
    for (let child = at; child > 0; child = parents[child] ?? 0) {
      const parent = states[parents[child] ?? 0] ?? '';
      const children: string[] = [];
      const labels: string[] = [];
      model.successors(parent, children, labels);
      trace.push(labels[children.indexOf(states[child] ?? '')] ?? '?');
    }
    return trace.reverse();
  };

  const first = model.violation(model.initial);
  if (first !== undefined) violation = { what: first, trace: [] };
  for (let at = 0; at < states.length && violation === undefined; at++) {
    if (at === levelEnd) {
      depth++;
      levelEnd = states.length;
    }
    const state = states[at] ?? '';
    next.length = 0;
    model.successors(state, next);
    transitions += next.length;
    if (next.length === 0) {
      ends++;
      const what = model.unfinished(state);
      if (what !== undefined) violation = { what, trace: traceTo(at) };
    }
    for (const child of next) {
      const before = seen.size;
      seen.add(child);
      if (seen.size === before) continue;
      if (states.length >= statesMax) {
        isComplete = false;
        break;
      }
      states.push(child);
      parents.push(at);
      const what = model.violation(child);
      if (what === undefined) continue;
      violation = { what, trace: traceTo(states.length - 1) };
      break;
    }
    if (!isComplete) break;
  }
  return {
    name: model.name,
    states: states.length,
    transitions,
    depth,
    ends,
    ms: performance.now() - startedMs,
    violation,
    isComplete: isComplete && violation === undefined,
  };
}
