/** The appearance agent of RFC 7463: what a phone publishes of its calls, and what it is answered. */
import { ladder } from './bench.ts';

const FORM = 'Event: dialog;shared | Content-Type: application/dialog-info+xml';
const PUBLISH = `PUBLISH sip:2000@pbx.test new | ${FORM}`;
const AGAIN = 'PUBLISH sip:2000@pbx.test new | Event: dialog;shared';
const SEIZED = `
  pub -> ${PUBLISH} | Expires: 180 {d1 trying 2}
  line <- lineSeize call=#0 appearance=2 leaseMs=120000
  line -> lineSeized call=#0 appearance=2
  pub <- 200 PUBLISH | Expires: 120 | SIP-ETag: $e1 {id="d1" <state>trying</state> <sa:appearance>2</sa:appearance> }
`;
const BOUND = `${SEIZED}
  pub -> ${PUBLISH} | Expires: 180 | SIP-If-Match: $e1 {d1 trying 2 of=phone-call-1/phone1}
  line <- lineSeize call=#0 appearance=2 leaseMs=120000
  line -> lineSeized call=#0 appearance=2
  pub <- 200 PUBLISH | Expires: 120 | SIP-ETag: $e2 {id="d1" <state>trying</state> <sa:appearance>2</sa:appearance> }
`;

ladder(
  'a number is seized, bound to a dialog, called on, and given up with the call',
  `${BOUND}
  other -> callRelease call=nobody cause=hung_up
  late -> INVITE sip:1002@pbx.test new {sendrecv}
  control <- callRequest call=#1 dialled=1002 offer={sendrecv} byLine=2000
  line <- lineUse call=#1 state=progressing party=1002 isExclusive=false
  phone -> INVITE sip:1002@pbx.test new {sendrecv}
  control <- callRequest call=#2 dialled=1002 offer={sendrecv} byLine=2000
  line <- lineUse call=#0 appearance=2 state=progressing party=1002 isExclusive=false
  pub -> ${AGAIN} | SIP-If-Match: $e2 | Expires: 0
  pub <- 200 PUBLISH | Expires: 0 | SIP-ETag: $e3
  control -> callProceed call=#2 from=other/x1 party=1002 media=sendrecv
  line <- lineUse call=#0 appearance=2 state=active party=1002 isExclusive=false
  phone <- 200 INVITE {sendrecv}
  other <- callAcknowledge call=x1
`,
);

ladder(
  'a number that is bound to no dialog is that of the next call',
  `${SEIZED}
  phone -> INVITE sip:1002@pbx.test new {sendrecv}
  control <- callRequest call=#1 dialled=1002 offer={sendrecv} byLine=2000
  line <- lineUse call=#0 appearance=2 state=progressing party=1002 isExclusive=false
  pub -> ${AGAIN} | SIP-If-Match: $e1
  pub <- 200 PUBLISH | Expires: 3600 | SIP-ETag: $e2
`,
);

ladder(
  'who names neither number nor dialog is given the lowest free number, and told which',
  `
  pub -> ${PUBLISH} | Expires: 60 {d1 trying}
  line <- lineSeize call=#0 leaseMs=60000
  line -> lineSeized call=#0 appearance=3
  pub <- 200 PUBLISH | Expires: 60 | SIP-ETag: $e1 {id="d1" <state>trying</state> <sa:appearance>3</sa:appearance> }
  pub -> ${PUBLISH} | Expires: 60 | SIP-If-Match: $e1 {d1 trying of=phone-call-1/phone1}
  line <- lineSeize call=#0 appearance=3 leaseMs=60000
  line -> lineSeized call=#0 appearance=3
  pub <- 200 PUBLISH | Expires: 60 | SIP-ETag: $e2 {id="d1" <state>trying</state> <sa:appearance>3</sa:appearance> }
`,
);

ladder(
  'a call that shall have no number is told to nobody',
  `
  pub -> ${PUBLISH} {d1 trying of=phone-call-1/phone1}
  pub <- 200 PUBLISH | Expires: 3600 | SIP-ETag: $e1
  phone -> INVITE sip:1002@pbx.test new {sendrecv}
  control <- callRequest call=#0 dialled=1002 offer={sendrecv} byLine=2000
  control -> callRefuse call=#0 cause=busy
  phone <- 486 INVITE | Reason: Q.850;cause=17;text="User busy"
`,
);

const LAMPS = `
  lamps -> SUBSCRIBE sip:2000@pbx.test new | Event: dialog;shared | Expires: 600
  lamps <- 200 SUBSCRIBE | Expires: 600
  manager <- lineWatch
`;

