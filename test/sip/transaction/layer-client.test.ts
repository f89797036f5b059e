/** The layer as client: RFC 3261 §17.1.3 (matching), §9.1 (CANCEL), §17.1.4 (transport errors). */
import assert from 'node:assert/strict';
import test from 'node:test';
import { answerTo, Desk, PEER, PEER_ON_TCP } from './desk.ts';
import { outgoing } from './figure.ts';

test('a request leaves with a fresh branch, the transport of its hop, and asks for rport', () => {
  const desk = new Desk();
  desk.layer.request(outgoing('INVITE'), PEER, 'one');
  desk.layer.request(outgoing('OPTIONS'), PEER_ON_TCP, 'two');
  desk.layer.send(outgoing('ACK'), { ...PEER_ON_TCP, transport: 'wss' });
  const vias = desk.sent().map((text) => /^Via: (.*)\r$/m.exec(text)?.[1] ?? '');
  assert.deepEqual(
    [vias.map((via) => via.replace(/z9hG4bK[0-9a-z]{12}/, 'FRESH')), new Set(vias).size],
    [
      [
        'SIP/2.0/UDP 192.0.2.9:5060;branch=FRESH;rport',
        'SIP/2.0/TCP 192.0.2.9:5060;branch=FRESH;rport',
        'SIP/2.0/WSS 192.0.2.9:5060;branch=FRESH;rport',
      ],
      3,
    ],
  );
});

test('ACK and CANCEL are no requests of their own', () => {
  const desk = new Desk();
  assert.throws(() => desk.layer.request(outgoing('ACK'), PEER, 'one'), /ways of their own/);
  assert.throws(() => desk.layer.request(outgoing('CANCEL'), PEER, 'one'), /ways of their own/);
});

test('answers find their request by branch and method; strays are counted and dropped', () => {
  const desk = new Desk();
  desk.layer.request(outgoing('INVITE'), PEER, 'invite');
  desk.layer.request(outgoing('BYE'), PEER, 'bye');
  const [invite, bye] = desk.sent();
  desk.receive(answerTo(bye, 200));
  desk.receive(answerTo(invite, 180));
  desk.receive(answerTo(invite, 200, 'BYE'));
  desk.receive(answerTo(invite, 200, 'CANCEL'));
  desk.receive(answerTo(invite, 200).replace('branch=z9hG4bK', 'branch=z9hG4bKx'));
  desk.receive(answerTo(bye, 200));
  assert.deepEqual(
    [desk.seen(), desk.layer.counters.strayResponses],
    [['response 200 for bye', 'response 180 for invite'], 3],
  );
});

