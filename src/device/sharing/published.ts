/** What a phone has published of its calls, as its device process keeps it. */
import type { Publication } from '../../sip/user-agent/publication.ts';
import type { DialogName } from '../dialects/appearance.ts';
import type { Seizure } from './seizures.ts';

/** One dialog that a phone publishes. */
export type PublishedDialog = {
  /** The phone's own name for it. */
  readonly id: string;
  /** Its Call-ID and the phone's tag; undefined: nothing has been dialled. */
  name: Pick<DialogName, 'callId' | 'localTag'> | undefined;
  /** Undefined: the call has no number, or has it itself. */
  seizure: Seizure | undefined;
  /** What the line has been asked for by the PUBLISH that waits. */
  next: Seizure | undefined;
  isExclusive: boolean;
  /** It is to be a call without a number (§5.3), or one that has the number of another. */
  isWithout: boolean;
};

export type Published = {
  readonly publication: Publication;
  readonly number: string;
  readonly dialogs: Map<string, PublishedDialog>;
  /** What the PUBLISH that waits for the line has asked for; undefined: none waits. */
  asked: { readonly expiresS: number; readonly accept: string } | undefined;
};

/** Seconds. RFC 7463 §5.4 suggests three minutes; a line lends for two. */
export const LEASE_S = 120;

/** Why a PUBLISH is not taken. `text`: for a person, printable ASCII. */
export type Refusal = { readonly status: number; readonly text: string };

/** RFC 7463 §5.4: another has it, or the line's policy is against it. */
export const CONFLICT = 400;
