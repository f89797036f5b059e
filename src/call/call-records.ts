/**
 * The records of a manager's calls, on their way out: whoever accounts for a call pushes them here, and the
 * driver takes what is ready at the end of each turn, before anything of the turn is sent. Nothing is made
 * unless somebody wants it.
 */
import type { Clock } from '../base/clock.ts';
import type { CallAccount, CallRecord, Closing, EndedBy } from './call-record.ts';
import type { CallView } from './call-registry.ts';
import type { Cause } from './cause.ts';
import type { CallId } from './signals.ts';

/** Of a call that is over. */
export type End = Pick<CallRecord, 'cause' | 'code' | 'endedBy' | 'closing'>;

/** A call of which both legs are at this manager has one account all the same, until the last of them has left. */
type Entrusted = { readonly account: CallAccount; legs: number };

export class CallRecords {
  /** In the order of what they say. Whoever takes them empties it, at the end of each turn. */
  readonly ready: CallRecord[] = [];
  /** Set before there is a call. */
  isWanted = false;
  readonly #clock: Clock;
  readonly #monotonicMs: () => number;
  readonly #calls: ReadonlyMap<CallId, CallView>;
  /** What legs account for. As many as there are such legs, at most. */
  readonly #entrusted = new Map<CallId, Entrusted>();

  /** `monotonicMs`: that of the turn; `calls`: those with call control on this manager. */
  constructor(clock: Clock, monotonicMs: () => number, calls: ReadonlyMap<CallId, CallView>) {
    this.#clock = clock;
    this.#monotonicMs = monotonicMs;
    this.#calls = calls;
  }

  /** For a new account: what the wall's clock is ahead of monotonic time. */
  clockMs(): number {
    return this.#clock.epochMs() - this.#monotonicMs();
  }

  /** Now, by the clock as it was when the account was made: a step of it makes no call longer or shorter. */
  timeOf({ clockMs }: Pick<CallAccount, 'clockMs'>): number {
    return Math.round(clockMs + this.#monotonicMs());
  }

  /** Milliseconds since 1970. */
  nowMs(): number {
    return this.#clock.epochMs();
  }

  /** The call has been answered or parked, or has another one who accounts for it. */
  opened(account: CallAccount): void {
    this.ready.push({ ...account });
  }

  /** `endedMs`: since 1970, unless it is now. */
  closed(
    account: CallAccount,
    { cause, code, endedBy, closing }: End,
    endedMs = this.timeOf(account),
  ): void {
    account.endedMs = endedMs;
    account.cause = cause;
    account.code = code;
    account.endedBy = endedBy;
    account.closing = closing;
    this.ready.push(account);
  }

  /**
   * A leg accounts for the call from now on, with any other one here that does: theirs is the account that is
   * returned. One that has ended in this turn with its own leg goes on.
   */
  entrust(account: CallAccount): CallAccount {
    const entrusted = this.#entrusted.get(account.call);
    if (entrusted !== undefined) entrusted.legs++;
    const known = entrusted?.account ?? this.#reopened(account.call);
    if (known !== undefined) learn(known, account);
    const one = known ?? account;
    if (entrusted === undefined) this.#entrusted.set(one.call, { account: one, legs: 1 });
    return one;
  }

  /** A leg that accounts for the call has left it. The last one's word is its end. */
  left(account: CallAccount, end: End): void {
    const entrusted = this.#entrusted.get(account.call);
    if (entrusted?.account !== account || --entrusted.legs > 0) return;
    this.#entrusted.delete(account.call);
    this.closed(account, end);
  }

  /** The record of a call that somebody has closed in this turn, as `closing` or in any way: it is not closed then. */
  #reopened(call: CallId, closing?: Closing): CallAccount | undefined {
    const at = this.ready.findLastIndex(
      (each) =>
        each.call === call &&
        each.closing !== undefined &&
        each.closing === (closing ?? each.closing),
    );
    const [record] = at < 0 ? [] : this.ready.splice(at, 1);
    return record && { ...record, ...UP };
  }

  /**
   * A leg goes on with the call: from now on it accounts for it. Its call control may have closed the record
   * in this turn, or be about to. Undefined: it is not accounted for here.
   */
  takeOver(call: CallId): CallAccount | undefined {
    const view = this.#calls.get(call);
    if (view?.account !== undefined) {
      const { account } = view;
      view.account = undefined;
      return account;
    }
    return this.#reopened(call, 'loss');
  }

  /** The manager stops: calls that are up are not followed any more. */
  closeAll(cause: Cause, endedBy: EndedBy): void {
    for (const view of this.#calls.values()) {
      const { account } = view;
      view.account = undefined;
      if (account !== undefined)
        this.closed(account, { cause, code: undefined, endedBy, closing: 'end' });
    }
    for (const { account } of this.#entrusted.values())
      this.closed(account, { cause, code: undefined, endedBy, closing: 'end' });
    this.#entrusted.clear();
  }
}

/** Of a call that is not over. */
const UP = {
  endedMs: undefined,
  cause: undefined,
  code: undefined,
  endedBy: undefined,
  closing: undefined,
} as const;

/** Whoever has answered knows how the call began; whoever came to it later may have been the first to account for it. */
function learn(known: CallAccount, other: CallAccount): void {
  const { holds, moves, managers } = known;
  if (known.answeredMs === undefined && other.answeredMs !== undefined)
    Object.assign(known, other, { holds, moves, managers });
}
