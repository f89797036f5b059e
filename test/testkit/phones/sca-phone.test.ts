/** Phones with BroadSoft's shared appearances, as a server sees them: each habit as a ladder. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  GENERIC,
  LATE_ANSWERER,
  POLYCOM,
  type ScaHabits,
  YEALINK,
  YEALINK_SILENT,
} from '../../../src/testkit/phones/sca-habits.ts';
import { ScaPhone } from '../../../src/testkit/phones/sca-phone.ts';
import type { StationCall } from '../../../src/testkit/phones/station-call.ts';
import { ScriptedServer, SDP } from './scripted-server.ts';

/** The state of a line: `1 active`, and the rest idle. */
function line(...appearances: readonly string[]): { readonly headers: string } {
  const values = [...appearances, '* idle'].map((text) => {
    const [index, state] = text.split(' ');
    return `<sip:pbx.test>;appearance-index=${index};appearance-state=${state}`;
  });
  return { headers: `Call-Info: ${values.join(',')}\r\n` };
}

function index(number: number): { readonly headers: string } {
  return { headers: `Call-Info: <sip:pbx.test>;appearance-index=${number}\r\n` };
}

/** A phone that has booted and was told that the line is idle. */
function booted(habits: ScaHabits = GENERIC): {
  readonly server: ScriptedServer;
  readonly phone: ScaPhone;
} {
  const server = new ScriptedServer();
  const phone = new ScaPhone(server.options, habits);
  phone.boot();
  server.ladder();
  server.notify('call-info', line());
  server.ladder();
  return { server, phone };
}

/** It is off-hook, and the server has taken that. */
function seize(server: ScriptedServer, phone: ScaPhone): void {
  phone.offHook();
  server.ladder(10);
  server.notify('line-seize', index(1));
  server.notify('call-info', line('1 seized'));
  server.ladder(10);
}

/** It talks on appearance 1, on which it was called. */
function called(server: ScriptedServer, phone: ScaPhone): StationCall {
  server.invite(index(1));
  server.ladder();
  const { call } = phone;
  assert(call);
  phone.answer(call);
  server.ladder(10);
  server.inCall('ACK');
  server.ladder(10);
  return call;
}

test('boots: registers, watches its line, and shows what it is told', () => {
  const server = new ScriptedServer();
  const phone = new ScaPhone(server.options);
  phone.boot();
  const before = server.ladder();
  server.notify('call-info', line('1 held', '3 active'));
  assert.deepEqual(
    [before, server.ladder(), phone.shown, phone.faults],
    [
      ['> SUBSCRIBE call-info', '< 200 SUBSCRIBE'],
      ['< NOTIFY call-info [1 held 3 active * idle]', '> 200 NOTIFY'],
      '1 held, 3 active',
      [],
    ],
  );
});

test('goes off-hook, dials on the appearance it was given, talks and hangs up', () => {
  const { server, phone } = booted();
  const seizure = phone.offHook();
  const offHook = [...server.ladder(), seizure.state];
  server.notify('line-seize', index(1));
  const seized = [...server.ladder(), seizure.state];
  phone.dial('1001');
  const dialled = server.ladder();
  server.answer(180);
  server.notify('line-seize', {}, 'terminated;reason=noresource');
  const rings = [...server.ladder(), seizure.state];
  server.answer(200, { body: SDP });
  const answered = [...server.ladder(), phone.call?.phase, phone.call?.index];
  phone.onHook();
  assert.deepEqual(
    [offHook, seized, dialled, rings, answered, server.ladder(), phone.faults],
    [
      ['> SUBSCRIBE line-seize [1]', '< 200 SUBSCRIBE', 'asked'],
      ['< NOTIFY line-seize [1]', '> 200 NOTIFY', 'seized'],
      ['> INVITE 1001 [1] sendrecv'],
      ['< 180 INVITE', '< NOTIFY line-seize terminated;reason=noresource', '> 200 NOTIFY', 'over'],
      ['< 200 INVITE sendrecv', '> ACK', 'talking', 1],
      ['> BYE', '< 200 BYE'],
      [],
    ],
  );
});

test('is refused the appearance, and is told when to try again', () => {
  const { server, phone } = booted();
  server.next.set('SUBSCRIBE line-seize', [{ status: 480, headers: 'Retry-After: 1\r\n' }]);
  const { state: _, ...asked } = phone.offHook(2);
  const ladder = server.ladder();
  const { state, status, retryAfterS } = phone.seizure ?? {};
  assert.deepEqual(
    [asked.index, ladder, { state, status, retryAfterS }],
    [
      2,
      ['> SUBSCRIBE line-seize [2]', '< 480 SUBSCRIBE'],
      { state: 'refused', status: 480, retryAfterS: 1 },
    ],
  );
});

