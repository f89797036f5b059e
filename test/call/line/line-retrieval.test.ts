/** Ladders of retrieval: one member holds a call, another gets it, exactly once. */
import type { Line } from '../../../src/call/directory.ts';
import { claimed, flow, member, PARALLEL } from './line-flow.ts';

const LINE: Line = {
  ...PARALLEL,
  members: ['ana', 'ben', 'cas'].map((name) => ({
    ...member(name),
    rights: name === 'cas' ? ['answer', 'originate'] : ['answer', 'originate', 'retrieve'],
  })),
};

/** Ana has a call of her own. */
const BEGINNING = `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  c.1.d9 > attach cas
             c.1.d9 < attached
  a.1.d7 > lineUse active
  a.1.w1 > lineWatch
             a.1.w1 < lineState 1 active ana`;

const HELD = `${BEGINNING}
  a.1.d7 > lineUse held
             a.1.w1 < lineState 1 held ana`;

const RETRIEVING = `${HELD}
  b.1.d8 > lineRetrieve 1 c2
             start retrieval 5000
             b.1.d8 < lineRetrieved 1, c1 of a.1.d7 c2`;

flow(
  'one member holds, another retrieves: the call is its own from then on',
  LINE,
  `${RETRIEVING}
  b.1.d8 > callHeld
             stop retrieval
             a.1.w1 < lineState 1 active ben
  a.1.d7 > callEnded transferred
  a.1.d7 > lineUse held
  b.1.d8 > lineUse held
             a.1.w1 < lineState 1 held ben
  b.1.d8 > callEnded hung up
             a.1.w1 < lineState
  `,
);

flow(
  'who has retrieved a call may speak of it by its own leg',
  LINE,
  `${RETRIEVING}
  b.1.d8 > callHeld c2
             stop retrieval
             a.1.w1 < lineState 1 active ben
  b.1.d8 > lineUse held c2
             a.1.w1 < lineState 1 held ben
  b.1.d8 > callEnded hung up c2
             a.1.w1 < lineState
  `,
);

flow(
  'one at a time: who comes second is refused, who asks again is answered again',
  { ...LINE, members: LINE.members.map((each) => ({ ...each, rights: ['retrieve'] })) },
  `${RETRIEVING}
  c.1.d9 > lineRetrieve 1 c3
             c.1.d9 < lineRetrieveRefused c3 busy
  b.1.d8 > lineRetrieve 1 c2
             start retrieval 5000
             b.1.d8 < lineRetrieved 1, c1 of a.1.d7 c2
  b.1.d8 > callEnded call gone c2
             stop retrieval
  c.1.d9 > lineRetrieve 1 c3
             start retrieval 5000
             c.1.d9 < lineRetrieved 1, c1 of a.1.d7 c3
  `,
);

flow(
  'what is not held is not to be had, nor is what is held privately, but by its own member',
  LINE,
  `${BEGINNING}
  b.1.d8 > lineRetrieve 2 c2
             b.1.d8 < lineRetrieveRefused c2 call gone
  b.1.d8 > lineRetrieve 1 c2
             b.1.d8 < lineRetrieveRefused c2 busy
  a.1.d7 > lineUse held-private
             a.1.w1 < lineState 1 held-private ana
  b.1.d8 > lineRetrieve 1 c2
             b.1.d8 < lineRetrieveRefused c2 forbidden
  a.1.d7 > lineUse held private
             a.1.w1 < lineState 1 held-private ana exclusive
  b.1.d8 > lineRetrieve 1 c2
             b.1.d8 < lineRetrieveRefused c2 forbidden
  a.1.d7 > lineUse held
             a.1.w1 < lineState 1 held ana
  c.1.d9 > lineRetrieve 1 c3
             c.1.d9 < lineRetrieveRefused c3 forbidden
  d.1.d1 > lineRetrieve 1 c3
             d.1.d1 < lineRetrieveRefused c3 forbidden
  a.1.d5 > attach ana
             a.1.d5 < attached
  a.1.d7 > lineUse held-private
             a.1.w1 < lineState 1 held-private ana
  a.1.d5 > lineRetrieve 1 c4
             start retrieval 5000
             a.1.d5 < lineRetrieved 1, c1 of a.1.d7 c4
  `,
);

flow(
  'the holder’s end in between frees nothing when the retrieval succeeds',
  LINE,
  `${RETRIEVING}
  a.1.d7 > callEnded hung up
  b.1.d8 > callHeld
             stop retrieval
             a.1.w1 < lineState 1 active ben
  `,
);

flow(
  'the far end has hung up: the holder’s end counts as soon as the retrieval has failed',
  LINE,
  `${RETRIEVING}
  a.1.d7 > callEnded hung up
  c.1.d9 > lineSeize 1 c3
             c.1.d9 < lineSeizeRefused c3 busy free 2
  b.1.d8 > callEnded call gone c2
             stop retrieval
             a.1.w1 < lineState
  `,
);

flow(
  'the retrieval fails and the holder is there: it holds on',
  LINE,
  `${RETRIEVING}
  b.1.d8 > callEnded caller gave up c2
             stop retrieval
  a.1.d7 > lineUse active
             a.1.w1 < lineState 1 active ana
  a.1.d7 > callEnded hung up
             a.1.w1 < lineState
  `,
);

flow(
  'who has begun to take the call over, and fails, says so by the line’s id for it',
  LINE,
  `${RETRIEVING}
  b.1.d8 > callEnded caller gave up
             stop retrieval
  a.1.d7 > callEnded hung up
             a.1.w1 < lineState
  `,
);

flow(
  'who retrieves says nothing for five seconds: it has not got the call',
  LINE,
  `${RETRIEVING}
  a.1.d7 > callEnded hung up
  @ retrieval
             stop retrieval
             a.1.w1 < lineState
  `,
);

