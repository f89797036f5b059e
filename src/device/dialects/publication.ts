/**
 * What a phone asks of the appearance agent by PUBLISH with `Event: dialog;shared`: RFC 7463 §5.3.
 * Whether it gets that is decided elsewhere (§5.4).
 */
import {
  type DialogEntry,
  type DialogReference,
  type DialogState,
  renderingOf,
} from '../../sip/dialog-info/document.ts';
import { readDialogInfo } from '../../sip/dialog-info/reader.ts';
import { APPEARANCE_INDEX_MAX, type DialogName, type ShownParty } from './appearance.ts';

/** What is asked for one dialog. `index`: 1 to `APPEARANCE_INDEX_MAX`. */
export type Wish =
  | { readonly type: 'appearance'; readonly index: number }
  /** A call that shall have no number: consultation, music on hold. */
  | { readonly type: 'no appearance' }
  /** Both take over the number of the dialog they name, so an index that was sent says nothing new. */
  | { readonly type: 'join'; readonly dialog: DialogReference }
  | { readonly type: 'replace'; readonly dialog: DialogReference }
  /** The dialog is over. */
  | { readonly type: 'release' };

export type Publication = {
  /** The publisher's own name for the dialog, from its first document to its last. */
  readonly id: string;
  readonly wish: Wish;
  readonly state: DialogState;
  /** Undefined: nothing has been dialled yet, the number is to be kept for what comes. */
  readonly dialog: DialogName | undefined;
  readonly direction: 'initiator' | 'recipient';
  readonly isExclusive: boolean;
  /** 'no': the publisher holds the call; undefined: it does not say. */
  readonly rendering: 'yes' | 'no' | undefined;
  /** As the publisher shows it: to be believed no more than the publisher is. */
  readonly remote: ShownParty | undefined;
};

export type PublicationRead =
  | {
      readonly ok: true;
      /** Whether dialogs that were published before and are not named are over. */
      readonly isFull: boolean;
      readonly publications: readonly Publication[];
    }
  /** The final status (400 or 413) and what was wrong, for Warning and log; printable ASCII. */
  | { readonly ok: false; readonly status: number; readonly text: string };

/** Reads the body of a PUBLISH, of type application/dialog-info+xml. */
export function readPublication(body: string): PublicationRead {
  const read = readDialogInfo(body);
  if (!read.ok) {
    const { code, text } = read.fault;
    return { ok: false, status: code === 'size' ? 413 : 400, text };
  }
  const { state, dialogs } = read.document;
  const publications: Publication[] = [];
  for (const entry of dialogs) {
    const wish = wishOf(entry);
    if (typeof wish === 'string') {
      return { ok: false, status: 400, text: `dialog ${publications.length + 1}: ${wish}` };
    }
    publications.push({
      id: entry.id,
      wish,
      state: entry.state,
      dialog: nameOf(entry),
      direction: entry.direction ?? 'initiator',
      isExclusive: entry.exclusive ?? false,
      rendering: renderingOf(entry),
      remote: entry.remote?.identity,
    });
  }
  return { ok: true, isFull: state === 'full', publications };
}

/** What is asked, or what is wrong with it. */
function wishOf({ state, appearance, joined, replaced }: DialogEntry): Wish | string {
  if (state === 'terminated') return { type: 'release' };
  if (joined !== undefined && replaced !== undefined) return 'both joined and replaced';
  if (joined !== undefined) return { type: 'join', dialog: joined };
  if (replaced !== undefined) return { type: 'replace', dialog: replaced };
  if (appearance === undefined) return { type: 'no appearance' };
  if (appearance < 1 || appearance > APPEARANCE_INDEX_MAX)
    return `appearance ${appearance} is not one of 1 to ${APPEARANCE_INDEX_MAX}`;
  return { type: 'appearance', index: appearance };
}

/** RFC 7463 §5.3: Call-ID and the publisher's tag bind a number to a dialog; one without the other does not. */
function nameOf({ callId, localTag, remoteTag = '' }: DialogEntry): DialogName | undefined {
  if (callId === undefined || localTag === undefined) return undefined;
  return { callId, localTag, remoteTag };
}
