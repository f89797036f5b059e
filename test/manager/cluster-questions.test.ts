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
};

/** Homes and what each of them does with a question. */
function askerOf(homes: Readonly<Record<string, (text: string) => Answer>>): Asker {
  return {
    ask: (home, text, _timeoutMs, done) =>
      done(homes[home]?.(text) ?? { ok: false, why: 'absent' }),
  };
}

const right = (said: string): Answer => {
  const text = answerTo(said, respondent);
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
    questions.map((question) => answerTo(question, respondent)),
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
  const answer = answerTo('{"v":1,"ask":"calls","limit":1000}', many) ?? '';
  const { items, total } = JSON.parse(answer);
  assert.deepEqual([answer.length <= 900_000, items.length > 50, total], [true, true, 500]);
});
