/** Ladders of a line's appearances: seizure, members' own calls, the busy rule. Numbers 1 to 2 have lamps. */
import type { Line } from '../../../src/call/directory.ts';
import { claimed, flow, member, PARALLEL } from './line-flow.ts';

const TWO: Line = {
  ...PARALLEL,
  appearances: 2,
  members: ['ana', 'ben', 'cas'].map((name) => ({
    ...member(name),
    rights: name === 'cas' ? ['answer'] : ['answer', 'originate', 'retrieve'],
  })),
};

/** Two devices, and somebody who watches. */
const BEGINNING = `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.w1 > lineWatch
             a.1.w1 < lineState`;

flow(
  'what is seized is its owner’s for the lease, used, and free with the call’s end',
  TWO,
  `${BEGINNING}
  a.1.d7 > lineSeize 2
             start lease 15000
             a.1.d7 < lineSeized 2
             a.1.w1 < lineState 2 seized ana
  a.1.d7 > lineSeize 2
             start lease 15000
             a.1.d7 < lineSeized 2
  a.1.d7 > lineUse progressing
             stop lease
             a.1.w1 < lineState 2 progressing ana
  a.1.d7 > lineUse active
             a.1.w1 < lineState 2 active ana
  a.1.d7 > callEnded hung up
             a.1.w1 < lineState
  `,
);

flow(
  'two seize one appearance: the second hears which one is free',
  TWO,
  `${BEGINNING}
  a.1.d7 > lineSeize 1
             start lease 15000
             a.1.d7 < lineSeized 1
             a.1.w1 < lineState 1 seized ana
  b.1.d8 > lineSeize 1 c2
             b.1.d8 < lineSeizeRefused c2 busy free 2
  b.1.d8 > lineSeize c2
             start lease:c2 15000
             b.1.d8 < lineSeized 2 c2
             a.1.w1 < lineState 1 seized ana, 2 seized ben
  b.1.d8 > lineSeize 1 c3
             b.1.d8 < lineSeizeRefused c3 busy
  b.1.d8 > lineSeize c3
             b.1.d8 < lineSeizeRefused c3 no free appearance
  `,
);

flow(
  'who may not originate seizes nothing, nor does a stranger, and there are as many as there are',
  TWO,
  `${BEGINNING}
  c.1.d9 > attach cas
             c.1.d9 < attached
  c.1.d9 > lineSeize 1
             c.1.d9 < lineSeizeRefused forbidden
  d.1.d1 > lineSeize 1
             d.1.d1 < lineSeizeRefused forbidden
  a.1.d7 > lineSeize 3
             a.1.d7 < lineSeizeRefused forbidden
  a.1.d7 > lineSeize 0
             a.1.d7 < lineSeizeRefused forbidden
  `,
);

flow(
  'a lease lasts a second at least and two minutes at most, and then the appearance is free',
  TWO,
  `${BEGINNING}
  a.1.d7 > lineSeize 1 for 1
             start lease 1000
             a.1.d7 < lineSeized 1
             a.1.w1 < lineState 1 seized ana
  a.1.d7 > lineSeize for 999999
             start lease 120000
             a.1.d7 < lineSeized 1
  @ lease
             stop lease
             a.1.d7 < lineSeizeRefused session expired
             a.1.w1 < lineState
  b.1.d8 > lineSeize 1 c2
             start lease:c2 15000
             b.1.d8 < lineSeized 1 c2
             a.1.w1 < lineState 1 seized ben
  `,
);

flow(
  'another appearance for the same call: the first one is given back, whatever comes of it',
  TWO,
  `${BEGINNING}
  a.1.d7 > lineSeize 1
             start lease 15000
             a.1.d7 < lineSeized 1
             a.1.w1 < lineState 1 seized ana
  a.1.d7 > lineSeize 2
             stop lease
             start lease 15000
             a.1.d7 < lineSeized 2
             a.1.w1 < lineState 2 seized ana
  b.1.d8 > lineSeize 1 c2
             start lease:c2 15000
             b.1.d8 < lineSeized 1 c2
             a.1.w1 < lineState 2 seized ana, 1 seized ben
  a.1.d7 > lineSeize 1
             stop lease
             a.1.d7 < lineSeizeRefused busy free 2
             a.1.w1 < lineState 1 seized ben
  `,
);

