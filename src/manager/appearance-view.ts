/** Why a lamp is lit: the parts that all managers know of an appearance, put together. */
import type { Line } from '../call/directory.ts';
import type { RegistrationTable } from '../call/registration-table.ts';
import type { Absent, AppearanceRow, EventRow } from '../http/appearance-rows.ts';
import type { ControlRow } from '../http/manager-view.ts';
import type { AppearancePart, Lit } from './appearance-part.ts';

/** Parts by manager id. */
export type Parts = ReadonlyMap<string, AppearancePart>;

/** What several processes of a replicated line have noted within that time of each other is the same. */
const SAME_MS = 2000;
/** Events that say nothing of the state that the appearance is in. */
const ASIDE: ReadonlySet<EventRow['what']> = new Set([
  'refused',
  'retrieving',
  'not retrieved',
  'rang',
  'picking up',
  'left',
  'released',
]);
const IDLE: Omit<Lit, 'appearance' | 'state'> & { readonly state: 'idle' } = {
  state: 'idle',
  ...{ member: '', manager: '', call: '', from: { number: '', name: '' }, isExclusive: false },
};

export function appearanceRow(
  line: Line,
  appearance: number,
  parts: Parts,
  control: readonly ControlRow[],
  missing: readonly string[],
): AppearanceRow | Absent {
  const lit = litIn(parts);
  const found = lit.get(appearance);
  const events = eventsIn(parts);
  const isThere = appearance >= 1 && appearance <= line.appearances;
  if (!isThere && found === undefined && events.length === 0)
    return { absent: absence(line, appearance, [...lit.values()]) };
  const { number, name, mode } = line;
  const { state, call, ...whose } = found ?? IDLE;
  const since = events.findLast(
    (event) =>
      !ASIDE.has(event.what) && (call === '' ? event.what === 'freed' : event.call === call),
  );
  return {
    number,
    name,
    mode,
    ...whose,
    appearance,
    state,
    call,
    since: since?.at ?? '',
    events,
    legs: [...parts].flatMap(([manager, part]) =>
      part.legs
        .filter((leg) => (leg.appearance === 0 ? leg.call === call && call !== '' : true))
        .map(({ appearance: _, call: __, ...leg }) => ({ manager, ...leg })),
    ),
    lamps: [...parts].flatMap(([manager, part]) =>
      part.lamps.map((lamp) => ({ manager, ...lamp, isRight: lamp.shows === state })),
    ),
    control,
    missing,
  };
}

/** What is lit. Of several processes of a line the one beside who has the call knows most of it. */
function litIn(parts: Parts): Map<number, Lit> {
  const lit = new Map<number, Lit>();
  for (const [manager, part] of parts)
    for (const each of part.lit)
      if (!lit.has(each.appearance) || each.manager === manager) lit.set(each.appearance, each);
  return lit;
}

/** Oldest first, and once what several have noted. */
function eventsIn(parts: Parts): EventRow[] {
  const all = [...parts].flatMap(([manager, { events }]) =>
    events.map((event) => ({ ...event, manager })),
  );
  all.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return all.filter((event, index) => {
    const atMs = Date.parse(event.at);
    for (let before = index - 1; before >= 0; before--) {
      const other = all[before];
      if (other === undefined || atMs - Date.parse(other.at) > SAME_MS) return true;
      if (other.manager !== event.manager && isSame(other, event)) return false;
    }
    return true;
  });
}

function isSame(one: EventRow, other: EventRow): boolean {
  return one.call === other.call && one.what === other.what && one.member === other.member;
}

/** Why there is nothing to show, and what there is. */
function absence(line: Line, appearance: number, lit: readonly Lit[]): string {
  const shown = lit
    .toSorted((a, b) => a.appearance - b.appearance)
    .map(({ appearance: each, state, member }) =>
      member === '' ? `${each} (${state})` : `${each} (${state}, ${member})`,
    );
  const { number, appearances } = line;
  const has = Number.isFinite(appearances)
    ? `it has ${appearances === 1 ? 'one, 1' : `1 to ${appearances}`}`
    : 'it has as many as it has calls';
  const now = shown.length === 0 ? 'none is lit' : `lit: ${shown.join(', ')}`;
  const what =
    appearance < 1
      ? `which appearance of line ${number}?`
      : `line ${number} has no appearance ${appearance}:`;
  return `${what} ${has}; ${now}`;
}

/** The manager ids of those that may free what is there: whose process has it. */
export function controllersOf(
  parts: Parts,
  appearance: number,
  table: RegistrationTable,
  number: string,
): string[] {
  const location = table.find(number);
  const lcps: ReadonlySet<string> = new Set(
    location === undefined
      ? []
      : location.mode === 'single'
        ? [location.lcp]
        : location.lcps.map(({ lcp }) => lcp),
  );
  return [...parts]
    .filter(
      ([, { control, lit }]) =>
        lcps.has(control?.pid ?? '') && lit.some((each) => each.appearance === appearance),
    )
    .map(([manager]) => manager);
}
