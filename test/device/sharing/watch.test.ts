/** What a phone is told of a line, by the package that it has subscribed to. */
import { ladder } from './bench.ts';

const RINGS =
  '{"call":"y1","appearance":1,"state":"alerting","from":{"number":"1001","name":"Ana"},"member":"","isOutgoing":false,"isExclusive":false}';
const HELD =
  '{"call":"z1","appearance":3,"state":"held","from":{"number":"1002","name":""},"member":"2000b","isOutgoing":true,"isExclusive":false}';
const PRIVATE =
  '{"call":"p1","appearance":2,"state":"held-private","from":{"number":"1002","name":""},"member":"2000b","isOutgoing":true,"isExclusive":true}';
const BEYOND =
  '{"call":"b1","appearance":5,"state":"active","from":{"number":"1002","name":""},"member":"2000b","isOutgoing":true,"isExclusive":false}';

ladder(
  'call-info: all that is busy and has a lamp, and who may not be known is not named',
  `
  lamps -> SUBSCRIBE sip:2000@pbx.test new | Event: call-info | Expires: 600
  lamps <- 200 SUBSCRIBE | Expires: 600
  manager <- lineWatch
  line -> lineState calls=[]
  lamps <- NOTIFY | Call-Info: <sip:pbx.test>;appearance-index=*;appearance-state=idle | Event: call-info | Subscription-State: active;expires=600
  line -> lineState calls=[${RINGS},${PRIVATE},${BEYOND}]
  lamps <- NOTIFY | Call-Info: <sip:pbx.test>;appearance-index=1;appearance-state=alerting;appearance-uri="\\"Ana\\" <sip:1001@pbx.test>",<sip:pbx.test>;appearance-index=2;appearance-state=held-private,<sip:pbx.test>;appearance-index=*;appearance-state=idle | Event: call-info | Subscription-State: active;expires=600
  line -> callRequest call=y2 caller=other/x1 from=1001 dialled=2000 offer=sendrecv hops=70 line=2000 appearance=4
  phone <- INVITE | Call-Info: <sip:pbx.test>;appearance-index=4 {sendrecv}
  lamps -> SUBSCRIBE | Event: call-info | Expires: 0
  lamps <- 200 SUBSCRIBE | Expires: 0
  lamps <- NOTIFY | Event: call-info | Subscription-State: terminated;reason=timeout
  manager <- lineUnwatch
`,
);

ladder(
  'a subscription that is renewed: told at once, and again if the line, which is asked, says otherwise',
  `
  lamps -> SUBSCRIBE sip:2000@pbx.test new | Event: call-info | Expires: 600
  lamps <- 200 SUBSCRIBE | Expires: 600
  manager <- lineWatch
  line -> lineState calls=[]
  lamps <- NOTIFY | Call-Info: <sip:pbx.test>;appearance-index=*;appearance-state=idle | Event: call-info | Subscription-State: active;expires=600
  lamps -> SUBSCRIBE | Event: call-info | Expires: 600
  lamps <- 200 SUBSCRIBE | Expires: 600
  lamps <- NOTIFY | Call-Info: <sip:pbx.test>;appearance-index=*;appearance-state=idle | Event: call-info | Subscription-State: active;expires=600
  manager <- lineWatch
  line -> lineState calls=[]
  lamps -> SUBSCRIBE | Event: call-info | Expires: 600
  lamps <- 200 SUBSCRIBE | Expires: 600
  lamps <- NOTIFY | Call-Info: <sip:pbx.test>;appearance-index=*;appearance-state=idle | Event: call-info | Subscription-State: active;expires=600
  manager <- lineWatch
  line -> lineState calls=[${RINGS}]
  lamps <- NOTIFY | Call-Info: <sip:pbx.test>;appearance-index=1;appearance-state=alerting;appearance-uri="\\"Ana\\" <sip:1001@pbx.test>",<sip:pbx.test>;appearance-index=*;appearance-state=idle | Event: call-info | Subscription-State: active;expires=600
`,
);

ladder(
  'busy lamps: who holds, in which direction, and a name by which the call can be had',
  `
  lamps -> SUBSCRIBE sip:2000@pbx.test new | Event: dialog | Expires: 600
  lamps <- 200 SUBSCRIBE | Expires: 600
  manager <- lineWatch
  line -> lineState calls=[${HELD}]
  lamps <- NOTIFY | Event: dialog | Subscription-State: active;expires=600 {id="z1" call-id="z1" local-tag="line" remote-tag="appearance-3" direction="initiator" <state>confirmed</state> <local><identity display="2000b at pbx.test">sip:2000b@pbx.test</identity><target uri="sip:2000@pbx.test"><param pname="+sip.rendering" pval="no"/></target></local> <remote><identity>sip:1002@pbx.test</identity></remote> }
  pickup -> INVITE sip:2000@pbx.test new | Replaces: z1;to-tag=line;from-tag=appearance-3 {sendrecv}
  line <- lineRetrieve call=#0 appearance=3
  line -> lineRetrieved call=#0 appearance=3 lineCall=z1 holder=other/z1 party=1002
  other <- callTakeOver call=z1 lineCall=z1
`,
);