test('finds out when it is given another appearance than it asked for', () => {
  const { server, phone } = booted();
  phone.offHook(1);
  server.ladder(10);
  server.notify('line-seize', index(2));
  server.ladder();
  assert.deepEqual(
    [phone.seizure?.state, phone.faults],
    ['asked', ['asked for appearance 1, was given 2']],
  );
});

test('gives a seizure back when its user goes on-hook', () => {
  const { server, phone } = booted();
  seize(server, phone);
  phone.onHook();
  const ladder = server.ladder();
  server.notify('line-seize', {}, 'terminated;reason=timeout');
  server.notify('call-info', line());
  server.ladder();
  assert.deepEqual(
    [ladder, phone.seizure?.state, phone.shown, phone.faults],
    [['> SUBSCRIBE line-seize end [1]', '< 200 SUBSCRIBE end'], 'over', '', []],
  );
});

test('takes the index of a call that comes in, and says it back', () => {
  const { server, phone } = booted();
  server.invite(index(2));
  const rings = server.ladder();
  const { call } = phone;
  assert(call);
  phone.answer(call);
  const answered = server.ladder(10);
  server.inCall('ACK');
  server.ladder(10);
  server.inCall('BYE');
  assert.deepEqual(
    [rings, answered, server.ladder(), call.index, phone.calls.size, phone.faults],
    [
      ['< INVITE [2] sendrecv', '> 180 INVITE [2]'],
      ['> 200 INVITE [2] sendrecv'],
      ['< BYE', '> 200 BYE'],
      2,
      0,
      [],
    ],
  );
});

test('says its 200 again until it is acknowledged', () => {
  const { server, phone } = booted();
  server.invite(index(1));
  server.ladder();
  const { call } = phone;
  assert(call);
  phone.answer(call);
  const seen = server.ladder(600);
  server.inCall('ACK');
  assert.deepEqual(
    [seen, server.ladder(5000)],
    [['> 200 INVITE [1] sendrecv', '> 200 INVITE [1] sendrecv'], ['< ACK']],
  );
});

for (const [how, says] of [
  ['public', '[1]'],
  ['private', '[1 held-private]'],
] as const)
  test(`${how} hold: a re-INVITE that is sendonly, with ${says}`, () => {
    const { server, phone } = booted();
    const call = called(server, phone);
    phone.hold(call, how);
    const asked = server.ladder();
    server.answer(200, { body: SDP.replace('sendrecv', 'recvonly') });
    const done = [...server.ladder(), call.isHeld];
    phone.resume(call);
    assert.deepEqual(
      [asked, done, server.ladder()],
      [
        [`> INVITE again ${says} sendonly`],
        ['< 200 INVITE recvonly', '> ACK', true],
        ['> INVITE again [1] sendrecv'],
      ],
    );
  });

test('retrieves what another holds: an INVITE to the line itself, with the index', () => {
  const { server, phone } = booted();
  server.notify('call-info', line('2 held'));
  server.ladder();
  const call = phone.retrieve(2);
  const asked = server.ladder();
  server.answer(200, { body: SDP });
  assert.deepEqual(
    [asked, server.ladder(), call.phase],
    [['> INVITE 2000 [2] sendrecv'], ['< 200 INVITE sendrecv', '> ACK'], 'talking'],
  );
});

test('a retrieval that is refused ends with its status', () => {
  const { server, phone } = booted();
  const call = phone.retrieve(2);
  server.ladder();
  server.answer(403);
  assert.deepEqual(
    [server.ladder(), call.phase, call.status],
    [['< 403 INVITE', '> ACK'], 'over', 403],
  );
});

test('transfers a call, blind and attended', () => {
  const { server, phone } = booted();
  const call = called(server, phone);
  const other = called(server, phone);
  phone.transfer(call, '1002');
  const blind = [...server.ladder(), server.heard('REFER').headers.first('Refer-To')];
  phone.transfer(call, '1002', other);
  server.ladder();
  const { callId, localTag, remoteTag } = other.dialog;
  const replaces = `${callId}%3Bto-tag%3D${remoteTag}%3Bfrom-tag%3D${localTag}`;
  assert.deepEqual(
    [blind, server.heard('REFER').headers.first('Refer-To'), call.referStatus],
    [
      ['> REFER', '< 200 REFER', '<sip:1002@pbx.test>'],
      `<sip:1002@pbx.test?Replaces=${replaces}>`,
      200,
    ],
  );
});

test('Polycom: the hold is described in the ACK', () => {
  const { server, phone } = booted(POLYCOM);
  const call = called(server, phone);
  phone.hold(call);
  const asked = server.ladder();
  server.answer(200, { body: SDP });
  assert.deepEqual(
    [asked, server.ladder(), call.isHeld],
    [['> INVITE again'], ['< 200 INVITE sendrecv', '> ACK sendonly'], true],
  );
});

