/** Hunts of the directory: numbers that lead to several lines. */
import type { Device, Line } from '../../call/directory.ts';
import type { Hunt } from '../../call/hunting/hunt.ts';
import { type Entry, keyPlaceAt, placeAt } from '../document.ts';
import { suggestion } from '../nearest-name.ts';
import { formatPlace, type Problem } from '../problem.ts';
import { checkShape } from '../shape.ts';
import { dialNumber } from '../values.ts';
import type { Gathered } from './gather.ts';
import { type HuntEntry, huntSchema } from './schema.ts';

/** How long each line of a series rings, unless told: four times. */
const RING_S = 15;
/** As a line's. */
const NO_ANSWER_MS = 120_000;

/** What there is to ring. `areAllRead`: no more than that was given. */
type Dialled = {
  readonly lines: ReadonlyMap<string, Line>;
  readonly users: ReadonlyMap<string, Device>;
  readonly areAllRead: boolean;
};

/** By number. */
export function readHunts(
  entries: Pick<Gathered, 'hunts' | 'lines'>,
  dialled: Dialled,
  problems: Problem[],
): Map<string, Hunt> {
  const hunts = new Map<string, Hunt>();
  for (const entry of entries.hunts.values()) {
    const { key, place, value } = entry;
    const fault = dialNumber.safeParse(key).error?.issues[0];
    if (fault) problems.push({ place, message: fault.message });
    checkNumber(entry, entries, dialled, problems);
    const given = checkShape(huntSchema, value, problems);
    if (given === undefined) continue;
    checkLines(entry, given, entries, dialled, problems);
    if (given.offer === undefined || given.offer === 'parallel')
      checkParallel(entry, given, problems);
    hunts.set(key, makeHunt(key, given));
  }
  return hunts;
}

/** Nothing else has its number. */
function checkNumber(
  { key, place }: Entry,
  entries: Pick<Gathered, 'lines'>,
  { lines, users }: Dialled,
  problems: Problem[],
): void {
  const line = entries.lines.get(key);
  if (line !== undefined)
    problems.push({
      place,
      message: `hunt '${key}' is line '${key}' in ${formatPlace(line.place)}`,
    });
  else if (lines.has(key) || users.has(key)) {
    const device = lines.get(key)?.members[0]?.device ?? users.get(key)?.id ?? '';
    problems.push({ place, message: `hunt '${key}' has the number of device '${device}'` });
  }
}

function checkLines(
  entry: Entry,
  { lines }: HuntEntry,
  entries: Pick<Gathered, 'lines' | 'hunts'>,
  dialled: Dialled,
  problems: Problem[],
): void {
  const seen = new Set<string>();
  lines.forEach((item, index) => {
    const number = typeof item === 'string' ? item : item.line;
    const place = placeAt(entry.value, [
      'lines',
      index,
      ...(typeof item === 'string' ? [] : ['line']),
    ]);
    if (seen.has(number)) problems.push({ place, message: `line '${number}' is in it already` });
    seen.add(number);
    const isKnown = dialled.lines.has(number) || dialled.users.has(number);
    if (isKnown || entries.lines.has(number)) return;
    if (entries.hunts.has(number)) {
      const message = `'${number}' is a hunt: only lines can be hunted; what follows may be another hunt ('busy', 'no_answer')`;
      problems.push({ place, message });
    } else if (dialled.areAllRead) {
      const message = `unknown line '${number}'${suggestion(number, dialled.lines.keys())}`;
      problems.push({ place, message });
    }
  });
}

/** Times that would mean nothing. */
function checkParallel(entry: Entry, { lines, seconds }: HuntEntry, problems: Problem[]): void {
  const message = "lines ring together here: 'seconds' is for 'offer: serial' and 'circular'";
  if (seconds !== undefined)
    problems.push({ place: keyPlaceAt(entry.value, [], 'seconds'), message });
  lines.forEach((item, index) => {
    if (typeof item !== 'string')
      problems.push({ place: keyPlaceAt(entry.value, ['lines', index], 'seconds'), message });
  });
}

function makeHunt(number: string, given: HuntEntry): Hunt {
  const { name = '', offer = 'parallel', seconds = RING_S, no_answer, busy, search } = given;
  return {
    number,
    name,
    order: offer,
    lines: given.lines.map((item) =>
      typeof item === 'string'
        ? { number: item, ms: seconds * 1000 }
        : { number: item.line, ms: item.seconds * 1000 },
    ),
    noAnswerMs: no_answer?.after ?? NO_ANSWER_MS,
    ...(no_answer?.to !== undefined && { noAnswerTo: no_answer.to }),
    ...(busy !== undefined && { busyTo: busy.to }),
    ...(search !== undefined && { search }),
  };
}
