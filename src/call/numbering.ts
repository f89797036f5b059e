/**
 * The route plan with all that the directory itself adds to it, compiled: the numbers of lines and users, in
 * a partition of their own and wherever a pattern stands for lines; and spaces for what no caller's search
 * space says.
 */
import { assert } from '../base/assert.ts';
import { finish, STEP, type Work } from '../base/work.ts';
import { compile, compiling, formatPlanFault } from './dial-plan/compile.ts';
import type { DialPlan } from './dial-plan/dial-plan.ts';
import { readPattern, SET, SYMBOLS, symbolOf } from './dial-plan/pattern.ts';
import { type DialRule, type RoutePlan, SPACE_PARTITIONS_MAX } from './dial-plan/route-plan.ts';
import { formatValidity } from './dial-plan/schedule.ts';
import type { Directory, RouteTarget } from './directory.ts';

/** Partition of all lines by number and all users by name, and the search space that has only that. */
export const LINES = 'lines';
/** The search space of those who have none, if the plan has one of that name. */
export const DEFAULT = 'default';
/** Names that no file can give, since they have a space in them. */
const EMERGENCY = 'emergency numbers';
const EVERYTHING = 'all partitions';

/** Emergency patterns of all partitions: whatever a phone's search space is, it has these. */
export const EMERGENCY_SPACES: readonly string[] = [EMERGENCY];

type Rule = DialRule<RouteTarget>;
type Rules = readonly Rule[];
type Plan = DialPlan<RouteTarget>;

/** One for all numbers: there may be hundreds of thousands. */
const TO_LINE: Rule['action'] = { type: 'route', target: { type: 'line' } };

export type Numbering = {
  readonly plan: Plan;
  /** Spaces that have every partition of the plan between them. */
  readonly everything: readonly string[];
  /** The space for whoever has none. */
  readonly fallback: readonly string[];
  /** Of lines, hunts and orbits, and names of users, that can be dialled as digits, each once. */
  readonly numbers: readonly string[];
  /** What it was made of. */
  readonly of: Pick<Directory, 'routePlan' | 'lines' | 'users' | 'hunts' | 'orbits'>;
};

/** Whether it was made of what the directory has now. */
export function isCurrent({ of }: Numbering, directory: Directory): boolean {
  return of.routePlan === directory.routePlan && areSame(of, directory);
}

type Numbers = Pick<Directory, 'lines' | 'users' | 'hunts' | 'orbits'>;

function areSame(one: Numbers, other: Numbers): boolean {
  const areLines = one.lines === other.lines && one.users === other.users;
  return areLines && one.hunts === other.hunts && one.orbits === other.orbits;
}

/** 60,000 numbers and patterns: 0.2 s, less when `previous` had the same numbers. The loader has refused every fault. */
export function numberingOf(directory: Directory, previous?: Numbering): Numbering {
  return finish(numbering(directory, previous));
}

/** The same in steps. */
export function* numbering(directory: Directory, previous?: Numbering): Work<Numbering> {
  const { routePlan, lines, users, hunts, orbits } = directory;
  const numbers =
    previous !== undefined && areSame(previous.of, directory)
      ? previous.numbers
      : yield* numbersOf(directory);
  const isKept = previous !== undefined && areEqual(previous.numbers, numbers);
  const partitions = new Map<string, Rules>();
  for (const [name, rules] of routePlan.partitions) {
    const known = isKept ? previous.plan.partitions.get(name)?.all : undefined;
    const isSame = known !== undefined && previous?.of.routePlan.partitions.get(name) === rules;
    partitions.set(name, isSame ? known : yield* withNumbers(rules, numbers));
  }
  const everything: string[] = [];
  const spaces = new Map(routePlan.spaces);
  const names = [...partitions.keys()];
  for (let at = 0; at < names.length; at += SPACE_PARTITIONS_MAX) {
    everything.push(`${EVERYTHING} ${at}`);
    spaces.set(`${EVERYTHING} ${at}`, names.slice(at, at + SPACE_PARTITIONS_MAX));
  }
  spaces.set(LINES, [LINES]);
  spaces.set(EMERGENCY, [EMERGENCY]);
  const known = isKept ? previous.plan.partitions.get(LINES)?.all : undefined;
  partitions.set(LINES, known ?? numbers.map(ruleOf));
  partitions.set(EMERGENCY, emergencyRules(routePlan));
  const compilation = yield* compiling({ ...routePlan, partitions, spaces }, previous?.plan);
  assert(
    compilation.type === 'plan',
    `route plan not checked when it was loaded: ${compilation.type === 'faults' && compilation.faults.slice(0, 3).map(formatPlanFault).join('; ')}`,
  );
  const fallback = [routePlan.spaces.has(DEFAULT) ? DEFAULT : LINES];
  return {
    plan: compilation.plan,
    everything,
    fallback,
    numbers: isKept ? previous.numbers : numbers,
    of: { routePlan, lines, users, hunts, orbits },
  };
}

