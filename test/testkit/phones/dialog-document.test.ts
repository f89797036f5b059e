/** What a phone takes as a dialog document and what it does not; the manager's own writer is held against it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { formatDialogInfo } from '../../../src/sip/dialog-info/writer.ts';
import { readDocument } from '../../../src/testkit/phones/dialog-document.ts';

const HEAD = '<?xml version="1.0"?>\r\n';
const ROOT =
  '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" entity="sip:2000@pbx.test">';

test('reads RFC 7463 in whatever prefix, and the rendering of the own side', () => {
  const document = readDocument(
    `${HEAD}<d:dialog-info xmlns:d="urn:ietf:params:xml:ns:dialog-info" xmlns:x="urn:ietf:params:xml:ns:sa-dialog-info" version="7" state="partial" entity="sip:2000@pbx.test">
      <d:dialog id="a" call-id="c&amp;1" local-tag="l" remote-tag="r" direction="initiator">
        <d:state>confirmed</d:state>
        <d:local><d:identity>sip:2000@pbx.test</d:identity>
          <d:target uri="sip:x"><d:param pname="+sip.rendering" pval="no"/></d:target></d:local>
        <d:remote><d:identity display="Bob">sip:5551@pbx.test</d:identity></d:remote>
        <x:exclusive>true</x:exclusive><x:appearance>2</x:appearance>
        <x:replaced-dialog call-id="q" local-tag="s" remote-tag="t"/>
      </d:dialog></d:dialog-info>`,
  );
  assert.deepEqual(document, {
    version: 7,
    state: 'partial',
    entity: 'sip:2000@pbx.test',
    dialogs: [
      {
        id: 'a',
        state: 'confirmed',
        event: '',
        callId: 'c&1',
        localTag: 'l',
        remoteTag: 'r',
        direction: 'initiator',
        local: 'sip:2000@pbx.test',
        remote: 'sip:5551@pbx.test',
        target: 'sip:x',
        isHeld: true,
        appearance: 2,
        isExclusive: true,
        joined: '',
        replaced: 'q s t',
      },
    ],
  });
});

for (const [what, text, fault] of [
  ['no declaration', ROOT, 'no XML declaration'],
  ['what is cut short', `${HEAD}${ROOT}`, 'the document is cut short'],
  ['a comment', `${HEAD}${ROOT}<!-- x --></dialog-info>`, 'no tag: <!-- x --></dialog-info>'],
  ['a bare &', `${HEAD}${ROOT}a & b</dialog-info>`, "'a & b' has an & that escapes nothing"],
  ['another end', `${HEAD}${ROOT}</dialog>`, '</dialog> ends nothing'],
  [
    'no namespace',
    `${HEAD}<dialog-info version="0" state="full" entity="sip:2000@pbx.test"/>`,
    'nothing is bound to the prefix of dialog-info',
  ],
  [
    'an element of another namespace',
    `${HEAD}${ROOT}<dialog id="a"><state>early</state><appearance>1</appearance></dialog></dialog-info>`,
    'dialog a has an element urn:ietf:params:xml:ns:dialog-info appearance',
  ],
  [
    'a state that is none',
    `${HEAD}${ROOT}<dialog id="a"><state>held</state></dialog></dialog-info>`,
    "dialog a: state 'held'",
  ],
  [
    'a dialog twice',
    `${HEAD}${ROOT}<dialog id="a"><state>early</state></dialog><dialog id="a"><state>early</state></dialog></dialog-info>`,
    'dialog a is there twice',
  ],
] as const)
  test(`does not take ${what}`, () => assert.equal(readDocument(text), fault));

test('takes what the manager writes', () => {
  const text = formatDialogInfo({
    version: 3,
    state: 'full',
    entity: 'sip:2000@pbx.test',
    dialogs: [
      { id: 'a"<&', state: 'trying', appearance: 1, exclusive: false },
      {
        id: 'b',
        state: 'confirmed',
        callId: 'c',
        localTag: 'l',
        remoteTag: 'r',
        direction: 'recipient',
        local: {
          identity: { uri: 'sip:2000@pbx.test', displayName: '' },
          target: { uri: 'sip:2000@pbx.test', parameters: [['+sip.rendering', 'no']] },
        },
        remote: { identity: { uri: 'sip:5551@pbx.test', displayName: 'B & <C>' } },
        appearance: 2,
        exclusive: true,
        replaced: { callId: 'q', localTag: 's', remoteTag: 't' },
      },
    ],
  });
  const read = readDocument(text);
  assert(typeof read === 'object', `${read}`);
  assert.deepEqual(
    read.dialogs.map(({ id, state, appearance, isHeld, isExclusive, remote, replaced }) => [
      ...[id, state, appearance, isHeld, isExclusive, remote, replaced],
    ]),
    [
      ['a"<&', 'trying', 1, false, false, '', ''],
      ['b', 'confirmed', 2, true, true, 'sip:5551@pbx.test', 'q s t'],
    ],
  );
});
