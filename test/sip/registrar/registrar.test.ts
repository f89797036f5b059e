/**
 * Ladders of a registrar. `> Call-ID CSeq [source] | header | header …` is a REGISTER, `<` its
 * answer, `*` a change. `+ 60` lets seconds pass, `x 7` loses connection 7, `= ` lists ways to send.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { formatHop, type Hop, type Transport } from '../../../src/sip/hop.ts';
import type { SipRequest } from '../../../src/sip/message/message.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import { type BindingChange, Registrar } from '../../../src/sip/registrar/registrar.ts';

ladder(
  'a contact is registered, asked for, refreshed, and removed',
  `
  > c1 1 | Contact: <sip:a@192.0.2.1:5060> | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=120
  * added sip:a@192.0.2.1:5060
  + 10
  > other 1
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=110
  > c1 2 | Contact: <sip:a@192.0.2.1:5060> | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=120
  * refreshed sip:a@192.0.2.1:5060
  > c1 3 | Contact: <sip:a@192.0.2.1:5060>;expires=0 | Expires: 120
  < 200
  * removed sip:a@192.0.2.1:5060
  > c1 4 | Contact: <sip:a@192.0.2.1:5060>;expires=0
  < 200
  `,
);

ladder(
  'a phone that began anew is told by its Call-ID; what it asks for is what counts',
  `
  > c1 9 | Contact: <sip:a@192.0.2.1:5060> | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=120
  * added sip:a@192.0.2.1:5060
  > c2 1 | Contact: <sip:a@192.0.2.1:5060> | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=120
  * refreshed sip:a@192.0.2.1:5060 anew
  > c2 1 | Contact: <sip:a@192.0.2.1:5060> | Expires: 120
  < 500 Out Of Order
  > ${'c'.repeat(600)} 1 | Contact: <sip:a@192.0.2.1:5060> | Expires: 120
  < 400 Call-ID Too Long
  > c3 1 | Contact: <sip:a@192.0.2.1:5060> | Expires: 0
  < 200
  * removed sip:a@192.0.2.1:5060
  `,
);

ladder(
  'of a phone that has begun anew one contact stays: the instance tells, wherever its new one points',
  `
  > c1 1 | Contact: <sip:a@192.0.2.1:5060>;+sip.instance="<urn:uuid:1>" | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=120;+sip.instance="<urn:uuid:1>"
  * added sip:a@192.0.2.1:5060
  > c2 1 udp:192.0.2.1:5062 | Contact: <sip:a@192.0.2.1:5062>;+sip.instance="<urn:uuid:1>" | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5062>;expires=120;+sip.instance="<urn:uuid:1>"
  * moved sip:a@192.0.2.1:5060 anew
  > c3 1 | Contact: <sip:b@192.0.2.1:5062>;+sip.instance="<urn:uuid:1>" | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5062>;expires=120;+sip.instance="<urn:uuid:1>" | Contact: <sip:b@192.0.2.1:5062>;expires=120;+sip.instance="<urn:uuid:1>"
  * added sip:b@192.0.2.1:5062
  > c4 1 | Contact: <sip:a@192.0.2.1:5064>;+sip.instance="<urn:uuid:2>" | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5062>;expires=120;+sip.instance="<urn:uuid:1>" | Contact: <sip:b@192.0.2.1:5062>;expires=120;+sip.instance="<urn:uuid:1>" | Contact: <sip:a@192.0.2.1:5064>;expires=120;+sip.instance="<urn:uuid:2>"
  * added sip:a@192.0.2.1:5064
  `,
);

ladder(
  'a phone that has another Call-ID each time does not begin anew each time',
  `
  > c1 1 | Contact: <sip:a@192.0.2.1:5060> | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=120
  * added sip:a@192.0.2.1:5060
  > c2 1 | Contact: <sip:a@192.0.2.1:5060> | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=120
  * refreshed sip:a@192.0.2.1:5060 anew
  > c3 1 | Contact: <sip:a@192.0.2.1:5060> | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=120
  * refreshed sip:a@192.0.2.1:5060 anew
  > c4 1 | Contact: <sip:a@192.0.2.1:5060> | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=120
  * refreshed sip:a@192.0.2.1:5060
  > c4 2 | Contact: <sip:a@192.0.2.1:5060> | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=120
  * refreshed sip:a@192.0.2.1:5060
  > c5 1 | Contact: <sip:a@192.0.2.1:5060> | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=120
  * refreshed sip:a@192.0.2.1:5060 anew
  `,
);

ladder(
  'a phone that registers one contact for two addresses by turns has not begun anew each time',
  `
  > c1 1 | Contact: <sip:a@192.0.2.1:5060> | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=120
  * added sip:a@192.0.2.1:5060
  > c2 1 | Contact: <sip:a@192.0.2.1:5060> | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=120
  * refreshed sip:a@192.0.2.1:5060 anew
  > c1 2 | Contact: <sip:a@192.0.2.1:5060> | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=120
  * refreshed sip:a@192.0.2.1:5060
  > c2 2 | Contact: <sip:a@192.0.2.1:5060> | Expires: 120
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=120
  * refreshed sip:a@192.0.2.1:5060
  `,
);

ladder(
  'a contact that is not refreshed expires, one that is lives on',
  `
  > c1 1 | Contact: <sip:a@192.0.2.1:5060>;expires=60
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=60
  * added sip:a@192.0.2.1:5060
  > c2 1 | Contact: <sip:b@192.0.2.1:5060>;expires=60
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=60 | Contact: <sip:b@192.0.2.1:5060>;expires=60
  * added sip:b@192.0.2.1:5060
  + 40
  > c2 2 | Contact: <sip:b@192.0.2.1:5060>;expires=60
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=20 | Contact: <sip:b@192.0.2.1:5060>;expires=60
  * refreshed sip:b@192.0.2.1:5060
  + 20
  * removed sip:a@192.0.2.1:5060
  + 39.99
  + 0.01
  * removed sip:b@192.0.2.1:5060
  `,
);

ladder(
  'a refresh may shorten what was granted',
  `
  > c1 1 | Contact: <sip:a@192.0.2.1:5060> | Expires: 600
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=600
  * added sip:a@192.0.2.1:5060
  > c1 2 | Contact: <sip:a@192.0.2.1:5060> | Expires: 60
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=60
  * refreshed sip:a@192.0.2.1:5060
  + 60
  * removed sip:a@192.0.2.1:5060
  `,
);

ladder(
  'the contact says how long before the header field does, and nobody gets more than there is',
  `
  > c1 1 | Contact: <sip:a@192.0.2.1:5060>;expires=90, <sip:b@192.0.2.1:5060> | Expires: 80
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=90 | Contact: <sip:b@192.0.2.1:5060>;expires=80
  * added sip:a@192.0.2.1:5060
  * added sip:b@192.0.2.1:5060
  > c1 2 | Contact: <sip:a@192.0.2.1:5060> | Contact: <sip:b@192.0.2.1:5060>;expires=99999999999999999999
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=3600 | Contact: <sip:b@192.0.2.1:5060>;expires=7200
  * refreshed sip:a@192.0.2.1:5060
  * refreshed sip:b@192.0.2.1:5060
  > c1 3 | Contact: <sip:a@192.0.2.1:5060>;expires=soon, <sip:b@192.0.2.1:5060>;expires=0
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=3600
  * refreshed sip:a@192.0.2.1:5060
  * removed sip:b@192.0.2.1:5060
  `,
);

ladder(
  'less than the minimum is refused, and nothing of that request happens',
  `
  > c1 1 | Contact: <sip:a@192.0.2.1:5060> | Contact: <sip:b@192.0.2.1:5060>;expires=59
  < 423 | Min-Expires: 60
  > c1 2
  < 200
  `,
);

ladder(
  '* removes all contacts, whoever registered them',
  `
  > c1 1 | Contact: <sip:a@192.0.2.1:5060>, <sip:b@192.0.2.1:5060>
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=3600 | Contact: <sip:b@192.0.2.1:5060>;expires=3600
  * added sip:a@192.0.2.1:5060
  * added sip:b@192.0.2.1:5060
  > c2 1 | Contact: *
  < 400 Contact * Without Expires 0
  > c2 2 | Contact: * | Expires: 3600
  < 400 Contact * Without Expires 0
  > c2 3 | Contact: *, <sip:a@192.0.2.1:5060> | Expires: 0
  < 400 Contact * Is Not Alone
  > c2 4 | Contact: *;expires=0
  < 400 Malformed Contact
  > c1 1 | Contact: * | Expires: 0
  < 500 Out Of Order
  > c2 5 | Contact: * | Expires: 0
  < 200
  * removed sip:a@192.0.2.1:5060
  * removed sip:b@192.0.2.1:5060
  `,
);

ladder(
  'a request that was overtaken changes nothing, not even its other contacts',
  `
  > c1 5 | Contact: <sip:a@192.0.2.1:5060>
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=3600
  * added sip:a@192.0.2.1:5060
  > c1 5 | Contact: <sip:b@192.0.2.1:5060>, <sip:a@192.0.2.1:5060>
  < 500 Out Of Order
  > c1 4 | Contact: <sip:a@192.0.2.1:5060>;expires=0
  < 500 Out Of Order
  > c2 1 | Contact: <sip:a@192.0.2.1:5060>
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=3600
  * refreshed sip:a@192.0.2.1:5060 anew
  > c1 1 | Contact: <sip:a@192.0.2.1:5060>
  < 200 | Contact: <sip:a@192.0.2.1:5060>;expires=3600
  * refreshed sip:a@192.0.2.1:5060
  `,
);

ladder(
  'contacts are the same when their URIs are, not when their texts are',
  `
  > c1 1 | Contact: "A" <sip:%61@PHONE.test;transport=tcp>;q=0.5
  < 200 | Contact: <sip:%61@PHONE.test;transport=tcp>;expires=3600;q=0.5
  * added sip:%61@PHONE.test;transport=tcp
  > c1 2 | Contact: <sip:a@phone.test;transport=tcp>
  < 200 | Contact: <sip:a@phone.test;transport=tcp>;expires=3600
  * moved sip:%61@PHONE.test;transport=tcp
  > c1 3 | Contact: sip:a@phone.test
  < 200 | Contact: <sip:a@phone.test;transport=tcp>;expires=3600 | Contact: <sip:a@phone.test>;expires=3600
  * added sip:a@phone.test
  `,
);

ladder(
  'more contacts than allowed are refused, but those that are there can be refreshed and exchanged',
  `
  > c1 1 | Contact: <sip:a@192.0.2.1>, <sip:b@192.0.2.1>, <sip:c@192.0.2.1>
  < 200 | Contact: <sip:a@192.0.2.1>;expires=3600 | Contact: <sip:b@192.0.2.1>;expires=3600 | Contact: <sip:c@192.0.2.1>;expires=3600
  * added sip:a@192.0.2.1
  * added sip:b@192.0.2.1
  * added sip:c@192.0.2.1
  > c1 2 | Contact: <sip:d@192.0.2.1>
  < 403 Too Many Contacts
  > c1 3 | Contact: <sip:a@192.0.2.1>;expires=60
  < 200 | Contact: <sip:a@192.0.2.1>;expires=60 | Contact: <sip:b@192.0.2.1>;expires=3600 | Contact: <sip:c@192.0.2.1>;expires=3600
  * refreshed sip:a@192.0.2.1
  > c1 4 | Contact: <sip:d@192.0.2.1>, <sip:a@192.0.2.1>;expires=0, <sip:a@192.0.2.1>
  < 200 | Contact: <sip:b@192.0.2.1>;expires=3600 | Contact: <sip:c@192.0.2.1>;expires=3600 | Contact: <sip:d@192.0.2.1>;expires=3600
  * added sip:d@192.0.2.1
  * removed sip:a@192.0.2.1
  `,
);

ladder(
  'what is no contact is refused',
  `
  > c1 1 | Contact: <sip:a@192.0.2.1
  < 400 Malformed Contact
  > c1 2 | Contact: sip:a@192.0.2.1?Route=%3Csip:x%3E
  < 400 Malformed Contact
  > c1 3 | Contact: <sip:>
  < 400 Malformed Contact
  > c1 4 | Contact: <tel:+4930123>
  < 400 Contact Is No SIP URI
  > c1 5 | Contact: <sip:a@192.0.2.1>;q=0.5;q=0.6
  < 400 Malformed Contact
  > c1 6 | Contact: <sip:${'a'.repeat(1_100)}@192.0.2.1>
  < 400 Contact Too Long
  > ${'c'.repeat(600)} 1 | Contact: <sip:a@192.0.2.1>
  < 400 Call-ID Too Long
  > c1 7 | Contact:
  < 200
  `,
);

ladder(
  'a phone that moves keeps its binding by instance and reg-id (RFC 5626)',
  `
  > c1 1 tcp:192.0.2.1:40000#7 | Contact: <sip:a@192.0.2.1:40000;transport=tcp>;reg-id=1;+sip.instance="<urn:uuid:1>" | Supported: path, outbound
  < 200 | Contact: <sip:a@192.0.2.1:40000;transport=tcp>;expires=3600;+sip.instance="<urn:uuid:1>";reg-id=1 | Require: outbound | Flow-Timer: 90
  * added <urn:uuid:1>;1
  > c2 1 tcp:192.0.2.9:50000#8 | Contact: <sip:a@192.0.2.9:50000;transport=tcp>;reg-id=1;+sip.instance="<urn:uuid:1>" | Supported: path, outbound
  < 200 | Contact: <sip:a@192.0.2.9:50000;transport=tcp>;expires=3600;+sip.instance="<urn:uuid:1>";reg-id=1 | Require: outbound | Flow-Timer: 90
  * moved <urn:uuid:1>;1 anew
  > c3 1 tcp:192.0.2.9:50001#9 | Contact: <sip:a@192.0.2.9:50001;transport=tcp>;reg-id=2;+sip.instance="<urn:uuid:1>" | Supported: path, outbound
  < 200 | Contact: <sip:a@192.0.2.9:50000;transport=tcp>;expires=3600;+sip.instance="<urn:uuid:1>";reg-id=1 | Contact: <sip:a@192.0.2.9:50001;transport=tcp>;expires=3600;+sip.instance="<urn:uuid:1>";reg-id=2 | Require: outbound | Flow-Timer: 90
  * added <urn:uuid:1>;2
  > c3 2 tcp:192.0.2.9:50001#9 | Contact: <sip:a@192.0.2.9:50001;transport=tcp>;reg-id=2;+sip.instance="<urn:uuid:1>" | Supported: path, outbound
  < 200 | Contact: <sip:a@192.0.2.9:50000;transport=tcp>;expires=3600;+sip.instance="<urn:uuid:1>";reg-id=1 | Contact: <sip:a@192.0.2.9:50001;transport=tcp>;expires=3600;+sip.instance="<urn:uuid:1>";reg-id=2 | Require: outbound | Flow-Timer: 90
  * refreshed <urn:uuid:1>;2
  x 7
  x 8
  * removed <urn:uuid:1>;1
  x 9
  * removed <urn:uuid:1>;2
  `,
);

ladder(
  'a reg-id without an instance says nothing, and two flows are not registered at once',
  `
  > c1 1 | Contact: <sip:a@192.0.2.1>;reg-id=1 | Supported: outbound
  < 200 | Contact: <sip:a@192.0.2.1>;expires=3600
  * added sip:a@192.0.2.1
  > c1 2 | Contact: <sip:b@192.0.2.1>;reg-id=0;+sip.instance="<x>" | Supported: outbound
  < 200 | Contact: <sip:a@192.0.2.1>;expires=3600 | Contact: <sip:b@192.0.2.1>;expires=3600;+sip.instance="<x>"
  * added sip:b@192.0.2.1
  > c1 3 | Contact: <sip:c@192.0.2.1>;reg-id=1;+sip.instance="<x>", <sip:c@192.0.2.1>;reg-id=2;+sip.instance="<x>" | Supported: outbound
  < 400 More Than One Flow
  > c1 4 | Contact: <sip:c@192.0.2.1>;reg-id=1;+sip.instance="<x>" | Via: SIP/2.0/UDP 192.0.2.7 | Via: SIP/2.0/UDP 192.0.2.1 | Supported: outbound
  < 439
  `,
);

ladder(
  'the proxies on the path are passed on the way back (RFC 3327)',
  `
  > c1 1 udp:192.0.2.7:5060 | Contact: <sip:a@10.0.0.1> | Path: <sip:192.0.2.7;lr>, <sip:192.0.2.8;lr>
  < 420 | Unsupported: path
  > c1 2 udp:192.0.2.7:5060 | Contact: <sip:a@10.0.0.1> | Path: <sip:192.0.2.7;lr>, <sip:192.0.2.8;lr> | Supported: 100rel, pathfinder
  < 420 | Unsupported: path
  > c1 3 udp:192.0.2.7:5060 | Contact: <sip:a@10.0.0.1> | Path: <sip:192.0.2.7;lr>, <sip:192.0.2.8;lr> | Supported: 100rel,Path
  < 200 | Contact: <sip:a@10.0.0.1>;expires=3600 | Path: <sip:192.0.2.7;lr>, <sip:192.0.2.8;lr>
  * added sip:a@10.0.0.1
  = udp:192.0.2.7:5060 via <sip:192.0.2.7;lr> <sip:192.0.2.8;lr>
  > c1 4 udp:192.0.2.7:5060 | Contact: <sip:a@10.0.0.1> | Path: <sip:192.0.2.9:5080;lr> | Supported: path
  < 200 | Contact: <sip:a@10.0.0.1>;expires=3600 | Path: <sip:192.0.2.9:5080;lr>
  * moved sip:a@10.0.0.1
  = udp:192.0.2.9:5080 via <sip:192.0.2.9:5080;lr>
  > c1 5 udp:192.0.2.7:5060 | Contact: <sip:a@10.0.0.1> | Path: nonsense | Supported: path
  < 400 Malformed Path
  > c2 1 tcp:192.0.2.7:40000#3 | Contact: <sip:b@10.0.0.1>;reg-id=1;+sip.instance="<x>" | Path: <sip:token@192.0.2.7;transport=tcp;lr;ob> | Via: SIP/2.0/TCP 192.0.2.7 | Via: SIP/2.0/TCP 10.0.0.1 | Supported: path, outbound
  < 200 | Contact: <sip:a@10.0.0.1>;expires=3600 | Contact: <sip:b@10.0.0.1>;expires=3600;+sip.instance="<x>";reg-id=1 | Path: <sip:token@192.0.2.7;transport=tcp;lr;ob> | Require: outbound | Flow-Timer: 90
  * added <x>;1
  x 3
  * moved <x>;1
  = udp:192.0.2.9:5080 via <sip:192.0.2.9:5080;lr>
  = tcp:192.0.2.7:5060 via <sip:token@192.0.2.7;transport=tcp;lr;ob>
  `,
);

ladder(
  'a browser is reached by its connection and gone with it',
  `
  > c1 1 wss:198.51.100.4:61000#12 | Via: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK1 | Contact: <sip:f3a@df7jal23ls0d.invalid;transport=ws>;expires=600
  < 200 | Contact: <sip:f3a@df7jal23ls0d.invalid;transport=ws>;expires=600
  * added sip:f3a@df7jal23ls0d.invalid;transport=ws
  = wss:198.51.100.4:61000#12
  > c1 2 wss:198.51.100.4:61001#13 | Via: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK1 | Contact: <sip:f3a@df7jal23ls0d.invalid;transport=ws>;expires=600
  < 200 | Contact: <sip:f3a@df7jal23ls0d.invalid;transport=ws>;expires=600
  * moved sip:f3a@df7jal23ls0d.invalid;transport=ws
  = wss:198.51.100.4:61001#13
  x 12
  x 13
  * removed sip:f3a@df7jal23ls0d.invalid;transport=ws
  `,
);

ladder(
  'a phone that listens on TCP is called back there when its connection is lost',
  `
  > c1 1 tcp:192.0.2.1:40000#7 | Contact: <sip:a@192.0.2.1:5060;transport=tcp>
  < 200 | Contact: <sip:a@192.0.2.1:5060;transport=tcp>;expires=3600
  * added sip:a@192.0.2.1:5060;transport=tcp
  = tcp:192.0.2.1:40000#7
  x 7
  * moved sip:a@192.0.2.1:5060;transport=tcp
  = tcp:192.0.2.1:5060
  > c1 2 tcp:192.0.2.1:40001#8 | Contact: <sip:a@192.0.2.1:5060;transport=tcp>
  < 200 | Contact: <sip:a@192.0.2.1:5060;transport=tcp>;expires=3600
  * moved sip:a@192.0.2.1:5060;transport=tcp
  = tcp:192.0.2.1:40001#8
  `,
);

ladder(
  'a phone whose NAT gives it another port moves',
  `
  > c1 1 udp:198.51.100.4:30000 | Via: SIP/2.0/UDP 10.0.0.5:5060;rport | Contact: <sip:a@10.0.0.5:5060>
  < 200 | Contact: <sip:a@10.0.0.5:5060>;expires=3600
  * added sip:a@10.0.0.5:5060
  = udp:198.51.100.4:30000
  > c1 2 udp:198.51.100.4:30777 | Via: SIP/2.0/UDP 10.0.0.5:5060;rport | Contact: <sip:a@10.0.0.5:5060>
  < 200 | Contact: <sip:a@10.0.0.5:5060>;expires=3600
  * moved sip:a@10.0.0.5:5060
  = udp:198.51.100.4:30777
  `,
);

test('whole bindings, and how many there are', () => {
  const registrar = new Registrar({
    nowMs: 5,
    minExpiresS: 60,
    maxExpiresS: 7_200,
    contactsMax: 3,
  });
  const contact = 'Contact: <sip:a@192.0.2.1:5060>;q=0.25;+sip.instance="<urn:uuid:1>";reg-id=2';
  const lines = [contact, 'User-Agent: phone/1', 'Expires: 60'];
  const request = registerRequest('c1', '7', lines, 'udp:192.0.2.1:5060');
  registrar.register('phone', request, source('udp:192.0.2.1:5060'));
  registrar.register('other', request, source('udp:192.0.2.1:5060'));
  const shown = registrar.bindings('phone').map((binding) => ({
    key: binding.key,
    id: binding.id,
    contact: binding.contact,
    routes: binding.routes,
    hop: binding.hop,
    instance: binding.instance,
    regId: binding.regId,
    callId: binding.callId,
    cseq: binding.cseq,
    expiresAtMs: binding.expiresAtMs,
    q: binding.q,
    userAgent: binding.userAgent,
  }));
  assert.deepEqual(
    { shown, count: registrar.count, keys: [...registrar.all()].map(({ key }) => key) },
    {
      shown: [
        {
          key: 'phone',
          id: '<urn:uuid:1>;2',
          contact: 'sip:a@192.0.2.1:5060',
          routes: [],
          hop: source('udp:192.0.2.1:5060'),
          instance: '<urn:uuid:1>',
          regId: 2,
          callId: 'c1',
          cseq: 7,
          expiresAtMs: 60_005,
          q: 0.25,
          userAgent: 'phone/1',
        },
      ],
      count: 2,
      keys: ['phone', 'other'],
    },
  );
});

test('an operator ends all registrations of a key', () => {
  const registrar = new Registrar({
    nowMs: 0,
    minExpiresS: 60,
    maxExpiresS: 7_200,
    contactsMax: 3,
  });
  const request = registerRequest(
    'c1',
    '1',
    ['Contact: <sip:a@h>, <sip:b@h>'],
    'udp:192.0.2.1:5060',
  );
  registrar.register('phone', request, source('udp:192.0.2.1:5060'));
  const due = registrar.nextDueMs() < Infinity;
  const changes = registrar.removeAll('phone').map(show);
  assert.deepEqual(
    [due, changes, registrar.count, registrar.bindings('phone'), registrar.nextDueMs()],
    [true, ['* removed sip:a@h', '* removed sip:b@h'], 0, [], Infinity],
  );
});

function ladder(name: string, story: string): void {
  test(name, () => {
    const registrar = new Registrar({
      nowMs: 0,
      minExpiresS: 60,
      maxExpiresS: 7_200,
      contactsMax: 3,
      flowTimerS: 90,
    });
    let nowMs = 0;
    const rungs = story
      .trim()
      .split('\n')
      .map((rung) => rung.trim());
    const happened: string[] = [];
    let waysShown = false;
    for (const rung of rungs) {
      const [what = '', ...fields] = rung.split(/ \| | \|$/);
      const [mark, first = '', second = '', from = 'udp:192.0.2.1:5060'] = what.split(' ');
      if (mark === '>') {
        const request = registerRequest(first, second, fields, from);
        const { status, reason, headers, changes } = registrar.register(
          'phone',
          request,
          source(from),
        );
        const lines = headers.split('\r\n').slice(0, -1);
        happened.push(rung, [`< ${status} ${reason}`.trim(), ...lines].join(' | '));
        happened.push(...changes.map(show));
      } else if (mark === '+') {
        nowMs += Number(first) * 1_000;
        happened.push(rung, ...registrar.expire(nowMs).map(show));
      } else if (mark === 'x') {
        happened.push(rung, ...registrar.removeFlow(Number(first)).map(show));
      } else if (mark === '=') {
        if (!waysShown) happened.push(...registrar.bindings('phone').map(showWay));
      }
      waysShown = mark === '=';
    }
    assert.deepEqual(happened, rungs);
  });
}

function show({ type, binding, isAnew }: BindingChange): string {
  return `* ${type} ${binding.id}${isAnew ? ' anew' : ''}`;
}

function showWay({ hop, routes }: { hop: Hop; routes: readonly string[] }): string {
  const flow = hop.flow === 0 ? '' : `#${hop.flow}`;
  return `= ${formatHop(hop)}${flow}${routes.length > 0 ? ` via ${routes.join(' ')}` : ''}`;
}

/** `udp:192.0.2.1:5060`, or `tcp:192.0.2.1:40000#7` for connection 7. */
function source(text: string): Hop {
  const [transport = '', address = '', port = '', flow = '0'] = text.split(/[:#]/);
  return {
    transport: transport as Transport,
    address,
    port: Number(port),
    flow: Number(flow),
    listener: 0,
  };
}

/** A REGISTER as it is read from the wire. Its Via is true unless it is among `fields`. */
function registerRequest(
  callId: string,
  cseq: string,
  fields: readonly string[],
  from: string,
): SipRequest {
  const { transport, address, port } = source(from);
  const via = `Via: SIP/2.0/${transport.toUpperCase()} ${address}:${port};branch=z9hG4bK1;rport`;
  const text = [
    'REGISTER sip:pbx.test SIP/2.0',
    ...(fields.some((field) => field.startsWith('Via')) ? [] : [via]),
    ...fields,
    'From: <sip:2000a@pbx.test>;tag=1',
    'To: <sip:2000a@pbx.test>',
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} REGISTER`,
    'Content-Length: 0\r\n\r\n',
  ].join('\r\n');
  const parsed = parseMessage(text);
  assert(parsed.ok && parsed.message.kind === 'request', text);
  return parsed.message;
}
