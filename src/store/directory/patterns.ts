/**
 * Patterns of the route plan, one entry each: `"2XXX": line`, `"9.0[12]XXXXXXXXX": { list: london, digits:
 * "strip 9, 0 -> +44", caller_id: main }`, `"90[89]!": block`, `"8XXX": { translate: sites, digits: "strip 8" }`; or
 * several for one, each at its times: `"2000": [{ line: "2001", when: office }, { line: "2009" }]`.
 */
import { type Pattern, readPattern } from '../../call/dial-plan/pattern.ts';
import type { DialAction, DialRule, Transformation } from '../../call/dial-plan/route-plan.ts';
import type { Validity } from '../../call/dial-plan/schedule.ts';
import type { RouteTarget } from '../../call/directory.ts';
import { type Entry, itemsOf, keyPlaceAt, placeAt } from '../document.ts';
import { suggestion } from '../nearest-name.ts';
import type { Problem } from '../problem.ts';
import { checkShape } from '../shape.ts';
import type { Countries } from './countries.ts';
import { readDigits } from './digits.ts';
import { readValidity } from './schedules.ts';
import { callerIdSchema, type RouteEntry, routeSchema } from './schema.ts';

/** What patterns may name. */
export type PlanNames = {
  readonly lists: ReadonlyMap<string, unknown>;
  /** Search spaces. */
  readonly spaces: ReadonlyMap<string, unknown>;
  /** Masks by name. */
  readonly callerIds: ReadonlyMap<string, string>;
  readonly countries: Countries;
  readonly schedules: ReadonlyMap<string, unknown>;
  isLine(number: string): boolean;
  /** For suggestions. */
  lines(): Iterable<string>;
};

type Details = Exclude<RouteEntry, string>;

/** The rules of one entry; undefined with at least one problem more. Its pattern is checked by whoever compiles it. */
export function readRules(
  entry: Entry,
  names: PlanNames,
  problems: Problem[],
): readonly DialRule<RouteTarget>[] | undefined {
  const items = itemsOf(entry.value);
  if (items.length === 0)
    problems.push({ place: entry.value.place, message: 'expected at least one of them' });
  const rules = items.map((value) => readRule({ ...entry, value }, names, problems));
  return rules.every((rule) => rule !== undefined) ? rules : undefined;
}

function readRule(
  entry: Entry,
  names: PlanNames,
  problems: Problem[],
): DialRule<RouteTarget> | undefined {
  const given = checkShape(routeSchema, entry.value, problems);
  if (given === undefined) return undefined;
  const details: Details =
    given === 'line' ? { line: DIALLED } : given === 'block' ? { block: 'forbidden' } : given;
  const before = problems.length;
  const action = readAction(entry, details, names, problems);
  const when = readWhen(entry, details, names, problems);
  if (action === undefined || problems.length > before) return undefined;
  const isEmergency = details.emergency === true;
  const isUrgent = details.urgent ?? isEmergency;
  return {
    pattern: entry.key,
    action,
    ...(when !== undefined && { when }),
    ...(isUrgent && { isUrgent }),
    ...(isEmergency && { isEmergency }),
  };
}

/** Whoever wants help wants it now. */
function readWhen(
  { value }: Entry,
  { when, emergency }: Details,
  { schedules }: PlanNames,
  problems: Problem[],
): Validity | undefined {
  if (when === undefined) return undefined;
  if (emergency === true) {
    const message = "'when' means nothing beside 'emergency': it always counts";
    problems.push({ place: keyPlaceAt(value, [], 'when'), message });
    return undefined;
  }
  return readValidity(when, placeAt(value, ['when']), schedules, problems);
}

/** A line's number that says: the one that was dialled, after its transformation. */
const DIALLED = 'dialled';

function readAction(
  entry: Entry,
  details: Details,
  names: PlanNames,
  problems: Problem[],
): DialAction<RouteTarget> | undefined {
  const { line, list, block, translate } = details;
  const unknown = (key: string, noun: string, name: string, known: Iterable<string>): void => {
    const message = `unknown ${noun} '${name}'${suggestion(name, known)}`;
    problems.push({ place: placeAt(entry.value, [key]), message });
  };
  if (block !== undefined) {
    for (const key of ['digits', 'caller_id', 'emergency', 'overlap'] as const)
      if (details[key] !== undefined) {
        const place = keyPlaceAt(entry.value, [], key);
        problems.push({ place, message: `'${key}' means nothing beside 'block'` });
      }
    return { type: 'refuse', cause: block };
  }
  const changes = readChanges(entry, details, names, problems);
  if (translate !== undefined) {
    if (!names.spaces.has(translate))
      unknown('translate', 'search space', translate, names.spaces.keys());
    return { type: 'translate', space: translate, ...changes };
  }
  const waiting = details.overlap === true ? { waits: true as const } : {};
  if (list !== undefined) {
    if (!names.lists.has(list)) unknown('list', 'list', list, names.lists.keys());
    return { type: 'route', target: { type: 'list', list, ...waiting }, ...changes };
  }
  if (line === undefined) return undefined;
  if (line === DIALLED) return { type: 'route', target: { type: 'line', ...waiting }, ...changes };
  if (!names.isLine(line)) unknown('line', 'line', line, names.lines());
  return { type: 'route', target: { type: 'line', number: line, ...waiting }, ...changes };
}

type Changes = { readonly called?: Transformation; readonly calling?: Transformation };

function readChanges(
  entry: Entry,
  { digits, caller_id: callerId }: Details,
  { callerIds, countries }: PlanNames,
  problems: Problem[],
): Changes {
  let called: Transformation | undefined;
  const pattern = readPattern(entry.key);
  if (digits !== undefined && isPattern(pattern)) {
    const read = readDigits(digits, pattern, entry.key, countries);
    if (typeof read !== 'string') called = read;
    else problems.push({ place: placeAt(entry.value, ['digits']), message: read });
  }
  const mask = callerId === undefined ? undefined : maskOf(callerId, callerIds);
  if (callerId !== undefined && mask === undefined) {
    const message = `unknown caller id '${callerId}'${suggestion(callerId, callerIds.keys())}`;
    problems.push({ place: placeAt(entry.value, ['caller_id']), message });
  }
  return {
    ...(called !== undefined && { called }),
    ...(mask !== undefined && { calling: { mask } }),
  };
}

/** One of the names, or a number itself. */
function maskOf(callerId: string, callerIds: ReadonlyMap<string, string>): string | undefined {
  return callerIds.get(callerId) ?? callerIdSchema.safeParse(callerId).data;
}

function isPattern(read: ReturnType<typeof readPattern>): read is Pattern {
  return !('type' in read);
}
