/**
 * Brings the sections of all directory files together, entry by entry, with where each was said.
 * Two files that say the same key contradict each other, even if they agree today.
 */
import { type Entry, entriesOf, type Located, rootOf, type Source } from '../document.ts';
import { suggestion } from '../nearest-name.ts';
import { formatPlace, type Place, type Problem } from '../problem.ts';
import { SECTIONS, type Section } from './schema.ts';

/** Entries of one section by key, in the order of files and lines. */
export type Entries = ReadonlyMap<string, Entry>;

export type Gathered = Readonly<Record<Section, Entries>> & {
  /** Patterns by partition, in the order of the files: earlier ones win ties. */
  readonly partitions: ReadonlyMap<string, Entries>;
  readonly lists: Entries;
};

const PLAN_KEYS = ['partitions', 'lists'];

/** The entries of all files. Keys that are unknown or said twice are problems. */
export function gather(sources: readonly Source[], problems: Problem[]): Gathered {
  const sections = {
    lines: new Map(),
    devices: new Map(),
    gateways: new Map(),
    route_plan: new Map(),
  };
  const partitions = new Map<string, Map<string, Entry>>();
  const lists = new Map<string, Entry>();
  for (const source of sources) {
    for (const section of entriesOf(rootOf(source), problems)) {
      if (!isSection(section.key)) {
        problems.push(unknownKey(section, SECTIONS));
        continue;
      }
      if (section.key !== 'route_plan') {
        const noun = section.key.slice(0, -1);
        for (const entry of entriesOf(section.value, problems))
          addOnce(sections[section.key], entry, noun, problems);
        continue;
      }
      gatherPlan(section.value, partitions, lists, problems);
    }
  }
  return { ...sections, partitions, lists };
}

function gatherPlan(
  plan: Located,
  partitions: Map<string, Map<string, Entry>>,
  lists: Map<string, Entry>,
  problems: Problem[],
): void {
  for (const part of entriesOf(plan, problems)) {
    if (part.key === 'partitions') {
      for (const partition of entriesOf(part.value, problems)) {
        const patterns = partitions.get(partition.key) ?? new Map<string, Entry>();
        partitions.set(partition.key, patterns);
        for (const entry of entriesOf(partition.value, problems))
          addOnce(patterns, entry, 'pattern', problems);
      }
    } else if (part.key === 'lists') {
      for (const entry of entriesOf(part.value, problems)) addOnce(lists, entry, 'list', problems);
    } else {
      problems.push(unknownKey(part, PLAN_KEYS));
    }
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
