/** Phones with BroadSoft's shared call appearances: call-info and line-seize, as such phones say it. */
import { ladder } from './bench.ts';

const SEIZED = `
  seize -> SUBSCRIBE sip:2000@pbx.test new | Event: line-seize | Expires: 15 | Call-Info: <sip:pbx.test>;appearance-index=2
  line <- lineSeize call=#0 appearance=2 leaseMs=15000
  line -> lineSeized call=#0 appearance=2
  seize <- 200 SUBSCRIBE | Expires: 15
  seize <- NOTIFY | Call-Info: <sip:pbx.test>;appearance-index=2;appearance-state=seized | Event: line-seize | Subscription-State: active;expires=15
`;

ladder(
  'off-hook, dialled, answered: the seizure is the call as soon as the far end is heard of',
  `${SEIZED}
  phone -> INVITE sip:1002@pbx.test new | Call-Info: <sip:pbx.test>;appearance-index=2 {sendrecv}
  control <- callRequest call=#1 dialled=1002 offer={sendrecv} byLine=2000
  line <- lineUse call=#0 appearance=2 state=progressing party=1002 isExclusive=false
  control -> callAlert call=#1 from=other/x1 kind=ringing
  seize <- NOTIFY | Event: line-seize | Subscription-State: terminated;reason=noresource
  phone <- 180 INVITE
  control -> callProceed call=#1 from=other/x1 party=1002 media=sendrecv
  line <- lineUse call=#0 appearance=2 state=active party=1002 isExclusive=false
  phone <- 200 INVITE {sendrecv}
  other <- callAcknowledge call=x1
  phone -> ACK
  phone -> BYE
  phone <- 200 BYE
  control <- callEnded call=#1 cause=hung up
  other <- callRelease call=x1 cause=hung up
  line <- callEnded call=#0 cause=hung up
`,
);

ladder(
  'a phone that leaves Call-Info out calls on what it has seized',
  `${SEIZED}
  phone -> INVITE sip:1002@pbx.test new {sendrecv}
  control <- callRequest call=#1 dialled=1002 offer={sendrecv} byLine=2000
  line <- lineUse call=#0 appearance=2 state=progressing party=1002 isExclusive=false
  control -> callRefuse call=#1 cause=busy
  seize <- NOTIFY | Event: line-seize | Subscription-State: terminated;reason=noresource
  line <- callEnded call=#0 cause=busy
  phone <- 486 INVITE | Reason: Q.850;cause=17;text="User busy"
`,
);

ladder(
  'who is second is told to come again; without an index nothing is seized',
  `
  seize -> SUBSCRIBE sip:2000@pbx.test new | Event: line-seize | Expires: 15 | Call-Info: <sip:pbx.test>;appearance-index=2
  line <- lineSeize call=#0 appearance=2 leaseMs=15000
  line -> lineSeizeRefused call=#0 cause=busy free=3
  seize <- 480 SUBSCRIBE | Retry-After: 1
  seize -> SUBSCRIBE sip:2000@pbx.test new | Event: line-seize | Expires: 15
  seize <- 400 SUBSCRIBE
`,
);

ladder(
  'a seizure is renewed, and given up by Expires: 0',
  `${SEIZED}
  wait 10 s
  seize -> SUBSCRIBE | Event: line-seize | Expires: 15
  line <- lineSeize call=#0 appearance=2 leaseMs=15000
  line -> lineSeized call=#0 appearance=2
  seize <- 200 SUBSCRIBE | Expires: 15
  seize <- NOTIFY | Call-Info: <sip:pbx.test>;appearance-index=2;appearance-state=seized | Event: line-seize | Subscription-State: active;expires=15
  seize -> SUBSCRIBE | Event: line-seize | Expires: 0
  seize <- 200 SUBSCRIBE | Expires: 0
  seize <- NOTIFY | Event: line-seize | Subscription-State: terminated;reason=timeout
  line <- callEnded call=#0 cause=caller gave up
`,
);

ladder(
  'a lease that is over is over for the phone',
  `${SEIZED}
  line -> lineSeizeRefused call=#0 cause=session_expired
  seize <- NOTIFY | Event: line-seize | Subscription-State: terminated;reason=noresource
`,
);

ladder(
  'a phone that was switched off while it was off-hook, and asks again, has it anew',
  `${SEIZED}
  again -> SUBSCRIBE sip:2000@pbx.test new | Event: line-seize | Expires: 15 | Call-Info: <sip:pbx.test>;appearance-index=2
  line <- callEnded call=#0 cause=caller gave up
  seize <- NOTIFY | Event: line-seize | Subscription-State: terminated;reason=deactivated
  line <- lineSeize call=#1 appearance=2 leaseMs=15000
  line -> lineSeized call=#1 appearance=2
  again <- 200 SUBSCRIBE | Expires: 15
  again <- NOTIFY | Call-Info: <sip:pbx.test>;appearance-index=2;appearance-state=seized | Event: line-seize | Subscription-State: active;expires=15
`,
);

