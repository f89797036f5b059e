/** What the search finds of a line that moves to another manager in the middle of a call. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { step as stepCall } from '../../../src/call/call-control.ts';
import { step as stepLine } from '../../../src/call/line/line-control-process.ts';
import { explore } from '../../../src/testkit/explore/explorer.ts';
import { rehomingModel } from '../../../src/testkit/explore/rehoming-model.ts';

for (const [name, dies] of [
  ['died', true],
  ['was expelled and lives', false],
] as const)
  test(`S4, S5: a call goes on at the line's next process when the manager of the one before ${name}`, () => {
    const { violation, isComplete } = explore(rehomingModel({ name, phones: 1, dies }));
    assert.deepEqual([violation, isComplete], [undefined, true]);
  });

test('S4 breaks when phones mind no epochs, and an expelled manager is listened to', () => {
  const mutant = { obeysAnyone: true, isHeard: true };
  const { violation } = explore(rehomingModel({ name: 'S4', phones: 1, dies: false }, mutant));
  assert.deepEqual(
    [violation?.what, violation?.trace.length],
    ['S4 a phone of c.1.l0 obeyed b.1.l0', 13],
    violation?.trace.join('\n'),
  );
});

test('S5 breaks when the next process does not hear which calls phones have', () => {
  const steps: Parameters<typeof rehomingModel>[1] = {
    steps: {
      call: stepCall,
      line: (line, event, out) => {
        if (event.type !== 'signal' || event.signal.type !== 'attach')
          return stepLine(line, event, out);
        const { calls: _, ...signal } = event.signal;
        stepLine(line, { ...event, signal }, out);
      },
    },
  };
  const { violation } = explore(rehomingModel({ name: 'deaf', phones: 1, dies: true }, steps));
  assert.deepEqual(violation?.what.slice(0, 2), 'S5', violation?.trace.join('\n'));
});
