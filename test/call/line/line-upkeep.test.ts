/** Ladders of what keeps lamps from staying lit: an administrator's word, and asking who has a call. */
import type { Line } from '../../../src/call/directory.ts';
import { flow, member, PARALLEL } from './line-flow.ts';

const TWO: Line = {
  ...PARALLEL,
  appearances: 2,
  members: ['ana', 'ben'].map((name) => ({
    ...member(name),
    rights: ['answer', 'originate', 'retrieve'],
  })),
};

const BEGINNING = `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.w1 > lineWatch
             a.1.w1 < lineState`;

const HELD = `${BEGINNING}
  a.1.d7 > lineUse active
             a.1.w1 < lineState 1 active ana
  a.1.d7 > lineUse held
             a.1.w1 < lineState 1 held ana`;

flow(
  'what is seized is freed: its owner is told; a call that is not there any more is not',
  TWO,
  `${BEGINNING}
  a.1.d7 > lineSeize 1
             start lease 15000
             a.1.d7 < lineSeized 1
             a.1.w1 < lineState 1 seized ana
  b.1.m1 > lineFree 1 c9
  b.1.m1 > lineFree 2
  b.1.m1 > lineFree 1
             stop lease
             a.1.d7 < lineSeizeRefused released
             a.1.w1 < lineState
  `,
);

flow(
  'a call that rings is freed: phones stop, and call control hears why',
  TWO,
  `${BEGINNING}
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
             a.1.w1 < lineState 1 alerting
  b.1.m1 > lineFree 1
             a.1.c1 < callRefuse released
             a.1.d7 < callWithdraw released
             b.1.d8 < callWithdraw released
             stop no answer
             a.1.w1 < lineState
  `,
);

flow(
  'a call that somebody has is freed: he hangs up, and so does who is about to have it',
  TWO,
  `${HELD}
  b.1.d8 > lineRetrieve 1 c2
             start retrieval 5000
             b.1.d8 < lineRetrieved 1, c1 of a.1.d7 c2
  b.1.m1 > lineFree 1
             b.1.d8 < callRelease c2 released
             a.1.d7 < callRelease released
             stop retrieval
             a.1.w1 < lineState
  a.1.d7 > callEnded released
  `,
);

flow(
  'a call that was answered is freed: call control tells the caller',
  TWO,
  `${BEGINNING}
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
             a.1.w1 < lineState 1 alerting
  b.1.d8 > callProceed
             a.1.c1 < callProceed
             a.1.d7 < callWithdraw answered elsewhere
             stop no answer
             a.1.w1 < lineState 1 active ben
  b.1.m1 > lineFree 1
             b.1.d8 < callRelease released
             a.1.c1 < callRelease of b.1.d8 released
             a.1.w1 < lineState
  `,
);

flow(
  'who does not know a call that it is said to have is asked twice; then its lamp goes off',
  TWO,
  `${HELD}
  @ inquiry
             a.1.d7 < lineInquire c1
  @ inquiry
             a.1.d7 < lineInquire c1
  a.1.d7 > lineForgotten
  @ inquiry
             a.1.d7 < lineInquire c1 again
  @ inquiry
             a.1.d7 < lineInquire c1
  a.1.d7 > lineForgotten
  b.1.d8 > lineForgotten again
  @ inquiry
             a.1.d7 < lineInquire c1 again
  a.1.d7 > lineForgotten again
             a.1.w1 < lineState
  `,
);

flow(
  'whom a call was taken over by, and who was not known to have it then, is asked; it may be over already',
  TWO,
  `${BEGINNING}
  b.1.d8 > callHeld
  b.1.d8 > callEnded hung up
  a.1.d7 > lineUse held
             a.1.w1 < lineState 1 held ana
  a.1.d7 > linePassed of b.1.d8
             b.1.d8 < lineInquire c1 again
             a.1.w1 < lineState 1 active ben
  a.1.d7 > callEnded transferred
  b.1.d8 > lineForgotten again
             a.1.w1 < lineState
  `,
);

flow(
  'a call that was taken over is who has it’s, whoever says so first',
  TWO,
  `${HELD}
  a.1.d7 > linePassed of b.1.d8
             b.1.d8 < lineInquire c1 again
             a.1.w1 < lineState 1 active ben
  b.1.d8 > callHeld
  a.1.d7 > linePassed of a.1.d9
  b.1.d8 > callEnded hung up
             a.1.w1 < lineState
  `,
);
