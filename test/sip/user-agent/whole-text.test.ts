/** A few messages in full, octet by octet, and what must never get into one. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Stage, udp } from './ladder.ts';

/** Our tags, branches and Call-IDs by the order in which they are seen. */
function steady(text: string): string {
  const seen: string[] = [];
  return text.replace(/\b(?:z9hG4bK)?[0-9a-z]{12}(?:[0-9a-z]{12})?(?=[;\r])/g, (name) => {
    if (!seen.includes(name)) seen.push(name);
    return `<${seen.indexOf(name) + 1}>`;
  });
}

function sent(stage: Stage): string[] {
  return stage.out.splice(0).map((effect) => (effect.type === 'send' ? steady(effect.text) : ''));
}

const INVITE = [
  'INVITE sip:2001@pbx.test SIP/2.0',
  'v: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx1;rport',
  'Record-Route: <sip:192.0.2.50;lr>',
  'Max-Forwards: 70',
  'f: "Ana, the first" <sip:1001@pbx.test>;tag=88sja8x',
  't: <sip:2001@pbx.test>',
  'i: 987asjd97y7atg',
  'CSeq: 986759 INVITE',
  'm: <sip:ana@192.0.2.1>',
  'k: timer',
  'x: 600',
  'c: application/sdp',
  'l: 5',
  '',
  'offer',
].join('\r\n');

test('100, 200 and BYE of a call to us', () => {
  const stage = new Stage({ userAgent: 'Linewright/1' });
  stage.receive(INVITE, udp('192.0.2.1'));
  const [invited] = stage.userAgent.events.splice(0);
  assert(invited?.type === 'invited');
  stage.userAgent.answer(invited.leg, { media: { type: 'application/sdp', body: 'answer' } });
  stage.userAgent.hangUp(invited.leg);
  stage.receive(
    [
      'ACK sip:192.0.2.99:5060 SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx2',
      'From: "Ana, the first" <sip:1001@pbx.test>;tag=88sja8x',
      `To: <sip:2001@pbx.test>;tag=${invited.leg.localTag}`,
      'Call-ID: 987asjd97y7atg',
      'CSeq: 986759 ACK',
      '',
      '',
    ].join('\r\n'),
    udp('192.0.2.1'),
  );
  const common = [
    'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx1;rport=5060;received=192.0.2.1',
    'From: "Ana, the first" <sip:1001@pbx.test>;tag=88sja8x',
  ];
  const rest = ['Call-ID: 987asjd97y7atg', 'CSeq: 986759 INVITE'];
  const ours = [
    'Contact: <sip:192.0.2.99:5060>',
    'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, MESSAGE, REFER, SUBSCRIBE, PUBLISH, REGISTER',
    'Supported: 100rel, timer, replaces, norefersub',
    'User-Agent: Linewright/1',
  ];
  assert.deepEqual(sent(stage), [
    [
      'SIP/2.0 100 Trying',
      ...common,
      'To: <sip:2001@pbx.test>',
      ...rest,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
    [
      'SIP/2.0 200 OK',
      ...common,
      'To: <sip:2001@pbx.test>;tag=<1>',
      ...rest,
      'Record-Route: <sip:192.0.2.50;lr>',
      ...ours,
      'Require: timer',
      'Session-Expires: 600;refresher=uac',
      'Content-Type: application/sdp',
      'Content-Length: 6',
      '',
      'answer',
    ].join('\r\n'),
    [
      'BYE sip:ana@192.0.2.1 SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.99:5060;branch=<1>;rport',
      'Max-Forwards: 70',
      'From: <sip:2001@pbx.test>;tag=<2>',
      'To: "Ana, the first" <sip:1001@pbx.test>;tag=88sja8x',
      'Call-ID: 987asjd97y7atg',
      'CSeq: 1 BYE',
      'Route: <sip:192.0.2.50;lr>',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  ]);
});

test('INVITE of a call by us', () => {
  const stage = new Stage({ sessionTimer: { expiresS: 1800, minSeS: 120 } });
  stage.userAgent.invite(
    {
      uri: 'sip:bob@192.0.2.2:5062',
      hop: udp('192.0.2.2', 5062),
      routes: ['<sip:192.0.2.50;lr>'],
      from: '"Ana" <sip:1001@pbx.test>',
      to: '<sip:2001@pbx.test>',
      media: { type: 'application/sdp', body: 'offer' },
      maxForwards: 68,
      headers: 'Alert-Info: <urn:alert:source:internal>\r\n',
      reliable: false,
      patienceMs: 0,
    },
    'owner',
  );
  assert.deepEqual(sent(stage), [
    [
      'INVITE sip:bob@192.0.2.2:5062 SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.99:5060;branch=<1>;rport',
      'Max-Forwards: 68',
      'From: "Ana" <sip:1001@pbx.test>;tag=<2>',
      'To: <sip:2001@pbx.test>',
      'Call-ID: <3>',
      'CSeq: 1 INVITE',
      'Route: <sip:192.0.2.50;lr>',
      'Session-Expires: 1800',
      'Min-SE: 120',
      'Contact: <sip:192.0.2.99:5060>',
      'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, MESSAGE, REFER, SUBSCRIBE, PUBLISH, REGISTER',
      'Supported: timer, replaces, norefersub',
      'Alert-Info: <urn:alert:source:internal>',
      'Content-Type: application/sdp',
      'Content-Length: 5',
      '',
      'offer',
    ].join('\r\n'),
  ]);
});

test('another version of SIP: 505, with what was wrong', () => {
  const stage = new Stage({});
  stage.receive(INVITE.replace('SIP/2.0', 'SIP/7.0'), udp('192.0.2.1'));
  const [answer = ''] = sent(stage);
  assert.deepEqual(
    answer.split('\r\n').filter((line) => /^SIP|^Warning|^To/.test(line)),
    [
      'SIP/2.0 505 Version Not Supported',
      'To: <sip:2001@pbx.test>;tag=' +
        /tag=(\w+)\r\n/.exec(answer.slice(answer.indexOf('To:')))?.[1],
      'Warning: 399 linewright "not SIP/2.0"',
    ],
  );
});

test('nothing that the owner passes on can begin a header line of its own', () => {
  const stage = new Stage({});
  const nasty = 'x\r\nInjected: yes\r\n\r\nbody';
  const leg = stage.userAgent.invite(
    {
      uri: `sip:bob@192.0.2.2;${nasty}`,
      hop: udp('192.0.2.2'),
      routes: [`<sip:192.0.2.50;lr>${nasty}`],
      from: `"${nasty}" <sip:1001@pbx.test>`,
      to: `<sip:2001@pbx.test>${nasty}`,
      media: { type: `application/sdp${nasty}`, body: 'offer' },
      maxForwards: 70,
      headers: '',
      reliable: true,
      patienceMs: 0,
    },
    'owner',
  );
  stage.receive(
    [
      'SIP/2.0 180 Ringing',
      ...(/^Via: .*$/m.exec(stage.out[0]?.type === 'send' ? stage.out[0].text : '') ?? []),
      `From: <sip:1001@pbx.test>;tag=${leg.localTag}`,
      'To: <sip:2001@pbx.test>;tag=bob1',
      `Call-ID: ${leg.callId}`,
      'CSeq: 1 INVITE',
      '',
      '',
    ].join('\r\n'),
    udp('192.0.2.2'),
  );
  stage.userAgent.hangUp(leg, nasty);
  const lines = sent(stage).flatMap((text) => text.split('\r\n'));
  assert.equal(lines.filter((line) => line.startsWith('CANCEL')).length, 1);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('Injected')),
    [],
  );
});
