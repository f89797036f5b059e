/** Documents of the dialog package: RFC 4235 §4. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { dialogInfo } from '../../src/device/dialog-info.ts';

const HEAD =
  '<?xml version="1.0" encoding="UTF-8"?>\r\n' +
  '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info"';

const RINGING = {
  appearance: 1,
  state: 'alerting',
  member: '',
  isOutgoing: false,
  isExclusive: false,
} as const;

const partyOf = (member: string) => ({ number: `2000${member}`, name: `Office ${member}` });

test('an idle line is a document without dialogs', () => {
  assert.equal(
    dialogInfo(0, '2000', 'pbx.test', [], partyOf),
    `${HEAD} version="0" state="full" entity="sip:2000@pbx.test">\r\n</dialog-info>\r\n`,
  );
});

test('a ringing call is early, a taken one confirmed at who took it; what the wire said cannot break out', () => {
  const from = { number: '1 0@1', name: 'A<b>"&\x01' };
  const remote =
    '<remote><identity display="A&lt;b&gt;&quot;&amp; ">sip:1%200%401@pbx.test</identity></remote>';
  assert.equal(
    dialogInfo(
      7,
      '2000',
      'pbx.test',
      [
        { ...RINGING, call: 'c1', from },
        { ...RINGING, call: 'c2', appearance: 2, state: 'active', from, member: 'a' },
      ],
      partyOf,
    ),
    `${HEAD} version="7" state="full" entity="sip:2000@pbx.test">\r\n` +
      '<dialog id="c1" direction="recipient">\r\n<state>early</state>\r\n' +
      `<local><identity>sip:2000@pbx.test</identity></local>\r\n${remote}\r\n</dialog>\r\n` +
      '<dialog id="c2" direction="recipient">\r\n<state>confirmed</state>\r\n' +
      `<local><identity display="Office a">sip:2000a@pbx.test</identity></local>\r\n${remote}\r\n</dialog>\r\n` +
      '</dialog-info>\r\n',
  );
});
