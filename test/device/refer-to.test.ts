/** Refer-To as phones write it: RFC 3515 §2.1, RFC 3891 §3, RFC 5589 §7. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { readReferTo } from '../../src/device/refer-to.ts';
import { parseMessage } from '../../src/sip/message/parse.ts';

const replaces = { callId: 'a@b', localTag: 'ours', remoteTag: 'theirs' };

const ROWS: readonly (readonly [string, unknown])[] = [
  ['Refer-To: <sip:1003@pbx.test>', { number: '1003', replaces: undefined }],
  ['r: sip:1003@pbx.test', { number: '1003', replaces: undefined }],
  ['Refer-To: "Ana" <tel:+441234>', { number: '+441234', replaces: undefined }],
  [
    'Refer-To: <sip:1003@pbx.test?Replaces=a%40b%3Bto-tag%3Dours%3Bfrom-tag%3Dtheirs>',
    { number: '1003', replaces },
  ],
  [
    'Refer-To: <sip:1003@pbx.test?X-A=1&replaces=a%40b%3bfrom-tag%3dtheirs%3bto-tag%3dours>',
    { number: '1003', replaces },
  ],
  [
    'Refer-To: <sip:10.0.0.1:5060?Replaces=a%40b%3Bto-tag%3Dours%3Bfrom-tag%3Dtheirs>',
    { number: '', replaces },
  ],
  ['Refer-To: <sip:10.0.0.1:5060>', undefined],
  ['Refer-To: <sip:1003@pbx.test?Replaces=a%40b%3Bto-tag%3Dours>', undefined],
  ['Refer-To: <sip:1003@pbx.test?Replaces=%E0%A4%A>', undefined],
  ['Refer-To: <sip:1003@pbx.test;method=SUBSCRIBE>', undefined],
  ['Refer-To: <sip:1@a>, <sip:2@a>', undefined],
  ['Refer-To: <http://example.org/>', undefined],
  ['Subject: no Refer-To at all', undefined],
];

for (const [header, expected] of ROWS) {
  test(`${header.replace('\r\n', ' + ')} is ${expected === undefined ? 'refused' : 'understood'}`, () => {
    const parsed = parseMessage(
      'REFER sip:pbx.test SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1\r\n' +
        'From: <sip:a@pbx.test>;tag=1\r\nTo: <sip:b@pbx.test>;tag=2\r\nCall-ID: c\r\n' +
        `CSeq: 1 REFER\r\nMax-Forwards: 70\r\n${header}\r\nContent-Length: 0\r\n\r\n`,
    );
    assert(parsed.ok && parsed.message.kind === 'request');
    const { uri: _, ...read } = readReferTo(parsed.message) ?? {};
    assert.deepEqual(read, expected ?? {});
  });
}
