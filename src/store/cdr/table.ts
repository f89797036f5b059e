/** The table of records, as SQLite and PostgreSQL have it: one row for each call, whoever says what of it when. */
import { type CallEntry, COLUMN_NAMES, COLUMNS, type ColumnName, isEntry } from './entry.ts';
import type { Found, Query } from './sink.ts';

export const TABLE = 'linewright_calls';

/**
 * What follows `INSERT …`: of a call that is there already the better word counts, and the other one for what
 * that does not know, whichever came first; what comes twice changes nothing. Of two that are as good one may be of
 * somebody who came to the call later, and does not know when it was answered.
 */
export const UPSERT = `ON CONFLICT (id) DO UPDATE SET ${COLUMN_NAMES.filter((name) => name !== 'id')
  .map((name) =>
    name === 'grade'
      ? `grade = CASE WHEN excluded.grade > ${TABLE}.grade THEN excluded.grade ELSE ${TABLE}.grade END`
      : `${name} = CASE WHEN excluded.grade > ${TABLE}.grade THEN COALESCE(excluded.${name}, ${TABLE}.${name}) ELSE COALESCE(${TABLE}.${name}, excluded.${name}) END`,
  )
  .join(
    ', ',
  )} WHERE excluded.grade <> ${TABLE}.grade OR (${TABLE}.answered IS NULL AND excluded.answered IS NOT NULL)`;

/** Columns that questions are about. */
export const INDEXED = ['started', 'from_number', 'to_number'] as const;

/** `parameter`: how the database writes the nth one, from 1. Newest rows when the query has no `after`. */
export function selectOf(
  query: Query,
  parameter: (n: number) => string,
): { readonly sql: string; readonly values: readonly (string | number)[] } {
  const values: (string | number)[] = [];
  const given = (value: string | number): string => parameter(values.push(value));
  const where: string[] = [];
  if (query.sinceMs !== undefined) where.push(`started >= ${given(query.sinceMs)}`);
  if (query.untilMs !== undefined) where.push(`started < ${given(query.untilMs)}`);
  if (query.after !== undefined) where.push(`seq > ${given(query.after)}`);
  if (query.number !== undefined) {
    const { number } = query;
    const columns = ['from_number', 'dialled', 'to_number', 'answered_number'];
    where.push(`(${columns.map((name) => `${name} = ${given(number)}`).join(' OR ')})`);
  }
  if (query.call !== undefined) {
    const { call } = query;
    const columns = ['id', 'from_call_id', 'answered_call_id'];
    where.push(`(${columns.map((name) => `${name} = ${given(call)}`).join(' OR ')})`);
  }
  const condition = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`;
  const order = query.after === undefined ? 'DESC' : 'ASC';
  const names = ['seq', ...COLUMN_NAMES].join(', ');
  const limit = given(query.limit);
  return {
    sql: `SELECT ${names} FROM ${TABLE}${condition} ORDER BY seq ${order} LIMIT ${limit}`,
    values,
  };
}

/** A row as a database gives it: numbers perhaps as text, JSON as text, null for what is not known. */
export function foundOf(row: Readonly<Record<string, unknown>>): Found | undefined {
  const entry: Record<string, unknown> = { seq: Number(row['seq']) };
  for (const name of COLUMN_NAMES) {
    const value = row[name];
    if (value === null || value === undefined) continue;
    const kind = COLUMNS[name];
    if (kind === 'text') entry[name] = String(value);
    else if (kind === 'json') entry[name] = typeof value === 'string' ? JSON.parse(value) : value;
    else entry[name] = Number(value);
  }
  return isEntry(entry) ? (entry as Found) : undefined;
}

/** As it is bound to a parameter. */
export function cellOf(entry: CallEntry, name: ColumnName): string | number | null {
  const value = entry[name];
  if (value === undefined) return null;
  return typeof value === 'object' ? JSON.stringify(value) : value;
}
