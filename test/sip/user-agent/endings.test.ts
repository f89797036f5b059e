/** Ends that meet: CANCEL, 2xx, ACK and BYE that cross, are lost, or come from the wrong telephone. */
import { ladder } from './ladder.ts';

ladder(
  'CANCEL before the answer: 487, and the leg is over',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ana -> CANCEL
  ana <- 200 CANCEL
  ana <- 487
  * cancelled
  ana -> ACK failure
  ! answer {too late}
  ! hangUp
  `,
);

ladder(
  'CANCEL that crosses our 2xx changes nothing: the caller has to say BYE',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ! answer {answer}
  ana <- 200 us1 {answer}
  ana -> CANCEL
  ana <- 200 CANCEL
  ana -> ACK
  * acknowledged
  ana -> BYE
  ana <- 200 BYE
  * ended bye
  `,
);

ladder(
  'CANCEL waits for a provisional answer',
  `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  ! hangUp SIP;cause=200;text="Call completed elsewhere"
  bob -> 180 INVITE
  bob <- CANCEL sip:bob@192.0.2.2:5060 #1 | Reason: SIP;cause=200;text="Call completed elsewhere"
  bob -> 200 CANCEL
  bob -> 487 INVITE
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  `,
);

ladder(
  'a 2xx that crosses our CANCEL is acknowledged and hung up, with the reason, and its owner never hears of it',
  `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  bob -> 180 INVITE
  * progress 180
  ! hangUp SIP;cause=200
  bob <- CANCEL sip:bob@192.0.2.2:5060 #1 | Reason: SIP;cause=200
  bob -> 200 INVITE {answer}
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  bob <- BYE sip:bob@192.0.2.2:5060 #2 | Reason: SIP;cause=200
  bob -> 200 INVITE {answer}
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  bob -> 481 CANCEL
  bob -> 200 BYE
  `,
);

ladder(
  'a 2xx that crosses our CANCEL before any provisional answer: no CANCEL, but ACK and BYE',
  `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  ! hangUp
  bob -> 200 INVITE {answer}
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  bob <- BYE sip:bob@192.0.2.2:5060 #2
  bob -> 200 BYE
  `,
);

ladder(
  'a telephone that never answers our CANCEL is forgotten after 32 seconds',
  `
  ! invite bob
  bob <- INVITE sip:bob@192.0.2.2:5060 #1
  bob -> 180 INVITE
  * progress 180
  ! hangUp
  bob <- CANCEL sip:bob@192.0.2.2:5060 #1
  bob -> 200 CANCEL
  wait 33 s
  `,
);

ladder(
  'our 2xx is repeated from T1 to T2 until the ACK comes, and only then does the dialog stand',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ! answer {answer}
  ana <- 200 us1 {answer}
  wait 12 s
  (+500) ana <- 200 us1 {answer}
  (+1500) ana <- 200 us1 {answer}
  (+3500) ana <- 200 us1 {answer}
  (+7500) ana <- 200 us1 {answer}
  (+11500) ana <- 200 us1 {answer}
  ana -> ACK
  * acknowledged
  wait 60 s
  ana -> ACK
  ana -> BYE
  ana <- 200 BYE
  * ended bye
  `,
);

ladder(
  'no ACK in 32 seconds: the call is over, and gets a BYE',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ! answer {answer}
  ana <- 200 us1 {answer}
  wait 32 s
  (+500) ana <- 200 us1 {answer}
  (+1500) ana <- 200 us1 {answer}
  (+3500) ana <- 200 us1 {answer}
  (+7500) ana <- 200 us1 {answer}
  (+11500) ana <- 200 us1 {answer}
  (+15500) ana <- 200 us1 {answer}
  (+19500) ana <- 200 us1 {answer}
  (+23500) ana <- 200 us1 {answer}
  (+27500) ana <- 200 us1 {answer}
  (+31500) ana <- 200 us1 {answer}
  (+32000) ana <- BYE sip:ana@192.0.2.1:5060 #1
  (+32000) * ended no ack
  ana -> 481 BYE
  `,
);

