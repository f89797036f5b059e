/** Replaces, the rules of RFC 3891 §3 one by one. */
import { ladder } from './ladder.ts';

/** Bob's call stands, as we called him; Ana's stands, as she called us. */
const BOB_CALLED = `
  ! invite bob {offer}
  bob <- INVITE sip:bob@192.0.2.2:5060 #1 {offer}
  bob -> 180 INVITE
  * progress 180
`;
const BOB_ANSWERS = `
  bob -> 200 INVITE {answer}
  * answered {answer}
  ! acknowledge
  bob <- ACK sip:bob@192.0.2.2:5060 #1
`;
const BOB_HEARS_BYE = `
  ! hangUp
  bob <- BYE sip:bob@192.0.2.2:5060 #2
  bob -> 200 BYE
`;
const REPLACES_BOB = 'Replaces: $call;to-tag=$us1;from-tag=bob1';

ladder(
  'a standing dialog is replaced: the owner of the new leg learns which',
  `${BOB_CALLED}${BOB_ANSWERS}
  ana -> INVITE sip:2001@pbx.test | Require: replaces | ${REPLACES_BOB} {offer}
  ana <- 100
  * 2 invited replaces 1 {offer}
  ! 2 answer {answer}
  ana <- 200 us2 {answer}
  ! hangUp
  bob <- BYE sip:bob@192.0.2.2:5060 #2
  bob -> 200 BYE
  ana -> ACK
  * 2 acknowledged
  ana -> BYE
  ana <- 200 BYE
  * 2 ended bye
  `,
);

ladder(
  'an early dialog that we began is replaced, even if only early ones will do',
  `${BOB_CALLED}
  ana -> INVITE sip:2001@pbx.test | ${REPLACES_BOB};early-only {offer}
  ana <- 100
  * 2 invited replaces 1 {offer}
  ! hangUp
  bob <- CANCEL sip:bob@192.0.2.2:5060 #1
  bob -> 487 INVITE
  bob <- ACK sip:bob@192.0.2.2:5060 #1
  bob -> 200 CANCEL
  ! 2 refuse 480
  ana <- 480
  ana -> ACK failure
  `,
);

ladder(
  'early-only, but the dialog stands: 486',
  `${BOB_CALLED}${BOB_ANSWERS}
  ana -> INVITE sip:2001@pbx.test | ${REPLACES_BOB};early-only {offer}
  ana <- 486
  ana -> ACK failure
  ${BOB_HEARS_BYE}`,
);

ladder(
  'an early dialog that the far end began is not ours to replace: 481',
  `
  bob -> INVITE sip:2001@pbx.test {offer}
  bob <- 100
  * invited {offer}
  ! progress 180
  bob <- 180 us1
  ana -> INVITE sip:2001@pbx.test | Replaces: bob-call-1;to-tag=$us1;from-tag=bob1 {offer}
  ana <- 481
  ana -> ACK failure
  ! refuse 486
  bob <- 486
  bob -> ACK failure
  `,
);

ladder(
  'no such dialog: 481; one that has ended: 603',
  `${BOB_CALLED}${BOB_ANSWERS}
  ana -> INVITE sip:2001@pbx.test | Replaces: $call;to-tag=$us1;from-tag=other {offer}
  ana <- 481
  ana -> ACK failure
  ana -> INVITE sip:2001@pbx.test new | Replaces: other;to-tag=$us1;from-tag=bob1 {offer}
  ana <- 481
  ana -> ACK failure
  bob -> BYE
  bob <- 200 BYE
  * ended bye
  ana -> INVITE sip:2001@pbx.test new | ${REPLACES_BOB} {offer}
  ana <- 603
  ana -> ACK failure
  `,
);

ladder(
  'a subscription is no call: 481',
  `
  bob -> SUBSCRIBE sip:2001@pbx.test | Event: dialog
  * subscribe 2001 fresh
  ! accept 60
  bob <- 200 SUBSCRIBE | Expires: 60
  ! notify {state}
  bob <- NOTIFY sip:bob@192.0.2.2:5060 #1 | Event: dialog | Subscription-State: active;expires=60 {state}
  bob -> 200 NOTIFY
  ana -> INVITE sip:2001@pbx.test | Replaces: bob-call-1;to-tag=$us1;from-tag=bob1 {offer}
  ana <- 481
  ana -> ACK failure
  ! notify noresource
  bob <- NOTIFY sip:bob@192.0.2.2:5060 #2 | Event: dialog | Subscription-State: terminated;reason=noresource
  bob -> 200 NOTIFY
  `,
);

ladder(
  'a Replaces that cannot be read, or that another header contradicts: 400; in another request: 400',
  `${BOB_CALLED}${BOB_ANSWERS}
  ana -> INVITE sip:2001@pbx.test | Replaces: $call;to-tag=$us1 {offer}
  ana <- 400
  ana -> INVITE sip:2001@pbx.test new | Replaces: $call;from-tag=bob1 {offer}
  ana <- 400
  ana -> INVITE sip:2001@pbx.test new | Replaces: $call;to-tag=$us1;from-tag=bob1;to-tag=x {offer}
  ana <- 400
  ana -> INVITE sip:2001@pbx.test new | ${REPLACES_BOB} | Join: $call;to-tag=$us1;from-tag=bob1 {offer}
  ana <- 400
  ana -> INVITE sip:2001@pbx.test new | ${REPLACES_BOB} | ${REPLACES_BOB} {offer}
  ana <- 400
  ana -> OPTIONS sip:2001@pbx.test new | ${REPLACES_BOB}
  ana <- 400 OPTIONS
  ${BOB_HEARS_BYE}`,
);

ladder(
  'Join: no call is joined (488), nor one that is over (603); what cannot be read: 400; in another request: 400',
  `${BOB_CALLED}${BOB_ANSWERS}
  ana -> INVITE sip:2001@pbx.test new | Join: $call;to-tag=$us1;from-tag=bob1 {offer}
  ana <- 488
  ana -> INVITE sip:2001@pbx.test new | Join: nobody;to-tag=1;from-tag=2 {offer}
  ana <- 488
  ana -> INVITE sip:2001@pbx.test new | Require: join | Join: $call;to-tag=$us1;from-tag=bob1 {offer}
  ana <- 420 | Unsupported: join
  ana -> INVITE sip:2001@pbx.test new | Join: $call;to-tag=$us1 {offer}
  ana <- 400
  ana -> OPTIONS sip:2001@pbx.test new | Join: $call;to-tag=$us1;from-tag=bob1
  ana <- 400 OPTIONS
  ${BOB_HEARS_BYE}
  ana -> INVITE sip:2001@pbx.test new | Join: $call;to-tag=$us1;from-tag=bob1 {offer}
  ana <- 603`,
);
