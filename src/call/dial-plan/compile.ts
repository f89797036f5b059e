/**
 * Route plan to `DialPlan`. Everything is read and every fault reported, each with its place.
 *
 * A changed directory is compiled anew, but for partitions whose rules are the very array of the plan
 * before: the cost is that of the changed partitions (60,000 patterns: 0.2 s, twice that on a busy machine) and a
 * look at the names in the others. Old plan and new one share nothing that changes.
 */
import { finish, paced, STEP, type Work } from '../../base/work.ts';
import type { DialPlan, Partition, Times } from './dial-plan.ts';
import { bitsOf, type Pattern, readPattern } from './pattern.ts';
import { buildTrie, EMPTY_TRIE } from './pattern-trie.ts';
import {
  type Country,
  type DialAction,
  type DialRule,
  type RoutePlan,
  RULES_MAX,
  SPACE_PARTITIONS_MAX,
} from './route-plan.ts';
import { formatValidity, Schedule, type Validity } from './schedule.ts';
import { Search } from './search.ts';
import { faultsOfTransformation, type TransformationFault } from './transformation.ts';

export type PlanFault =
  /**
   * `field`: `pattern`, `action.space` or as `called.mask`. `column`: the character of that text that is
   * wrong, from 1.
   */
  | {
      readonly type: 'rule';
      readonly partition: string;
      readonly pattern: string;
      readonly field: string;
      readonly column: number;
      readonly problem: string;
    }
  | { readonly type: 'space'; readonly space: string; readonly problem: string }
  | { readonly type: 'country'; readonly country: string; readonly problem: string }
  /** Too many rules in all. */
  | { readonly type: 'plan'; readonly problem: string };

export type Compilation<T> =
  | { readonly type: 'plan'; readonly plan: DialPlan<T> }
  /** Never empty. */
  | { readonly type: 'faults'; readonly faults: readonly PlanFault[] };

/** `previous`: the plan in use, compiled from an earlier state of the same directory. */
export function compile<T>(plan: RoutePlan<T>, previous?: DialPlan<T>): Compilation<T> {
  return finish(compiling(plan, previous));
}

/** The same in steps. */
export function* compiling<T>(plan: RoutePlan<T>, previous?: DialPlan<T>): Work<Compilation<T>> {
  const faults: PlanFault[] = [];
  const partitions = new Map<string, Partition<T>>();
  const hours = new Map([...(plan.schedules ?? [])].map(([name, at]) => [name, new Schedule(at)]));
  let count = 0;
  for (const [name, rules] of plan.partitions) {
    count += rules.length;
    if (count > RULES_MAX) {
      const problem = `more than ${RULES_MAX} patterns and numbers`;
      return { type: 'faults', faults: [...faults, { type: 'plan', problem }] };
    }
    const known = previous?.partitions.get(name);
    const times = timesOf(plan.valid?.get(name), hours);
    const partition =
      known?.all === rules
        ? { ...known, times, parts: partsOf(known, times, hours), visitedBy: 0 }
        : yield* compileAll<T>(name, rules, times, hours, faults);
    yield* paced(rules, (rule) => checkAction(rule, name, plan, faults));
    if (partition !== undefined) partitions.set(name, partition);
  }
  for (const [name, country] of plan.countries) checkCountry(name, country, faults);
  const spaces = new Map<string, readonly Partition<T>[]>();
  for (const [name, names] of plan.spaces) {
    checkSpace(name, names, plan, faults);
    spaces.set(
      name,
      names.flatMap((name) => {
        const partition = partitions.get(name);
        return partition === undefined ? [] : [...partition.parts, partition];
      }),
    );
  }
  if (faults.length > 0) return { type: 'faults', faults };
  const search = new Search(EMPTY_TRIE);
  const { countries } = plan;
  return {
    type: 'plan',
    plan: {
      ...{ partitions, spaces, countries, search, visited: [], lookups: 0 },
      isTimed: (plan.schedules?.size ?? 0) > 0,
      atMs: Number.NaN,
    },
  };
}

/** One line for people: what is wrong and where. */
export function formatPlanFault(fault: PlanFault): string {
  switch (fault.type) {
    case 'rule': {
      const { partition, pattern, field, column, problem } = fault;
      return `partition ${partition}, pattern ${pattern}, ${field}, column ${column}: ${problem}`;
    }
    case 'space':
      return `search space ${fault.space}: ${fault.problem}`;
    case 'country':
      return `country ${fault.country}: ${fault.problem}`;
    case 'plan':
      return fault.problem;
  }
}

/** The loader has refused schedules that there are not. */
function timesOf(
  validity: Validity | undefined,
  hours: ReadonlyMap<string, Schedule>,
): readonly Times[] {
  const schedule = validity && hours.get(validity.schedule);
  return validity && schedule ? [{ ...validity, hours: schedule }] : [];
}

/** The partition, with a part for each schedule that its rules name. */
function* compileAll<T>(
  name: string,
  rules: readonly DialRule<T>[],
  times: readonly Times[],
  hours: ReadonlyMap<string, Schedule>,
  faults: PlanFault[],
): Work<Partition<T> | undefined> {
  if (!rules.some(({ when }) => when !== undefined))
    return yield* compilePartition(name, rules, rules, times, faults);
  const groups = new Map<string, DialRule<T>[]>([['', []]]);
  for (const rule of rules) {
    const key = formatValidity(rule.when);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [rule]);
    else group.push(rule);
  }
  const [own = [], ...timed] = groups.values();
  const partition = yield* compilePartition(name, rules, own, times, faults);
  const parts: Partition<T>[] = [];
  for (const group of timed) {
    const given = [...times, ...timesOf(group[0]?.when, hours)];
    const part = yield* compilePartition(name, group, group, given, faults);
    if (part !== undefined) parts.push(part);
  }
  return partition && { ...partition, parts };
}

