/**
 * The process of a replicated line on one manager. Each flow is a ladder: what came in, then what went
 * out. Between any two rungs its record goes through JSON: nothing may hide outside of it.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { lineOf } from '../switchboard.ts';
import { replicatedFlow } from './replicated-flow.ts';
import { ReplicatedSite } from './replicated-site.ts';

const LINE = lineOf('2000', ['ana', 'ben', 'cas'], { mode: 'replicated' });
const flow = (name: string, ladder: string): void => replicatedFlow(name, LINE, ladder);

/** One of three, with two phones. */
const THERE = `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2 c.1.l3
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d9 > attach cas
             b.1.d9 < attached`;
const OFFERED = `${THERE}
  a.1.c1 > callRequest seq 1 by a.1.l1 members ben,cas round 0
             start sweep 60000
             b.1.d8 < callRequest
             b.1.d9 < callRequest
             a.1.l1 < lockAccepted c1.1 seq 1`;

test('claims 25, 26, 57, 58: a call is offered when the lock managers of all processes have consented, by way of these', () => {
  const site = new ReplicatedSite(LINE);
  const [a, b, c] = ['a', 'b', 'c'].map((id) => site.join(id));
  assert(a !== undefined && b !== undefined && c !== undefined);
  b.plug('ben');
  site.settle();
  c.plug('cas');
  site.settle();
  const dan = a.plug('dan');
  site.settle();
  site.trace.length = 0;
  a.scheduler.run(dan.host.pid, () => dan.dial('2000'));
  site.settle();
  // Call control asks the oldest process, since it has none on its own manager: the first.
  const [control, first, other] = ['a.1.c6', 'b.2.l6', 'c.3.l6'];
  assert.deepEqual(site.trace, [
    `${first} < lineLock from ${control}`,
    `${other} < lockRequest from ${first}`,
    `${first} < lockResponse from ${other}`,
    `${control} < lineLocked from ${first}`,
    `${first} < callRequest from ${control}`,
    `${other} < callRequest from ${control}`,
    `${first} < lockAccepted from ${other}`,
  ]);
});

flow(
  'claims 25, 57: asked by call control, it asks every other process, and says so when all have consented',
  `${THERE}
  a.1.c1 > lineLock c1.1
             a.1.l1 < lockRequest c1.1
             c.1.l3 < lockRequest c1.1
             start lock again 200
             start lock patience 6000
  c.1.l3 > lockResponse
  a.1.l1 > lockResponse
             start lock again 200
             start lock patience 2000
             start sweep 60000
             a.1.c1 < lineLocked c1.1 seq 1 to a.1.l1 b.1.l2 c.1.l3 appearance 1
  a.1.c1 > callRequest seq 1 by b.1.l2 members ben,cas round 0
             b.1.d8 < callRequest
             b.1.d9 < callRequest
  c.1.l3 > lockAccepted c1.1
  a.1.l1 > lockAccepted c1.1
             stop lock again
             stop lock patience
  `,
);

flow(
  'what those know who consent counts: a call that was not shown here has its number',
  `${THERE}
  a.1.c1 > lineLock c1.1
             a.1.l1 < lockRequest c1.1
             c.1.l3 < lockRequest c1.1
             start lock again 200
             start lock patience 6000
  c.1.l3 > lockResponse knows c2
             start sweep 60000
             a.1.c1 < callFollow c2 version 0
  a.1.l1 > lockResponse
             start lock again 200
             start lock patience 2000
             a.1.c1 < lineLocked c1.1 seq 2 to a.1.l1 b.1.l2 c.1.l3 appearance 2
  `,
);

flow(
  'claims 26, 58: asked by another process, its lock manager consents',
  `${THERE}
  a.1.l1 > lockRequest c1.1
             a.1.l1 < lockResponse granted
  `,
);

