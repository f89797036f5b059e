/** Orbits of the directory: numbers at which calls are parked. */
import type { Device, Line } from '../../call/directory.ts';
import { NO_ORBITS, ORBITS_MAX, type Orbits } from '../../call/parking/orbit.ts';
import { type Entry, placeAt } from '../document.ts';
import { suggestion } from '../nearest-name.ts';
import { formatPlace, type Place, type Problem } from '../problem.ts';
import { checkShape } from '../shape.ts';
import { dialNumber } from '../values.ts';
import type { DeviceDrafts } from './devices.ts';
import type { Gathered } from './gather.ts';
import { orbitsSchema, parkTimeoutSchema, watchersSchema } from './schema.ts';

const KEYS = ['orbits', 'timeout', 'watchers'];

/** What else has numbers. */
type Numbers = {
  readonly lines: ReadonlyMap<string, Line>;
  readonly users: ReadonlyMap<string, Device>;
  readonly drafts: DeviceDrafts;
};

/** `park: { orbits: "70X", timeout: 60s, watchers: all }` */
export function readPark(
  entries: Pick<Gathered, 'park' | 'lines' | 'hunts'>,
  numbers: Numbers,
  problems: Problem[],
): Orbits {
  const { park } = entries;
  for (const { key, place } of park.values())
    if (!KEYS.includes(key)) {
      const hint = suggestion(key, KEYS) || ` (known here: ${KEYS.join(', ')})`;
      problems.push({ place, message: `unknown key '${key}'${hint}` });
    }
  const orbits = park.get('orbits');
  const timeout = park.get('timeout');
  const watchers = park.get('watchers');
  const timeoutMs = timeout && checkShape(parkTimeoutSchema, timeout.value, problems);
  const watched = watchers && checkShape(watchersSchema, watchers.value, problems);
  if (watchers !== undefined && watched !== undefined)
    checkWatchers(watchers, watched, numbers.drafts, problems);
  return {
    numbers:
      orbits === undefined ? NO_ORBITS.numbers : readOrbits(orbits, entries, numbers, problems),
    timeoutMs: timeoutMs ?? NO_ORBITS.timeoutMs,
    watchers: watched ?? NO_ORBITS.watchers,
  };
}

function readOrbits(
  entry: Entry,
  entries: Pick<Gathered, 'lines' | 'hunts'>,
  numbers: Numbers,
  problems: Problem[],
): ReadonlySet<string> {
  const found = new Set<string>();
  const given = checkShape(orbitsSchema, entry.value, problems) ?? [];
  const isList = Array.isArray(given);
  for (const [index, text] of (isList ? given : [given]).entries()) {
    const place = placeAt(entry.value, isList ? [index] : []);
    const spread = spreadOut(text);
    if (typeof spread === 'string') {
      problems.push({ place, message: spread });
      continue;
    }
    for (const number of spread) {
      const known = found.has(number) ? 'an orbit already' : whatIs(number, entries, numbers);
      found.add(number);
      if (known === undefined) continue;
      problems.push({ place, message: `orbit '${number}' is ${known}` });
      // One is enough of a range.
      break;
    }
  }
  if (found.size > ORBITS_MAX) {
    const message = `${found.size} orbits, at most ${ORBITS_MAX}`;
    problems.push({ place: entry.place, message });
  }
  return found;
}

/** `70X`, `701-712`, `701`: the numbers in their order; a text says what is wrong with it. */
function spreadOut(text: string): readonly string[] | string {
  const [, first = '', last = ''] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  if (first !== '') {
    const count = Number(last) - Number(first) + 1;
    if (first.length !== last.length || count < 1)
      return `expected a range such as 701-712, got '${text}'`;
    if (count > ORBITS_MAX) return `${count} orbits, at most ${ORBITS_MAX}`;
    return Array.from({ length: count }, (_, at) =>
      String(Number(first) + at).padStart(first.length, '0'),
    );
  }
  const fault = dialNumber.safeParse(text.replaceAll('X', '0')).error?.issues[0];
  if (fault) return fault.message;
  const places = text.split('X').length - 1;
  if (places > 3) return `expected at most three X, got '${text}'`;
  return Array.from({ length: 10 ** places }, (_, at) => {
    const digits = String(at).padStart(places, '0');
    let place = 0;
    return text.replaceAll('X', () => digits.charAt(place++));
  });
}

/** What has that number. */
function whatIs(
  number: string,
  entries: Pick<Gathered, 'lines' | 'hunts'>,
  { lines, users }: Numbers,
): string | undefined {
  const at = (what: string, place: Place) => `${what} '${number}' in ${formatPlace(place)}`;
  const line = entries.lines.get(number);
  if (line !== undefined) return at('line', line.place);
  const hunt = entries.hunts.get(number);
  if (hunt !== undefined) return at('hunt', hunt.place);
  const device = lines.get(number)?.members[0]?.device ?? users.get(number)?.id;
  return device === undefined ? undefined : `the number of device '${device}'`;
}

function checkWatchers(
  { value }: Entry,
  watchers: 'all' | readonly string[],
  { drafts, broken }: DeviceDrafts,
  problems: Problem[],
): void {
  if (watchers === 'all') return;
  watchers.forEach((device, index) => {
    if (drafts.has(device) || broken.has(device)) return;
    const message = `unknown device '${device}'${suggestion(device, drafts.keys())}`;
    problems.push({ place: placeAt(value, [index]), message });
  });
}
