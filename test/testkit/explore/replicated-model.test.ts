/** What the search finds of appearances of a replicated line; and how each broken rule shows. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { explore } from '../../../src/testkit/explore/explorer.ts';
import {
  type ReplicatedConfiguration,
  type ReplicatedStep,
  replicatedRetrieval,
  replicatedSeizures,
} from '../../../src/testkit/explore/replicated-model.ts';
import {
  RETRIEVAL_MUTANTS,
  SEIZURE_MUTANTS,
} from '../../../src/testkit/explore/replicated-mutants.ts';

type Options = Omit<ReplicatedConfiguration, 'name'>;
type Cases<M> = Readonly<Record<keyof M & string, readonly [Options, number]>>;

/** Rule -> where its want shows, and in how many steps. */
const SEIZURES: Cases<typeof SEIZURE_MUTANTS> = {
  'what is given out is shown to all': [{}, 6],
  'one at a time gives something out': [{}, 20],
  'the dead give back what they have': [{ crashes: 1 }, 10],
};
const RETRIEVALS: Cases<typeof RETRIEVAL_MUTANTS> = {
  'one phone at a time retrieves': [{ retrievers: 2 }, 14],
  'the dead have nothing': [{ retrievers: 1, crashes: 1 }, 5],
};

function breaks<M extends Readonly<Record<string, ReplicatedStep>>>(
  invariant: string,
  mutants: M,
  cases: Cases<M>,
  modelOf: typeof replicatedSeizures,
): void {
  for (const [rule, mutant] of Object.entries(mutants)) {
    const [options, steps] = cases[rule as keyof M & string];
    test(`${invariant} is broken on a replicated line when it is not so that ${rule}, which is shown in ${steps} steps`, () => {
      const { violation } = explore(modelOf({ name: rule, ...options }, mutant));
      assert.deepEqual(
        [violation?.what.slice(0, 2), violation?.trace.length],
        [invariant, steps],
        [violation?.what, ...(violation?.trace ?? [])].join('\n'),
      );
    });
  }
}

breaks('S6', SEIZURE_MUTANTS, SEIZURES, replicatedSeizures);
breaks('S7', RETRIEVAL_MUTANTS, RETRIEVALS, replicatedRetrieval);

for (const [name, options] of Object.entries<Options>({
  'two managers': {},
  'two managers, one of which may die': { hasDeath: true },
}))
  test(`an appearance of a replicated line has one owner: ${name}`, () => {
    const { violation, isComplete } = explore(replicatedSeizures({ name, ...options }));
    assert.deepEqual([violation, isComplete], [undefined, true]);
  });

test('a call of a replicated line is retrieved once, by who may be given up meanwhile', () => {
  const options = { name: 'given up', retrievers: 1, isImpatient: true };
  const { violation, isComplete } = explore(replicatedRetrieval(options));
  assert.deepEqual([violation, isComplete], [undefined, true]);
});
