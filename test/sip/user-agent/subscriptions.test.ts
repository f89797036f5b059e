/** Subscriptions to us: RFC 6665. */
import { ladder } from './ladder.ts';

const SUBSCRIBED = `
  ana -> SUBSCRIBE sip:20%3001@pbx.test | Event: dialog | Expires: 600
  * subscribe 20001 fresh
  ! accept 300
  ana <- 200 SUBSCRIBE | Expires: 300
  ! notify {state-0}
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #1 | Event: dialog | Subscription-State: active;expires=300 {state-0}
  ana -> 200 NOTIFY
`;

ladder(
  'SUBSCRIBE, NOTIFY, refresh, more NOTIFYs, and the end by Expires: 0',
  `${SUBSCRIBED}
  wait 100 s
  ! notify {state-1}
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #2 | Event: dialog | Subscription-State: active;expires=200 {state-1}
  ana -> 200 NOTIFY
  ana -> SUBSCRIBE | Event: dialog | Expires: 3600
  * subscribe 20001 again
  ! accept 3600
  ana <- 200 SUBSCRIBE | Expires: 3600
  ! notify {state-1}
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #3 | Event: dialog | Subscription-State: active;expires=3600 {state-1}
  ana -> 200 NOTIFY
  ana -> SUBSCRIBE | Event: dialog | Expires: 0
  ana <- 200 SUBSCRIBE | Expires: 0
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #4 | Event: dialog | Subscription-State: terminated;reason=timeout
  * unsubscribed
  ana -> 200 NOTIFY
  ! notify {too late}
  ana -> SUBSCRIBE | Event: dialog | Expires: 600
  ana <- 481 SUBSCRIBE
  `,
);

ladder(
  'a subscription that is not refreshed runs out',
  `${SUBSCRIBED}
  wait 300 s
  (+300000) ana <- NOTIFY sip:ana@192.0.2.1:5060 #2 | Event: dialog | Subscription-State: terminated;reason=timeout
  (+300000) * unsubscribed
  ana -> 200 NOTIFY
  `,
);

ladder(
  'NOTIFYs go out one at a time, so that none overtakes another',
  `${SUBSCRIBED}
  ! notify {state-1}
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #2 | Event: dialog | Subscription-State: active;expires=300 {state-1}
  ! notify {state-2}
  ! notify {state-3}
  ana -> 200 NOTIFY
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #3 | Event: dialog | Subscription-State: active;expires=300 {state-2}
  ana -> 500 NOTIFY
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #4 | Event: dialog | Subscription-State: active;expires=300 {state-3}
  ana -> 200 NOTIFY
  ! notify deactivated
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #5 | Event: dialog | Subscription-State: terminated;reason=deactivated
  ana -> 200 NOTIFY
  `,
);

ladder(
  'a subscriber that says 481 to NOTIFY is gone; one that is only busy is not',
  `${SUBSCRIBED}
  ! notify {state-1}
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #2 | Event: dialog | Subscription-State: active;expires=300 {state-1}
  ana -> 480 NOTIFY | Retry-After: 5
  ! notify {state-2}
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #3 | Event: dialog | Subscription-State: active;expires=300 {state-2}
  ! notify {state-3}
  ana -> 481 NOTIFY
  * unsubscribed
  `,
);

ladder(
  'a subscriber that does not answer a NOTIFY is gone',
  `${SUBSCRIBED}
  ! notify {state-1}
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #2 | Event: dialog | Subscription-State: active;expires=300 {state-1}
  wait about 32 s
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #2 | Event: dialog | Subscription-State: active;expires=300 {state-1}
  * unsubscribed
  `,
);

ladder(
  'Expires: 0 outside a dialog asks for the state once',
  `
  ana -> SUBSCRIBE sip:2001@pbx.test | Event: dialog | Expires: 0
  * subscribe 2001 fresh
  ! accept 3600
  ana <- 200 SUBSCRIBE | Expires: 0
  ! notify {state}
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #1 | Event: dialog | Subscription-State: terminated;reason=timeout {state}
  * unsubscribed
  ana -> 200 NOTIFY
  `,
);

ladder(
  'the owner refuses, a new subscription and a refresh; the latter stays as it was',
  `
  ana -> SUBSCRIBE sip:9999@pbx.test | Event: dialog
  * subscribe 9999 fresh
  ! reject 404
  ana <- 404 SUBSCRIBE
  `,
);

ladder(
  'a refresh that is refused leaves the subscription as it was',
  `${SUBSCRIBED}
  ana -> SUBSCRIBE | Event: dialog | Expires: 600
  * subscribe 20001 again
  ! reject 403
  ana <- 403 SUBSCRIBE
  ! notify {state-1}
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #2 | Event: dialog | Subscription-State: active;expires=300 {state-1}
  ana -> 200 NOTIFY
  ! notify noresource
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #3 | Event: dialog | Subscription-State: terminated;reason=noresource
  ana -> 200 NOTIFY
  `,
);

ladder(
  'packages, times and event values that will not do',
  `
  ana -> SUBSCRIBE sip:2001@pbx.test | Event: weather
  ana <- 489 SUBSCRIBE | Allow-Events: dialog | Retry-After: 3600
  ana -> SUBSCRIBE sip:2001@pbx.test
  ana <- 489 SUBSCRIBE | Allow-Events: dialog | Retry-After: 3600
  ana -> SUBSCRIBE sip:2001@pbx.test | Event: dialog | Expires: 5
  ana <- 423 SUBSCRIBE | Min-Expires: 15
  ana -> SUBSCRIBE sip:2001@pbx.test | Event: dialog | Expires: soon
  ana <- 400 SUBSCRIBE
  ana -> SUBSCRIBE sip:2001@pbx.test | Event: dialog | -Contact
  ana <- 400 SUBSCRIBE
  `,
);

ladder(
  'more subscriptions than we keep: 503',
  `${SUBSCRIBED}
  bob -> SUBSCRIBE sip:2001@pbx.test | Event: dialog
  bob <- 503 SUBSCRIBE | Retry-After: 5
  ! notify noresource
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #2 | Event: dialog | Subscription-State: terminated;reason=noresource
  ana -> 200 NOTIFY
  `,
  { limits: { legs: 1, unanswered: 1, subscriptions: 1 } },
);

ladder(
  'an owner that says nothing does not keep a subscriber waiting for ever, and hears that it waits no more',
  `
  ana -> SUBSCRIBE sip:2001@pbx.test | Event: dialog | Expires: 600
  * subscribe 2001 fresh
  wait 32 s
  (+32000) ana <- 480 SUBSCRIBE
  (+32000) * unsubscribed
  `,
);

ladder(
  'the id of an event belongs to it: another one in the same dialog is no refresh',
  `
  ana -> SUBSCRIBE sip:2001@pbx.test | Event: dialog;id=7 | Expires: 600
  * subscribe 2001 fresh
  ! accept 300
  ana <- 200 SUBSCRIBE | Expires: 300
  ! notify {state}
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #1 | Event: dialog;id=7 | Subscription-State: active;expires=300 {state}
  ana -> 200 NOTIFY
  ana -> SUBSCRIBE | Event: dialog;id=8
  ana <- 481 SUBSCRIBE
  ana -> INFO
  ana <- 481 INFO
  ana -> SUBSCRIBE | Event: dialog; id=7 | Expires: 0
  ana <- 200 SUBSCRIBE | Expires: 0
  ana <- NOTIFY sip:ana@192.0.2.1:5060 #2 | Event: dialog;id=7 | Subscription-State: terminated;reason=timeout
  * unsubscribed
  ana -> 200 NOTIFY
  `,
);
