/** A phone of RFC 7463 as a server sees it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type AppearanceHabits,
  AppearancePhone,
} from '../../../src/testkit/phones/appearance-phone.ts';
import { ScriptedServer, SDP } from './scripted-server.ts';

/** NOTIFY of the line with these dialogs; each is what stands between `<dialog` and its end. */
function line(version: number, ...dialogs: readonly string[]) {
  const elements = dialogs.map((text) => `<dialog ${text}</dialog>`).join('');
  return {
    type: 'application/dialog-info+xml',
    body:
      '<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info"' +
      ' xmlns:sa="urn:ietf:params:xml:ns:sa-dialog-info"' +
      ` version="${version}" state="full" entity="sip:2000@pbx.test">${elements}</dialog-info>`,
  };
}

const TALKING =
  'id="x" call-id="c" local-tag="l" remote-tag="r"><state>confirmed</state><sa:appearance>1</sa:appearance>';

function booted(habits: AppearanceHabits = {}) {
  const server = new ScriptedServer();
  const phone = new AppearancePhone(server.options, habits);
  phone.boot();
  server.ladder();
  return { server, phone };
}

test('boots: registers, watches its line, and sees it', () => {
  const server = new ScriptedServer();
  const phone = new AppearancePhone(server.options);
  phone.boot();
  const before = server.ladder();
  server.notify('dialog;shared', line(0, TALKING));
  server.ladder();
  assert.deepEqual(
    [before, phone.shown, phone.faults],
    [['> SUBSCRIBE dialog;shared', '< 200 SUBSCRIBE'], '1 confirmed', []],
  );
});

test('seizes a number, binds it to its dialog, and calls only then', () => {
  const { server, phone } = booted();
  server.notify('dialog;shared', line(0, TALKING));
  server.ladder();
  phone.seize();
  const seized = server.ladder();
  const attempt = phone.dial('1001');
  const dialled = server.ladder();
  server.answer(200, { body: SDP });
  const talks = server.ladder();
  const { call } = attempt;
  assert(call);
  phone.hangUp(call);
  assert.deepEqual(
    [seized, dialled, talks, server.ladder(), attempt.publication.state, phone.faults],
    [
      ['> PUBLISH dialog;shared trying unbound number 2', '< 200 PUBLISH'],
      ['> PUBLISH dialog;shared trying bound number 2', '< 200 PUBLISH', '> INVITE 1001 sendrecv'],
      ['< 200 INVITE sendrecv', '> ACK'],
      [
        '> BYE',
        '> PUBLISH dialog;shared end terminated bound number 2',
        '< 200 BYE',
        '< 200 PUBLISH',
      ],
      'over',
      [],
    ],
  );
});

test('a number that is refused: no call leaves', () => {
  const { server, phone } = booted();
  server.next.set('PUBLISH dialog;shared', [{ status: 400 }]);
  const attempt = phone.dial('1001');
  assert.deepEqual(
    [server.ladder(), attempt.publication.state, attempt.publication.status, attempt.call],
    [
      ['> PUBLISH dialog;shared trying unbound number 1', '< 400 PUBLISH'],
      'refused',
      400,
      undefined,
    ],
  );
});

test('who was refused a number that it has seized does not call on it', () => {
  const { server, phone } = booted();
  server.next.set('PUBLISH dialog;shared', [{ status: 400 }]);
  phone.seize(1);
  server.ladder();
  const { call } = phone.dial('1001');
  assert.deepEqual([server.ladder(), call], [[], undefined]);
});

test('gives a number back that nothing was dialled on', () => {
  const { server, phone } = booted();
  phone.seize(3);
  server.ladder();
  phone.release();
  assert.deepEqual(server.ladder(), [
    '> PUBLISH dialog;shared end terminated unbound number 3',
    '< 200 PUBLISH',
  ]);
});

test('a consultation asks for no number, and waits for that too', () => {
  const { server, phone } = booted({ isExclusive: true });
  phone.consult('1002');
  assert.deepEqual(server.ladder(), [
    '> PUBLISH dialog;shared trying bound without number exclusive',
    '< 200 PUBLISH',
    '> INVITE 1002 sendrecv',
  ]);
});

test('an emergency call waits for nobody', () => {
  const { server, phone } = booted();
  phone.callEmergency('112');
  assert.deepEqual(server.ladder(), ['> INVITE 112 sendrecv']);
});

test("takes over another phone's number: says so first, then calls in its place", () => {
  const { server, phone } = booted();
  server.notify('dialog;shared', line(0, TALKING));
  server.ladder();
  phone.takeOver(1);
  assert.deepEqual(server.ladder(), [
    '> PUBLISH dialog;shared trying bound without number in place of another',
    '< 200 PUBLISH',
    '> INVITE 2000 Replaces c;to-tag=l;from-tag=r sendrecv',
  ]);
});

test('takes its number from Alert-Info, and publishes when it holds', () => {
  const { server, phone } = booted();
  server.invite({ headers: 'Alert-Info: <urn:alert:service:normal>;appearance=2\r\n' });
  server.ladder();
  const { call } = phone;
  assert(call);
  phone.answer(call);
  server.ladder(10);
  server.inCall('ACK');
  server.ladder();
  phone.hold(call, true);
  assert.deepEqual(
    [call.index, server.ladder(), /\+sip\.rendering" pval="no"/.test(server.heard('PUBLISH').body)],
    [
      2,
      [
        '> INVITE again sendonly',
        '> PUBLISH dialog;shared confirmed bound number 2',
        '< 200 PUBLISH',
      ],
      true,
    ],
  );
});

test('finds out what it should not have been sent', () => {
  const { server, phone } = booted();
  server.notify('dialog;shared', line(0, TALKING));
  server.notify('dialog;shared', line(2, TALKING));
  server.notify('dialog;shared', { ...line(3), type: 'text/xml' });
  server.ladder();
  assert.deepEqual(phone.faults, ['document 2 after 0', 'NOTIFY of dialog with text/xml']);
});