flow(
  'a seizure is free when its owner says so, detaches, dies, or its manager goes',
  TWO,
  `${BEGINNING}
  a.1.d7 > lineSeize 1
             start lease 15000
             a.1.d7 < lineSeized 1
             a.1.w1 < lineState 1 seized ana
  b.1.d8 > callEnded hung up
  a.1.d7 > callEnded hung up
             stop lease
             a.1.w1 < lineState
  a.1.d7 > lineSeize 1
             start lease 15000
             a.1.d7 < lineSeized 1
             a.1.w1 < lineState 1 seized ana
  a.1.d7 > detach
             stop lease
             a.1.w1 < lineState
  b.1.d8 > lineSeize 1
             start lease 15000
             b.1.d8 < lineSeized 1
             a.1.w1 < lineState 1 seized ben
  ! b.1
             stop lease
             a.1.w1 < lineState
  `,
);

flow(
  'a phone that knows nothing of sharing dials: the lowest free number, or one without a lamp',
  TWO,
  `${BEGINNING}
  a.1.d7 > lineSeize 1
             start lease 15000
             a.1.d7 < lineSeized 1
             a.1.w1 < lineState 1 seized ana
  b.1.d8 > lineUse progressing c2
             a.1.w1 < lineState 1 seized ana, 2 progressing ben
  b.1.d8 > lineUse progressing c3 at 1
             a.1.w1 < lineState 1 seized ana, 2 progressing ben, 3 progressing ben
  b.1.d8 > callEnded hung up c2
             a.1.w1 < lineState 1 seized ana, 3 progressing ben
  d.1.d1 > lineUse progressing c4
  b.1.d8 > detach
  ! b.1.d8
             a.1.w1 < lineState 1 seized ana
  `,
);

flow(
  'a dialled call gets the appearance that its phone names, if that is free',
  TWO,
  `${BEGINNING}
  a.1.d7 > lineUse progressing at 2
             a.1.w1 < lineState 2 progressing ana
  b.1.d8 > lineUse progressing c2 at 9
             a.1.w1 < lineState 2 progressing ana, 1 progressing ben
  `,
);

flow(
  'all appearances are used: a call is refused',
  TWO,
  `${BEGINNING}
  a.1.d7 > lineUse active c2
             a.1.w1 < lineState 1 active ana
  a.1.d7 > lineUse held c3
             a.1.w1 < lineState 1 active ana, 2 held ana
  a.1.c1 > callRequest
             a.1.c1 < callRefuse no free appearance
  `,
);