flow(
  'one process alone: its lock costs no message',
  `
  b.1.m1 > lineView 1 : b.1.l2
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.c1 > lineLock c1.1
             start lock again 200
             start lock patience 2000
             start sweep 60000
             b.1.c1 < lineLocked c1.1 seq 1 to b.1.l2 appearance 1
  b.1.c1 > callRequest seq 1 by b.1.l2 members ben round 0
             b.1.d8 < callRequest
             stop lock again
             stop lock patience
  `,
);

flow(
  'claims 18, 28, 29, 60, 61: it rings its own devices, passes the first answer on, and tells the others who has the call',
  `${OFFERED}
  b.1.d8 > callAlert
             a.1.c1 < callAlert
  b.1.d8 > callProceed
             a.1.c1 < callProceed
  b.1.d9 > callProceed
             b.1.d9 < callWithdraw answered elsewhere
  a.1.c1 > callTaken of b.1.d8
  a.1.c1 > callEnded hung up
  `,
);

flow(
  'somebody has the call on another manager: phones here stop ringing, and who took it here too hangs up',
  `${OFFERED}
  b.1.d8 > callProceed
             a.1.c1 < callProceed
  a.1.c1 > callTaken of c.1.d7
             b.1.d9 < callWithdraw answered elsewhere
             b.1.d8 < callWithdraw answered elsewhere
  b.1.d9 > callProceed
             b.1.d9 < callWithdraw answered elsewhere
  `,
);

flow(
  'it says once in each round that nobody rings here any more',
  `${OFFERED}
  b.1.d8 > callRefuse busy
  b.1.d9 > callRefuse declined
             a.1.c1 < callRefuse busy round 0
  a.1.c1 > callRing members ana round 1
             a.1.c1 < callRefuse busy round 1
  a.1.c1 > callRing members ana,ben round 2
             a.1.c1 < callRefuse busy round 2
  a.1.c1 > callRing c2 members ana round 1
             a.1.c1 < callRefuse c2 call gone round 1
  `,
);

flow(
  'in the next round others ring, and those whose turn is over are told',
  `${THERE}
  a.1.c1 > callRequest seq 1 by a.1.l1 members ben round 0
             start sweep 60000
             b.1.d8 < callRequest
             a.1.l1 < lockAccepted c1.1 seq 1
  a.1.c1 > callRing members cas round 1
             b.1.d8 < callWithdraw no answer
             b.1.d9 < callRequest
  b.1.d8 > callProceed
             b.1.d8 < callWithdraw no answer
  a.1.c1 > callRing members ben round 0
  `,
);

flow(
  'a phone that comes while it rings joins in; one that goes counts as a refusal',
  `${OFFERED}
  b.1.d8 > detach
             b.1.d8 < callWithdraw unreachable
  ! b.1.d9
             a.1.c1 < callRefuse unreachable round 0
  b.1.d7 > attach ben
             b.1.d7 < attached
             b.1.d7 < callRequest
  `,
);

flow(
  'call control, or its manager, dies while it rings: nobody else can stop these phones',
  `${OFFERED}
  b.1.d8 > callProceed
             a.1.c1 < callProceed
  ! a.1
             b.1.d9 < callWithdraw internal failure
             b.1.d8 < callWithdraw internal failure
  `,
);

flow(
  'call control dies while they talk: the two are told by the process of the one who took the call',
  `${OFFERED}
  b.1.d8 > callProceed
             a.1.c1 < callProceed
  a.1.c1 > callTaken of b.1.d8
             b.1.d9 < callWithdraw answered elsewhere
  ! a.1.c1
             b.1.d8 < callRelease of a.1.d1 internal failure
             a.1.d1 < callRelease of b.1.d8 internal failure
  `,
);

flow(
  'who took the call is gone, before call control has spoken and after',
  `${OFFERED}
  b.1.d8 > callProceed
             a.1.c1 < callProceed
  b.1.d8 > callEnded hung up
             a.1.c1 < callRelease of b.1.d8 hung up
  a.1.c1 > callTaken of b.1.d8
             b.1.d9 < callWithdraw answered elsewhere
  ! b.1.d8
             a.1.c1 < callRelease of b.1.d8 internal failure
  a.1.c1 > callEnded internal failure
  `,
);

