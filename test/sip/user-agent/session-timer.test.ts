/** Session timers: RFC 4028. Who refreshes, 422 both ways, and the end of a session that nobody refreshes. */
import { ladder } from './ladder.ts';

const sessionTimer = { expiresS: 1800, minSeS: 90 };

ladder(
  'the caller asks for a session timer and leaves the choice to us: it refreshes, we watch',
  `
  ana -> INVITE sip:2001@pbx.test | Supported: timer | Session-Expires: 300 {offer}
  ana <- 100
  * invited {offer}
  ! answer {answer}
  ana <- 200 us1 | Require: timer | Session-Expires: 300;refresher=uac {answer}
  ana -> ACK
  * acknowledged
  wait 150 s
  ana -> UPDATE | Supported: timer | Session-Expires: 300;refresher=uac
  ana <- 200 UPDATE | Require: timer | Session-Expires: 300;refresher=uac
  wait 268 s
  (+268000) ana <- BYE sip:ana@192.0.2.1:5060 #1
  (+268000) * ended session expired
  ana -> 200 BYE
  `,
);

ladder(
  'the caller wants us to refresh: UPDATE at half of the interval, and again; its answer starts the time anew',
  `
  ana -> INVITE sip:2001@pbx.test | Supported: timer | Allow: UPDATE | Session-Expires: 100;refresher=uas {offer}
  ana <- 100
  * invited {offer}
  ! answer {answer}
  ana <- 200 us1 | Session-Expires: 100;refresher=uas {answer}
  ana -> ACK
  * acknowledged
  wait 50 s
  (+50000) ana <- UPDATE sip:ana@192.0.2.1:5060 #1 | Session-Expires: 100;refresher=uac
  ana -> 200 UPDATE | Session-Expires: 100;refresher=uac
  wait 50 s
  (+50000) ana <- UPDATE sip:ana@192.0.2.1:5060 #2 | Session-Expires: 100;refresher=uac
  ana -> 500 UPDATE
  wait 10 s
  (+10000) ana <- UPDATE sip:ana@192.0.2.1:5060 #3 | Session-Expires: 100;refresher=uac
  ana -> 500 UPDATE
  wait 8 s
  (+8000) ana <- BYE sip:ana@192.0.2.1:5060 #4
  (+8000) * ended session expired
  ana -> 200 BYE
  `,
);

ladder(
  'a far end without UPDATE is refreshed by a re-INVITE with the same description; the owner knows nothing of it',
  `
  ana -> INVITE sip:2001@pbx.test | Supported: timer | Allow: INVITE, ACK | Session-Expires: 100;refresher=uas {offer}
  ana <- 100
  * invited {offer}
  ! answer {answer}
  ana <- 200 us1 | Session-Expires: 100;refresher=uas {answer}
  ana -> ACK
  * acknowledged
  wait 50 s
  (+50000) ana <- INVITE sip:ana@192.0.2.1:5060 #1 | Session-Expires: 100;refresher=uac {answer}
  ana -> 200 INVITE | Session-Expires: 100;refresher=uac {offer}
  ana <- ACK sip:ana@192.0.2.1:5060 #1
  wait 50 s
  (+50000) ana <- INVITE sip:ana@192.0.2.1:5060 #2 | Session-Expires: 100;refresher=uac {answer}
  ana -> 481 INVITE
  ana <- ACK sip:ana@192.0.2.1:5060 #2
  ana <- BYE sip:ana@192.0.2.1:5060 #3
  * ended gone
  ana -> 200 BYE
  `,
);

ladder(
  'an interval that is too small: 422 with Min-SE, to who supports the extension',
  `
  ana -> INVITE sip:2001@pbx.test | Supported: timer | Session-Expires: 60 {offer}
  ana <- 422 | Min-SE: 90
  ana -> ACK failure
  ana -> INVITE | Session-Expires: 60 {offer}
  ana <- 100
  * invited {offer}
  ! answer {answer}
  ana <- 200 us1 | Session-Expires: 90;refresher=uas {answer}
  ana -> ACK
  * acknowledged
  ana -> UPDATE | Supported: timer | Session-Expires: 30
  ana <- 422 UPDATE | Min-SE: 90
  ana -> UPDATE | Supported: timer | Session-Expires: nonsense
  ana <- 400 UPDATE
  ana -> BYE
  ana <- 200 BYE
  * ended bye
  `,
);

