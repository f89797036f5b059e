/**
 * The records of a manager's calls, on their way out: whoever accounts for a call pushes them here, and the
 * driver takes what is ready at the end of each turn, before anything of the turn is sent. Nothing is made
 * unless somebody wants it.
 */
import type { Clock } from '../base/clock.ts';
import type { CallAccount, CallRecord, EndedBy } from './call-record.ts';
import type { CallView } from './call-registry.ts';
import type { Cause } from './cause.ts';
import type { CallId } from './signals.ts';

/** Of a call that is over. */
export type End = Pick<CallRecord, 'cause' | 'code' | 'endedBy' | 'closing'>;

export class CallRecords {
  /** In the order of what they say. Whoever takes them empties it, at the end of each turn. */
  readonly ready: CallRecord[] = [];
  /** Set before there is a call. */
  isWanted = false;
  readonly #clock: Clock;
  readonly #calls: ReadonlyMap<CallId, CallView>;

  /** `calls`: those with call control on this manager. */
  constructor(clock: Clock, calls: ReadonlyMap<CallId, CallView>) {
    this.#clock = clock;
    this.#calls = calls;
  }

  /** Milliseconds since 1970. */
  nowMs(): number {
    return this.#clock.epochMs();
  }

  /** The call has been answered, or has another one who accounts for it. */
  opened(account: CallAccount): void {
    this.ready.push({ ...account });
  }

  closed(account: CallAccount, { cause, code, endedBy, closing }: End): void {
    account.endedMs = this.nowMs();
    account.cause = cause;
    account.code = code;
    account.endedBy = endedBy;
    account.closing = closing;
    this.ready.push(account);
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
    const at = this.ready.findLastIndex((each) => each.call === call && each.closing === 'loss');
    const [record] = at < 0 ? [] : this.ready.splice(at, 1);
    return record && { ...record, closing: undefined, cause: undefined, endedMs: undefined };
  }

  /** The manager stops: calls that are up are not followed any more. */
  closeAll(cause: Cause, endedBy: EndedBy): void {
    for (const view of this.#calls.values()) {
      const { account } = view;
      view.account = undefined;
      if (account !== undefined)
        this.closed(account, { cause, code: undefined, endedBy, closing: 'end' });
    }
  }
}