flow(
  'a lock that was held by somebody who is gone is not believed',
  `${THERE}
  b.1.m1 > lineView 2 : b.1.l2 c.1.l3
  a.1.c1 > callRequest seq 1 by a.1.l1 members ben round 0
             a.1.c1 < lineLockRefused c1.1 rejected
             a.1.l1 < lockAccepted c1.1 seq 1 not
  `,
);

flow(
  'a lock had in a view to come waits for that view',
  `${THERE}
  a.1.c1 > callRequest seq 1 by a.1.l1 revision 2 members ben round 0
  b.1.m1 > lineView 2 : a.1.l1 b.1.l2 c.1.l3 d.1.l5
             start sweep 60000
             b.1.d8 < callRequest
             a.1.l1 < lockAccepted c1.1 seq 1
             d.1.l5 < lineReport c1 offered
  `,
);

flow(
  'who joined after the holder of the lock looked round hears of the call here',
  `${THERE}
  b.1.m1 > lineView 2 : a.1.l1 b.1.l2 c.1.l3 d.1.l5
  a.1.c1 > callRequest seq 1 by a.1.l1 members ben round 0
             start sweep 60000
             b.1.d8 < callRequest
             d.1.l5 < lineReport c1 offered
             a.1.l1 < lockAccepted c1.1 seq 1
  `,
);

flow(
  'the call has a number and its control gives up: the number is free',
  `
  b.1.m1 > lineView 1 : b.1.l2
  b.1.c1 > lineLock c1.1
             start lock again 200
             start lock patience 2000
             start sweep 60000
             b.1.c1 < lineLocked c1.1 seq 1 to b.1.l2 appearance 1
  b.1.c1 > lineUnlock c1.1
             stop lock again
             stop lock patience
  b.1.c2 > lineLock c2
             start lock again 200
             start lock patience 2000
             b.1.c2 < lineLocked c2 c2.1 seq 2 to b.1.l2 appearance 1
  `,
);

flow(
  'the same, and the lock had been given up by then, since call control did not hear of it in time',
  `
  b.1.m1 > lineView 1 : b.1.l2
  b.1.c1 > lineLock c1.1
             start lock again 200
             start lock patience 2000
             start sweep 60000
             b.1.c1 < lineLocked c1.1 seq 1 to b.1.l2 appearance 1
  @ lock patience
             stop lock again
             stop lock patience
  b.1.c1 > lineUnlock c1.1
  b.1.c2 > lineLock c2
             start lock again 200
             start lock patience 2000
             b.1.c2 < lineLocked c2 c2.1 seq 2 to b.1.l2 appearance 1
  `,
);

flow(
  'who joins hears of the calls that are up, and asks their call controls; who was told of an end remembers it',
  `
  b.1.m1 > lineView 1 : b.1.l2
  b.1.d8 > attach ben
             b.1.d8 < attached
  c.1.c1 > callRequest seq 1 by b.1.l2 members ben round 0
             start sweep 60000
             b.1.d8 < callRequest
  c.1.c2 > callRequest c2 c2.1 seq 2 by b.1.l2 appearance 2 members ben round 0
             b.1.d8 < callRequest c2
  c.1.c1 > callWithdraw caller gave up
             b.1.d8 < callWithdraw caller gave up
  b.1.m1 > lineView 2 : b.1.l2 c.1.l3
             c.1.l3 < lineReport c2 offered, c1 ended
  `,
);

