/** What is shown of one appearance of a line: why its lamp is lit. Plain data, made when asked for. */
import type { AppearanceState } from '../call/appearance-signals.ts';
import type { Cause } from '../call/cause.ts';
import type { Happening } from '../call/line/line-chains.ts';
import type { ControlRow, LineRow } from './manager-view.ts';

export type LampState = AppearanceState | 'idle';

/** Texts are '' and times '' where they are not known. Times are ISO 8601. */
export type AppearanceRow = Pick<LineRow, 'number' | 'name' | 'mode' | 'missing'> & {
  readonly appearance: number;
  readonly state: LampState;
  /** Who has it, and the manager of its phone. */
  readonly member: string;
  readonly manager: string;
  /** The line's id of the call. */
  readonly call: string;
  /** The far party. */
  readonly from: { readonly number: string; readonly name: string };
  /** Others are not shown whom it is with, and may not retrieve it. */
  readonly isExclusive: boolean;
  readonly since: string;
  /** Oldest first. */
  readonly events: readonly EventRow[];
  readonly legs: readonly AppearanceLegRow[];
  readonly lamps: readonly LampRow[];
  readonly control: readonly ControlRow[];
};

export type EventRow = {
  readonly at: string;
  /** Of the line's process that has noted it. */
  readonly manager: string;
  readonly what: Happening;
  readonly call: string;
  readonly member: string;
  /** The process that did it, '' for the line itself, and its manager. */
  readonly by: string;
  readonly byManager: string;
  /** The far party's number. */
  readonly from: string;
  readonly cause: Cause | '';
  /** Of a seizure: for how long, in ms; else 0. */
  readonly leaseMs: number;
  /** Of a release: by whom, and why. */
  readonly text: string;
};

/** A phone's leg of the call that is there, or its wish to have one. */
export type AppearanceLegRow = {
  readonly manager: string;
  readonly pid: string;
  readonly device: string;
  readonly member: string;
  readonly contact: string;
  readonly role: 'calling' | 'called' | 'seizing' | 'retrieving';
  /** The leg's or the seizure's own word. */
  readonly state: string;
  /** SIP Call-ID of the dialog. */
  readonly callId: string;
  readonly since: string;
};

/** A phone that is told what the line does. */
export type LampRow = {
  readonly manager: string;
  readonly device: string;
  readonly member: string;
  readonly contact: string;
  /** Event package. */
  readonly package: string;
  /** SIP Call-ID of the subscription. */
  readonly callId: string;
  /** What the last NOTIFY says of this appearance. */
  readonly shows: LampState;
  readonly at: string;
  /** Whether the phone has answered it. */
  readonly isAnswered: boolean;
  /** Whether that is what the line says. */
  readonly isRight: boolean;
};

/** `absent`: why it cannot be shown, and what can. */
export type Absent = { readonly absent: string };

/** `unreachable`: who controls the line did not answer. */
export type Released = { readonly released: string } | Absent | { readonly unreachable: string };
