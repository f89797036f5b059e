/** Ladders of pickup: a call rings some members, another one answers it. */
import type { Line } from '../../../src/call/directory.ts';
import { flow, member, PARALLEL } from './line-flow.ts';

const SERIAL: Line = {
  ...PARALLEL,
  offering: { type: 'serial', steps: [{ members: ['ana'], ms: 5000 }] },
  members: [member('ana'), member('ben'), { ...member('cas'), rights: ['retrieve'] }],
};

/** It rings Ana alone. */
const RINGING = `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  c.1.d9 > attach cas
             c.1.d9 < attached
  a.1.c1 > callRequest
             a.1.d7 < callRequest
             start step 5000
             start no answer 25000`;

flow(
  'a member whom the call does not ring asks for it, and answers: the others are told',
  SERIAL,
  `${RINGING}
  b.1.d8 > lineRetrieve ringing c2
             b.1.d8 < callRequest for c2
  b.1.d8 > callProceed
             a.1.c1 < callProceed
             a.1.d7 < callWithdraw answered elsewhere
             stop step
             stop no answer
  `,
);

flow(
  'an answer that comes first wins over who is about to pick up',
  SERIAL,
  `${RINGING}
  b.1.d8 > lineRetrieve 1 c2
             b.1.d8 < callRequest for c2
  a.1.d7 > callProceed
             a.1.c1 < callProceed
             b.1.d8 < callWithdraw answered elsewhere
             stop step
             stop no answer
  b.1.d8 > callProceed
             b.1.d8 < callWithdraw answered elsewhere
  b.1.d8 > lineRetrieve ringing c2
             b.1.d8 < lineRetrieveRefused c2 call gone
  b.1.d8 > lineRetrieve 1 ringing c2
             b.1.d8 < lineRetrieveRefused c2 busy
  `,
);

flow(
  'who could not take it after all is as who has refused; who has refused may think better of it',
  SERIAL,
  `${RINGING}
  b.1.d8 > lineRetrieve ringing c2
             b.1.d8 < callRequest for c2
  b.1.d8 > callRefuse not acceptable
  b.1.d8 > lineRetrieve ringing c3
             b.1.d8 < callRequest for c3
  a.1.d7 > callRefuse busy
  b.1.d8 > callProceed
             a.1.c1 < callProceed
             stop step
             stop no answer
  `,
);

flow(
  'who may not answer may not pick up, nor may the caller itself, and what rings is not held',
  SERIAL,
  `${RINGING}
  c.1.d9 > lineRetrieve 1 c2
             c.1.d9 < lineRetrieveRefused c2 forbidden
  d.1.d1 > lineRetrieve 1 c2
             d.1.d1 < lineRetrieveRefused c2 forbidden
  b.1.d8 > lineRetrieve 1 held c2
             b.1.d8 < lineRetrieveRefused c2 forbidden
  b.1.d8 > lineRetrieve held c2
             b.1.d8 < lineRetrieveRefused c2 call gone
  `,
);

const SALES: Line = { ...SERIAL, pickupGroup: 'sales' };

flow(
  'one of the pickup group asks what rings, and has it, without being a member; but none of another group, and not its own call',
  SALES,
  `${RINGING}
  d.1.d1 > pickupSeek sales c2
             d.1.d1 < pickupSought 1 c2
  d.1.d2 > pickupSeek support c2
             d.1.d2 < pickupSought c2
  d.1.d2 > pickupSeek sales ada-phone c2
             d.1.d2 < pickupSought c2
  d.1.d2 > lineRetrieve 1 ringing as support c2
             d.1.d2 < lineRetrieveRefused c2 forbidden
  d.1.d2 > lineRetrieve 1 ringing c2
             d.1.d2 < lineRetrieveRefused c2 forbidden
  d.1.d1 > lineRetrieve 1 ringing as sales c2
             d.1.d1 < callRequest for c2
  d.1.d1 > callProceed
             a.1.c1 < callProceed
             a.1.d7 < callWithdraw answered elsewhere
             stop step
             stop no answer
  d.1.d1 > pickupSeek sales c3
             d.1.d1 < pickupSought c3
  `,
);

flow(
  'a member without the right has nothing by the group either',
  SALES,
  `${RINGING}
  c.1.d9 > lineRetrieve 1 ringing as sales c2
             c.1.d9 < lineRetrieveRefused c2 forbidden
  `,
);

flow(
  'while one is about to have the call, a second one of the group is told so, until the first has given it up',
  SALES,
  `${RINGING}
  d.1.d1 > lineRetrieve 1 ringing as sales c2
             d.1.d1 < callRequest for c2
  d.1.d2 > lineRetrieve 1 ringing as sales c3
             d.1.d2 < lineRetrieveRefused c3 busy
  b.1.d8 > lineRetrieve 1 ringing as sales c3
             b.1.d8 < lineRetrieveRefused c3 busy
  d.1.d1 > callRefuse not acceptable
  d.1.d2 > lineRetrieve 1 ringing as sales c3
             d.1.d2 < callRequest for c3
  ! d.1.d2
             d.1.d2 < callWithdraw unreachable
  b.1.d8 > lineRetrieve 1 ringing as sales c4
             b.1.d8 < callRequest for c4
  `,
);

flow(
  'without a number: what has been held longest of what the member may have',
  { ...PARALLEL, members: PARALLEL.members.map((each) => ({ ...each, rights: ['retrieve'] })) },
  `
  a.1.d7 > attach ana
             a.1.d7 < attached
  b.1.d8 > attach ben
             b.1.d8 < attached
  a.1.d7 > lineUse active
  a.1.d7 > lineUse active c2
  a.1.d7 > lineUse active c3
  a.1.d7 > lineUse held-private c3
  b.1.d8 > lineRetrieve held c4
             b.1.d8 < lineRetrieveRefused c4 forbidden
  a.1.d7 > lineUse held c2
  a.1.d7 > lineUse held
  b.1.d8 > lineRetrieve held c4
             start retrieval:c2 5000
             b.1.d8 < lineRetrieved 2, c2 of a.1.d7 c4
  `,
);
