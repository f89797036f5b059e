/** Files as people and programs write them: text stays text, and no file makes the reader fall over. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { readDirectory } from '../../src/store/directory/load.ts';
import { plain, readSource, rootOf } from '../../src/store/document.ts';
import { formatProblem, type Problem } from '../../src/store/problem.ts';

function read(text: string): { value: unknown; said: string[] } {
  const problems: Problem[] = [];
  const value = plain(rootOf(readSource('f', text, problems)), problems);
  // As JSON, since objects from files have no prototype.
  return { value: JSON.parse(JSON.stringify(value)), said: problems.map(formatProblem) };
}

test('scalars are the text that was written, in YAML and in JSON', () => {
  assert.deepEqual(
    [
      read('a: 0800\nb: 1e3\nc: off\nd: ~\ne:\nf: [1.10, "x"]\ng: &n 007\nh: *n').value,
      read('{"a": 0800, "b": true, "c": null, "d": ""}').value,
    ],
    [
      { a: '0800', b: '1e3', c: 'off', d: '~', e: '', f: ['1.10', 'x'], g: '007', h: '007' },
      { a: '0800', b: 'true', c: 'null', d: '' },
    ],
  );
});

test('a key is given once in a map, and is plain', () => {
  assert.deepEqual(read('a: 1\nb: { c: 1, "c": 2 }\na: 3\n? [x]\n: 4').said, [
    "f:3:1: key 'a' is already given at 1:1",
    'f:4:3: expected a plain key',
    "f:2:12: key 'c' is already given at 2:6",
  ]);
});

test('aliases that contain themselves or multiply end somewhere', () => {
  const itself = read('a: &a [*a]');
  const levels = 'bcdefgh'.split('');
  const laughs = levels.map((name, index) => {
    const before = index === 0 ? '"ha"' : `*${levels[index - 1]}`;
    return `${name}: &${name} [${new Array(9).fill(before).join(', ')}]`;
  });
  const bomb = read(laughs.join('\n'));
  assert.deepEqual([itself.said, bomb.said], [['f:1:7: nested too deeply'], []]);
});

test('no text at all makes the directory reader throw', () => {
  const word = fc.constantFrom(
    ...['lines', 'devices', 'gateways', 'route_plan', 'members', 'offer', 'number', 'user'],
    ...['{', '}', '[', ']', ':', ',', '"', '\n', '  ', '- ', '&a', '*a', '|', 'u{0..9}', '2001'],
    ...['__proto__', 'constructor', 'after 8s', '192.0.2.0/24', 'env:X', '\u0000', '👍'],
  );
  const text = fc.oneof(
    fc.array(word, { maxLength: 60 }).map((words) => words.join('')),
    fc.json(),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(text, (each) => {
      const result = readDirectory([{ file: 'f', text: each }], { realm: 'x', env: {} });
      return result.ok || result.problems.length > 0;
    }),
    { numRuns: 500 },
  );
});
