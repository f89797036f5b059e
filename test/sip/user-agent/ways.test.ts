/** Which way requests inside dialogs take: proxies, NAT, connections that break. RFC 3261 §12.2.1.1. */
import type { Hop } from '../../../src/sip/hop.ts';
import { ladder, udp } from './ladder.ts';

const proxy = udp('192.0.2.50');
const nat = udp('198.51.100.7', 31_000);
const tcp: Hop = { transport: 'tcp', address: '192.0.2.7', port: 40_000, flow: 5, listener: 1 };
const tcpAgain: Hop = { ...tcp, port: 40_001, flow: 6 };
const browser: Hop = { transport: 'ws', address: '192.0.2.8', port: 50_000, flow: 9, listener: 2 };
const browserAgain: Hop = { ...browser, port: 50_001, flow: 10 };

ladder(
  'we are called through proxies: Record-Route becomes the route, in order',
  `
  proxy -> INVITE sip:2001@pbx.test | Contact: <sip:ana@192.0.2.1> | Record-Route: <sip:192.0.2.50;lr>, <sip:p2.example;lr>, <sip:p3.example;lr> {offer}
  proxy <- 100
  * invited {offer}
  ! answer {answer}
  proxy <- 200 us1 {answer}
  proxy -> ACK
  * acknowledged
  ! hangUp
  proxy <- BYE sip:ana@192.0.2.1 #1 | Route: <sip:192.0.2.50;lr> | Route: <sip:p2.example;lr> | Route: <sip:p3.example;lr>
  proxy -> 200 BYE
  `,
  { peers: { proxy } },
);

ladder(
  'we call through proxies: Record-Route reversed; Path is for the INVITE only',
  `
  ! invite proxy <sip:192.0.2.50;lr>
  proxy <- INVITE sip:proxy@192.0.2.50:5060 #1 | Route: <sip:192.0.2.50;lr>
  proxy -> 200 INVITE | Contact: <sip:bob@192.0.2.2> | Record-Route: <sip:p2.example;lr> | Record-Route: <sip:192.0.2.50;lr> {offer}
  * answered {offer}
  ! acknowledge {answer}
  proxy <- ACK sip:bob@192.0.2.2 #1 | Route: <sip:192.0.2.50;lr> | Route: <sip:p2.example;lr> {answer}
  ! hangUp
  proxy <- BYE sip:bob@192.0.2.2 #2 | Route: <sip:192.0.2.50;lr> | Route: <sip:p2.example;lr>
  proxy -> 200 BYE
  `,
  { peers: { proxy } },
);

ladder(
  'a strict router stands in the Request-URI, and the target at the end (RFC 2543)',
  `
  proxy -> INVITE sip:2001@pbx.test | Contact: <sip:ana@192.0.2.1> | Record-Route: <sip:192.0.2.50?x=y>, <sip:p2.example> {offer}
  proxy <- 100
  * invited {offer}
  ! answer {answer}
  proxy <- 200 us1 {answer}
  proxy -> ACK
  * acknowledged
  ! hangUp
  proxy <- BYE sip:192.0.2.50 #1 | Route: <sip:p2.example> | Route: <sip:ana@192.0.2.1>
  proxy -> 200 BYE
  `,
  { peers: { proxy } },
);

ladder(
  'a telephone behind NAT is answered where it is heard from, and followed when its port changes',
  `
  nat -> INVITE sip:2001@pbx.test | Via: SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKn1;rport | Contact: <sip:ana@10.0.0.5:5060> {offer}
  nat <- 100
  * invited {offer}
  ! answer {answer}
  nat <- 200 us1 {answer}
  nat -> ACK | Contact: <sip:ana@10.0.0.5:5060>
  * acknowledged
  ! convey INFO 1
  nat <- INFO sip:ana@10.0.0.5:5060 #1
  nat -> 200 INFO
  * conveyed 200 token 1
  moved -> INFO sip:2001@pbx.test | Call-ID: nat-call-1 | From: <sip:nat@pbx.test>;tag=nat1 | To: <sip:2001@pbx.test>;tag=$us1 | CSeq: 5 INFO
  * request INFO
  ! reply 200
  moved <- 200 INFO
  ! hangUp
  moved <- BYE sip:ana@10.0.0.5:5060 #2
  moved -> 200 BYE
  `,
  { peers: { nat, moved: udp('198.51.100.7', 32_000) } },
);

