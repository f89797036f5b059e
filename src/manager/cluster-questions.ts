/**
 * What managers ask each other for people's sake: one JSON text as question, one as answer. Nothing is
 * decided by it, but that an administrator's word (`release`) is passed on. A question is answered from the core's own records, at once; an answer that comes late,
 * or says something else than was asked, is as good as none, and whoever asked says so.
 */
import { z } from 'zod';
import type { Log } from '../base/log.ts';
import type { GatewayRow } from '../http/gateway-rows.ts';
import type { CallRow, OwnState, RegistrationRow, Rows } from '../http/manager-view.ts';
import type { Answer } from '../process/message-plane.ts';
import type { Home } from '../process/pid.ts';
import type { Found, Query } from '../store/cdr/sink.ts';
import { APPEARANCE_PART, type AppearancePart, CONTROL } from './appearance-part.ts';
import type { LinePart } from './line-view.ts';
import {
  RECORDS_ANSWER,
  RECORDS_QUESTION,
  type RecordsAnswer,
  recordsAnswer,
  recordsFailure,
} from './record-answers.ts';
import type { TraceAnswer, TraceQuestion } from './trace-desk.ts';
import type { GuestRow } from './view.ts';

/** How long others are waited for. */
export const ANSWER_MS = 1000;
/** Octets of an answer: less than a bus takes at once. */
const OCTETS_MAX = 900_000;
const ROWS_MAX = 100_000;

const VERSION = 1;
const limit = z.int().min(0).max(ROWS_MAX);

const QUESTION = z.discriminatedUnion('ask', [
  z.strictObject({ v: z.literal(VERSION), ask: z.literal('status') }),
  z.strictObject({ v: z.literal(VERSION), ask: z.literal('registrations'), limit }),
  z.strictObject({ v: z.literal(VERSION), ask: z.literal('calls'), limit }),
  z.strictObject({ v: z.literal(VERSION), ask: z.literal('lines'), limit }),
  z.strictObject({ v: z.literal(VERSION), ask: z.literal('gateways'), limit }),
  z.strictObject({ v: z.literal(VERSION), ...RECORDS_QUESTION }),
  z.strictObject({ v: z.literal(VERSION), ask: z.literal('ping'), gateway: z.string().max(64) }),
  z.strictObject({ v: z.literal(VERSION), ask: z.literal('line'), number: z.string().max(256) }),
  z.strictObject({
    ...{ v: z.literal(VERSION), ask: z.literal('trace'), trace: z.string().max(128) },
    after: z.int().min(0),
    number: z.string().max(256).optional(),
    method: z.string().max(64).optional(),
  }),
  z.strictObject({
    ...{ v: z.literal(VERSION), ask: z.literal('appearance') },
    ...{ number: z.string().max(256), appearance: z.int().min(-1) },
  }),
  z.strictObject({
    ...{ v: z.literal(VERSION), ask: z.literal('release'), number: z.string().max(256) },
    ...{ appearance: z.int().min(1), call: z.string().max(80), text: z.string().max(1024) },
  }),
]);

type Versioned = z.infer<typeof QUESTION>;
type Bare<Q> = Q extends unknown ? Omit<Q, 'v'> : never;
export type Question = Bare<Versioned>;

/** What a manager says of itself. */
export type StatusAnswer = {
  readonly state: OwnState;
  readonly since: string;
  readonly phones: number;
  readonly lines: number;
  readonly calls: number;
};

/** `guests`: legs there of calls that began elsewhere. */
export type CallsAnswer = Rows<CallRow> & { readonly guests: readonly GuestRow[] };

export type Answers = {
  readonly status: StatusAnswer;
  readonly registrations: Rows<RegistrationRow>;
  readonly calls: CallsAnswer;
  readonly lines: Rows<LinePart>;
  readonly line: Rows<LinePart>;
  readonly appearance: AppearancePart;
  readonly release: { readonly done: boolean };
  readonly gateways: Rows<GatewayRow>;
  readonly ping: { readonly done: boolean };
  readonly records: RecordsAnswer;
  readonly trace: TraceAnswer;
};

