/** What is refused outside dialogs, with the headers that each refusal demands: RFC 3261 §8.2, §21. */
import { ladder } from './ladder.ts';

const ALL =
  'INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, MESSAGE, REFER, SUBSCRIBE, PUBLISH, REGISTER';

ladder(
  '420 names what is not understood; a Require of what is passes',
  `
  ana -> INVITE sip:2001@pbx.test | Require: 100rel, wonders | Require: precondition {offer}
  ana <- 420 | Unsupported: wonders, precondition
  ana -> ACK failure
  ana -> OPTIONS sip:pbx.test new | Require: timer, Replaces
  ana <- 200 OPTIONS | Allow: ${ALL} | Accept: application/sdp | Allow-Events: dialog
  ana -> REGISTER sip:pbx.test new | Require: outbound, path
  ana <- 200 REGISTER
  `,
);

ladder(
  '405 and 501 name what is allowed',
  `
  ana -> PUBLISH sip:2001@pbx.test
  ana <- 405 PUBLISH | Allow: ${ALL.replace('PUBLISH, ', '')}
  ana -> MESSAGE sip:2001@pbx.test new {hello}
  ana <- 405 MESSAGE | Allow: ${ALL.replace('MESSAGE, ', '')}
  ana -> JUGGLE sip:2001@pbx.test new
  ana <- 501 JUGGLE | Allow: ${ALL}
  `,
);

ladder(
  '481 to whatever belongs into a dialog and is in none',
  `
  ana -> BYE sip:2001@pbx.test
  ana <- 481 BYE
  ana -> INFO sip:2001@pbx.test new
  ana <- 481 INFO
  ana -> NOTIFY sip:2001@pbx.test new
  ana <- 481 NOTIFY
  ana -> UPDATE sip:2001@pbx.test new
  ana <- 481 UPDATE
  ana -> PRACK sip:2001@pbx.test new | RAck: 1 1 INVITE
  ana <- 481 PRACK
  ana -> INVITE sip:2001@pbx.test new | To: <sip:2001@pbx.test>;tag=unknown {offer}
  ana <- 481
  ana -> ACK failure
  ana -> SUBSCRIBE sip:2001@pbx.test new | To: <sip:2001@pbx.test>;tag=unknown | Event: dialog
  ana <- 481 SUBSCRIBE
  `,
);

ladder(
  '416 for schemes other than sip, sips and tel',
  `
  ana -> INVITE mailto:ana@pbx.test {offer}
  ana <- 416
  ana -> OPTIONS nobodyKnowsThisScheme:opaque new
  ana <- 416 OPTIONS
  ana -> OPTIONS SIPS:2001@pbx.test new
  ana <- 200 OPTIONS | Allow: ${ALL} | Accept: application/sdp | Allow-Events: dialog
  ana -> OPTIONS tel:+12025550100 new
  ana <- 200 OPTIONS | Allow: ${ALL} | Accept: application/sdp | Allow-Events: dialog
  `,
);

ladder(
  '483 where a hop more would be needed; what ends here needs none (RFC 4475 §3.3.11)',
  `
  ana -> INVITE sip:2001@pbx.test | Max-Forwards: 0 {offer}
  ana <- 483
  ana -> OPTIONS sip:2001@pbx.test new | Max-Forwards: 0
  ana <- 200 OPTIONS | Allow: ${ALL} | Accept: application/sdp | Allow-Events: dialog
  ana -> REGISTER sip:pbx.test new | Max-Forwards: 0
  ana <- 200 REGISTER
  `,
);