flow(
  'all appearances are used, and the line rings all the same: the call has no lamp',
  { ...TWO, whenFull: 'ring', appearances: 1 },
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.d7 > lineUse active c2
  a.1.w1 > lineWatch
             a.1.w1 < lineState 1 active ana
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
             a.1.w1 < lineState 1 active ana, 2 alerting
  `,
);

for (const [name, countsHeld, ladder] of [
  ['counts', true, 'b.1.d8 < callRequest'],
  ['does not count', false, 'a.1.d7 < callRequest\n             b.1.d8 < callRequest'],
] as const)
  flow(
    `who has a call of their own is busy; one that is held ${name}`,
    { ...TWO, callsPerMember: 1, countsHeld },
    `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.d7 > lineUse held c2
  a.1.c1 > callRequest
             ${ladder}
             start no answer 25000
  `,
  );

flow(
  'a call of a member who wants privacy is exclusive, whichever way it goes',
  { ...TWO, members: TWO.members.map((each) => ({ ...each, isPrivate: each.name === 'ana' })) },
  `${BEGINNING}
  a.1.d7 > lineSeize 1 c2
             start lease:c2 15000
             a.1.d7 < lineSeized 1 c2
             a.1.w1 < lineState 1 seized ana exclusive
  a.1.d7 > lineUse held c2
             stop lease:c2
             a.1.w1 < lineState 1 held-private ana exclusive
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
             a.1.w1 < lineState 1 held-private ana exclusive, 2 alerting
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             b.1.d8 < callWithdraw answered elsewhere
             stop no answer
             a.1.w1 < lineState 1 held-private ana exclusive, 2 active ana exclusive
  `,
);

flow(
  'who has answered a call holds it; nobody else can say so',
  TWO,
  `${BEGINNING}
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             b.1.d8 < callRequest
             start no answer 25000
             a.1.w1 < lineState 1 alerting
  a.1.d7 > lineUse held
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             b.1.d8 < callWithdraw answered elsewhere
             stop no answer
             a.1.w1 < lineState 1 active ana
  b.1.d8 > lineUse held
  a.1.d7 > lineUse progressing
  a.1.d7 > lineUse held
             a.1.w1 < lineState 1 held ana
  a.1.d7 > lineUse held private
             a.1.w1 < lineState 1 held-private ana exclusive
  a.1.d7 > lineUse active
             a.1.w1 < lineState 1 active ana
  `,
);

claimed(
  'seizures, calls and holds outlive the line’s process; who asks anew waits until all have told',
  `
  l.1.m1 > lineOwned b.1
             start recovery 500
  a.1.w1 > lineWatch
             a.1.w1 < lineState partial
  c.1.d9 > attach cas has
             c.1.d9 < attached
  c.1.d9 > lineSeize 1 c9
  c.1.d9 > lineUse progressing c8 at 3
  c.1.d9 > lineRetrieve 2 c7
  b.1.m1 > lineMembers 2
  b.1.d7 > attach ana has c1 1 own seized, c2 2 own held
             b.1.d7 < attached
             start lease 1000
             a.1.w1 < lineState 1 seized ana, 2 held ana partial
  b.1.d8 > attach ben has c3 3 active held-private, c4 4 own progressing
             b.1.d8 < attached
             stop recovery
             c.1.d9 < lineSeizeRefused c9 busy
             start retrieval:c2 5000
             c.1.d9 < lineRetrieved 2, c2 of b.1.d7 c7
             a.1.w1 < lineState 1 seized ana, 2 held ana, 3 held-private ben, 4 progressing ben, 5 progressing cas
  @ lease
             stop lease
             b.1.d7 < lineSeizeRefused session expired
             a.1.w1 < lineState 2 held ana, 3 held-private ben, 4 progressing ben, 5 progressing cas
  `,
  {
    ...PARALLEL,
    members: TWO.members.map((each) => ({ ...each, rights: ['originate', 'retrieve'] })),
  },
);

flow(
  'who comes back without a call that it had has lost it',
  TWO,
  `${BEGINNING}
  a.1.d7 > lineUse active
             a.1.w1 < lineState 1 active ana
  a.1.d7 > lineSeize c2
             start lease:c2 15000
             a.1.d7 < lineSeized 2 c2
             a.1.w1 < lineState 1 active ana, 2 seized ana
  a.1.d7 > attach ana has c1 1 own held
             a.1.d7 < attached
             stop lease:c2
             a.1.w1 < lineState 1 held ana
  a.1.d7 > attach ana has
             a.1.d7 < attached
             a.1.w1 < lineState
  `,
);

flow(
  'a line that may have two calls has two, of whatever kind: what is seized is refreshed, an emergency does not ask',
  { ...TWO, appearances: 1, callsMax: 2, whenFull: 'ring' },
  `${BEGINNING}
  a.1.d7 > lineSeize plain
             start lease 15000
             a.1.d7 < lineSeized 1
             a.1.w1 < lineState 1 seized ana
  b.1.d8 > lineSeize c2
             b.1.d8 < lineSeizeRefused c2 no free appearance
  b.1.d8 > lineSeize plain c2
             start lease:c2 15000
             b.1.d8 < lineSeized 2 c2
             a.1.w1 < lineState 1 seized ana, 2 seized ben
  b.1.d8 > lineSeize plain c3
             b.1.d8 < lineSeizeRefused c3 no free appearance LW-3013
  a.1.d7 > lineSeize plain
             start lease 15000
             a.1.d7 < lineSeized 1
  a.1.c1 > callRequest c4
             a.1.c1 < callRefuse c4 no free appearance
  b.1.d8 > lineUse active c5
             a.1.w1 < lineState 1 seized ana, 2 seized ben, 3 active ben
  a.1.d7 > callEnded caller gave up
             stop lease
             a.1.w1 < lineState 2 seized ben, 3 active ben
  b.1.d8 > lineSeize 1 c6
             b.1.d8 < lineSeizeRefused c6 no free appearance LW-3013
  b.1.d8 > callEnded caller gave up c2
             stop lease:c2
             a.1.w1 < lineState 3 active ben
  b.1.d8 > lineSeize 1 c6
             start lease:c6 15000
             b.1.d8 < lineSeized 1 c6
             a.1.w1 < lineState 3 active ben, 1 seized ben
  `,
);
