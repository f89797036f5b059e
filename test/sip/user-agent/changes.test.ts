/** re-INVITE and UPDATE, both ways, and what happens when they meet: RFC 3261 §14, RFC 3311. */
import { ladder } from './ladder.ts';

/** Ana has called us and the call stands. */
const ANA_CALLED = `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ! answer {answer}
  ana <- 200 us1 {answer}
  ana -> ACK
  * acknowledged
`;
const ANA_LEAVES = `
  ana -> BYE
  ana <- 200 BYE
  * ended bye
`;

/** We have called Bob and the call stands. */
const BOB_ANSWERED = `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  bob -> 200 INVITE | Allow: INVITE, ACK, BYE, UPDATE {answer}
  * answered {answer}
  ! acknowledge
  bob <- ACK sip:bob@192.0.2.2:5060 #1
`;
const BOB_LEAVES = `
  bob -> BYE
  bob <- 200 BYE
  * ended bye
`;

ladder(
  "their re-INVITE is the owner's to answer; the 2xx is repeated until its ACK",
  `${ANA_CALLED}
  ana -> INVITE {hold}
  ana <- 100
  * modify INVITE {hold}
  ! answerModify {held}
  ana <- 200 us1 {held}
  wait 600 ms
  (+500) ana <- 200 us1 {held}
  ana -> ACK
  * modify acknowledged
  ana -> ACK
  ${ANA_LEAVES}`,
);

ladder(
  'their re-INVITE without an offer: our 2xx offers, and the ACK answers',
  `${ANA_CALLED}
  ana -> INVITE
  ana <- 100
  * modify INVITE
  ! answerModify {offer-2}
  ana <- 200 us1 {offer-2}
  ana -> ACK {answer-2}
  * modify acknowledged {answer-2}
  ${ANA_LEAVES}`,
);

ladder(
  'the owner refuses their re-INVITE, and the call goes on',
  `${ANA_CALLED}
  ana -> INVITE {video}
  ana <- 100
  * modify INVITE {video}
  ! refuseModify 488
  ana <- 488
  ana -> ACK failure
  ! answerModify {too late}
  ${ANA_LEAVES}`,
);

ladder(
  'their re-INVITE is cancelled: 487, and the owner is told',
  `${ANA_CALLED}
  ana -> INVITE {video}
  ana <- 100
  * modify INVITE {video}
  ana -> CANCEL
  ana <- 200 CANCEL
  ana <- 487
  * modify cancelled
  ana -> ACK failure
  ! answerModify {too late}
  ${ANA_LEAVES}`,
);

ladder(
  'no ACK to our 2xx to a re-INVITE: the call is over',
  `${ANA_CALLED}
  ana -> INVITE {hold}
  ana <- 100
  * modify INVITE {hold}
  ! answerModify {held}
  ana <- 200 us1 {held}
  wait 32 s
  (+500) ana <- 200 us1 {held}
  (+1500) ana <- 200 us1 {held}
  (+3500) ana <- 200 us1 {held}
  (+7500) ana <- 200 us1 {held}
  (+11500) ana <- 200 us1 {held}
  (+15500) ana <- 200 us1 {held}
  (+19500) ana <- 200 us1 {held}
  (+23500) ana <- 200 us1 {held}
  (+27500) ana <- 200 us1 {held}
  (+31500) ana <- 200 us1 {held}
  (+32000) ana <- BYE sip:ana@192.0.2.1:5060 #1
  (+32000) * ended no ack
  ana -> 200 BYE
  `,
);

ladder(
  'BYE while their re-INVITE waits: that gets 487 (RFC 3261 §15.1.2)',
  `${ANA_CALLED}
  ana -> INVITE {hold}
  ana <- 100
  * modify INVITE {hold}
  ana -> BYE
  ana <- 200 BYE
  ana <- 487
  * ended bye
  ana -> ACK failure
  ! answerModify {too late}
  `,
);

ladder(
  "our re-INVITE: the answer comes, the ACK is the owner's, and repeated when the 2xx is",
  `${BOB_ANSWERED}
  ! modify INVITE {hold}
  bob <- INVITE sip:bob@192.0.2.2:5060 #2 {hold}
  bob -> 200 INVITE {held}
  * modified INVITE {held}
  ! modify INVITE pending {again}
  ! acknowledgeModify
  bob <- ACK sip:bob@192.0.2.2:5060 #2
  bob -> 200 INVITE {held}
  bob <- ACK sip:bob@192.0.2.2:5060 #2
  ${BOB_LEAVES}`,
);

ladder(
  'our re-INVITE without an offer: theirs is answered in the ACK',
  `${BOB_ANSWERED}
  ! modify INVITE
  bob <- INVITE sip:bob@192.0.2.2:5060 #2
  bob -> 100 INVITE
  bob -> 200 INVITE {offer-2}
  * modified INVITE {offer-2}
  ! acknowledgeModify {answer-2}
  bob <- ACK sip:bob@192.0.2.2:5060 #2 {answer-2}
  bob -> 200 INVITE {offer-2}
  bob <- ACK sip:bob@192.0.2.2:5060 #2 {answer-2}
  ${BOB_LEAVES}`,
);

