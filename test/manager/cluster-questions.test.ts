/** What managers ask each other: answers that are right, and everything else. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { SILENT } from '../../src/base/log.ts';
import {
  type Asker,
  answerTo,
  askAll,
  type Respondent,
} from '../../src/manager/cluster-questions.ts';
import type { Answer } from '../../src/process/message-plane.ts';

const CALL = {
  id: 'x',
  from: '1001',
  to: '2001',
  state: 'up',
  answeredBy: 'ana',
  sinceS: 3,
  legs: [{ manager: 'a', device: 'ana', state: 'up', callId: 'c@1' }],
} as const;
const STATUS = { state: 'member', since: '2020', phones: 1, lines: 2, calls: 3 } as const;

const respondent: Respondent = {
  status: () => STATUS,
  registrations: () => ({ items: [], total: 0 }),
  calls: (limit) => ({ items: [CALL, CALL].slice(0, limit), total: 2, guests: [] }),
  lines: () => ({ items: [], total: 0 }),
  line: () => ({ items: [], total: 0 }),
  appearance: () => ({ control: null, lit: [], events: [], legs: [], lamps: [] }),
  release: ({ appearance }) => ({ done: appearance === 2 }),
  gateways: () => ({ items: [], total: 0 }),
  ping: (gateway) => ({ done: gateway === 'london' }),
  records: async ({ number, call, after, limit }) => {
    if (call !== undefined) return [{ seq: 1, id: call, grade: 2 }];
    if (number === 'none') throw new Error('no database can be asked');
    const from = after ?? RECORDS_KEPT - limit;
    return Array.from({ length: Math.min(limit, RECORDS_KEPT - from) }, (_, at) => ({
      ...{ seq: from + at + 1, id: `c${from + at + 1}`, dialled: 'x'.repeat(2000), grade: 2 },
      moves: [{ kind: 'parked', atMs: 5, number: '700', name: '', manager: 'a' } as const, ''],
    }));
  },
  trace: () => ({ first: 0, missed: 0, items: [] }),
};

const RECORDS_KEPT = 1000;

/** What is said at once. */
function said(question: string, by = respondent): string | undefined {
  let answer: string | undefined;
  answerTo(question, by, (text) => {
    answer = text;
  });
  return answer;
}

/** Homes and what each of them does with a question. */
function askerOf(homes: Readonly<Record<string, (text: string) => Answer>>): Asker {
  return {
    ask: (home, text, _timeoutMs, done) =>
      done(homes[home]?.(text) ?? { ok: false, why: 'absent' }),
  };
}

/** Answers whenever it does. */
const patient: Asker = {
  ask: (_home, text, _timeoutMs, done) =>
    answerTo(text, respondent, (answer) => done({ ok: true, text: answer })),
};

const right = (question: string): Answer => {
  const text = said(question);
  return text === undefined ? { ok: false, why: 'timeout' } : { ok: true, text };
};

test('those that answer are heard, and of each other one it is said why it is missing', async () => {
  const homes = {
    'a.1': right,
    'b.2': (): Answer => ({ ok: false, why: 'timeout' }),
    'c.3': (): Answer => ({ ok: false, why: 'absent' }),
    'd.4': (): Answer => ({ ok: true, text: '{"state":"king"}' }),
    'e.5': (): Answer => ({ ok: true, text: 'no JSON' }),
  };
  const asked = await askAll(
    askerOf(homes),
    Object.keys(homes).toReversed(),
    { ask: 'status' },
    SILENT,
  );
  assert.deepEqual(asked, {
    answers: new Map([['a.1', STATUS]]),
    missing: [
      'b did not answer within 1 s',
      'c cannot be reached',
      'd answered something that this release does not understand',
      'e answered something that this release does not understand',
    ],
  });
});

test('a question is asked with a limit, and answered within it', async () => {
  const asked = await askAll(
    askerOf({ 'a.1': right }),
    ['a.1'],
    { ask: 'calls', limit: 1 },
    SILENT,
  );
  assert.deepEqual(asked, {
    answers: new Map([['a.1', { items: [CALL], total: 2, guests: [] }]]),
    missing: [],
  });
});

test('what is no question of this release is not answered', () => {
  const questions = [
    '',
    '[]',
    '{"v":1,"ask":"secret"}',
    '{"v":2,"ask":"status"}',
    '{"v":1,"ask":"calls"}',
    '{"v":1,"ask":"calls","limit":1e9}',
    '{"v":1,"ask":"status","more":1}',
    '{"v":1,"ask":"__proto__"}',
  ];
  assert.deepEqual(
    questions.map((question) => said(question)),
    questions.map(() => undefined),
  );
});

test('an answer that is too long for the bus has fewer rows, and still says how many there are', () => {
  const long = { ...CALL, id: 'x'.repeat(8000) };
  const many: Respondent = {
    ...respondent,
    calls: () => ({
      items: Array.from({ length: 500 }, () => long),
      total: 500,
      guests: [],
    }),
  };
  const answer = said('{"v":1,"ask":"calls","limit":1000}', many) ?? '';
  const { items, total } = JSON.parse(answer);
  assert.deepEqual([answer.length <= 900_000, items.length > 50, total], [true, true, 500]);
});

test('records are answered later, as many as fit: the latest, or those behind one; or why there are none', async () => {
  const ask = async (query: object) => {
    const asked = await askAll(patient, ['a.1'], { ask: 'records', limit: 900, ...query }, SILENT);
    const { items = [], why } = asked.answers.get('a.1') ?? {};
    const [first, last] = [items.at(0)?.seq, items.at(-1)?.seq];
    return { first, last, isCut: items.length < 900, why, missing: asked.missing };
  };
  assert.deepEqual(
    [
      await ask({}),
      await ask({ after: 10 }),
      await ask({ call: 'c9' }),
      await ask({ number: 'none' }),
    ],
    [
      { first: 776, last: 1000, isCut: true, why: '', missing: [] },
      { first: 11, last: 235, isCut: true, why: '', missing: [] },
      { first: 1, last: 1, isCut: true, why: '', missing: [] },
      {
        ...{ first: undefined, last: undefined, isCut: true },
        ...{ why: 'no database can be asked', missing: [] },
      },
    ],
  );
});
