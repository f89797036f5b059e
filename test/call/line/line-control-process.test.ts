/**
 * Each flow is a ladder: what came in, then what went out. Between any two rungs the process's record
 * goes through JSON, as it would on its way to another manager: nothing may hide outside of it.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Line } from '../../../src/call/directory.ts';
import type { Effect } from '../../../src/call/effects.ts';
import {
  claimedLineControl,
  newLineControl,
  snapshotOf,
} from '../../../src/call/line/line-control.ts';
import { step } from '../../../src/call/line/line-control-process.ts';
import type { LineEvent } from '../../../src/call/line/line-process.ts';
import { type Rung, showEffect, signalOf } from '../ladder.ts';
import { claimed, eventOf, flow, member, PARALLEL, throughJson } from './line-flow.ts';

const LATE_CAS: Line = {
  ...PARALLEL,
  members: [member('ana'), member('ben'), member('cas', 8000)],
};

const SERIAL: Line = {
  ...PARALLEL,
  offering: {
    type: 'serial',
    steps: [
      { members: ['ana'], ms: 10_000 },
      { members: ['ben', 'cas'], ms: 12_000 },
    ],
  },
};

flow(
  'claims 1, 7, 8, 10, 41, 42, 44: a shared line rings every device, and the first answer wins',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
  b.1.d8 > callAlert
             a.1.c1 < callAlert
  a.1.d7 > callAlert
             a.1.c1 < callAlert
  b.1.d8 > callProceed
             a.1.c1 < callProceed
             a.1.d7 < callWithdraw answered elsewhere
             stop no answer
  a.1.c1 > callEnded hung up
  `,
);

flow(
  'two devices answer at once: the later one is told to hang up',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             b.1.d8 < callWithdraw answered elsewhere
             stop no answer
  b.1.d8 > callProceed
             b.1.d8 < callWithdraw answered elsewhere
  a.1.d7 > callProceed
  `,
);

flow(
  'the caller hears a refusal only when the last device has refused, and the weightiest one',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
  b.1.d8 > callAlert
             a.1.c1 < callAlert
  a.1.d7 > callRefuse busy
  b.1.d8 > callRefuse declined
             a.1.c1 < callRefuse busy
             stop no answer
  b.1.d8 > callRefuse declined
  `,
);

flow(
  'everybody declines: declined',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
  a.1.d7 > callRefuse declined
  b.1.d8 > callRefuse declined
             a.1.c1 < callRefuse declined
             stop no answer
  `,
);

flow(
  'no phone can be reached: unreachable',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             start no answer 25000
  a.1.d7 > callRefuse unreachable
             a.1.c1 < callRefuse unreachable
             stop no answer
  `,
);

flow(
  'nobody is registered: no device',
  SERIAL,
  `
  a.1.c1 > callRequest
             a.1.c1 < callRefuse no device
  `,
);

flow(
  'the caller gives up while phones ring',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
  b.1.d8 > callRefuse busy
  a.1.c1 > callWithdraw caller gave up
             a.1.d7 < callWithdraw caller gave up
             stop no answer
  a.1.d7 > callProceed
             a.1.d7 < callWithdraw call gone
  `,
);

flow(
  'the caller gives up as somebody answers: who took the call hangs up',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             start no answer 25000
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             stop no answer
  a.1.c1 > callWithdraw caller gave up
             a.1.d7 < callWithdraw caller gave up
  a.1.c1 > callEnded hung up
  `,
);

flow(
  'only the call control that asked can withdraw or end a call',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             start no answer 25000
  a.1.c9 > callWithdraw caller gave up
  a.1.d7 > callEnded hung up
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             stop no answer
  a.1.c9 > callWithdraw caller gave up
  a.1.c9 > callEnded hung up
  a.1.d7 > callEnded hung up
             a.1.c1 < callRelease of a.1.d7 hung up
  a.1.c1 > callWithdraw caller gave up
  `,
);

flow(
  'nobody answers in time',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
  a.1.d7 > callRefuse busy
  @ no answer
             b.1.d8 < callWithdraw no answer
             a.1.c1 < callRefuse no answer
  @ no answer
  `,
);

flow(
  'claims 9, 43: serial offering rings step after step',
  SERIAL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d9 > attach cas
             b.1.d9 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             start step 10000
             start no answer 25000
  a.1.d7 > callAlert
             a.1.c1 < callAlert
  @ step
             a.1.d7 < callWithdraw no answer
             b.1.d8 < callRequest
             b.1.d9 < callRequest
             start step 12000
  a.1.d7 > callAlert
  a.1.d7 > callProceed
             a.1.d7 < callWithdraw no answer
  @ step
             b.1.d8 < callWithdraw no answer
             b.1.d9 < callWithdraw no answer
             a.1.c1 < callRefuse no answer
             stop no answer
  `,
);

flow(
  'serial offering: a step whose devices all refuse, or that has none, is over at once',
  SERIAL,
  `
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d9 > attach cas
             b.1.d9 < attached
  a.1.c1 > callRequest
             b.1.d8 < callRequest
             b.1.d9 < callRequest
             start step 12000
             start no answer 25000
  b.1.d8 > callRefuse busy
  b.1.d9 > callRefuse declined
             a.1.c1 < callRefuse busy
             stop step
             stop no answer
  `,
);

flow(
  'serial offering that widens: who rings already goes on ringing, who refused is left alone',
  {
    ...SERIAL,
    offering: {
      type: 'serial',
      steps: [
        { members: ['ana', 'ben'], ms: 10_000 },
        { members: ['ana', 'ben', 'cas'], ms: 12_000 },
      ],
    },
  },
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d9 > attach cas
             b.1.d9 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start step 10000
             start no answer 25000
  b.1.d8 > callRefuse declined
  @ step
             b.1.d9 < callRequest
             start step 12000
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             b.1.d9 < callWithdraw answered elsewhere
             stop no answer
             stop step
  `,
);

flow(
  'serial offering that comes round: who did not answer is rung again',
  {
    ...SERIAL,
    offering: {
      type: 'serial',
      steps: [
        { members: ['ana'], ms: 10_000 },
        { members: ['ben'], ms: 12_000 },
        { members: ['ana'], ms: 10_000 },
      ],
    },
  },
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             start step 10000
             start no answer 25000
  @ step
             a.1.d7 < callWithdraw no answer
             b.1.d8 < callRequest
             start step 12000
  b.1.d8 > callRefuse busy
             a.1.d7 < callRequest again 1
             start step 10000
  a.1.d7 > callRefuse declined
  a.1.d7 > callProceed
  a.1.d7 > callRefuse declined again 1
             a.1.c1 < callRefuse busy
             stop no answer
             stop step
  `,
);

flow(
  'a delayed member rings when its delay is over',
  LATE_CAS,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d9 > attach cas
             b.1.d9 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             start delay 8000
             start no answer 25000
  @ delay
             b.1.d9 < callRequest
  b.1.d9 > callProceed
             a.1.c1 < callProceed
             a.1.d7 < callWithdraw answered elsewhere
             stop no answer
  `,
);

flow(
  'an answer before the delay is over: the delayed member never rings',
  LATE_CAS,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d9 > attach cas
             b.1.d9 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             start delay 8000
             start no answer 25000
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             stop delay
             stop no answer
  @ delay
  `,
);

flow(
  'when all others have refused, a delayed member has nobody to wait for',
  LATE_CAS,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d9 > attach cas
             b.1.d9 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             start delay 8000
             start no answer 25000
  a.1.d7 > callRefuse busy
             b.1.d9 < callRequest
             stop delay
  b.1.d9 > callRefuse declined
             a.1.c1 < callRefuse busy
             stop no answer
  `,
);

flow(
  'delays count from the beginning of a serial step, and end with it',
  { ...SERIAL, members: [member('ana'), member('ben'), member('cas', 5000)] },
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d9 > attach cas
             b.1.d9 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             start step 10000
             start no answer 25000
  @ step
             a.1.d7 < callWithdraw no answer
             b.1.d8 < callRequest
             start step 12000
             start delay 5000
  @ delay
             b.1.d9 < callRequest
  @ step
             b.1.d8 < callWithdraw no answer
             b.1.d9 < callWithdraw no answer
             a.1.c1 < callRefuse no answer
             stop no answer
  `,
);

flow(
  'the calling device is not rung on its own call',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.c1 > callRequest by ana-phone
             b.1.d8 < callRequest
             start no answer 25000
  a.1.d6 > attach ana
             a.1.d6 < attached
  `,
);

flow(
  'a call from the only device there is: no device',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  a.1.c1 > callRequest by ana-phone
             a.1.c1 < callRefuse no device
  `,
);

flow(
  'all contacts of a member ring, and stop when one of them answers',
  PARALLEL,
  `
  a.1.d6 > attach ana
             a.1.d6 < attached
  a.1.d7 > attach ana
             a.1.d7 < attached
  a.1.c1 > callRequest
             a.1.d6 < callRequest
             a.1.d7 < callRequest
             start no answer 25000
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             a.1.d6 < callWithdraw answered elsewhere
             stop no answer
  `,
);

flow(
  'a phone that registers while others ring joins them, once',
  LATE_CAS,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             start delay 8000
             start no answer 25000
  b.1.d9 > attach cas
             b.1.d9 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
             b.1.d8 < callRequest
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d8 > callRefuse declined
  b.1.d8 > attach ben
             b.1.d8 < attached
  @ delay
             b.1.d9 < callRequest
  `,
);

flow(
  'a phone that registers after its serial step does not join',
  SERIAL,
  `
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.c1 > callRequest
             b.1.d8 < callRequest
             start step 12000
             start no answer 25000
  a.1.d7 > attach ana
             a.1.d7 < attached
  `,
);

flow(
  'a phone that registers when the call is taken hears nothing of it',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             start no answer 25000
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             stop no answer
  b.1.d8 > attach ben
             b.1.d8 < attached
  `,
);

flow(
  'a device that cannot be reached stops ringing and is asked to come again; the call that it has is none the worse',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d8 > lineWatch
             b.1.d8 < lineState
  b.1.d8 > lineUse held c2
             b.1.d8 < lineState 1 held ben
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
             b.1.d8 < lineState 1 held ben, 2 alerting
  ? b.1.d8
             b.1.d8 < callWithdraw unreachable
             b.1.d8 < lineRefused unreachable
  b.1.d8 > attach ben has c2 1 own held
             b.1.d8 < attached
  b.1.d8 > lineWatch
             b.1.d8 < lineState 1 held ben, 2 alerting
  `,
);

flow(
  'a device that detaches while it rings counts as refused',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
  a.1.d7 > detach
             a.1.d7 < callWithdraw unreachable
  b.1.d8 > callRefuse busy
             a.1.c1 < callRefuse busy
             stop no answer
  a.1.c1 > callRequest c2
             b.1.d8 < callRequest c2
             start no answer:c2 25000
  `,
);

flow(
  'device processes that die while they ring count as refused',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d9 > attach cas
             b.1.d9 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             b.1.d9 < callRequest
             start no answer 25000
  ! a.1.d7
             a.1.d7 < callWithdraw unreachable
  ! b.1
             a.1.c1 < callRefuse unreachable
             stop no answer
  a.1.c1 > callRequest c2
             a.1.c1 < callRefuse c2 no device
  `,
);

flow(
  'call control dies: what it had in offer stops ringing, what was taken ends',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             b.1.d8 < callWithdraw answered elsewhere
             stop no answer
  a.1.c1 > callRequest c2
             a.1.d7 < callRequest c2
             b.1.d8 < callRequest c2
             start no answer:c2 25000
  ! a.1.c1
             a.1.d7 < callRelease of a.1.d1 internal failure
             a.1.d1 < callRelease of a.1.d7 internal failure
             a.1.d7 < callWithdraw c2 internal failure
             b.1.d8 < callWithdraw c2 internal failure
             stop no answer:c2
  `,
);

flow(
  'call control ends and its call does not: the line shows who was transferred to another caller',
  PARALLEL,
  `
  b.1.d4 > lineWatch
             b.1.d4 < lineState
  a.1.d7 > attach ana
             a.1.d7 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             start no answer 25000
             b.1.d4 < lineState 1 alerting
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             stop no answer
             b.1.d4 < lineState 1 active ana
  a.1.c1 > callEnded transferred
  ! a.1.c1
  a.1.d7 > callEnded hung up
             b.1.d4 < lineState
  `,
);

flow(
  'the word of call control counts when who has the call is not to be had',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             start no answer 25000
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             stop no answer
  a.1.d7 > detach
  a.1.c1 > callEnded hung up
  a.1.d7 > callEnded hung up
  `,
);

flow(
  'another phone takes the call over: it has it from then on',
  PARALLEL,
  `
  b.1.d4 > lineWatch
             b.1.d4 < lineState
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
             b.1.d4 < lineState 1 alerting
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             b.1.d8 < callWithdraw answered elsewhere
             stop no answer
             b.1.d4 < lineState 1 active ana
  c.1.d3 > callHeld of b.1.d8
  b.1.d8 > callHeld
             a.1.c1 < callHeld of b.1.d8
             b.1.d4 < lineState 1 active ben
  a.1.d7 > callEnded transferred
  b.1.d8 > callEnded hung up
             a.1.c1 < callRelease of b.1.d8 hung up
             b.1.d4 < lineState
  `,
);

flow(
  'the holder dies: call control hears it from the line as well, after the answer',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             start no answer 25000
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             stop no answer
  ! a.1.d7
             a.1.c1 < callRelease of a.1.d7 internal failure
  `,
);

flow(
  'what is said twice or too late changes nothing',
  PARALLEL,
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
  a.1.c1 > callRequest
  a.1.d7 > callRefuse busy
  a.1.d7 > callRefuse busy
  a.1.d7 > callAlert
  b.1.d8 > callProceed
             a.1.c1 < callProceed
             stop no answer
  b.1.d8 > callAlert
  a.1.c1 > callRequest
  b.1.d8 > callRefuse busy
  a.1.c1 > callEnded hung up
  a.1.c1 > callEnded hung up
  b.1.d8 > callAlert
  ! a.1.c1
  `,
);

flow(
  'a member without the right to answer is not rung',
  { ...PARALLEL, members: [member('ana'), { ...member('ben'), rights: ['originate'] }] },
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             start no answer 25000
  `,
);

flow(
  'watchers are told the state of the line at once and after each change, when all else is said',
  PARALLEL,
  `
  b.1.d4 > lineWatch
             b.1.d4 < lineState
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
             b.1.d4 < lineState 1 alerting
  a.1.c1 > callRequest c2
             a.1.d7 < callRequest c2
             b.1.d8 < callRequest c2
             start no answer:c2 25000
             b.1.d4 < lineState 1 alerting, 2 alerting
  a.1.d7 > callAlert
             a.1.c1 < callAlert
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             b.1.d8 < callWithdraw answered elsewhere
             stop no answer
             b.1.d4 < lineState 1 active ana, 2 alerting
  a.1.d5 > lineWatch
             a.1.d5 < lineState 1 active ana, 2 alerting
  ! b.1.d4
  a.1.c1 > callEnded hung up
  a.1.d7 > callEnded hung up
             a.1.d5 < lineState 2 alerting
  a.1.d5 > lineUnwatch
  a.1.c1 > callWithdraw c2 caller gave up
             a.1.d7 < callWithdraw c2 caller gave up
             b.1.d8 < callWithdraw c2 caller gave up
             stop no answer:c2
  `,
);

flow(
  'watchers are not told of a call that never rang',
  PARALLEL,
  `
  b.1.d4 > lineWatch
             b.1.d4 < lineState
  a.1.c1 > callRequest
             a.1.c1 < callRefuse no device
  `,
);

flow(
  'a member that has as many calls as the line allows is busy',
  { ...PARALLEL, callsPerMember: 1 },
  `
  a.1.d6 > attach ana
             a.1.d6 < attached
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.c1 > callRequest
             a.1.d6 < callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
  a.1.c1 > callRequest c2
             a.1.c1 < callRefuse c2 busy
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             a.1.d6 < callWithdraw answered elsewhere
             b.1.d8 < callWithdraw answered elsewhere
             stop no answer
  a.1.c1 > callRequest c3
             b.1.d8 < callRequest c3
             start no answer:c3 25000
  b.1.d8 > callRefuse c3 declined
             a.1.c1 < callRefuse c3 busy
             stop no answer:c3
  a.1.d7 > callEnded hung up
             a.1.c1 < callRelease of a.1.d7 hung up
  a.1.c1 > callRequest c4
             a.1.d6 < callRequest c4
             a.1.d7 < callRequest c4
             b.1.d8 < callRequest c4
             start no answer:c4 25000
  `,
);

claimed(
  'the first process of a line is active as soon as the number is its own; what came before has waited',
  `
  a.1.d7 > attach ana
  a.1.c1 > callRequest
  b.1.d4 > lineWatch
  a.1.m1 > lineOwned
             a.1.d7 < attached
             a.1.d7 < callRequest
             start no answer 25000
             b.1.d4 < lineState 1 alerting
             b.1.d4 < lineState 1 alerting
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             stop no answer
             b.1.d4 < lineState 1 active ana
  `,
);

claimed(
  'a call that its caller gives up while it waits rings nobody',
  `
  a.1.d7 > attach ana
  a.1.c1 > callRequest
  a.1.c2 > callRequest c2
  a.1.c1 > callWithdraw caller gave up
  a.1.m1 > lineOwned
             a.1.d7 < attached
             a.1.d7 < callRequest c2
             start no answer:c2 25000
  `,
);

claimed(
  'another process has the number: this one goes',
  `
  a.1.m1 > lineLost
             exit
  `,
);

claimed(
  'a process that nobody needs goes after a while',
  `
  a.1.m1 > lineOwned
             start idle 5000
  a.1.d7 > attach ana
             a.1.d7 < attached
             stop idle
  @ idle
  a.1.d7 > detach
             start idle 5000
  b.1.d4 > lineWatch
             b.1.d4 < lineState
             stop idle
  b.1.d4 > lineUnwatch
             start idle 5000
  @ idle
             a.1.m1 < lineReleased
             exit
  `,
);

claimed(
  'a ringing call is adopted: it rings on, in its place, and is not offered anew to who did not want it',
  `
  a.1.m1 > lineOwned a.1 b.1
             start recovery 500
  a.1.m1 > lineMembers 2
  a.1.d6 > attach cas has
             a.1.d6 < attached
  a.1.d7 > attach ana has c1 2 ringing
             a.1.d7 < attached
             start adoption 2000
             a.1.c1 < lineLocated a.1.l5
  a.1.c1 > callRequest
  b.1.d4 > lineWatch
             b.1.d4 < lineState 2 alerting partial
  b.1.m1 > lineMembers 1
  b.1.d8 > attach ben has c1 2 ringing
             b.1.d8 < attached
             stop recovery
             stop adoption
             start no answer 25000
             b.1.d4 < lineState 2 alerting
  b.1.d9 > attach ben
             b.1.d9 < attached
             b.1.d9 < callRequest
  b.1.d8 > callProceed
             a.1.c1 < callProceed
             a.1.d7 < callWithdraw answered elsewhere
             b.1.d9 < callWithdraw answered elsewhere
             stop no answer
             b.1.d4 < lineState 2 active ben
  `,
);

claimed(
  'a manager that is gone too is not waited for, and half a second is enough for all',
  `
  a.1.m1 > lineOwned a.1 b.1 c.1
             start recovery 500
  a.1.m1 > lineMembers 1
  c.1.m1 > lineMembers 1
  c.1.d9 > callProceed
  c.1.c9 > callRequest c2
  ! c.1
  b.1.m1 > lineMembers 1
  b.1.d8 > attach ben has
             b.1.d8 < attached
  a.1.c1 > callRequest
  @ recovery
             stop recovery
             b.1.d8 < callRequest
             start no answer 25000
  @ recovery
  a.1.d7 > attach ana has c1 1 ringing
             a.1.d7 < attached
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             b.1.d8 < callWithdraw answered elsewhere
             stop no answer
  `,
);

claimed(
  'answers that came meanwhile count in their order: the first wins, as soon as call control asks',
  `
  a.1.m1 > lineOwned a.1
             start recovery 500
  a.1.m1 > lineMembers 3
  a.1.d6 > attach cas has c1 1 ringing
             a.1.d6 < attached
             start adoption 2000
             a.1.c1 < lineLocated a.1.l5
  a.1.d7 > attach ana has c1 1 answered
             a.1.d7 < attached
  b.1.d8 > callProceed
  a.1.d7 > callProceed
  b.1.d8 > attach ben has c1 1 answered
             b.1.d8 < attached
  a.1.d5 > attach ben has
             a.1.d5 < attached
             stop recovery
  a.1.d6 > callAlert
  a.1.c1 > callRequest
             stop adoption
             start no answer 25000
             a.1.c1 < callProceed
             a.1.d6 < callWithdraw answered elsewhere
             a.1.d7 < callWithdraw answered elsewhere
             stop no answer
             a.1.d7 < callWithdraw answered elsewhere
  `,
);

claimed(
  'call control knows who has the call: who answered beside it is told so',
  `
  a.1.m1 > lineOwned a.1
             start recovery 500
  a.1.m1 > lineMembers 9
  a.1.d7 > attach ana has c1 1 answered
             a.1.d7 < attached
             start adoption 2000
             a.1.c1 < lineLocated a.1.l5
  a.1.d7 > callProceed
  b.1.d8 > attach ben has c1 1 answered
             b.1.d8 < attached
  b.1.d8 > callProceed
  a.1.c1 > callHeld of b.1.d8
  @ recovery
             stop recovery
             a.1.d7 < callWithdraw answered elsewhere
             stop adoption
             a.1.d7 < callWithdraw answered elsewhere
  a.1.c1 > callHeld of b.1.d8
  b.1.d8 > callEnded hung up
             a.1.c1 < callRelease of b.1.d8 hung up
  `,
);

claimed(
  'who has a call that stands keeps it, whoever else thinks to have it',
  `
  a.1.m1 > lineOwned a.1
             start recovery 500
  a.1.m1 > lineMembers 9
  b.1.d4 > lineWatch
             b.1.d4 < lineState partial
  a.1.d7 > attach ana has c1 3 answered
             a.1.d7 < attached
             start adoption 2000
             a.1.c1 < lineLocated a.1.l5
             b.1.d4 < lineState 3 alerting partial
  b.1.d8 > attach ben has c1 3 active
             b.1.d8 < attached
             a.1.d7 < callWithdraw answered elsewhere
             stop adoption
             b.1.d4 < lineState 3 active ben partial
  a.1.d6 > attach cas has c1 3 ringing, c2 3 active
             a.1.d6 < attached
             a.1.d6 < callWithdraw answered elsewhere
             b.1.d4 < lineState 3 active ben, 5 active cas partial
  a.1.d7 > callEnded hung up
  @ recovery
             stop recovery
             b.1.d4 < lineState 3 active ben, 1 active cas
  a.1.c1 > callWithdraw caller gave up
             b.1.d8 < callWithdraw caller gave up
             b.1.d4 < lineState 1 active cas
  `,
);

claimed(
  "a call that goes on without its call control is its holder's alone",
  `
  a.1.m1 > lineOwned a.1
             start recovery 500
  a.1.m1 > lineMembers 1
  b.1.d4 > lineWatch
             b.1.d4 < lineState partial
  a.1.d7 > attach ana has c1 1 alone
             a.1.d7 < attached
             stop recovery
             b.1.d4 < lineState 1 active ana
  ! a.1.c1
  a.1.c1 > callEnded hung up
  a.1.d7 > callEnded hung up
             b.1.d4 < lineState
  `,
);

claimed(
  'an adopted call whose call control says nothing, is no more, or ends it, stops ringing',
  `
  a.1.m1 > lineOwned a.1
             start recovery 500
  a.1.m1 > lineMembers 9
  a.1.d7 > attach ana has c1 1 ringing, c2 2 answered, c3 3 ringing
             a.1.d7 < attached
             start adoption 2000
             a.1.c1 < lineLocated a.1.l5
             start adoption:c2 2000
             a.1.c1 < lineLocated a.1.l5
             start adoption:c3 2000
             a.1.c1 < lineLocated a.1.l5
  @ recovery
             stop recovery
  @ adoption
             a.1.d7 < callWithdraw internal failure
             stop adoption
  @ adoption
  a.1.c1 > callWithdraw c2 caller gave up
             a.1.d7 < callWithdraw c2 caller gave up
             stop adoption:c2
  ! a.1.c1
             a.1.d7 < callWithdraw c3 internal failure
             stop adoption:c3
  `,
);

claimed(
  'a device that leaves, or is gone, has no adopted call, whatever it said',
  `
  a.1.m1 > lineOwned a.1 b.1
             start recovery 500
  a.1.m1 > lineMembers 9
  b.1.m1 > lineMembers 9
  a.1.d7 > attach ana has c1 1 ringing
             a.1.d7 < attached
             start adoption 2000
             a.1.c1 < lineLocated a.1.l5
  b.1.d8 > attach ben has c1 1 ringing
             b.1.d8 < attached
  @ recovery
             stop recovery
  b.1.d8 > callProceed
  ! b.1
  a.1.d7 > detach
             a.1.d7 < callWithdraw unreachable
  a.1.c1 > callRequest
             stop adoption
             a.1.c1 < callRefuse no device
             start idle 5000
  `,
);

claimed(
  'a serial offer goes on with the step that rings',
  `
  a.1.m1 > lineOwned a.1
             start recovery 500
  a.1.m1 > lineMembers 3
  a.1.d7 > attach ana has
             a.1.d7 < attached
  b.1.d8 > attach ben has c1 1 ringing
             b.1.d8 < attached
             start adoption 2000
             a.1.c1 < lineLocated a.1.l5
  a.1.d6 > attach cas has c1 1 ringing
             a.1.d6 < attached
  a.1.c1 > callRequest
  a.1.d5 > attach ana has
             a.1.d5 < attached
             stop recovery
             stop adoption
             start step 12000
             start no answer 25000
  b.1.d8 > callRefuse declined
  @ step
             a.1.d6 < callWithdraw no answer
             a.1.c1 < callRefuse no answer
             stop no answer
  `,
  SERIAL,
);

test('more than a process can keep waiting is refused', () => {
  const line = claimedLineControl(PARALLEL);
  const effects: Effect[] = [];
  for (let at = 0; at < 1025; at++)
    step(
      line,
      eventOf({ type: 'signal', from: 'a.1.c1', name: 'callRequest', rest: '' } as Rung),
      effects,
    );
  assert.deepEqual(
    [line.waiting.length, effects.map(showEffect)],
    [1024, ['a.1.c1 < callRefuse overload']],
  );
});

test('a process that loses its number without being asked is out of order', () => {
  const line = newLineControl(PARALLEL, 7);
  assert.throws(() =>
    step(line, eventOf({ type: 'signal', from: 'a.1.m1', name: 'lineLost', rest: '' } as Rung), []),
  );
});

test('calls get the lowest free appearance, and the phones are told which', () => {
  let line = newLineControl(PARALLEL, 7);
  const appearances: (number | undefined)[] = [];
  for (const ladder of [
    'a.1.d7 attach ana',
    'a.1.c1 callRequest c1',
    'a.1.c2 callRequest c2',
  ].concat(['a.1.c1 callWithdraw c1', 'a.1.c3 callRequest c3', 'a.1.c4 callRequest c4'])) {
    const [from = '', name = '', rest = ''] = ladder.split(' ');
    const effects: Effect[] = [];
    step(line, eventOf({ type: 'signal', from, name, rest } as Rung), effects);
    line = throughJson(line);
    for (const effect of effects)
      if (effect.type === 'tell' && effect.signal.type === 'callRequest')
        appearances.push(effect.signal.appearance);
  }
  assert.deepEqual(appearances, [1, 2, 1, 3]);
});

test('a snapshot shows who is there, who rings, and who holds what', () => {
  const line = newLineControl(PARALLEL, 7);
  const rungs = ['a.1.d7 attach ana', 'b.1.d8 attach ben', 'a.1.c1 callRequest c1'].concat([
    'a.1.d7 callProceed c1',
    'a.1.c2 callRequest c2',
    'a.1.d7 callRefuse c2 busy',
  ]);
  for (const ladder of rungs) {
    const [from = '', name = '', ...rest] = ladder.split(' ');
    step(line, eventOf({ type: 'signal', from, name, rest: rest.join(' ') } as Rung), []);
  }
  assert.deepEqual(snapshotOf(line), {
    number: '2000',
    name: 'Reception',
    epoch: 7,
    devices: [
      { pid: 'a.1.d7', device: 'ana-phone', member: 'ana' },
      { pid: 'b.1.d8', device: 'ben-phone', member: 'ben' },
    ],
    calls: [
      {
        call: 'c1',
        appearance: 1,
        from: { number: '1001', name: 'Ada' },
        state: 'active',
        holder: { pid: 'a.1.d7', call: 'c1' },
        member: 'ana',
      },
      {
        call: 'c2',
        appearance: 2,
        from: { number: '1001', name: 'Ada' },
        state: 'ringing',
        ringing: ['b.1.d8'],
      },
    ],
  });
});

test('early media passes through untouched', () => {
  const line = newLineControl(PARALLEL, 7);
  for (const [from, name, rest] of [
    ['a.1.d7', 'attach', 'ana'],
    ['a.1.c1', 'callRequest', ''],
  ])
    step(line, eventOf({ type: 'signal', from, name, rest } as Rung), []);
  const alert = {
    ...signalOf({ type: 'signal', from: 'a.1.d7', name: 'callAlert', rest: 'progress' } as Rung & {
      type: 'signal';
    }),
    media: { type: 'application/sdp', body: 'v=0\r\n' },
    reliable: true,
  };
  const effects: Effect[] = [];
  step(line, { type: 'signal', signal: alert, from: 'a.1.d7' } as LineEvent, effects);
  assert.deepEqual(effects, [{ type: 'tell', to: 'a.1.c1', signal: alert }]);
});
