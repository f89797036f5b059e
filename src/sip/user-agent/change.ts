/** A re-INVITE or UPDATE under way in a leg's dialog, ours or theirs: RFC 3261 §14, RFC 3311. */
import type { Timer } from '../../base/timer-wheel.ts';
import type { OutgoingRequest } from '../message/outgoing.ts';
import type { ClientTransaction } from '../transaction/client.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Timed, TransactionUser } from './agent.ts';
import type { Body } from './leg.ts';
import type { LegRecord } from './leg-record.ts';

/**
 * Ours: `out`, its final answer awaited; `waiting`, it met another (491) and is tried again later;
 * `answered`, the 2xx waits for the owner's ACK; `done`, acknowledged.
 * Theirs: `asked`, the owner's answer awaited; `accepted`, our 2xx waits for its ACK.
 */
export type ChangeState = 'out' | 'waiting' | 'answered' | 'done' | 'asked' | 'accepted';

export class Change<O> {
  readonly kind = 'change';
  readonly leg: LegRecord<O>;
  readonly by: 'us' | 'them';
  readonly method: 'INVITE' | 'UPDATE';
  state: ChangeState;
  cseq = 0;
  /** Ours: what it says, for another try. */
  readonly media: Body | undefined;
  readonly headers: string;
  /** Ours: a refresh of the session, of which the owner knows nothing. */
  readonly refreshes: boolean;
  /** Ours: tries that were refused with 491 or 422. */
  refusals = 0;
  /** Ours: the Min-SE that a 422 demanded; 0: none. */
  leastS = 0;
  /** Ours: what was sent, for a try with credentials; absent when there are none, or they have been tried. */
  outgoing: OutgoingRequest | undefined;
  hasProved = false;
  sent: ClientTransaction<TransactionUser<O>> | undefined;
  received: ServerTransaction<TransactionUser<O>> | undefined;
  timer: Timer<Timed<O>> | undefined;

  constructor(
    leg: LegRecord<O>,
    by: 'us' | 'them',
    method: 'INVITE' | 'UPDATE',
    media: Body | undefined,
    headers: string,
    refreshes: boolean,
  ) {
    this.leg = leg;
    this.by = by;
    this.method = method;
    this.state = by === 'us' ? 'out' : 'asked';
    this.media = media;
    this.headers = headers;
    this.refreshes = refreshes;
  }
}
