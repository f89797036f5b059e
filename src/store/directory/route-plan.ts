/**
 * The route plan of a directory: partitions with their patterns, search spaces, numbers to show. What patterns
 * match is judged by the compiler that call processing uses.
 */
import { paced, STEP, type Work } from '../../base/work.ts';
import { compiling, type PlanFault } from '../../call/dial-plan/compile.ts';
import {
  type DialRule,
  type RoutePlan,
  SPACE_PARTITIONS_MAX,
} from '../../call/dial-plan/route-plan.ts';
import { type Directory, INTER_DIGIT_MS, type RouteTarget } from '../../call/directory.ts';
import { LINES } from '../../call/numbering.ts';
import { type Entry, placeAt, textAt } from '../document.ts';
import { suggestion } from '../nearest-name.ts';
import { formatPlace, type Place, type Problem } from '../problem.ts';
import { checkShape } from '../shape.ts';
import { identifier } from '../values.ts';
import type { Countries } from './countries.ts';
import type { Entries, Gathered } from './gather.ts';
import { readRules } from './patterns.ts';
import { readSchedules, type Schedules } from './schedules.ts';
import { callerIdSchema, digitTimeoutSchema, searchSpaceSchema } from './schema.ts';

type Plan = Omit<Gathered, 'devices' | 'gateways' | 'route_plan' | 'features' | 'digitTimeout'>;

/**
 * `lines`, `users`: what there is to dial; `areAllRead`: no more than that was given. Partitions, patterns and spaces in the
 * order of the files.
 */
export function* readRoutePlan(
  plan: Plan,
  {
    lines,
    users,
    areAllRead,
    countries,
  }: Pick<Directory, 'lines' | 'users'> & {
    readonly areAllRead: boolean;
    readonly countries: Countries;
  },
  problems: Problem[],
): Work<RoutePlan<RouteTarget>> {
  const callerIds = new Map<string, string>();
  // What is wrong with it is no reason to call it unknown.
  for (const { key, value } of plan.callerIds.values())
    callerIds.set(key, checkShape(callerIdSchema, value, problems) ?? '0');
  const spaces = readSpaces(plan, problems);
  const names = {
    lists: plan.lists,
    spaces: new Map([...spaces, [LINES, [LINES]]]),
    callerIds,
    countries,
    schedules: plan.schedules,
    isLine: (number: string) =>
      !areAllRead ||
      lines.has(number) ||
      users.has(number) ||
      plan.lines.has(number) ||
      plan.hunts.has(number),
    lines: () => lines.keys(),
  };
  const partitions = new Map<string, readonly DialRule<RouteTarget>[]>();
  for (const [name, { place, patterns }] of plan.partitions) {
    checkName('partition', name, place, problems);
    const rules: DialRule<RouteTarget>[] = [];
    const read = (entry: Entry): void => {
      const found = readRules(entry, names, problems);
      rules.push(...(found ?? [{ pattern: entry.key, action: NOTHING }]));
    };
    yield* paced([...patterns.values()], read, READ_STEP);
    partitions.set(name, rules);
  }
  const compilation = yield* compiling({
    partitions,
    countries,
    spaces: new Map([...names.spaces.keys()].map((name) => [name, []])),
  });
  if (compilation.type === 'faults')
    for (const fault of compilation.faults) report(fault, plan, problems);
  return { partitions, spaces, countries, ...timesOf(readSchedules(plan, problems)) };
}

/** What is not said is not there. */
function timesOf({ schedules, valid }: Schedules): Partial<Schedules> {
  return schedules.size === 0 ? {} : { schedules, valid };
}

/** Patterns that are read at a time: each is checked against its schema. */
const READ_STEP = 256;

/** Stands in for a rule with problems. */
const NOTHING: DialRule<RouteTarget>['action'] = { type: 'refuse', cause: 'unknown number' };

/** How long more digits are waited for. */
export function readDigitTimeout(
  { digitTimeout }: Pick<Gathered, 'digitTimeout'>,
  problems: Problem[],
): number {
  const given = digitTimeout && checkShape(digitTimeoutSchema, digitTimeout.value, problems);
  return given ?? INTER_DIGIT_MS;
}

function checkName(noun: string, name: string, place: Place, problems: Problem[]): void {
  const fault = identifier.safeParse(name).error?.issues[0];
  if (fault) problems.push({ place, message: fault.message });
  if (name !== LINES) return;
  const message = `${noun} '${LINES}' is there already: the numbers of all lines, and all users`;
  problems.push({ place, message });
}

function readSpaces(
  { search, partitions }: Plan,
  problems: Problem[],
): Map<string, readonly string[]> {
  const spaces = new Map<string, readonly string[]>();
  const known = [...partitions.keys(), LINES];
  for (const { key, place, value } of search.values()) {
    checkName('search space', key, place, problems);
    const names = checkShape(searchSpaceSchema, value, problems) ?? [];
    const add = (index: number, message: string): void =>
      void problems.push({ place: placeAt(value, [index]), message });
    names.forEach((name, index) => {
      if (!known.includes(name))
        add(index, `unknown partition '${name}'${suggestion(name, known)}`);
      else if (names.indexOf(name) < index) add(index, `partition '${name}' is named twice`);
    });
    if (names.length > SPACE_PARTITIONS_MAX)
      problems.push({ place, message: `more than ${SPACE_PARTITIONS_MAX} partitions` });
    spaces.set(key, names);
  }
  return spaces;
}

function report(fault: PlanFault, { partitions }: Plan, problems: Problem[]): void {
  if (fault.type !== 'rule') return;
  const { partition, pattern, field, problem } = fault;
  const patterns = partitions.get(partition)?.patterns;
  const entry = patterns?.get(pattern);
  if (entry === undefined) return;
  const [end = '', step] = field.split('.');
  if (step !== undefined) {
    const place = placeAt(entry.value, [end === 'called' ? 'digits' : 'caller_id']);
    problems.push({ place, message: problem });
    return;
  }
  problems.push({
    place: entry.place,
    message: `pattern '${pattern}'${readable(pattern, problem, patterns)}`,
  });
}

const TWIN = 'matches the same as ';

function readable(pattern: string, problem: string, patterns: Entries | undefined): string {
  if (!problem.startsWith(TWIN)) return `: ${problem}`;
  if (problem === TWIN + pattern) return ': two of them are for the same times';
  const twin = patterns?.get(problem.slice(TWIN.length));
  return twin === undefined ? ` ${problem}` : ` ${TWIN}'${twin.key}' in ${formatPlace(twin.place)}`;
}

/** Search spaces that lines, devices and gateways name. */
export function* checkSearch(
  entries: Iterable<Entry>,
  spaces: ReadonlyMap<string, unknown>,
  problems: Problem[],
): Work<void> {
  const known = [...spaces.keys(), LINES];
  let left = 0;
  for (const { value } of entries) {
    if (++left % STEP === 0) yield;
    const name = textAt(value, 'search');
    // What is no name at all its section complains of.
    if (name === undefined || known.includes(name) || !identifier.safeParse(name).success) continue;
    const message = `unknown search space '${name}'${suggestion(name, known)}`;
    problems.push({ place: placeAt(value, ['search']), message });
  }
}
