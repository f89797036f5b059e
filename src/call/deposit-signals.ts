/**
 * Subscriptions of phones, as one manager keeps them for another (`device/depositary.ts`): what it takes to go on
 * with their dialogs when that one is gone.
 */

/** RFC 3261 §12: the dialog from our end. Header values are whole, with tags; `routes` the nearest first. */
export type KeptSubscription = {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly local: string;
  readonly remote: string;
  readonly target: string;
  readonly routes: readonly string[];
  /** Those that were used last when this was written, of either side. */
  readonly cseq: number;
  readonly remoteCseq: number;
  /** The whole Event value, the user part of what was subscribed to, and Accept, as the phone had them. */
  readonly event: string;
  readonly resource: string;
  readonly accept: string;
  /** Of the next document. */
  readonly version: number;
  readonly leftMs: number;
};

/** A phone, as it is known wherever it registers: its contact, or its instance ('' without one). */
export type PhoneName = {
  readonly device: string;
  readonly contact: string;
  readonly instance: string;
};

export type DepositSignal =
  /** Device process to the depositary of another manager: keep this. Also each time that it is renewed. */
  | ({ readonly type: 'deposit'; readonly kept: KeptSubscription } & PhoneName)
  /** It is over, or another manager keeps it now. */
  | { readonly type: 'depositEnded'; readonly device: string; readonly localTag: string }
  /** Device process to a depositary: that phone is registered here. */
  | ({ readonly type: 'depositClaim' } & PhoneName)
  /** And its answer, if there is one, as soon as the manager is gone that had them. */
  | { readonly type: 'depositGiven'; readonly kept: readonly KeptSubscription[] };
