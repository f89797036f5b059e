/**
 * Runs the steps of `npm test` or `npm run check`, one after another, all of them even when one fails,
 * and closes with a line that counts what ran: each test of the test runner, and each other step as one.
 */
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const cache = join(root, '.cache');
const totalsFile = join(cache, 'test-totals.json');

/**
 * A step is `{ name, command }`, words to run, or `{ name, tests, except, concurrency, verbose }`, test
 * files by glob. `first: true`: what follows makes no sense when it fails.
 */
export function runSteps(steps) {
  mkdirSync(cache, { recursive: true });
  const results = [];
  for (const step of steps) {
    process.stdout.write(`\n== ${step.name}\n`);
    const startedMs = performance.now();
    const counts = step.tests === undefined ? runCommand(step) : runTests(step);
    results.push({ name: step.name, ...counts, ms: performance.now() - startedMs });
    if (step.first && counts.failed > 0) break;
  }
  process.stdout.write('\n');
  for (const { name, passed, failed, skipped, ms } of results) {
    const verdict = failed > 0 ? 'FAILED' : 'ok    ';
    const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`;
    process.stdout.write(`${verdict} ${name}: ${counts}, ${(ms / 1000).toFixed(1)} s\n`);
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const closing = `${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`;
  writeFileSync(join(cache, 'test-closing-line'), `${closing}\n`);
  process.stdout.write(`\n${closing}\n`);
  process.exitCode = sum('failed') > 0 ? 1 : 0;
}

function runCommand({ command }) {
  const passed = run(command, {});
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

function runTests({ tests, except = [], concurrency = 2, verbose = false }) {
  const files = globSync(tests, { cwd: root, exclude: except }).sort();
  // Without a file, `node --test` would look for tests of its own.
  if (files.length === 0) return { passed: 0, failed: nothingToRun(tests), skipped: 0 };
  rmSync(totalsFile, { force: true });
  const reporter = join(root, 'scripts', 'reporter.mjs');
  const passed = run(
    [process.execPath, '--test', `--test-concurrency=${concurrency}`, `--test-reporter=${reporter}`]
      .concat('--test-reporter-destination=stdout')
      .concat(files),
    { TEST_TOTALS: totalsFile, VERBOSE_TESTS: verbose ? '1' : '0' },
  );
  const counts = readTotals();
  if (counts === undefined) {
    process.stdout.write('the test runner did not come to its end\n');
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const failed = counts.failed + counts.cancelled;
  return {
    passed: counts.passed,
    // A file that broke outside of its tests fails the run without a test that failed.
    failed: failed === 0 && !passed ? 1 : failed,
    skipped: counts.skipped + counts.todo,
  };
}

function nothingToRun(pattern) {
  process.stdout.write(`no test file matches ${pattern}\n`);
  return 1;
}

function readTotals() {
  try {
    return JSON.parse(readFileSync(totalsFile, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function run([command, ...args], env) {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: path, ...env },
  });
  if (error) process.stdout.write(`${command}: ${error.message}\n`);
  return status === 0;
}
