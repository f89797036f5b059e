/** The layer as server: RFC 3261 §17.2.3 (matching), §8.2.2.2 (merged requests), §9.2 (CANCEL). */
import assert from 'node:assert/strict';
import test from 'node:test';
import { respond } from '../../../src/sip/message/serialize.ts';
import { Desk, PEER, PEER_ON_TCP, request } from './desk.ts';

test('a new INVITE is handed up once, and its retransmissions draw the newest answer', () => {
  const desk = new Desk();
  desk.receive(request('INVITE'));
  desk.receive(request('INVITE'));
  desk.answer(180);
  desk.receive(request('INVITE'));
  assert.deepEqual(desk.seen(), [
    'send 100 INVITE to udp:192.0.2.1:5060',
    'request INVITE',
    'send 100 INVITE to udp:192.0.2.1:5060',
    'send 180 INVITE to udp:192.0.2.1:5060',
    'send 180 INVITE to udp:192.0.2.1:5060',
  ]);
});

test('requests with the same branch are the same only from the same sender and of the same method', () => {
  const desk = new Desk();
  desk.receive(request('INVITE', { callId: 'a' }));
  desk.receive(request('INVITE', { callId: 'b', sentBy: '192.0.2.1:5062' }));
  desk.receive(request('INVITE', { callId: 'c', sentBy: '192.0.2.2:5060' }));
  desk.receive(request('OPTIONS', { callId: 'd' }));
  desk.receive(request('OPTIONS', { callId: 'd' }));
  assert.deepEqual(
    [desk.seen().filter((line) => line.startsWith('request')), desk.layer.size],
    [
      ['request INVITE', 'request INVITE', 'request INVITE', 'request OPTIONS'],
      { clients: 0, servers: 4 },
    ],
  );
});

test('without the cookie, requests are told apart as RFC 2543 had it', () => {
  const desk = new Desk();
  const old = (wanted: object) => request('INVITE', { via: 'SIP/2.0/UDP 192.0.2.1', ...wanted });
  desk.receive(old({}));
  desk.receive(old({}));
  desk.receive(old({ cseq: 2 }));
  desk.receive(old({ callId: 'other' }));
  desk.receive(old({ fromTag: 'other' }));
  desk.receive(old({ uri: 'sip:2002@pbx.test', fromTag: 'another' }));
  desk.receive(old({ via: 'SIP/2.0/UDP 192.0.2.1;branch=1', callId: 'third' }));
  assert.deepEqual(
    [desk.servers.length, desk.layer.counters.retransmissionsReceived, desk.layer.counters.merged],
    [6, 1, 0],
  );
});

test('without the cookie, ACK and CANCEL find their INVITE', () => {
  const desk = new Desk();
  const via = 'SIP/2.0/UDP 192.0.2.1';
  desk.receive(request('INVITE', { via }));
  desk.receive(request('CANCEL', { via }));
  desk.answer(487);
  desk.receive(request('ACK', { via, toTag: 'ours' }));
  assert.deepEqual(
    [desk.seen(), desk.newest.state],
    [
      [
        'send 100 INVITE to udp:192.0.2.1:5060',
        'request INVITE',
        'send 200 CANCEL to udp:192.0.2.1:5060',
        'cancel CANCEL',
        'send 487 INVITE to udp:192.0.2.1:5060',
      ],
      'confirmed',
    ],
  );
});

test('a request that was forked on its way is dealt with once: the other copy is a loop, 482', () => {
  const desk = new Desk();
  desk.receive(request('INVITE'));
  desk.receive(request('INVITE', { branch: 'z9hG4bK-2' }));
  desk.answer(486);
  desk.receive(request('INVITE', { branch: 'z9hG4bK-2' }));
  assert.deepEqual(
    [desk.seen(), desk.layer.counters.merged],
    [
      [
        'send 100 INVITE to udp:192.0.2.1:5060',
        'request INVITE',
        'send 482 INVITE to udp:192.0.2.1:5060',
        'send 486 INVITE to udp:192.0.2.1:5060',
        'send 482 INVITE to udp:192.0.2.1:5060',
      ],
      2,
    ],
  );
});

