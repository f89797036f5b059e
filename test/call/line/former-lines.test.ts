/** Lines that have sent a call on, and speak of it late. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type FormerLine, hearTooLate } from '../../../src/call/line/former-lines.ts';
import type { CallSignal } from '../../../src/call/signals.ts';
import type { Pid } from '../../../src/process/pid.ts';
import type { Host } from '../../../src/process/process.ts';

const FORMER: readonly FormerLine[] = [{ number: '2000', call: 'c1' }];
const LCP = 'b.1.l1' as Pid;
const LEG = { pid: 'b.1.d8' as Pid, call: 'c1' };
const PARTY = { number: '2000', name: '' };

/** What is said to whom about `signal`, and whether that was all. */
function hear(signal: CallSignal): { readonly said: readonly string[]; readonly isOver: boolean } {
  const said: string[] = [];
  const host: Host<CallSignal> = {
    pid: 'a.1.c1' as Pid,
    nowMs: 0,
    tell: (to, { type }) => said.push(`${to} < ${type}`),
    spawn: () => LCP,
    start: () => {},
    stop: () => {},
    exit: () => {},
  } as Host<CallSignal>;
  const isOver = hearTooLate(FORMER, signal, LCP, host);
  return { said, isOver };
}

test('an answer that crosses the end of the offer is hung up on, a lock given back, a follower told', () => {
  const lock = { seq: 1, by: LCP, operation: 'c1.1', revision: 1 };
  const late: readonly CallSignal[] = [
    { type: 'callProceed', call: 'c1', from: LEG, party: PARTY },
    { type: 'lineLocked', number: '2000', call: 'c1', lock, lcps: [LCP], appearance: 1 },
    { type: 'callFollow', call: 'c1', version: 0 },
    { type: 'callAlert', call: 'c1', from: LEG, kind: 'ringing', reliable: false },
    { type: 'callRefuse', call: 'c1', cause: 'busy' },
  ];
  assert.deepEqual(late.map(hear), [
    { said: ['b.1.l1 < callWithdraw'], isOver: true },
    { said: ['b.1.l1 < lineUnlock'], isOver: true },
    { said: ['b.1.l1 < callEnded'], isOver: true },
    { said: [], isOver: true },
    { said: [], isOver: true },
  ]);
});

test('what the present line says, and what the caller says, is for call control', () => {
  const present: readonly CallSignal[] = [
    { type: 'callProceed', call: 'c1.f1', from: { ...LEG, call: 'c1.f1' }, party: PARTY },
    { type: 'callWithdraw', call: 'c1', cause: 'caller gave up' },
    { type: 'lineLocated', number: '2009', lcp: LCP },
  ];
  assert.deepEqual(
    present.map(hear),
    present.map(() => ({ said: [], isOver: false })),
  );
});

test('a new process of a line that has sent the call on lets go of it; call control may have it at that line again', () => {
  assert.deepEqual(hear({ type: 'lineLocated', number: '2000', lcp: LCP }), {
    said: ['b.1.l1 < callWithdraw'],
    isOver: false,
  });
});
