/** A line's appearances as dialogs: RFC 4235 and RFC 7463 §5.2, §8.2. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Appearance, LAMP_STATES } from '../../../src/device/dialects/appearance.ts';
import {
  dialogEntry,
  fullDialogInfo,
  partialDialogInfo,
} from '../../../src/device/dialects/shared-dialogs.ts';
import { readDialogInfo } from '../../../src/sip/dialog-info/reader.ts';
import { formatDialogInfo } from '../../../src/sip/dialog-info/writer.ts';

const entity = 'sip:200@pbx.test';
const SHARED = { entity, isShared: true, seesParties: true };
const PLAIN = { entity, isShared: false, seesParties: true };
const BLIND = { entity, isShared: false, seesParties: false };
const ALICE = { uri: 'sip:alice@pbx.test', displayName: 'Alice' };
const BOB = { uri: 'sip:5551@far.test', displayName: 'Bob' };
const DIALOG = { callId: 'c1', localTag: 'l1', remoteTag: 'r1' };

const CALL: Appearance = {
  index: 1,
  state: 'active',
  id: 'u1',
  owner: ALICE,
  target: 'sip:alice@192.0.2.1',
  remote: BOB,
  isExclusive: false,
  dialog: DIALOG,
  direction: 'recipient',
};

const DETAILS = { id: 'u1', callId: 'c1', localTag: 'l1', remoteTag: 'r1', direction: 'recipient' };

function local(rendering: string | undefined) {
  const parameters = rendering === undefined ? [] : [['+sip.rendering', rendering]];
  return { identity: ALICE, target: { uri: 'sip:alice@192.0.2.1', parameters } };
}

test('who subscribed to shared appearances learns number, exclusiveness and bridge; others do not', () => {
  const bridge = { callId: 'c0', localTag: 'l0', remoteTag: 'r0' };
  const joined: Appearance = { ...CALL, state: 'bridge-active', isExclusive: true, joined: bridge };
  const entry = { ...DETAILS, state: 'confirmed', local: local('yes'), remote: { identity: BOB } };
  assert.deepEqual(
    [dialogEntry(joined, SHARED), dialogEntry(joined, PLAIN), dialogEntry(joined, BLIND)],
    [
      { ...entry, appearance: 1, exclusive: true, joined: bridge },
      entry,
      { id: 'u1', state: 'confirmed' },
    ],
  );
});

test('each state, as a watcher of lamps sees it', () => {
  const states = LAMP_STATES.map((state) => {
    const entry = dialogEntry({ ...CALL, state }, PLAIN);
    return [state, entry.state, entry.callId, entry.local?.target?.parameters[0]?.[1]];
  });
  assert.deepEqual(states, [
    ['idle', 'terminated', undefined, undefined],
    ['seized', 'trying', undefined, undefined],
    ['progressing', 'early', 'c1', undefined],
    ['alerting', 'early', 'c1', undefined],
    ['active', 'confirmed', 'c1', 'yes'],
    ['held', 'confirmed', 'c1', 'no'],
    ['held-private', 'confirmed', 'c1', 'no'],
    ['bridge-active', 'confirmed', 'c1', 'yes'],
    ['bridge-held', 'confirmed', 'c1', 'no'],
  ]);
});

test('a seized appearance says nothing of a call, but its number to those who share the line', () => {
  const seized: Appearance = { ...CALL, state: 'seized' };
  assert.deepEqual(
    [dialogEntry(seized, SHARED), dialogEntry(seized, PLAIN)],
    [
      { id: 'u1', state: 'trying', appearance: 1, exclusive: false },
      { id: 'u1', state: 'trying' },
    ],
  );
});

test('a call that nobody has answered has no far tag and no owner yet', () => {
  const dialling: Appearance = {
    ...CALL,
    state: 'progressing',
    dialog: { ...DIALOG, remoteTag: '' },
  };
  const ringing: Appearance = {
    ...CALL,
    state: 'alerting',
    owner: undefined,
    target: '',
    dialog: undefined,
    remote: undefined,
  };
  assert.deepEqual(
    [dialogEntry(dialling, PLAIN), dialogEntry(ringing, PLAIN)],
    [
      {
        id: 'u1',
        state: 'proceeding',
        callId: 'c1',
        localTag: 'l1',
        direction: 'recipient',
        local: local(undefined),
        remote: { identity: BOB },
      },
      {
        id: 'u1',
        state: 'early',
        direction: 'recipient',
        local: { identity: { uri: entity, displayName: '' } },
      },
    ],
  );
});

test("hold is shown even when the owner's address is not", () => {
  const held = dialogEntry({ ...CALL, state: 'held', target: '' }, PLAIN);
  assert.deepEqual(held.local?.target, { uri: entity, parameters: [['+sip.rendering', 'no']] });
});

test('full state names what is busy, lowest first, and survives writing and reading', () => {
  const line: Appearance[] = [
    { ...CALL, index: 2, id: 'u2' },
    { ...CALL, index: 3, id: 'u3', state: 'idle' },
    CALL,
  ];
  const document = fullDialogInfo(5, line, SHARED);
  assert.deepEqual(
    [document.dialogs.map(({ id }) => id), readDialogInfo(formatDialogInfo(document))],
    [['u1', 'u2'], { ok: true, document }],
  );
});

test('partial state names what changed, what came, and what has ended and by what', () => {
  const same: Appearance = { ...CALL, index: 2, id: 'u2' };
  const before = [CALL, same, { ...CALL, index: 3, id: 'u3' }, { ...CALL, index: 4, id: 'u4' }];
  const held: Appearance = { ...CALL, state: 'held' };
  const gone: Appearance = { ...CALL, index: 3, id: 'u3', state: 'idle', ended: 'remote-bye' };
  const next: Appearance = { ...CALL, index: 4, id: 'u5', state: 'seized' };
  assert.deepEqual(partialDialogInfo(6, before, [held, same, gone, next], SHARED), {
    version: 6,
    state: 'partial',
    entity,
    dialogs: [
      dialogEntry(held, SHARED),
      dialogEntry(next, SHARED),
      { id: 'u3', state: 'terminated', event: 'remote-bye' },
      { id: 'u4', state: 'terminated' },
    ],
  });
});

test('who would see no difference is told nothing', () => {
  const held: Appearance = { ...CALL, state: 'held' };
  assert.deepEqual(
    [
      partialDialogInfo(1, [CALL], [held], BLIND),
      partialDialogInfo(1, [], [{ ...CALL, state: 'idle' }], SHARED),
    ],
    [undefined, undefined],
  );
});
