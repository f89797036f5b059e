/** What the phones have seen: calls as their callers know them, and their legs as the called phones do. Times: `performance.now()`. */

/** A call to a line. */
export type CallRecord = {
  /** Of the caller's session description, which reaches the called phones untouched: what joins the two sides. */
  readonly session: string;
  /**
   * 'probe': answered as soon as it rings, and then hung up. 'offer': the same, but it rings while
   * something breaks. 'long': stays up meanwhile.
   */
  readonly purpose: 'probe' | 'offer' | 'long';
  readonly line: string;
  /** Index of the manager that the caller's phone is at. */
  readonly origin: number;
  readonly startMs: number;
  readonly legs: LegRecord[];
  /** When the caller was told that it is answered, and by whose session. */
  answeredMs: number | undefined;
  winner: string;
  /** When the caller hung up: of its own will, or because it had waited too long. */
  hungUpMs: number | undefined;
  /** When it was over for the caller; `status`: a refusal's, 0 otherwise. */
  overMs: number | undefined;
  status: number;
};

/** A member's phone, rung by a call. */
export type LegRecord = {
  readonly session: string;
  /** Its SIP Call-ID. */
  readonly callId: string;
  readonly device: string;
  readonly manager: number;
  readonly invitedMs: number;
  /** Said that it takes the call. */
  answerMs: number | undefined;
  /** Was acknowledged. */
  talkingMs: number | undefined;
  overMs: number | undefined;
};

/** What the managers' logs say. */
export type Logged =
  | {
      readonly type: 'offered';
      readonly atMs: number;
      readonly manager: number;
      readonly callId: string;
      readonly appearance: number;
    }
  /** `home` has joined, has left the view of `manager`, or was fenced, as `manager` says. */
  | {
      readonly type: 'joined' | 'left' | 'fenced';
      readonly atMs: number;
      readonly manager: number;
      readonly home: string;
    };

export type FaultKind = (typeof FAULT_KINDS)[number];

/** In the order of the table. The first is what is measured when nothing is broken. */
export const FAULT_KINDS = [
  'nothing',
  'kill manager',
  'kill nats-server',
  'kill etcd',
  'stop manager',
  'stop nats-server',
  'stop etcd',
  'cut manager off',
  'cut off from bus',
  'cut off from store',
] as const;

/** One fault, and what was up meanwhile. */
export type Round = {
  readonly kind: FaultKind;
  readonly victim: string;
  /** Index of the manager that is hit; undefined: a server of the bus or store, or nobody. */
  readonly manager: number | undefined;
  /** Managers whose phones must not notice for long. */
  readonly survivors: readonly number[];
  /** All was well from then on: calls placed before that are not looked at. */
  readonly wellMs: number;
  readonly faultMs: number;
  /** It is mended, or runs again. */
  readonly healedMs: number;
  readonly endMs: number;
  /** Calls that were established before. */
  readonly longCalls: readonly CallRecord[];
  /** Calls that rang. */
  readonly offers: readonly CallRecord[];
  /** The longest time for which nobody looked: the machine had other things to do. */
  readonly stallMs: number;
  /** What kept it from being measured properly. */
  readonly faults: readonly string[];
};
