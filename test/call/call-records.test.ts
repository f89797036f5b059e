/** Accounts of calls on their way to be records. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { newAccount } from '../../src/call/call-record.ts';
import { CallRecords } from '../../src/call/call-records.ts';
import type { Pid } from '../../src/process/pid.ts';

const ENDED = { cause: 'hung up', code: undefined, endedBy: 'caller', closing: 'end' } as const;

for (const [how, stepMs] of [
  ['back', -3_600_000],
  ['on', 3_600_000],
] as const)
  test(`the clock is put ${how} while a call is up: that call is as long as it was, the next has the new time`, () => {
    let [epochMs, nowMs] = [1_700_000_000_000, 5000];
    const records = new CallRecords({ epochMs: () => epochMs }, () => nowMs, new Map());
    const call = (id: string): readonly (number | undefined)[] => {
      const origin = { dialog: id, beganMs: records.nowMs() };
      const from = { number: '1001', name: '' };
      const caller = { pid: 'a.1.d1' as Pid, call: id };
      const request = { call: id, caller, from, by: '1001', dialled: '2000', origin };
      const account = newAccount(request, 'a', false, records.clockMs());
      epochMs += stepMs + 60_000;
      nowMs += 60_000;
      records.closed(account, ENDED);
      return [account.beganMs, account.endedMs];
    };
    const first = call('c1');
    const beganMs = epochMs;
    const [began, ended] = call('c2');
    assert.deepEqual(
      [first, [began, ended]],
      [
        [1_700_000_000_000, 1_700_000_060_000],
        [beganMs, beganMs + 60_000],
      ],
    );
  });