ladder(
  'an INVITE waits for the appearance that it names, and is refused without it',
  `
  phone -> INVITE sip:1002@pbx.test new | Call-Info: <sip:pbx.test>;appearance-index=1 {sendrecv}
  line <- lineSeize call=#1 appearance=1 leaseMs=15000
  line -> lineSeized call=#1 appearance=1
  control <- callRequest call=#0 dialled=1002 offer={sendrecv} byLine=2000
  line <- lineUse call=#1 appearance=1 state=progressing party=1002 isExclusive=false
  late -> INVITE sip:1002@pbx.test new | Call-Info: <sip:pbx.test>;appearance-index=3 {sendrecv}
  line <- lineSeize call=#3 appearance=3 leaseMs=15000
  line -> lineSeizeRefused call=#3 cause=busy
  late <- 480 INVITE | Retry-After: 1 | Warning: 399 linewright "LW-3485 another has that appearance" | Reason: Q.850;cause=44;text="LW-3485 another has that appearance"
`,
);

ladder(
  'an INVITE that waits may be given up; an emergency number waits for nobody',
  `
  phone -> INVITE sip:1002@pbx.test new | Call-Info: <sip:pbx.test>;appearance-index=1 {sendrecv}
  line <- lineSeize call=#1 appearance=1 leaseMs=15000
  phone -> CANCEL
  phone <- 200 CANCEL
  phone <- 487 INVITE
  line <- callEnded call=#1 cause=caller gave up
  urgent -> INVITE sip:112@pbx.test new | Call-Info: <sip:pbx.test>;appearance-index=1 {sendrecv}
  control <- callRequest call=#2 dialled=112 offer={sendrecv} byLine=2000
  line <- lineUse call=#2 state=progressing party=112 isExclusive=false
`,
);

ladder(
  'nor does one of the route plan',
  `
  phone -> INVITE sip:9112@pbx.test new | Call-Info: <sip:pbx.test>;appearance-index=1 {sendrecv}
  control <- callRequest call=#0 dialled=9112 offer={sendrecv} byLine=2000
  line <- lineUse call=#0 state=progressing party=9112 isExclusive=false
`,
);

ladder(
  'a line that says nothing keeps nobody from calling',
  `
  phone -> INVITE sip:1002@pbx.test new | Call-Info: <sip:pbx.test>;appearance-index=1 {sendrecv}
  line <- lineSeize call=#1 appearance=1 leaseMs=15000
  wait 3 s
  line <- lineSeize call=#1 appearance=1 leaseMs=15000
  line <- lineSeize call=#1 appearance=1 leaseMs=15000
  control <- callRequest call=#0 dialled=1002 offer={sendrecv} byLine=2000
  line <- lineUse call=#1 appearance=1 state=progressing party=1002 isExclusive=false
  line -> lineSeized call=#1 appearance=1
`,
);

const RETRIEVE = `
  phone -> INVITE sip:2000@pbx.test new | Call-Info: <sip:pbx.test>;appearance-index=2 {sendrecv}
  line <- lineRetrieve call=#0 appearance=2
`;

ladder(
  'a held call is retrieved: its far end changes over, and its holder is let go',
  `${RETRIEVE}
  line -> lineRetrieved call=#0 appearance=2 lineCall=y1 holder=other/y1 party=1001
  other <- callTakeOver call=y1 lineCall=y1
  other -> callTakenOver call=#0 peer=other/x1 party=1001 controls=line/y1
  other <- callReplacePeer call=x1 replaced={"pid":"cm1.1.d9","call":"y1"} party=2000 media={sendrecv}
  other -> callModified call=#0 media=sendrecv
  phone <- 200 INVITE {sendrecv}
  phone -> ACK
  other <- callAcknowledge call=x1
  line <- callHeld call=y1 holder=#0 party=2000 far={"number":"1001","name":""}
  other <- callRelease call=y1 cause=transferred
  phone -> BYE
  phone <- 200 BYE
  other <- callRelease call=x1 cause=hung up
  line <- callEnded call=y1 cause=hung up
`,
);

ladder(
  'what is held in private is not had; where nothing is held the phone calls its own line',
  `${RETRIEVE}
  line -> lineRetrieveRefused call=#0 cause=forbidden
  phone <- 403 INVITE | Reason: Q.850;cause=21;text="Call rejected"
  own -> INVITE sip:2000@pbx.test new | Call-Info: <sip:pbx.test>;appearance-index=2 {sendrecv}
  line <- lineRetrieve call=#1 appearance=2
  line -> lineRetrieveRefused call=#1 cause=call_gone
  line <- lineSeize call=#2 appearance=2 leaseMs=15000
  line -> lineSeized call=#2 appearance=2
  control <- callRequest call=#1 dialled=2000 offer={sendrecv} byLine=2000
  line <- lineUse call=#2 appearance=2 state=progressing party=2000 isExclusive=false
`,
);

ladder(
  'the line hears that a retrieval has failed',
  `${RETRIEVE}
  line -> lineRetrieved call=#0 appearance=2 lineCall=y1 holder=other/y1 party=1001
  other <- callTakeOver call=y1 lineCall=y1
  other -> callModifyRefused call=#0 cause=call_gone
  line <- callEnded call=#0 cause=call gone
  phone <- 481 INVITE | Reason: Q.850;cause=101;text="Message not compatible with call state"
`,
);
