/** Reliable provisional answers: RFC 3262, both sides. */
import { ladder } from './ladder.ts';

ladder(
  'we call with an offer: a reliable 183 brings the answer, and its PRACK goes out at once',
  `
  ! invite bob reliable {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  bob -> 183 INVITE | Require: 100rel | RSeq: 7 {answer}
  bob <- PRACK sip:bob@192.0.2.2:5060 #2 | RAck: 7 1 INVITE
  * progress 183 {answer}
  bob -> 183 INVITE | Require: 100rel | RSeq: 7 {answer}
  bob -> 200 PRACK
  bob -> 180 INVITE | Require: 100rel | RSeq: 8
  bob <- PRACK sip:bob@192.0.2.2:5060 #3 | RAck: 8 1 INVITE
  * progress 180
  bob -> 200 PRACK
  bob -> 180 INVITE | Require: 100rel | RSeq: 10
  bob -> 200 INVITE
  * answered
  ! acknowledge
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  ! hangUp
  bob <- BYE sip:bob@192.0.2.2:5060 #4
  bob -> 200 BYE
  `,
);

ladder(
  "we call without an offer: the one in a reliable 183 is the owner's to answer, in PRACK",
  `
  ! invite bob reliable
  bob <- INVITE sip:bob@192.0.2.2:5060 #1
  bob -> 183 INVITE | Require: 100rel | RSeq: 1 {offer}
  * progress 183 confirm {offer}
  bob -> 183 INVITE | Require: 100rel | RSeq: 1 {offer}
  ! confirmProgress {answer}
  bob <- PRACK sip:bob@192.0.2.2:5060 #2 | RAck: 1 1 INVITE {answer}
  bob -> 200 PRACK
  * progress confirmed
  bob -> 200 INVITE
  * answered
  ! acknowledge
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  bob -> BYE
  bob <- 200 BYE
  * ended bye
  `,
);

ladder(
  'early dialogs count for themselves: each fork has its own RSeq and CSeq',
  `
  ! invite bob reliable {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  bob -> 183 INVITE one | Require: 100rel | RSeq: 50 | Contact: <sip:one@192.0.2.2:5060>
  bob <- PRACK sip:one@192.0.2.2:5060 #2 | RAck: 50 1 INVITE
  * progress 183
  bob -> 183 INVITE two | Require: 100rel | RSeq: 9 | Contact: <sip:two@192.0.2.2:5060>
  bob <- PRACK sip:two@192.0.2.2:5060 #2 | RAck: 9 1 INVITE
  * progress 183
  bob -> 486 INVITE one
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  * refused 486
  `,
);

ladder(
  'an order without reliability does not offer 100rel to the far end',
  `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  bob -> 180 INVITE
  * progress 180
  ! hangUp
  bob <- CANCEL sip:bob@192.0.2.2:5060 #1
  bob -> 487 INVITE
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  bob -> 200 CANCEL
  `,
);

ladder(
  'we are called: a reliable 183 with the answer is repeated until its PRACK, and the 2xx waits for that',
  `
  ana -> INVITE sip:2001@pbx.test | Supported: 100rel {offer}
  ana <- 100
  * invited {offer}
  ! progress 183 reliable {answer}
  ana <- 183 us1 | Require: 100rel | RSeq: r1 {answer}
  wait 2 s
  (+500) ana <- 183 us1 | Require: 100rel | RSeq: r1 {answer}
  (+1500) ana <- 183 us1 | Require: 100rel | RSeq: r1 {answer}
  ! answer
  ana -> PRACK | RAck: 4711 1 INVITE
  ana <- 481 PRACK
  ana -> PRACK | RAck: $r1 1 INVITE
  ana <- 200 PRACK
  ana <- 200 us1
  * confirmed progress
  ana -> ACK
  * acknowledged
  ana -> BYE
  ana <- 200 BYE
  * ended bye
  `,
);

ladder(
  'we are called without an offer: ours is in the reliable 183, the PRACK answers it',
  `
  ana -> INVITE sip:2001@pbx.test | Supported: 100rel
  ana <- 100
  * invited
  ! progress 183 reliable {offer}
  ana <- 183 us1 | Require: 100rel | RSeq: r1 {offer}
  ana -> PRACK | RAck: $r1 1 INVITE {answer}
  ana <- 200 PRACK
  * confirmed progress {answer}
  ! answer
  ana <- 200 us1
  ana -> ACK
  * acknowledged
  ana -> BYE
  ana <- 200 BYE
  * ended bye
  `,
);