ladder(
  "another's number: 400 with what is free, and the state of the line at once",
  `${LAMPS}
  line -> lineState calls=[]
  lamps <- NOTIFY | Event: dialog;shared | Subscription-State: active;expires=600 {}
  pub -> ${PUBLISH} {d1 trying 2}
  line <- lineSeize call=#0 appearance=2 leaseMs=120000
  line -> lineSeizeRefused call=#0 cause=busy free=3
  pub <- 400 PUBLISH | Warning: 399 linewright "appearance 2 is in use; 3 is free"
  lamps <- NOTIFY | Event: dialog;shared | Subscription-State: active;expires=600 {}
`,
);

ladder(
  'a line that is full; one of whose numbers there are fewer; no right; a line that says nothing',
  `
  pub -> ${PUBLISH} {d1 trying}
  line <- lineSeize call=#0 leaseMs=120000
  line -> lineSeizeRefused call=#0 cause=no_free_appearance
  pub <- 400 PUBLISH | Warning: 399 linewright "no appearance is free"
  pub -> ${PUBLISH} {d1 trying 5}
  pub <- 400 PUBLISH | Warning: 399 linewright "appearance 5 is not one of 1 to 4"
  pub -> ${PUBLISH} {d1 trying 0}
  pub <- 400 PUBLISH | Warning: 399 linewright "dialog 1: appearance 0 is not one of 1 to 10000"
  pub -> ${PUBLISH} {d1 trying 1}
  line <- lineSeize call=#1 appearance=1 leaseMs=120000
  line -> lineSeizeRefused call=#1 cause=forbidden
  pub <- 403 PUBLISH | Warning: 399 linewright "no right to call from this line"
  pub -> ${PUBLISH} {d1 trying 1}
  line <- lineSeize call=#2 appearance=1 leaseMs=120000
  wait 3 s
  line <- lineSeize call=#2 appearance=1 leaseMs=120000
  line <- lineSeize call=#2 appearance=1 leaseMs=120000
  pub <- 480 PUBLISH | Retry-After: 1 | Warning: 399 linewright "the line cannot be asked: unreachable"
  line -> lineSeized call=#2 appearance=1
  line <- callEnded call=#2 cause=caller gave up
`,
);

ladder(
  "what is no document, a line of others, a line of nobody's, plain dialogs, too short a time",
  `
  pub -> ${PUBLISH} {<dialog-info>}
  pub <- 400 PUBLISH | Warning: 399 linewright "unclosed tag: dialog-info"
  pub -> ${PUBLISH} {d1 trying two}
  pub <- 400 PUBLISH | Warning: 399 linewright "dialog 1: appearance is no number"
  pub -> PUBLISH sip:2100@pbx.test new | ${FORM} {d1 trying 1}
  pub <- 403 PUBLISH
  pub -> PUBLISH sip:9999@pbx.test new | ${FORM} {d1 trying 1}
  pub <- 404 PUBLISH
  pub -> PUBLISH sip:2000@pbx.test new | Event: dialog | Content-Type: application/dialog-info+xml {d1 trying 1}
  pub <- 489 PUBLISH
  pub -> ${PUBLISH} | Expires: 14 {d1 trying 1}
  pub <- 423 PUBLISH | Min-Expires: 15
`,
);

ladder(
  'a number is renewed, exchanged for another one, kept when that is refused, and runs out',
  `${SEIZED}
  wait 100 s
  pub -> ${AGAIN} | SIP-If-Match: $e1 | Expires: 180
  line <- lineSeize call=#0 appearance=2 leaseMs=120000
  line -> lineSeized call=#0 appearance=2
  pub <- 200 PUBLISH | Expires: 120 | SIP-ETag: $e2 {id="d1" <state>trying</state> <sa:appearance>2</sa:appearance> }
  pub -> ${PUBLISH} | SIP-If-Match: $e2 {d1 trying 3}
  line <- lineSeize call=#1 appearance=3 leaseMs=120000
  line -> lineSeizeRefused call=#1 cause=busy free=1
  pub <- 400 PUBLISH | Warning: 399 linewright "appearance 3 is in use; 1 is free"
  pub -> ${PUBLISH} | SIP-If-Match: $e2 | Expires: 20 {d1 trying 1}
  line <- lineSeize call=#2 appearance=1 leaseMs=20000
  line -> lineSeized call=#2 appearance=1
  line <- callEnded call=#0 cause=caller gave up
  pub <- 200 PUBLISH | Expires: 20 | SIP-ETag: $e3 {id="d1" <state>trying</state> <sa:appearance>1</sa:appearance> }
  wait 20 s
  line <- callEnded call=#2 cause=caller gave up
  pub -> ${AGAIN} | SIP-If-Match: $e3
  pub <- 412 PUBLISH
`,
);