const text = z.string().max(8192);
const count = z.int().min(0);

const REGISTRATION = z.strictObject({
  device: text,
  user: text,
  contact: text,
  transport: text,
  address: text,
  expiresInS: count,
  userAgent: text,
  lines: z.array(text).max(256),
});

const LEG = z.strictObject({ manager: text, device: text, state: text, callId: text });

const CALL = z.strictObject({
  id: text,
  from: text,
  to: text,
  state: z.enum(['offered', 'ringing', 'parked', 'up', 'held']),
  answeredBy: text,
  sinceS: count,
  legs: z.array(LEG).max(1024),
});

const PART = z.strictObject({
  number: text,
  control: CONTROL.nullable(),
  calls: count,
  phones: z
    .array(
      z.strictObject({
        member: text,
        pid: text,
        contact: text,
        via: text,
        state: z.enum(['idle', 'ringing', 'talking']),
      }),
    )
    .max(4096),
});

const GATEWAY = z.strictObject({
  gateway: text,
  uri: text,
  manager: text,
  breaker: z.enum(['closed', 'open', 'half-open', 'trial', '']),
  calls: count,
  callsMax: count,
  registration: text,
  pings: count,
  lastPing: text,
  lastFailure: text,
  failedAgoS: count,
  tries: count,
  answers: count,
  failures: count,
  refused: count,
});

/** A message of SIP is not longer. */
const whole = z.string().max(131_072);

const TRACE_ROW = z.strictObject({
  ...{ atMs: z.number(), direction: z.enum(['received', 'sent']), transport: text, peer: text },
  ...{ call: text.optional(), label: text, method: text, cseq: text, callId: text },
  ...{ target: text, from: text, to: text, text: whole },
});

const rowsOf = <T extends z.ZodType>(row: T) =>
  z.strictObject({ items: z.array(row).max(ROWS_MAX), total: count });

const ANSWERS: { readonly [K in keyof Answers]: z.ZodType<Answers[K]> } = {
  status: z.strictObject({
    state: z.enum(['member', 'frozen', 'unsure', 'fenced', 'draining', 'isolated']),
    since: text,
    phones: count,
    lines: count,
    calls: count,
  }),
  registrations: rowsOf(REGISTRATION),
  calls: rowsOf(CALL).extend({ guests: z.array(LEG.extend({ call: text })).max(ROWS_MAX) }),
  lines: rowsOf(PART),
  line: rowsOf(PART),
  appearance: APPEARANCE_PART,
  release: z.strictObject({ done: z.boolean() }),
  gateways: rowsOf(GATEWAY),
  ping: z.strictObject({ done: z.boolean() }),
  records: RECORDS_ANSWER,
  trace: z.strictObject({ first: count, missed: count, items: z.array(TRACE_ROW).max(ROWS_MAX) }),
};

/** What one manager has to say to each question. */
export type Respondent = {
  readonly status: () => StatusAnswer;
  readonly registrations: (limit: number) => Rows<RegistrationRow>;
  readonly calls: (limit: number) => CallsAnswer;
  readonly lines: (limit: number) => Rows<LinePart>;
  readonly line: (number: string) => Rows<LinePart>;
  /** Those that it keeps. */
  readonly gateways: (limit: number) => Rows<GatewayRow>;
  /** To be asked in a turn of the core. */
  readonly ping: (gateway: string) => Answers['ping'];
  readonly appearance: (number: string, appearance: number) => AppearancePart;
  /** Of its own calls, or of all if its database is the cluster's. Rejects with a sentence. */
  readonly records: (query: Query) => Promise<readonly Found[]>;
  readonly trace: (asked: TraceQuestion) => TraceAnswer;
  /** To be asked in a turn of the core. */
  readonly release: (asked: Extract<Question, { ask: 'release' }>) => Answers['release'];
};

