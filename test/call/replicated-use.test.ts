/** Members' use of a replicated line: shown where the holder is; nothing is seized or retrieved. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Effect } from '../../src/call/effects.ts';
import { newLineControl, putCall } from '../../src/call/line-control.ts';
import { hearOfUse } from '../../src/call/replicated-use.ts';
import type { Pid } from '../../src/process/pid.ts';
import { type Rung, showEffect, signalOf } from './ladder.ts';
import { PARALLEL } from './line-flow.ts';

test('a replicated line shows what its holder does with a call; nothing is seized or retrieved', () => {
  const line = newLineControl({ ...PARALLEL, mode: 'replicated' }, 1);
  const holder = { pid: 'a.1.d7' as Pid, call: 'c1' };
  putCall(line, {
    ...{ state: 'taken', call: 'c1', control: 'a.1.c1' as Pid, caller: holder, appearance: 1 },
    ...{ holder, member: 'ana', from: { number: '1001', name: 'Ada' } },
  });
  const effects: Effect[] = [];
  const say = (from: string, name: string, rest: string): void =>
    hearOfUse(
      line,
      signalOf({ type: 'signal', from, name, rest } as Rung & { type: 'signal' }),
      from as Pid,
      effects,
    );
  say('b.1.d8', 'lineUse', 'held');
  say('b.1.d8', 'lineUse', 'active c2');
  say('a.1.d7', 'lineUse', 'held');
  say('b.1.d8', 'lineSeize', '2 c2');
  say('b.1.d8', 'lineRetrieve', '1 c2');
  assert.deepEqual(
    [[...line.calls.values()].map((call) => 'use' in call && call.use), effects.map(showEffect)],
    [
      ['held'],
      ['b.1.d8 < lineSeizeRefused c2 forbidden', 'b.1.d8 < lineRetrieveRefused c2 forbidden'],
    ],
  );
});
