/**
 * Appearances of a replicated line: what devices want is done under the line's lock, and shown to all; what
 * becomes of it, its coordinator tells. b.1.l2 of two processes; numbers 1 and 2 have lamps.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Line } from '../../../src/call/directory.ts';
import type { CallSignal } from '../../../src/call/signals.ts';
import { member, PARALLEL } from '../line/line-flow.ts';
import { replicatedFlow } from './replicated-flow.ts';
import { ReplicatedSite } from './replicated-site.ts';

const LINE: Line = {
  ...PARALLEL,
  mode: 'replicated',
  appearances: 2,
  members: ['ana', 'ben', 'cas'].map((name) => ({
    ...member(name),
    rights: name === 'cas' ? ['answer'] : ['answer', 'originate', 'retrieve'],
  })),
};
const flow = (name: string, ladder: string): void => replicatedFlow(name, LINE, ladder);

const THERE = `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d5 > lineWatch
             b.1.d5 < lineState`;
const ASKED = `
             a.1.l1 < lockRequest b.1.l2-1
             start lock again 200
             start lock patience 6000`;
const GRANTED = `
  a.1.l1 > lockResponse
             start lock again 200
             start lock patience 2000`;

flow(
  'an appearance is given out under the lock, and said to be when all have accepted that',
  `${THERE}
  b.1.d8 > lineSeize 2${ASKED}${GRANTED}
             start lease 15000
             start sweep 60000
             a.1.l1 < lineCall c1 own 2 seized ben of b.1.d8 seq 1 version 1 locked
             b.1.d5 < lineState 2 seized ben
  a.1.l1 > lockAccepted b.1.l2-1 seq 1
             stop lock again
             stop lock patience
             b.1.d8 < lineSeized 2
  b.1.d8 > lineUse progressing
             stop lease
             a.1.l1 < lineCall c1 own 2 progressing ben of b.1.d8 seq 1 version 2
             b.1.d5 < lineState 2 progressing ben
  `,
);

flow(
  'members’ own calls: who dials without asking waits for nothing, and what it has said since counts',
  `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d5 > lineWatch
             b.1.d5 < lineState
  b.1.d8 > lineUse progressing
             a.1.l1 < lockRequest b.1.l2-1
             start lock again 200
             start lock patience 6000
  b.1.d8 > lineUse active
  a.1.l1 > lockResponse
             start lock again 200
             start lock patience 2000
             start sweep 60000
             a.1.l1 < lineCall c1 own 1 active ben of b.1.d8 seq 1 version 1 locked
             b.1.d5 < lineState 1 active ben
  a.1.l1 > lockAccepted b.1.l2-1 seq 1
             stop lock again
             stop lock patience
  b.1.d8 > lineUse held
             a.1.l1 < lineCall c1 own 1 held ben of b.1.d8 seq 1 version 2
             b.1.d5 < lineState 1 held ben
  a.1.l1 > lineRetrieval seq 2 by a.1.d7 a.1.l1-1
             start retrieval 6000
             a.1.l1 < lockAccepted a.1.l1-1 seq 2
  b.1.d8 > callEnded hung up
  a.1.l1 > lineCall own 1 active ana of a.1.d7 seq 2 version 4
             stop retrieval
             b.1.d5 < lineState 1 active ana
  b.1.d8 > lineUse active
  a.1.l1 > lineCall ended 1 active ana of a.1.d7 seq 2 version 5
             b.1.d5 < lineState
  `,
);

flow(
  'a call that is taken over at another manager while it waits for the lock is not entered here any more',
  `${THERE}
  b.1.d8 > lineUse active${ASKED}
  b.1.d8 > linePassed of a.1.d7${GRANTED}
             stop lock again
             stop lock patience
  `,
);

flow(
  'it is entered where it was taken over to, though nothing had been heard of it there',
  `${THERE}
  b.1.d8 > callHeld with Bob${ASKED}${GRANTED}
             start sweep 60000
             a.1.l1 < lineCall c1 own 1 active ben of b.1.d8 seq 1 version 1 locked
             b.1.d5 < lineState 1 active ben
  a.1.l1 > lockAccepted b.1.l2-1 seq 1
             stop lock again
             stop lock patience
  b.1.d8 > callEnded hung up
             a.1.l1 < lineCall c1 ended 1 ben of b.1.d8 seq 1 version 2
             b.1.d5 < lineState
  `,
);

flow(
  'taken over at another manager, and entered here already: its new holder is asked, and over when that does not know it',
  `${THERE}
  b.1.d8 > lineUse active${ASKED}${GRANTED}
             start sweep 60000
             a.1.l1 < lineCall c1 own 1 active ben of b.1.d8 seq 1 version 1 locked
             b.1.d5 < lineState 1 active ben
  b.1.d8 > linePassed of a.1.d7
             a.1.d7 < lineInquire c1 again
             a.1.l1 < lineCall c1 own 1 active of a.1.d7 seq 1 version 2
             b.1.d5 < lineState 1 active
  a.1.l1 > lockAccepted b.1.l2-1 seq 1
             stop lock again
             stop lock patience
  a.1.d7 > lineForgotten again
             a.1.l1 < lineCall c1 ended 1  of a.1.d7 seq 1 version 3
             b.1.d5 < lineState
  `,
);

flow(
  'who has taken it over hangs up before it is entered: said of both, since who answers for it may know of either',
  `${THERE}
  a.1.l1 > lineCall own 1 held ana of a.1.d7 seq 1 version 1
             start sweep 60000
             b.1.d5 < lineState 1 held ana
  b.1.d8 > callHeld${ASKED}
  b.1.d8 > callEnded hung up
             a.1.l1 < callRelease of a.1.d7 hung up
             a.1.l1 < callRelease of b.1.d8 hung up
  `,
);

flow(
  'who has it by the word of another process wants to answer for it, as for any call that it took over',
  `${THERE}
  a.1.l1 > lineCall own 1 active ana of b.1.d8 seq 1 version 2
             start sweep 60000
             b.1.d5 < lineState 1 active ana
  b.1.d8 > callHeld${ASKED}${GRANTED}
             a.1.l1 < lineCall c1 own 1 active ben of b.1.d8 seq 1 version 3 locked
             b.1.d5 < lineState 1 active ben
  `,
);

flow(
  'who retrieves a call from another manager answers for it from then on; what its former process still says is old',
  `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d5 > lineWatch
             b.1.d5 < lineState
  a.1.l1 > lineCall own 1 held ana of a.1.d7 seq 1 by a.1.l1 a.1.l1-1 locked
             start sweep 60000
             a.1.l1 < lockAccepted a.1.l1-1 seq 1
             b.1.d5 < lineState 1 held ana
  b.1.d8 > lineRetrieve 1 c2
             a.1.l1 < lockRequest b.1.l2-1
             start lock again 200
             start lock patience 6000
  a.1.l1 > lockResponse
             start lock again 200
             start lock patience 2000
             start retrieval 5000
             a.1.l1 < lineRetrieval by b.1.d8 seq 2
  a.1.l1 > lockAccepted b.1.l2-1 seq 2
             stop lock again
             stop lock patience
             b.1.d8 < lineRetrieved 1, c1 of a.1.d7 c2
  b.1.d8 > callHeld c2
             stop retrieval
             a.1.l1 < lineCall c1 own 1 active ben of b.1.d8 seq 2 version 2
             b.1.d5 < lineState 1 active ben
  a.1.l1 > lineCall own 1 active ana of a.1.d7 seq 1 version 2
  ! a.1
  b.1.d8 > callEnded hung up
             a.1.l1 < lineCall c1 ended 1 ben of b.1.d8 seq 2 version 3
             b.1.d5 < lineState
  `,
);

flow(
  'the manager of the holder dies while its call is being retrieved: the call is who has it in the end',
  `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2 c.1.l3
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d5 > lineWatch
             b.1.d5 < lineState
  a.1.l1 > lineCall own 1 held ana of a.1.d7 seq 1 by a.1.l1 a.1.l1-1 locked
             start sweep 60000
             a.1.l1 < lockAccepted a.1.l1-1 seq 1
             b.1.d5 < lineState 1 held ana
  b.1.d8 > lineRetrieve 1 c2
             a.1.l1 < lockRequest b.1.l2-1
             c.1.l3 < lockRequest b.1.l2-1
             start lock again 200
             start lock patience 6000
  a.1.l1 > lockResponse
  c.1.l3 > lockResponse
             start lock again 200
             start lock patience 2000
             start retrieval 5000
             a.1.l1 < lineRetrieval by b.1.d8 seq 2
             c.1.l3 < lineRetrieval by b.1.d8 seq 2
  a.1.l1 > lockAccepted b.1.l2-1 seq 2
  c.1.l3 > lockAccepted b.1.l2-1 seq 2
             stop lock again
             stop lock patience
             b.1.d8 < lineRetrieved 1, c1 of a.1.d7 c2
  ! a.1
             a.1.l1 < lineCall c1 own 1 held ana of a.1.d7 seq 2 version 2
             c.1.l3 < lineCall c1 own 1 held ana of a.1.d7 seq 2 version 2
             b.1.d5 < lineState 1 held ana
  b.1.d8 > callEnded call gone c2
             stop retrieval
             a.1.l1 < lineCall c1 ended 1 ana of a.1.d7 seq 2 version 3
             c.1.l3 < lineCall c1 ended 1 ana of a.1.d7 seq 2 version 3
             b.1.d5 < lineState
  `,
);

flow(
  'what was there when it was wanted, and is over when the lock is had, is no reason to dial',
  `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.l1 > lineCall own 1 held ana of a.1.d7 seq 1 by a.1.l1 a.1.l1-1 locked
             start sweep 60000
             a.1.l1 < lockAccepted a.1.l1-1 seq 1
  b.1.d8 > lineRetrieve 1 c2
             a.1.l1 < lockRequest b.1.l2-1
             start lock again 200
             start lock patience 6000
  a.1.l1 > lineCall ended 1 held ana of a.1.d7 seq 1 version 2
  a.1.l1 > lockResponse
             start lock again 200
             start lock patience 2000
             b.1.d8 < lineRetrieveRefused c2 call gone over
             stop lock again
             stop lock patience
  `,
);

flow(
  'no lock in time: a seizure is refused, a call that a phone has is entered later',
  `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d8 > lineSeize 1
             a.1.l1 < lockRequest b.1.l2-1
             start lock again 200
             start lock patience 6000
  b.1.d8 > lineUse active c2
  @ lock patience
             b.1.d8 < lineSeizeRefused overload
             stop lock again
             stop lock patience
             a.1.l1 < lockRequest b.1.l2-2
             start lock again 200
             start lock patience 6000
  @ lock patience
             start wish again 1000
             stop lock again
             stop lock patience
  @ wish again
             a.1.l1 < lockRequest b.1.l2-2
             start lock again 200
             start lock patience 6000
  `,
);

const GRANTED_AGAIN = GRANTED.replace('lockResponse', 'lockResponse round 2');
const NOT_BELIEVED = (seq: number): string => `
  a.1.l1 > lockAccepted b.1.l2-1 seq ${seq} not`;

flow(
  'a seizure that the others do not believe twice is taken back from all',
  `${THERE}
  b.1.d8 > lineSeize 2${ASKED}${GRANTED}
             start lease 15000
             start sweep 60000
             a.1.l1 < lineCall c1 own 2 seized ben of b.1.d8 seq 1 version 1 locked
             b.1.d5 < lineState 2 seized ben${NOT_BELIEVED(1)}
             stop lock again
             stop lock patience${ASKED}${GRANTED_AGAIN}
             start lease 15000
             a.1.l1 < lineCall c1 own 2 seized ben of b.1.d8 seq 2 version 2 locked
             b.1.d5 < lineState 2 seized ben${NOT_BELIEVED(2)}
             stop lease
             b.1.d8 < lineSeizeRefused overload
             stop lock again
             stop lock patience
             a.1.l1 < lineCall c1 ended 2 ben of b.1.d8 seq 2 version 3
             b.1.d5 < lineState
  `,
);

flow(
  'a retrieval likewise',
  `${THERE}
  a.1.l1 > lineCall c1 own 1 held ana of a.1.d7 seq 1 by a.1.l1 a.1.l1-1 locked
             start sweep 60000
             a.1.l1 < lockAccepted a.1.l1-1 seq 1
             b.1.d5 < lineState 1 held ana
  b.1.d8 > lineRetrieve 1 c2${ASKED}${GRANTED}
             start retrieval 5000
             a.1.l1 < lineRetrieval by b.1.d8 seq 2${NOT_BELIEVED(2)}
             stop lock again
             stop lock patience${ASKED}${GRANTED_AGAIN}
             start retrieval 5000
             a.1.l1 < lineRetrieval by b.1.d8 seq 3${NOT_BELIEVED(3)}
             stop retrieval
             b.1.d8 < lineRetrieveRefused c2 overload
             stop lock again
             stop lock patience
             a.1.l1 < lineRetrieval over seq 3
  `,
);

flow(
  'what is given back before all have accepted it is not said to be had',
  `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d5 > lineWatch
             b.1.d5 < lineState
  b.1.d8 > lineSeize 1
             a.1.l1 < lockRequest b.1.l2-1
             start lock again 200
             start lock patience 6000
  a.1.l1 > lockResponse
             start lock again 200
             start lock patience 2000
             start lease 15000
             start sweep 60000
             a.1.l1 < lineCall c1 own 1 seized ben of b.1.d8 seq 1 version 1 locked
             b.1.d5 < lineState 1 seized ben
  b.1.d8 > callEnded hung up
             stop lease
             a.1.l1 < lineCall c1 ended 1 ben of b.1.d8 seq 1 version 2
             b.1.d5 < lineState
  a.1.l1 > lockAccepted b.1.l2-1 seq 1
             stop lock again
             stop lock patience
  `,
);

flow(
  'of two that want one appearance the second hears which is free; a lease that runs out frees it everywhere',
  `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d5 > lineWatch
             b.1.d5 < lineState
  a.1.l1 > lineCall c2 own 2 seized ana of a.1.d7 seq 1 by a.1.l1 a.1.l1-1 locked
             start sweep 60000
             a.1.l1 < lockAccepted a.1.l1-1 seq 1
             b.1.d5 < lineState 2 seized ana
  b.1.d8 > lineSeize 2
             a.1.l1 < lockRequest b.1.l2-1
             start lock again 200
             start lock patience 6000
  a.1.l1 > lockResponse
             start lock again 200
             start lock patience 2000
             b.1.d8 < lineSeizeRefused busy free 1
             stop lock again
             stop lock patience
  b.1.d8 > lineSeize c3
             a.1.l1 < lockRequest b.1.l2-2
             start lock again 200
             start lock patience 6000
  a.1.l1 > lockResponse round 2
             start lock again 200
             start lock patience 2000
             start lease:c3 15000
             a.1.l1 < lineCall c3 own 1 seized ben of b.1.d8 seq 3 version 1 locked
             b.1.d5 < lineState 2 seized ana, 1 seized ben
  a.1.l1 > lockAccepted b.1.l2-2 seq 3
             stop lock again
             stop lock patience
             b.1.d8 < lineSeized 1 c3
  @ lease:c3
             stop lease:c3
             b.1.d8 < lineSeizeRefused c3 session expired
             a.1.l1 < lineCall c3 ended 1 ben of b.1.d8 seq 3 version 2
             b.1.d5 < lineState 2 seized ana
  `,
);

flow(
  'one at a time retrieves; who says nothing for five seconds has not got the call, and all hear that',
  `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d6 > attach ana
             b.1.d6 < attached
  b.1.d5 > lineWatch
             b.1.d5 < lineState
  a.1.l1 > lineCall own 1 held ana of a.1.d7 seq 1 by a.1.l1 a.1.l1-1 locked
             start sweep 60000
             a.1.l1 < lockAccepted a.1.l1-1 seq 1
             b.1.d5 < lineState 1 held ana
  b.1.d8 > lineRetrieve 1 c2
             a.1.l1 < lockRequest b.1.l2-1
             start lock again 200
             start lock patience 6000
  a.1.l1 > lockResponse
             start lock again 200
             start lock patience 2000
             start retrieval 5000
             a.1.l1 < lineRetrieval by b.1.d8 seq 2
  a.1.l1 > lockAccepted b.1.l2-1 seq 2
             stop lock again
             stop lock patience
             b.1.d8 < lineRetrieved 1, c1 of a.1.d7 c2
  b.1.d6 > lineRetrieve 1 c3
             a.1.l1 < lockRequest b.1.l2-2
             start lock again 200
             start lock patience 6000
  a.1.l1 > lockResponse round 2
             start lock again 200
             start lock patience 2000
             b.1.d6 < lineRetrieveRefused c3 busy
             stop lock again
             stop lock patience
  @ retrieval:c1
             stop retrieval
             a.1.l1 < lineRetrieval over seq 2
  b.1.d6 > lineRetrieve 1 c3
             a.1.l1 < lockRequest b.1.l2-3
             start lock again 200
             start lock patience 6000
  a.1.l1 > lockResponse round 3
             start lock again 200
             start lock patience 2000
             start retrieval 5000
             a.1.l1 < lineRetrieval by b.1.d6 seq 4
  `,
);

flow(
  'a process that has died alone has a successor: its devices’ calls stay lit until that one has them, or its manager goes too',
  `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d5 > lineWatch
             b.1.d5 < lineState
  a.1.l1 > lineCall own 1 held ana of a.1.d7 seq 1 by a.1.l1 a.1.l1-1 locked
             start sweep 60000
             a.1.l1 < lockAccepted a.1.l1-1 seq 1
             b.1.d5 < lineState 1 held ana
  ! a.1.l1
             start orphaned 2000
  b.1.m1 > lineView 2 : b.1.l2 c.1.l3
             c.1.l3 < lineReport c1 own
  c.1.l3 > lineCall own 1 held ana of a.1.d7 seq 2 by c.1.l3 c.1.l3-1 locked
             c.1.l3 < lineReport c1 own
             c.1.l3 < lockAccepted c.1.l3-1 seq 2
             b.1.d5 < lineState 1 held ana
  @ orphaned
  ! c.1
             b.1.d5 < lineState
  `,
);

flow(
  'what a device has from the process before is given its number again, under the lock; what it has lost is over',
  `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2
  b.1.d8 > attach ben has c1 2 own held, c2 1 own seized
             b.1.d8 < attached
             a.1.l1 < lockRequest b.1.l2-1
             start lock again 200
             start lock patience 6000
  a.1.l1 > lockResponse
             start lock again 200
             start lock patience 2000
             start sweep 60000
             a.1.l1 < lineCall c1 own 2 held ben of b.1.d8 seq 1 version 1 locked
  a.1.l1 > lockAccepted b.1.l2-1 seq 1
             start lock again 200
             start lock patience 2000
             start lease:c2 1000
             a.1.l1 < lineCall c2 own 1 seized ben of b.1.d8 seq 2 version 1 locked
  a.1.l1 > lockAccepted b.1.l2-2 seq 2
             stop lock again
             stop lock patience
  b.1.d8 > attach ben has c1 2 own held
             b.1.d8 < attached
             stop lease:c2
             a.1.l1 < lineCall c2 ended 1 ben of b.1.d8 seq 2 version 2
  `,
);

flow(
  'what is done with a call that was answered call control says to all; the holder’s end waits for who is about to have it',
  `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d5 > lineWatch
             b.1.d5 < lineState
  a.1.c1 > callTaken of b.1.d8
             start sweep 60000
             b.1.d5 < lineState 1 active ben
  b.1.d8 > lineUse held
             a.1.c1 < lineUse held
  a.1.l1 > lineRetrieval seq 2 by a.1.d7 a.1.l1-1
             start retrieval 6000
             a.1.l1 < lineReport c1 taken
             a.1.l1 < lockAccepted a.1.l1-1 seq 2
  b.1.d8 > callEnded hung up
  a.1.l1 > lineRetrieval seq 2
             stop retrieval
             a.1.c1 < callRelease of b.1.d8 call gone
  a.1.c1 > callEnded hung up
             b.1.d5 < lineState
  `,
);

flow(
  'an answered call whose holder was transferred goes on without its call control, and this process answers for it',
  `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d5 > lineWatch
             b.1.d5 < lineState
  a.1.c1 > callTaken of b.1.d8
             start sweep 60000
             b.1.d5 < lineState 1 active ben
  a.1.c1 > callEnded transferred
             start alone 100
             b.1.d5 < lineState 1 active ben
  @ alone:c1
             a.1.l1 < lineCall c1 taken 1 ben of b.1.d8 seq 1 version 4
             b.1.d8 < lineInquire c1 again
  b.1.d8 > callEnded hung up
             a.1.l1 < lineCall c1 ended 1 ben of b.1.d8 seq 1 version 5
             b.1.d5 < lineState
  `,
);

flow(
  'one that goes on without its call control and whose number is another’s now is said to have the next, and to be over',
  `${THERE}
  a.1.c1 > callTaken of b.1.d8
             start sweep 60000
             b.1.d5 < lineState 1 active ben
  a.1.c1 > callEnded transferred
             start alone 100
             b.1.d5 < lineState 1 active ben
  a.1.l1 > lineCall c2 own 1 active ana of a.1.d7 seq 2 by a.1.l1 a.1.l1-1 locked
             a.1.l1 < lineReport c2 own
             a.1.l1 < lockAccepted a.1.l1-1 seq 2${ASKED}
             b.1.d5 < lineState 1 active ana${GRANTED}
             a.1.l1 < lineCall c1 own 2 active ben of b.1.d8 seq 3 version 1 locked
             b.1.d5 < lineState 1 active ana, 2 active ben
  @ alone:c1
             b.1.d8 < lineInquire c1 again
  b.1.d8 > callEnded hung up
             a.1.l1 < lineCall c1 ended 2 ben of b.1.d8 seq 3 version 2
             b.1.d5 < lineState 1 active ana
  `,
);

flow(
  'the same, and its next number takes its time: it is asked when it has that',
  `${THERE}
  a.1.c1 > callTaken of b.1.d8
             start sweep 60000
             b.1.d5 < lineState 1 active ben
  a.1.c1 > callEnded transferred
             start alone 100
             b.1.d5 < lineState 1 active ben
  a.1.l1 > lineCall c2 own 1 active ana of a.1.d7 seq 2 by a.1.l1 a.1.l1-1 locked
             a.1.l1 < lineReport c2 own
             a.1.l1 < lockAccepted a.1.l1-1 seq 2${ASKED}
             b.1.d5 < lineState 1 active ana
  @ alone:c1
             start alone 100${GRANTED}
             a.1.l1 < lineCall c1 own 2 active ben of b.1.d8 seq 3 version 1 locked
             b.1.d5 < lineState 1 active ana, 2 active ben
  @ alone:c1
             b.1.d8 < lineInquire c1 again
  `,
);

flow(
  'the same, over before it is asked whether it is',
  `${THERE}
  a.1.c1 > callTaken of b.1.d8
             start sweep 60000
             b.1.d5 < lineState 1 active ben
  a.1.c1 > callEnded transferred
             start alone 100
             b.1.d5 < lineState 1 active ben
  a.1.l1 > lineCall c2 own 1 active ana of a.1.d7 seq 2 by a.1.l1 a.1.l1-1 locked
             a.1.l1 < lineReport c2 own
             a.1.l1 < lockAccepted a.1.l1-1 seq 2${ASKED}
             b.1.d5 < lineState 1 active ana${GRANTED}
             a.1.l1 < lineCall c1 own 2 active ben of b.1.d8 seq 3 version 1 locked
             b.1.d5 < lineState 1 active ana, 2 active ben
  b.1.d8 > callEnded hung up
             a.1.l1 < lineCall c1 ended 2 ben of b.1.d8 seq 3 version 2
             b.1.d5 < lineState 1 active ana
  @ alone:c1
  `,
);

flow(
  'of one of which nothing has been said since its call control has ended no report says anything either',
  `${THERE}
  a.1.c1 > callTaken of b.1.d8
             start sweep 60000
             b.1.d5 < lineState 1 active ben
  a.1.c1 > callEnded transferred
             start alone 100
             b.1.d5 < lineState 1 active ben
  a.1.l1 > lineReport c2 appearance 2 by a.1.c2
             a.1.c2 < callFollow c2 version 0
  c.1.l3 > lineView 2 : a.1.l1 b.1.l2 c.1.l3
             c.1.l3 < lineReport c2 offered
  b.1.d8 > callEnded hung up
             stop alone
             b.1.d5 < lineState
  `,
);

flow(
  'a line that is full refuses calls',
  `
  b.1.m1 > lineView 1 : b.1.l2
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d8 > lineUse active c2
             start lock again 200
             start lock patience 2000
             start sweep 60000
             stop lock again
             stop lock patience
  b.1.d8 > lineUse active c3
             start lock again 200
             start lock patience 2000
             stop lock again
             stop lock patience
  a.1.c1 > lineLock c1.1
             start lock again 200
             start lock patience 2000
             a.1.c1 < lineLockRefused c1.1 full
             stop lock again
             stop lock patience
  `,
);

flow(
  'a number that another process has given out later is that one’s: who had it gets another',
  `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2
  b.1.d8 > attach ben
             b.1.d8 < attached
  b.1.d5 > lineWatch
             b.1.d5 < lineState
  b.1.d8 > lineUse active
             a.1.l1 < lockRequest b.1.l2-1
             start lock again 200
             start lock patience 6000
  a.1.l1 > lockResponse
             start lock again 200
             start lock patience 2000
             start sweep 60000
             a.1.l1 < lineCall c1 own 1 active ben of b.1.d8 seq 1 version 1 locked
             b.1.d5 < lineState 1 active ben
  a.1.l1 > lockAccepted b.1.l2-1 seq 1
             stop lock again
             stop lock patience
  a.1.l1 > lineCall c2 own 1 active ana of a.1.d7 seq 2 by a.1.l1 a.1.l1-1 locked
             a.1.l1 < lockAccepted a.1.l1-1 seq 2
             a.1.l1 < lockRequest b.1.l2-2
             start lock again 200
             start lock patience 6000
             b.1.d5 < lineState 1 active ana
  a.1.l1 > lockResponse round 2
             start lock again 200
             start lock patience 2000
             a.1.l1 < lineCall c1 own 2 active ben of b.1.d8 seq 3 version 1 locked
             b.1.d5 < lineState 1 active ana, 2 active ben
  `,
);

flow(
  'who joins, or has missed something, is told by who answers for the call',
  `
  b.1.m1 > lineView 1 : a.1.l1 b.1.l2
  b.1.d5 > lineWatch
             b.1.d5 < lineState
  a.1.l1 > lineCall own 1 active ana of a.1.d7 seq 1 by a.1.l1 a.1.l1-1 locked
             start sweep 60000
             a.1.l1 < lockAccepted a.1.l1-1 seq 1
             b.1.d5 < lineState 1 active ana
  c.1.l3 > lineView 2 : a.1.l1 b.1.l2 c.1.l3
             c.1.l3 < lineReport c1 own
  c.1.l3 > callFollow version 0
  a.1.l1 > callFollow c7 version 0
             a.1.l1 < callEnded c7 hung up
  `,
);

test('a seizure takes two ways there and back to each of the other managers, what becomes of it one message', () => {
  const site = new ReplicatedSite(LINE);
  const [a, b, c] = ['a', 'b', 'c'].map((id) => site.join(id));
  assert(a !== undefined && b !== undefined && c !== undefined);
  a.plug('ana');
  site.settle();
  const ben = b.plug('ben');
  site.settle();
  c.plug('cas');
  site.settle();
  const [first, own, other] = ['a.1.l6', 'b.2.l6', 'c.3.l6'];
  const said = (words: object): readonly string[] => {
    site.trace.length = 0;
    b.scheduler.run(ben.host.pid, () => {
      const lcp = ben.lines.get('2000')?.lcp;
      assert(lcp !== undefined);
      ben.host.tell(lcp, { number: '2000', call: `${ben.host.pid}-9`, ...words } as CallSignal);
    });
    site.settle();
    return [...site.trace];
  };
  assert.deepEqual(
    [
      said({ type: 'lineSeize', appearance: 1, leaseMs: 15_000 }),
      said({
        ...{ type: 'lineUse', state: 'progressing', isExclusive: false },
        party: { number: '1002', name: 'Bob' },
      }),
      said({ type: 'callEnded', cause: 'hung up' }),
    ],
    [
      [
        `${first} < lockRequest from ${own}`,
        `${other} < lockRequest from ${own}`,
        `${own} < lockResponse from ${first}`,
        `${own} < lockResponse from ${other}`,
        `${first} < lineCall from ${own}`,
        `${other} < lineCall from ${own}`,
        `${own} < lockAccepted from ${first}`,
        `${own} < lockAccepted from ${other}`,
      ],
      [`${first} < lineCall from ${own}`, `${other} < lineCall from ${own}`],
      [`${first} < lineCall from ${own}`, `${other} < lineCall from ${own}`],
    ],
  );
});