test('inside a dialog, with another CSeq, tag or method, or after its time, nothing is merged', () => {
  const desk = new Desk();
  desk.receive(request('OPTIONS'));
  desk.receive(request('OPTIONS', { branch: 'z9hG4bK-2', toTag: 'ours' }));
  desk.receive(request('OPTIONS', { branch: 'z9hG4bK-3', cseq: 2 }));
  desk.receive(request('OPTIONS', { branch: 'z9hG4bK-4', fromTag: 'b' }));
  desk.receive(request('MESSAGE', { branch: 'z9hG4bK-5' }));
  for (const transaction of desk.servers) desk.answer(200, transaction);
  desk.wait(32_000);
  desk.receive(request('OPTIONS', { branch: 'z9hG4bK-6' }));
  assert.deepEqual(
    [desk.servers.length, desk.layer.counters.merged, desk.layer.size],
    [6, 0, { clients: 0, servers: 1 }],
  );
});

test('an answer without state has the same To tag for each copy of the request', () => {
  const desk = new Desk();
  desk.receive(request('INVITE'));
  desk.sent();
  desk.receive(request('INVITE', { branch: 'z9hG4bK-2' }));
  desk.receive(request('INVITE', { branch: 'z9hG4bK-2' }));
  desk.receive(request('INVITE', { branch: 'z9hG4bK-3' }));
  const [one, copy, other] = desk.sent().map((text) => /^To: .*;tag=(\w+)/m.exec(text)?.[1]);
  assert.deepEqual([typeof one, copy === one, other === one], ['string', true, false]);
});

test('the ACK to a failure ends here and stops its retransmission', () => {
  const desk = new Desk();
  desk.receive(request('INVITE'));
  desk.answer(486);
  desk.wait(600);
  desk.receive(request('ACK', { toTag: 'ours' }));
  desk.wait(40_000);
  assert.deepEqual(
    [desk.seen(), desk.layer.size],
    [
      [
        'send 100 INVITE to udp:192.0.2.1:5060',
        'request INVITE',
        'send 486 INVITE to udp:192.0.2.1:5060',
        'send 486 INVITE to udp:192.0.2.1:5060',
      ],
      { clients: 0, servers: 0 },
    ],
  );
});

test('a failure that nobody acknowledges is repeated at T1, 2*T1 ... T2 and given up after 64*T1', () => {
  const desk = new Desk();
  desk.receive(request('INVITE'));
  desk.answer(486);
  desk.seen();
  const at: string[] = [];
  for (let ms = 0; ms < 40_000; ms += 10) {
    desk.wait(10);
    for (const line of desk.seen()) at.push(`${desk.nowMs} ${line.split(' to ')[0]}`);
  }
  assert.deepEqual(at, [
    ...[500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500].map(
      (ms) => `${ms} send 486 INVITE`,
    ),
    '32000 unacknowledged timeout',
  ]);
});

test('an ACK to a 2xx is handed up, with a branch of its own or with the INVITE’s', () => {
  const desk = new Desk();
  desk.receive(request('INVITE'));
  desk.answer(200);
  desk.receive(request('ACK', { branch: 'z9hG4bK-2', toTag: 'ours' }));
  desk.receive(request('ACK', { toTag: 'ours' }));
  assert.deepEqual(desk.seen(), [
    'send 100 INVITE to udp:192.0.2.1:5060',
    'request INVITE',
    'send 200 INVITE to udp:192.0.2.1:5060',
    'ack ACK',
    'ack ACK',
  ]);
});

test('after a 2xx the INVITE is absorbed when it comes again, and the 2xx goes out as often as its user says', () => {
  const desk = new Desk();
  desk.receive(request('INVITE'));
  const { newest } = desk;
  const original = newest.request;
  assert(original);
  const ok = respond(original, 200, undefined, { toTag: 'ours' });
  desk.seen();
  desk.layer.respond(newest, 200, ok);
  desk.receive(request('INVITE'));
  desk.layer.respond(newest, 200, ok);
  desk.layer.respond(newest, 486, 'SIP/2.0 486 Too late');
  desk.wait(32_000);
  desk.layer.respond(newest, 200, ok);
  assert.deepEqual(
    [desk.seen(), newest.state],
    [
      ['send 200 INVITE to udp:192.0.2.1:5060', 'send 200 INVITE to udp:192.0.2.1:5060'],
      'terminated',
    ],
  );
});

