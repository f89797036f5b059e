/**
 * What a pattern does to the digits, as the directory writes it: steps with commas between them.
 *
 * `strip 9` and `strip .` take digits away in front, `0 -> +44` those and puts others in their place, `keep 4`
 * leaves the last four, `prefix 8` puts digits in front, `mask 20XX` takes the last ones into a form; `E.164 uk` and
 * `national uk`, at the end, write the number as all the world does, or as that country. All that
 * is to be stripped by name must stand literally in the pattern, so that the outcome is known here and not at
 * the first call.
 */
import { type Pattern, SYMBOLS, symbolOf } from '../../call/dial-plan/pattern.ts';
import {
  NUMBER_MAX,
  type NumberForm,
  type Transformation,
} from '../../call/dial-plan/route-plan.ts';
import { suggestion } from '../nearest-name.ts';
import type { Countries } from './countries.ts';

const STEP =
  /^(?:strip (?<strip>[0-9*#+A-D]+|\.)|(?<from>[0-9*#+A-D]*) ?-> ?(?<to>[0-9*#+A-D]*)|prefix (?<prefix>[0-9*#+A-D]+)|keep (?<keep>[1-9][0-9]?)|mask (?<mask>[0-9*#+A-DX]+)|(?<form>E\.164|national)(?: (?<country>\S+))?)$/;

type Changes = {
  strip: number;
  keepLast?: number;
  mask?: string;
  prefix: string;
  /** The step that says so. */
  last?: string;
  form?: NumberForm;
};

/** As `text` says against its pattern, whose text is `written`; a text says what does not fit. */
export function readDigits(
  text: string,
  pattern: Pattern,
  written: string,
  countries: Countries,
): Transformation | string {
  const changes: Changes = { strip: 0, prefix: '' };
  for (const step of text.split(',').map((each) => each.trim())) {
    if (step === '') continue;
    const fault = apply(step, changes, pattern, written, countries);
    if (fault !== undefined) return fault;
  }
  const { strip, prefix, form, last: _, ...rest } = changes;
  const ends = { ...(prefix !== '' && { prefix }), ...(form !== undefined && { form }) };
  return { ...(strip > 0 && { strip }), ...rest, ...ends };
}

/** What is wrong with the step, if anything. */
function apply(
  step: string,
  changes: Changes,
  pattern: Pattern,
  written: string,
  countries: Countries,
): string | undefined {
  const groups = STEP.exec(step)?.groups;
  if (!groups)
    return `expected 'strip 9', 'strip .', '0 -> +44', 'keep 4', 'prefix 8', 'mask 20XX', 'E.164' or 'national', got '${step}'`;
  if (changes.form !== undefined) return `nothing can follow the form before '${step}'`;
  if (groups['form'] !== undefined) return applyForm(groups, changes, countries);
  if (changes.last !== undefined)
    return `'${step}' must come before '${changes.last}': what stands in front is put there last`;
  const { strip, from = '', to = '', prefix, keep, mask } = groups;
  if (mask !== undefined) {
    changes.mask = mask;
    return undefined;
  }
  if (prefix !== undefined) {
    changes.prefix = prefix;
    changes.last = step;
    return undefined;
  }
  if (changes.mask !== undefined) return `'${step}' must come before the mask`;
  if (keep !== undefined) {
    if (Number(keep) > NUMBER_MAX) return `at most ${NUMBER_MAX} digits can be kept`;
    changes.keepLast = Number(keep);
    return undefined;
  }
  if (changes.keepLast !== undefined) return `'${step}' must come before 'keep'`;
  if (strip === '.') {
    if (pattern.dot === undefined) return `'strip .' needs a . in pattern '${written}'`;
    if (changes.strip > pattern.dot)
      return `'strip .' never applies: more than that is gone already`;
    changes.strip = pattern.dot;
    return undefined;
  }
  const leading = strip ?? from;
  for (let at = 0; at < leading.length; at++) {
    if (pattern.places[changes.strip + at] === symbolOf(leading.charCodeAt(at))) continue;
    return `'${step}' never applies: what is left of the pattern begins '${rest(pattern, written, changes.strip)}'`;
  }
  changes.strip += leading.length;
  if (strip === undefined) {
    changes.prefix = to;
    if (to !== '') changes.last = step;
  }
  return undefined;
}

/** Without a name the country is the only one that there is. */
function applyForm(
  { form, country }: Readonly<Record<string, string | undefined>>,
  changes: Changes,
  countries: Countries,
): string | undefined {
  const [only, ...others] = countries.keys();
  const name = country ?? (others.length === 0 ? only : undefined);
  if (only === undefined) return `'${form}' needs 'countries' in the route plan`;
  if (name === undefined) return `expected '${form} ${only}', or another country`;
  if (!countries.has(name)) return `unknown country '${name}'${suggestion(name, countries.keys())}`;
  changes.form = { as: form === 'national' ? form : 'E.164', country: name };
  return undefined;
}

/** The pattern from one place on, as far as it consists of single letters. */
function rest({ places }: Pattern, written: string, from: number): string {
  const text = written.replace('.', '');
  if (!text.includes('[')) return text.slice(from, from + 6);
  return places
    .slice(from, from + 6)
    .map((place) => SYMBOLS.charAt(place) || 'X')
    .join('');
}
