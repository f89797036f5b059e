/**
 * Documents of the dialog package as values: RFC 4235 §4, with what RFC 7463 §5.2 adds for shared
 * appearances. Text holds one octet per character, as everywhere in messages (UTF-8).
 */

export const DIALOG_INFO = 'application/dialog-info+xml';
export const DIALOG_INFO_NAMESPACE = 'urn:ietf:params:xml:ns:dialog-info';
/** RFC 7463 §12.1. */
export const SHARED_NAMESPACE = 'urn:ietf:params:xml:ns:sa-dialog-info';

/** RFC 4235 §3.7.1. */
export const DIALOG_STATES = ['trying', 'proceeding', 'early', 'confirmed', 'terminated'] as const;
export type DialogState = (typeof DIALOG_STATES)[number];

/** What brought a dialog into its state: RFC 4235 §4.1.3. */
export const DIALOG_EVENTS = [
  'cancelled',
  'rejected',
  'replaced',
  'local-bye',
  'remote-bye',
  'error',
  'timeout',
] as const;
export type DialogEvent = (typeof DIALOG_EVENTS)[number];

export type DialogInfo = {
  /** Counts the documents of one subscription from 0. */
  readonly version: number;
  /** 'full': what is not named is no more; 'partial': what is not named is as it was. */
  readonly state: 'full' | 'partial';
  /** The URI of the line or user that is watched; '' when a publisher left it out. */
  readonly entity: string;
  readonly dialogs: readonly DialogEntry[];
};

/**
 * One dialog from the watched side's end (local). With `id` and `state` alone it is a line that is
 * seized (RFC 4235 §6.2), or all that a stranger may know (§3.6).
 */
export type DialogEntry = {
  readonly id: string;
  readonly state: DialogState;
  readonly event?: DialogEvent;
  /** The SIP status that ended it. */
  readonly code?: number;
  readonly callId?: string;
  readonly localTag?: string;
  readonly remoteTag?: string;
  readonly direction?: 'initiator' | 'recipient';
  /** The dialog that it was made to replace: RFC 4235 §4.1.2. */
  readonly replaces?: DialogReference;
  readonly local?: Participant;
  readonly remote?: Participant;
  /** RFC 7463 §5.2.1: the number, from 1. */
  readonly appearance?: number;
  /** RFC 7463 §5.2.2; absent is false. */
  readonly exclusive?: boolean;
  /** RFC 7463 §5.2.3. */
  readonly joined?: DialogReference;
  /** RFC 7463 §5.2.4. */
  readonly replaced?: DialogReference;
};

/** A dialog by its identifiers, as the one names them who speaks. */
export type DialogReference = {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
};

export type Participant = {
  readonly identity?: ParticipantIdentity;
  readonly target?: Target;
};

export type ParticipantIdentity = {
  readonly uri: string;
  /** '' when absent. */
  readonly displayName: string;
};

/** Where a participant is reached: its Contact, with the feature parameters of RFC 4235 §4.1.6. */
export type Target = {
  readonly uri: string;
  /** In order: `['+sip.rendering', 'no']`. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
};

/** The target parameter that says whether media is rendered: 'no' is a call on hold (RFC 4235 §5.2, RFC 7463 §8.2). */
export const RENDERING = '+sip.rendering';

/** Whether this dialog's own side renders media: 'no' is a call on hold. Undefined: nothing is said of it. */
export function renderingOf(entry: DialogEntry): 'yes' | 'no' | undefined {
  const parameters = entry.local?.target?.parameters ?? [];
  const [, value = ''] = parameters.find(([name]) => name.toLowerCase() === RENDERING) ?? [];
  const said = value.toLowerCase();
  return said === 'yes' || said === 'no' ? said : undefined;
}

/** What of a dialog may be shown to those who must not know more than that it is there: RFC 4235 §3.6. */
export function withoutDetails({ id, state }: DialogEntry): DialogEntry {
  return { id, state };
}
