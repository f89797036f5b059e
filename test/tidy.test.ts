/** Properties of the code itself: who may import whom, what the core may touch, how long a file is. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import test from 'node:test';

/** Layer -> the layers it may import, besides itself. Reading order is bottom to top. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  base: [],
  sdp: ['base'],
  sip: ['base'],
  process: ['base'],
  call: ['base', 'process'],
  device: ['base', 'process', 'call', 'sip', 'sdp'],
  transport: ['base', 'sip'],
  cluster: ['base', 'process'],
  media: ['base', 'sdp'],
  store: ['base', 'call'],
  http: ['base', 'process', 'call', 'store'],
  manager: ['*'],
  // The demo's robot phones are SIP user agents of our own.
  cli: ['base', 'call', 'sip', 'manager', 'store', 'http'],
  testkit: ['*'],
};

/** The core: no clock, no chance, no I/O, no waiting. Same inputs, same outputs, any machine. */
const CORE = ['base', 'sdp', 'sip', 'process', 'call', 'device'];
const BANNED_IN_CORE: readonly [RegExp, string][] = [
  [/\bDate\.now\b|\bnew Date\b|\bperformance\.now\b/, 'the clock arrives as an argument'],
  [/\bMath\.random\b|\brandomBytes\b|\brandomUUID\b/, 'chance arrives as a seeded Random'],
  [/\bset(Timeout|Interval|Immediate)\b/, 'return start(timer, afterMs) instead'],
  [/\basync\b|\bawait\b|\bPromise\b/, 'the core runs to completion; waiting is an effect'],
  [/\bconsole\./, 'return a log effect instead'],
  [/from 'node:(?!crypto)/, 'I/O belongs in transport/, cluster/, store/, media/ or http/'],
];
const LINES_MAX = 400;

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'src', 'test'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path.endsWith('.ts') && existsSync(path));

for (const path of files.filter((p) => p.startsWith('src/'))) {
  test(`tidy: ${path}`, () => {
    const text = readFileSync(path, 'utf8');
    const layer = path.split('/')[1] ?? '';
    const problems: string[] = [];

    const allowed = MAY_IMPORT[layer];
    assert(allowed, `${layer}/ is no layer: add it to MAY_IMPORT and to ARCHITECTURE.md`);
    for (const [, from] of text.matchAll(/from '(\.{1,2}\/[^']+)'/g)) {
      const target = normalize(join(dirname(path), from ?? '')).split('/')[1] ?? '';
      if (target === 'testkit' && layer !== 'testkit') problems.push('testkit/ is for tests only');
      else if (target !== layer && !allowed.includes(target) && !allowed.includes('*'))
        problems.push(`${layer}/ may not import ${target}/`);
    }

    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    if (CORE.includes(layer)) {
      for (const [banned, why] of BANNED_IN_CORE)
        if (banned.test(code)) problems.push(`${banned}: ${why}`);
    }
    const lines = text.split('\n').length;
    if (lines > LINES_MAX) problems.push(`${lines} lines, at most ${LINES_MAX}`);
    if (/\b(TODO|FIXME|XXX)\b/.test(text)) problems.push('leftover TODO: file an issue or do it');
    assert.deepEqual(problems, []);
  });
}