flow(
  'a call of which another process tells has its number here; its call control is asked what it does',
  `${THERE}
  c.1.l3 > lineReport c1 offered by a.1.c1
             start sweep 60000
             a.1.c1 < callFollow version 0
  c.1.c2 > lineLock c2.1
             a.1.l1 < lockRequest c2.1
             c.1.l3 < lockRequest c2.1
             start lock again 200
             start lock patience 6000
  a.1.l1 > lockResponse
  c.1.l3 > lockResponse
             start lock again 200
             start lock patience 2000
             c.1.c2 < lineLocked c2 c2.1 seq 1 to a.1.l1 b.1.l2 c.1.l3 appearance 2
  a.1.c1 > callRequest members ben round 1
             b.1.d8 < callRequest
  `,
);

flow(
  'the call control of a call that is only heard of is gone: so is the call; an end is remembered for a while',
  `${THERE}
  c.1.l3 > lineReport c1 offered by a.1.c1
             start sweep 60000
             a.1.c1 < callFollow version 0
  ! a.1.c1
  c.1.l3 > lineReport c2 ended by a.1.c1
  c.1.l3 > lineReport c2 offered by a.1.c1
  @ sweep
             start sweep 60000
  @ sweep
  c.1.l3 > lineReport c2 offered by a.1.c1
             start sweep 60000
             a.1.c1 < callFollow c2 version 0
  `,
);

flow(
  'call controls elsewhere are asked now and then whether they are there',
  `${THERE}
  a.1.c1 > callRequest members ben round 1
             start sweep 60000
             b.1.d8 < callRequest
  @ sweep
             a.1.c1 < callFollow version 1
             start sweep 60000
  `,
);

flow(
  'phones bring along a call from the process before: it rings on while call control offers it to them',
  `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2
  b.1.d8 > attach ben has c1 1 answered
             b.1.d8 < attached
             start sweep 60000
             a.1.l1 < lineReport c1 offered
             a.1.c1 < callFollow version 0
  b.1.d8 > callProceed
  b.1.d9 > attach cas has c1 1 ringing
             b.1.d9 < attached
             a.1.c1 < callFollow version 0
  b.1.d7 > attach ana has c1 1 ringing
             b.1.d7 < attached
             a.1.c1 < callFollow version 0
  a.1.c1 > callRequest members ben,cas round 1
             a.1.c1 < callProceed
             b.1.d9 < callRequest
             b.1.d7 < callWithdraw no answer
  a.1.c1 > callTaken of b.1.d8
             b.1.d9 < callWithdraw answered elsewhere
  `,
);

flow(
  'phones bring along a call that nobody answers for any more',
  `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2
  b.1.d8 > attach ben has c1 1 ringing
             b.1.d8 < attached
             start sweep 60000
             a.1.l1 < lineReport c1 offered
             a.1.c1 < callFollow version 0
  ! a.1.c1
             b.1.d8 < callWithdraw internal failure
  b.1.d8 > callProceed
             b.1.d8 < callWithdraw call gone
  `,
);

flow(
  'a number that was given anew is a later call’s: the one before has ended, though the news is not here yet',
  `${OFFERED}
  c.1.c2 > callRequest c2 c2.1 seq 2 by c.1.l3 appearance 1 members ben round 0
             b.1.d8 < callWithdraw caller gave up
             b.1.d9 < callWithdraw caller gave up
             b.1.d8 < callRequest c2
             c.1.l3 < lockAccepted c2.1 seq 2
  a.1.c1 > callTaken of c.1.d7
  a.1.c1 > callEnded hung up
  `,
);

flow(
  'lamps of this manager show the calls of the whole line',
  `${THERE}
  b.1.d5 > lineWatch
             b.1.d5 < lineState
  a.1.c1 > callRequest seq 1 by a.1.l1 members ana round 0
             start sweep 60000
             a.1.c1 < callRefuse no device round 0
             a.1.l1 < lockAccepted c1.1 seq 1
             b.1.d5 < lineState 1 alerting
  a.1.c1 > callTaken of a.1.d7
             b.1.d5 < lineState 1 active ben
  a.1.c1 > callEnded hung up
             b.1.d5 < lineState
  b.1.d5 > lineUnwatch
  `,
);
