/** The sections of a manager file, each checked on its own, so that a fault in one does not hide those of others. */
import type { ZodType } from 'zod';
import {
  type Entry,
  entriesOf,
  placeAt as placeInside,
  readSource,
  rootOf,
} from '../../store/document.ts';
import { suggestion } from '../../store/nearest-name.ts';
import { type Place, type Problem, topOf } from '../../store/problem.ts';
import { checkShape } from '../../store/shape.ts';
import { SECTION_SCHEMAS, type SectionName, type Sections } from './schema.ts';

export type SectionsRead = {
  readonly given: Sections;
  /** Where the value at `path` in `section` stands; the top of the file if the section is absent. */
  placeAt(section: SectionName, path: readonly PropertyKey[]): Place;
};

const NAMES = Object.keys(SECTION_SCHEMAS).filter(isName);
const REQUIRED: readonly SectionName[] = ['manager', 'sip', 'directory'];

/** What the file says, as far as it is right. */
export function readSections(file: string, text: string, problems: Problem[]): SectionsRead {
  const source = readSource(file, text, problems);
  const entries = new Map<string, Entry>();
  const given: Sections = {};
  const placeAt: SectionsRead['placeAt'] = (section, path) => {
    const entry = entries.get(section);
    return entry ? placeInside(entry.value, path) : topOf(file);
  };
  if (!source.sound) return { given, placeAt };
  for (const entry of entriesOf(rootOf(source), problems)) {
    entries.set(entry.key, entry);
    if (isName(entry.key)) {
      readSection(given, entry.key, entry, problems);
      continue;
    }
    const hint = suggestion(entry.key, NAMES) || ` (known here: ${NAMES.join(', ')})`;
    problems.push({ place: entry.place, message: `unknown key '${entry.key}'${hint}` });
  }
  // Where the directory is kept it can be applied later.
  const isKept = entries.has('cluster') || given.manager?.data !== undefined;
  for (const name of REQUIRED)
    if (!entries.has(name) && !(name === 'directory' && isKept))
      problems.push({ place: topOf(file), message: `missing key '${name}'` });
  return { given, placeAt };
}

function readSection<K extends SectionName>(
  given: Sections,
  name: K,
  entry: Entry,
  problems: Problem[],
): void {
  // Each schema gives what `Sections` says under the same name; the compiler cannot follow the index.
  const schema: ZodType = SECTION_SCHEMAS[name];
  const value = checkShape(schema, entry.value, problems) as Sections[K];
  if (value !== undefined) given[name] = value;
}

function isName(text: string): text is SectionName {
  return Object.hasOwn(SECTION_SCHEMAS, text);
}