ladder(
  '482 for a request that comes by two ways',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  ana -> INVITE sip:2001@pbx.test | CSeq: 1 INVITE {offer}
  ana <- 482
  ! refuse 404
  ana <- 404
  `,
);

ladder(
  '400 for an INVITE whose Contact or Record-Route will not do',
  `
  ana -> INVITE sip:2001@pbx.test | -Contact {offer}
  ana <- 400
  ana -> INVITE sip:2001@pbx.test new | Contact: * {offer}
  ana <- 400
  ana -> INVITE sip:2001@pbx.test new | Contact: <sip:a@192.0.2.1>, <sip:b@192.0.2.1> {offer}
  ana <- 400
  ana -> INVITE sip:2001@pbx.test new | Contact: <tel:+1202> {offer}
  ana <- 400
  ana -> INVITE sip:2001@pbx.test new | Contact: "broken <sip:a@b> {offer}
  ana <- 400
  ana -> INVITE sip:2001@pbx.test new | Record-Route: nonsense {offer}
  ana <- 400
  ana -> INVITE sip:2001@pbx.test new | Session-Expires: nonsense {offer}
  ana <- 400
  `,
);

ladder(
  '406 for a caller that takes no session description',
  `
  ana -> INVITE sip:2001@pbx.test | Accept: text/plain, text/html {offer}
  ana <- 406
  ana -> INVITE sip:2001@pbx.test new | Accept: text/plain, application/*;q=0.1 {offer}
  ana <- 100
  * invited {offer}
  ! refuse 404
  ana <- 404
  `,
);

ladder(
  '415 for bodies that a call does not carry, unless they may be passed over',
  `
  ana -> INVITE sip:2001@pbx.test | Content-Type: text/plain {hello}
  ana <- 415 | Accept: application/sdp, multipart/mixed, multipart/alternative, multipart/related
  ana -> ACK failure
  ana -> INVITE sip:2001@pbx.test new | Content-Encoding: gzip {offer}
  ana <- 415 | Accept-Encoding: identity
  ana -> ACK failure
  ana -> INVITE sip:2001@pbx.test new | Content-Type: text/plain | Content-Disposition: icon;handling=optional {hello}
  ana <- 100
  * invited
  ! refuse 404
  ana <- 404
  ana -> ACK failure
  ana -> INVITE sip:2001@pbx.test new | Content-Type: Application/SDP; charset=utf-8 {offer}
  ana <- 100
  * 2 invited {offer}
  ! 2 refuse 404
  ana <- 404
  `,
);

ladder(
  'what could not be read is answered 400 or 501, as its fault says; an ACK never',
  `
  ana -> INVITE sip:2001@pbx.test | CSeq: nonsense INVITE
  ana <- 400
  ana -> OPTIONS sip:2001@pbx.test new | CSeq: 1 INVITE
  ana <- 400
  ana -> JUGGLE sip:2001@pbx.test new | CSeq: 1 INVITE
  ana <- 501 | Allow: ${ALL}
  ana -> ACK sip:2001@pbx.test new | CSeq: nonsense
  `,
);

ladder(
  'REFER outside a dialog is forbidden',
  `
  ana -> REFER sip:2001@pbx.test | Refer-To: <sip:3001@pbx.test>
  ana <- 403 REFER
  `,
);

ladder(
  'OPTIONS and REGISTER are answered at once; a manager that drains says so, and takes its calls all the same',
  `
  ana -> REGISTER sip:pbx.test
  ana <- 200 REGISTER
  ana -> OPTIONS sip:pbx.test new
  ana <- 200 OPTIONS | Allow: ${ALL} | Accept: application/sdp | Allow-Events: dialog
  drain
  ana -> OPTIONS sip:pbx.test new
  ana <- 503 OPTIONS | Retry-After: 60
  ana -> INVITE sip:2001@pbx.test new
  ana <- 100
  * invited
  ! refuse 404
  ana <- 404
  `,
);

ladder(
  'who is not admitted gets what admission says, or nothing at all; nothing is kept of it',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 401 | WWW-Authenticate: Digest realm="pbx.test"
  ana -> ACK failure
  eve -> INVITE sip:2001@pbx.test {offer}
  eve -> REGISTER sip:pbx.test new
  `,
  {
    admit: (_, source) =>
      source.address === '203.0.113.66'
        ? { type: 'drop' }
        : {
            type: 'answer',
            status: 401,
            headers: 'WWW-Authenticate: Digest realm="pbx.test"\r\n',
          },
  },
);

ladder(
  'full: 503 with Retry-After, and who we cannot call is refused to the owner',
  `
  ana -> INVITE sip:2001@pbx.test {offer}
  ana <- 100
  * invited {offer}
  bob -> INVITE sip:2001@pbx.test {offer}
  bob <- 503 | Retry-After: 5
  ! invite eve
  * 2 refused 503
  ! refuse 404
  ana <- 404
  `,
  { limits: { legs: 5, unanswered: 1, subscriptions: 1 } },
);