ladder(
  'our re-INVITE is refused: the call goes on',
  `${BOB_ANSWERED}
  ! modify INVITE {video}
  bob <- INVITE sip:bob@192.0.2.2:5060 #2 {video}
  bob -> 488 INVITE
  bob <- ACK sip:bob@192.0.2.2:5060 #2
  * modify refused 488
  ${BOB_LEAVES}`,
);

ladder(
  'our re-INVITE is withdrawn: CANCEL, and its 487 is told',
  `${BOB_ANSWERED}
  ! modify INVITE {video}
  bob <- INVITE sip:bob@192.0.2.2:5060 #2 {video}
  bob -> 180 INVITE
  ! withdrawModify
  bob <- CANCEL sip:bob@192.0.2.2:5060 #2
  bob -> 200 CANCEL
  bob -> 487 INVITE
  bob <- ACK sip:bob@192.0.2.2:5060 #2
  * modify refused 487
  ${BOB_LEAVES}`,
);

ladder(
  'the far end does not know the dialog any more (481): the call is over',
  `${BOB_ANSWERED}
  ! modify INVITE {hold}
  bob <- INVITE sip:bob@192.0.2.2:5060 #2 {hold}
  bob -> 481 INVITE
  bob <- ACK sip:bob@192.0.2.2:5060 #2
  bob <- BYE sip:bob@192.0.2.2:5060 #3
  * modify refused 481
  * ended gone
  bob -> 481 BYE
  `,
);

ladder(
  'nobody answers our re-INVITE: the call is over',
  `${BOB_ANSWERED}
  ! modify UPDATE
  bob <- UPDATE sip:bob@192.0.2.2:5060 #2
  wait 32 s
  (+500) bob <- UPDATE sip:bob@192.0.2.2:5060 #2
  (+1500) bob <- UPDATE sip:bob@192.0.2.2:5060 #2
  (+3500) bob <- UPDATE sip:bob@192.0.2.2:5060 #2
  (+7500) bob <- UPDATE sip:bob@192.0.2.2:5060 #2
  (+11500) bob <- UPDATE sip:bob@192.0.2.2:5060 #2
  (+15500) bob <- UPDATE sip:bob@192.0.2.2:5060 #2
  (+19500) bob <- UPDATE sip:bob@192.0.2.2:5060 #2
  (+23500) bob <- UPDATE sip:bob@192.0.2.2:5060 #2
  (+27500) bob <- UPDATE sip:bob@192.0.2.2:5060 #2
  (+31500) bob <- UPDATE sip:bob@192.0.2.2:5060 #2
  (+32000) bob <- BYE sip:bob@192.0.2.2:5060 #3
  (+32000) * modify refused 408
  (+32000) * ended gone
  bob -> 200 BYE
  `,
);

ladder(
  'glare: theirs gets 491, ours, refused with 491, is tried again after 2.1 to 4 s, as the Call-ID is ours',
  `${BOB_ANSWERED}
  ! modify INVITE {hold}
  bob <- INVITE sip:bob@192.0.2.2:5060 #2 {hold}
  bob -> INVITE {hold-too}
  bob <- 100
  bob <- 491
  bob -> ACK failure
  bob -> 491 INVITE
  bob <- ACK sip:bob@192.0.2.2:5060 #2
  wait 2090 ms
  wait about 2 s
  bob <- INVITE sip:bob@192.0.2.2:5060 #3 {hold}
  bob -> 200 INVITE {held}
  * modified INVITE {held}
  ! acknowledgeModify
  bob <- ACK sip:bob@192.0.2.2:5060 #3
  ${BOB_LEAVES}`,
);

ladder(
  "glare where the Call-ID is theirs: up to 2 s; the peer's change is taken meanwhile",
  `${ANA_CALLED}
  ! modify INVITE {hold}
  ana <- INVITE sip:ana@192.0.2.1:5060 #1 {hold}
  ana -> 491 INVITE
  ana <- ACK sip:ana@192.0.2.1:5060 #1
  ana -> INVITE {hold-too}
  ana <- 100
  * modify INVITE {hold-too}
  ! modify INVITE pending {second}
  ! answerModify {held-too}
  ana <- 200 us1 {held-too}
  ana -> ACK
  * modify acknowledged
  wait about 2 s
  ana <- INVITE sip:ana@192.0.2.1:5060 #2 {hold}
  ana -> 200 INVITE {held}
  * modified INVITE {held}
  ! acknowledgeModify
  ana <- ACK sip:ana@192.0.2.1:5060 #2
  ${ANA_LEAVES}`,
);

ladder(
  'glare without end: the owner hears of the fourth 491',
  `${ANA_CALLED}
  ! modify UPDATE {hold}
  ana <- UPDATE sip:ana@192.0.2.1:5060 #1 {hold}
  ana -> 491 UPDATE
  wait about 2 s
  ana <- UPDATE sip:ana@192.0.2.1:5060 #2 {hold}
  ana -> 491 UPDATE
  wait about 2 s
  ana <- UPDATE sip:ana@192.0.2.1:5060 #3 {hold}
  ana -> 491 UPDATE
  wait about 2 s
  ana <- UPDATE sip:ana@192.0.2.1:5060 #4 {hold}
  ana -> 491 UPDATE
  * modify refused 491
  ${ANA_LEAVES}`,
);