test('a CANCEL is answered 200 and handed up; it finds nothing twice', () => {
  const desk = new Desk();
  desk.receive(request('INVITE'));
  desk.answer(180);
  desk.sent();
  desk.receive(request('CANCEL'));
  const [ok] = desk.sent();
  desk.answer(487);
  desk.receive(request('CANCEL'));
  assert.deepEqual(
    [
      /^To: .*;tag=(\w+)/m.exec(ok ?? '')?.[1],
      desk.seen(),
      desk.layer.counters.cancelsTooLate,
      desk.layer.size,
    ],
    [
      'ours',
      [
        'request INVITE',
        'cancel CANCEL',
        'send 487 INVITE to udp:192.0.2.1:5060',
        'send 200 CANCEL to udp:192.0.2.1:5060',
      ],
      1,
      { clients: 0, servers: 1 },
    ],
  );
});

test('a CANCEL that crosses the final answer is answered 200 and goes no further', () => {
  const desk = new Desk();
  desk.receive(request('INVITE'));
  desk.answer(200);
  desk.seen();
  desk.receive(request('CANCEL'));
  assert.deepEqual(desk.seen(), ['send 200 CANCEL to udp:192.0.2.1:5060']);
});

for (const status of [180, 200, 486]) {
  test(`the answer to a CANCEL after a ${status} has the To tag of that (§9.2)`, () => {
    const desk = new Desk();
    desk.receive(request('INVITE'));
    desk.answer(status);
    desk.receive(request('CANCEL'));
    const tags = desk.sent().map((text) => /^To: .*;tag=(.+)$/m.exec(text)?.[1]);
    assert.deepEqual(tags, [undefined, 'ours', 'ours']);
  });
}

test('a CANCEL for nothing that we know is answered 481', () => {
  const desk = new Desk();
  desk.receive(request('OPTIONS'));
  desk.receive(request('CANCEL'));
  desk.receive(request('CANCEL', { branch: 'z9hG4bK-2' }));
  assert.deepEqual(
    [desk.seen(), desk.layer.counters.cancelsTooLate],
    [
      [
        'request OPTIONS',
        'send 481 CANCEL to udp:192.0.2.1:5060',
        'send 481 CANCEL to udp:192.0.2.1:5060',
      ],
      2,
    ],
  );
});

test('a non-INVITE request is answered from state when it comes again, and gets no 100', () => {
  const desk = new Desk();
  desk.receive(request('PRACK'));
  desk.receive(request('PRACK'));
  desk.answer(200);
  desk.receive(request('PRACK'));
  assert.deepEqual(
    [desk.seen(), desk.newest.request],
    [
      [
        'request PRACK',
        'send 200 PRACK to udp:192.0.2.1:5060',
        'send 200 PRACK to udp:192.0.2.1:5060',
      ],
      undefined,
    ],
  );
});

test('answers go where the Via, what it was stamped with, and the connection say', () => {
  const desk = new Desk();
  const behindNat = { ...PEER, address: '198.51.100.1', port: 61_000 };
  desk.receive(request('OPTIONS', { via: 'SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bK-a', cseq: 2 }), {
    ...behindNat,
  });
  desk.answer(200);
  desk.receive(
    request('OPTIONS', { via: 'SIP/2.0/UDP 10.0.0.1:5070;rport;branch=z9hG4bK-b', cseq: 3 }),
    behindNat,
  );
  desk.answer(200);
  desk.receive(request('OPTIONS', { branch: 'z9hG4bK-c', cseq: 4 }), PEER_ON_TCP);
  desk.answer(200);
  const sends = desk.sends();
  const to = sends.map((send) => send.hop.port);
  const vias = sends.map(({ text }) => /^Via: (.*)\r$/m.exec(text)?.[1]);
  assert.deepEqual(
    [to, vias],
    [
      [5070, 61_000, 40_000],
      [
        'SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bK-a;received=198.51.100.1',
        'SIP/2.0/UDP 10.0.0.1:5070;rport=61000;received=198.51.100.1;branch=z9hG4bK-b',
        'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-c',
      ],
    ],
  );
});

