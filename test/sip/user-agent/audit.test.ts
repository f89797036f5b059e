/** Whether the far end is there still: who is asked, how, and what comes of the answer. */
import { ladder } from './ladder.ts';

const CALLED = (headers: string) => `
  ana -> INVITE sip:2001@pbx.test${headers} {offer}
  ana <- 100
  * invited {offer}
  ! answer {answer}
  ana <- 200 us1 {answer}
  ana -> ACK
  * acknowledged
`;

ladder(
  'a far end without UPDATE is asked by OPTIONS, of which its owner hears nothing; one that is there stays',
  `${CALLED(' | Allow: INVITE, ACK, BYE')}
  ! audit
  ana <- OPTIONS sip:ana@192.0.2.1:5060 #1
  ! audit
  ana -> 200 OPTIONS
  ana -> BYE
  ana <- 200 BYE
  * ended bye
  `,
);

ladder(
  'one that takes UPDATE is asked by that, and goes when it does not know the dialog',
  `${CALLED(' | Allow: INVITE, ACK, BYE, UPDATE')}
  ! audit
  ana <- UPDATE sip:ana@192.0.2.1:5060 #1
  ana -> 481 UPDATE
  ana <- BYE sip:ana@192.0.2.1:5060 #2
  * ended gone
  ana -> 481 BYE
  `,
);

ladder(
  'only who has been silent for long is asked without a reason, and not over and over',
  `${CALLED(' | Allow: INVITE, ACK, BYE')}
  wait 59 s
  ! auditSilent
  wait 1 s
  ! auditSilent
  ana <- OPTIONS sip:ana@192.0.2.1:5060 #1
  ! auditSilent
  ana -> 405 OPTIONS
  wait 60 s
  ! auditSilent
  ana <- OPTIONS sip:ana@192.0.2.1:5060 #2
  ana -> 481 OPTIONS
  ana <- BYE sip:ana@192.0.2.1:5060 #3
  * ended gone
  ana -> 481 BYE
  `,
);

const RINGING = `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ! audit
  ! progress 180
  ana <- 180 us1
`;

ladder(
  'a caller that rings is asked too, and its call is over when it does not know it',
  `${RINGING}
  ! audit
  ana <- OPTIONS sip:ana@192.0.2.1:5060 #1
  ana -> 481 OPTIONS
  ana <- 487
  * ended gone
  ana -> ACK
  `,
);

ladder(
  'one that knows it goes on',
  `${RINGING}
  ! audit
  ana <- OPTIONS sip:ana@192.0.2.1:5060 #1
  ana -> 405 OPTIONS
  ! answer {answer}
  ana <- 200 us1 {answer}
  ana -> ACK
  * acknowledged
  ana -> BYE
  ana <- 200 BYE
  * ended bye
  `,
);