ladder(
  'a telephone that is registered from behind NAT stays on the way that its registration showed',
  `
  ! invite nat uri=sip:bob@10.0.0.9:5060
  nat <- INVITE sip:bob@10.0.0.9:5060 #1
  nat -> 200 INVITE | Contact: <sip:bob@10.0.0.9:5060> {offer}
  * answered {offer}
  ! acknowledge {answer}
  nat <- ACK sip:bob@10.0.0.9:5060 #1 {answer}
  ! hangUp
  nat <- BYE sip:bob@10.0.0.9:5060 #2
  nat -> 200 BYE
  `,
  { peers: { nat } },
);

ladder(
  'a Contact elsewhere is obeyed, with its transport',
  `
  ana -> INVITE sip:2001@pbx.test | Contact: <sip:gw@192.0.2.7:5070;transport=tcp> {offer}
  ana <- 100
  * invited {offer}
  ! answer {answer}
  ana <- 200 us1 {answer}
  ana -> ACK
  * acknowledged
  ! hangUp
  tcp:192.0.2.7:5070 <- BYE sip:gw@192.0.2.7:5070;transport=tcp #1
  `,
);

ladder(
  'a connection carries what goes back, whatever port the Contact has; a new one is followed',
  `
  tcp -> INVITE sip:2001@pbx.test | Contact: <sip:ana@192.0.2.7:5060;transport=tcp> {offer}
  tcp <- 100
  * invited {offer}
  ! answer {answer}
  tcp <- 200 us1 {answer}
  tcp -> ACK
  * acknowledged
  ! convey INFO 1
  tcp:192.0.2.7:5060 <- INFO sip:ana@192.0.2.7:5060;transport=tcp #1
  again -> INFO sip:2001@pbx.test | Call-ID: tcp-call-1 | From: <sip:tcp@pbx.test>;tag=tcp1 | To: <sip:2001@pbx.test>;tag=$us1 | CSeq: 5 INFO
  * request INFO
  ! reply 200
  again <- 200 INFO
  ! hangUp
  again <- BYE sip:ana@192.0.2.7:5060;transport=tcp #2
  again -> 200 BYE
  `,
  { peers: { tcp, again: tcpAgain } },
);

ladder(
  'a browser whose connection breaks is found again by what it says on the next one',
  `
  web -> INVITE sip:2001@pbx.test | Contact: <sip:x7@abc.invalid;transport=ws> {offer}
  web <- 100
  * invited {offer}
  ! answer {answer}
  web <- 200 us1 {answer}
  web -> ACK
  * acknowledged
  lost 9
  wait 20 s
  again -> UPDATE sip:2001@pbx.test | Call-ID: web-call-1 | From: <sip:web@pbx.test>;tag=web1 | To: <sip:2001@pbx.test>;tag=$us1 | CSeq: 5 UPDATE | Contact: <sip:x8@abc.invalid;transport=ws>
  again <- 200 UPDATE
  wait 60 s
  ! hangUp
  again <- BYE sip:x8@abc.invalid;transport=ws #1
  again -> 200 BYE
  `,
  { peers: { web: browser, again: browserAgain } },
);

ladder(
  'a browser that does not come back has no call after 32 seconds, and one that was calling at once',
  `
  web -> INVITE sip:2001@pbx.test | Contact: <sip:x7@abc.invalid;transport=ws> {offer}
  web <- 100
  * invited {offer}
  ! answer {answer}
  web <- 200 us1 {answer}
  web -> ACK
  * acknowledged
  web -> INVITE sip:2002@pbx.test new | Contact: <sip:x7@abc.invalid;transport=ws> {offer}
  web <- 100
  * 2 invited {offer}
  web -> SUBSCRIBE sip:2002@pbx.test new | Event: dialog | Contact: <sip:x7@abc.invalid;transport=ws>
  * subscribe 2002 fresh
  ! accept 600
  web <- 200 SUBSCRIBE | Expires: 600
  lost 9
  web <- 480
  * 2 ended transport
  * unsubscribed
  wait 32 s
  (+32000) web <- BYE sip:x7@abc.invalid;transport=ws #1
  (+32000) * ended transport
  `,
  { peers: { web: browser } },
);

ladder(
  'a browser that is called and whose connection breaks: 503',
  `
  ! invite web
  web <- INVITE sip:web@192.0.2.8:50000 #1
  web -> 180 INVITE
  * progress 180
  lost 9
  * refused 503
  `,
  { peers: { web: browser } },
);
