/** Documents of the dialog package as they are met: RFC 4235 §4, RFC 7463 §5.2, and what phones make of them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  DIALOG_EVENTS,
  DIALOG_STATES,
  type DialogEntry,
  type DialogInfo,
  renderingOf,
} from '../../../src/sip/dialog-info/document.ts';
import { readDialogInfo } from '../../../src/sip/dialog-info/reader.ts';
import { formatDialogInfo } from '../../../src/sip/dialog-info/writer.ts';

const XMLNS =
  'xmlns="urn:ietf:params:xml:ns:dialog-info" xmlns:sa="urn:ietf:params:xml:ns:sa-dialog-info"';

function document(dialogs: string): string {
  return `<?xml version="1.0"?><dialog-info ${XMLNS} version="1" state="full" entity="sip:200@pbx.test">${dialogs}</dialog-info>`;
}

function dialogOf(text: string): DialogEntry | string {
  const read = readDialogInfo(document(text));
  if (!read.ok) return `${read.fault.code}: ${read.fault.text}`;
  return read.document.dialogs[0] ?? 'none';
}

test('a whole dialog is read, in any order of its elements, unknown ones passed over', () => {
  const text =
    '<dialog id="d1" call-id="c@h" local-tag="l" remote-tag="r" direction="initiator">' +
    '<sa:exclusive> true </sa:exclusive><sa:appearance>3</sa:appearance>' +
    '<sa:joined-dialog call-id="j" local-tag="jl" remote-tag="jr"/>' +
    '<x:state xmlns:x="urn:x">early</x:state><duration>12</duration><route-set><hop>x</hop></route-set>' +
    '<remote><identity display="Zo&#xEB;">tel:+3110</identity></remote>' +
    '<local><identity>sip:200@pbx.test</identity><target uri="sip:a@192.0.2.1">' +
    '<param pname="+sip.rendering" pvalue="no"/><param pname="x" pval="y" pvalue="z"/></target></local>' +
    '<replaces call-id="o" local-tag="ol" remote-tag="or"/>' +
    '<state event="replaced" code="200"> Confirmed </state></dialog>';
  assert.deepEqual(dialogOf(text), {
    id: 'd1',
    state: 'confirmed',
    event: 'replaced',
    code: 200,
    callId: 'c@h',
    localTag: 'l',
    remoteTag: 'r',
    direction: 'initiator',
    replaces: { callId: 'o', localTag: 'ol', remoteTag: 'or' },
    local: {
      identity: { uri: 'sip:200@pbx.test', displayName: '' },
      target: {
        uri: 'sip:a@192.0.2.1',
        parameters: [
          ['+sip.rendering', 'no'],
          ['x', 'y'],
        ],
      },
    },
    remote: { identity: { uri: 'tel:+3110', displayName: 'Zo\xc3\xab' } },
    appearance: 3,
    exclusive: true,
    joined: { callId: 'j', localTag: 'jl', remoteTag: 'jr' },
  });
});

test('a document without version, state, entity and namespaces is understood', () => {
  const text =
    '<dialog-info><dialog id="1"><state>trying</state><appearance>1</appearance></dialog></dialog-info>';
  assert.deepEqual(readDialogInfo(text), {
    ok: true,
    document: {
      version: 0,
      state: 'full',
      entity: '',
      dialogs: [{ id: '1', state: 'trying', appearance: 1 }],
    },
  });
});

test('a dialog, field by field', () => {
  const id = '1';
  const table: [string, DialogEntry | string][] = [
    ['<dialog id="1"><state>trying</state></dialog>', { id, state: 'trying' }],
    [
      '<dialog id="1" direction="receiver"><state>early</state></dialog>',
      { id, state: 'early', direction: 'recipient' },
    ],
    [
      '<dialog id="1" direction="up"><state>early</state></dialog>',
      'dialog: dialog 1: direction is not one of RFC 4235',
    ],
    [
      '<dialog id="1" call-id="" local-tag=""><state>early</state></dialog>',
      { id, state: 'early' },
    ],
    [
      '<dialog id="1" call-id="a b"><state>early</state></dialog>',
      'dialog: dialog 1: call-id is not usable',
    ],
    [
      '<dialog id="1" remote-tag="&#13;&#10;X: y"><state>early</state></dialog>',
      'dialog: dialog 1: remote-tag is not usable',
    ],
    [
      `<dialog id="1" local-tag="${'x'.repeat(257)}"><state>early</state></dialog>`,
      'dialog: dialog 1: local-tag is not usable',
    ],
    ['<dialog><state>early</state></dialog>', 'dialog: dialog 1: no usable id'],
    ['<dialog id="1"/>', 'dialog: dialog 1: no state, or not one of RFC 4235'],
    [
      '<dialog id="1"><state>busy</state></dialog>',
      'dialog: dialog 1: no state, or not one of RFC 4235',
    ],
    [
      '<dialog id="1"><state event="boredom" code="x">terminated</state></dialog>',
      { id, state: 'terminated' },
    ],
    [
      '<dialog id="1"><state>early</state><sa:appearance>one</sa:appearance></dialog>',
      'dialog: dialog 1: appearance is no number',
    ],
    [
      '<dialog id="1"><state>early</state><sa:appearance>-1</sa:appearance></dialog>',
      'dialog: dialog 1: appearance is no number',
    ],
    [
      '<dialog id="1"><state>early</state><sa:exclusive>0</sa:exclusive></dialog>',
      { id, state: 'early', exclusive: false },
    ],
    [
      '<dialog id="1"><state>early</state><sa:exclusive>yes</sa:exclusive></dialog>',
      'dialog: dialog 1: exclusive is neither true nor false',
    ],
    [
      '<dialog id="1"><state>early</state><sa:joined-dialog call-id="x"/></dialog>',
      'dialog: dialog 1: joined-dialog lacks usable identifiers',
    ],
    [
      '<dialog id="1"><state>early</state><sa:replaced-dialog/></dialog>',
      'dialog: dialog 1: replaced-dialog lacks usable identifiers',
    ],
    ['<dialog id="1"><state>early</state><replaces/></dialog>', { id, state: 'early' }],
    [
      '<dialog id="1"><state>early</state><local><identity>no uri</identity><target/></local></dialog>',
      { id, state: 'early', local: {} },
    ],
    [
      '<dialog id="1"><state>early</state><remote><identity>&lt;sip:a@b&gt;</identity></remote></dialog>',
      { id, state: 'early', remote: { identity: { uri: 'sip:a@b', displayName: '' } } },
    ],
    [
      '<dialog id="1"><state>early</state></dialog><dialog id="1"><state>early</state></dialog>',
      'dialog: dialog 2: its id stands twice',
    ],
  ];
  assert.deepEqual(
    table.map(([text]) => dialogOf(text)),
    table.map(([, entry]) => entry),
  );
});

test('a document, as a whole', () => {
  const many = Array.from(
    { length: 65 },
    (_, i) => `<dialog id="${i}"><state>early</state></dialog>`,
  );
  const table: [string, string][] = [
    ['<presence/>', 'root'],
    ['<dialog-info xmlns="urn:other"/>', 'root'],
    ['<dialog-info version="x"/>', 'document'],
    ['<dialog-info state="some"/>', 'document'],
    [document(many.join('')), 'dialogs'],
    [document(many.slice(1).join('')), 'none'],
    [document('<!DOCTYPE a>'), 'document type'],
    [document('<a>'.repeat(8)), 'depth'],
    [document(' '.repeat(16_384)), 'size'],
    ['<dialog-info', 'xml'],
  ];
  const codes = table.map(([text]) => {
    const read = readDialogInfo(text);
    return read.ok ? 'none' : read.fault.code;
  });
  assert.deepEqual(
    codes,
    table.map(([, code]) => code),
  );
});

test('a name that is too long is cut between characters, and only sixteen parameters are kept', () => {
  const params = '<param pname="p" pval="v"/>'.repeat(17);
  const name = `${'x'.repeat(127)}\xc3\xab\xc3\xab`;
  const read = dialogOf(
    `<dialog id="1"><state>early</state><remote><identity display="${name}">sip:a@b</identity>` +
      `<target uri="sip:a@b">${params}</target></remote></dialog>`,
  );
  assert(typeof read !== 'string');
  assert.deepEqual(
    [read.remote?.identity?.displayName, read.remote?.target?.parameters.length],
    ['x'.repeat(127), 16],
  );
});

test('on hold is who renders no media, whatever case that is written in', () => {
  const rendering = (name: string, value: string) =>
    renderingOf({
      id: '1',
      state: 'confirmed',
      local: { target: { uri: 'sip:a@b', parameters: [[name, value]] } },
    });
  assert.deepEqual(
    [
      rendering('+sip.rendering', 'no'),
      rendering('+SIP.Rendering', 'NO'),
      rendering('+sip.rendering', 'yes'),
      rendering('+sip.rendering', 'unknown'),
      rendering('x', 'no'),
      renderingOf({ id: '1', state: 'early' }),
    ],
    ['no', 'no', 'yes', undefined, undefined, undefined],
  );
});

const identifier = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);
const name = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((text) => !/[\p{Cc}\ufffe\uffff]/u.test(text))
  .map((text) => Buffer.from(text).toString('latin1'));
const uri = fc.stringMatching(/^sip:[a-z0-9]{1,10}@[a-z]{1,10}(;x=[a-z&]{1,5})?$/);
const reference = fc.record(
  { callId: identifier, localTag: identifier, remoteTag: identifier },
  { noNullPrototype: true },
);
const participant = fc.record(
  {
    identity: fc.record({ uri, displayName: name }, { noNullPrototype: true }),
    target: fc.record(
      {
        uri,
        parameters: fc.array(
          fc.tuple(
            name.filter((text) => text !== ''),
            name,
          ),
          { maxLength: 3 },
        ),
      },
      { noNullPrototype: true },
    ),
  },
  { noNullPrototype: true, requiredKeys: [] },
);
const entry = fc.record(
  {
    id: identifier,
    state: fc.constantFrom(...DIALOG_STATES),
    event: fc.constantFrom(...DIALOG_EVENTS),
    code: fc.integer({ min: 100, max: 699 }),
    callId: identifier,
    localTag: identifier,
    remoteTag: identifier,
    direction: fc.constantFrom('initiator' as const, 'recipient' as const),
    replaces: reference,
    local: participant,
    remote: participant,
    appearance: fc.integer({ min: 0, max: 999_999_999 }),
    exclusive: fc.boolean(),
    joined: reference,
    replaced: reference,
  },
  { noNullPrototype: true, requiredKeys: ['id', 'state'] },
);
const documents: fc.Arbitrary<DialogInfo> = fc.record(
  {
    version: fc.nat(),
    state: fc.constantFrom('full' as const, 'partial' as const),
    entity: uri,
    dialogs: fc.uniqueArray(entry, { selector: ({ id }) => id, maxLength: 4 }),
  },
  { noNullPrototype: true },
);

test('readDialogInfo(formatDialogInfo(d)) is d', () => {
  fc.assert(
    fc.property(documents, (d) => {
      assert.deepEqual(readDialogInfo(formatDialogInfo(d)), { ok: true, document: d });
    }),
    { numRuns: 500 },
  );
});

test('no text throws, not even a document that was damaged', () => {
  const octets = fc.uint8Array({ maxLength: 20 }).map((b) => Buffer.from(b).toString('latin1'));
  fc.assert(
    fc.property(documents, fc.nat(), fc.nat({ max: 30 }), octets, (d, where, length, noise) => {
      const text = formatDialogInfo(d);
      const at = where % text.length;
      readDialogInfo(noise);
      readDialogInfo(text.slice(0, at) + noise + text.slice(at + length));
    }),
    { numRuns: 1_000 },
  );
});
