/**
 * Whatever devices say of a line's appearances, in whatever order, and whoever dies: a number has one call,
 * the timers that run are those of seizures and retrievals that there are, and nothing is left of the dead.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Effect } from '../../../src/call/effects.ts';
import { isUsed, type LineControl, newLineControl } from '../../../src/call/line/line-control.ts';
import { step } from '../../../src/call/line/line-control-process.ts';
import type { LineEvent } from '../../../src/call/line/line-process.ts';
import type { Pid } from '../../../src/process/pid.ts';
import { type Rung, signalOf } from '../ladder.ts';
import { member, PARALLEL, throughJson } from './line-flow.ts';

const MEMBERS = ['ana', 'ben', 'cas'];
const DEVICES = ['a.1.d1', 'b.1.d1', 'c.1.d1'];
const LINE = {
  ...PARALLEL,
  appearances: 2,
  members: MEMBERS.map((name) => ({
    ...member(name),
    rights: ['answer', 'originate', 'retrieve'] as const,
  })),
};
const WORDS = [
  'lineSeize 1',
  'lineSeize 2',
  'lineSeize',
  'lineUse progressing',
  'lineUse active',
  'lineUse held',
  'lineUse held private',
  'lineRetrieve 1',
  'lineRetrieve 2',
  'callHeld',
  'linePassed of b.1.d1',
  'callEnded hung up',
  'callProceed',
  'detach',
];

type Act =
  | { readonly type: 'said'; readonly who: number; readonly word: string; readonly call: number }
  | { readonly type: 'attach' | 'die' | 'timer' | 'ask' | 'end'; readonly who: number };

const said = fc.record({
  type: fc.constant('said' as const),
  who: fc.nat(2),
  word: fc.constantFrom(...WORDS),
  call: fc.nat(4),
});
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 20, arbitrary: said },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('attach' as const), who: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('die' as const), who: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('timer' as const), who: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('ask' as const), who: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('end' as const), who: fc.nat(4) }) },
);

test('any order of seizures, uses, retrievals and deaths keeps the line’s record whole', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60, size: 'max' }), (acts) => {
      const play = new Play();
      for (let who = 0; who < 3; who++) play.perform({ type: 'attach', who });
      for (const each of acts) play.perform(each);
      for (let who = 0; who < 3; who++) play.perform({ type: 'die', who });
      play.hear({ type: 'down', gone: 'a.1.c1' as Pid });
      assert.deepEqual([play.line.calls.size, [...play.timers]], [0, []]);
    }),
    { numRuns: 1000 },
  );
});

class Play {
  line: LineControl = newLineControl(LINE, 1);
  readonly timers = new Set<string>();

  perform(each: Act): void {
    const { type, who } = each;
    const from = DEVICES[who] ?? '';
    switch (type) {
      case 'said':
        return this.#say(from, `${each.word} c${each.call + 1}`);
      case 'attach':
        return this.#say(from, `attach ${MEMBERS[who]}`);
      case 'ask':
        return this.#say('a.1.c1', `callRequest c${who + 1}`);
      case 'end':
        return this.#say('a.1.c1', `callEnded hung up c${who + 1}`);
      case 'die':
        return this.hear({ type: 'down', gone: from as Pid });
      case 'timer': {
        const timer = [...this.timers][who % Math.max(1, this.timers.size)];
        if (timer === undefined) return;
        this.timers.delete(timer);
        return this.hear({ type: 'timer', timer });
      }
    }
  }

  #say(from: string, words: string): void {
    const [name = '', ...rest] = words.split(' ');
    const rung = { type: 'signal', from, name, rest: rest.join(' ') } as Rung & { type: 'signal' };
    this.hear({ type: 'signal', signal: signalOf(rung), from: from as Pid });
  }

  hear(event: LineEvent): void {
    const effects: Effect[] = [];
    step(this.line, event, effects);
    this.line = throughJson(this.line);
    for (const effect of effects) {
      if (effect.type === 'start') this.timers.add(effect.timer);
      if (effect.type === 'stop') this.timers.delete(effect.timer);
    }
    this.#check();
  }

  #check(): void {
    const { calls, appearances } = this.line;
    const taken = appearances.calls.flatMap((call, at) => (call === null ? [] : [[at + 1, call]]));
    const given = [...calls.values()].map(({ appearance, call }) => [appearance, call]);
    const due = new Set<string>();
    for (const call of calls.values()) {
      if (!isUsed(call)) continue;
      if (call.use === 'seized') due.add(`lease:${call.call}`);
      if (call.retrieval !== undefined) due.add(`retrieval:${call.call}`);
    }
    const running = new Set([...this.timers].filter((timer) => /^(lease|retrieval):/.test(timer)));
    const byNumber = (one: unknown[], other: unknown[]) => Number(one[0]) - Number(other[0]);
    assert.deepEqual([given.sort(byNumber), due], [taken, running]);
  }
}
