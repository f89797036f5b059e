/** PUBLISH: RFC 3903 §6. In what is sent $us1, $us1 … are the entity-tags that we gave. */
import { ladder } from './ladder.ts';

const OPTIONS = { allowPublications: ['dialog'] };
const FORM = 'Event: dialog;shared | Content-Type: application/dialog-info+xml';
const PUBLISHED = `
  ana -> PUBLISH sip:20%3001@pbx.test | ${FORM} | Expires: 180 {state-0}
  * publish 20001 180 s {state-0}
  ! take 120 {taken}
  ana <- 200 PUBLISH | SIP-ETag: us1 | Expires: 120 {taken}
`;

ladder(
  'PUBLISH, refresh, change, and the end by Expires: 0; each answer has another entity-tag',
  `${PUBLISHED}
  wait 100 s
  ana -> PUBLISH sip:20001@pbx.test new | Event: dialog;shared | SIP-If-Match: $us1 | Expires: 120
  * publish 20001 120 s
  ! take 120
  ana <- 200 PUBLISH | SIP-ETag: us2 | Expires: 120
  wait 100 s
  ana -> PUBLISH sip:20001@pbx.test new | ${FORM} | SIP-If-Match: $us2 | Expires: 60 {state-1}
  * publish 20001 60 s {state-1}
  ! take 120
  ana <- 200 PUBLISH | SIP-ETag: us3 | Expires: 60
  ana -> PUBLISH sip:20001@pbx.test new | Event: dialog;shared | SIP-If-Match: $us3 | Expires: 0
  ana <- 200 PUBLISH | SIP-ETag: us5 | Expires: 0
  * unpublished
  ana -> PUBLISH sip:20001@pbx.test new | Event: dialog;shared | SIP-If-Match: $us5
  ana <- 412 PUBLISH
  `,
  OPTIONS,
);

ladder(
  'what is not refreshed runs out, and cannot be named any more',
  `${PUBLISHED}
  wait 120 s
  (+120000) * unpublished
  ana -> PUBLISH sip:20001@pbx.test new | Event: dialog;shared | SIP-If-Match: $us1 | Expires: 120
  ana <- 412 PUBLISH
  `,
  OPTIONS,
);

ladder(
  'a refused change leaves what was there; a refused beginning leaves nothing',
  `${PUBLISHED}
  ana -> PUBLISH sip:20001@pbx.test new | ${FORM} | SIP-If-Match: $us1 {state-1}
  * publish 20001 3600 s {state-1}
  ana -> PUBLISH sip:20001@pbx.test new | ${FORM} | SIP-If-Match: $us1 {state-2}
  ana <- 491 PUBLISH
  ! deny 400 | Retry-After: 1
  ana <- 400 PUBLISH | Retry-After: 1
  ana -> PUBLISH sip:20001@pbx.test new | Event: dialog;shared | SIP-If-Match: $us1 | Expires: 15
  * publish 20001 15 s
  ! end
  ana <- 412 PUBLISH
  ana -> PUBLISH sip:20001@pbx.test new | ${FORM} {state-0}
  * publish 20001 3600 s {state-0}
  ! deny 403
  ana <- 403 PUBLISH
  ! take 60
  `,
  OPTIONS,
);

ladder(
  'an owner that says nothing does not keep a publisher waiting for ever',
  `
  ana -> PUBLISH sip:20001@pbx.test | ${FORM} {state-0}
  * publish 20001 3600 s {state-0}
  wait 32 s
  (+32000) ana <- 480 PUBLISH
  (+32000) * unpublished
  `,
  OPTIONS,
);

ladder(
  'what is refused before anybody is asked: other packages, times, tags, contents',
  `
  ana -> PUBLISH sip:20001@pbx.test | Event: presence | Expires: 60
  ana <- 489 PUBLISH | Allow-Events: dialog
  ana -> PUBLISH sip:20001@pbx.test new | Expires: 60
  ana <- 489 PUBLISH | Allow-Events: dialog
  ana -> PUBLISH sip:20001@pbx.test new | ${FORM} | Expires: 14 {state-0}
  ana <- 423 PUBLISH | Min-Expires: 15
  ana -> PUBLISH sip:20001@pbx.test new | ${FORM} | Expires: soon {state-0}
  ana <- 400 PUBLISH
  ana -> PUBLISH sip:20001@pbx.test new | Event: dialog;shared | Expires: 60
  ana <- 400 PUBLISH
  ana -> PUBLISH sip:20001@pbx.test new | Event: dialog;shared | Content-Type: application/pidf+xml {state-0}
  ana <- 415 PUBLISH | Accept: application/dialog-info+xml
  ana -> PUBLISH sip:20001@pbx.test new | ${FORM} | SIP-If-Match: nobody {state-0}
  ana <- 412 PUBLISH
  ana -> PUBLISH sip:20001@pbx.test new | ${FORM} | Expires: 0 {state-0}
  ana <- 200 PUBLISH | SIP-ETag: us3 | Expires: 0
  `,
  OPTIONS,
);

ladder(
  'an entity-tag names nothing for another resource',
  `${PUBLISHED}
  ana -> PUBLISH sip:20002@pbx.test new | Event: dialog;shared | SIP-If-Match: $us1
  ana <- 412 PUBLISH
  wait 120 s
  (+120000) * unpublished
  `,
  OPTIONS,
);

ladder(
  'more than fit are refused',
  `${PUBLISHED}
  ana -> PUBLISH sip:20002@pbx.test new | ${FORM} {state-0}
  ana <- 503 PUBLISH | Retry-After: 5
  wait 120 s
  (+120000) * unpublished
  `,
  { ...OPTIONS, limits: { legs: 1, unanswered: 1, subscriptions: 1 } },
);
