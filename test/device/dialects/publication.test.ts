/** What a phone asks of the appearance agent: RFC 7463 §5.3. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { readPublication } from '../../../src/device/dialects/publication.ts';
import type { DialogEntry } from '../../../src/sip/dialog-info/document.ts';
import { formatDialogInfo } from '../../../src/sip/dialog-info/writer.ts';

const entity = 'sip:200@pbx.test';

function publish(...dialogs: DialogEntry[]) {
  return readPublication(formatDialogInfo({ version: 0, state: 'full', entity, dialogs }));
}

const ASKED = {
  id: 'd',
  state: 'trying',
  dialog: undefined,
  direction: 'initiator',
  isExclusive: false,
  rendering: undefined,
  remote: undefined,
} as const;

const TRYING = { id: 'd', state: 'trying' } as const;
const OTHER = { callId: 'o', localTag: 'ol', remoteTag: 'or' };

test('what is asked for a dialog', () => {
  const table: [DialogEntry, unknown][] = [
    // Seizing: nothing is dialled yet.
    [
      { ...TRYING, appearance: 2 },
      { ...ASKED, wish: { type: 'appearance', index: 2 } },
    ],
    // Binding: Call-ID and own tag are known.
    [
      { ...TRYING, appearance: 2, callId: 'c', localTag: 'l', exclusive: true },
      {
        ...ASKED,
        wish: { type: 'appearance', index: 2 },
        dialog: { callId: 'c', localTag: 'l', remoteTag: '' },
        isExclusive: true,
      },
    ],
    // One without the other binds nothing.
    [
      { ...TRYING, appearance: 2, callId: 'c' },
      { ...ASKED, wish: { type: 'appearance', index: 2 } },
    ],
    // Consultation, music on hold.
    [TRYING, { ...ASKED, wish: { type: 'no appearance' } }],
    [
      { ...TRYING, joined: OTHER, appearance: 1 },
      { ...ASKED, wish: { type: 'join', dialog: OTHER } },
    ],
    [
      { ...TRYING, replaced: OTHER },
      { ...ASKED, wish: { type: 'replace', dialog: OTHER } },
    ],
    [
      { id: 'd', state: 'terminated', event: 'local-bye', appearance: 2 },
      { ...ASKED, state: 'terminated', wish: { type: 'release' } },
    ],
    [
      {
        id: 'd',
        state: 'confirmed',
        appearance: 1,
        direction: 'recipient',
        callId: 'c',
        localTag: 'l',
        remoteTag: 'r',
        local: { target: { uri: 'sip:a@b', parameters: [['+sip.rendering', 'no']] } },
        remote: { identity: { uri: 'sip:5551@far.test', displayName: 'Bob' } },
      },
      {
        id: 'd',
        state: 'confirmed',
        wish: { type: 'appearance', index: 1 },
        direction: 'recipient',
        dialog: { callId: 'c', localTag: 'l', remoteTag: 'r' },
        isExclusive: false,
        rendering: 'no',
        remote: { uri: 'sip:5551@far.test', displayName: 'Bob' },
      },
    ],
  ];
  assert.deepEqual(
    table.map(([entry]) => publish(entry)),
    table.map(([, publication]) => ({ ok: true, isFull: true, publications: [publication] })),
  );
});

test('what cannot be asked is refused with a status and a reason', () => {
  const refused = (status: number, text: string) => ({ ok: false, status, text });
  assert.deepEqual(
    [
      publish({ ...TRYING, appearance: 0 }),
      publish({ ...TRYING, id: 'e' }, { ...TRYING, appearance: 10_001 }),
      publish({ ...TRYING, joined: OTHER, replaced: OTHER }),
      readPublication(''),
      readPublication('<!DOCTYPE a><dialog-info/>'),
      readPublication(' '.repeat(16_385)),
    ],
    [
      refused(400, 'dialog 1: appearance 0 is not one of 1 to 10000'),
      refused(400, 'dialog 2: appearance 10001 is not one of 1 to 10000'),
      refused(400, 'dialog 1: both joined and replaced'),
      refused(400, 'document must contain a root element.'),
      refused(400, 'a document type is not allowed'),
      refused(413, 'more than 16384 octets'),
    ],
  );
});

test('a partial document and an empty one are told apart from one that names all dialogs', () => {
  const empty = (state: 'full' | 'partial') =>
    readPublication(formatDialogInfo({ version: 0, state, entity, dialogs: [] }));
  assert.deepEqual(
    [empty('full'), empty('partial')],
    [
      { ok: true, isFull: true, publications: [] },
      { ok: true, isFull: false, publications: [] },
    ],
  );
});

test('no text throws, and a refusal has a status and a reason that fit a header line', () => {
  const octets = fc.uint8Array({ maxLength: 80 }).map((b) => Buffer.from(b).toString('latin1'));
  const dialog = formatDialogInfo({
    version: 0,
    state: 'full',
    entity,
    dialogs: [{ ...TRYING, appearance: 1, joined: OTHER }],
  });
  fc.assert(
    fc.property(
      octets,
      fc.nat({ max: dialog.length }),
      fc.nat({ max: 40 }),
      (noise, at, length) => {
        const read = readPublication(dialog.slice(0, at) + noise + dialog.slice(at + length));
        assert(
          read.ok || ([400, 413].includes(read.status) && /^[\x20-\x7e]{1,120}$/.test(read.text)),
        );
      },
    ),
    { numRuns: 1_000 },
  );
});
