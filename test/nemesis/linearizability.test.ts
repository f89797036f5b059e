/** The checker of histories: what it must accept, what it must refuse, and that it agrees with trying all orders. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { checkLinearizable, type Model, type Operation } from '../../nemesis/linearizability.ts';

type Input =
  | { readonly type: 'read'; readonly value: number }
  | { readonly type: 'write'; readonly value: number };

const REGISTER: Model<number, Input> = {
  initial: 0,
  step: (state, { type, value }) => {
    if (type === 'write') return value;
    return state === value ? state : undefined;
  },
  keyOf: String,
};

const NEVER = Number.POSITIVE_INFINITY;

function write(value: number, callMs: number, returnMs: number): Operation<Input> {
  return { callMs, returnMs, input: { type: 'write', value } };
}

function read(value: number, callMs: number, returnMs: number): Operation<Input> {
  return { callMs, returnMs, input: { type: 'read', value } };
}

const HISTORIES: readonly [string, string, readonly Operation<Input>[]][] = [
  ['nothing happened', 'linearizable', []],
  ['one after the other', 'linearizable', [write(1, 0, 1), read(1, 2, 3)]],
  ['a read of what was overwritten', 'not linearizable', [write(1, 0, 1), read(0, 2, 3)]],
  ['a read while it is written', 'linearizable', [write(1, 0, 9), read(1, 1, 2), read(1, 3, 4)]],
  ['new and then old', 'not linearizable', [write(1, 0, 9), read(1, 1, 2), read(0, 3, 4)]],
  ['a read before it is written', 'not linearizable', [read(1, 0, 1), write(1, 2, 3)]],
  ['a return at the time of a call overlaps', 'linearizable', [read(1, 0, 2), write(1, 2, 3)]],
  [
    'two writes in the order that was read',
    'linearizable',
    [write(1, 0, 9), write(2, 0, 9), read(2, 1, 2), read(1, 3, 4)],
  ],
  [
    'two writes that were read in two orders',
    'not linearizable',
    [write(1, 0, 9), write(2, 0, 9), read(2, 1, 2), read(1, 3, 4), read(2, 5, 6)],
  ],
  ['an unknown write that was never seen', 'linearizable', [write(1, 0, NEVER), read(0, 5, 6)]],
  [
    'an unknown write that was seen late',
    'linearizable',
    [write(1, 0, NEVER), read(0, 5, 6), read(1, 7, 8)],
  ],
  [
    'an unknown write that was seen and forgotten',
    'not linearizable',
    [write(1, 0, NEVER), read(1, 5, 6), read(0, 7, 8)],
  ],
  [
    'an unknown write that was seen before it began',
    'not linearizable',
    [read(1, 0, 1), write(1, 2, NEVER)],
  ],
];

for (const [name, expected, history] of HISTORIES)
  test(`${name}: ${expected}`, () => {
    assert.equal(checkLinearizable(REGISTER, history).type, expected);
  });

test('the operation that there is no place for is named', () => {
  const history = [write(1, 0, 1), read(1, 2, 3), read(7, 4, 5), read(1, 6, 7)];
  assert.deepEqual(checkLinearizable(REGISTER, history), {
    type: 'not linearizable',
    stuck: read(7, 4, 5),
  });
});

test('a search that takes too long is given up, not called a success', () => {
  assert.deepEqual(checkLinearizable(REGISTER, [write(1, 0, 1), read(0, 2, 3)], 1), {
    type: 'unknown',
  });
});

test('long histories take about a step for each operation', () => {
  const history = Array.from({ length: 4000 }, (_, at) => [
    write(at, 10 * at, 10 * at + 15),
    read(at, 10 * at + 8, 10 * at + 9),
    write(at, 10 * at, NEVER),
  ]).flat();
  assert.equal(checkLinearizable(REGISTER, history, 100_000).type, 'linearizable');
});

test('it says what trying all orders says', () => {
  const input = fc.record({ type: fc.constantFrom('read', 'write'), value: fc.nat(2) });
  const operation = fc
    .record({ callMs: fc.nat(12), tookMs: fc.option(fc.nat(6), { nil: NEVER }), input })
    .map(({ callMs, tookMs, input }) => ({ callMs, returnMs: callMs + tookMs, input }));
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 6 }), (history) => {
      const expected = hasOrder(0, history) ? 'linearizable' : 'not linearizable';
      assert.equal(checkLinearizable(REGISTER, history as Operation<Input>[]).type, expected);
    }),
    { numRuns: 2000 },
  );
});

/** By trying all: one that may be the next is called before any other has returned. */
function hasOrder(
  state: number,
  left: readonly Operation<{ type: string; value: number }>[],
): boolean {
  if (left.every(({ returnMs }) => returnMs === NEVER)) return true;
  const firstReturnMs = Math.min(...left.map(({ returnMs }) => returnMs));
  return left.some((operation) => {
    if (operation.callMs > firstReturnMs) return false;
    const { type, value } = operation.input;
    if (type === 'read' && value !== state) return false;
    const rest = left.filter((other) => other !== operation);
    return hasOrder(type === 'write' ? value : state, rest);
  });
}
