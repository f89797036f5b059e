/** What a phone that knows nothing of sharing does is told to its line. */
import { ladder } from './bench.ts';

const CALL = `
  phone -> INVITE sip:1002@pbx.test new {sendrecv}
  control <- callRequest call=#0 dialled=1002 offer={sendrecv} byLine=2000
  line <- lineUse call=#0 state=progressing party=1002 isExclusive=false
`;
const TALK = `${CALL}
  control -> callProceed call=#0 from=other/x1 party=1002 media=sendrecv
  line <- lineUse call=#0 state=active party=1002 isExclusive=false
  phone <- 200 INVITE {sendrecv}
  other <- callAcknowledge call=x1
  phone -> ACK
`;

ladder(
  'a call that a member makes is told to its line, and its hold and end',
  `${TALK}
  phone -> INVITE {sendonly}
  other <- callModify call=x1 manner=negotiated media={sendonly} held={"number":"2000","call":"#0","member":"2000a","state":"held","isOwn":true}
  other -> callModified call=#0 media=recvonly
  line <- lineUse call=#0 state=held party=1002 isExclusive=false
  phone <- 200 INVITE {recvonly}
  phone -> ACK
  phone -> INVITE {sendrecv}
  other <- callModify call=x1 manner=negotiated media={sendrecv}
  other -> callModified call=#0 media=sendrecv
  line <- lineUse call=#0 state=active party=1002 isExclusive=false
  phone <- 200 INVITE {sendrecv}
  phone -> ACK
  phone -> BYE
  phone <- 200 BYE
  control <- callEnded call=#0 cause=hung up
  other <- callRelease call=x1 cause=hung up
  line <- callEnded call=#0 cause=hung up
`,
);

ladder(
  'a hold whose description comes with the ACK is one; a refused one is none',
  `${TALK}
  phone -> INVITE
  other <- callModify call=x1 manner=negotiated held={"number":"2000","call":"#0","member":"2000a","state":"held","isOwn":true}
  other -> callModified call=#0 media=sendrecv
  phone <- 200 INVITE {sendrecv}
  phone -> ACK {sendonly}
  line <- lineUse call=#0 state=held party=1002 isExclusive=false
  other <- callAcknowledge call=x1 media={sendonly}
  phone -> INVITE {sendrecv}
  other <- callModify call=x1 manner=negotiated media={sendrecv}
  other -> callModifyRefused call=#0 cause=request_pending
  phone <- 491 INVITE
  phone -> ACK failure
`,
);

ladder(
  'a call that the line has offered is held in private, and goes with its hold to the next process of the line',
  `
  line -> callRequest call=y1 caller=other/x1 from=1001 dialled=2000 offer=sendrecv hops=70 line=2000 appearance=2
  phone <- INVITE {sendrecv}
  phone -> 200 INVITE {sendrecv}
  phone <- ACK
  line <- callProceed call=y1 party=2000 media={sendrecv}
  other -> callAcknowledge call=y1
  phone -> INVITE | Call-Info: <sip:pbx.test>;appearance-index=2;appearance-state=held-private {inactive}
  other <- callModify call=x1 manner=negotiated media={inactive} held={"number":"2000","call":"y1","member":"2000a","state":"held-private","appearance":2}
  other -> callModified call=y1 media=inactive
  line <- lineUse call=y1 appearance=2 state=held-private party=1001 isExclusive=true
  phone <- 200 INVITE {inactive}
  phone -> ACK
  manager -> lineRegistered lcp=cm1.1.l2 epoch=2 isIntroduced=false
  cm1.1.l2 <- attach member=2000a calls=[{"call":"y1","appearance":2,"from":{"number":"1001","name":""},"caller":{"pid":"cm1.1.d9","call":"x1"},"state":"active","use":"held-private","isExclusive":true}]
`,
);

ladder(
  'a call that nobody answers is over for the line too',
  `${CALL}
  control -> callRefuse call=#0 cause=busy
  line <- callEnded call=#0 cause=busy
  phone <- 486 INVITE | Reason: Q.850;cause=17;text="User busy"
  phone -> ACK failure
`,
);

ladder(
  'a line that nobody shares is told nothing',
  `
  phone -> INVITE sip:1002@pbx.test new {sendrecv}
  control <- callRequest call=#0 dialled=1002 offer={sendrecv} byLine=1001
  control -> callRefuse call=#0 cause=busy
  phone <- 486 INVITE | Reason: Q.850;cause=17;text="User busy"
  phone -> ACK failure
`,
  { user: '1001' },
);
