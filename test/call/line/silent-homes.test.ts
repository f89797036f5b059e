/** Ladders of a line's new process some of whose managers say nothing in time. Numbers 1 and 2 have lamps. */
import type { Line } from '../../../src/call/directory.ts';
import { claimed, member, PARALLEL } from './line-flow.ts';

const TWO: Line = {
  ...PARALLEL,
  appearances: 2,
  members: ['ana', 'ben'].map((name) => ({
    ...member(name),
    rights: ['answer', 'originate', 'retrieve'],
  })),
};
const ONE: Line = { ...TWO, members: TWO.members.slice(0, 1) };

/** Of the managers of ana and ben nothing is heard from the second. */
const OWNED = `
  a.1.m1 > lineOwned a.1 b.1
             start recovery 500
  a.1.m1 > lineMembers 1
  a.1.w1 > lineWatch
             a.1.w1 < lineState partial`;

claimed(
  'a call gets a number that nobody had when phones were last told; others wait for who is silent, and get what he has not',
  `${OWNED}
  a.1.d7 > attach ana has sees c9 1
             a.1.d7 < attached
  a.1.c1 > callRequest
  a.1.d7 > lineSeize 1 c3
  @ recovery
             start recovery 1250
             a.1.d7 < callRequest
             start no answer 25000
             a.1.w1 < lineState 2 alerting partial
  a.1.d7 > callAlert
             a.1.c1 < callAlert
  b.1.m1 > lineMembers 1
  b.1.d8 > attach ben has c9 1 own held
             b.1.d8 < attached
             b.1.d8 < callRequest
             stop recovery
             a.1.d7 < lineSeizeRefused c3 busy
             a.1.w1 < lineState 2 alerting, 1 held ben
  `,
  TWO,
);

claimed(
  'where no phone has been told anything a call waits, until the manager that is silent is expelled',
  `${OWNED}
  a.1.d7 > attach ana has
             a.1.d7 < attached
  a.1.c1 > callRequest
  @ recovery
             start recovery 1250
  ! b.1
             stop recovery
             a.1.d7 < callRequest
             start no answer 25000
             a.1.w1 < lineState 1 alerting
  `,
  TWO,
);

claimed(
  'or until that takes longer than it may',
  `${OWNED}
  a.1.d7 > attach ana has
             a.1.d7 < attached
  a.1.c1 > callRequest
  @ recovery
             start recovery 1250
  @ recovery
             stop recovery
             a.1.d7 < callRequest
             start no answer 25000
             a.1.w1 < lineState 1 alerting
  `,
  TWO,
);

claimed(
  'a call waits, too, when no number is left that nobody had; who gives it up meanwhile is not rung for',
  `${OWNED}
  a.1.d7 > attach ana has c2 2 active sees c9 1, c2 2
             a.1.d7 < attached
             a.1.w1 < lineState 2 active ana partial
  @ recovery
             start recovery 1250
  a.1.c1 > callRequest
  a.1.c1 > callWithdraw caller gave up
  a.1.c3 > callRequest c3
  b.1.m1 > lineMembers 0
             stop recovery
             a.1.d7 < callRequest c3
             start no answer:c3 25000
             a.1.w1 < lineState 2 active ana, 1 alerting
  `,
  TWO,
);

claimed(
  'a call that is asked for again has the number that it had, and its phone at the silent manager rings on',
  `${OWNED}
  a.1.d7 > attach ana has sees c1 2
             a.1.d7 < attached
  a.1.c1 > callRequest
  @ recovery
             start recovery 1250
             a.1.d7 < callRequest
             start no answer 25000
             a.1.w1 < lineState 2 alerting partial
  b.1.m1 > lineMembers 1
  b.1.d8 > attach ben has c1 2 ringing
             b.1.d8 < attached
             stop recovery
             a.1.w1 < lineState 2 alerting
  b.1.d8 > callProceed
             a.1.c1 < callProceed
             a.1.d7 < callWithdraw answered elsewhere
             stop no answer
             a.1.w1 < lineState 2 active ben
  `,
  TWO,
);

claimed(
  'a call that is known waits for nobody: who rings for it answers, and what its holder does is shown',
  `${OWNED}
  a.1.d7 > attach ana has c1 1 ringing, c2 2 active
             a.1.d7 < attached
             start adoption 2000
             a.1.c1 < lineLocated a.1.l5
             a.1.w1 < lineState 1 alerting, 2 active ana partial
  a.1.c1 > callRequest
  @ recovery
             start recovery 1250
             stop adoption
             start no answer 25000
             a.1.w1 < lineState 1 alerting, 2 active ana partial
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             stop no answer
             a.1.w1 < lineState 1 active ana, 2 active ana partial
  a.1.d7 > lineUse c2 held
             a.1.w1 < lineState 1 active ana, 2 held ana partial
  `,
  TWO,
);

claimed(
  'a line that is full is so at once',
  `${OWNED}
  a.1.d7 > attach ana has c2 2 active, c3 1 active
             a.1.d7 < attached
             a.1.w1 < lineState 2 active ana, 1 active ana partial
  a.1.c1 > callRequest
  @ recovery
             start recovery 1250
             a.1.c1 < callRefuse no free appearance
  `,
  TWO,
);

claimed(
  'of a line that nobody shares nobody is waited for longer than the rest',
  `${OWNED}
  a.1.d7 > attach ana has
             a.1.d7 < attached
  a.1.c1 > callRequest
  @ recovery
             stop recovery
             a.1.d7 < callRequest
             start no answer 25000
             a.1.w1 < lineState 1 alerting
  `,
  ONE,
);

claimed(
  'a call whose number its phone does not know has the one that phones were shown; another has none that could be somebody’s',
  `${OWNED}
  a.1.d7 > attach ana has c2 0 own active, c3 0 own active sees c2 2, c9 1
             a.1.d7 < attached
             a.1.w1 < lineState 2 active ana, 3 active ana partial
  b.1.m1 > lineMembers 1
  b.1.d8 > attach ben has c9 1 own active
             b.1.d8 < attached
             stop recovery
             a.1.w1 < lineState 2 active ana, 3 active ana, 1 active ben
  `,
  TWO,
);

claimed(
  'until it is known what is free',
  `${OWNED}
  a.1.d7 > attach ana has c3 0 own active sees c9 1
             a.1.d7 < attached
             a.1.w1 < lineState 3 active ana partial
  b.1.m1 > lineMembers 1
  b.1.d8 > attach ben has c9 1 own active
             b.1.d8 < attached
             stop recovery
             a.1.w1 < lineState 2 active ana, 1 active ben
  `,
  TWO,
);