ladder(
  'what the line takes back is over: the phone is to publish anew',
  `${SEIZED}
  line -> lineSeizeRefused call=#0 cause=released
  pub -> ${AGAIN} | SIP-If-Match: $e1
  pub <- 412 PUBLISH
`,
);

ladder(
  'several dialogs in one document: all are taken, or none; what a full one does not name is over',
  `
  pub -> ${PUBLISH} {d1 trying 1; d2 trying 2}
  line <- lineSeize call=#0 appearance=1 leaseMs=120000
  line <- lineSeize call=#1 appearance=2 leaseMs=120000
  line -> lineSeized call=#0 appearance=1
  line -> lineSeizeRefused call=#1 cause=busy free=3
  line <- callEnded call=#0 cause=caller gave up
  pub <- 400 PUBLISH | Warning: 399 linewright "appearance 2 is in use; 3 is free"
  pub -> ${PUBLISH} {d1 trying 1; d2 trying 2}
  line <- lineSeize call=#2 appearance=1 leaseMs=120000
  line <- lineSeize call=#3 appearance=2 leaseMs=120000
  line -> lineSeized call=#3 appearance=2
  line -> lineSeized call=#2 appearance=1
  pub <- 200 PUBLISH | Expires: 120 | SIP-ETag: $e1 {id="d1" <state>trying</state> <sa:appearance>1</sa:appearance> + id="d2" <state>trying</state> <sa:appearance>2</sa:appearance> }
  pub -> ${PUBLISH} | SIP-If-Match: $e1 {full: d2 trying 2}
  line <- lineSeize call=#3 appearance=2 leaseMs=120000
  line <- callEnded call=#2 cause=caller gave up
  line -> lineSeized call=#3 appearance=2
  pub <- 200 PUBLISH | Expires: 120 | SIP-ETag: $e2 {id="d2" <state>trying</state> <sa:appearance>2</sa:appearance> }
  pub -> ${PUBLISH} | SIP-If-Match: $e2 {d2 terminated}
  line <- callEnded call=#3 cause=caller gave up
  pub <- 200 PUBLISH | Expires: 3600 | SIP-ETag: $e3
  pub -> ${AGAIN} | SIP-If-Match: $e3
  pub <- 412 PUBLISH
`,
);

ladder(
  'an INVITE that does not wait for the answer to its PUBLISH waits for the number; an emergency does not',
  `
  pub -> ${PUBLISH} {d1 trying 1 of=phone-call-1/phone1}
  line <- lineSeize call=#0 appearance=1 leaseMs=120000
  phone -> INVITE sip:1002@pbx.test new {sendrecv}
  line -> lineSeized call=#0 appearance=1
  control <- callRequest call=#1 dialled=1002 offer={sendrecv} byLine=2000
  line <- lineUse call=#0 appearance=1 state=progressing party=1002 isExclusive=false
  pub <- 200 PUBLISH | Expires: 3600 | SIP-ETag: $e1
  pub -> ${PUBLISH} {d1 trying 2 of=urgent-call-1/urgent1}
  line <- lineSeize call=#2 appearance=2 leaseMs=120000
  urgent -> INVITE sip:112@pbx.test new {sendrecv}
  line <- callEnded call=#2 cause=caller gave up
  pub <- 200 PUBLISH | Expires: 3600 | SIP-ETag: $e2
  control <- callRequest call=#3 dialled=112 offer={sendrecv} byLine=2000
  line <- lineUse call=#3 state=progressing party=112 isExclusive=false
`,
);