ladder(
  'by configuration we ask callers for a session timer, and those who know none are refreshed by us',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ! answer {answer}
  ana <- 200 us1 | Session-Expires: 1800;refresher=uas {answer}
  ana -> ACK
  * acknowledged
  ana -> BYE
  ana <- 200 BYE
  * ended bye
  bob -> INVITE sip:2001@pbx.test | Supported: timer | Min-SE: 3600 {offer}
  bob <- 100
  * 2 invited {offer}
  ! 2 answer {answer}
  bob <- 200 us2 | Require: timer | Session-Expires: 3600;refresher=uac {answer}
  bob -> ACK
  * 2 acknowledged
  bob -> BYE
  bob <- 200 BYE
  * 2 ended bye
  `,
  { sessionTimer },
);

ladder(
  'by configuration we ask whom we call; the answer says who refreshes',
  `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 | Session-Expires: 1800 {offer}
  bob -> 200 INVITE | Allow: UPDATE | Require: timer | Session-Expires: 1800;refresher=uac {answer}
  * answered {answer}
  ! acknowledge
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  wait 900 s
  (+900000) bob <- UPDATE sip:bob@192.0.2.2:5060 #2 | Session-Expires: 1800;refresher=uac
  bob -> 200 UPDATE
  wait 4000 s
  bob -> BYE
  bob <- 200 BYE
  * ended bye
  `,
  { sessionTimer },
);

ladder(
  'who is called and refreshes by itself is watched',
  `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 | Session-Expires: 1800 {offer}
  bob -> 200 INVITE | Session-Expires: 1800;refresher=uas {answer}
  * answered {answer}
  ! acknowledge
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  wait 1768 s
  (+1768000) bob <- BYE sip:bob@192.0.2.2:5060 #2
  (+1768000) * ended session expired
  bob -> 200 BYE
  `,
  { sessionTimer },
);

ladder(
  'they refuse our interval with 422: the INVITE is sent again with theirs, once, unknown to the owner',
  `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 | Session-Expires: 1800 {offer}
  bob -> 422 INVITE | Min-SE: 7200
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  bob <- INVITE sip:bob@192.0.2.2:5060 #2 | Session-Expires: 7200 | Min-SE: 7200 {offer}
  bob -> 200 INVITE | Session-Expires: 7200;refresher=uas {answer}
  * answered {answer}
  ! acknowledge
  bob <- ACK sip:bob@192.0.2.2:5060 #2
  bob -> BYE
  bob <- 200 BYE
  * ended bye
  ! invite eve {offer}
  eve <- INVITE sip:eve@203.0.113.66:5060 #1 | Session-Expires: 1800 {offer}
  eve -> 422 INVITE | Min-SE: 7200
  eve <- ACK sip:eve@203.0.113.66:5060 #1
  eve <- INVITE sip:eve@203.0.113.66:5060 #2 | Session-Expires: 7200 | Min-SE: 7200 {offer}
  eve -> 422 INVITE | Min-SE: 9000
  eve <- ACK sip:eve@203.0.113.66:5060 #2
  * 2 refused 422
  `,
  { sessionTimer },
);

ladder(
  'a refresh that is refused with 422 goes out again with the interval demanded',
  `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 | Session-Expires: 1800 {offer}
  bob -> 200 INVITE | Allow: UPDATE | Session-Expires: 1800;refresher=uac {answer}
  * answered {answer}
  ! acknowledge
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  wait 900 s
  (+900000) bob <- UPDATE sip:bob@192.0.2.2:5060 #2 | Session-Expires: 1800;refresher=uac
  bob -> 422 UPDATE | Min-SE: 3600
  bob <- UPDATE sip:bob@192.0.2.2:5060 #3 | Session-Expires: 3600;refresher=uac | Min-SE: 3600
  bob -> 200 UPDATE | Session-Expires: 3600;refresher=uac
  ! modify INVITE {hold}
  bob <- INVITE sip:bob@192.0.2.2:5060 #4 | Session-Expires: 3600;refresher=uac {hold}
  bob -> 200 INVITE | Session-Expires: 3600;refresher=uac {held}
  * modified INVITE {held}
  ! acknowledgeModify
  bob <- ACK sip:bob@192.0.2.2:5060 #4
  bob -> BYE
  bob <- 200 BYE
  * ended bye
  `,
  { sessionTimer },
);
