/**
 * What is kept of a call when it is over: its detail record. Plain data; what is undefined is not known.
 *
 * Whoever accounts for a call keeps a `CallAccount` of it while it is up, which becomes its record at the end: call
 * control as a rule; a leg, where the call goes on without its call control (`device/custody.ts`).
 */

import type { Cause } from './cause.ts';
import type { RefusalCode } from './refusal-codes.ts';
import type { CallRequest, LegRef as Leg, Party } from './signals.ts';

/**
 * Where and when a call began. `dialog`: the name that the calling phone's signalling has for its leg, at most 255
 * characters; `beganMs`: since 1970; `previous`: the call that this one
 * goes on with (a transfer).
 */
export type Origin = {
  readonly dialog: string;
  readonly beganMs: number;
  readonly previous?: string;
};

/** Who has answered; `dialog` as of `Origin`. */
export type Answerer = {
  readonly device: string;
  readonly dialog: string;
  readonly line?: string;
  readonly appearance?: number;
  /** It rang others, and was picked up. */
  readonly isPickup?: boolean;
};

/** What a leg knows of its call's end: `by` its phone, the other side, or neither; holds that it has seen. */
export type Ending = {
  readonly by?: 'phone' | 'peer' | 'system';
  readonly holds?: number;
};

/**
 * The call went from one to another: `number` and `name` are those of who has joined it by that; of one that a
 * line has sent on, the number that it went to, and which line and why; of one that is parked, the orbit's.
 */
export type Move = {
  readonly kind: 'picked up' | 'retrieved' | 'transferred' | 'forwarded' | 'parked' | 'kept';
  readonly atMs: number;
  readonly number: string;
  readonly name: string;
  readonly manager: string;
};

/**
 * How sure the end of a record is. Of two records of one call the later word counts, and the other one for what
 * that does not know. 'end': whoever had the call last said so; 'loss': call control saw a manager or process of it
 * die; 'restart': its manager died with it, and has found it in its spool.
 */
export type Closing = 'restart' | 'loss' | 'end';

export type EndedBy = 'caller' | 'answerer' | 'called' | 'transfer' | 'administrator' | 'system';

/** Times are milliseconds since 1970. */
export type CallAccount = {
  /** As `CallRecords.clockMs` said when it was made. */
  readonly clockMs: number;
  readonly call: string;
  /** Call control's caller and, once it is answered, who has the call. */
  caller: Leg | undefined;
  holder: Leg | undefined;
  readonly previous: string | undefined;
  /** Ids of managers that have had a part in it, the first one first. */
  managers: readonly string[];
  readonly beganMs: number | undefined;
  rangMs: number | undefined;
  answeredMs: number | undefined;
  endedMs: number | undefined;
  readonly from: Party;
  /** The device or gateway that called; undefined: another manager's. */
  readonly by: string | undefined;
  readonly callerDialog: string | undefined;
  readonly dialled: string;
  /** Where that led: the line's number, or as it was sent to a gateway. */
  to: string | undefined;
  answeredBy: Party | undefined;
  answerer: Answerer | undefined;
  answererManager: string | undefined;
  holds: number | undefined;
  moves: readonly Move[] | undefined;
  readonly gatewayIn: string | undefined;
  gatewayOut: string | undefined;
  list: string | undefined;
  readonly referredBy: Party | undefined;
  cause: Cause | undefined;
  code: RefusalCode | undefined;
  endedBy: EndedBy | undefined;
  closing: Closing | undefined;
};

/** `closing` undefined: the call has been answered, or is parked, and goes on. */
export type CallRecord = Readonly<CallAccount>;

/** Moves of one call that are kept; further ones are not. */
const MOVES_MAX = 32;
const DIALOG_LENGTH_MAX = 255;

/** As `Origin.dialog`, which a hostile phone may make long. */
export function dialogName(name: string): string {
  return name.length > DIALOG_LENGTH_MAX ? name.slice(0, DIALOG_LENGTH_MAX) : name;
}

/** `manager`: where the call began. `isOutside`: it came in by a gateway. `clockMs`: as of `CallRecords`. */
export function newAccount(
  request: Pick<
    CallRequest,
    'call' | 'caller' | 'from' | 'asserted' | 'by' | 'dialled' | 'referredBy' | 'origin'
  >,
  manager: string,
  isOutside: boolean,
  clockMs: number,
): CallAccount {
  const { call, caller, from, asserted, by, dialled, referredBy, origin } = request;
  return {
    clockMs,
    call,
    caller,
    holder: undefined,
    previous: origin?.previous,
    managers: [manager],
    beganMs: origin?.beganMs,
    rangMs: undefined,
    answeredMs: undefined,
    endedMs: undefined,
    from: asserted ?? from,
    by,
    callerDialog: origin?.dialog,
    dialled,
    to: undefined,
    answeredBy: undefined,
    answerer: undefined,
    answererManager: undefined,
    holds: undefined,
    moves: undefined,
    gatewayIn: isOutside ? by : undefined,
    gatewayOut: undefined,
    list: undefined,
    referredBy,
    cause: undefined,
    code: undefined,
    endedBy: undefined,
    closing: undefined,
  };
}

export function noteManager(account: CallAccount, manager: string): void {
  if (!account.managers.includes(manager)) account.managers = [...account.managers, manager];
}

export function noteMove(account: CallAccount, move: Move): void {
  noteManager(account, move.manager);
  const moves = account.moves ?? [];
  if (moves.length < MOVES_MAX) account.moves = [...moves, move];
}
