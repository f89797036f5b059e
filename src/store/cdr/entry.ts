/**
 * A call's detail record as it is kept: flat, named as in files and databases (docs/call-records.md). What is not
 * known is absent. Times are milliseconds since 1970.
 */
import type { Closing, Move } from '../../call/call-record.ts';

export type Kind = 'text' | 'time' | 'integer' | 'json';

/** Every column, in the order of tables and CSV files. */
export const COLUMNS = {
  id: 'text',
  previous: 'text',
  started: 'time',
  ringing: 'time',
  answered: 'time',
  ended: 'time',
  from_number: 'text',
  from_name: 'text',
  from_device: 'text',
  from_call_id: 'text',
  dialled: 'text',
  to_number: 'text',
  answered_number: 'text',
  answered_name: 'text',
  answered_device: 'text',
  answered_line: 'text',
  answered_appearance: 'integer',
  answered_manager: 'text',
  answered_call_id: 'text',
  holds: 'integer',
  moves: 'json',
  gateway_in: 'text',
  gateway_out: 'text',
  route_list: 'text',
  transferred_by: 'text',
  cause: 'text',
  sip_status: 'integer',
  q850: 'integer',
  code: 'text',
  ended_by: 'text',
  managers: 'json',
  closing: 'text',
  grade: 'integer',
} as const satisfies Readonly<Record<string, Kind>>;

export type ColumnName = keyof typeof COLUMNS;

type Value<K extends Kind> = K extends 'text'
  ? string
  : K extends 'json'
    ? readonly (string | Move)[]
    : number;

export type CallEntry = {
  readonly [Name in Exclude<ColumnName, 'id' | 'grade' | 'closing'>]?: Value<
    (typeof COLUMNS)[Name]
  >;
} & {
  /** The call's id: unique for ever. */
  readonly id: string;
  /** As `Closing`; absent while the call is up. */
  readonly closing?: Closing;
  /** 0 to 2 with `closing`: the entry with the higher one says better what became of the call. */
  readonly grade: number;
};

export const COLUMN_NAMES = Object.keys(COLUMNS) as readonly ColumnName[];

export const GRADES: Readonly<Record<Closing, number>> = { restart: 0, loss: 1, end: 2 };

/** Two entries of one call as one, in either order: the better one, and the other for what that does not know. */
export function mergeEntries(one: CallEntry, other: CallEntry): CallEntry {
  return other.grade > one.grade ? { ...one, ...other } : { ...other, ...one };
}

/** One entry for each call, in the order in which calls appear first. */
export function mergeAll(entries: readonly CallEntry[]): readonly CallEntry[] {
  const merged = new Map<string, CallEntry>();
  for (const entry of entries) {
    const known = merged.get(entry.id);
    merged.set(entry.id, known === undefined ? entry : mergeEntries(known, entry));
  }
  return [...merged.values()];
}

/** Shape of what another process has written; its own text is trusted as far as its types go. */
export function isEntry(value: unknown): value is CallEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { id, grade } = value as { readonly id?: unknown; readonly grade?: unknown };
  return typeof id === 'string' && id !== '' && typeof grade === 'number';
}
