/** Documents of the dialog package as they are written: RFC 4235 §4, RFC 7463 §5.2. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { DialogEntry } from '../../../src/sip/dialog-info/document.ts';
import { withoutDetails } from '../../../src/sip/dialog-info/document.ts';
import { formatDialogInfo } from '../../../src/sip/dialog-info/writer.ts';
import { readXml } from '../../../src/sip/dialog-info/xml.ts';

const HEAD =
  '<?xml version="1.0" encoding="UTF-8"?>\r\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info"';
const SHARED = 'xmlns:sa="urn:ietf:params:xml:ns:sa-dialog-info"';
const entity = 'sip:200@pbx.test';

test('a seized line is a dialog in state trying, without Call-ID; no namespace is declared for nothing', () => {
  assert.equal(
    formatDialogInfo({
      version: 3,
      state: 'full',
      entity,
      dialogs: [{ id: 'd1', state: 'trying' }],
    }),
    `${HEAD} version="3" state="full" entity="${entity}">\r\n` +
      '<dialog id="d1">\r\n<state>trying</state>\r\n</dialog>\r\n</dialog-info>\r\n',
  );
});

test('all that a dialog can say stands in the order of the schema', () => {
  const reference = { callId: 'j', localTag: 'jl', remoteTag: 'jr' };
  const dialog: DialogEntry = {
    id: 'd1',
    state: 'confirmed',
    event: 'replaced',
    code: 200,
    callId: 'c',
    localTag: 'l',
    remoteTag: 'r',
    direction: 'initiator',
    replaces: reference,
    local: {
      identity: { uri: entity, displayName: 'Sales "&" Co' },
      target: { uri: 'sip:a@192.0.2.1', parameters: [['+sip.rendering', 'no']] },
    },
    remote: { target: { uri: 'sip:b@192.0.2.2', parameters: [] } },
    appearance: 2,
    exclusive: false,
    joined: reference,
    replaced: reference,
  };
  assert.equal(
    formatDialogInfo({ version: 0, state: 'partial', entity, dialogs: [dialog] }),
    `${HEAD} ${SHARED} version="0" state="partial" entity="${entity}">\r\n` +
      '<dialog id="d1" call-id="c" local-tag="l" remote-tag="r" direction="initiator">\r\n' +
      '<state event="replaced" code="200">confirmed</state>\r\n' +
      '<replaces call-id="j" local-tag="jl" remote-tag="jr"/>\r\n' +
      `<local><identity display="Sales &quot;&amp;&quot; Co">${entity}</identity>` +
      '<target uri="sip:a@192.0.2.1"><param pname="+sip.rendering" pval="no"/></target></local>\r\n' +
      '<remote><target uri="sip:b@192.0.2.2"/></remote>\r\n' +
      '<sa:exclusive>false</sa:exclusive>\r\n<sa:appearance>2</sa:appearance>\r\n' +
      '<sa:joined-dialog call-id="j" local-tag="jl" remote-tag="jr"/>\r\n' +
      '<sa:replaced-dialog call-id="j" local-tag="jl" remote-tag="jr"/>\r\n' +
      '</dialog>\r\n</dialog-info>\r\n',
  );
});

test('to a stranger a dialog is its id and state', () => {
  const dialog = { id: 'd1', state: 'early', callId: 'c', appearance: 1, exclusive: true } as const;
  assert.deepEqual(withoutDetails(dialog), { id: 'd1', state: 'early' });
});

test('whatever the values hold, the document is well-formed and has its dialogs, no more', () => {
  const octets = fc.uint8Array({ maxLength: 40 }).map((b) => Buffer.from(b).toString('latin1'));
  fc.assert(
    fc.property(octets, octets, octets, (one, two, three) => {
      const dialog: DialogEntry = {
        id: one,
        state: 'early',
        callId: two,
        local: {
          identity: { uri: three, displayName: one },
          target: { uri: two, parameters: [[three, one]] },
        },
        joined: { callId: one, localTag: two, remoteTag: three },
      };
      const text = formatDialogInfo({
        version: 0,
        state: 'full',
        entity: one,
        dialogs: [dialog, dialog],
      });
      const read = readXml(text, { bytes: 16_384, depth: 5 });
      assert.deepEqual(
        read.ok &&
          read.root.children.map(({ name, children }) => [
            name,
            ...children.map((child) => child.name),
          ]),
        [0, 1].map(() => ['dialog', 'state', 'local', 'joined-dialog']),
      );
    }),
  );
});
