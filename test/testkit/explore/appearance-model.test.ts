/** What the search finds of appearances: one owner each, one who retrieves; and how each broken rule shows. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type AppearanceConfiguration,
  type LineStep,
  retrievalModel,
  seizureModel,
} from '../../../src/testkit/explore/appearance-model.ts';
import {
  RETRIEVAL_MUTANTS,
  SEIZURE_MUTANTS,
} from '../../../src/testkit/explore/appearance-mutants.ts';
import { explore } from '../../../src/testkit/explore/explorer.ts';

type Options = Omit<AppearanceConfiguration, 'name'>;
type Cases<M> = Readonly<Record<keyof M & string, readonly [Options, number]>>;

/** Rule -> where its want shows, and in how many steps. */
const SEIZURES: Cases<typeof SEIZURE_MUTANTS> = {
  'one phone has an appearance': [{ phones: 2 }, 5],
  'a lease ends': [{ phones: 1, isImpatient: true }, 7],
  'a call that has begun needs no lease': [{ phones: 1, isImpatient: true }, 7],
  'the dead give back what they have': [{ phones: 1, crashes: 1 }, 4],
};
const RETRIEVALS: Cases<typeof RETRIEVAL_MUTANTS> = {
  'one phone at a time retrieves': [{ phones: 2 }, 6],
  'the holder’s end frees nothing while another retrieves': [{ phones: 2 }, 18],
  'who has retrieved a call has it': [{ phones: 1 }, 10],
  'a retrieval that fails is over': [{ phones: 1 }, 10],
  'the dead have nothing': [{ phones: 1, crashes: 1 }, 4],
};

function breaks<M extends Readonly<Record<string, LineStep>>>(
  invariant: string,
  mutants: M,
  cases: Cases<M>,
  modelOf: typeof seizureModel,
): void {
  for (const [rule, mutant] of Object.entries(mutants)) {
    const [options, steps] = cases[rule as keyof M & string];
    test(`${invariant} is broken when it is not so that ${rule}, which is shown in ${steps} steps`, () => {
      const { violation } = explore(modelOf({ name: rule, ...options }, mutant));
      assert.deepEqual(
        [violation?.what.slice(0, 2), violation?.trace.length],
        [invariant, steps],
        [violation?.what, ...(violation?.trace ?? [])].join('\n'),
      );
    });
  }
}

breaks('S6', SEIZURE_MUTANTS, SEIZURES, seizureModel);
breaks('S7', RETRIEVAL_MUTANTS, RETRIEVALS, retrievalModel);

for (const [name, options] of Object.entries<Options>({
  'two phones': { phones: 2 },
  'two phones, leases that run out': { phones: 2, isImpatient: true },
  'two phones, one of which may die': { phones: 2, crashes: 1 },
}))
  test(`an appearance has one owner: ${name}`, () => {
    const { violation, isComplete } = explore(seizureModel({ name, ...options }));
    assert.deepEqual([violation, isComplete], [undefined, true]);
  });

for (const [name, options] of Object.entries<Options>({
  'two phones want it': { phones: 2 },
  'two phones want it, and are given up': { phones: 2, isImpatient: true },
  'one phone wants it, and somebody may die': { phones: 1, crashes: 1 },
}))
  test(`a call is retrieved once: ${name}`, () => {
    const { violation, isComplete } = explore(retrievalModel({ name, ...options }));
    assert.deepEqual([violation, isComplete], [undefined, true]);
  });
