/**
 * Feature codes of the directory: nothing that can be called may begin with one, or it could not be dialled. Those
 * that set something, and that nobody has asked for, stand back then.
 */
import { STEP, type Work } from '../../base/work.ts';
import type { Line } from '../../call/directory.ts';
import {
  FEATURE_CODES,
  FEATURES,
  type Feature,
  type FeatureCodes,
  SETTINGS_BY_CODE,
} from '../../call/feature-codes.ts';
import type { Orbits } from '../../call/parking/orbit.ts';
import { suggestion } from '../nearest-name.ts';
import type { Place, Problem } from '../problem.ts';
import { checkShape } from '../shape.ts';
import type { DeviceDrafts } from './devices.ts';
import type { Gathered } from './gather.ts';
import { featureSchema } from './schema.ts';

/** Codes that came with a later release than those of lines. */
const LATE: ReadonlySet<Feature> = new Set(['park', 'group_pickup']);

/** What else is dialled. */
type Dialled = {
  readonly lines: ReadonlyMap<string, Line>;
  readonly drafts: DeviceDrafts;
  readonly orbits: Orbits;
};

/** `features: { retrieve: "*11", pickup: off }`; what is not said is as it is without the section. */
export function* readFeatures(
  entries: Gathered,
  dialled: Dialled,
  problems: Problem[],
): Work<FeatureCodes> {
  const codes: Record<Feature, string> = { ...FEATURE_CODES };
  for (const { key, place, value } of entries.features.values()) {
    const feature = FEATURES.find((name) => name === key);
    if (feature === undefined) {
      const hint = suggestion(key, FEATURES) || ` (known here: ${FEATURES.join(', ')})`;
      problems.push({ place, message: `unknown feature '${key}'${hint}` });
      continue;
    }
    const code = checkShape(featureSchema, value, problems);
    if (code !== undefined) codes[feature] = code === 'off' ? '' : code;
  }
  checkApart(entries, codes, problems);
  const numbers = yield* numbersOf(entries, dialled);
  for (const feature of FEATURES) {
    if (codes[feature] === '') continue;
    const clashes: Problem[] = [];
    checkFree(feature, codes[feature], numbers, entries, clashes);
    // Codes that came with a later release give way to what was there before.
    const isLate = SETTINGS_BY_CODE[feature] !== undefined || LATE.has(feature);
    const isAskedFor = entries.features.has(feature) || !isLate;
    if (isAskedFor) problems.push(...clashes);
    else if (clashes.length > 0) codes[feature] = '';
  }
  return codes;
}

/** No code begins with another one. */
function checkApart(
  { features }: Gathered,
  codes: Record<Feature, string>,
  problems: Problem[],
): void {
  for (const late of LATE)
    if (!features.has(late) && [...features.keys()].some((key) => isBegun(codes, key, late)))
      codes[late] = '';
  for (const one of FEATURES)
    for (const other of FEATURES) {
      const place = (features.get(one) ?? features.get(other))?.place;
      if (one === other || codes[other] === '' || place === undefined) continue;
      if (!codes[one].startsWith(codes[other])) continue;
      if (codes[one] === codes[other] && one > other) continue;
      const message = `code '${codes[one]}' (${one}) begins with '${codes[other]}' (${other})`;
      problems.push({ place, message });
    }
}

/** Whether one of the two codes begins with the other. */
function isBegun(codes: FeatureCodes, key: string, late: Feature): boolean {
  const feature = FEATURES.find((name) => name === key);
  const code = feature === undefined ? '' : codes[feature];
  return code !== '' && (code.startsWith(codes[late]) || codes[late].startsWith(code));
}

/** Something that can be called, and where it is given. */
type Callable = { readonly text: string; readonly what: string; readonly place: Place };

/** All numbers and names that begin as codes do. */
function* numbersOf(
  entries: Gathered,
  { lines, drafts, orbits }: Dialled,
): Work<readonly Callable[]> {
  const numbers: Callable[] = [];
  let left = 0;
  const add = (text: string, noun: string, place: Place | undefined): boolean => {
    const isLike = text.startsWith('*') || text.startsWith('#');
    if (isLike && place !== undefined) numbers.push({ text, what: `${noun} '${text}'`, place });
    return isLike;
  };
  for (const { number } of lines.values()) {
    if (++left % STEP === 0) yield;
    add(number, 'number', entries.lines.get(number)?.place);
  }
  for (const { key, place } of entries.hunts.values()) add(key, 'number', place);
  const place = entries.park.get('orbits')?.place;
  for (const orbit of orbits.numbers) add(orbit, 'orbit', place);
  for (const { user, number, entry } of drafts.drafts.values()) {
    if (++left % STEP === 0) yield;
    const isLike = add(number, 'number', entry.place);
    if (!isLike || user !== number) add(user, 'user', entry.place);
  }
  return numbers;
}

function checkFree(
  feature: Feature,
  code: string,
  numbers: readonly Callable[],
  entries: Gathered,
  problems: Problem[],
): void {
  const clash = (what: string, place: Place): void => {
    const message = `${what} begins with the feature code '${code}' (${feature}): give one of them another, or 'features: { ${feature}: off }'`;
    problems.push({ place, message });
  };
  let hasOrbit = false;
  for (const { text, what, place } of numbers) {
    // One is enough of all orbits.
    const isOrbit = what.startsWith('orbit');
    if (!text.startsWith(code) || (isOrbit && hasOrbit)) continue;
    hasOrbit ||= isOrbit;
    clash(what, place);
  }
  for (const { patterns } of entries.partitions.values())
    for (const { key, place } of patterns.values())
      if (mayBegin(key, code)) clash(`pattern '${key}'`, place);
}

const ELEMENT = /\[[^\]]*\]|[^.]/g;
const CLASSES: Readonly<Record<string, string>> = { X: '[0-9]', Z: '[1-9]', N: '[2-9]' };

/** Whether something that the pattern matches begins with `code`. One that begins with anything does not mean codes. */
function mayBegin(pattern: string, code: string): boolean {
  const elements = pattern.match(ELEMENT) ?? [];
  if (elements[0] === '!') return false;
  for (let at = 0; at < code.length; at++) {
    const element = elements[at];
    const digit = code.charAt(at);
    if (element === undefined) return false;
    if (element === '!') return true;
    const set = CLASSES[element] ?? element;
    if (set.startsWith('[') ? !isIn(set, digit) : set !== digit) return false;
  }
  return true;
}

/** `set`: `[1-46]`. Whether it is well formed is looked at elsewhere. */
function isIn(set: string, digit: string): boolean {
  for (let at = 1; at < set.length - 1; at++) {
    const last = set.charAt(at + 1) === '-' ? set.charAt(at + 2) : set.charAt(at);
    if (digit >= set.charAt(at) && digit <= last) return true;
    if (set.charAt(at + 1) === '-') at += 2;
  }
  return false;
}
