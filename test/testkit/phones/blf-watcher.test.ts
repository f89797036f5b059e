/** A phone with busy lamps as a server sees it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { BlfWatcher } from '../../../src/testkit/phones/blf-watcher.ts';
import { ScriptedServer, SDP } from './scripted-server.ts';

/** NOTIFY of line 2000. */
function line(version: number, state: 'full' | 'partial', dialogs: string) {
  return {
    type: 'application/dialog-info+xml',
    body:
      '<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info"' +
      ' xmlns:sa="urn:ietf:params:xml:ns:sa-dialog-info"' +
      ` version="${version}" state="${state}" entity="sip:2000@pbx.test">${dialogs}</dialog-info>`,
  };
}

function dialog(id: string, state: string, names = ''): string {
  return `<dialog id="${id}"${names}><state>${state}</state></dialog>`;
}

function watching() {
  const server = new ScriptedServer();
  const phone = new BlfWatcher({ ...server.options, user: '1001', aor: '1001' }, '2000');
  phone.boot();
  const boot = server.ladder();
  return { server, phone, boot };
}

test('watches a line that is not its own, whole and in parts', () => {
  const { server, phone, boot } = watching();
  const { uri, headers } = server.heard('SUBSCRIBE dialog');
  server.notify('dialog', line(0, 'full', dialog('a', 'early') + dialog('b', 'confirmed')));
  server.ladder();
  const before = phone.shown;
  server.notify('dialog', line(1, 'partial', dialog('a', 'confirmed') + dialog('b', 'terminated')));
  server.ladder();
  assert.deepEqual(
    [boot, uri, headers.first('Accept'), before, phone.shown, phone.faults],
    [
      ['> SUBSCRIBE dialog', '< 200 SUBSCRIBE'],
      'sip:2000@pbx.test',
      'application/dialog-info+xml',
      'early, confirmed',
      'confirmed',
      [],
    ],
  );
});

test('picks up what rings, by the names in the document', () => {
  const { server, phone } = watching();
  const names = ' call-id="c" local-tag="l" remote-tag="r"';
  server.notify('dialog', line(0, 'full', dialog('a', 'early', names)));
  server.ladder();
  const call = phone.pickUp();
  const asked = server.ladder();
  server.answer(200, { body: SDP });
  assert.deepEqual(
    [asked, server.ladder(), call?.phase],
    [
      ['> INVITE 2000 Replaces c;to-tag=l;from-tag=r sendrecv'],
      ['< 200 INVITE sendrecv', '> ACK'],
      'talking',
    ],
  );
});

test('cannot pick up what has no names, as what it may not know', () => {
  const { server, phone } = watching();
  server.notify('dialog', line(0, 'full', dialog('a', 'early')));
  server.ladder();
  assert.deepEqual([phone.pickUp(), server.ladder()], [undefined, []]);
});

test('finds out when it is shown appearances, or begins in the middle', () => {
  const { server, phone } = watching();
  const shown = '<dialog id="a"><state>early</state><sa:appearance>1</sa:appearance></dialog>';
  server.notify('dialog', line(0, 'partial', shown));
  server.ladder();
  assert.deepEqual(phone.faults, [
    'begins with a partial document',
    'appearance 1 is shown to a stranger',
  ]);
});
