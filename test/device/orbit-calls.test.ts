/** What a line of many phones hears of a call to an orbit: however it goes, that it is over. */
import { ladder } from './sharing/bench.ts';

const ASKED = `
  phone -> INVITE sip:700@pbx.test new {sendrecv}
  control <- callRequest call=#0 dialled=700 offer={sendrecv} byLine=2000
  line <- lineUse call=#0 state=progressing party=700 isExclusive=false
  control -> callOrbit call=#0 orbit=700 parked=other/x1 offer=sendrecv
  other <- callTakeOver call=x1 orbit=700
`;
const CHANGES = `${ASKED}
  other -> callTakenOver call=#0 peer=other/x1 party=1001 controls=
  other <- callReplacePeer call=x1 party=2000 media={sendrecv}
`;
const GIVEN_UP = `${CHANGES}
  phone -> CANCEL
  phone <- 200 CANCEL
  phone <- 487 INVITE
  other <- callModifyWithdraw call=x1
`;

ladder(
  'who dials an orbit gives up before the call is handed over',
  `${ASKED}
  phone -> CANCEL
  phone <- 200 CANCEL
  phone <- 487 INVITE
  other <- callModifyRefused call=x1 cause=caller gave up
  control <- callWithdraw call=#0 cause=caller gave up
  line <- callEnded call=#0 cause=caller gave up
`,
);

ladder(
  'who dials an orbit gives up while the parked phone is asked, which does not change over then',
  `${GIVEN_UP}
  other -> callModifyRefused call=#0 cause=caller_gave_up
  other <- callModifyRefused call=x1 cause=caller gave up
  line <- callEnded call=#0 cause=caller gave up
  control <- callRefuse call=#0 cause=caller gave up
`,
);

ladder(
  'who dials an orbit gives up while the parked phone is asked, which has changed over already',
  `${GIVEN_UP}
  other -> callModified call=#0 media=sendrecv
  control <- callEnded call=#0 cause=caller gave up
  other <- callRelease call=x1 cause=caller gave up
  line <- callEnded call=#0 cause=caller gave up
`,
);

ladder(
  'who dials an orbit gives up while the parked phone is asked, which hangs up',
  `${GIVEN_UP}
  other -> callRelease call=#0 cause=hung_up
  other <- callRelease call=x1 cause=hung up
  other <- callModifyRefused call=x1 cause=caller gave up
  control <- callWithdraw call=#0 cause=hung up
  line <- callEnded call=#0 cause=hung up
`,
);

ladder(
  'somebody else was first at the orbit',
  `${ASKED}
  other -> callModifyRefused call=#0 cause=call_gone
  line <- callEnded call=#0 cause=no device
  control <- callRefuse call=#0 cause=no device code=LW-3441
  phone <- 480 INVITE | Warning: 399 linewright "LW-3441 nothing is parked there" | Reason: Q.850;cause=20;text="LW-3441 nothing is parked there"
`,
);

ladder(
  'the parked call is retrieved, and ends: the line hears of both once',
  `${CHANGES}
  other -> callModified call=#0 media=sendrecv
  phone <- 200 INVITE {sendrecv}
  phone -> ACK
  other <- callAcknowledge call=x1
  control <- callEnded call=#0 cause=transferred
  line <- lineUse call=#0 state=active party=1001 isExclusive=false
  phone -> BYE
  phone <- 200 BYE
  other <- callRelease call=x1 cause=hung up
  line <- callEnded call=#0 cause=hung up
`,
);

ladder(
  'who has heard a phone of a hunt ring that leads to an orbit then gives up before the call is handed over',
  `
  phone -> INVITE sip:2900@pbx.test new {sendrecv}
  control <- callRequest call=#0 dialled=2900 offer={sendrecv} byLine=2000
  line <- lineUse call=#0 state=progressing party=2900 isExclusive=false
  control -> callAlert call=#0 from=manager/r1 kind=ringing reliable=false
  phone <- 180 INVITE
  control -> callOrbit call=#0 orbit=700 parked=other/x1 offer=sendrecv
  other <- callTakeOver call=x1 orbit=700
  phone -> CANCEL
  phone <- 200 CANCEL
  phone <- 487 INVITE
  other <- callModifyRefused call=x1 cause=caller gave up
  control <- callWithdraw call=#0 cause=caller gave up
  line <- callEnded call=#0 cause=caller gave up
`,
);

ladder(
  'the parked phone does not take the session that it is offered',
  `${CHANGES}
  other -> callModifyRefused call=#0 cause=not_acceptable
  other <- callModifyRefused call=x1 cause=caller gave up
  line <- callEnded call=#0 cause=not acceptable
  control <- callRefuse call=#0 cause=not acceptable code=LW-3447
  phone <- 488 INVITE | Warning: 399 linewright "LW-3447 the parked phone did not take the call" | Reason: Q.850;cause=88;text="LW-3447 the parked phone did not take the call"
`,
);

ladder(
  'the parked phone does not answer',
  `${CHANGES}
  other -> callModifyRefused call=#0 cause=unreachable
  other <- callModifyRefused call=x1 cause=caller gave up
  line <- callEnded call=#0 cause=unreachable
  control <- callRefuse call=#0 cause=unreachable code=LW-3447
  phone <- 480 INVITE | Warning: 399 linewright "LW-3447 the parked phone did not take the call" | Reason: Q.850;cause=18;text="LW-3447 the parked phone did not take the call"
`,
);

ladder(
  'the parked phone knows of no such call any more',
  `${CHANGES}
  other -> callModifyRefused call=#0 cause=call_gone
  other <- callModifyRefused call=x1 cause=caller gave up
  line <- callEnded call=#0 cause=no device
  control <- callRefuse call=#0 cause=no device code=LW-3441
  phone <- 480 INVITE | Warning: 399 linewright "LW-3441 nothing is parked there" | Reason: Q.850;cause=20;text="LW-3441 nothing is parked there"
`,
);