ladder(
  'a PRACK with a new offer waits for the owner, whose answer is in its 2xx',
  `
  ana -> INVITE sip:2001@pbx.test | Supported: 100rel {offer-1}
  ana <- 100
  * invited {offer-1}
  ! progress 183 reliable {answer-1}
  ana <- 183 us1 | Require: 100rel | RSeq: r1 {answer-1}
  ana -> PRACK | RAck: $r1 1 INVITE {offer-2}
  * confirmed progress {offer-2}
  ! reply 200 {answer-2}
  ana <- 200 PRACK {answer-2}
  ! answer
  ana <- 200 us1
  ana -> ACK
  * acknowledged
  ana -> BYE
  ana <- 200 BYE
  * ended bye
  `,
);

ladder(
  'the second reliable answer waits for the PRACK of the first',
  `
  ana -> INVITE sip:2001@pbx.test | Supported: 100rel {offer}
  ana <- 100
  * invited {offer}
  ! progress 183 reliable {answer}
  ana <- 183 us1 | Require: 100rel | RSeq: r1 {answer}
  ! progress 180 reliable
  ana -> PRACK | RAck: $r1 1 INVITE
  ana <- 200 PRACK
  ana <- 180 us1 | Require: 100rel | RSeq: r2
  * confirmed progress
  ! answer
  ana <- 200 us1
  ana -> PRACK | RAck: $r2 1 INVITE
  ana <- 200 PRACK
  * confirmed progress
  ana -> ACK
  * acknowledged
  ana -> BYE
  ana <- 200 BYE
  * ended bye
  `,
);

ladder(
  'who requires 100rel gets every provisional answer reliably; who does not know it gets none so',
  `
  ana -> INVITE sip:2001@pbx.test | Require: 100rel {offer}
  ana <- 100
  * invited {offer}
  ! progress 180
  ana <- 180 us1 | Require: 100rel | RSeq: r1
  ana -> PRACK | RAck: $r1 1 INVITE
  ana <- 200 PRACK
  * confirmed progress
  ana -> CANCEL
  ana <- 200 CANCEL
  ana <- 487
  * cancelled
  ana -> ACK failure
  bob -> INVITE sip:2001@pbx.test {offer}
  bob <- 100
  * 2 invited {offer}
  ! 2 progress 183 reliable {answer}
  bob <- 183 us2 {answer}
  ! 2 refuse 486
  bob <- 486
  bob -> ACK failure
  `,
);

ladder(
  'no PRACK in 32 seconds: the INVITE ends with 504',
  `
  ana -> INVITE sip:2001@pbx.test | Supported: 100rel {offer}
  ana <- 100
  * invited {offer}
  ! progress 183 reliable {answer}
  ana <- 183 us1 | Require: 100rel | RSeq: r1 {answer}
  wait 32 s
  (+500) ana <- 183 us1 | Require: 100rel | RSeq: r1 {answer}
  (+1500) ana <- 183 us1 | Require: 100rel | RSeq: r1 {answer}
  (+3500) ana <- 183 us1 | Require: 100rel | RSeq: r1 {answer}
  (+7500) ana <- 183 us1 | Require: 100rel | RSeq: r1 {answer}
  (+15500) ana <- 183 us1 | Require: 100rel | RSeq: r1 {answer}
  (+31500) ana <- 183 us1 | Require: 100rel | RSeq: r1 {answer}
  (+32000) ana <- 504
  (+32000) * ended no ack
  ana -> ACK failure
  `,
);

ladder(
  'a caller that gives up while the answer is held back gets 487',
  `
  ana -> INVITE sip:2001@pbx.test | Supported: 100rel {offer}
  ana <- 100
  * invited {offer}
  ! progress 183 reliable {answer}
  ana <- 183 us1 | Require: 100rel | RSeq: r1 {answer}
  ! answer
  ana -> CANCEL
  ana <- 200 CANCEL
  ana <- 487
  * cancelled
  ana -> ACK failure
  `,
);

ladder(
  'PRACK that says nothing that can be read: 400; after the call: 481',
  `
  ana -> INVITE sip:2001@pbx.test | Supported: 100rel {offer}
  ana <- 100
  * invited {offer}
  ! progress 180 reliable
  ana <- 180 us1 | Require: 100rel | RSeq: r1
  ana -> PRACK | RAck: nonsense
  ana <- 400 PRACK
  ! refuse 603
  ana <- 603
  ana -> ACK failure
  ana -> PRACK | RAck: $r1 1 INVITE
  ana <- 481 PRACK
  `,
);
