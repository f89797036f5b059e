/**
 * Brings the sections of all directory files together, entry by entry, with where each was said.
 * Two files that say the same key contradict each other, even if they agree today.
 */
import { paced, type Work } from '../../base/work.ts';
import { type Entry, entriesOf, readEntries, rootOf, type Source } from '../document.ts';
import { suggestion } from '../nearest-name.ts';
import { formatPlace, type Place, type Problem } from '../problem.ts';
import { SECTIONS, type Section } from './schema.ts';

/** Entries of one section by key, in the order of files and lines. */
export type Entries = ReadonlyMap<string, Entry>;

export type Gathered = Readonly<Record<Section, Entries>> & GatheredPlan;

/** The parts of the route plan. */
export type GatheredPlan = {
  /** Patterns by partition, in the order of the files: earlier ones win ties. `place`: where it was first named. */
  readonly partitions: ReadonlyMap<string, { readonly place: Place; readonly patterns: Entries }>;
  readonly lists: Entries;
  readonly search: Entries;
  readonly callerIds: Entries;
  readonly countries: Entries;
  readonly schedules: Entries;
  /** By partition. */
  readonly valid: Entries;
  readonly digitTimeout: Entry | undefined;
};

const PLAN_KEYS = [
  'partitions',
  'search',
  'lists',
  'caller_ids',
  'countries',
  'schedules',
  'valid',
  'digit_timeout',
];

/** The entries of all files. Keys that are unknown or said twice are problems. */
export function* gather(sources: readonly Source[], problems: Problem[]): Work<Gathered> {
  const sections = {
    lines: new Map(),
    devices: new Map(),
    gateways: new Map(),
    hunts: new Map(),
    park: new Map(),
    pickup_groups: new Map(),
    route_plan: new Map(),
    features: new Map(),
  };
  const plan: OpenPlan = {
    partitions: new Map(),
    lists: new Map(),
    search: new Map(),
    callerIds: new Map(),
    countries: new Map(),
    schedules: new Map(),
    valid: new Map(),
    digitTimeout: undefined,
  };
  for (const source of sources) {
    for (const section of entriesOf(rootOf(source), problems)) {
      if (!isSection(section.key)) {
        problems.push(unknownKey(section, SECTIONS));
        continue;
      }
      if (section.key !== 'route_plan') {
        const noun = section.key === 'park' ? 'key' : section.key.slice(0, -1).replace('_', ' ');
        const known = sections[section.key];
        const entries = yield* readEntries(section.value, problems);
        yield* paced(entries, (entry) => addOnce(known, entry, noun, problems));
        continue;
      }
      for (const part of entriesOf(section.value, problems))
        yield* gatherPart(part, plan, problems);
    }
  }
  return { ...sections, ...plan };
}

type OpenPlan = {
  readonly partitions: Map<
    string,
    { readonly place: Place; readonly patterns: Map<string, Entry> }
  >;
  readonly lists: Map<string, Entry>;
  readonly search: Map<string, Entry>;
  readonly callerIds: Map<string, Entry>;
  readonly countries: Map<string, Entry>;
  readonly schedules: Map<string, Entry>;
  readonly valid: Map<string, Entry>;
  digitTimeout: Entry | undefined;
};

function* gatherPart(part: Entry, plan: OpenPlan, problems: Problem[]): Work<void> {
  const addAll = (entries: Map<string, Entry>, noun: string): void => {
    for (const entry of entriesOf(part.value, problems)) addOnce(entries, entry, noun, problems);
  };
  switch (part.key) {
    case 'partitions':
      for (const { key, place, value } of entriesOf(part.value, problems)) {
        const partition = plan.partitions.get(key) ?? { place, patterns: new Map() };
        plan.partitions.set(key, partition);
        const patterns = yield* readEntries(value, problems);
        yield* paced(patterns, (entry) => addOnce(partition.patterns, entry, 'pattern', problems));
      }
      return;
    case 'lists':
      return addAll(plan.lists, 'list');
    case 'search':
      return addAll(plan.search, 'search space');
    case 'caller_ids':
      return addAll(plan.callerIds, 'caller id');
    case 'countries':
      return addAll(plan.countries, 'country');
    case 'schedules':
      return addAll(plan.schedules, 'schedule');
    case 'valid':
      return addAll(plan.valid, 'partition');
    case 'digit_timeout':
      if (plan.digitTimeout !== undefined)
        problems.push(alreadyGiven(`'${part.key}'`, part.place, plan.digitTimeout.place));
      plan.digitTimeout ??= part;
      return;
    default:
      problems.push(unknownKey(part, PLAN_KEYS));
  }
}

function addOnce(
  entries: Map<string, Entry>,
  entry: Entry,
  noun: string,
  problems: Problem[],
): void {
  const first = entries.get(entry.key);
  if (first) problems.push(alreadyGiven(`${noun} '${entry.key}'`, entry.place, first.place));
  else entries.set(entry.key, entry);
}

/** `device 'ana' is already in directory/office.yaml:12:3`. */
export function alreadyGiven(what: string, place: Place, first: Place): Problem {
  return { place, message: `${what} is already in ${formatPlace(first)}` };
}

function unknownKey(entry: Entry, known: readonly string[]): Problem {
  const hint = suggestion(entry.key, known) || ` (known here: ${known.join(', ')})`;
  return { place: entry.place, message: `unknown key '${entry.key}'${hint}` };
}

function isSection(key: string): key is Section {
  return SECTIONS.some((section) => section === key);
}