test('a full table refuses new calls with 503 and Retry-After, keeps a reserve for dialogs, and forgets nothing', () => {
  const desk = new Desk(8);
  for (let i = 0; i < 8; i++)
    desk.receive(request('INVITE', { branch: `z9hG4bK-${i}`, callId: `${i}` }));
  desk.seen();
  desk.receive(request('INVITE', { branch: 'z9hG4bK-new', callId: 'new' }));
  const [refusal = ''] = desk.sent();
  desk.receive(request('BYE', { branch: 'z9hG4bK-bye', toTag: 'ours' }));
  desk.receive(request('BYE', { branch: 'z9hG4bK-bye2', toTag: 'ours' }));
  desk.receive(request('INVITE', { branch: 'z9hG4bK-3', callId: '3' }));
  desk.receive(request('CANCEL', { branch: 'z9hG4bK-3', callId: '3' }));
  const seen = desk.seen();
  assert.deepEqual(
    [refusal.slice(0, 11), /^Retry-After: (\d+)/m.exec(refusal)?.[1], seen],
    [
      'SIP/2.0 503',
      '10',
      [
        'request BYE',
        'send 503 BYE to udp:192.0.2.1:5060',
        'send 100 INVITE to udp:192.0.2.1:5060',
        'send 200 CANCEL to udp:192.0.2.1:5060',
        'cancel CANCEL',
      ],
    ],
  );
});

test('a stranger is answered with one packet, and leaves nothing behind', () => {
  const desk = new Desk();
  desk.receive(request('INVITE', { callId: 'friend', branch: 'z9hG4bK-friend' }));
  desk.admit = (transaction) => {
    const original = transaction.request;
    assert(original);
    const text = respond(original, 401, undefined, { toTag: desk.layer.statelessTag(original) });
    desk.layer.respondStatelessly(transaction, text);
  };
  desk.receive(request('INVITE'));
  desk.receive(request('OPTIONS', { branch: 'z9hG4bK-2' }));
  desk.admit = (transaction) => desk.layer.drop(transaction);
  desk.receive(request('INVITE', { callId: 'dropped', branch: 'z9hG4bK-3' }));
  assert.deepEqual(
    [
      desk.seen().filter((line) => line.startsWith('send')),
      desk.layer.size,
      desk.layer.nextDueMs(),
    ],
    [
      [
        'send 100 INVITE to udp:192.0.2.1:5060',
        'send 401 INVITE to udp:192.0.2.1:5060',
        'send 401 OPTIONS to udp:192.0.2.1:5060',
      ],
      { clients: 0, servers: 1 },
      Infinity,
    ],
  );
});

test('who answers a request that is over does not disturb its copy', () => {
  const desk = new Desk();
  desk.receive(request('INVITE'));
  const first = desk.newest;
  desk.layer.drop(first);
  desk.receive(request('INVITE'));
  desk.layer.respond(first, 486, 'SIP/2.0 486 Busy');
  desk.layer.respondStatelessly(first, 'SIP/2.0 486 Busy');
  desk.layer.drop(first);
  desk.receive(request('INVITE'));
  assert.deepEqual(
    [desk.servers.length, desk.layer.counters.retransmissionsReceived, desk.layer.size],
    [2, 1, { clients: 0, servers: 1 }],
  );
});

test('when a connection breaks, those who wait for an answer on it are told of', () => {
  const desk = new Desk();
  desk.receive(request('INVITE'), PEER_ON_TCP);
  desk.receive(request('OPTIONS', { branch: 'z9hG4bK-2' }), PEER_ON_TCP);
  desk.receive(request('MESSAGE', { branch: 'z9hG4bK-3' }), { ...PEER_ON_TCP, flow: 8 });
  desk.seen();
  desk.note(desk.layer.failed(7));
  desk.note(desk.layer.failed(9));
  assert.deepEqual(
    [desk.seen(), desk.servers.map(({ state }) => state)],
    [
      ['unacknowledged transport', 'unacknowledged transport'],
      ['proceeding', 'terminated', 'trying'],
    ],
  );
});

test('an answer that could not be sent is traced to its request', () => {
  const desk = new Desk();
  desk.receive(request('OPTIONS'));
  desk.receive(request('OPTIONS', { branch: 'z9hG4bK-2', cseq: 2 }));
  desk.answer(200);
  const [text = ''] = desk.sent();
  desk.note(desk.layer.sendFailed(PEER, text));
  desk.note(desk.layer.sendFailed(PEER, text));
  desk.note(desk.layer.sendFailed(PEER, 'no message'));
  assert.deepEqual(
    [desk.seen().slice(2), desk.servers.map(({ state }) => state)],
    [['unacknowledged transport'], ['trying', 'terminated']],
  );
});