/** Those of a partition that is known already, as schedules are now. */
function partsOf<T>(
  { parts }: Partition<T>,
  times: readonly Times[],
  hours: ReadonlyMap<string, Schedule>,
): readonly Partition<T>[] {
  return parts.map((part) => {
    const own = timesOf(part.rules[0]?.when, hours);
    return { ...part, times: [...times, ...own], visitedBy: 0 };
  });
}

const NO_DOT = 255;

function* compilePartition<T>(
  name: string,
  all: readonly DialRule<T>[],
  rules: readonly DialRule<T>[],
  times: readonly Times[],
  faults: PlanFault[],
): Work<Partition<T> | undefined> {
  const patterns: Pattern[] = [];
  /** Of the pattern: its position among the rules. */
  const positions: number[] = [];
  let firstSymbols = 0;
  const dots = new Uint8Array(rules.length).fill(NO_DOT);
  const before = faults.length;
  const add = (pattern: string, column: number, problem: string): void => {
    faults.push({ type: 'rule', partition: name, pattern, field: 'pattern', column, problem });
  };
  for (const [at, { pattern: text }] of rules.entries()) {
    const pattern = readPattern(text);
    if ('type' in pattern) add(text, pattern.column, pattern.problem);
    else {
      patterns.push(pattern);
      positions.push(at);
      firstSymbols |= bitsOf(pattern.places[0] ?? 0);
      if (pattern.dot !== undefined) dots[at] = pattern.dot;
    }
    if (at % STEP === 0) yield;
  }
  const built = yield* buildTrie(patterns);
  if (built.type === 'twins') {
    const textOf = (pattern: number): string => rules[positions[pattern] ?? 0]?.pattern ?? '';
    for (const { first, second } of built.twins)
      add(textOf(second), 1, `matches the same as ${textOf(first)}`);
    return undefined;
  }
  if (faults.length > before) return undefined;
  const { trie } = built;
  return { name, all, rules, parts: [], trie, firstSymbols, dots, times, visitedBy: 0 };
}

function checkAction<T>(
  { pattern: text, action }: DialRule<T>,
  partition: string,
  { spaces, countries }: RoutePlan<T>,
  faults: PlanFault[],
): void {
  if (action.type === 'refuse') return;
  const isPlain = action.called === undefined && action.calling === undefined;
  if (action.type === 'route' && isPlain) return;
  const add = (field: string, column: number, problem: string): void => {
    faults.push({ type: 'rule', partition, pattern: text, field, column, problem });
  };
  if (action.type === 'translate' && !spaces.has(action.space))
    add('action.space', 1, `no search space is called ${JSON.stringify(action.space)}`);
  for (const [end, found] of transformationFaults(text, action, countries))
    add(`${end}.${found.field}`, found.column, found.problem);
}

function* transformationFaults<T>(
  text: string,
  { called, calling }: Exclude<DialAction<T>, { type: 'refuse' }>,
  countries: ReadonlyMap<string, Country>,
): Generator<readonly ['called' | 'calling', TransformationFault]> {
  if (called !== undefined) {
    const pattern = readPattern(text);
    // What is wrong with the pattern itself is said once, elsewhere.
    if ('type' in pattern) return;
    const hasDot = pattern.dot !== undefined;
    for (const found of faultsOfTransformation(called, pattern.places.length, hasDot, countries))
      yield ['called', found];
  }
  if (calling === undefined) return;
  for (const found of faultsOfTransformation(calling, Number.POSITIVE_INFINITY, false, countries))
    yield ['calling', found];
}

function checkSpace<T>(
  space: string,
  names: readonly string[],
  { partitions }: RoutePlan<T>,
  faults: PlanFault[],
): void {
  const add = (problem: string): void => void faults.push({ type: 'space', space, problem });
  if (names.length > SPACE_PARTITIONS_MAX) add(`more than ${SPACE_PARTITIONS_MAX} partitions`);
  for (const [at, name] of names.entries()) {
    if (!partitions.has(name)) add(`no partition is called ${JSON.stringify(name)}`);
    if (names.indexOf(name) < at) add(`partition ${JSON.stringify(name)} is named twice`);
  }
}

const DIGITS = /^[0-9]+$/;

function checkCountry(name: string, country: Country, faults: PlanFault[]): void {
  const { code, international, trunk, nationalDigits, local } = country;
  const add = (problem: string): void => {
    faults.push({ type: 'country', country: name, problem });
  };
  if (!/^[1-9][0-9]{0,2}$/.test(code)) add(`${JSON.stringify(code)} is no country code`);
  if (international.length === 0) add('there is no international prefix');
  for (const prefix of international)
    if (!DIGITS.test(prefix)) add(`${JSON.stringify(prefix)} is no international prefix`);
  if (trunk !== '' && !DIGITS.test(trunk)) add(`${JSON.stringify(trunk)} is no trunk prefix`);
  if (local !== undefined && !DIGITS.test(local.area))
    add(`${JSON.stringify(local.area)} is no area code`);
  for (const range of [nationalDigits, local?.digits])
    if (range !== undefined && !(range.min >= 1 && range.min <= range.max))
      add(`from ${range.min} to ${range.max} digits is no length`);
}
