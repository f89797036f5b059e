/** Dialogs by themselves: what they keep of a message, the order of requests, what a refresh changes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { acceptDialog, type Dialog, openDialog } from '../../../src/sip/dialog/dialog.ts';
import type { Hop } from '../../../src/sip/hop.ts';
import type { SipRequest, SipResponse } from '../../../src/sip/message/message.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';

const source: Hop = { transport: 'udp', address: '192.0.2.1', port: 5060, flow: 0, listener: 0 };

function request(headers: readonly string[]): SipRequest {
  const parsed = parseMessage(
    [
      'INVITE sip:2001@pbx.test SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
      'From: "Ana" <sip:ana@pbx.test>;tag=far-end-tag-of-ana',
      'To: <sip:2001@pbx.test>',
      'Call-ID: a-call-id-of-some-length',
      'CSeq: 7 INVITE',
      ...headers,
      '',
      '',
    ].join('\r\n'),
  );
  assert(parsed.ok && parsed.message.kind === 'request');
  return parsed.message;
}

function response(headers: readonly string[], tag: string): SipResponse {
  const parsed = parseMessage(
    [
      'SIP/2.0 200 OK',
      'Via: SIP/2.0/UDP 192.0.2.99;branch=z9hG4bK1',
      'From: <sip:1001@pbx.test>;tag=ours',
      `To: <sip:2001@pbx.test>;tag=${tag}`,
      'Call-ID: ours',
      'CSeq: 1 INVITE',
      ...headers,
      '',
      '',
    ].join('\r\n'),
  );
  assert(parsed.ok && parsed.message.kind === 'response');
  return parsed.message;
}

function accepted(headers: readonly string[]): Dialog | undefined {
  return acceptDialog(request(headers), source, 'our-tag-12345');
}

test('a dialog accepted builds requests that mirror the request that made it', () => {
  const dialog = accepted(['Contact: <sip:ana@192.0.2.1>']);
  assert(dialog);
  assert.deepEqual(dialog.request('BYE', 'Reason: x\r\n', ''), {
    method: 'BYE',
    uri: 'sip:ana@192.0.2.1',
    callId: 'a-call-id-of-some-length',
    cseq: 1,
    from: '<sip:2001@pbx.test>;tag=our-tag-12345',
    to: '"Ana" <sip:ana@pbx.test>;tag=far-end-tag-of-ana',
    maxForwards: 70,
    routes: '',
    headers: 'Reason: x\r\n',
    body: '',
  });
  assert.equal(dialog.request('INFO', '', '').cseq, 2);
  assert.equal(dialog.numbered('ACK', 2, '', '').cseq, 2);
});

test('one more early dialog differs by our tag alone', () => {
  const dialog = accepted(['Contact: <sip:ana@192.0.2.1>', 'Record-Route: <sip:p1;lr>']);
  const other = dialog?.withLocalTag('another-tag12');
  const { from: ours, ...rest } = dialog?.request('INFO', '', '') ?? {};
  const { from: others, ...same } = other?.request('INFO', '', '') ?? {};
  assert.deepEqual(
    [ours, others, same],
    ['<sip:2001@pbx.test>;tag=our-tag-12345', '<sip:2001@pbx.test>;tag=another-tag12', rest],
  );
});

test('Contacts of every form are read, and those that will not do are refused', () => {
  const targets = [
    'Contact: <sip:ana@192.0.2.1>',
    'Contact: "Ana, of <Somewhere>" <sip:ana@192.0.2.1;x=y>;expires=60',
    'Contact: sip:ana@192.0.2.1;q=0.5',
    'Contact: <sips:ana@192.0.2.1>',
    'Contact: <sip:a@192.0.2.1>, <sip:b@192.0.2.1>',
    'Contact: *',
    'Contact: <mailto:ana@192.0.2.1>',
    'Contact: <sip:>',
    'X: y',
  ].map((line) => accepted([line])?.remoteTarget);
  assert.deepEqual(targets, [
    'sip:ana@192.0.2.1',
    'sip:ana@192.0.2.1;x=y',
    'sip:ana@192.0.2.1',
    'sips:ana@192.0.2.1',
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('Record-Route that cannot be read, or of endless length, makes no dialog', () => {
  const contact = 'Contact: <sip:ana@192.0.2.1>';
  const endless = Array.from({ length: 21 }, (_, i) => `Record-Route: <sip:p${i};lr>`);
  assert.deepEqual(
    [
      accepted([contact, 'Record-Route: <sip:p1;lr>, "unclosed <sip:p2;lr>']),
      accepted([contact, 'Record-Route: <tel:+1202>']),
      accepted([contact, ...endless]),
    ],
    [undefined, undefined, undefined],
  );
});

test('requests of the far end come in order: an overtaken one does not count', () => {
  const dialog = accepted(['Contact: <sip:ana@192.0.2.1>']);
  assert.deepEqual(
    [8, 10, 9, 10, 11].map((cseq) => dialog?.takes(cseq)),
    [true, true, false, true, true],
  );
});

test('the 2xx has the last word on target and route set, whatever a 1xx said (RFC 3261 §13.2.2.4)', () => {
  const hop: Hop = { ...source, address: '192.0.2.2' };
  const opening = {
    callId: 'ours',
    localTag: 'ours',
    from: '<sip:1001@pbx.test>',
    to: '<sip:2001@pbx.test>',
    uri: 'sip:bob@192.0.2.2',
    hop,
    routes: [],
  };
  const { dialog, request: invite } = openDialog(opening, 'INVITE', 70, '', '');
  const seen = [invite.uri];
  dialog.establish(
    response(['Contact: <sip:one@192.0.2.2>', 'Record-Route: <sip:p1;lr>'], 'bob'),
    hop,
  );
  const early = dialog.request('PRACK', '', '');
  dialog.establish(
    response(['Contact: <sip:two@192.0.2.2>', 'Record-Route: <sip:p2;lr>,<sip:p1;lr>'], 'bob'),
    hop,
  );
  const late = dialog.request('BYE', '', '');
  assert.deepEqual(
    [
      ...seen,
      early.uri,
      early.routes,
      dialog.hop.address,
      late.uri,
      late.routes,
      late.to,
      late.cseq,
    ],
    [
      'sip:bob@192.0.2.2',
      'sip:one@192.0.2.2',
      'Route: <sip:p1;lr>\r\n',
      'p1',
      'sip:two@192.0.2.2',
      'Route: <sip:p1;lr>\r\nRoute: <sip:p2;lr>\r\n',
      '<sip:2001@pbx.test>;tag=bob',
      3,
    ],
  );
});

test('a target refresh moves the target, never the route set (RFC 3261 §12.2)', () => {
  const dialog = accepted(['Contact: <sip:ana@192.0.2.1>', 'Record-Route: <sip:192.0.2.50;lr>']);
  assert(dialog);
  dialog.refresh(request(['Contact: <sip:ana@192.0.2.3>', 'Record-Route: <sip:other;lr>']), source);
  dialog.refresh(request(['Contact: *']), source);
  const { uri, routes } = dialog.request('BYE', '', '');
  assert.deepEqual(
    [uri, routes, dialog.hop.address],
    ['sip:ana@192.0.2.3', 'Route: <sip:192.0.2.50;lr>\r\n', '192.0.2.50'],
  );
});
