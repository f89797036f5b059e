/** The call from end to end, both roles: RFC 3261 §13, §15. */
import { ladder } from './ladder.ts';

ladder(
  'we are called: ringing, answer, ACK, BYE by the caller',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ! progress 180
  ana <- 180 us1
  ! answer {answer}
  ana <- 200 us1 {answer}
  ana -> ACK
  * acknowledged
  ana -> BYE
  ana <- 200 BYE
  * ended bye
  `,
);

ladder(
  'we call: ringing, answer, ACK, BYE by us with a reason',
  `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  bob -> 100 INVITE
  bob -> 180 INVITE
  * progress 180
  bob -> 200 INVITE {answer}
  * answered {answer}
  ! acknowledge
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  ! hangUp Q.850;cause=16
  bob <- BYE sip:bob@192.0.2.2:5060 #2 | Reason: Q.850;cause=16
  bob -> 200 BYE
  `,
);

ladder(
  'delayed offer, we are called: our 2xx offers and the ACK answers',
  `
  ana -> INVITE sip:2001@pbx.test
  ana <- 100
  * invited
  ! answer {offer}
  ana <- 200 us1 {offer}
  ana -> ACK {answer}
  * acknowledged {answer}
  ! hangUp
  ana <- BYE sip:ana@192.0.2.1:5060 #1
  ana -> 200 BYE
  `,
);

ladder(
  'delayed offer, we call: their 2xx offers, and the ACK waits for the answer of the owner',
  `
  ! invite bob
  bob <- INVITE sip:bob@192.0.2.2:5060 #1
  bob -> 200 INVITE {offer}
  * answered {offer}
  bob -> 200 INVITE {offer}
  ! acknowledge {answer}
  bob <- ACK sip:bob@192.0.2.2:5060 #1 {answer}
  bob -> 200 INVITE {offer}
  bob <- ACK sip:bob@192.0.2.2:5060 #1 {answer}
  bob -> BYE
  bob <- 200 BYE
  * ended bye
  `,
);

ladder(
  'early media of two telephones goes to the caller in early dialogs of their own; the one that answers counts',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ! progress 180 phone-1
  ana <- 180 us1
  ! progress 180 phone-2
  ana <- 180 us1
  ! progress 183 phone-1 {media-1}
  ana <- 183 us1 {media-1}
  ! progress 183 phone-2 {media-2}
  ana <- 183 us2 {media-2}
  ! answer phone-2 {media-2}
  ana <- 200 us2 {media-2}
  ana -> ACK
  * acknowledged
  ! hangUp
  ana <- BYE sip:ana@192.0.2.1:5060 #1
  ana -> 200 BYE
  `,
);

ladder(
  'a telephone that answers without having rung with media takes the dialog that nobody else has',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ! progress 180 phone-1
  ana <- 180 us1
  ! answer phone-2 {media-2}
  ana <- 200 us1 {media-2}
  ana -> ACK
  * acknowledged
  ana -> BYE
  ana <- 200 BYE
  * ended bye
  `,
);

ladder(
  'we refuse, with the headers of the owner; the transaction sees to the ACK',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ! refuse 486 | Reason: Q.850;cause=17
  ana <- 486 | Reason: Q.850;cause=17
  ana -> ACK failure
  ! answer {too late}
  ! hangUp
  `,
);

ladder(
  'they refuse: the owner hears the status, and the leg is over',
  `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  bob -> 486 INVITE
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  * refused 486
  ! hangUp
  `,
);

ladder(
  'nobody is there: 408 after 32 seconds',
  `
  ! invite bob
  bob <- INVITE sip:bob@192.0.2.2:5060 #1
  wait 1 s
  (+500) bob <- INVITE sip:bob@192.0.2.2:5060 #1
  bob -> 100 INVITE
  ! hangUp
  bob <- CANCEL sip:bob@192.0.2.2:5060 #1
  bob -> 487 INVITE
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  bob -> 200 CANCEL
  ! invite eve
  eve <- INVITE sip:eve@203.0.113.66:5060 #1
  wait 32 s
  (+500) eve <- INVITE sip:eve@203.0.113.66:5060 #1
  (+1500) eve <- INVITE sip:eve@203.0.113.66:5060 #1
  (+3500) eve <- INVITE sip:eve@203.0.113.66:5060 #1
  (+7500) eve <- INVITE sip:eve@203.0.113.66:5060 #1
  (+15500) eve <- INVITE sip:eve@203.0.113.66:5060 #1
  (+31500) eve <- INVITE sip:eve@203.0.113.66:5060 #1
  (+32000) * 2 refused 408
  `,
);

ladder(
  'the owner has set its patience: the INVITE is cancelled, and the owner hears 408',
  `
  ! invite bob patience=5000
  bob <- INVITE sip:bob@192.0.2.2:5060 #1
  bob -> 180 INVITE
  * progress 180
  wait 5 s
  (+5000) bob <- CANCEL sip:bob@192.0.2.2:5060 #1
  (+5000) * refused 408
  bob -> 200 CANCEL
  bob -> 487 INVITE
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  `,
);

ladder(
  'a call that rings long is said to ring each minute, lest a proxy gives it up',
  `
  ana -> INVITE sip:2001@pbx.test
  ana <- 100
  * invited
  ! progress 180
  ana <- 180 us1
  wait 121 s
  (+60000) ana <- 180 us1
  (+120000) ana <- 180 us1
  ana -> CANCEL
  ana <- 200 CANCEL
  ana <- 487
  * cancelled
  ana -> ACK failure
  `,
);

ladder(
  'a response without a To tag makes no dialog (RFC 2543), but is told',
  `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  bob -> 180 INVITE | To: <sip:bob@pbx.test>
  * progress 180
  bob -> 200 INVITE {answer}
  * answered {answer}
  ! acknowledge
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  ! hangUp
  bob <- BYE sip:bob@192.0.2.2:5060 #2
  bob -> 200 BYE
  `,
);
