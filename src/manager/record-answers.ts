/** Records of calls as one manager asks another for them, for people. */
import { z } from 'zod';
import { COLUMN_NAMES, COLUMNS, type Kind } from '../store/cdr/entry.ts';
import type { Found, Query } from '../store/cdr/sink.ts';

/** Of one answer: with more the asker's database would answer no sooner. */
export const RECORDS_MAX = 1000;
/** Octets of an answer: less than a bus takes at once. */
const OCTETS_MAX = 900_000;

const time = z.number().optional();
const text = z.string().max(65_536);

export const RECORDS_QUESTION = {
  ask: z.literal('records'),
  limit: z.int().min(1).max(RECORDS_MAX),
  sinceMs: time,
  untilMs: time,
  after: time,
  number: z.string().max(256).optional(),
  call: z.string().max(256).optional(),
};

/** `why`: in words, that they cannot be had. */
export type RecordsAnswer = { readonly items: readonly Found[]; readonly why: string };

const MOVE = z.strictObject({
  kind: text,
  atMs: z.number(),
  number: text,
  name: text,
  manager: text,
});
const CELLS: Readonly<Record<Kind, z.ZodType>> = {
  text: text.optional(),
  time,
  integer: time,
  json: z
    .array(z.union([text, MOVE]))
    .max(1024)
    .optional(),
};
const RECORD = z.strictObject({
  ...Object.fromEntries(COLUMN_NAMES.map((name) => [name, CELLS[COLUMNS[name]]])),
  ...{ seq: z.number(), id: text, grade: z.number() },
});

export const RECORDS_ANSWER = z.strictObject({
  items: z.array(RECORD).max(RECORDS_MAX),
  why: text,
  // Its columns are those of the table above.
}) as z.ZodType<unknown> as z.ZodType<RecordsAnswer>;

/** The answer's text: as many as fit, from the end that was asked for. */
export function recordsAnswer(found: readonly Found[], { after }: Query): string {
  for (let items = found.slice(0, RECORDS_MAX); ; ) {
    const said = JSON.stringify({ items, why: '' } satisfies RecordsAnswer);
    if (Buffer.byteLength(said) <= OCTETS_MAX) return said;
    const half = Math.floor(items.length / 2);
    items = after === undefined ? items.slice(-half) : items.slice(0, half);
  }
}

export function recordsFailure(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return JSON.stringify({ items: [], why } satisfies RecordsAnswer);
}
