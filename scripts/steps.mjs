/** What `npm run check` and `npm test` consist of. */

const UNIT = { tests: 'test/**/*.test.ts', except: ['test/e2e/**', 'test/servers/**'] };

/** Under a minute, on any machine with Node and npm alone. */
export const CHECK_STEPS = [
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'lint', command: ['biome', 'check'] },
  { name: 'unit and property tests', ...UNIT },
  {
    name: 'simulation, as many seeds as 15 s allow',
    command: ['npm', 'run', '--silent', 'simulate', '--', '--seconds', '15'],
  },
];

/** All there is: the same, then real phones and more seeds. Wants Debian packages and root. */
export const TEST_STEPS = [
  { name: 'packages', command: ['node', 'scripts/install-test-packages.mjs'], first: true },
  ...CHECK_STEPS.slice(0, -1),
  {
    name: 'end to end, with real phones',
    tests: 'test/e2e/*.test.ts',
    concurrency: 1,
    verbose: true,
  },
  {
    name: 'with real NATS, etcd and PostgreSQL servers',
    tests: 'test/servers/**/*.test.ts',
    concurrency: 1,
  },
  {
    name: 'exploration: every state of small clusters',
    command: ['npm', 'run', '--silent', 'explore'],
  },
  {
    name: 'hostile messages, 100,000 at the parser and at a manager',
    command: ['npm', 'run', '--silent', 'fuzz', '--', '--messages', '100000'],
  },
  {
    name: 'simulation, 2,000 seeds',
    command: ['npm', 'run', '--silent', 'simulate', '--', '--seeds', '2000'],
  },
];