ladder(
  'hung up before the ACK has come: the BYE waits for it (RFC 3261 §15)',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ! answer {answer}
  ana <- 200 us1 {answer}
  ! hangUp Q.850;cause=16
  wait 600 ms
  (+500) ana <- 200 us1 {answer}
  ana -> ACK
  ana <- BYE sip:ana@192.0.2.1:5060 #1 | Reason: Q.850;cause=16
  ana -> 200 BYE
  `,
);

ladder(
  'hung up before the ACK, and the caller hangs up too: nothing is repeated any more',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ! answer {answer}
  ana <- 200 us1 {answer}
  ! hangUp
  ana -> BYE
  ana <- 200 BYE
  `,
);

ladder(
  'hung up before our ACK to their 2xx: ACK first, BYE second',
  `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  bob -> 200 INVITE {answer}
  * answered {answer}
  ! hangUp
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  bob <- BYE sip:bob@192.0.2.2:5060 #2
  bob -> 200 BYE
  `,
);

ladder(
  'two BYEs that cross are both answered, and the owner, who hung up, hears nothing',
  `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  bob -> 200 INVITE {answer}
  * answered {answer}
  ! acknowledge
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  ! hangUp
  bob <- BYE sip:bob@192.0.2.2:5060 #2
  bob -> BYE
  bob <- 200 BYE
  bob -> 200 BYE
  ! hangUp
  bob -> BYE
  bob <- 481 BYE
  `,
);

ladder(
  'a BYE that nobody answers is given up after 32 seconds',
  `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  bob -> 200 INVITE {answer}
  * answered {answer}
  ! acknowledge
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  ! hangUp
  bob <- BYE sip:bob@192.0.2.2:5060 #2
  `,
);

ladder(
  'a forked INVITE: each To tag is an early dialog, the first 2xx is the call, later ones get ACK and BYE once',
  `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  bob -> 180 INVITE one
  * progress 180
  bob -> 183 INVITE two {media-2}
  * progress 183 {media-2}
  bob -> 200 INVITE two | Contact: <sip:two@192.0.2.2:5060> {answer-2}
  * answered {answer-2}
  ! acknowledge
  bob <- ACK sip:two@192.0.2.2:5060 #1
  bob -> 200 INVITE one | Contact: <sip:one@192.0.2.2:5060> {answer-1}
  bob <- ACK sip:one@192.0.2.2:5060 #1
  bob <- BYE sip:one@192.0.2.2:5060 #2
  bob -> 200 INVITE one | Contact: <sip:one@192.0.2.2:5060> {answer-1}
  bob <- ACK sip:one@192.0.2.2:5060 #1
  bob -> 200 BYE
  bob -> 200 INVITE two | Contact: <sip:two@192.0.2.2:5060> {answer-2}
  bob <- ACK sip:two@192.0.2.2:5060 #1
  ! hangUp
  bob <- BYE sip:two@192.0.2.2:5060 #2
  bob -> 200 BYE
  `,
);

ladder(
  'the 2xx of a telephone that had not rung makes a dialog of its own',
  `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  bob -> 180 INVITE one
  * progress 180
  bob -> 200 INVITE three {answer}
  * answered {answer}
  ! acknowledge
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  ! hangUp
  bob <- BYE sip:bob@192.0.2.2:5060 #2
  bob -> 200 BYE
  `,
);

ladder(
  'a caller may end its early dialog by BYE (RFC 3261 §15)',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ! progress 180
  ana <- 180 us1
  ana -> BYE
  ana <- 200 BYE
  ana <- 487
  * cancelled
  `,
);

ladder(
  'a call is hung up while it rings: 480 with the reason',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ! hangUp Q.850;cause=41
  ana <- 480 | Reason: Q.850;cause=41
  ana -> ACK failure
  `,
);