test('Polycom: no Call-Info in its CANCEL, where others have it', () => {
  const cancels = [GENERIC, POLYCOM].map((habits) => {
    const { server, phone } = booted(habits);
    seize(server, phone);
    phone.dial('1001');
    server.ladder();
    server.answer(180);
    server.notify('line-seize', {}, 'terminated;reason=noresource');
    server.ladder();
    phone.onHook();
    return [...server.ladder(), phone.calls.size];
  });
  const rest = ['< 200 CANCEL', '< 487 INVITE', '> ACK', 0];
  assert.deepEqual(cancels, [
    ['> CANCEL [1]', ...rest],
    ['> CANCEL', ...rest],
  ]);
});

test('Polycom: a CANCEL after NOTIFY active puts the lamp out, before it does not', () => {
  const shown = (['NOTIFY', 'CANCEL'] as const).map((first) => {
    const { server, phone } = booted(POLYCOM);
    server.invite(index(1));
    server.notify('call-info', line('1 alerting'));
    server.ladder();
    if (first === 'CANCEL') server.cancel();
    server.ladder();
    server.notify('call-info', line('1 active'));
    server.ladder();
    if (first === 'NOTIFY') server.cancel();
    server.ladder();
    return phone.shown;
  });
  assert.deepEqual(shown, ['', '1 active']);
});

test('Polycom renews a seizure, Yealink lets it run out', () => {
  const ladders = [POLYCOM, YEALINK].map((habits) => {
    const { server, phone } = booted(habits);
    seize(server, phone);
    return server.ladder(20_000);
  });
  assert.deepEqual(ladders, [['> SUBSCRIBE line-seize [1]', '< 200 SUBSCRIBE'], []]);
});

test('Yealink: a seizure that ran out is over', () => {
  const { server, phone } = booted(YEALINK);
  seize(server, phone);
  server.ladder(15_000);
  server.notify('line-seize', {}, 'terminated;reason=timeout');
  server.ladder();
  assert.deepEqual([phone.seizure?.state, phone.seizure?.reason], ['over', 'timeout']);
});

test('Yealink: its INVITE may say nothing of the appearance that it has seized', () => {
  const { server, phone } = booted(YEALINK_SILENT);
  seize(server, phone);
  phone.dial('1001');
  assert.deepEqual(server.ladder(), ['> INVITE 1001 sendrecv']);
});

test('crashes while it has seized, and comes back as a stranger to what it had', () => {
  const { server, phone } = booted();
  seize(server, phone);
  const former = server.heard('SUBSCRIBE call-info');
  phone.crash();
  const silent = server.ladder(5000);
  phone.boot();
  const again = server.ladder();
  const fresh = server.heard('SUBSCRIBE call-info');
  server.within('NOTIFY', former, {
    headers: 'Event: call-info\r\nSubscription-State: active;expires=60\r\n',
  });
  assert.deepEqual(
    [
      silent,
      again,
      fresh.callId !== former.callId,
      server.ladder(),
      phone.shown,
      phone.station.strays,
    ],
    [
      [],
      ['> SUBSCRIBE call-info', '< 200 SUBSCRIBE'],
      true,
      ['< NOTIFY call-info', '> 481 NOTIFY'],
      '',
      1,
    ],
  );
});

test('says 200 to an INVITE that was cancelled', () => {
  const { server, phone } = booted(LATE_ANSWERER);
  server.invite(index(1));
  server.ladder();
  server.cancel();
  const crossed = server.ladder();
  server.inCall('ACK');
  server.inCall('BYE');
  assert.deepEqual(
    [crossed, server.ladder(), phone.calls.size],
    [['< CANCEL', '> 200 CANCEL', '> 200 INVITE [1] sendrecv'], ['< ACK', '< BYE', '> 200 BYE'], 0],
  );
});

test('with a password: requests are from the line, and a challenge is answered', () => {
  const server = new ScriptedServer();
  const phone = new ScaPhone({ ...server.options, password: 'secret' });
  const challenge = 'WWW-Authenticate: Digest realm="pbx.test", nonce="n1", qop="auth"\r\n';
  server.next.set('REGISTER', [{ status: 401, headers: challenge }]);
  phone.boot();
  server.ladder();
  const { headers, cseq } = server.heard('REGISTER');
  const auth = headers.first('Authorization') ?? '';
  assert.deepEqual(
    [
      headers.first('From')?.replace(/;tag=.*/, ''),
      /username="(\w+)"/.exec(auth)?.[1],
      /response="[0-9a-f]{32}"/.test(auth),
      cseq,
      phone.station.isRegistered,
    ],
    ['<sip:2000@pbx.test>', '2000a', true, 2, true],
  );
});