ladder(
  'dialog;shared: numbers, and Alert-Info with the number that rings',
  `
  lamps -> SUBSCRIBE sip:2000@pbx.test new | Event: dialog;shared | Expires: 600
  lamps <- 200 SUBSCRIBE | Expires: 600
  manager <- lineWatch
  line -> lineState calls=[{"call":"s1","appearance":2,"state":"seized","from":{"number":"","name":""},"member":"2000b","isOutgoing":true,"isExclusive":false}]
  lamps <- NOTIFY | Event: dialog;shared | Subscription-State: active;expires=600 {id="s1" <state>trying</state> <sa:exclusive>false</sa:exclusive> <sa:appearance>2</sa:appearance> }
  line -> callRequest call=y2 caller=other/x1 from=1001 dialled=2000 offer=sendrecv hops=70 line=2000 appearance=4
  phone <- INVITE | Alert-Info: <urn:alert:service:normal>;appearance=4 {sendrecv}
`,
);

ladder(
  'who asks for messages that wait is told that there are none',
  `
  mwi -> SUBSCRIBE sip:2000a@pbx.test new | Event: message-summary | Expires: 600
  mwi <- 200 SUBSCRIBE | Expires: 600
  mwi <- NOTIFY | Event: message-summary | Subscription-State: active;expires=600 {Messages-Waiting: no}
`,
);

ladder(
  'a line of others may not be watched',
  `
  lamps -> SUBSCRIBE sip:2100@pbx.test new | Event: call-info
  lamps <- 403 SUBSCRIBE | Retry-After: 300
`,
);

ladder(
  'who is among the watchers of a line sees when it is busy, has no name to take a call by, and learns of no appearances',
  `
  lamps -> SUBSCRIBE sip:2000@pbx.test new | Event: dialog | Expires: 600
  lamps <- 200 SUBSCRIBE | Expires: 600
  manager <- lineWatch
  line -> lineState calls=[${HELD},${PRIVATE}]
  lamps <- NOTIFY | Event: dialog | Subscription-State: active;expires=600 {id="p1" direction="initiator" <state>confirmed</state> <local><identity display="2000b at pbx.test">sip:2000b@pbx.test</identity><target uri="sip:2000@pbx.test"><param pname="+sip.rendering" pval="no"/></target></local> + id="z1" direction="initiator" <state>confirmed</state> <local><identity display="2000b at pbx.test">sip:2000b@pbx.test</identity><target uri="sip:2000@pbx.test"><param pname="+sip.rendering" pval="no"/></target></local> <remote><identity>sip:1002@pbx.test</identity></remote> }
  pickup -> INVITE sip:2000@pbx.test new | Replaces: z1;to-tag=line;from-tag=appearance-3 {sendrecv}
  pickup <- 481 INVITE
  more -> SUBSCRIBE sip:2000@pbx.test new | Event: dialog;shared
  more <- 403 SUBSCRIBE | Retry-After: 300
  sca -> SUBSCRIBE sip:2000@pbx.test new | Event: call-info
  sca <- 403 SUBSCRIBE | Retry-After: 300
  seize -> SUBSCRIBE sip:2000@pbx.test new | Event: line-seize | Call-Info: <sip:pbx.test>;appearance-index=1
  seize <- 403 SUBSCRIBE | Retry-After: 300
  pub -> PUBLISH sip:2000@pbx.test new | Event: dialog;shared | Content-Type: application/dialog-info+xml {d1 trying 1}
  pub <- 403 PUBLISH
`,
  { user: '1002', line: { watchers: ['1002'] } },
);

ladder(
  'a line whose watchers are others is not watched, nor one that has none',
  `
  lamps -> SUBSCRIBE sip:2000@pbx.test new | Event: dialog
  lamps <- 403 SUBSCRIBE | Retry-After: 300
  lamps -> SUBSCRIBE sip:2100@pbx.test new | Event: dialog
  lamps <- 403 SUBSCRIBE | Retry-After: 300
  lamps -> SUBSCRIBE sip:2999@pbx.test new | Event: dialog
  lamps <- 404 SUBSCRIBE | Retry-After: 300
`,
  { user: '1002', line: { watchers: ['1001'] } },
);
