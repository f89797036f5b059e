/** What the search finds of answers: one winner, and in each machine that breaks a rule, how it does. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type AnswerConfiguration,
  answerModel,
} from '../../../src/testkit/explore/answer-model.ts';
import {
  ANSWER_MUTANTS,
  type BrokenAnswer,
  LAX_LINE,
} from '../../../src/testkit/explore/answer-mutants.ts';
import { explore } from '../../../src/testkit/explore/explorer.ts';

/** Rule -> where its want shows, and in how many steps. */
const MUTANTS: Readonly<
  Record<BrokenAnswer, readonly [Omit<AnswerConfiguration, 'name'>, number]>
> = {
  'first answer wins': [{ phones: 2 }, 13],
  'others stop ringing': [{ phones: 2 }, 10],
  'phones stop when the caller does': [{ phones: 1 }, 7],
  'the dead are seen to': [{ phones: 1, crashes: 1 }, 7],
};

for (const [rule, [configuration, steps]] of Object.entries(MUTANTS))
  test(`S5 is broken when it is not so that ${rule}, which is shown in ${steps} steps`, () => {
    const mutant = ANSWER_MUTANTS[rule as BrokenAnswer];
    const { violation } = explore(answerModel({ name: rule, ...configuration }, mutant));
    assert.deepEqual(
      [violation?.what.slice(0, 2), violation?.trace.length],
      ['S5', steps],
      violation?.trace.join('\n'),
    );
  });

for (const [name, configuration] of Object.entries({
  'two phones, and one or the caller may die': { phones: 2, crashes: 1 },
  'three phones': { phones: 3 },
  'two phones in series': { phones: 2, isSerial: true },
  'two phones in series, the first one twice': { phones: 2, isSerial: true, comesRound: true },
  'signals that come twice': { phones: 2, duplicates: 1 },
}))
  test(`claims 8, 9, 42, 43: one phone at most gets a call, ${name}`, () => {
    const { violation, isComplete } = explore(answerModel({ name, ...configuration }));
    assert.deepEqual([violation, isComplete], [undefined, true]);
  });

test('a line that let two answers pass would be put right by call control', () => {
  const { violation } = explore(answerModel({ name: 'lax', phones: 2 }, LAX_LINE));
  assert.deepEqual(violation, undefined);
});
