/** What the documentation has as a directory, or as a piece of one, is read as it stands there. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { readDirectory } from '../../../src/store/directory/load.ts';
import { formatProblem } from '../../../src/store/problem.ts';

const PAGES = ['route-plan', 'gateways', 'groups', 'forwarding', 'shared-lines'];
const ENV = { ANA: 'a', BEN: 'b', LOBBY: 'c', GW1: 'd', PHONES: 'e' };
/** Pieces name what is said elsewhere. */
const ELSEWHERE = / unknown (?:line|device|search space) '/;

type Example = { readonly name: string; readonly text: string };

/** In order; those that are no whole sections are left out. */
function examplesOf(page: string): readonly Example[] {
  const text = readFileSync(new URL(`../../../docs/${page}.md`, import.meta.url), 'utf8');
  return [...text.matchAll(/```yaml\n(.*?)```/gs)]
    .map(([, yaml = ''], at) => ({ name: `${page} ${at + 1}`, text: yaml }))
    .filter(({ text: yaml }) => /^\w/.test(yaml));
}

function problemsIn({ name, text }: Example): readonly string[] {
  const read = readDirectory([{ file: name, text }], { realm: 'pbx.test', env: ENV });
  return read.ok ? [] : read.problems.map(formatProblem);
}

test('no example has a mistake', () => {
  const problems = PAGES.flatMap(examplesOf).flatMap(problemsIn);
  assert.deepEqual(
    problems.filter((problem) => !ELSEWHERE.test(problem)),
    [],
  );
});

test('the first examples of route plans and gateways, and that of countries, are whole', () => {
  const examples = PAGES.flatMap(examplesOf);
  const whole = ['route-plan 1', 'route-plan 2', 'gateways 1'];
  assert.deepEqual(
    whole.map((name) => {
      const example = examples.find((each) => each.name === name);
      return example && problemsIn(example);
    }),
    [[], [], []],
  );
});