flow(
  'the holder dies, and then who retrieves: nobody has the call',
  LINE,
  `${RETRIEVING}
  ! a.1.d7
  ! b.1
             stop retrieval
             a.1.w1 < lineState
  `,
);

flow(
  'who retrieves dies, and had the call already: nobody has it',
  LINE,
  `${RETRIEVING}
  ! b.1
             stop retrieval
             a.1.d7 < lineInquire c1 again
  a.1.d7 > lineForgotten c1 again
             a.1.w1 < lineState
  `,
);

flow(
  'who retrieves dies: the holder holds on',
  LINE,
  `${RETRIEVING}
  ! b.1.d8
             stop retrieval
             a.1.d7 < lineInquire c1 again
  ! a.1.d7
             a.1.w1 < lineState
  `,
);

flow(
  'a phone retrieves what it holds itself, with a call of its own',
  LINE,
  `${HELD}
  a.1.d7 > lineRetrieve 1 c2
             start retrieval 5000
             a.1.d7 < lineRetrieved 1, c1 of a.1.d7 c2
  a.1.d7 > callEnded hung up
  a.1.d7 > callHeld c2
             stop retrieval
             a.1.w1 < lineState 1 active ana
  a.1.d7 > callEnded hung up
             a.1.w1 < lineState
  `,
);

const ANSWERED = `
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
  a.1.w1 > lineWatch
             a.1.w1 < lineState 1 active ana
  a.1.d7 > lineUse held
             a.1.w1 < lineState 1 held ana
  b.1.d8 > lineRetrieve 1 c2
             start retrieval 5000
             b.1.d8 < lineRetrieved 1, c1 of a.1.d7 c2`;

flow(
  'an answered call is retrieved: call control hears who has it',
  LINE,
  `${ANSWERED}
  a.1.d7 > callEnded transferred
  b.1.d8 > callHeld c2
             a.1.c1 < callHeld of b.1.d8
             stop retrieval
             a.1.w1 < lineState 1 active ben
  b.1.d8 > callEnded hung up
             a.1.c1 < callRelease of b.1.d8 hung up
             a.1.w1 < lineState
  a.1.c1 > callEnded hung up
  `,
);

flow(
  'the caller hangs up while its call is being retrieved',
  LINE,
  `${ANSWERED}
  a.1.c1 > callEnded hung up
  a.1.d7 > callEnded hung up
  b.1.d8 > callEnded call gone c2
             stop retrieval
             a.1.w1 < lineState
  `,
);

flow(
  'an answered call’s holder and its retrieval end: call control hears it once',
  LINE,
  `${ANSWERED}
  a.1.d7 > callEnded hung up
  b.1.d8 > callEnded call gone c2
             stop retrieval
             a.1.c1 < callRelease of a.1.d7 call gone
             a.1.w1 < lineState
  `,
);

flow(
  'call control dies while a call is being retrieved: it is over for all',
  LINE,
  `${ANSWERED}
  ! a.1.c1
             stop retrieval
             a.1.d7 < callRelease of a.1.d1 internal failure
             a.1.d1 < callRelease of a.1.d7 internal failure
             a.1.w1 < lineState
  b.1.d8 > callEnded internal failure c2
  `,
);

const AGAIN = `
  l.1.m1 > lineOwned b.1
             start recovery 500
  b.1.m1 > lineMembers 2`;

claimed(
  'the line’s process dies during a retrieval: the next one knows of it, the holder speaking first',
  `${AGAIN}
  b.1.d7 > attach ana has c1 2 own held
             b.1.d7 < attached
  b.1.d8 > attach ben has c1 2 retrieving as c2
             b.1.d8 < attached
             start retrieval 5000
             stop recovery
  b.1.d8 > callHeld
             stop retrieval
  b.1.w1 > lineWatch
             b.1.w1 < lineState 2 active ben
  `,
  LINE,
);

claimed(
  'the line’s process dies during a retrieval: who retrieves speaks first',
  `${AGAIN}
  b.1.d8 > attach ben has c1 2 retrieving as c2
             b.1.d8 < attached
             start retrieval 5000
  b.1.d7 > attach ana has c1 2 own held
             b.1.d7 < attached
             stop recovery
  b.1.w1 > lineWatch
             b.1.w1 < lineState 2 held ana
  b.1.d8 > callEnded call gone c2
             stop retrieval
  b.1.d7 > callEnded hung up
             b.1.w1 < lineState
  `,
  LINE,
);

claimed(
  'the line’s process dies during a retrieval, and the holder has gone: the appearance waits for what comes of it',
  `${AGAIN}
  b.1.d7 > attach ana has
             b.1.d7 < attached
  b.1.d8 > attach ben has c1 2 retrieving as c2
             b.1.d8 < attached
             start retrieval 5000
             stop recovery
  b.1.w1 > lineWatch
             b.1.w1 < lineState 2 held ben
  b.1.d8 > callHeld c2
             stop retrieval
             b.1.w1 < lineState 2 active ben
  b.1.d8 > callEnded hung up
             b.1.w1 < lineState
  `,
  LINE,
);

claimed(
  'a retrieved call is its last holder’s at the next process too',
  `${AGAIN}
  b.1.d7 > attach ana has
             b.1.d7 < attached
  b.1.d8 > attach ben has c1 1 active held as c2
             b.1.d8 < attached
             stop recovery
  b.1.w1 > lineWatch
             b.1.w1 < lineState 1 held ben
  b.1.d8 > callEnded hung up
             a.1.c1 < callRelease of b.1.d8 hung up
             b.1.w1 < lineState
  `,
  LINE,
);
