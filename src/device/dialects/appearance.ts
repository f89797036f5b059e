/**
 * A line's appearances as phones see them: the one model that every dialect is written from. What
 * each dialect cannot say it leaves out.
 */
import type { DialogEvent } from '../../sip/dialog-info/document.ts';

/**
 * What a lamp can show, in BroadSoft's words, which are the finest; RFC 7463 and RFC 4235 tell fewer apart.
 * An appearance that is in use has one of `AppearanceState` (`call/appearance-signals.ts`), all of which are here.
 */
export const LAMP_STATES = [
  'idle',
  'seized',
  'progressing',
  'alerting',
  'active',
  'held',
  'held-private',
  'bridge-active',
  'bridge-held',
] as const;

export type LampState = (typeof LAMP_STATES)[number];

/** The highest number that is read or written. */
export const APPEARANCE_INDEX_MAX = 10_000;

/** Somebody as shown to people: a URI and a name, '' when there is none. */
export type ShownParty = {
  readonly uri: string;
  readonly displayName: string;
};

/** A dialog as one of its ends names it. */
export type DialogName = {
  readonly callId: string;
  readonly localTag: string;
  /** '' while nobody has answered. */
  readonly remoteTag: string;
};

export type Appearance = {
  /** 1 to `APPEARANCE_INDEX_MAX`. */
  readonly index: number;
  readonly state: LampState;
  /** Names this use of the appearance for as long as it is busy: a dialog's id in documents. */
  readonly id: string;
  /** Who of the line's members has it; undefined while it rings, or when nobody may know. */
  readonly owner: ShownParty | undefined;
  /** Where the owner's phone can be reached; '' when it is not to be told. */
  readonly target: string;
  /** The far end; undefined before one is known, and when it must not be shown. */
  readonly remote: ShownParty | undefined;
  /** Whether others may not join it or take it over. */
  readonly isExclusive: boolean;
  /** The owner's dialog from the owner's end; undefined while it has none. Pickup by Replaces needs it. */
  readonly dialog: DialogName | undefined;
  /** Who called: the line ('initiator') or the far end ('recipient'). */
  readonly direction: 'initiator' | 'recipient';
  /** With 'idle': what ended the use that `id` names. */
  readonly ended?: DialogEvent;
  /** The dialog that this one has joined (a bridge). */
  readonly joined?: DialogName;
  /** The dialog whose place this one takes. */
  readonly replaced?: DialogName;
};

/** Those that are not idle, lowest index first, at most `max`. */
export function busyAppearances(appearances: readonly Appearance[], max: number): Appearance[] {
  const busy = appearances.filter(({ state }) => state !== 'idle');
  return busy.sort((one, other) => one.index - other.index).slice(0, max);
}

/** Whether the line's side has the call on hold. */
export function isHeld(state: LampState): boolean {
  return state === 'held' || state === 'held-private' || state === 'bridge-held';
}

/** The number that a text is when it is an appearance's; undefined: it is none, or out of range. */
export function readAppearanceIndex(text: string): number | undefined {
  if (!/^[0-9]{1,9}$/.test(text)) return undefined;
  const index = Number(text);
  return index >= 1 && index <= APPEARANCE_INDEX_MAX ? index : undefined;
}