test('the ACK to a failure has the INVITE’s branch and the answer’s To, and is repeated', () => {
  const desk = new Desk();
  const transaction = desk.layer.request(
    { ...outgoing('INVITE'), routes: 'Route: <sip:p;lr>\r\n', headers: 'X: y\r\n', body: 'sdp' },
    PEER,
    'one',
  );
  const [invite = ''] = desk.sent();
  desk.receive(answerTo(invite, 486));
  const [ack = '', ...more] = desk.sent();
  desk.receive(answerTo(invite, 486));
  const [again] = desk.sent();
  const branch = /branch=[^;]+/;
  assert.deepEqual(
    [
      ack.replace(branch, ''),
      branch.exec(ack)?.[0] === branch.exec(invite)?.[0],
      again === ack,
      more,
      desk.seen(),
      [transaction.state, transaction.outgoing],
    ],
    [
      [
        'ACK sip:b@example.org SIP/2.0',
        'Via: SIP/2.0/UDP 192.0.2.9:5060;;rport',
        'Max-Forwards: 70',
        'From: <sip:a@example.org>;tag=a',
        'To: <sip:b@example.org>;tag=phone',
        'Call-ID: c1',
        'CSeq: 1 ACK',
        'Route: <sip:p;lr>',
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
      true,
      true,
      [],
      ['response 486 for one'],
      ['completed', undefined],
    ],
  );
});

test('a 2xx is handed up each time it comes, until timer M', () => {
  const desk = new Desk();
  desk.layer.request(outgoing('INVITE'), PEER, 'one');
  const [invite] = desk.sent();
  desk.receive(answerTo(invite, 200));
  desk.wait(31_000);
  desk.receive(answerTo(invite, 200));
  desk.wait(1000);
  desk.receive(answerTo(invite, 200));
  assert.deepEqual(
    [desk.seen(), desk.layer.size, desk.layer.counters.strayResponses],
    [['response 200 for one', 'response 200 for one'], { clients: 0, servers: 0 }, 1],
  );
});

test('an INVITE is sent at 0, T1, 3*T1 ... and given up after 64*T1', () => {
  const desk = new Desk();
  desk.layer.request(outgoing('INVITE'), PEER, 'one');
  assert.deepEqual(timeline(desk, 40_000), [
    ...[0, 500, 1500, 3500, 7500, 15_500, 31_500].map((ms) => `${ms} send INVITE`),
    '32000 failed timeout for one',
  ]);
});

test('another request is sent at 0, T1, 3*T1 ... every T2, and given up after 64*T1', () => {
  const desk = new Desk();
  desk.layer.request(outgoing('BYE'), PEER, 'one');
  assert.deepEqual(timeline(desk, 40_000), [
    ...[0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500].map(
      (ms) => `${ms} send BYE`,
    ),
    '32000 failed timeout for one',
  ]);
});

test('over a reliable transport nothing is sent twice', () => {
  const desk = new Desk();
  desk.layer.request(outgoing('INVITE'), PEER_ON_TCP, 'one');
  desk.layer.request(outgoing('BYE'), PEER_ON_TCP, 'two');
  assert.deepEqual(timeline(desk, 40_000), [
    '0 send INVITE',
    '0 send BYE',
    '32000 failed timeout for one',
    '32000 failed timeout for two',
  ]);
});

test('a phone may ring for ever', () => {
  const desk = new Desk();
  desk.layer.request(outgoing('INVITE'), PEER, 'one');
  const [invite] = desk.sent();
  desk.receive(answerTo(invite, 180));
  const idle = desk.layer.nextDueMs();
  desk.wait(600_000);
  desk.receive(answerTo(invite, 200));
  assert.deepEqual(
    [idle, desk.seen()],
    [Infinity, ['response 180 for one', 'response 200 for one']],
  );
});

test('an INVITE that rings is sent again as it was, where it went; one that is not heard of, cancelled or answered is not', () => {
  const desk = new Desk();
  const transaction = desk.layer.request(outgoing('INVITE'), PEER, 'one');
  const repeated = (hop = PEER): readonly string[] => {
    desk.layer.repeat(transaction, hop);
    return desk.sent();
  };
  const [invite = ''] = desk.sent();
  const calling = repeated();
  desk.receive(answerTo(invite, 180));
  const ringing = [repeated(), repeated(PEER_ON_TCP)];
  desk.layer.cancel(transaction, '');
  desk.sent();
  assert.deepEqual([calling, ringing, repeated()], [[], [[invite], []], []]);
});

test('a CANCEL waits for the first provisional answer, is sent once, and its own answer is nobody’s news', () => {
  const desk = new Desk();
  const transaction = desk.layer.request(outgoing('INVITE'), PEER, 'one');
  const [invite = ''] = desk.sent();
  desk.layer.cancel(transaction, 'Reason: SIP;cause=200\r\n');
  const early = desk.sent();
  desk.receive(answerTo(invite, 100));
  desk.layer.cancel(transaction, 'Reason: SIP;cause=480\r\n');
  desk.receive(answerTo(invite, 180));
  const [cancel = '', ...more] = desk.sent();
  desk.receive(answerTo(cancel, 200));
  desk.receive(answerTo(invite, 487));
  const branch = /branch=[^;]+/;
  assert.deepEqual(
    [
      early,
      cancel.replace(branch, ''),
      branch.exec(cancel)?.[0] === branch.exec(invite)?.[0],
      more,
      desk.seen(),
    ],
    [
      [],
      [
        'CANCEL sip:b@example.org SIP/2.0',
        'Via: SIP/2.0/UDP 192.0.2.9:5060;;rport',
        'Max-Forwards: 70',
        'From: <sip:a@example.org>;tag=a',
        'To: <sip:b@example.org>',
        'Call-ID: c1',
        'CSeq: 1 CANCEL',
        'Reason: SIP;cause=200',
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
      true,
      [],
      [
        'response 100 for one',
        'response 180 for one',
        'send ACK to udp:192.0.2.1:5060',
        'response 487 for one',
      ],
    ],
  );
});

test('when a CANCEL draws no final answer to the INVITE, that is given up 64*T1 later', () => {
  const desk = new Desk();
  const transaction = desk.layer.request(outgoing('INVITE'), PEER, 'one');
  const [invite] = desk.sent();
  desk.receive(answerTo(invite, 180));
  desk.wait(60_000);
  desk.layer.cancel(transaction, '');
  const [cancel] = desk.sent();
  desk.receive(answerTo(cancel, 200));
  desk.seen();
  assert.deepEqual(
    [timeline(desk, 40_000), desk.layer.size],
    [['92000 failed timeout for one'], { clients: 0, servers: 0 }],
  );
});

test('a CANCEL that nobody answers is repeated and given up without a word about it', () => {
  const desk = new Desk();
  const transaction = desk.layer.request(outgoing('INVITE'), PEER, 'one');
  const [invite] = desk.sent();
  desk.receive(answerTo(invite, 180));
  desk.layer.cancel(transaction, '');
  desk.receive(answerTo(invite, 486));
  desk.seen();
  const lines = timeline(desk, 40_000);
  assert.deepEqual(
    [lines.length, new Set(lines.map((line) => line.replace(/^\d+ /, ''))), desk.layer.size],
    [10, new Set(['send CANCEL']), { clients: 0, servers: 0 }],
  );
});

test('what has its final answer, or is no INVITE, is not cancelled', () => {
  const desk = new Desk();
  const invite = desk.layer.request(outgoing('INVITE'), PEER, 'one');
  const options = desk.layer.request(outgoing('OPTIONS'), PEER, 'two');
  const [text] = desk.sent();
  desk.receive(answerTo(text, 200));
  desk.layer.cancel(invite, '');
  desk.layer.cancel(options, '');
  assert.deepEqual(desk.sent(), []);
});

test('when a connection breaks, whoever waits for an answer on it hears so, once', () => {
  const desk = new Desk();
  const ringing = desk.layer.request(outgoing('INVITE'), PEER_ON_TCP, 'ringing');
  desk.layer.request(outgoing('INVITE'), PEER_ON_TCP, 'calling');
  const answered = desk.layer.request(outgoing('INVITE'), PEER_ON_TCP, 'answered');
  desk.layer.request(outgoing('BYE'), PEER_ON_TCP, 'bye');
  desk.layer.request(outgoing('BYE'), { ...PEER_ON_TCP, flow: 8 }, 'elsewhere');
  const [first, , third] = desk.sent();
  desk.receive(answerTo(first, 180));
  desk.receive(answerTo(third, 200));
  desk.seen();
  desk.note(desk.layer.failed(7));
  desk.note(desk.layer.failed(7));
  assert.deepEqual(
    [desk.seen(), ringing.state, answered.state, desk.layer.size],
    [
      ['failed transport for ringing', 'failed transport for calling', 'failed transport for bye'],
      'terminated',
      'accepted',
      { clients: 2, servers: 0 },
    ],
  );
});

test('a request that could not be sent is traced to its transaction', () => {
  const desk = new Desk();
  desk.layer.request(outgoing('INVITE'), PEER, 'one');
  desk.layer.request(outgoing('BYE'), PEER, 'two');
  desk.layer.send(outgoing('ACK'), PEER);
  const texts = desk.sent();
  for (const text of texts) desk.note(desk.layer.sendFailed(PEER, text));
  assert.deepEqual(
    [desk.seen(), desk.layer.size, desk.layer.nextDueMs()],
    [
      ['failed transport for one', 'failed transport for two'],
      { clients: 0, servers: 0 },
      Infinity,
    ],
  );
});

/** Lets time pass and gives what was seen, each line with the time. */
function timeline(desk: Desk, ms: number): string[] {
  const lines: string[] = [];
  const note = () => {
    for (const line of desk.seen()) lines.push(`${desk.nowMs} ${line.split(' to ')[0]}`);
  };
  note();
  for (let passed = 0; passed < ms; passed += 10) {
    desk.wait(10);
    note();
  }
  return lines;
}
