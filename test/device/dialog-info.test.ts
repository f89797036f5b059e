/** Documents of the dialog package: RFC 4235 §4. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { dialogInfo } from '../../src/device/dialog-info.ts';

const HEAD =
  '<?xml version="1.0" encoding="UTF-8"?>\r\n' +
  '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info"';

test('an idle line is a document without dialogs', () => {
  assert.equal(
    dialogInfo(0, '2000', 'pbx.test', []),
    `${HEAD} version="0" state="full" entity="sip:2000@pbx.test">\r\n</dialog-info>\r\n`,
  );
});

test('a ringing call is early, a taken one confirmed, and names from the wire cannot break out', () => {
  const from = { number: '1001', name: 'A<b>"&\x01' };
  const remote =
    '<remote><identity display="A&lt;b&gt;&quot;&amp; ">sip:1001@pbx.test</identity></remote>';
  assert.equal(
    dialogInfo(7, '2000', 'pbx.test', [
      { call: 'c1', appearance: 1, state: 'ringing', from, member: '' },
      { call: 'c2', appearance: 2, state: 'active', from, member: 'ana' },
    ]),
    `${HEAD} version="7" state="full" entity="sip:2000@pbx.test">\r\n` +
      '<dialog id="c1" direction="recipient">\r\n<state>early</state>\r\n' +
      `<local><identity>sip:2000@pbx.test</identity></local>\r\n${remote}\r\n</dialog>\r\n` +
      '<dialog id="c2" direction="recipient">\r\n<state>confirmed</state>\r\n' +
      `<local><identity>sip:ana@pbx.test</identity></local>\r\n${remote}\r\n</dialog>\r\n` +
      '</dialog-info>\r\n',
  );
});
