/** What else is said inside a call: INFO, MESSAGE, REFER with its NOTIFYs, OPTIONS, and strangers who try. */
import { ladder } from './ladder.ts';

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

ladder(
  "INFO from the far end is the owner's to answer, once",
  `${ANA_CALLED}
  ana -> INFO | Content-Type: application/dtmf-relay {Signal=5}
  * request INFO {Signal=5}
  ! reply 200
  ana <- 200 INFO
  ! reply 500
  ${ANA_LEAVES}`,
);

ladder(
  'INFO and MESSAGE of ours: the final answer comes with the token of the owner',
  `${ANA_CALLED}
  ! convey INFO 41 | Info-Package: dtmf {Signal=5}
  ana <- INFO sip:ana@192.0.2.1:5060 #1 {Signal=5}
  ! convey MESSAGE 42 {hello}
  ana <- MESSAGE sip:ana@192.0.2.1:5060 #2 {hello}
  ana -> 100 INFO
  ana -> 415 MESSAGE
  * conveyed 415 token 42
  ana -> 200 INFO
  * conveyed 200 token 41
  ${ANA_LEAVES}
  ! convey INFO 43
  * conveyed 481 token 43
  `,
);

ladder(
  'a far end that does not know the dialog any more has no call with us',
  `${ANA_CALLED}
  ! convey INFO 1
  ana <- INFO sip:ana@192.0.2.1:5060 #1
  ana -> 481 INFO
  ana <- BYE sip:ana@192.0.2.1:5060 #2
  * conveyed 481 token 1
  * ended gone
  ana -> 481 BYE
  `,
);

ladder(
  'what waits for an answer when the call ends gets 487',
  `${ANA_CALLED}
  ana -> INFO {x}
  * request INFO {x}
  ana -> BYE
  ana <- 200 BYE
  ana <- 487 INFO
  * ended bye
  ! reply 200
  `,
);

ladder(
  'REFER, accepted: 202, and NOTIFYs in order, each after the answer to the one before',
  `${ANA_CALLED}
  ana -> REFER | Refer-To: <sip:3001@pbx.test>
  * request REFER
  ! acceptReferral
  ana <- 202 REFER
  ! notify {trying}
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #1 | Event: refer | Subscription-State: active;expires=180 {trying}
  ! notify {ringing}
  ! notify noresource {ok}
  ana -> 200 NOTIFY
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #2 | Event: refer | Subscription-State: active;expires=180 {ringing}
  ana -> 200 NOTIFY
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #3 | Event: refer | Subscription-State: terminated;reason=noresource {ok}
  ana -> 200 NOTIFY
  ! notify {too late}
  ${ANA_LEAVES}`,
);

ladder(
  'the transferor hangs up; the NOTIFYs of its REFER go on in the dialog, and then nothing is left',
  `${ANA_CALLED}
  ana -> REFER | Refer-To: <sip:3001@pbx.test>
  * request REFER
  ! acceptReferral
  ana <- 202 REFER
  ! notify {trying}
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #1 | Event: refer | Subscription-State: active;expires=180 {trying}
  ana -> 200 NOTIFY
  ${ANA_LEAVES}
  ana -> BYE
  ana <- 481 BYE
  ana -> SUBSCRIBE | Event: refer | Expires: 60
  ana <- 200 SUBSCRIBE | Expires: 60
  ! notify noresource {ok}
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #2 | Event: refer | Subscription-State: terminated;reason=noresource {ok}
  ana -> 200 NOTIFY
  `,
);

ladder(
  'a BYE that the last NOTIFY of a REFER has overtaken is said again: the phone has refused it as out of order',
  `${ANA_CALLED}
  ana -> REFER | Refer-To: <sip:3001@pbx.test>
  * request REFER
  ! acceptReferral
  ana <- 202 REFER
  ! notify {trying}
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #1 | Event: refer | Subscription-State: active;expires=180 {trying}
  ! notify noresource {ok}
  ! hangUp SIP;cause=200
  ana <- BYE sip:ana@192.0.2.1:5060 #2 | Reason: SIP;cause=200
  ana -> 200 NOTIFY
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #3 | Event: refer | Subscription-State: terminated;reason=noresource {ok}
  ana -> 200 NOTIFY
  ana -> 500 BYE
  ana <- BYE sip:ana@192.0.2.1:5060 #4 | Reason: SIP;cause=200
  ana -> 500 BYE
  `,
);