function ruleOf(pattern: string): Rule {
  return { pattern, action: TO_LINE };
}

function* numbersOf({ lines, users, hunts, orbits }: Directory): Work<readonly string[]> {
  const numbers: string[] = [];
  let left = STEP;
  for (const number of chain(lines.keys(), hunts.keys(), orbits.numbers)) {
    if (isDialled(number)) numbers.push(number);
    if (--left % STEP === 0) yield;
  }
  for (const user of users.keys()) {
    if (!lines.has(user) && isDialled(user)) numbers.push(user);
    if (--left % STEP === 0) yield;
  }
  return numbers;
}

function* chain<T>(...all: readonly Iterable<T>[]): Iterable<T> {
  for (const each of all) yield* each;
}

function areEqual(one: readonly string[], other: readonly string[]): boolean {
  if (one === other) return true;
  return one.length === other.length && one.every((number, at) => number === other[at]);
}

/** Whether all of it can be dialled: digits, `*`, `#`, A-D, and `+` in front. */
export function isDialled(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (symbolOf(code) < 0 || (code === PLUS && at > 0)) return false;
  }
  return text !== '' && text !== '+';
}

const PLUS = 43;

/** Stands for lines: the numbers among `numbers` that it matches are in the partition too. */
function isForm({ action }: Rule): boolean {
  if (action.type !== 'route' || action.called !== undefined) return false;
  return action.target.type === 'line' && action.target.number === undefined;
}

/**
 * A line's own number is more specific than any pattern: it is reached even where another pattern of the
 * space matches fewer numbers than the one that stands for lines.
 */
function* withNumbers(rules: Rules, numbers: readonly string[]): Work<Rules> {
  const forms = rules.filter(isForm);
  if (forms.length === 0) return rules;
  const given = new Set(rules.map(({ pattern }) => literalOf(pattern)));
  const others = numbers.filter((number) => !given.has(number));
  yield;
  const groups = Map.groupBy(forms, ({ when }) => formatValidity(when));
  const found: Rule[] = [];
  for (const group of groups.values())
    for (const rule of yield* numbersLike(group, others)) found.push(rule);
  return found.length === 0 ? rules : [...rules, ...found];
}

/** Those of `numbers` that one of the forms matches, as rules of their own; the forms are there at the same times. */
function* numbersLike(forms: Rules, numbers: readonly string[]): Work<readonly Rule[]> {
  const compilation = compile<RouteTarget>({
    partitions: new Map([[LINES, forms.map(({ pattern, action }) => ({ pattern, action }))]]),
    spaces: new Map(),
    countries: new Map(),
  });
  const own = compilation.type === 'plan' && compilation.plan.partitions.get(LINES);
  if (!own || compilation.type !== 'plan') return [];
  const { search } = compilation.plan;
  const found: Rule[] = [];
  for (const [at, number] of numbers.entries()) {
    if (at % STEP === 0) yield;
    if (!search.begin(number, undefined)) continue;
    search.visit(own.trie, 0);
    const { partition, trie, pattern } = search.best;
    const form = partition < 0 ? undefined : forms[trie.given[pattern] ?? 0];
    if (form === undefined) continue;
    // The caller's number may be changed by the pattern, here too.
    const { action, when } = form;
    found.push(
      when === undefined ? { pattern: number, action } : { pattern: number, action, when },
    );
  }
  return found;
}

/** The one number that a pattern matches; undefined: it matches several. */
function literalOf(text: string): string | undefined {
  const pattern = readPattern(text);
  if ('type' in pattern || pattern.places.some((place) => place >= SET)) return undefined;
  return pattern.places.map((place) => SYMBOLS.charAt(place)).join('');
}

/** Those of all partitions; of two that match the same, the first. */
function emergencyRules({ partitions }: RoutePlan<RouteTarget>): Rules {
  const rules = new Map<string, Rule>();
  for (const rule of [...partitions.values()].flat()) {
    if (rule.isEmergency !== true || rule.action.type !== 'route') continue;
    const pattern = readPattern(rule.pattern);
    const key = 'type' in pattern ? '' : pattern.places.join();
    // Whoever wants help wants it now.
    const { when: _, ...always } = rule;
    if (!rules.has(key)) rules.set(key, rule.when === undefined ? rule : always);
  }
  return [...rules.values()];
}