ladder(
  'a call that is published as exclusive is, and a hold that only the document tells is one',
  `
  pub -> ${PUBLISH} {d1 trying 1 exclusive of=phone-call-1/phone1}
  line <- lineSeize call=#0 appearance=1 leaseMs=120000
  line -> lineSeized call=#0 appearance=1
  pub <- 200 PUBLISH | Expires: 120 | SIP-ETag: $e1 {id="d1" <state>trying</state> <sa:appearance>1</sa:appearance> }
  phone -> INVITE sip:1002@pbx.test new {sendrecv}
  control <- callRequest call=#1 dialled=1002 offer={sendrecv} byLine=2000
  line <- lineUse call=#0 appearance=1 state=progressing party=1002 isExclusive=true
  control -> callProceed call=#1 from=other/x1 party=1002 media=sendrecv
  line <- lineUse call=#0 appearance=1 state=active party=1002 isExclusive=true
  phone <- 200 INVITE {sendrecv}
  other <- callAcknowledge call=x1
  pub -> ${PUBLISH} | SIP-If-Match: $e1 {d1 confirmed 1 holds of=phone-call-1/phone1}
  line <- lineUse call=#0 appearance=1 state=held party=1002 isExclusive=false
  pub <- 200 PUBLISH | Expires: 3600 | SIP-ETag: $e2
  pub -> ${PUBLISH} | SIP-If-Match: $e2 {d1 confirmed 1 talks of=phone-call-1/phone1}
  line <- lineUse call=#0 appearance=1 state=active party=1002 isExclusive=false
  pub <- 200 PUBLISH | Expires: 3600 | SIP-ETag: $e3
  pub -> ${PUBLISH} | SIP-If-Match: $e3 {d1 confirmed 2 talks of=phone-call-1/phone1}
  pub <- 400 PUBLISH | Warning: 399 linewright "the call has appearance 1"
`,
);

const call = (id: string, appearance: number, state: string, isExclusive = false) =>
  `{"call":"${id}","appearance":${appearance},"state":"${state}","from":{"number":"1002","name":""},"member":"2000b","isOutgoing":true,"isExclusive":${isExclusive}}`;
const local = (rendering: string) =>
  `<local><identity display="2000b at pbx.test">sip:2000b@pbx.test</identity><target uri="sip:2000@pbx.test"><param pname="+sip.rendering" pval="${rendering}"/></target></local>`;
const shown = (id: string, appearance: number, rendering: string) =>
  `id="${id}" call-id="${id}" local-tag="line" remote-tag="appearance-${appearance}" direction="initiator" <state>confirmed</state> ${local(rendering)} <remote><identity>sip:1002@pbx.test</identity></remote> <sa:exclusive>false</sa:exclusive> <sa:appearance>${appearance}</sa:appearance>`;
const SHOWN = `lamps <- NOTIFY | Event: dialog;shared | Subscription-State: active;expires=600 {${[
  shown('a1', 1, 'yes'),
  `id="p1" direction="initiator" <state>confirmed</state> ${local('no')} <sa:exclusive>true</sa:exclusive> <sa:appearance>2</sa:appearance>`,
  shown('z1', 3, 'no'),
].join(' + ')} }`;

ladder(
  "another's place: of a call that is held, that the phone has been told of, and that is not for its owner alone",
  `
  pub -> ${PUBLISH} {d1 trying replaces=z1/line/appearance-3}
  pub <- 400 PUBLISH | Warning: 399 linewright "no such dialog is known"
  ${LAMPS}
  line -> lineState calls=[${call('z1', 3, 'held')},${call('p1', 2, 'held-private', true)},${call('a1', 1, 'active')}]
  ${SHOWN}
  pub -> ${PUBLISH} {d1 trying replaces=p1/line/appearance-2}
  pub <- 403 PUBLISH | Warning: 399 linewright "the call is for its owner alone"
  pub -> ${PUBLISH} {d1 trying replaces=a1/line/appearance-1}
  pub <- 400 PUBLISH | Warning: 399 linewright "the call is not held"
  ${SHOWN}
  pub -> ${PUBLISH} {d1 trying joins=z1/line/appearance-3}
  pub <- 400 PUBLISH | Warning: 399 linewright "calls cannot be joined"
  ${SHOWN}
  pub -> ${PUBLISH} {d1 trying replaces=z1/line/appearance-3 of=pickup-call-1/pickup1}
  pub <- 200 PUBLISH | Expires: 3600 | SIP-ETag: $e1
  pickup -> INVITE sip:2000@pbx.test new | Replaces: z1;to-tag=line;from-tag=appearance-3 {sendrecv}
  line <- lineRetrieve call=#0 appearance=3
`,
);

ladder(
  "what a phone says in Alert-Info is not believed, and who has not asked for it gets none: it is the agent's to say",
  `
  phone -> INVITE sip:1002@pbx.test new | Alert-Info: <urn:alert:service:normal>;appearance=3 {sendrecv}
  control <- callRequest call=#0 dialled=1002 offer={sendrecv} byLine=2000
  line <- lineUse call=#0 state=progressing party=1002 isExclusive=false
  line -> callRequest call=y2 caller=other/x1 from=1001 dialled=2000 offer=sendrecv hops=70 line=2000 appearance=4
  phone <- INVITE {sendrecv}
`,
);
