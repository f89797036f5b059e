/**
 * A line's appearances as documents of the dialog package: RFC 4235 for who only watches, with RFC 7463
 * §5.2's elements for who subscribed to `dialog;shared`.
 */
import {
  type DialogEntry,
  type DialogInfo,
  type DialogState,
  type Participant,
  RENDERING,
  withoutDetails,
} from '../../sip/dialog-info/document.ts';
import { type Appearance, busyAppearances, isHeld, type ShownParty } from './appearance.ts';

/** Dialogs in one document; the lowest appearances are shown. */
const DIALOGS_MAX = 64;

/** What a watcher may see, and understands. */
export type DialogView = {
  /** The line's URI. */
  readonly entity: string;
  /** Whether it asked for `dialog;shared`. Nobody else learns of appearances (RFC 7463, REQ-13). */
  readonly isShared: boolean;
  /** Whether it may know who speaks with whom; else it gets ids and states only (RFC 4235 §3.6). */
  readonly seesParties: boolean;
};

/** The document with every appearance that is busy. */
export function fullDialogInfo(
  version: number,
  appearances: readonly Appearance[],
  view: DialogView,
): DialogInfo {
  const dialogs = busyAppearances(appearances, DIALOGS_MAX).map((each) => dialogEntry(each, view));
  return { version, state: 'full', entity: view.entity, dialogs };
}

/**
 * The document with what changed from `before` to `after`; undefined when the watcher would see no
 * difference. What has gone is 'terminated', with the event of its idle successor in `after` if it has one.
 */
export function partialDialogInfo(
  version: number,
  before: readonly Appearance[],
  after: readonly Appearance[],
  view: DialogView,
): DialogInfo | undefined {
  const known = new Map<string, string>();
  for (const each of busyAppearances(before, DIALOGS_MAX))
    known.set(each.id, JSON.stringify(dialogEntry(each, view)));
  const dialogs: DialogEntry[] = [];
  for (const each of busyAppearances(after, DIALOGS_MAX)) {
    const entry = dialogEntry(each, view);
    if (known.get(each.id) !== JSON.stringify(entry)) dialogs.push(entry);
    known.delete(each.id);
  }
  for (const id of known.keys()) {
    const ended = after.find((each) => each.id === id && each.state === 'idle');
    dialogs.push(ended === undefined ? { id, state: 'terminated' } : dialogEntry(ended, view));
  }
  return dialogs.length === 0
    ? undefined
    : { version, state: 'partial', entity: view.entity, dialogs };
}

/** One appearance; an idle one is a dialog that has ended. */
export function dialogEntry(appearance: Appearance, view: DialogView): DialogEntry {
  const { id, index, state, ended, isExclusive, dialog, joined, replaced } = appearance;
  const entry: DialogEntry = { id, state: dialogState(appearance) };
  const shared = view.isShared ? { appearance: index, exclusive: isExclusive } : {};
  if (state === 'idle') {
    return view.seesParties && ended !== undefined ? { ...entry, event: ended } : entry;
  }
  if (!view.seesParties) return { ...withoutDetails(entry), ...shared };
  // RFC 4235 §6.2: nothing has been dialled yet, so there is nothing else to say.
  if (state === 'seized') return { ...entry, ...shared };
  return {
    ...entry,
    ...named(dialog),
    direction: appearance.direction,
    local: localOf(appearance, view.entity),
    ...(appearance.remote === undefined ? {} : { remote: { identity: appearance.remote } }),
    ...shared,
    ...(view.isShared && joined !== undefined ? { joined } : {}),
    ...(view.isShared && replaced !== undefined ? { replaced } : {}),
  };
}

function dialogState({ state, dialog }: Appearance): DialogState {
  switch (state) {
    case 'idle':
      return 'terminated';
    case 'seized':
      return 'trying';
    case 'progressing':
      // RFC 4235 §3.7.1: early begins with the far end's tag.
      return dialog === undefined || dialog.remoteTag === '' ? 'proceeding' : 'early';
    case 'alerting':
      return 'early';
    default:
      return 'confirmed';
  }
}

function named(dialog: Appearance['dialog']): Partial<DialogEntry> {
  if (dialog === undefined) return {};
  const { callId, localTag, remoteTag } = dialog;
  return remoteTag === '' ? { callId, localTag } : { callId, localTag, remoteTag };
}

/** The line's own side: who of it has the call, where, and whether media is rendered (RFC 7463 §8.2). */
function localOf({ owner, target, state }: Appearance, entity: string): Participant {
  const identity: ShownParty = owner ?? { uri: entity, displayName: '' };
  const isTalking = state !== 'progressing' && state !== 'alerting';
  if (!isTalking && target === '') return { identity };
  const parameters = isTalking ? [[RENDERING, isHeld(state) ? 'no' : 'yes'] as const] : [];
  return { identity, target: { uri: target === '' ? entity : target, parameters } };
}