ladder(
  'a second REFER in one dialog has an id; a transferor may want no NOTIFY at all (RFC 4488)',
  `${ANA_CALLED}
  ana -> REFER | Refer-To: <sip:3001@pbx.test>
  * request REFER
  ! acceptReferral
  ana <- 202 REFER
  ! notify noresource {failed}
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #1 | Event: refer | Subscription-State: terminated;reason=noresource {failed}
  ana -> 200 NOTIFY
  ana -> REFER | Refer-To: <sip:3002@pbx.test>
  * request REFER
  ! acceptReferral
  ana <- 202 REFER
  ! notify noresource {failed}
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #2 | Event: refer;id=3 | Subscription-State: terminated;reason=noresource {failed}
  ana -> 200 NOTIFY
  ana -> REFER | Refer-To: <sip:3003@pbx.test> | Refer-Sub: false | Require: norefersub
  * request REFER
  ! acceptReferral
  ana <- 202 REFER | Refer-Sub: false
  ! notify {trying}
  ana -> REFER | Refer-To: <sip:3004@pbx.test>
  * request REFER
  ! reply 603
  ana <- 603 REFER
  ${ANA_LEAVES}`,
);

ladder(
  'a transfer that nobody reports on ends after three minutes',
  `${ANA_CALLED}
  ana -> REFER | Refer-To: <sip:3001@pbx.test>
  * request REFER
  ! acceptReferral
  ana <- 202 REFER
  wait 180 s
  (+180000) ana <- NOTIFY sip:ana@192.0.2.1:5060 #1 | Event: refer | Subscription-State: terminated;reason=timeout
  (+180000) * unsubscribed
  ana -> 200 NOTIFY
  ${ANA_LEAVES}`,
);

ladder(
  'OPTIONS in a call is answered; methods that a call does not know are refused with what it knows',
  `${ANA_CALLED}
  ana -> OPTIONS
  ana <- 200 OPTIONS | Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, MESSAGE, REFER, SUBSCRIBE, PUBLISH, REGISTER | Accept: application/sdp | Allow-Events: dialog
  ana -> PUBLISH
  ana <- 405 PUBLISH | Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, MESSAGE, REFER, SUBSCRIBE, REGISTER
  ana -> JUGGLE
  ana <- 501 JUGGLE | Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, MESSAGE, REFER, SUBSCRIBE, PUBLISH, REGISTER
  ana -> NOTIFY | Event: refer | Subscription-State: active
  ana <- 481 NOTIFY
  ana -> SUBSCRIBE | Event: dialog
  ana <- 481 SUBSCRIBE
  ana -> INFO | Require: wonders
  ana <- 420 INFO | Unsupported: wonders
  ana -> UPDATE | Content-Type: text/plain {hello}
  ana <- 415 UPDATE | Accept: application/sdp, multipart/mixed, multipart/alternative, multipart/related
  ${ANA_LEAVES}`,
);

ladder(
  'a stranger who knows the dialog must be admitted, and as who is in it',
  `${ANA_CALLED}
  eve -> BYE sip:192.0.2.99 new | Call-ID: ana-call-1 | From: <sip:ana@pbx.test>;tag=ana1 | To: <sip:2001@pbx.test>;tag=$us1
  eve <- 401 BYE | WWW-Authenticate: Digest realm="pbx.test"
  eve -> BYE | Call-ID: ana-call-1 | From: <sip:ana@pbx.test>;tag=ana1 | To: <sip:2001@pbx.test>;tag=$us1 | Authorization: eve
  eve <- 403 BYE
  eve -> BYE | Call-ID: ana-call-1 | From: <sip:ana@pbx.test>;tag=other | To: <sip:2001@pbx.test>;tag=$us1
  eve <- 481 BYE
  eve -> BYE | Call-ID: other | From: <sip:ana@pbx.test>;tag=ana1 | To: <sip:2001@pbx.test>;tag=$us1
  eve <- 481 BYE
  eve -> INFO | Call-ID: ana-call-1 | From: <sip:ana@pbx.test>;tag=ana1 | To: <sip:2001@pbx.test>;tag=$us1 | Authorization: d1 | CSeq: 2 INFO
  * request INFO
  ! reply 200
  eve <- 200 INFO
  eve -> BYE | Call-ID: ana-call-1 | From: <sip:ana@pbx.test>;tag=ana1 | To: <sip:2001@pbx.test>;tag=$us1 | CSeq: 3 BYE
  eve <- 200 BYE
  * ended bye
  `,
  {
    admit: (request, source) => {
      if (source.address !== '203.0.113.66')
        return { type: 'admitted', identity: { kind: 'device', id: 'd1' } };
      const id = request.headers.first('Authorization');
      if (id !== undefined) return { type: 'admitted', identity: { kind: 'device', id } };
      return {
        type: 'answer',
        status: 401,
        headers: 'WWW-Authenticate: Digest realm="pbx.test"\r\n',
      };
    },
  },
);

ladder(
  'more requests than anybody waits for: 503',
  `${ANA_CALLED}
  ${'ana -> INFO\n* request INFO\n'.repeat(16)}
  ana -> INFO
  ana <- 503 INFO | Retry-After: 1
  ana -> BYE
  ana <- 200 BYE
  ${'ana <- 487 INFO\n'.repeat(16)}
  * ended bye
  `,
);
