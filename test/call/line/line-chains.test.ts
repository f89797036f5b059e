/** What a line remembers of its appearances, for people: who did what, when, and why each is free. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Line } from '../../../src/call/directory.ts';
import type { Out } from '../../../src/call/effects.ts';
import { eventsOf, newChains } from '../../../src/call/line/line-chains.ts';
import {
  claimedLineControl,
  newLineControl,
  packLine,
} from '../../../src/call/line/line-control.ts';
import { step } from '../../../src/call/line/line-control-process.ts';
import type { LineEvent } from '../../../src/call/line/line-process.ts';
import type { CallSignal } from '../../../src/call/signals.ts';
import type { Pid } from '../../../src/process/pid.ts';
import { member, PARALLEL } from './line-flow.ts';

const TWO: Line = {
  ...PARALLEL,
  appearances: 2,
  members: ['ana', 'ben'].map((name) => ({
    ...member(name),
    rights: ['answer', 'originate', 'retrieve'],
  })),
};
const ANA = 'a.1.d7' as Pid;
const BEN = 'b.1.d8' as Pid;
const CONTROL = 'c.1.c1' as Pid;
const FAR = { number: '1001', name: 'Far' };
const NOWHERE: Out = { push: () => {} };

/** A line that notes, and a way to let something happen a second later. */
function noting(line = newLineControl(TWO, 1)) {
  const chains = newChains();
  line.chains = chains;
  const happen = (event: LineEvent): void => {
    chains.nowMs += 1000;
    step(line, event, NOWHERE);
  };
  const say = (from: Pid, signal: CallSignal): void => happen({ type: 'signal', signal, from });
  const attach = (
    pid: Pid,
    name: string,
    calls?: Extract<CallSignal, { type: 'attach' }>['calls'],
  ) =>
    say(pid, {
      type: 'attach',
      number: '2000',
      pid,
      device: `${name}-phone`,
      member: name,
      ...(calls === undefined ? {} : { calls }),
    });
  const told = (appearance: number): string[] =>
    eventsOf(chains, appearance).map(({ atMs, what, member: whose, by, from, cause, leaseMs }) =>
      [atMs / 1000, what, whose, by, from.number, cause, leaseMs || '']
        .filter((word) => word !== '' && word !== undefined)
        .join(' '),
    );
  return { line, chains, happen, say, attach, told };
}

const seize = (call: string, appearance: number): CallSignal => ({
  type: 'lineSeize',
  number: '2000',
  call,
  appearance,
  leaseMs: 15_000,
});

const use = (call: string, state: 'progressing' | 'active' | 'held'): CallSignal => ({
  type: 'lineUse',
  number: '2000',
  call,
  state,
  party: FAR,
  isExclusive: false,
});

test('a member’s own call: seized, wanted in vain, dialled, held, retrieved, over', () => {
  const { say, attach, told } = noting();
  attach(ANA, 'ana');
  attach(BEN, 'ben');
  say(ANA, seize('c1', 1));
  say(BEN, seize('c2', 1));
  say(ANA, seize('c1', 1));
  say(ANA, use('c1', 'progressing'));
  say(ANA, use('c1', 'active'));
  say(ANA, use('c1', 'held'));
  say(BEN, { type: 'lineRetrieve', number: '2000', call: 'c3', appearance: 1 });
  say(ANA, { type: 'callEnded', call: 'c1', cause: 'transferred' });
  say(BEN, {
    type: 'callHeld',
    call: 'c1',
    holder: { pid: BEN, call: 'c3' },
    party: { number: '2000b', name: '' },
    device: 'ben-phone',
  });
  say(BEN, { type: 'callEnded', call: 'c1', cause: 'hung up' });
  assert.deepEqual(told(1), [
    '3 seized ana a.1.d7 15000',
    '4 refused ben b.1.d8 busy',
    '6 progressing ana a.1.d7 1001',
    '7 active ana a.1.d7 1001',
    '8 held ana a.1.d7 1001',
    '9 retrieving ben b.1.d8 1001',
    '10 left ana a.1.d7 1001 transferred',
    '11 retrieved ben b.1.d8 1001',
    '12 freed ben b.1.d8 1001 hung up',
  ]);
});

test('a call to the line: offered, rang, answered, and its caller hung up; a lease that ran out', () => {
  const { say, attach, told, happen } = noting();
  attach(ANA, 'ana');
  attach(BEN, 'ben');
  say(CONTROL, {
    type: 'callRequest',
    call: 'c1',
    caller: { pid: 'c.1.d1' as Pid, call: 'c1' },
    from: FAR,
    dialled: '2000',
    by: '1001',
    hops: 70,
    reliable: false,
  });
  say(ANA, seize('c2', 2));
  for (const from of [BEN, ANA])
    say(from, {
      type: 'callAlert',
      call: 'c1',
      from: { pid: from, call: 'c1' },
      kind: 'ringing',
      reliable: false,
    });
  say(BEN, {
    type: 'callProceed',
    call: 'c1',
    from: { pid: BEN, call: 'c1' },
    party: { number: '2000', name: '' },
  });
  happen({ type: 'timer', timer: 'lease:c2' });
  say(CONTROL, { type: 'callWithdraw', call: 'c1', cause: 'caller gave up' });
  assert.deepEqual(
    [told(1), told(2), told(3)],
    [
      [
        '3 offered c.1.c1 1001',
        '5 rang ben b.1.d8 1001',
        '7 answered ben b.1.d8 1001',
        '9 freed ben c.1.c1 1001 caller gave up',
      ],
      ['4 seized ana a.1.d7 15000', '8 freed ana session expired'],
      [],
    ],
  );
});

test('the line’s next process begins with what it was told', () => {
  const { say, attach, told } = noting(claimedLineControl(TWO));
  say('b.1.m1' as Pid, {
    type: 'lineOwned',
    number: '2000',
    lcp: 'b.1.l1' as Pid,
    epoch: 9,
    homes: ['a.1', 'b.1'],
  });
  const common = { from: FAR, caller: { pid: CONTROL, call: 'x' } } as const;
  attach(BEN, 'ben', [{ call: 'c1', appearance: 2, state: 'own', use: 'held', ...common }]);
  attach(ANA, 'ana', [{ call: 'c2', appearance: 1, state: 'active', use: 'held', ...common }]);
  assert.deepEqual(
    [told(1), told(2)],
    [
      ['3 rebuilt ana a.1.d7 1001', '3 held ana a.1.d7 1001'],
      ['2 rebuilt ben b.1.d8 1001', '2 held ben b.1.d8 1001'],
    ],
  );
});

test('only the latest events are remembered, and none of them is part of the line’s state', () => {
  const { line, say, attach, told } = noting();
  attach(ANA, 'ana');
  for (let call = 0; call < 20; call++) {
    say(ANA, seize(`c${call}`, 1));
    say(ANA, { type: 'callEnded', call: `c${call}`, cause: 'caller gave up' });
  }
  const all = told(1);
  assert.deepEqual(
    [all.length, all[0], all.at(-1), 'chains' in packLine(line)],
    [32, '10 seized ana a.1.d7 15000', '41 freed ana a.1.d7 caller gave up', false],
  );
});
