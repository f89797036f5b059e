/** Phones that share a line in the simulator: a seed repeats exactly, and lines with a rule broken are found out. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { LineProcess } from '../../src/call/line/line-process.ts';
import type { CallSignal } from '../../src/call/signals.ts';
import { DeviceProcess } from '../../src/device/device-process.ts';
import type { Pid } from '../../src/process/pid.ts';
import { simulateSharing } from '../../src/testkit/sharing-simulation.ts';

for (const managers of [1, 3])
  test(`the same seed gives the same run of ${managers}, to the last lamp`, () => {
    assert.deepEqual(simulateSharing(42, { managers }), simulateSharing(42, { managers }));
  });

/** Seeds in which something was broken once. */
for (const seed of [
  54, 67, 198, 818, 819, 900_287, 903_554, 940_204, 950_278, 1_001_459, 1_001_610, 6_009_778,
  6_014_633, 20_297, 20_373, 9_401_999,
])
  test(`seed ${seed} breaks nothing any more`, () => {
    assert.deepEqual(simulateSharing(seed).violations, []);
  });

type Receiver = { receive(signal: CallSignal, from: Pid): void };

/** What becomes of a signal on its way: another one, or none. */
type Twist = (signal: CallSignal, count: number) => CallSignal | undefined;

const MUTANTS: readonly (readonly [string, Receiver, Twist])[] = [
  [
    'phones that are not told that a line has no calls any more',
    DeviceProcess.prototype,
    (signal) => (signal.type === 'lineState' && signal.calls.length === 0 ? undefined : signal),
  ],
  [
    'lines that give an appearance to everybody who asks',
    DeviceProcess.prototype,
    (signal) =>
      signal.type === 'lineSeizeRefused' && signal.cause === 'busy'
        ? { type: 'lineSeized', number: signal.number, call: signal.call, appearance: 1 }
        : signal,
  ],
  [
    'lines that do not hear of the end of every twentieth call',
    LineProcess.prototype,
    (signal, count) => (signal.type === 'callEnded' && count % 20 === 0 ? undefined : signal),
  ],
  [
    'holders that go on when another has retrieved their call',
    DeviceProcess.prototype,
    (signal) =>
      signal.type === 'callRelease' && signal.cause === 'transferred' ? undefined : signal,
  ],
];

/** As many seeds as a mutant gets to give itself away. */
const SEEDS = 60;

for (const [name, receiver, twist] of MUTANTS)
  test(`found out: ${name}`, ({ mock }) => {
    const { receive } = receiver;
    let count = 0;
    mock.method(receiver, 'receive', function (this: Receiver, signal: CallSignal, from: Pid) {
      const twisted = twist(signal, ++count);
      if (twisted !== undefined) receive.call(this, twisted, from);
    });
    let seed = 1;
    while (seed <= SEEDS && simulateSharing(seed).violations.length === 0) seed++;
    assert(seed <= SEEDS, `${SEEDS} seeds saw nothing`);
  });
