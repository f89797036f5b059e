/** When a run takes all for well, and breaks the next thing. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { CallRecord } from '../../nemesis/records.ts';
import { notWell } from '../../nemesis/wellness.ts';
import { goodCall, leg } from './seen.ts';

const NOW_MS = 10_000;

/** Calls of all to both lines, every 100 ms, that ring the phones of all after `rangMs`. */
function calls(rangMs = 5): CallRecord[] {
  const all: CallRecord[] = [];
  for (let startMs = 8000; startMs < NOW_MS; startMs += 100)
    for (const line of ['2000', '2100'])
      for (const origin of [0, 1, 2]) {
        const legs = [0, 1, 2].map((manager) =>
          leg(manager, { device: `${line}${manager + 1}`, invitedMs: startMs + rangMs }),
        );
        const rung = legs.filter(({ invitedMs }) => invitedMs <= NOW_MS);
        const overMs = startMs + rangMs + 100;
        all.push({ ...goodCall(startMs, { line, origin, overMs }), legs: rung });
      }
  return all;
}

function judge(seen: readonly CallRecord[]): string[] {
  const legs = seen.flatMap((call) => call.legs).sort((a, b) => a.invitedMs - b.invitedMs);
  return notWell({ calls: seen, legs }, NOW_MS);
}

test('all is well when calls of everybody get through and ring every phone', () => {
  assert.deepEqual(judge(calls()), []);
});

test('all is not well when calls wait for others before they ring', () => {
  assert.deepEqual(judge(calls(800)), ['calls to 2000 ring late', 'calls to 2100 ring late']);
});

test('all is not well when a manager has no calls, or a phone', () => {
  const seen = calls()
    .filter(({ origin, line }) => origin !== 1 || line !== '2100')
    .map((call) => ({ ...call, legs: call.legs.filter(({ device }) => device !== '20003') }));
  assert.deepEqual(judge(seen), ['20003 is not rung', 'no call from cm2 to 2100']);
});