ladder(
  'a second INVITE before the first is answered: 500 with Retry-After (RFC 3261 §14.2)',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ! progress 180
  ana <- 180 us1
  ana -> INVITE {again}
  ana <- 100
  ana <- 500 | Retry-After: 0-10
  ana -> ACK failure
  ana -> UPDATE {again}
  ana <- 500 UPDATE | Retry-After: 0-10
  ! refuse 486
  ana <- 486
  `,
);

ladder(
  'a re-INVITE before the ACK to our 2xx: 491',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ! answer {answer}
  ana <- 200 us1 {answer}
  ana -> INVITE {hold}
  ana <- 100
  ana <- 491
  ana -> ACK failure
  ana -> ACK | CSeq: 1 ACK
  * acknowledged
  ${ANA_LEAVES}`,
);

ladder(
  'UPDATE in the early dialog, theirs, once offer and answer are through',
  `
  ana -> INVITE sip:2001@pbx.test | Supported: 100rel {offer}
  ana <- 100
  * invited {offer}
  ! progress 183 reliable {answer}
  ana <- 183 us1 | Require: 100rel | RSeq: r1 {answer}
  ana -> PRACK | RAck: $r1 1 INVITE
  ana <- 200 PRACK
  * confirmed progress
  ana -> UPDATE {offer-2}
  * modify UPDATE {offer-2}
  ana -> UPDATE {offer-3}
  ana <- 500 UPDATE | Retry-After: 0-10
  ! answerModify {answer-2}
  ana <- 200 UPDATE {answer-2}
  ! answer
  ana <- 200 us1
  ana -> ACK | CSeq: 1 ACK
  * acknowledged
  ${ANA_LEAVES}`,
);

ladder(
  'UPDATE in the early dialog, ours, once offer and answer are through',
  `
  ! invite bob reliable {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  bob -> 180 INVITE
  * progress 180
  ! modify UPDATE pending {too early}
  bob -> 183 INVITE | Require: 100rel | RSeq: 1 {answer}
  bob <- PRACK sip:bob@192.0.2.2:5060 #2 | RAck: 1 1 INVITE
  * progress 183 {answer}
  bob -> 200 PRACK
  ! modify INVITE pending {never early}
  ! modify UPDATE {offer-2}
  bob <- UPDATE sip:bob@192.0.2.2:5060 #3 {offer-2}
  bob -> UPDATE {offer-3}
  bob <- 491 UPDATE
  bob -> 200 UPDATE {answer-2}
  * modified UPDATE {answer-2}
  bob -> 200 INVITE
  * answered
  ! acknowledge
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  ${BOB_LEAVES}`,
);

ladder(
  'an UPDATE that changes nothing is answered here, and moves the target',
  `${ANA_CALLED}
  ana -> UPDATE | Contact: <sip:ana@192.0.2.1:5062>
  ana <- 200 UPDATE
  ! hangUp
  udp:192.0.2.1:5062 <- BYE sip:ana@192.0.2.1:5062 #1
  `,
);

ladder(
  "a re-INVITE's Contact is the target of what follows",
  `${ANA_CALLED}
  ana -> INVITE | Contact: <sip:elsewhere@192.0.2.2:5060> {offer-2}
  ana <- 100
  * modify INVITE {offer-2}
  ! answerModify {answer-2}
  ana <- 200 us1 {answer-2}
  ana -> ACK
  * modify acknowledged
  ! hangUp
  bob <- BYE sip:elsewhere@192.0.2.2:5060 #1
  bob -> 200 BYE
  `,
);

ladder(
  'hung up while our re-INVITE is out: its 2xx gets the ACK that it wants',
  `${BOB_ANSWERED}
  ! modify INVITE {hold}
  bob <- INVITE sip:bob@192.0.2.2:5060 #2 {hold}
  ! hangUp
  bob <- BYE sip:bob@192.0.2.2:5060 #3
  bob -> 200 INVITE {held}
  bob <- ACK sip:bob@192.0.2.2:5060 #2
  bob -> 200 BYE
  `,
);

ladder(
  'a request that was overtaken by a later one: 500 (RFC 3261 §12.2.2)',
  `${ANA_CALLED}
  ana -> INFO | CSeq: 9 INFO {x}
  * request INFO {x}
  ! reply 200
  ana <- 200 INFO
  ana -> INFO | CSeq: 8 INFO {y}
  ana <- 500 INFO
  ana -> BYE | CSeq: 10 BYE
  ana <- 200 BYE
  * ended bye
  `,
);

ladder(
  'a BYE that was overtaken ends the call all the same: its phone has hung up',
  `${ANA_CALLED}
  ana -> INFO | CSeq: 9 INFO {x}
  * request INFO {x}
  ! reply 200
  ana <- 200 INFO
  ana -> BYE | CSeq: 8 BYE
  ana <- 200 BYE
  * ended bye
  `,
);
