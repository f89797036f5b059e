/**
 * Dialled patterns that leave through a gateway: the part of the route plan that there is so far.
 *
 * `"9.0[12]XXXXXXXXX": { list: london, digits: "strip 9, 0 -> +44" }`: what is dialled loses its 9,
 * then its leading 0 becomes +44. All that is to be stripped must stand literally in the pattern,
 * so that the outcome is known here and not at the first call.
 */
import { compilePattern } from '../../call/dial-patterns.ts';
import type { OutboundPattern } from '../../call/directory.ts';
import { type Entry, placeAt } from '../document.ts';
import { suggestion } from '../nearest-name.ts';
import { formatPlace, type Problem } from '../problem.ts';
import { checkShape } from '../shape.ts';
import type { Gathered } from './gather.ts';
import type { RouteLists } from './route-lists.ts';
import { routeSchema } from './schema.ts';

/** Patterns in the order of the files: among equally specific ones the earlier wins. */
export function readRoutePlan(
  plan: Pick<Gathered, 'partitions' | 'lists'>,
  lists: RouteLists,
  problems: Problem[],
): OutboundPattern[] {
  const patterns: OutboundPattern[] = [];
  // Partitions are names only until callers have search spaces: a pattern can be in one of them.
  const seen = new Map<string, Entry>();
  for (const partition of plan.partitions.values()) {
    for (const entry of partition.values()) {
      const before = problems.length;
      checkPattern(entry, problems);
      const given = checkShape(routeSchema, entry.value, problems);
      if (given === undefined || problems.length > before) continue;
      const pattern = entry.key.replace('.', '');
      const twin = seen.get(pattern);
      if (twin) {
        const message = `pattern '${entry.key}' matches the same as '${twin.key}' in ${formatPlace(twin.place)}`;
        problems.push({ place: entry.place, message });
      }
      seen.set(pattern, entry);
      if (!plan.lists.has(given.list)) {
        const place = placeAt(entry.value, ['list']);
        const message = `unknown list '${given.list}'${suggestion(given.list, plan.lists.keys())}`;
        problems.push({ place, message });
      }
      const digits = readDigits(given.digits ?? '', entry.key);
      if (typeof digits === 'string') {
        problems.push({ place: placeAt(entry.value, ['digits']), message: digits });
        continue;
      }
      if (!lists.has(given.list)) continue;
      patterns.push({
        pattern,
        list: given.list,
        ...digits,
        ...(given.caller_id === undefined ? {} : { callerId: given.caller_id }),
        ...(given.emergency === true ? { isEmergency: true } : {}),
      });
    }
  }
  return patterns;
}

function checkPattern({ key, place }: Entry, problems: Problem[]): void {
  const compiled = compilePattern(key);
  if ('type' in compiled)
    problems.push({ place, message: `pattern '${key}': ${compiled.problem}` });
  else if (key.split('.').length > 2)
    problems.push({ place, message: `pattern '${key}': one . marks what may be stripped` });
}

/** How many leading digits go, and what comes in their place. */
type Digits = { readonly strip: number; readonly prefix: string };

const STEP = /^(?:strip (?<strip>[0-9*#+]+|\.)|(?<from>[0-9*#+]*) ?-> ?(?<to>[0-9*#+]*))$/;

/** `strip 9, 0 -> +44` against its pattern; a text says what does not fit. */
export function readDigits(text: string, pattern: string): Digits | string {
  const literal = pattern.replace('.', '');
  const mark = pattern.indexOf('.');
  let strip = 0;
  let prefix = '';
  for (const step of text.split(',').map((each) => each.trim())) {
    if (step === '') continue;
    const groups = STEP.exec(step)?.groups;
    if (!groups) return `expected 'strip' and digits, 'strip .' or '0 -> +44', got '${step}'`;
    if (prefix !== '') return `nothing can follow the replacement before '${step}'`;
    const { strip: goes, from = '', to = '' } = groups;
    if (goes === '.') {
      if (mark < 0) return `'strip .' needs a . in pattern '${pattern}'`;
      if (!/^[0-9*#+]*$/.test(pattern.slice(0, mark)))
        return `'strip .' needs plain digits before the . in pattern '${pattern}'`;
      strip = mark;
      continue;
    }
    const leading = goes ?? from;
    if (!literal.startsWith(leading, strip)) {
      const rest = literal.slice(strip);
      return `'${step}' never applies: what is left of the pattern begins '${rest.slice(0, 6)}'`;
    }
    strip += leading.length;
    prefix = goes === undefined ? to : '';
  }
  return { strip, prefix };
}
