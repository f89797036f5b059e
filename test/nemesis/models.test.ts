/** What histories of a line's appearances and answers say: good ones, and each way to break the promise. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkLinearizable, type Operation } from '../../nemesis/linearizability.ts';
import {
  ANSWER,
  type AnswerInput,
  APPEARANCE,
  type AppearanceInput,
} from '../../nemesis/models.ts';

const NEVER = Number.POSITIVE_INFINITY;

function at<Input>(callMs: number, returnMs: number, input: Input): Operation<Input> {
  return { callMs, returnMs, input };
}

const take = (call: string): AppearanceInput => ({ type: 'take', call });
const free = (call: string): AppearanceInput => ({ type: 'free', call });

const APPEARANCES: readonly [string, string, readonly Operation<AppearanceInput>[]][] = [
  [
    'one call after the other',
    'linearizable',
    [at(0, 1, take('a')), at(5, 6, free('a')), at(7, 8, take('b'))],
  ],
  [
    'a second call before the first has ended',
    'not linearizable',
    [at(0, 1, take('a')), at(2, 3, take('b')), at(5, NEVER, free('a')), at(6, NEVER, free('b'))],
  ],
  [
    'a second call while the first is ending',
    'linearizable',
    [at(0, 1, take('a')), at(2, NEVER, free('a')), at(3, 4, take('b'))],
  ],
  [
    'a call that nobody knows the end of keeps its place',
    'not linearizable',
    [at(0, 1, take('a')), at(2, 3, take('b'))],
  ],
  [
    'a call that may never have had the place',
    'linearizable',
    [at(0, NEVER, take('a')), at(2, 3, take('b'))],
  ],
];

for (const [name, expected, history] of APPEARANCES)
  test(`appearance, ${name}: ${expected}`, () => {
    assert.equal(checkLinearizable(APPEARANCE, history).type, expected);
  });

const answer = (phone: string, stayed: boolean | null): AnswerInput => ({
  type: 'answer',
  phone,
  stayed,
});
const told = (phone: string): AnswerInput => ({ type: 'told', phone });
const end: AnswerInput = { type: 'end' };

const ANSWERS: readonly [string, string, readonly Operation<AnswerInput>[]][] = [
  [
    'one of two phones wins the race',
    'linearizable',
    [at(0, 9, answer('a', true)), at(0, 9, answer('b', false)), at(0, 5, told('a'))],
  ],
  [
    'both phones stay',
    'not linearizable',
    [at(0, 9, answer('a', true)), at(1, 9, answer('b', true)), at(0, 5, told('a'))],
  ],
  [
    'the caller is told of one who was sent away',
    'not linearizable',
    [at(0, 4, answer('a', false)), at(0, 4, answer('b', true)), at(0, 5, told('a'))],
  ],
  [
    'the caller is told of one who has not answered',
    'not linearizable',
    [at(0, 2, told('a')), at(3, 4, answer('a', true))],
  ],
  [
    'the caller hangs up while a phone answers',
    'linearizable',
    [at(0, NEVER, end), at(1, 4, answer('a', false))],
  ],
  [
    'everybody is sent away though nobody hung up',
    'not linearizable',
    [at(1, 4, answer('a', false)), at(1, 4, answer('b', false))],
  ],
  [
    'a phone stays that answered after the end',
    'not linearizable',
    [at(0, 1, end), at(2, 9, answer('a', true))],
  ],
  [
    'a phone whose manager died, and another that has the call',
    'linearizable',
    [at(0, NEVER, answer('a', null)), at(1, 9, answer('b', true)), at(0, 5, told('b'))],
  ],
];

for (const [name, expected, history] of ANSWERS)
  test(`answer, ${name}: ${expected}`, () => {
    assert.equal(checkLinearizable(ANSWER, history).type, expected);
  });