/** Answers a question of another manager, unless it is one that this release does not know. */
export function answerTo(
  said: string,
  respondent: Respondent,
  done: (answer: string) => void,
): void {
  const question = readJson(said, QUESTION);
  if (question === undefined) return;
  if (question.ask !== 'records') return done(textOf(question, respondent));
  const query = queryOf(question);
  respondent.records(query).then(
    (found) => done(recordsAnswer(found, query)),
    (error: unknown) => done(recordsFailure(error)),
  );
}

function queryOf({
  sinceMs,
  untilMs,
  after,
  number,
  call,
  limit,
}: Extract<Question, { ask: 'records' }>): Query {
  return {
    limit,
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(after === undefined ? {} : { after }),
    ...(number === undefined ? {} : { number }),
    ...(call === undefined ? {} : { call }),
  };
}

function textOf(question: Exclude<Versioned, { ask: 'records' }>, respondent: Respondent): string {
  switch (question.ask) {
    case 'status':
      return JSON.stringify(respondent.status());
    case 'line':
      return trimmed(respondent.line(question.number));
    case 'appearance':
      return JSON.stringify(respondent.appearance(question.number, question.appearance));
    case 'release':
      return JSON.stringify(respondent.release(question));
    case 'trace':
      return JSON.stringify(respondent.trace(question));
    case 'ping':
      return JSON.stringify(respondent.ping(question.gateway));
    case 'registrations':
    case 'gateways':
    case 'calls':
    case 'lines':
      return trimmed(respondent[question.ask](question.limit));
  }
}

/** As many rows as fit. */
function trimmed(rows: Rows<unknown> & { readonly guests?: readonly GuestRow[] }): string {
  const { total } = rows;
  let { items, guests } = rows;
  for (;;) {
    const answer = JSON.stringify({ items, total, guests });
    if (Buffer.byteLength(answer) <= OCTETS_MAX) return answer;
    items = half(items);
    guests = guests && half(guests);
  }
}

function half<T>(all: readonly T[]): readonly T[] {
  return all.slice(0, Math.floor(all.length / 2));
}

/** The way to other managers; `ClusterMember` is one. */
export type Asker = {
  ask(home: Home, text: string, timeoutMs: number, done: (answer: Answer) => void): void;
};

/** `answers`: of those that answered in time, by home. `missing`: a sentence for each of the others. */
export type Asked<K extends keyof Answers> = {
  readonly answers: ReadonlyMap<Home, Answers[K]>;
  readonly missing: readonly string[];
};

/** Asks each of `homes`. */
export async function askAll<K extends keyof Answers>(
  asker: Asker,
  homes: readonly Home[],
  question: Extract<Question, { ask: K }>,
  log: Log,
): Promise<Asked<K>> {
  const said = JSON.stringify({ v: VERSION, ...question });
  const answers = new Map<Home, Answers[K]>();
  const missing: string[] = [];
  const ask = async (home: Home): Promise<void> => {
    const answer = await new Promise<Answer>((resolve) =>
      asker.ask(home, said, ANSWER_MS, resolve),
    );
    const id = home.slice(0, home.lastIndexOf('.'));
    if (!answer.ok) {
      const why = answer.why === 'absent' ? 'cannot be reached' : 'did not answer within 1 s';
      missing.push(`${id} ${why}`);
      return;
    }
    const read = readJson(answer.text, ANSWERS[question.ask as K]);
    if (read !== undefined) answers.set(home, read);
    else {
      missing.push(`${id} answered something that this release does not understand`);
      log.write('warn', 'answer not understood', { of: home, to: question.ask });
    }
  };
  await Promise.all(homes.map(ask));
  return { answers, missing: missing.toSorted((a, b) => (a < b ? -1 : 1)) };
}

function readJson<T>(said: string, schema: z.ZodType<T>): T | undefined {
  let given: unknown;
  try {
    given = JSON.parse(said);
  } catch {
    return undefined;
  }
  const read = schema.safeParse(given);
  return read.success ? read.data : undefined;
}
